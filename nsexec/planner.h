/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Planner: what the files that make up plan.h share.  plan.c says what comes when,
 * plan_*.c which acts that is, by subject.  Each adds its acts to the end of the plan.
 */
#ifndef NSX_PLANNER_H
#define NSX_PLANNER_H

#include "plan.h"

static const struct nsx_id nsx_root_id = { true, 0 };
static const struct nsx_id nsx_id_as_it_is = { false, 0 };

struct nsx_act *nsx_plan_add(struct nsx_plan *p, enum nsx_step step);
void nsx_plan_become(struct nsx_plan *p, struct nsx_id uid, struct nsx_id gid);

/* Let the act that was added last set the target's supplementary groups. */
void nsx_plan_groups(struct nsx_plan *p, const struct nsx_facts *f);

/* Are they right once the user namespace is joined? */
bool nsx_plan_groups_are_right(const struct nsx_facts *f);

/* Once a user namespace is entered. */
void nsx_plan_become_root(struct nsx_plan *p, const struct nsx_request *rq,
			  const struct nsx_facts *f);

void nsx_plan_joins(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f,
		    enum nsx_way way);

/* Of the kinds @among, those that are to persist; and the act for them. */
nsx_kinds nsx_plan_persistent(const struct nsx_request *rq, nsx_kinds among);
void nsx_plan_persist(struct nsx_plan *p, nsx_kinds kinds);

void nsx_plan_unshares(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f);
void nsx_plan_unshares_of_runc(struct nsx_plan *p, const struct nsx_request *rq,
			       const struct nsx_facts *f);
void nsx_plan_copy(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f);
void nsx_plan_root(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f);
void nsx_plan_mounts(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f);

/* What can only be done before the joins. */
void nsx_plan_early(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f);

/* Ids and capabilities, the label, and limits: in this order, and last of all. */
void nsx_plan_who(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f);
void nsx_plan_label(struct nsx_plan *p, const struct nsx_facts *f);
void nsx_plan_confines(struct nsx_plan *p, const struct nsx_request *rq);

#endif
