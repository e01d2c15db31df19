/* SPDX-License-Identifier: Apache-2.0 */
#include "orphan.h"

#include "sys_fd.h"
#include "sys_pidfd.h"
#include "sys_process.h"

/*
 * Middle was killed, maybe while it made the program's process: is @program_pidfd of that?
 * Else the number may be another thread's by now.  Where the kernel does not tell, whoever
 * is there says so in a moment; and who is born all the same finds that it must not be, on
 * a stack that stays for it.
 */
static bool knows(struct nsx_call *c)
{
	enum { A_WHILE_MILLIS = 100 };
	bool known = c->born_pid;

	if (c->program_pidfd == NSX_NOFD)
		return false;
	for (int i = 0; c->plain && !known && i < A_WHILE_MILLIS; i++) {
		known = __atomic_load_n(&c->begun, __ATOMIC_ACQUIRE) == NSX_BEGUN;
		if (!known)
			(void)nsx_sys_poll(NULL, 0, 1);
	}
	if (known || (c->plain && !nsx_call_begins(c, NSX_BEGUN_NEVER)))
		return true;
	c->program_pidfd = NSX_NOFD;
	c->haunted = c->plain;
	return false;
}

void nsx_orphan_end(struct nsx_call *c)
{
	if (!knows(c))
		return;
	c->launched = false; /* whatever it has said */
	if (c->kept) {
		c->haunted = !nsx_keep_end_orphan(c->program_pidfd); /* nobody's child any more */
	} else {
		(void)nsx_sys_pidfd_send_signal(c->program_pidfd, SIGKILL); /* or it has ended */
		(void)nsx_sys_waitid(NSX_P_PIDFD, c->program_pidfd, NULL,
				     NSX_WAIT_EXITED | NSX_WAIT_ALL);
	}
	nsx_fd_close(&c->program_pidfd);
}
