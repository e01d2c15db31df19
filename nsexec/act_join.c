/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "sys_namespace.h"
#include "text.h"

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

	nsx_kinds_put(&t, act->kinds);
	if (act->way == NSX_WAY_PIDFD)
		return nsx_fail_number(e, NSX_STEP_JOIN, err, kinds, "PID ", (uint64_t)act->pid,
				       "");
	nsx_ns_path(path, act->pid, kind);
	(void)nsx_fail(e, NSX_STEP_JOIN, err, kinds, act->path ? act->path : path);
	if (err == EPERM)
		hint_join(plan, kind, f, e);
	return -1;
}

int nsx_act_join(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	int rc = nsx_sys_setns(act->fd, nsx_kinds_flags(act->kinds));

	return rc < 0 ? fail_join(w->plan, act, w->f, -rc, e) : 0;
}

int nsx_act_cgroup(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	(void)act;
	return nsx_cgroups_join(&w->f->cgroups, e);
}
