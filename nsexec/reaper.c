/* SPDX-License-Identifier: Apache-2.0 */
#include "reaper.h"

#include "program.h"
#include "sys_fd.h"
#include "sys_process.h"
#include "sys_signal.h"
#include "sys_socket.h"
#include "sys_time.h"

static const uint64_t every_signal = ~(uint64_t)0;

struct init {
	int pid; /* the program */
	int channel;
	int death_signal;
};

/* Of the program the waiter is told; of nobody else anybody wants to know. */
static void reap(struct init *in)
{
	const int options = NSX_WAIT_NOHANG | NSX_WAIT_UNTRACED | NSX_WAIT_CONTINUED | NSX_WAIT_ALL;
	int status = 0, pid;

	while ((pid = nsx_sys_wait(-1, &status, options)) > 0) {
		if (pid != in->pid)
			continue;
		(void)nsx_sys_send(in->channel, &status, sizeof(status)); /* or nobody is left */
		if (nsx_program_is_over(status))
			nsx_end_like(status);
	}
}

/* Its own, and what its group gets, the program has. */
static void take_signal(struct init *in, const struct nsx_siginfo *info)
{
	if (info->signo == SIGCHLD && info->code > 0)
		reap(in);
	else if (info->code <= 0 && info->pid > 0 && info->pid != in->pid)
		nsx_program_send(info, in->pid);
}

static void take_message(struct init *in)
{
	struct nsx_siginfo info;

	if (nsx_sys_read(in->channel, &info, sizeof(info)) == sizeof(info)) {
		nsx_program_send(&info, in->pid);
		return;
	}
	(void)nsx_sys_kill(in->pid, in->death_signal); /* as the waiter's own child would get it */
	nsx_fd_close(&in->channel);
}

_Noreturn void nsx_reaper_run(int pid, int channel, int death_signal)
{
	struct init in = { pid, channel, death_signal };
	struct nsx_pollfd fds[2] = { { .events = 1 }, { .events = 1 } };
	const struct nsx_timespec now = { 0, 0 };

	nsx_fd_close_all_but(&channel, 1);
	fds[0].fd = nsx_fd_lift(nsx_sys_signalfd(&every_signal));
	while (fds[0].fd >= 0) {
		struct nsx_siginfo info;

		fds[1].fd = in.channel;
		(void)nsx_sys_poll(fds, 2, -1); /* all signals are held: it cannot be interrupted */
		while (nsx_sys_sigtimedwait(&every_signal, &info, &now) > 0)
			take_signal(&in, &info);
		if (fds[1].revents)
			take_message(&in);
	}
	nsx_sys_exit(125); /* out of memory; and so the program ends */
}
