/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

/* How the list is printed: for people, who see names, and for programs, which want it all. */
#include <errno.h>

#include "cgroups.h"
#include "colon.h"
#include "find.h"
#include "list.h"
#include "show.h"
#include "sys_fd.h"
#include "text.h"

enum {
	COLUMN_KINDS = 9,
	COLUMN_OWNER = 19,
	COLUMN_NAME = 31,
	COLUMN_COMMAND = 59,
	COMMAND_SHOWN = 48,
	ID_SHOWN = 12,
	ROW_BYTES = 64 * 1024, /* of JSON: six bytes for each of the longest texts */
};

/* All that is said of a set, as it is; none of it need be UTF-8. */
struct row {
	const struct nsx_list_set *set;
	const char *netns; /* "": none */
	bool has_uid;
	uint32_t uid;
	char user[64];	   /* "": has none */
	char cgroup[4096]; /* that of v2, else of systemd, else any; "": not known */
	char container[256];
	enum nsx_runtime runtime;
	char unit[256];
	char comm[NSX_PROCFS_COMM_BYTES];
	char command[4096];
};

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

static void learn_cgroups(struct row *r, int proc)
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
static bool learn(struct row *r, const struct nsx_list *l, const struct nsx_list_set *set)
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

/* As --target understands it; @shown: bytes of an id. */
static void put_name(struct nsx_text *t, const struct row *r, size_t shown)
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

/* ---- for people --------------------------------------------------------------------- */

static void column(struct nsx_text *t, size_t at)
{
	do
		nsx_text_str(t, " ");
	while (t->len < at && !t->cut);
}

/* The letters of their options, always in the same places. */
static void put_letters(struct nsx_text *t, nsx_kinds kinds)
{
	static const struct {
		char letter;
		unsigned char kind;
	} places[NSX_KIND_COUNT] = {
		{ 'm', NSX_MNT }, { 'u', NSX_UTS },    { 'i', NSX_IPC },  { 'n', NSX_NET },
		{ 'p', NSX_PID }, { 'C', NSX_CGROUP }, { 'U', NSX_USER }, { 'T', NSX_TIME },
	};

	for (size_t i = 0; i < NSX_KIND_COUNT; i++)
		nsx_text_bytes(t, kinds & NSX_KIND_BIT(places[i].kind) ? &places[i].letter : "-",
			       1);
}

static void put_line(struct nsx_text *t, const struct row *r)
{
	char name[sizeof(r->container) + 16], command[COMMAND_SHOWN + 1];
	struct nsx_text n = nsx_text_on(name, sizeof(name));

	if (r->set->leader.pid)
		nsx_text_i64(t, r->set->leader.pid);
	else
		nsx_text_str(t, "-");
	column(t, COLUMN_KINDS);
	put_letters(t, r->set->differs);
	column(t, COLUMN_OWNER);
	if (*r->user)
		nsx_text_plain(t, r->user);
	else if (r->has_uid)
		nsx_text_u64(t, r->uid);
	else
		nsx_text_str(t, "-");
	column(t, COLUMN_NAME);
	put_name(&n, r, ID_SHOWN);
	nsx_text_plain(t, name);
	column(t, COLUMN_COMMAND);
	copy(command, sizeof(command), r->command, nsx_text_len(r->command));
	for (char *c = command; *c; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' '; /* of scripts */
	nsx_text_plain(t, r->set->leader.pid ? command : "-");
	nsx_text_str(t, "\n");
}

static void put_head(struct nsx_text *t)
{
	nsx_text_str(t, "PID");
	column(t, COLUMN_KINDS);
	nsx_text_str(t, "KINDS");
	column(t, COLUMN_OWNER);
	nsx_text_str(t, "OWNER");
	column(t, COLUMN_NAME);
	nsx_text_str(t, "NAME");
	column(t, COLUMN_COMMAND);
	nsx_text_str(t, "COMMAND\n");
}

/* ---- for programs -------------------------------------------------------------------- */

static void put_key(struct nsx_text *t, const char *key)
{
	nsx_text_str(t, ",");
	nsx_text_json(t, key);
	nsx_text_str(t, ":");
}

/* "": null */
static void put_member(struct nsx_text *t, const char *key, const char *value)
{
	put_key(t, key);
	if (*value)
		nsx_text_json(t, value);
	else
		nsx_text_str(t, "null");
}

static void put_number(struct nsx_text *t, const char *key, bool known, uint64_t value)
{
	put_key(t, key);
	if (known)
		nsx_text_u64(t, value);
	else
		nsx_text_str(t, "null");
}

static void put_kinds(struct nsx_text *t, const struct nsx_list_set *set)
{
	const char *between = "";

	put_key(t, "differs");
	nsx_text_str(t, "[");
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		if (!(set->differs & NSX_KIND_BIT(k)))
			continue;
		nsx_text_str(t, between);
		nsx_text_json(t, nsx_kind_table[k].name);
		between = ",";
	}
	nsx_text_str(t, "]");
	put_key(t, "namespaces");
	between = "{";
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		if (!set->ino[k])
			continue;
		nsx_text_str(t, between);
		nsx_text_json(t, nsx_kind_table[k].name);
		nsx_text_str(t, ":");
		nsx_text_u64(t, set->ino[k]);
		between = ",";
	}
	nsx_text_str(t, "}");
}

static void put_object(struct nsx_text *t, const struct row *r)
{
	char name[sizeof(r->container) + 16];
	struct nsx_text n = nsx_text_on(name, sizeof(name));
	const bool led = r->set->leader.pid;

	put_name(&n, r, sizeof(name));
	nsx_text_str(t, "{\"name\":");
	nsx_text_json(t, name);
	put_number(t, "pid", led, (uint64_t)r->set->leader.pid);
	put_number(t, "processes", true, r->set->processes);
	put_kinds(t, r->set);
	put_number(t, "uid", r->has_uid, r->uid);
	put_member(t, "user", r->user);
	put_member(t, "container", r->container);
	put_member(t, "runtime", nsx_runtime_name(r->runtime));
	put_member(t, "unit", r->unit);
	put_member(t, "netns", r->netns);
	put_member(t, "cgroup", r->cgroup);
	put_member(t, "comm", r->comm);
	put_member(t, "command", r->command);
	nsx_text_str(t, "}");
}

/* ---- all of it ------------------------------------------------------------------------- */

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
	struct row r;

	for (size_t i = 0; i < n; i++) {
		struct nsx_text t = nsx_text_on(buf, sizeof(buf));

		if (!learn(&r, l, nsx_list_at(l, order[i])))
			continue;
		if (json)
			nsx_text_str(&t, any ? ",\n" : "\n");
		any = true;
		if (json)
			put_object(&t, &r);
		else
			put_line(&t, &r);
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
		put_head(&t);
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
