/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owner: as whom mount points are made.  Who has joined a user namespace may have no
 * number in it, and then makes no file anywhere in there (EOVERFLOW).
 */
#ifndef NSX_GRAFT_OWNER_H
#define NSX_GRAFT_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "sys_identity.h"

/* What the change costs, to be put back. */
struct nsx_owner {
	bool changed;
	int dumpable;
	int death_signal;
	struct nsx_capdata caps[2];
};

/* Root, for files alone; else, where root has no number either, the owner of "/". */
void nsx_owner_become(struct nsx_owner *o);

/* As it was. */
void nsx_owner_back(const struct nsx_owner *o);

#endif
