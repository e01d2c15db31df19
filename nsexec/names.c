/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

#include <errno.h>

#include "text.h"

/* ---- nobody -------------------------------------------------------------------- */

static const char what_is_missing[NSX_NAMED_COUNT][28] = {
	[NSX_NAMED_NOT] = "",
	[NSX_NAMED_UNIT] = "process of unit",
	[NSX_NAMED_CGROUP] = "process in cgroup",
	[NSX_NAMED_CONTAINER] = "container that runs",
	[NSX_NAMED_COMM] = "process of that name",
	[NSX_NAMED_NETNS] = "",
};

static enum nsx_hint hint_nobody(enum nsx_named named)
{
	if (nsx_procfs_hides())
		return NSX_HINT_HIDEPID;
	switch (named) {
	case NSX_NAMED_UNIT:
		return NSX_HINT_NO_UNIT;
	case NSX_NAMED_CGROUP:
		return NSX_HINT_NO_CGROUP;
	case NSX_NAMED_CONTAINER:
		return NSX_HINT_NO_CONTAINER;
	case NSX_NAMED_COMM:
		return NSX_HINT_NO_COMM;
	case NSX_NAMED_NOT:
	case NSX_NAMED_NETNS:
	case NSX_NAMED_COUNT:
		break;
	}
	return NSX_HINT_NONE;
}

/* What could not be read may be where he is. */
static int fail_denied(const struct nsx_who *who, const struct nsx_find *f, struct nsx_error *e)
{
	char which[160];
	struct nsx_text t = nsx_text_on(which, sizeof(which));

	nsx_text_str(&t, f->denied.path);
	nsx_text_str(&t, ", for ");
	nsx_text_str(&t, who->name);
	(void)nsx_fail(e, NSX_STEP_TARGET, f->denied.err, "file of containers", which);
	return nsx_hint(e, NSX_HINT_DENIED, f->looked);
}

/* Its name is known, but nobody is in there. */
static int fail_known(const struct nsx_who *who, const struct nsx_find *f, struct nsx_error *e)
{
	char which[160];
	struct nsx_text t = nsx_text_on(which, sizeof(which));

	nsx_text_str(&t, who->name);
	nsx_text_str(&t, ", ");
	nsx_text_bytes(&t, f->ids.id[0], 12);
	(void)nsx_fail(e, NSX_STEP_TARGET, ESRCH, what_is_missing[who->named], which);
	return nsx_hint(e, NSX_HINT_NO_CONTAINER, f->looked);
}

static int fail_nobody(const struct nsx_who *who, const struct nsx_find *f, struct nsx_error *e)
{
	if (f->ids.n)
		return fail_known(who, f, e);
	if (f->denied.err)
		return fail_denied(who, f, e);
	(void)nsx_fail(e, NSX_STEP_TARGET, ESRCH, what_is_missing[who->named], who->name);
	return nsx_hint(e, hint_nobody(who->named), f->looked);
}

/* ---- pinned --------------------------------------------------------------------- */

/*
 * This /proc may be that of a PID namespace around ours, and have another number for it than
 * we have.  Return: ours; 0: we have none for it.
 */
static int our_number(const struct nsx_found *f)
{
	int theirs[NSX_PROCFS_PIDS_MAX];
	const int us = nsx_procfs_pids(f->proc, nsx_procfs_self(f->proc), theirs);

	if (us <= 1)
		return f->stat.pid;
	return nsx_procfs_pids(f->proc, f->stat.pid, theirs) < us ? 0 : theirs[us - 1];
}

bool nsx_found_is(const struct nsx_found *f, const struct nsx_target *t)
{
	struct nsx_procfs_stat now;

	if (nsx_procfs_stat(t->proc, 0, &now) < 0 || now.ended)
		return false;
	if (now.pid != f->stat.pid || now.start != f->stat.start)
		return false;
	if (f->cgroup.len && !nsx_find_is_in(t->proc, 0, &f->cgroup))
		return false;
	return !f->comm || nsx_find_has_comm(t->proc, 0, f->comm);
}

/* "PID 12, container:ab" */
static int fail(const struct nsx_found *f, const char *what, struct nsx_error *e)
{
	char which[160];
	struct nsx_text t = nsx_text_on(which, sizeof(which));

	nsx_text_str(&t, "PID ");
	nsx_text_i64(&t, f->stat.pid);
	nsx_text_str(&t, ", ");
	nsx_text_str(&t, f->name);
	return nsx_fail(e, NSX_STEP_TARGET, ESRCH, what, which);
}

int nsx_found_pin(const struct nsx_found *f, struct nsx_target *t, struct nsx_error *e)
{
	const struct nsx_who who = { .pid = our_number(f), .pidfd = NSX_NOFD };

	if (!who.pid) {
		(void)fail(f, "process, in our own PID namespace", e);
		return nsx_hint(e, NSX_HINT_PROC, 0);
	}
	if (nsx_target_open(&who, t, e) < 0 || nsx_target_proc(t, e) < 0)
		return -1;
	if (nsx_found_is(f, t))
		return nsx_target_alive(t, e);
	return fail(f, "process, which has changed while it was looked for", e);
}

/* ---- found ---------------------------------------------------------------------- */

static int find(const struct nsx_who *who, struct nsx_find *f, struct nsx_error *e)
{
	switch (who->named) {
	case NSX_NAMED_UNIT:
		return nsx_find_unit(f, e);
	case NSX_NAMED_CGROUP:
		return nsx_find_cgroup(f, e);
	case NSX_NAMED_CONTAINER:
		return nsx_find_container(f, e);
	case NSX_NAMED_COMM:
		return nsx_find_comm(f, e);
	case NSX_NAMED_NOT:
	case NSX_NAMED_NETNS:
	case NSX_NAMED_COUNT:
		break;
	}
	return nsx_fail(e, NSX_STEP_TARGET, 0, "not a process", who->name);
}

static int find_and_pin(const struct nsx_who *who, struct nsx_find *f, struct nsx_target *t,
			struct nsx_error *e)
{
	struct nsx_found found = { .name = who->name, .proc = f->proc };
	const struct nsx_candidate *c;
	const char *cgroup;

	if (find(who, f, e) < 0)
		return -1;
	c = nsx_candidates_choose(&f->found, who->name, f->proc, e);
	if (!c)
		return e->step == NSX_STEP_NONE ? fail_nobody(who, f, e) : -1;
	cgroup = nsx_candidates_text(&f->found, c->cgroup);
	found.stat = c->stat;
	found.cgroup = (struct nsx_find_cgroup){ NULL, cgroup, nsx_text_len(cgroup), c->exactly };
	found.comm = who->named == NSX_NAMED_COMM ? who->bare : NULL;
	return nsx_found_pin(&found, t, e);
}

int nsx_named_open(const struct nsx_who *who, struct nsx_target *t, struct nsx_error *e)
{
	struct nsx_find f = { .proc = NSX_NOFD };
	int rc = nsx_find_open(&f, who->bare, e);

	if (rc == 0)
		rc = find_and_pin(who, &f, t, e);
	nsx_find_close(&f);
	return rc;
}
