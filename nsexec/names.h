/* SPDX-License-Identifier: Apache-2.0 */
/* Names: from the name of a process to the one that is meant, pinned. */
#ifndef NSX_NAMES_H
#define NSX_NAMES_H

#include "find.h"

/**
 * nsx_named_open() - find who is meant, and pin him
 * @who: named, but not NETNS
 * @t:   initialised; owns its descriptors afterwards, also on failure
 * @e:   step TARGET: nobody, or several; OPEN: /proc
 *
 * Changes nothing, and asks nobody but the kernel and files.
 */
int nsx_named_open(const struct nsx_who *who, struct nsx_target *t, struct nsx_error *e);

/* Who was found, and by what. */
struct nsx_found {
	const char *name;	       /* for errors: "unit:sshd" */
	int proc;		       /* /proc, borrowed */
	struct nsx_procfs_stat stat;   /* as it was then */
	struct nsx_find_cgroup cgroup; /* .len 0: not by that */
	const char *comm;	       /* NULL: not by that */
};

/**
 * nsx_found_pin() - pin it, and see that it is still the one
 * @e: step TARGET; ESRCH: it has ended, or has left what it was found by
 *
 * Between the look and the pin its number may have become another's.
 */
int nsx_found_pin(const struct nsx_found *f, struct nsx_target *t, struct nsx_error *e);

/* Is the pinned process the one that was found, and still what it was found by? */
bool nsx_found_is(const struct nsx_found *f, const struct nsx_target *t);

#endif
