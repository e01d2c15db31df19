/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

/* The list for programs, which want it all. */
#include "list_row.h"

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

void nsx_list_put_object(struct nsx_text *t, const struct nsx_list_row *r)
{
	char name[sizeof(r->container) + 16];
	struct nsx_text n = nsx_text_on(name, sizeof(name));
	const bool led = r->set->leader.pid;

	nsx_list_put_name(&n, r, sizeof(name));
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
