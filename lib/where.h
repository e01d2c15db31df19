/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a namespace is to be found: of a process or thread, which is pinned once and then
 * gives any of its kinds, or at a file.
 */
#ifndef NSX_WHERE_H
#define NSX_WHERE_H

#include "error.h"
#include "kinds.h"
#include "nsexec.h"
#include "nsfile.h"
#include "target.h"

/**
 * nsx_where_open() - open one namespace, and prove that it is one of that kind
 * @e: step TARGET, OPEN or CHECK
 *
 * Return: a descriptor, O_CLOEXEC and above 2, or -1 with @e filled.
 */
int nsx_where_open(const struct nsexec_where *w, enum nsx_kind kind, struct nsx_error *e);

/* A place that has been looked at.  Of a file there is nothing to hold. */
struct nsx_where {
	const struct nsexec_where *asked;
	struct nsx_target target; /* with a pidfd where the kernel has one for it */
};

void nsx_where_init(struct nsx_where *p);
void nsx_where_close(struct nsx_where *p);

/**
 * nsx_where_look() - pin the process or thread
 * @p: initialised; to be closed afterwards, also on failure
 * @e: step TARGET or OPEN; ESRCH: it is gone
 */
int nsx_where_look(const struct nsexec_where *w, struct nsx_where *p, struct nsx_error *e);

/* One of its namespaces, as nsx_where_open(); of several kinds all are of the same process. */
int nsx_where_take(struct nsx_where *p, enum nsx_kind kind, struct nsx_error *e);

/* "PID 1234": in words of errors; a path is its own word. */
enum { NSX_PLACE_BYTES = 32 };
void nsx_where_name(const struct nsexec_where *w, char name[NSX_PLACE_BYTES]);

/* Is this error, of one of the above, that it is gone? */
bool nsx_where_is_gone(const struct nsexec_where *w, const struct nsx_error *e);

/**
 * nsx_where_is_ours() - has the calling thread joined this namespace already?
 *
 * What counts for PID and time is where its next child will be too: joining one's own
 * namespace takes back what was joined or created for children.
 */
bool nsx_where_is_ours(enum nsx_kind kind, const struct nsx_ns_id *id);

#endif
