/* SPDX-License-Identifier: Apache-2.0 */
/* How: from struct nsexec_options to words, and from those to a request. */
#ifndef NSX_HOW_H
#define NSX_HOW_H

#include "nsexec.h"
#include "options.h"

/* Big, so on no stack that may be small.  Points into itself, and nowhere else. */
struct nsx_how {
	struct nsx_words words; /* options only: "--" and a PROGRAM may be put behind them */
	struct nsx_request rq;
	size_t said_bytes; /* of @store that were written */
	struct nsx_words_store store;
};

/**
 * nsx_how_read() - what does a caller want?
 * @how: NULL: nothing
 * @out: overwritten; of no use after a failure
 * @e:   zeroed by the caller; step OPTIONS, as for the command; E2BIG: a struct of a later
 *       version that says what this one does not know.  Step WORDS: too much of it
 *
 * The words are those that stand for members, each with its value attached, and behind
 * them the caller's.  So a value that is missing in the latter cannot be found in the
 * former, nor a PROGRAM hide an option.
 *
 * Context: any; pure; no allocation, no system call.
 * Return: 0, or -1 with @e filled.
 */
int nsx_how_read(const struct nsexec_options *how, struct nsx_how *out, struct nsx_error *e);

/* Read or refused: leave nothing of what was said, which may be secret.  Of no use afterwards. */
void nsx_how_forget(struct nsx_how *how);

#endif
