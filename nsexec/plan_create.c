/* SPDX-License-Identifier: Apache-2.0 */
/* What is created, and what is done in it. */
#include "planner.h"

#include "sys_mount.h"

/* runc's: root in it before all else, and what is written is written from outside. */
void nsx_plan_unshares_of_runc(struct nsx_plan *p, const struct nsx_request *rq,
			       const struct nsx_facts *f)
{
	const nsx_kinds user = rq->unshare & NSX_KIND_BIT(NSX_USER);
	const nsx_kinds rest = rq->unshare & ~user;

	if (user) {
		nsx_plan_add(p, NSX_STEP_UNSHARE)->kinds = user;
		nsx_plan_add(p, NSX_STEP_MAP);
		nsx_plan_become_root(p, rq, f);
	}
	if (rest)
		nsx_plan_add(p, NSX_STEP_UNSHARE)->kinds = rest;
	if (rq->outside.offsets)
		nsx_plan_add(p, NSX_STEP_OFFSETS);
	p->outside = user || rq->outside.offsets;
}

nsx_kinds nsx_plan_persistent(const struct nsx_request *rq, nsx_kinds among)
{
	nsx_kinds kinds = 0;

	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (rq->create.file[k])
			kinds |= NSX_KIND_BIT(k);
	return kinds & among;
}

void nsx_plan_persist(struct nsx_plan *p, nsx_kinds kinds)
{
	if (!kinds)
		return;
	nsx_plan_add(p, NSX_STEP_PERSIST)->kinds = kinds;
	p->outside = true;
}

static void add_new_user(struct nsx_plan *p, const struct nsx_request *rq,
			 const struct nsx_facts *f)
{
	const struct nsx_outside *o = &f->outside;

	if (rq->create.owner_uid.given)
		nsx_plan_become(p, rq->create.owner_uid, rq->create.owner_gid);
	nsx_plan_add(p, NSX_STEP_UNSHARE)->kinds = NSX_KIND_BIT(NSX_USER);
	if (o->uid_map || o->gid_map || o->deny_setgroups || o->allow_setgroups) {
		nsx_plan_add(p, NSX_STEP_MAP)->ourselves = f->alone;
		p->outside = p->outside || !f->alone;
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
void nsx_plan_unshares(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f)
{
	const struct nsx_new *n = &rq->create;
	const nsx_kinds rest = rq->unshare & ~NSX_KIND_BIT(NSX_USER);

	if (rq->unshare & NSX_KIND_BIT(NSX_USER))
		add_new_user(p, rq, f);
	if (rest)
		nsx_plan_add(p, NSX_STEP_UNSHARE)->kinds = rest;
	if (f->outside.offsets)
		nsx_plan_add(p, NSX_STEP_OFFSETS)->ourselves = true;
	/* Mounted before they are private, the files would be seen inside as well. */
	if ((rest & NSX_KIND_BIT(NSX_MNT)) && propagation_flags(n->propagation))
		nsx_plan_add(p, NSX_STEP_PROPAGATE)->flags = propagation_flags(n->propagation);
	nsx_plan_persist(p, nsx_plan_persistent(rq, rq->unshare & ~NSX_KIND_BIT(NSX_PID)));
	if (n->hostname)
		nsx_plan_add(p, NSX_STEP_HOSTNAME)->path = n->hostname;
	if (n->loopback)
		nsx_plan_add(p, NSX_STEP_LOOPBACK);
}

static void add_mount(struct nsx_plan *p, const char *type, const char *dir)
{
	struct nsx_act *act = nsx_plan_add(p, NSX_STEP_MOUNT);

	act->text = type;
	act->path = dir;
}

static void add_register(struct nsx_plan *p, const char *dir, const char *definition)
{
	struct nsx_act *act = nsx_plan_add(p, NSX_STEP_REGISTER);

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

void nsx_plan_root(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f)
{
	static const char usual[] = "/proc/sys/fs/binfmt_misc";

	if (registers_early(rq)) {
		add_mount(p, "binfmt_misc", usual);
		add_register(p, usual, rq->create.load_interp);
	}
	if (rq->root)
		nsx_plan_add(p, NSX_STEP_ROOT)->fd = f->root;
	if (f->grafts)
		nsx_plan_add(p, NSX_STEP_GRAFT)->grafts = f->grafts;
}

/*
 * What is grafted is mounted in a copy of the target's mounts that is the program's alone.
 * What is mounted in the target later on still comes to be seen; nothing goes the other way.
 */
void nsx_plan_copy(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f)
{
	const nsx_kinds mnt = NSX_KIND_BIT(NSX_MNT);

	if (!f->grafts || (rq->unshare & mnt))
		return;
	nsx_plan_add(p, NSX_STEP_UNSHARE)->kinds = mnt;
	nsx_plan_add(p, NSX_STEP_PROPAGATE)->flags = NSX_MS_REC | NSX_MS_SLAVE;
	p->unshares |= mnt;
}

void nsx_plan_mounts(struct nsx_plan *p, const struct nsx_request *rq, const struct nsx_facts *f)
{
	const struct nsx_new *n = &rq->create;

	if (n->proc)
		add_mount(p, "proc", n->proc);
	/* A program of ours expects one, and the target may do without. */
	if (rq->host && f->grafts && !n->proc) {
		add_mount(p, "proc", "/proc");
		p->act[p->n - 1].if_none = true;
	}
	if (n->binfmt)
		add_mount(p, "binfmt_misc", n->binfmt);
	if (n->load_interp && !registers_early(rq))
		add_register(p, n->binfmt, n->load_interp);
}
