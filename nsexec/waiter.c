/* SPDX-License-Identifier: Apache-2.0 */
#include "waiter.h"

#include <errno.h>

#include "fd.h"
#include "program.h"
#include "sys_signal.h"
#include "sys_time.h"

enum { BEGUN_MILLIS = 20 }; /* after which a host is in its main(), or will take a while */

static const uint64_t every_signal = ~(uint64_t)0;

static void mirror(struct nsx_program *p, const struct nsx_log *log)
{
	int sig;

	while ((sig = nsx_program_look(p)) != 0)
		nsx_program_stop_like(p, sig);
	if (!p->ended)
		return;
	nsx_trace_end(log, p->pid, p->status);
	nsx_end_like(p->status);
}

_Noreturn void nsx_waiter_run(int pid, int keep, nsx_slim_fn *slim, const struct nsx_log *log)
{
	const int kept[] = { keep, nsx_trace_file(log), nsx_trace_timer(log) };
	struct nsx_program program = { .pid = pid, .channel = NSX_NOFD };
	const struct nsx_timespec soon = { 0, BEGUN_MILLIS * 1000000L };

	nsx_fd_close_all_but(kept, sizeof(kept) / sizeof(*kept));
	for (;;) {
		struct nsx_siginfo info;
		const int rc = nsx_sys_sigtimedwait(&every_signal, &info, slim ? &soon : NULL);

		if (rc == -EAGAIN && slim) {
			slim();
			slim = NULL;
		}
		if (rc < 0)
			continue;
		if (info.signo == SIGCHLD)
			mirror(&program, log);
		if (info.signo == SIGCONT)
			nsx_program_continue(&program, &info);
		else if (info.signo != SIGCHLD || info.code <= 0) /* a process's, not a child's */
			nsx_program_forward(&program, &info);
	}
}

void nsx_waiter_furnish(struct nsx_waiter_room *room, const struct nsx_log *log)
{
	room->log = *log;
	if (!log->trace)
		return;
	room->trace = *log->trace;
	room->log.trace = &room->trace;
	if (log->clock)
		room->log.clock = &room->trace.clock;
}

void nsx_waiter_stay(int pid, void *arg)
{
	const struct nsx_waiter_room *room = arg;

	nsx_trace_step(&room->log, NSX_STEP_FORK, 0, "program");
	nsx_trace_role(&room->log, "waiter");
	nsx_waiter_run(pid, NSX_NOFD, NULL, &room->log);
}
