/* SPDX-License-Identifier: Apache-2.0 */
/* As whom we run: ids, capabilities, and what the user namespace makes of them. */
#define _GNU_SOURCE
#include "probe.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void say_groups(void)
{
	gid_t groups[256];
	int n = getgroups(256, groups);
	char text[256 * 12] = "none";

	for (int i = 0, at = 0; i < n; i++)
		at += sprintf(text + at, "%s%u", i ? "," : "", groups[i]);
	say("groups", "%s", text);
}

void say_ids(void)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	/* An id that cannot be changes nothing and tells what is. */
	if (getresuid(&ruid, &euid, &suid) == 0)
		say("uid", "%u %u %u %u", ruid, euid, suid, (uid_t)setfsuid((uid_t)-1));
	if (getresgid(&rgid, &egid, &sgid) == 0)
		say("gid", "%u %u %u %u", rgid, egid, sgid, (gid_t)setfsgid((gid_t)-1));
	say_groups();
}

static uint64_t capability_set(int (*has)(int cap))
{
	uint64_t set = 0;

	for (int cap = 0; cap < 64; cap++)
		if (has(cap) == 1)
			set |= UINT64_C(1) << cap;
	return set;
}

static int bounding(int cap)
{
	return prctl(PR_CAPBSET_READ, cap);
}

static int ambient(int cap)
{
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0);
}

void say_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct set[2];

	if (syscall(SYS_capget, &header, set) == 0) {
		say("cap:effective", "%08x%08x", set[1].effective, set[0].effective);
		say("cap:permitted", "%08x%08x", set[1].permitted, set[0].permitted);
		say("cap:inheritable", "%08x%08x", set[1].inheritable, set[0].inheritable);
	}
	say("cap:bounding", "%016llx", (unsigned long long)capability_set(bounding));
	say("cap:ambient", "%016llx", (unsigned long long)capability_set(ambient));
	say("securebits", "%x", prctl(PR_GET_SECUREBITS));
	say("no_new_privs", "%d", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
}

void say_user_namespace(void)
{
	say_own("uid_map", "uid_map");
	say_own("gid_map", "gid_map");
	say_own("setgroups", "setgroups");
}
