/* SPDX-License-Identifier: Apache-2.0 */
/* Follow: who the target is, in the ids of where the program will be. */
#ifndef NSX_FOLLOW_H
#define NSX_FOLLOW_H

#include "error.h"
#include "ids.h"
#include "label.h"
#include "nsfile.h"
#include "request.h"
#include "target.h"

/* How the program gets the supplementary groups of the target. */
enum nsx_groups_way {
	NSX_GROUPS_DROPPED, /* it gets none: nobody asked for the target's */
	NSX_GROUPS_STAY,    /* the caller has the same, whatever they are called inside */
	NSX_GROUPS_BEFORE,  /* by the caller's ids, before its right to set them is lost */
	NSX_GROUPS_AFTER,   /* by the ids inside, where the right to set them is gained */
};

/* Not given: not asked for. */
struct nsx_follow {
	struct nsx_id uid, gid; /* as they are called where the program will be */
	enum nsx_groups_way groups_way;
	size_t n_groups;
	bool labelled;
	struct nsx_follow_room *room;
};

/* What of it takes a lot of memory, and is seldom asked for. */
struct nsx_follow_room {
	struct nsx_label label;		/* if @labelled; then its lsm is not NONE */
	uint32_t group[NSX_GROUPS_MAX]; /* BEFORE: the caller's ids; AFTER: those inside */
};

/* @room: NULL where nothing will be asked for. */
void nsx_follow_init(struct nsx_follow *f, struct nsx_follow_room *room);

/* Is anything to be taken from the target that is no namespace and no directory? */
bool nsx_follow_asked(const struct nsx_request *rq);

/**
 * nsx_follow_look() - read the target's ids and label
 * @t:    pinned
 * @user: the user namespace that will be joined; of inode 0: none
 * @out:  zeroed by the caller
 * @e:    step OPEN or CHECK; an id without a name where the program will be is EINVAL
 *
 * The kernel tells the ids as our own user namespace calls them (proc(5)), and the
 * target's map tells what they are called in there.
 */
int nsx_follow_look(const struct nsx_request *rq, struct nsx_target *t,
		    const struct nsx_ns_id *user, struct nsx_follow *out, struct nsx_error *e);

#endif
