/* SPDX-License-Identifier: Apache-2.0 */
#include "signals.h"

#include "sys_signal.h"
#include "sys_time.h"

/* None of these calls can fail with valid arguments: their results say nothing. */

void nsx_signals_hold(struct nsx_signals *s)
{
	const uint64_t all = ~(uint64_t)0;
	const struct nsx_sigaction by_default = { 0 };

	(void)nsx_sys_sigaction(SIGCHLD, &by_default, &s->sigchld);
	/* Last, so that what comes until now strikes us, and next to nothing is held. */
	(void)nsx_sys_sigmask(SIG_SETMASK, &all, &s->mask);
}

void nsx_signals_restore(const struct nsx_signals *s)
{
	if (s->sigchld.handler)
		(void)nsx_sys_sigaction(SIGCHLD, &s->sigchld, NULL);
	(void)nsx_sys_sigmask(SIG_SETMASK, &s->mask, NULL);
}

static const uint64_t pipe_signal = (uint64_t)1 << (SIGPIPE - 1);

void nsx_signals_hold_pipe(uint64_t *old)
{
	(void)nsx_sys_sigmask(SIG_BLOCK, &pipe_signal, old);
}

void nsx_signals_release_pipe(const uint64_t *old, bool mine)
{
	const struct nsx_timespec now = { 0, 0 };

	if (mine && !(*old & pipe_signal))
		(void)nsx_sys_sigtimedwait(&pipe_signal, NULL, &now); /* none, if it is ignored */
	(void)nsx_sys_sigmask(SIG_SETMASK, old, NULL);
}
