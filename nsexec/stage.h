/* SPDX-License-Identifier: Apache-2.0 */
/* Stages: carry out the acts of a plan, and nothing but that. */
#ifndef NSX_STAGE_H
#define NSX_STAGE_H

#include "log.h"
#include "plan.h"

/**
 * nsx_stage_walk() - carry out all acts before the fork, in order
 * @plan: from nsx_plan_make()
 * @f:    the facts it was made from, for the hints of an error
 * @outer: channel to the process that stays outside (outside.h), if there is such an act
 * @done: out: acts that were carried out; on failure the index of the one that failed
 * @e:    filled on failure: the step and subject of that act
 *
 * Entered: in a process with one thread, non-dumpable, all targets open.
 * Left:    in the namespaces of the plan; or, on failure, somewhere on the way:
 *          only the very first act can fail without having changed anything.
 */
int nsx_stage_walk(const struct nsx_plan *plan, const struct nsx_facts *f, int outer,
		   const struct nsx_log *log, size_t *done, struct nsx_error *e);

/* The same for the acts behind the fork, in the new process. */
int nsx_stage_walk_new(const struct nsx_plan *plan, const struct nsx_facts *f, int outer,
		       const struct nsx_log *log, struct nsx_error *e);

#endif
