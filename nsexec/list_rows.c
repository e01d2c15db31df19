/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

/* What is said of each set, and in which order. */
#include <errno.h>

#include "cgroups.h"
#include "colon.h"
#include "find.h"
#include "list_row.h"
#include "show.h"
#include "sys_fd.h"
#include "text.h"

enum { ROW_BYTES = 64 * 1024 }; /* of JSON: six bytes for each of the longest texts */

static void copy(char *to, size_t size, const char *from, size_t len)
{
	struct nsx_text t = nsx_text_on(to, size);

	nsx_text_bytes(&t, from, len);
}

/* Which of the hierarchies is the one to be shown: the more the better. */
static int worth(const struct nsx_hierarchy *h)
{
	return !*h->controllers ? 3 : nsx_text_same(h->controllers, "name=systemd") ? 2 : 1;
}

static void learn_cgroups(struct nsx_list_row *r, int proc)
{
	struct nsx_cgroup_part part;
	struct nsx_hierarchy h;
	struct nsx_lines l;
	int shown = 0;
	char *line;

	if (nsx_find_cgroups_of(&l, proc, r->set->leader.pid) == 0)
		while ((line = nsx_lines_next(&l))) {
			if (!nsx_hierarchy_parse(line, &h))
				continue;
			if (!*r->container && nsx_cgroup_innermost(h.path, &part)) {
				copy(r->container, sizeof(r->container), part.name, part.len);
				r->runtime = part.runtime;
			}
			if (!*r->unit && nsx_cgroup_innermost_unit(h.path, &part))
				copy(r->unit, sizeof(r->unit), part.name, part.len);
			if (worth(&h) > shown && (shown <= 1 || !nsx_text_same(h.path, "/"))) {
				copy(r->cgroup, sizeof(r->cgroup), h.path, nsx_text_len(h.path));
				shown = worth(&h);
			}
		}
	nsx_lines_close(&l);
}

/* Return: false: it has ended meanwhile. */
static bool learn(struct nsx_list_row *r, const struct nsx_list *l, const struct nsx_list_set *set)
{
	const int pid = set->leader.pid;
	struct nsx_procfs_stat now;

	r->set = set;
	r->netns = set->netns ? l->texts.at + set->netns : "";
	r->has_uid = false;
	r->uid = 0;
	r->runtime = NSX_RUNTIME_UNKNOWN;
	r->user[0] = r->cgroup[0] = r->container[0] = r->unit[0] = '\0';
	r->comm[0] = r->command[0] = '\0';
	if (!pid)
		return true;
	r->has_uid = nsx_procfs_uid(l->proc, pid, &r->uid);
	if (r->has_uid && !nsx_colon_name_of("/etc/passwd", r->uid, r->user, sizeof(r->user)))
		r->user[0] = '\0';
	learn_cgroups(r, l->proc);
	if (nsx_procfs_comm(l->proc, pid, r->comm) < 0)
		r->comm[0] = '\0';
	nsx_procfs_command(l->proc, pid, r->command, sizeof(r->command));
	return nsx_procfs_stat(l->proc, pid, &now) == 0 && !now.ended &&
	       now.start == set->leader.start;
}

/* Scopes are mostly of sessions, and say less than the name of a network. */
static bool is_service(const char *unit)
{
	for (; *unit; unit++)
		if (nsx_text_same(unit, ".service"))
			return true;
	return false;
}

void nsx_list_put_name(struct nsx_text *t, const struct nsx_list_row *r, size_t shown)
{
	const size_t len = nsx_text_len(r->container);

	if (*r->container) {
		nsx_text_str(t, "container:");
		nsx_text_bytes(t, r->container,
			       nsx_is_container_id(r->container, len) && shown < len ? shown : len);
	} else if (*r->netns && !is_service(r->unit)) {
		nsx_text_str(t, "netns:");
		nsx_text_str(t, r->netns);
	} else if (*r->unit && !nsx_text_after(r->unit, "session-")) {
		nsx_text_str(t, "unit:");
		nsx_text_str(t, r->unit);
	} else {
		nsx_text_str(t, "comm:");
		nsx_text_str(t, r->comm);
	}
}

