/* SPDX-License-Identifier: Apache-2.0 */
/* Newborn: the process that nsexec_clone() makes, from its birth to the caller's function. */
#ifndef NSX_NEWBORN_H
#define NSX_NEWBORN_H

#include "engine.h"
#include "how.h"

#include <signal.h>

/* What both sides know: each has a copy of it from the birth on. */
struct nsx_cloning {
	struct nsx_how how;
	struct nsx_log log;
	struct nsx_engine engine;
	int (*call)(void *);
	void *arg;
	sigset_t mask;	/* of the calling thread, as it was found */
	int channel[2]; /* ours, the child's */
	int self;	/* pidfd of this process, for the child to watch; or NSX_NOFD */
	nsx_kinds born; /* of the target: in there, the child is by birth */
	int pid;	/* of the child, or -errno */
	int tid;	/* of the thread that forks */
};

/**
 * nsx_newborn_make() - fork, inside the PID namespace if that can be done from out here
 *
 * A PID namespace is had by birth alone, and a thread of ours that asks for one would have
 * it for its later children too.  So it is a thread that has no others: it runs this, and
 * ends.
 *
 * Entered: in a thread that was made for it, with all signals held.
 * Left:    in the parent with @pid set.  The child never comes back.
 */
void nsx_newborn_make(struct nsx_cloning *c);

#endif
