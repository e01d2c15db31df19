/* SPDX-License-Identifier: Apache-2.0 */
#include "waiter.h"

#include "fd.h"
#include "program.h"

static const uint64_t every_signal = ~(uint64_t)0;

static void mirror(struct nsx_program *p)
{
	int sig;

	while ((sig = nsx_program_look(p)) != 0)
		nsx_program_stop_like(p, sig);
	if (p->ended)
		nsx_end_like(p->status);
}

_Noreturn void nsx_waiter_run(int pid, int keep)
{
	struct nsx_program program = { .pid = pid, .channel = NSX_NOFD };

	nsx_fd_close_all_but(&keep, 1);
	for (;;) {
		struct nsx_siginfo info;

		if (nsx_sys_sigtimedwait(&every_signal, &info, NULL) < 0)
			continue;
		if (info.signo == SIGCHLD)
			mirror(&program);
		if (info.signo == SIGCONT)
			nsx_program_continue(&program, &info);
		else if (info.signo != SIGCHLD || info.code <= 0) /* a process's, not a child's */
			nsx_program_forward(&program, &info);
	}
}

void nsx_waiter_stay(int pid, void *room)
{
	(void)room;
	nsx_waiter_run(pid, NSX_NOFD);
}
