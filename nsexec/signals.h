/* SPDX-License-Identifier: Apache-2.0 */
/* Signal state: what we change for ourselves, and how it is put back. */
#ifndef NSX_SIGNALS_H
#define NSX_SIGNALS_H

#include "sys.h"

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

#endif
