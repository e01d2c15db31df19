/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settle: which capabilities the program is to have, from what is asked and what we
 * have; and whether that can be at all.  Pure, but for nsx_settle().
 */
#ifndef NSX_SETTLE_H
#define NSX_SETTLE_H

#include "facts.h"
#include "standing.h"

/* What else decides about capabilities. */
struct nsx_settling {
	bool enters_user; /* a user namespace is joined or created: there we have them all */
	bool executes;	  /* a program, for which the kernel computes them anew */
	bool changes_uid; /* as the last act, from @uid_before to @uid */
	bool uid_known;	  /* else it is one of an entered user namespace that cannot be told */
	uint32_t uid_before, uid; /* as the program's own user namespace calls them */
};

/* From what @rq, @f and @s tell. */
void nsx_settling_make(const struct nsx_request *rq, const struct nsx_facts *f,
		       const struct nsx_standing *s, bool executes, struct nsx_settling *out);

/**
 * nsx_settle_caps() - make the sets of the program
 * @s: with what was looked at; its last members are written
 * @e: step CAPS or BOUNDING: a capability that cannot be had, by its name
 *
 * What counts is what the program has when it runs.  Executed as root, it would get
 * its whole bounding set whatever it had before, so that is made as small as --caps;
 * executed as another user, it would keep none but ambient ones, so --caps without
 * them is refused.
 */
int nsx_settle_caps(const struct nsx_credentials *c, const struct nsx_settling *how,
		    struct nsx_standing *s, struct nsx_error *e);

/**
 * nsx_settle() - all of this, if something of it is asked; nothing else otherwise
 * @t, @s, @e: as for nsx_standing_look()
 * @f: then has @s
 * @executes: a program will be executed; else a host goes on
 */
int nsx_settle(const struct nsx_request *rq, struct nsx_target *t, struct nsx_facts *f,
	       struct nsx_standing *s, bool executes, struct nsx_error *e);

#endif
