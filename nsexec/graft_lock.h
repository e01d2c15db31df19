/* SPDX-License-Identifier: Apache-2.0 */
/* Locks: what is read-only stays so, whatever rights somebody has where it is laid. */
#ifndef NSX_GRAFT_LOCK_H
#define NSX_GRAFT_LOCK_H

#include <stdint.h>

#include "error.h"
#include "graft.h"

/* Who cuts: as whom he is known out here. */
struct nsx_cutter {
	bool moved; /* into a user namespace of our own, that has no map yet */
	uint32_t uid, gid;
};

/**
 * nsx_grafts_lock() - have the flags of trees that have been cut locked
 *
 * Who has CAP_SYS_ADMIN where a tree is mounted may make it writable, and is a container's
 * root: to whom the files are not, unless their owner is whom he is out here.  But flags
 * of mounts that are copied for another user namespace cannot be changed any more.
 *
 * Entered: one thread, in a mount namespace of its own, with all trees that there will be.
 * Left:    each is another; in a user namespace of its own, where root and cwd are empty.
 *
 * Return: 0, or -1 with @e filled; step GRAFT
 */
int nsx_grafts_lock(struct nsx_grafts *g, const struct nsx_cutter *cutter, struct nsx_error *e);

#endif
