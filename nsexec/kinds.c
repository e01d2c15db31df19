/* SPDX-License-Identifier: Apache-2.0 */
#include "kinds.h"

#include "sys_namespace.h"
#include "text.h"

const struct nsx_kind_info nsx_kind_table[NSX_KIND_COUNT] = {
	[NSX_CGROUP] = { "cgroup", NSX_CLONE_NEWCGROUP },
	[NSX_IPC] = { "ipc", NSX_CLONE_NEWIPC },
	[NSX_MNT] = { "mnt", NSX_CLONE_NEWNS },
	[NSX_NET] = { "net", NSX_CLONE_NEWNET },
	[NSX_PID] = { "pid", NSX_CLONE_NEWPID },
	[NSX_TIME] = { "time", NSX_CLONE_NEWTIME },
	[NSX_USER] = { "user", NSX_CLONE_NEWUSER },
	[NSX_UTS] = { "uts", NSX_CLONE_NEWUTS },
};

unsigned nsx_kinds_flags(nsx_kinds set)
{
	unsigned flags = 0;

	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (set & NSX_KIND_BIT(k))
			flags |= nsx_kind_table[k].flag;
	return flags;
}

enum nsx_kind nsx_kind_by_flag(unsigned flag)
{
	enum nsx_kind k = 0;

	while (k < NSX_KIND_COUNT && nsx_kind_table[k].flag != flag)
		k++;
	return k;
}

void nsx_kinds_put(struct nsx_text *t, nsx_kinds kinds)
{
	const char *between = "";

	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (kinds & NSX_KIND_BIT(k)) {
			nsx_text_str(t, between);
			nsx_text_str(t, nsx_kind_table[k].name);
			between = ",";
		}
}
