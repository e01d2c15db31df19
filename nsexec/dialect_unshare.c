/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What unshare(1) means by letters and names that mean something else to us, who have
 * them from nsenter(1).  All others are those of the table.
 */
#include "parser.h"
#include "text.h"

struct row {
	char letter;
	char name[9];
	unsigned char opt;
	unsigned char takes;
	unsigned char create;
};

#define KIND(kind) NSX_OPT_UNSHARE, NSX_TAKES_FILE, kind
#define FLAG(opt) opt, NSX_TAKES_NOTHING, NSX_KIND_COUNT
#define VALUE(opt) opt, NSX_TAKES_VALUE, NSX_KIND_COUNT

static const struct row rows[] = {
	{ 'm', "mount", KIND(NSX_MNT) },
	{ 'u', "uts", KIND(NSX_UTS) },
	{ 'i', "ipc", KIND(NSX_IPC) },
	{ 'n', "net", KIND(NSX_NET) },
	{ 'p', "pid", KIND(NSX_PID) },
	{ 'U', "user", KIND(NSX_USER) },
	{ 'C', "cgroup", KIND(NSX_CGROUP) },
	{ 'T', "time", KIND(NSX_TIME) },
	{ 'r', "", FLAG(NSX_OPT_MAP_ROOT_USER) },
	{ 'c', "", FLAG(NSX_OPT_MAP_CURRENT_USER) },
	{ 'R', "root", VALUE(NSX_OPT_ROOT) },
	{ 'w', "wd", VALUE(NSX_OPT_WDNS) }, /* after the new root, and as it is called there */
};

static void set(const struct row *row, struct nsx_meaning *out)
{
	out->opt = (enum nsx_option)row->opt;
	out->takes = (enum nsx_takes)row->takes;
	out->create = (enum nsx_kind)row->create;
}

bool nsx_unshare_letter(char letter, struct nsx_meaning *out)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].letter == letter) {
			set(&rows[i], out);
			if (out->create != NSX_KIND_COUNT)
				out->takes = NSX_TAKES_NOTHING; /* -Urn are three */
			return true;
		}
	return false;
}

bool nsx_unshare_name(const char *name, struct nsx_meaning *out)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *rest = nsx_text_after(name, rows[i].name);

		if (rows[i].name[0] && rest && (!*rest || *rest == '=')) {
			set(&rows[i], out);
			return true;
		}
	}
	return false;
}
