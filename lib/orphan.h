/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orphan: a process that somebody has killed middle in front of.  It may still be on the
 * stack of the call, which is to be unmapped, and has a descriptor of ours, maybe.
 */
#ifndef NSX_ORPHAN_H
#define NSX_ORPHAN_H

#include "keep.h"

/* Entered: middle has ended, and has told of no program.  Left: there is none. */
void nsx_orphan_end(struct nsx_call *c);

#endif
