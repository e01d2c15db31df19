/* SPDX-License-Identifier: Apache-2.0 */
/* Source: from where a namespace that is to be joined is taken. */
#ifndef NSX_SOURCE_H
#define NSX_SOURCE_H

#include "nsfile.h"
#include "request.h"
#include "target.h"

enum { NSX_FROM_BYTES = 48 }; /* "parent of user:[4026532327]" */

/**
 * nsx_source_open() - open a namespace, from wherever the request wants it
 * @t:    the target; used only if nothing else provides this kind
 * @from: out: a text if that is neither the target's own nor a FILE; untouched otherwise
 * @e:    step TARGET, OPEN or CHECK
 *
 * Return: a descriptor, or -1 with @e filled.
 */
int nsx_source_open(const struct nsx_request *rq, struct nsx_target *t, enum nsx_kind kind,
		    char from[NSX_FROM_BYTES], struct nsx_error *e);

/**
 * nsx_source_of_target() - open a namespace of the target's own
 * @e: step TARGET or OPEN; ESRCH: it has ended, or is a zombie
 */
int nsx_source_of_target(struct nsx_target *t, enum nsx_kind kind, struct nsx_error *e);

/**
 * nsx_source_owner() - open the user namespace that owns a namespace
 * @fd:   that namespace, of @kind; the owner of a user namespace is its parent
 * @from: out: a text that says whose owner it is
 * @e:    step CHECK; EPERM: it is not our own user namespace nor one below it
 *
 * Return: a descriptor, or -1 with @e filled.
 */
int nsx_source_owner(int fd, enum nsx_kind kind, char from[NSX_FROM_BYTES], struct nsx_error *e);

#endif
