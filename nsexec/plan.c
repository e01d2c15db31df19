/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include "standing.h"

static struct nsx_act *add(struct nsx_plan *p, enum nsx_step step)
{
	struct nsx_act *act = &p->act[p->n++];

	*act = (struct nsx_act){ .step = step, .fd = NSX_NOFD };
	return act;
}

static void add_group(struct nsx_plan *p, const struct nsx_facts *f, nsx_kinds kinds)
{
	struct nsx_act *act;

	if (!kinds)
		return;
	act = add(p, NSX_STEP_JOIN);
	act->way = NSX_WAY_PIDFD;
	act->kinds = kinds;
	act->fd = f->pidfd;
	act->pid = f->pid;
}

static void add_one(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f,
		    enum nsx_kind kind)
{
	struct nsx_act *act = add(p, NSX_STEP_JOIN);

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

static void add_become(struct nsx_plan *p, struct nsx_id uid, struct nsx_id gid)
{
	struct nsx_act *act = add(p, NSX_STEP_BECOME);

	act->uid = uid;
	act->gid = gid;
}

static const struct nsx_id root_id = { true, 0 };
static const struct nsx_id as_it_is = { false, 0 };

/*
 * At once: until then we are nobody in there, and owner of nothing.  runc leaves
 * the groups to the returning process.
 */
static void add_become_root(struct nsx_plan *p, const struct nsx_request *rq)
{
	if (rq->preserve_credentials)
		return;
	add_become(p, root_id, rq->runc.asked ? as_it_is : root_id);
	p->act[p->n - 1].keep_groups = rq->runc.asked;
}

/* Before: the user namespace may deny for ever what we may still do out here. */
static void add_drop_groups(struct nsx_plan *p, const struct nsx_request *rq)
{
	if (!rq->preserve_credentials && !rq->runc.asked)
		add_become(p, as_it_is, as_it_is);
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
		add_become_root(p, rq);
	add_each(p, rq, f, after);
}

/*
 * By pidfd one call for all: the kernel checks each kind with the rights of before
 * the call, and the user namespace together with what it will own.  So there is
 * nothing that two calls in order could join and one could not.
 */
static void add_joins(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f,
		      enum nsx_way way)
{
	const bool user = p->joins & NSX_KIND_BIT(NSX_USER);

