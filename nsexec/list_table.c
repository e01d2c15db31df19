/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

/* The list for people, who see names. */
#include "list_row.h"

enum {
	COLUMN_KINDS = 9,
	COLUMN_OWNER = 19,
	COLUMN_NAME = 31,
	COLUMN_COMMAND = 59,
	COMMAND_SHOWN = 48,
	ID_SHOWN = 12,
};

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

void nsx_list_put_line(struct nsx_text *t, const struct nsx_list_row *r)
{
	char name[sizeof(r->container) + 16], command[COMMAND_SHOWN + 1];
	struct nsx_text n = nsx_text_on(name, sizeof(name));
	struct nsx_text cut = nsx_text_on(command, sizeof(command));

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
	nsx_list_put_name(&n, r, ID_SHOWN);
	nsx_text_plain(t, name);
	column(t, COLUMN_COMMAND);
	nsx_text_str(&cut, r->command);
	for (char *c = command; *c; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' '; /* of scripts */
	nsx_text_plain(t, r->set->leader.pid ? command : "-");
	nsx_text_str(t, "\n");
}

void nsx_list_put_head(struct nsx_text *t)
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
