/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loader: which system calls a dynamic loader makes, none of which does anything to anybody
 * but its own process.  Pure.
 */
#ifndef NSX_LOADER_H
#define NSX_LOADER_H

#include <stdbool.h>
#include <stdint.h>

enum { NSX_LOADER_FDS = 1024 }; /* of a higher number it is not known whose it is */

/* A system call at its entry. */
struct nsx_call {
	uint64_t nr;
	uint64_t args[6];
};

/* What is known of a process that is still in its loader. */
struct nsx_loader {
	int answer;			      /* the descriptor on which it may send */
	uint64_t opened[NSX_LOADER_FDS / 64]; /* by itself, since it was executed */
};

/**
 * nsx_loader_may() - may it make this call?
 *
 * Files are only read, and only those that it has opened itself: what comes from standard
 * input, say, is not a loader's to take.  On standard error it may say what it lacks.
 */
bool nsx_loader_may(const struct nsx_loader *l, const struct nsx_call *call);

/* It has made the call, with this result. */
void nsx_loader_did(struct nsx_loader *l, const struct nsx_call *call, int64_t result);

/* Is it the answer? */
bool nsx_loader_answers(const struct nsx_loader *l, const struct nsx_call *call);

#endif
