/* SPDX-License-Identifier: Apache-2.0 */
/* Sized: structs of callers, who may have been built with another version of nsexec.h. */
#ifndef NSX_SIZED_H
#define NSX_SIZED_H

#include "error.h"

/**
 * nsx_sized_check() - is this struct one that we understand?
 * @from: begins with its own size, a size_t
 * @name: "struct nsexec_options"
 * @ours, @least: bytes of the struct as we know it, and of what every version has
 * @e: step OPTIONS; E2BIG: it is of a later version, and says what this one does not know
 *
 * Return: 0, or -1.  Then as many bytes may be read as it says, up to @ours.
 */
int nsx_sized_check(const void *from, const char *name, size_t ours, size_t least,
		    struct nsx_error *e);

#endif
