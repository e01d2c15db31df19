/* SPDX-License-Identifier: Apache-2.0 */
/* How soon the kernel ends a process when memory runs out: proc(5), oom_score_adj. */
#ifndef NSX_OOM_H
#define NSX_OOM_H

#include "error.h"

/* Ours.  Left: a descriptor, or -errno: to be opened while we are dumpable. */
int nsx_oom_open(int flags);

/**
 * nsx_oom_write() - give it to ourselves, and to later children
 * @fd:   from nsx_oom_open(), which may be its error
 * @text: a number from -1000 to 1000, in decimal
 */
int nsx_oom_write(int fd, const char *text, struct nsx_error *e);

#endif
