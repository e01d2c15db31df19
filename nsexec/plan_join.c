/* SPDX-License-Identifier: Apache-2.0 */
#include "planner.h"

static void add_group(struct nsx_plan *p, const struct nsx_facts *f, nsx_kinds kinds)
{
	struct nsx_act *act;

	if (!kinds)
		return;
	act = nsx_plan_add(p, NSX_STEP_JOIN);
	act->way = NSX_WAY_PIDFD;
	act->kinds = kinds;
	act->fd = f->pidfd;
	act->pid = f->pid;
}

static void add_one(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f,
		    enum nsx_kind kind)
{
	struct nsx_act *act = nsx_plan_add(p, NSX_STEP_JOIN);

	act->way = NSX_WAY_EACH;
	act->kinds = NSX_KIND_BIT(kind);
	act->fd = f->ns[kind].fd;
	act->pid = f->pid;
	act->path = f->ns[kind].from[0] ? f->ns[kind].from : rq->file[kind];
}

/* MNT last among equals: joining it moves root and cwd. */
static void add_each(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f,
		     nsx_kinds kinds)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (k != NSX_MNT && (kinds & NSX_KIND_BIT(k)))
			add_one(p, rq, f, k);
	if (kinds & NSX_KIND_BIT(NSX_MNT))
		add_one(p, rq, f, NSX_MNT);
}

/* Before: the user namespace may deny for ever what we may still do out here. */
static void add_drop_groups(struct nsx_plan *p, const struct nsx_request *rq,
			    const struct nsx_facts *f)
{
	if (rq->preserve_credentials || rq->runc.asked || f->follow.groups_way == NSX_GROUPS_STAY)
		return;
	nsx_plan_become(p, nsx_id_as_it_is, nsx_id_as_it_is);
	if (f->follow.groups_way == NSX_GROUPS_BEFORE)
		nsx_plan_groups(p, f);
}

static nsx_kinds below_user(const struct nsx_facts *f, nsx_kinds kinds)
{
	nsx_kinds below = 0;

	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (f->ns[k].below)
			below |= NSX_KIND_BIT(k);
	return below & kinds;
}

/*
 * One by one: what is not below the user namespace before it, where we still have
 * the right; what is below after it, where we have gained it.
 */
static void add_joins_each(struct nsx_plan *p, const struct nsx_request *rq,
			   const struct nsx_facts *f)
{
	const nsx_kinds user = p->joins & NSX_KIND_BIT(NSX_USER);
	const nsx_kinds after = user ? below_user(f, p->joins & ~user) : 0;

	add_each(p, rq, f, p->joins & ~user & ~after);
	add_each(p, rq, f, user);
	if (user)
		nsx_plan_become_root(p, rq, f);
	add_each(p, rq, f, after);
}

/*
 * By pidfd one call for all: the kernel checks each kind with the rights of before
 * the call, and the user namespace together with what it will own.  So there is
 * nothing that two calls in order could join and one could not.
 */
void nsx_plan_joins(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f,
		    enum nsx_way way)
{
	const bool user = p->joins & NSX_KIND_BIT(NSX_USER);

	if (user)
		add_drop_groups(p, rq, f);
	if (way == NSX_WAY_EACH || f->pidfd == NSX_NOFD) {
		add_joins_each(p, rq, f);
		return;
	}
	add_group(p, f, p->joins);
	if (user)
		nsx_plan_become_root(p, rq, f);
}