static bool is_shown(const struct nsx_list_set *set)
{
	return set->differs && (set->led || !set->processes);
}

/* By PID; those without one last. */
static bool is_before(const struct nsx_list_set *a, const struct nsx_list_set *b)
{
	if (!a->leader.pid || !b->leader.pid)
		return a->leader.pid > b->leader.pid;
	return a->leader.pid < b->leader.pid;
}

/* The sets in order: by insertion, into memory for as many numbers.  Return: how many. */
static size_t sort(const struct nsx_list *l, size_t *order)
{
	size_t n = 0;

	for (size_t i = 0; i < nsx_list_count(l); i++) {
		const struct nsx_list_set *set = nsx_list_at(l, i);
		size_t at = n;

		if (!is_shown(set))
			continue;
		for (; at && is_before(set, nsx_list_at(l, order[at - 1])); at--)
			order[at] = order[at - 1];
		order[at] = i;
		n++;
	}
	return n;
}

/* What nobody was allowed to see is said, and is no failure. */
static void tell_missing(const struct nsx_list *l)
{
	char line[256];
	struct nsx_text t = nsx_text_on(line, sizeof(line));

	if (!l->denied && !l->hidden)
		return;
	nsx_text_str(&t, "nsexec: ");
	if (l->denied) {
		nsx_text_u64(&t, l->denied);
		nsx_text_str(&t, l->denied == 1 ? " process" : " processes");
		nsx_text_str(&t, " could not be looked at: that takes their own user, or "
				 "CAP_SYS_PTRACE");
	}
	if (l->hidden)
		nsx_text_str(&t, l->denied ? "; and /proc hides some (hidepid)"
					   : "/proc hides processes of others (hidepid)");
	nsx_text_str(&t, "\n");
	(void)nsx_sys_write(2, line, t.len); /* best effort: there is nobody else to tell */
}

static int show_rows(const struct nsx_list *l, const size_t *order, size_t n, bool json,
		     struct nsx_error *e)
{
	char buf[ROW_BYTES];
	bool any = false;
	struct nsx_list_row r;

	for (size_t i = 0; i < n; i++) {
		struct nsx_text t = nsx_text_on(buf, sizeof(buf));

		if (!learn(&r, l, nsx_list_at(l, order[i])))
			continue;
		if (json)
			nsx_text_str(&t, any ? ",\n" : "\n");
		any = true;
		if (json)
			nsx_list_put_object(&t, &r);
		else
			nsx_list_put_line(&t, &r);
		if (t.cut)
			return nsx_fail(e, NSX_STEP_REPORT, E2BIG, "a row of the list", NULL);
		if (nsx_show(t.buf, t.len, e) < 0)
			return -1;
	}
	return 0;
}

int nsx_list_show(struct nsx_list *l, bool json, struct nsx_error *e)
{
	char head[128];
	struct nsx_text t = nsx_text_on(head, sizeof(head));
	struct nsx_pile order = { 0 };
	size_t *numbers = nsx_pile_add(&order, nsx_list_count(l) * sizeof(*numbers));
	int rc = -1;

	if (json)
		nsx_text_str(&t, "[");
	else
		nsx_list_put_head(&t);
	if (!numbers)
		(void)nsx_fail(e, NSX_STEP_REPORT, ENOMEM, "memory for the list", NULL);
	else if (nsx_show(t.buf, t.len, e) == 0)
		rc = show_rows(l, numbers, sort(l, numbers), json, e);
	nsx_pile_close(&order);
	if (rc == 0 && json)
		rc = nsx_show("\n]\n", 3, e);
	if (rc == 0)
		tell_missing(l);
	return rc;
}
