/* SPDX-License-Identifier: Apache-2.0 */
/* Who the program is, and how it is limited. */
#include "planner.h"
#include "standing.h"

void nsx_plan_groups(struct nsx_plan *p, const struct nsx_facts *f)
{
	p->act[p->n - 1].groups = f->follow.room->group;
	p->act[p->n - 1].n_groups = f->follow.n_groups;
}

/* Once the user namespace is joined. */
bool nsx_plan_groups_are_right(const struct nsx_facts *f)
{
	return f->follow.groups_way == NSX_GROUPS_STAY || f->follow.groups_way == NSX_GROUPS_BEFORE;
}

/*
 * At once: until then we are nobody in there, and owner of nothing.  runc leaves
 * the groups to the returning process.
 */
void nsx_plan_become_root(struct nsx_plan *p, const struct nsx_request *rq,
			  const struct nsx_facts *f)
{
	if (rq->preserve_credentials)
		return;
	nsx_plan_become(p, nsx_root_id, rq->runc.asked ? nsx_id_as_it_is : nsx_root_id);
	p->act[p->n - 1].keep_groups = rq->runc.asked || nsx_plan_groups_are_right(f);
}

static void add_confine(struct nsx_plan *p, enum nsx_step step, const struct nsx_request *rq,
			bool asked)
{
	if (asked)
		nsx_plan_add(p, step)->confines = &rq->confines;
}

/* Do hard limits rise? */
static bool raises(const struct nsx_request *rq, const struct nsx_standing *s)
{
	for (enum nsx_resource r = 0; r < NSX_LIMIT_COUNT; r++) {
		const struct nsx_limit *limit = &rq->confines.limit[r];

		if (limit->hard_given && limit->hard > s->limit[r].hard)
			return true;
	}
	return false;
}

/* What needs a right that we have out here only. */
void nsx_plan_early(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f)
{
	add_confine(p, NSX_STEP_OOM, rq, rq->confines.oom_score_adj);
	if (!rq->confines.any_limit || !raises(rq, f->standing))
		return;
	add_confine(p, NSX_STEP_LIMIT, rq, true);
	p->act[p->n - 1].early = true;
}

/* Who the program is; not said: as whom we have got here. */
static bool add_become_who(struct nsx_plan *p, const struct nsx_request *rq,
			   const struct nsx_facts *f)
{
	const struct nsx_id uid = nsx_facts_uid(rq, f);
	const struct nsx_id gid = rq->gid_of_target ? f->follow.gid : rq->gid;
	const enum nsx_groups_way way = f->follow.groups_way;

	if (!uid.given && !gid.given && way == NSX_GROUPS_DROPPED)
		return false;
	nsx_plan_become(p, uid, gid);
	p->act[p->n - 1].keep_groups = nsx_plan_groups_are_right(f);
	if (way == NSX_GROUPS_AFTER)
		nsx_plan_groups(p, f);
	return true;
}

/* The bounding set while we may still drop from it; the others once the ids are right. */
void nsx_plan_who(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f)
{
	const struct nsx_credentials *c = &rq->credentials;
	const struct nsx_standing *s = f->standing;

	if (s && s->wanted.bounding != s->before.bounding)
		nsx_plan_add(p, NSX_STEP_BOUNDING);
	if (add_become_who(p, rq, f))
		p->act[p->n - 1].keep_caps = s && s->keep;
	if (c->caps.given || c->ambient.given || c->keep_caps)
		nsx_plan_add(p, NSX_STEP_CAPS);
}

void nsx_plan_confines(struct nsx_plan *p, const struct nsx_request *rq)
{
	const struct nsx_confines *c = &rq->confines;

	add_confine(p, NSX_STEP_CPUS, rq, c->cpus);
	add_confine(p, NSX_STEP_LIMIT, rq, c->any_limit);
	if (rq->credentials.no_new_privs)
		nsx_plan_add(p, NSX_STEP_PRIVS);
	add_confine(p, NSX_STEP_UMASK, rq, c->umask_given);
	add_confine(p, NSX_STEP_PERSONA, rq, c->persona.given);
}

void nsx_plan_label(struct nsx_plan *p, const struct nsx_facts *f)
{
	struct nsx_act *act = nsx_plan_add(p, NSX_STEP_LABEL);

	act->fd = f->proc;
	act->path = nsx_label_file(&f->follow.room->label);
	act->text = f->follow.room->label.text;
}
