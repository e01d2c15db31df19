/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Standing: what we may and how we are limited, and what the program is to have of it.
 * Asked of the kernel before anything changes, and only if something of it is asked.
 */
#ifndef NSX_STANDING_H
#define NSX_STANDING_H

#include "error.h"
#include "request.h"
#include "sys_process.h"
#include "target.h"

struct nsx_cap_sets {
	nsx_caps permitted, effective, inheritable, bounding, ambient;
};

struct nsx_standing {
	bool looked;
	nsx_caps known;		    /* all that this kernel has */
	struct nsx_cap_sets ours;   /* before anything has changed */
	struct nsx_cap_sets target; /* if a set is to be made from it */
	unsigned securebits;
	uint32_t uid; /* effective */

	struct nsx_rlimit limit[NSX_LIMIT_COUNT]; /* as it is; only of those that are asked */

	int oom;	 /* our oom_score_adj, open; NSX_NOFD: not asked */
	char oom_was[8]; /* what it held */

	/* Made of these by settle.c. */
	struct nsx_cap_sets
		before; /* ours, where the program's are made: maybe in a new namespace */
	struct nsx_cap_sets wanted;
	bool keep; /* PR_SET_KEEPCAPS is needed over the last change of ids, and was not set */
};

void nsx_standing_init(struct nsx_standing *s);
void nsx_standing_close(struct nsx_standing *s);

/* Is anything asked that needs to be looked at?  Are capabilities? */
bool nsx_standing_asked(const struct nsx_request *rq);
bool nsx_standing_caps_asked(const struct nsx_request *rq);

/**
 * nsx_standing_look() - ask the kernel, once
 * @t: the target; used only if a set is to be made from it
 * @s: initialised; owns a descriptor afterwards, also on failure
 * @e: step CAPS, LIMIT or OOM; TARGET, OPEN
 *
 * Entered: dumpable, in the caller's /proc: that is where our oom_score_adj is.
 */
int nsx_standing_look(const struct nsx_request *rq, struct nsx_target *t, struct nsx_standing *s,
		      struct nsx_error *e);

/* The limit as it will be.  Pure. */
struct nsx_rlimit nsx_standing_limit(const struct nsx_limit *wanted, const struct nsx_rlimit *now);

#endif
