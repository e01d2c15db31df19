/* SPDX-License-Identifier: Apache-2.0 */
#include "planner.h"

struct nsx_act *nsx_plan_add(struct nsx_plan *p, enum nsx_step step)
{
	struct nsx_act *act = &p->act[p->n++];

	*act = (struct nsx_act){ .step = step, .fd = NSX_NOFD };
	return act;
}

void nsx_plan_become(struct nsx_plan *p, struct nsx_id uid, struct nsx_id gid)
{
	struct nsx_act *act = nsx_plan_add(p, NSX_STEP_BECOME);

	act->uid = uid;
	act->gid = gid;
}

/* runc's stage-2: a session of its own, and root there. */
static void add_stage_2(struct nsx_plan *p, const struct nsx_request *rq)
{
	nsx_plan_add(p, NSX_STEP_SESSION);
	nsx_plan_become(p, nsx_root_id, nsx_root_id);
	p->act[p->n - 1].keep_groups = !rq->runc.drop_groups;
	p->act[p->n - 1].must_drop = rq->runc.drop_groups;
}

/* What is the program's alone: behind the fork, if there is one. */
static void add_of_program(struct nsx_plan *p, const struct nsx_request *rq,
			   const struct nsx_facts *f)
{
	/* A PID namespace is there when its first process is. */
	p->outside_late = nsx_plan_persistent(rq, NSX_KIND_BIT(NSX_PID));
	nsx_plan_persist(p, nsx_plan_persistent(rq, NSX_KIND_BIT(NSX_PID)));
	nsx_plan_mounts(p, rq, f);
	if (rq->wd)
		nsx_plan_add(p, NSX_STEP_CWD)->fd = f->wd;
	if (rq->wdns_dir)
		nsx_plan_add(p, NSX_STEP_CWD)->path = rq->wdns_dir;
	nsx_plan_who(p, rq, f);
	if (f->follow.labelled)
		nsx_plan_label(p, f);
	nsx_plan_confines(p, rq);
}

static bool needs_fork(const struct nsx_request *rq, nsx_kinds joins)
{
	if (rq->detach || rq->pty || rq->runc.asked)
		return true;
	switch (rq->fork) {
	case NSX_FORK_ALWAYS:
		return true;
	case NSX_FORK_NEVER:
		return false;
	case NSX_FORK_AUTO:
		break;
	}
	/* Of a time namespace only older kernels make a new process necessary (before 6.3). */
	return (joins & NSX_KIND_BIT(NSX_PID)) ||
	       (rq->unshare & (NSX_KIND_BIT(NSX_PID) | NSX_KIND_BIT(NSX_TIME)));
}

/*
 * The first process stays where it is, if another one is to go.  But what a new cgroup
 * namespace shows as its root is the cgroup of whoever has created it, and that is the
 * first one.
 */
static bool joins_cgroup_first(const struct nsx_request *rq, const struct nsx_plan *p)
{
	return !p->forks || (rq->unshare & NSX_KIND_BIT(NSX_CGROUP));
}

void nsx_plan_make(const struct nsx_request *rq, const struct nsx_facts *f, enum nsx_way way,
		   struct nsx_plan *out)
{
	struct nsx_plan *p = out;

	/* But for the acts: each is written as it is added, and most never are. */
	p->n = p->n_first = 0;
	p->joins = f->wanted & ~f->shared;
	p->unshares = rq->unshare;
	p->outside = p->outside_late = p->born = false;
	p->forks = needs_fork(rq, p->joins);
	p->init = rq->init;
	if (f->cgroups.n && joins_cgroup_first(rq, p))
		nsx_plan_add(p, NSX_STEP_CGROUP);
	nsx_plan_early(p, rq, f);
	nsx_plan_joins(p, rq, f, way);
	if (rq->runc.asked)
		nsx_plan_unshares_of_runc(p, rq, f);
	else
		nsx_plan_unshares(p, rq, f);
	nsx_plan_copy(p, rq, f);
	nsx_plan_root(p, rq, f);
	p->n_first = p->n;
	if (p->forks)
		nsx_plan_add(p, NSX_STEP_FORK);
	if (f->cgroups.n && !joins_cgroup_first(rq, p)) {
		nsx_plan_add(p, NSX_STEP_CGROUP);
		/* To be refused that costs a PID, and a new PID namespace lives as long as its first. */
		p->born = !(rq->unshare & NSX_KIND_BIT(NSX_PID));
	}
	if (rq->runc.asked)
		add_stage_2(p, rq);
	add_of_program(p, rq, f);
	/* Last: until then, errors are the caller's to see. */
	if (rq->pty)
		nsx_plan_add(p, NSX_STEP_PTY);
	if (!p->forks)
		p->n_first = p->n;
}

bool nsx_plan_may_share_memory(const struct nsx_plan *p)
{
	static const bool may[NSX_STEP_COUNT] = {
		[NSX_STEP_CGROUP] = true,    [NSX_STEP_JOIN] = true,  [NSX_STEP_UNSHARE] = true,
		[NSX_STEP_PROPAGATE] = true, [NSX_STEP_MOUNT] = true, [NSX_STEP_HOSTNAME] = true,
		[NSX_STEP_LOOPBACK] = true,  [NSX_STEP_LIMIT] = true, [NSX_STEP_PRIVS] = true,
		[NSX_STEP_CPUS] = true,	     [NSX_STEP_UMASK] = true, [NSX_STEP_PERSONA] = true,
		[NSX_STEP_ROOT] = true,	     [NSX_STEP_CWD] = true,   [NSX_STEP_FORK] = true,
	};
	const nsx_kinds own = NSX_KIND_BIT(NSX_USER) | NSX_KIND_BIT(NSX_TIME);

	for (size_t i = 0; i < p->n; i++)
		if (!may[p->act[i].step])
			return false;
	return !p->init && !((p->joins | p->unshares) & own);
}