	if (user)
		add_drop_groups(p, rq);
	if (way == NSX_WAY_EACH || f->pidfd == NSX_NOFD) {
		add_joins_each(p, rq, f);
		return;
	}
	add_group(p, f, p->joins);
	if (user)
		add_become_root(p, rq);
}

/* runc's: root in it before all else, and what is written is written from outside. */
static void add_unshares_of_runc(struct nsx_plan *p, const struct nsx_request *rq)
{
	const nsx_kinds user = rq->unshare & NSX_KIND_BIT(NSX_USER);
	const nsx_kinds rest = rq->unshare & ~user;

	if (user) {
		add(p, NSX_STEP_UNSHARE)->kinds = user;
		add(p, NSX_STEP_MAP);
		add_become_root(p, rq);
	}
	if (rest)
		add(p, NSX_STEP_UNSHARE)->kinds = rest;
	if (rq->outside.offsets)
		add(p, NSX_STEP_OFFSETS);
	p->outside = user || rq->outside.offsets;
}

static nsx_kinds persistent(const struct nsx_request *rq, nsx_kinds among)
{
	nsx_kinds kinds = 0;

	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (rq->create.file[k])
			kinds |= NSX_KIND_BIT(k);
	return kinds & among;
}

static void add_persist(struct nsx_plan *p, nsx_kinds kinds)
{
	if (!kinds)
		return;
	add(p, NSX_STEP_PERSIST)->kinds = kinds;
	p->outside = true;
}

static void add_new_user(struct nsx_plan *p, const struct nsx_request *rq,
			 const struct nsx_facts *f)
{
	const struct nsx_outside *o = &f->outside;

	if (rq->create.owner_uid.given)
		add_become(p, rq->create.owner_uid, rq->create.owner_gid);
	add(p, NSX_STEP_UNSHARE)->kinds = NSX_KIND_BIT(NSX_USER);
	if (o->uid_map || o->gid_map || o->deny_setgroups || o->allow_setgroups) {
		add(p, NSX_STEP_MAP)->ourselves = f->alone;
		p->outside = !f->alone;
	}
}

static unsigned long propagation_flags(enum nsx_propagation propagation)
{
	static const unsigned flags[] = {
		[NSX_PROPAGATION_PRIVATE] = NSX_MS_REC | NSX_MS_PRIVATE,
		[NSX_PROPAGATION_SLAVE] = NSX_MS_REC | NSX_MS_SLAVE,
		[NSX_PROPAGATION_SHARED] = NSX_MS_REC | NSX_MS_SHARED,
		[NSX_PROPAGATION_UNCHANGED] = 0,
	};

	return flags[propagation];
}

/* The user namespace first and alone, so that it owns the others. */
static void add_unshares(struct nsx_plan *p, const struct nsx_request *rq,
			 const struct nsx_facts *f)
{
	const struct nsx_new *n = &rq->create;
	const nsx_kinds rest = rq->unshare & ~NSX_KIND_BIT(NSX_USER);

	if (rq->unshare & NSX_KIND_BIT(NSX_USER))
		add_new_user(p, rq, f);
	if (rest)
		add(p, NSX_STEP_UNSHARE)->kinds = rest;
	if (f->outside.offsets)
		add(p, NSX_STEP_OFFSETS)->ourselves = true;
	/* Mounted before they are private, the files would be seen inside as well. */
	if ((rest & NSX_KIND_BIT(NSX_MNT)) && propagation_flags(n->propagation))
		add(p, NSX_STEP_PROPAGATE)->flags = propagation_flags(n->propagation);
	add_persist(p, persistent(rq, rq->unshare & ~NSX_KIND_BIT(NSX_PID)));
	if (n->hostname)
		add(p, NSX_STEP_HOSTNAME)->path = n->hostname;
	if (n->loopback)
		add(p, NSX_STEP_LOOPBACK);
}

static void add_mount(struct nsx_plan *p, const char *type, const char *dir)
{
	struct nsx_act *act = add(p, NSX_STEP_MOUNT);

	act->text = type;
	act->path = dir;
}

static void add_register(struct nsx_plan *p, const char *dir, const char *definition)
{
	struct nsx_act *act = add(p, NSX_STEP_REGISTER);

	act->path = dir;
	act->text = definition;
}

/* Flag F, the last field: the interpreter is opened when it is registered. */
static bool opens_at_once(const char *definition)
{
	const char *flags = definition;

	for (const char *c = definition; *c; c++)
		if (*c == definition[0])
			flags = c + 1;
	while (*flags && *flags != 'F')
		flags++;
	return *flags;
}

/* An interpreter that is opened at once is the caller's, not one of the new root. */
static bool registers_early(const struct nsx_request *rq)
{
	return rq->root && rq->create.load_interp && opens_at_once(rq->create.load_interp);
}

static void add_root(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f)
{
	static const char usual[] = "/proc/sys/fs/binfmt_misc";

	if (registers_early(rq)) {
		add_mount(p, "binfmt_misc", usual);
		add_register(p, usual, rq->create.load_interp);
	}
	if (rq->root)
		add(p, NSX_STEP_ROOT)->fd = f->root;
}

static void add_mounts(struct nsx_plan *p, const struct nsx_request *rq)
{
	const struct nsx_new *n = &rq->create;

	if (n->proc)
		add_mount(p, "proc", n->proc);
	if (n->binfmt)
		add_mount(p, "binfmt_misc", n->binfmt);
	if (n->load_interp && !registers_early(rq))
		add_register(p, n->binfmt, n->load_interp);
}

/* runc's stage-2: a session of its own, and root there. */
static void add_stage_2(struct nsx_plan *p, const struct nsx_request *rq)
{
	add(p, NSX_STEP_SESSION);
	add_become(p, root_id, root_id);
	p->act[p->n - 1].keep_groups = !rq->runc.drop_groups;
	p->act[p->n - 1].must_drop = rq->runc.drop_groups;
}

static void add_confine(struct nsx_plan *p, enum nsx_step step, const struct nsx_request *rq,
			bool asked)
{
	if (asked)
		add(p, step)->confines = &rq->confines;
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
static void add_early(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f)
{
	add_confine(p, NSX_STEP_OOM, rq, rq->confines.oom_score_adj);
	if (!rq->confines.any_limit || !raises(rq, f->standing))
		return;
	add_confine(p, NSX_STEP_LIMIT, rq, true);
	p->act[p->n - 1].early = true;
}

/* The bounding set while we may still drop from it; the others once the ids are right. */
static void add_who(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f)
{
	const struct nsx_credentials *c = &rq->credentials;
	const struct nsx_standing *s = f->standing;

	if (s && s->wanted.bounding != s->before.bounding)
		add(p, NSX_STEP_BOUNDING);
	if (rq->uid.given || rq->gid.given) {
		add_become(p, rq->uid, rq->gid);
		p->act[p->n - 1].keep_caps = s && s->keep;
	}
	if (c->caps.given || c->ambient.given || c->keep_caps)
		add(p, NSX_STEP_CAPS);
}

static void add_confines(struct nsx_plan *p, const struct nsx_request *rq)
{
	const struct nsx_confines *c = &rq->confines;

	add_confine(p, NSX_STEP_CPUS, rq, c->cpus);
	add_confine(p, NSX_STEP_LIMIT, rq, c->any_limit);
	if (rq->credentials.no_new_privs)
		add(p, NSX_STEP_PRIVS);
	add_confine(p, NSX_STEP_UMASK, rq, c->umask_given);
	add_confine(p, NSX_STEP_PERSONA, rq, c->persona.given);
}

/* What is the program's alone: behind the fork, if there is one. */
static void add_of_program(struct nsx_plan *p, const struct nsx_request *rq,
			   const struct nsx_facts *f)
{
	/* A PID namespace is there when its first process is. */
	p->outside_late = persistent(rq, NSX_KIND_BIT(NSX_PID));
	add_persist(p, persistent(rq, NSX_KIND_BIT(NSX_PID)));
	add_mounts(p, rq);
	if (rq->wd)
		add(p, NSX_STEP_CWD)->fd = f->wd;
	if (rq->wdns_dir)
		add(p, NSX_STEP_CWD)->path = rq->wdns_dir;
	add_who(p, rq, f);
	add_confines(p, rq);
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

	*p = (struct nsx_plan){ .joins = f->wanted & ~f->shared, .unshares = rq->unshare };
	p->forks = needs_fork(rq, p->joins);
	if (f->cgroups.n && joins_cgroup_first(rq, p))
		add(p, NSX_STEP_CGROUP);
	add_early(p, rq, f);
	add_joins(p, rq, f, way);
	if (rq->runc.asked)
		add_unshares_of_runc(p, rq);
	else
		add_unshares(p, rq, f);
	add_root(p, rq, f);
	p->n_first = p->n;
	if (p->forks)
		add(p, NSX_STEP_FORK);
	if (f->cgroups.n && !joins_cgroup_first(rq, p)) {
		add(p, NSX_STEP_CGROUP);
		/* To be refused that costs a PID, and a new PID namespace lives as long as its first. */
		p->born = !(rq->unshare & NSX_KIND_BIT(NSX_PID));
	}
	if (rq->runc.asked)
		add_stage_2(p, rq);
	add_of_program(p, rq, f);
	if (rq->pty)
		add(p, NSX_STEP_PTY); /* last: until then, errors are the caller's to see */
	if (!p->forks)
		p->n_first = p->n;
}
