/* SPDX-License-Identifier: Apache-2.0 */
#include "caps.h"

/* <linux/capability.h> */
static const char names[NSX_CAP_NAMED][20] = {
	[0] = "chown",
	[1] = "dac_override",
	[2] = "dac_read_search",
	[3] = "fowner",
	[4] = "fsetid",
	[5] = "kill",
	[6] = "setgid",
	[7] = "setuid",
	[8] = "setpcap",
	[9] = "linux_immutable",
	[10] = "net_bind_service",
	[11] = "net_broadcast",
	[12] = "net_admin",
	[13] = "net_raw",
	[14] = "ipc_lock",
	[15] = "ipc_owner",
	[16] = "sys_module",
	[17] = "sys_rawio",
	[18] = "sys_chroot",
	[19] = "sys_ptrace",
	[20] = "sys_pacct",
	[21] = "sys_admin",
	[22] = "sys_boot",
	[23] = "sys_nice",
	[24] = "sys_resource",
	[25] = "sys_time",
	[26] = "sys_tty_config",
	[27] = "mknod",
	[28] = "lease",
	[29] = "audit_write",
	[30] = "audit_control",
	[31] = "setfcap",
	[32] = "mac_override",
	[33] = "mac_admin",
	[34] = "syslog",
	[35] = "wake_alarm",
	[36] = "block_suspend",
	[37] = "audit_read",
	[38] = "perfmon",
	[39] = "bpf",
	[40] = "checkpoint_restore",
};

/* One item of the list, without its sign. */
struct item {
	const char *at;
	size_t len;
	char sign; /* '+', '-', or 0 */
	bool first;
};

static bool says(const struct item *it, const char *name)
{
	return nsx_text_names(it->at, it->len, name);
}

/* Return: the capability, or NSX_CAP_MAX + 1. */
static unsigned find(const struct item *it)
{
	const bool prefixed = it->len > 4 && nsx_text_names(it->at, 4, "cap_");
	const struct item bare = { .at = it->at + (prefixed ? 4 : 0),
				   .len = it->len - (prefixed ? 4 : 0) };
	unsigned number = 0;

	for (unsigned cap = 0; cap < NSX_CAP_NAMED; cap++)
		if (says(&bare, names[cap]))
			return cap;
	for (size_t i = 0; i < it->len; i++) {
		if (it->at[i] < '0' || it->at[i] > '9' || number > NSX_CAP_MAX)
			return NSX_CAP_MAX + 1;
		number = number * 10 + (unsigned)(it->at[i] - '0');
	}
	return it->len && number <= NSX_CAP_MAX ? number : NSX_CAP_MAX + 1;
}

static void begin(struct nsx_cap_set *set, enum nsx_caps_from from)
{
	*set = (struct nsx_cap_set){ .given = true, .from = from };
}

/* "all", "none", "target".  Return: true, or false if it is none of them. */
static bool is_whole(const struct item *it, enum nsx_caps_from *from)
{
	if (says(it, "all"))
		*from = NSX_CAPS_ALL;
	else if (says(it, "none"))
		*from = NSX_CAPS_NONE;
	else if (says(it, "target"))
		*from = NSX_CAPS_TARGET;
	else
		return false;
	return true;
}

static const char *take_whole(const struct item *it, enum nsx_caps_from from,
			      struct nsx_cap_set *set)
{
	if (it->sign && from != NSX_CAPS_ALL)
		return "takes no sign before this";
	if (!it->sign && !it->first)
		return "takes this only as the first of the list";
	begin(set, it->sign == '-' ? NSX_CAPS_NONE : from);
	return NULL;
}

static const char *take(const struct item *it, bool signs, struct nsx_cap_set *set)
{
	enum nsx_caps_from from = NSX_CAPS_NONE;
	unsigned cap;

	if (it->first)
		begin(set, it->sign ? NSX_CAPS_AS_IT_IS : NSX_CAPS_NONE);
	if (signs && !it->sign)
		return "takes a list that begins with a sign only if each has one";
	if (is_whole(it, &from))
		return take_whole(it, from, set);
	cap = find(it);
	if (cap > NSX_CAP_MAX)
		return "takes names of capabilities";
	set->add &= ~NSX_CAP_BIT(cap);
	set->drop &= ~NSX_CAP_BIT(cap);
	if (it->sign == '-')
		set->drop |= NSX_CAP_BIT(cap);
	else
		set->add |= NSX_CAP_BIT(cap);
	return NULL;
}

const char *nsx_caps_parse(const char *text, struct nsx_cap_set *out, struct nsx_text *bad)
{
	const bool signs = *text == '+' || *text == '-';
	struct nsx_cap_set set = { 0 };

	for (bool first = true;; first = false) {
		struct item it = { .at = text, .first = first };
		const char *wrong;

		if (*text == '+' || *text == '-') {
			it.sign = *text;
			it.at++;
		}
		while (it.at[it.len] && it.at[it.len] != ',')
			it.len++;
		wrong = take(&it, signs, &set);
		if (wrong) {
			nsx_text_bytes(bad, text, (size_t)(it.at - text) + it.len);
			return wrong;
		}
		if (!it.at[it.len])
			break;
		text = it.at + it.len + 1;
	}
	*out = set;
	return NULL;
}

nsx_caps nsx_caps_of(const struct nsx_cap_set *set, nsx_caps as_it_is, nsx_caps all,
		     nsx_caps target)
{
	nsx_caps from = 0;

	switch (set->from) {
	case NSX_CAPS_AS_IT_IS:
		from = as_it_is;
		break;
	case NSX_CAPS_NONE:
		break;
	case NSX_CAPS_ALL:
		from = all;
		break;
	case NSX_CAPS_TARGET:
		from = target;
		break;
	}
	return (from & ~set->drop) | set->add;
}

unsigned nsx_caps_first(nsx_caps set)
{
	unsigned cap = 0;

	while (cap < NSX_CAP_MAX && !(set & NSX_CAP_BIT(cap)))
		cap++;
	return cap;
}

/* Not the compiler's, which may be a function of its library. */
static unsigned count(nsx_caps set)
{
	unsigned n = 0;

	for (; set; set &= set - 1)
		n++;
	return n;
}

void nsx_cap_put(struct nsx_text *t, unsigned cap)
{
	nsx_text_str(t, cap < NSX_CAP_NAMED ? "cap_" : "cap ");
	if (cap < NSX_CAP_NAMED)
		nsx_text_str(t, names[cap]);
	else
		nsx_text_u64(t, cap);
}

void nsx_caps_put(struct nsx_text *t, nsx_caps set, nsx_caps known)
{
	const nsx_caps without = known & ~set;
	const bool most = set && count(without) < count(set);
	const char *between = "";

	if (most || !set)
		nsx_text_str(t, !set ? "none" : without ? "all but " : "all");
	for (unsigned cap = 0; cap <= NSX_CAP_MAX; cap++)
		if ((most ? without : set) & NSX_CAP_BIT(cap)) {
			nsx_text_str(t, between);
			nsx_cap_put(t, cap);
			between = ",";
		}
}
