/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Visit: where a function is to run.  Opened by the thread that asks for it, by whose cwd
 * and ids it means what it says, though a runner's goes there.
 */
#ifndef NSX_VISIT_H
#define NSX_VISIT_H

#include "error.h"
#include "fd.h"
#include "kinds.h"
#include "nsexec.h"

/* Where to go: open, and proved to be there. */
struct nsx_visit {
	nsx_kinds kinds;
	int there[NSX_KIND_COUNT];			  /* NSX_NOFD: not asked for */
	const struct nsexec_where *where[NSX_KIND_COUNT]; /* the caller's, for errors */
};

void nsx_visit_init(struct nsx_visit *v);
void nsx_visit_close(struct nsx_visit *v);

/**
 * nsx_visit_open() - check all that is asked for, then open it
 * @v: initialised; owns its descriptors afterwards, also on failure
 * @e: step OPTIONS, TARGET, OPEN or CHECK
 */
int nsx_visit_open(const struct nsexec_entry *entry, size_t n, struct nsx_visit *v,
		   struct nsx_error *e);

#endif
