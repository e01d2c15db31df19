/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ourselves: what the process that enters would find of itself in /proc.  It is the calling
 * thread's, whose files the kernel has made already; for a new process it makes them anew,
 * which takes three times as long.
 */
#ifndef NSX_OURSELVES_H
#define NSX_OURSELVES_H

#include <stdbool.h>

#include "facts.h"

/* Write the names of our own namespaces that nsx_facts_quick() asks for. */
void nsx_ourselves_tell(const struct nsx_request *rq, struct nsx_facts *f);

/*
 * Are we where the opener of a session was, as far as it shared that with the target?  The
 * plan that was made there joins nothing of it.
 */
bool nsx_ourselves_as_planned(const struct nsx_facts *f);

#endif
