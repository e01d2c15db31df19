/* SPDX-License-Identifier: Apache-2.0 */
/* One row of the list, for those who print it: list_table.c and list_json.c. */
#ifndef NSX_LIST_ROW_H
#define NSX_LIST_ROW_H

#include "cgroup_names.h"
#include "list.h"
#include "text.h"

/* All that is said of a set, as it is; none of it need be UTF-8. */
struct nsx_list_row {
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

/* As --target understands it; @shown: bytes of an id. */
void nsx_list_put_name(struct nsx_text *t, const struct nsx_list_row *r, size_t shown);

/* For people, who see names: a line of a table, and the one above all. */
void nsx_list_put_line(struct nsx_text *t, const struct nsx_list_row *r);
void nsx_list_put_head(struct nsx_text *t);

/* For programs, which want it all: an object of JSON. */
void nsx_list_put_object(struct nsx_text *t, const struct nsx_list_row *r);

#endif
