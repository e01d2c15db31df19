/* SPDX-License-Identifier: Apache-2.0 */
#include "stage.h"

#include <errno.h>

#include "outside.h"
#include "text.h"

/* "net", or "cgroup,ipc,net" */
static void put_kinds(struct nsx_text *t, nsx_kinds kinds)
{
	const char *between = "";

	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (kinds & NSX_KIND_BIT(k)) {
			nsx_text_str(t, between);
			nsx_text_str(t, nsx_kind_table[k].name);
			between = ",";
		}
}

/* What a refused join usually needs. */
static void hint_join(const struct nsx_plan *plan, enum nsx_kind kind, const struct nsx_facts *f,
		      struct nsx_error *e)
{
	const struct nsx_ns_fact *ns = &f->ns[kind];

	if (kind == NSX_USER)
		(void)nsx_hint(e, NSX_HINT_CAPABLE, ns->theirs.ino);
	else if (ns->owner && ns->owner != f->our_user && !(plan->joins & NSX_KIND_BIT(NSX_USER)))
		(void)nsx_hint(e, NSX_HINT_ADD_USER, ns->owner);
	else if (ns->owner)
		(void)nsx_hint(e, NSX_HINT_CAPABLE, ns->owner);
}

static enum nsx_kind first_of(nsx_kinds kinds)
{
	enum nsx_kind k = 0;

	while (!(kinds & NSX_KIND_BIT(k)))
		k++;
	return k;
}

/* A refusal by pidfd names no kind; the engine then tries each by itself. */
static int fail_join(const struct nsx_plan *plan, const struct nsx_act *act,
		     const struct nsx_facts *f, int err, struct nsx_error *e)
{
	char kinds[64], path[NSX_NS_PATH_BYTES];
	struct nsx_text t = nsx_text_on(kinds, sizeof(kinds));
	const enum nsx_kind kind = first_of(act->kinds);

	put_kinds(&t, act->kinds);
	if (act->way == NSX_WAY_PIDFD)
		return nsx_fail_number(e, NSX_STEP_JOIN, err, kinds, "PID ", (uint64_t)act->pid,
				       "");
	nsx_ns_path(path, act->pid, kind);
	(void)nsx_fail(e, NSX_STEP_JOIN, err, kinds, act->path ? act->path : path);
	if (err == EPERM)
		hint_join(plan, kind, f, e);
	return -1;
}

static int stage_join(const struct nsx_plan *plan, const struct nsx_act *act,
		      const struct nsx_facts *f, struct nsx_error *e)
{
	int rc = nsx_sys_setns(act->fd, nsx_kinds_flags(act->kinds));

	return rc < 0 ? fail_join(plan, act, f, -rc, e) : 0;
}

static int fail_id(const char *what, uint32_t id, int err, struct nsx_error *e)
{
	char buf[32];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_text_str(&t, what);
	nsx_text_u64(&t, id);
	(void)nsx_fail(e, NSX_STEP_BECOME, err, buf, NULL);
	return nsx_hint(e, err == EINVAL ? NSX_HINT_UNMAPPED : NSX_HINT_NONE, 0);
}

/*
 * Groups first and the user last: each needs what the next gives away.  A user
 * namespace may deny setgroups(2) for ever (user_namespaces(7)); the groups that
 * stay then were the caller's before, and nothing is gained by refusing.
 */
static int stage_become(const struct nsx_plan *plan, const struct nsx_act *act, struct nsx_error *e)
{
	const bool may_stay = plan->joins & NSX_KIND_BIT(NSX_USER);
	int rc = act->keep_groups ? 0 : nsx_sys_drop_groups();

	if (rc == -EPERM && (may_stay || nsx_sys_count_groups() == 0))
		rc = 0;
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_BECOME, -rc, "without supplementary groups", NULL);
	rc = act->gid.given ? nsx_sys_setresgid(act->gid.id) : 0;
	if (rc < 0)
		return fail_id("gid ", act->gid.id, -rc, e);
	rc = act->uid.given ? nsx_sys_setresuid(act->uid.id) : 0;
	if (rc < 0)
		return fail_id("uid ", act->uid.id, -rc, e);
	return 0;
}

