/* SPDX-License-Identifier: Apache-2.0 */
/* Collect: take what a program writes, and wait for its end. */
#ifndef NSX_COLLECT_H
#define NSX_COLLECT_H

#include "keep.h"

/**
 * nsx_collect() - all of it
 * @io:    the limits; its outputs are filled
 * @ours:  our ends of standard output and error, not blocking; borrowed
 * @kept:  the program, killed at the end of the time; has ended afterwards
 *
 * What counts is the end of the program, not that of its pipes, which others may have:
 * behind it, what is in them is taken, and no more waited for.
 */
int nsx_collect(struct nsexec_io *io, const int ours[2], struct nsx_kept *kept,
		struct nsx_error *e);

#endif
