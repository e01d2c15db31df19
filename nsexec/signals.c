/* SPDX-License-Identifier: Apache-2.0 */
#include "signals.h"

/* None of these calls can fail with valid arguments: their results say nothing. */

void nsx_signals_hold(struct nsx_signals *s)
{
	const uint64_t all = ~(uint64_t)0;
	const struct nsx_sigaction by_default = { 0 };

	(void)nsx_sys_sigmask(SIG_SETMASK, &all, &s->mask);
	(void)nsx_sys_sigaction(SIGCHLD, &by_default, &s->sigchld);
}

void nsx_signals_restore(const struct nsx_signals *s)
{
	if (s->sigchld.handler)
		(void)nsx_sys_sigaction(SIGCHLD, &s->sigchld, NULL);
	(void)nsx_sys_sigmask(SIG_SETMASK, &s->mask, NULL);
}