/* Left with cwd in the new root, so that no way leads back through "..". */
static int stage_root(const struct nsx_act *act, struct nsx_error *e)
{
	int rc = nsx_sys_fchdir(act->fd);

	if (rc == 0)
		rc = nsx_sys_chroot(".");
	return rc < 0 ? nsx_fail(e, NSX_STEP_ROOT, -rc, "change to it", NULL) : 0;
}

static int stage_cwd(const struct nsx_act *act, struct nsx_error *e)
{
	int rc = act->path ? nsx_sys_chdir(act->path) : nsx_sys_fchdir(act->fd);

	return rc < 0 ? nsx_fail(e, NSX_STEP_CWD, -rc, act->path ? act->path : "change to it", NULL)
		      : 0;
}

static int stage_unshare(const struct nsx_act *act, struct nsx_error *e)
{
	char kinds[64];
	struct nsx_text t = nsx_text_on(kinds, sizeof(kinds));
	int rc = nsx_sys_unshare(nsx_kinds_flags(act->kinds));

	if (rc >= 0)
		return 0;
	put_kinds(&t, act->kinds);
	(void)nsx_fail(e, NSX_STEP_UNSHARE, -rc, kinds, NULL);
	return nsx_hint(e,
			rc == -EPERM			 ? NSX_HINT_CREATE
			: rc == -ENOSPC || rc == -EUSERS ? NSX_HINT_LIMIT
			: rc == -EINVAL			 ? NSX_HINT_KERNEL
							 : NSX_HINT_NONE,
			0);
}

/* A process that has just been made leads no group, so it may lead a session. */
static int stage_session(struct nsx_error *e)
{
	int rc = nsx_sys_setsid();

	return rc < 0 ? nsx_fail(e, NSX_STEP_SESSION, -rc, "lead one", NULL) : 0;
}

static int stage(const struct nsx_plan *plan, const struct nsx_act *act, const struct nsx_facts *f,
		 int outer, struct nsx_error *e)
{
	switch (act->step) {
	case NSX_STEP_JOIN:
		return stage_join(plan, act, f, e);
	case NSX_STEP_UNSHARE:
		return stage_unshare(act, e);
	case NSX_STEP_MAP:
	case NSX_STEP_OFFSETS:
		return nsx_outside_ask(outer, act->step);
	case NSX_STEP_SESSION:
		return stage_session(e);
	case NSX_STEP_BECOME:
		return stage_become(plan, act, e);
	case NSX_STEP_ROOT:
		return stage_root(act, e);
	case NSX_STEP_CWD:
		return stage_cwd(act, e);
	default:
		return nsx_fail(e, act->step, EINVAL, "not an act", NULL);
	}
}

static void log_act(const struct nsx_log *log, const struct nsx_act *act)
{
	char kinds[64];
	struct nsx_text t = nsx_text_on(kinds, sizeof(kinds));

	put_kinds(&t, act->kinds);
	nsx_log(log, NSX_LOG_INFO, nsx_step_name(act->step), act->kinds ? kinds : NULL);
}

static int carry_out(const struct nsx_plan *plan, const struct nsx_act *act,
		     const struct nsx_facts *f, int outer, const struct nsx_log *log,
		     struct nsx_error *e)
{
	if (stage(plan, act, f, outer, e) < 0)
		return -1;
	if (log->level >= NSX_LOG_INFO)
		log_act(log, act);
	return 0;
}

int nsx_stage_walk(const struct nsx_plan *plan, const struct nsx_facts *f, int outer,
		   const struct nsx_log *log, size_t *done, struct nsx_error *e)
{
	for (*done = 0; *done < plan->n_first; ++*done)
		if (carry_out(plan, &plan->act[*done], f, outer, log, e) < 0)
			return -1;
	return 0;
}

int nsx_stage_walk_new(const struct nsx_plan *plan, const struct nsx_facts *f,
		       const struct nsx_log *log, struct nsx_error *e)
{
	for (size_t i = plan->n_first + 1; i < plan->n; i++)
		if (carry_out(plan, &plan->act[i], f, NSX_NOFD, log, e) < 0)
			return -1;
	return 0;
}
