/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preload: would a loader put our object into this host?  It ignores LD_PRELOAD in silence, or
 * with a warning, so that is looked at before anything is started.
 */
#ifndef NSX_PRELOAD_H
#define NSX_PRELOAD_H

#include "error.h"
#include "text.h"

enum { NSX_PRELOAD_BYTES = 4096 };

/* Where the object is: beside the command, as in the tree it was built in, or installed. */
void nsx_preload_path(struct nsx_text *t);

/**
 * nsx_preload_look() - is the object ours, and would it be loaded?
 * @program: of the host, as it was typed
 * @envp:    in which PATH says where that is
 * @object:  out: path of the object
 * @e:       step PRELOAD; or EXEC: the program is not there, or is none
 */
int nsx_preload_look(const char *program, char *const *envp, char object[NSX_PRELOAD_BYTES],
		     struct nsx_error *e);

#endif
