/* SPDX-License-Identifier: Apache-2.0 */
#include "kinds.h"

#include <sched.h>
#include <unistd.h>

#include "unit.h"

#ifndef CLONE_NEWTIME /* glibc before 2.36 */
#define CLONE_NEWTIME 0x80
#endif

static void every_kind_has_its_row(void)
{
	for (enum nsx_kind a = 0; a < NSX_KIND_COUNT; a++) {
		const struct nsx_kind_info *x = &nsx_kind_table[a];

		unit_case = x->name;
		check(x->name[0] && memchr(x->name, '\0', sizeof(x->name)));
		check(x->flag && (x->flag & (x->flag - 1)) == 0);
		for (enum nsx_kind b = 0; b < a; b++) {
			check(strcmp(x->name, nsx_kind_table[b].name) > 0); /* sorted, too */
			check(x->flag != nsx_kind_table[b].flag);
		}
	}
}

static void flags_are_those_of_libc(void)
{
	static const struct {
		const char *name;
		unsigned flag;
	} rows[] = {
		{ "cgroup", CLONE_NEWCGROUP }, { "ipc", CLONE_NEWIPC }, { "mnt", CLONE_NEWNS },
		{ "net", CLONE_NEWNET },       { "pid", CLONE_NEWPID }, { "time", CLONE_NEWTIME },
		{ "user", CLONE_NEWUSER },     { "uts", CLONE_NEWUTS },
	};

	check_int(sizeof(rows) / sizeof(*rows), NSX_KIND_COUNT);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const enum nsx_kind k = nsx_kind_by_flag(rows[i].flag);

		unit_case = rows[i].name;
		if (check(k < NSX_KIND_COUNT))
			check_text(nsx_kind_table[k].name, rows[i].name);
	}
}

static void flags_find_their_kind(void)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		check_int(nsx_kind_by_flag(nsx_kind_table[k].flag), k);
	check_int(nsx_kind_by_flag(0), NSX_KIND_COUNT);
	check_int(nsx_kind_by_flag(CLONE_THREAD), NSX_KIND_COUNT);
	check_int(nsx_kind_by_flag(CLONE_NEWNS | CLONE_NEWNET), NSX_KIND_COUNT);
	check_int(nsx_kind_by_flag(~0u), NSX_KIND_COUNT);
}

static void sets_become_flags(void)
{
	check_int(nsx_kinds_flags(0), 0);
	check_int(nsx_kinds_flags(NSX_KIND_BIT(NSX_NET)), CLONE_NEWNET);
	check_int(nsx_kinds_flags(NSX_KIND_BIT(NSX_TIME) | NSX_KIND_BIT(NSX_MNT)),
		  CLONE_NEWTIME | CLONE_NEWNS);
	check_int(nsx_kinds_flags(NSX_KINDS_ALL),
		  CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID |
			  CLONE_NEWTIME | CLONE_NEWUSER | CLONE_NEWUTS);
}

/* Each name is one in /proc, but for kinds that this kernel was built without. */
static void names_are_those_of_proc(void)
{
	size_t found = 0;

	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		char path[128];

		(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", nsx_kind_table[k].name);
		found += access(path, F_OK) == 0;
	}
	check(access("/proc/self/ns", F_OK) < 0 || found > 0);
}

int main(void)
{
	unit("every kind has a name and a flag of its own, in order", every_kind_has_its_row);
	unit("the flags are those of libc's header", flags_are_those_of_libc);
	unit("a flag finds its kind, anything else none", flags_find_their_kind);
	unit("a set of kinds becomes its flags", sets_become_flags);
	unit("the names are those in /proc", names_are_those_of_proc);
	return unit_end();
}
