/* SPDX-License-Identifier: Apache-2.0 */
/* Signal state: what we change for ourselves, and how it is put back. */
#ifndef NSX_SIGNALS_H
#define NSX_SIGNALS_H

#include <stdbool.h>

#include "sys_signal.h"

struct nsx_signals {
	uint64_t mask;		      /* blocked signals as we found them */
	struct nsx_sigaction sigchld; /* its disposition as we found it */
};

/*
 * Hold every signal back, to be forwarded later, and have SIGCHLD queued even if
 * it was inherited as ignored: children would then vanish without a status.
 */
void nsx_signals_hold(struct nsx_signals *s);

/* Exactly as it was; what is pending strikes now. */
void nsx_signals_restore(const struct nsx_signals *s);

/* While held, writing to a pipe that nobody reads is an EPIPE and no SIGPIPE.  @old: out */
void nsx_signals_hold_pipe(uint64_t *old);

/* @mine: was there such a write meanwhile?  Its signal is taken back. */
void nsx_signals_release_pipe(const uint64_t *old, bool mine);

#endif
