/* SPDX-License-Identifier: Apache-2.0 */
/* Options about new namespaces: each asks for the kind that it is about. */
#include "idmap.h"
#include "parser.h"
#include "text.h"

enum { NANOSECONDS_DIGITS = 9, HOSTNAME_MAX = 64 };

/* Seconds; the kernel takes less, but knows best how much. */
static const uint64_t offset_max = INT64_MAX / 2;

/* Does @s begin with this name, and end or go on with ',' or '=' behind it? */
static const char *after_name(const char *s, const char *name)
{
	const char *rest = nsx_text_after(s, name);

	return rest && (!*rest || *rest == ',' || *rest == '=') ? rest : NULL;
}

/* "net", also "mount": what comes behind it, or NULL if there is no such kind. */
static const char *after_kind(const char *s, enum nsx_kind *kind)
{
	const char *rest = after_name(s, "mount");

	*kind = NSX_MNT;
	if (rest)
		return rest;
	for (*kind = 0; *kind < NSX_KIND_COUNT; ++*kind) {
		rest = after_name(s, nsx_kind_table[*kind].name);
		if (rest)
			return rest;
	}
	return NULL;
}

int nsx_parser_create(struct nsx_parser *p, enum nsx_kind kind, const char *file)
{
	p->rq.unshare |= NSX_KIND_BIT(kind);
	if (file)
		p->rq.create.file[kind] = file;
	return 0;
}

/* A FILE goes on to the end of the word, since it may have a comma in it. */
static int add_kinds(struct nsx_parser *p, const char *value)
{
	struct nsx_request *rq = &p->rq;

	for (const char *at = value;;) {
		enum nsx_kind kind = NSX_KIND_COUNT;
		const char *rest = after_name(at, "all");

		if (rest && *rest != '=') {
			rq->unshare = NSX_KINDS_ALL;
		} else {
			rest = after_kind(at, &kind);
			if (!rest)
				return nsx_parser_fail_value(p, NSX_OPT_UNSHARE,
							     "takes KIND[=FILE],...", value);
			rq->unshare |= NSX_KIND_BIT(kind);
		}
		if (*rest == '=') {
			if (!rest[1] || rq->create.file[kind])
				return nsx_parser_fail_value(p, NSX_OPT_UNSHARE,
							     rest[1] ? "takes one FILE a kind"
								     : "takes no empty FILE",
							     value);
			rq->create.file[kind] = rest + 1;
			return 0;
		}
		if (!*rest)
			return 0;
		at = rest + 1;
	}
}

static int also(struct nsx_parser *p, enum nsx_kind kind)
{
	p->rq.unshare |= NSX_KIND_BIT(kind);
	return 0;
}

static int own_user(struct nsx_parser *p, enum nsx_own own, const char *name)
{
	p->rq.create.user = own;
	p->rq.create.user_name = name;
	return also(p, NSX_USER);
}

static int own_group(struct nsx_parser *p, enum nsx_own own, const char *name)
{
	p->rq.create.group = own;
	p->rq.create.group_name = name;
	return also(p, NSX_USER);
}

static int say_ids(struct nsx_parser *p, enum nsx_option opt, enum nsx_said_of of,
		   const char *value)
{
	struct nsx_range range;

	if (!nsx_range_word(value) && nsx_range_parse(value, &range) < 0)
		return nsx_parser_fail_value(
			p, opt, "takes INSIDE:OUTSIDE:COUNT, auto, subids or all", value);
	(void)also(p, NSX_USER);
	return nsx_parser_say(p, opt, of, value);
}

static int set_setgroups(struct nsx_parser *p, const char *value)
{
	if (nsx_text_same(value, "allow"))
		p->rq.create.setgroups = NSX_SETGROUPS_ALLOW;
	else if (nsx_text_same(value, "deny"))
		p->rq.create.setgroups = NSX_SETGROUPS_DENY;
	else
		return nsx_parser_fail_value(p, NSX_OPT_SETGROUPS, "takes allow or deny", value);
	return also(p, NSX_USER);
}

static int set_owner(struct nsx_parser *p, const char *value)
{
	struct nsx_new *n = &p->rq.create;
	uint64_t uid, gid;
	const char *rest = nsx_text_digits(value, UINT32_MAX - 1, &uid);

	if (!rest || *rest != ':' || !nsx_text_number(rest + 1, UINT32_MAX - 1, &gid))
		return nsx_parser_fail_value(p, NSX_OPT_OWNER, "takes UID:GID", value);
	n->owner_uid = (struct nsx_id){ true, (uint32_t)uid };
	n->owner_gid = (struct nsx_id){ true, (uint32_t)gid };
	return also(p, NSX_USER);
}

static int set_propagation(struct nsx_parser *p, const char *value)
{
	static const char names[][10] = {
		[NSX_PROPAGATION_PRIVATE] = "private",
		[NSX_PROPAGATION_SLAVE] = "slave",
		[NSX_PROPAGATION_SHARED] = "shared",
		[NSX_PROPAGATION_UNCHANGED] = "unchanged",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (nsx_text_same(value, names[i])) {
			p->rq.create.propagation = (enum nsx_propagation)i;
			return also(p, NSX_MNT);
		}
	return nsx_parser_fail_value(p, NSX_OPT_PROPAGATION,
				     "takes private, slave, shared or unchanged", value);
}

/* The kernel's nanoseconds only ever count upwards: -0.25 s is -1 s and 750000000 ns. */
static bool read_offset(const char *s, struct nsx_offset *out)
{
	const bool negative = *s == '-';
	uint64_t sec = 0;
	uint32_t nsec = 0;
	const char *rest = nsx_text_digits(s + (negative || *s == '+'), offset_max, &sec);

	if (!rest)
		return false;
	if (*rest == '.' && rest[1]) {
		rest++;
		for (int i = 0; i < NANOSECONDS_DIGITS; i++) {
			nsec *= 10;
			if (*rest >= '0' && *rest <= '9')
				nsec += (uint32_t)(*rest++ - '0');
		}
	}
	if (*rest)
		return false;
	*out = (struct nsx_offset){ true, (int64_t)sec, nsec };
	if (negative && nsec)
		*out = (struct nsx_offset){ true, -(int64_t)sec - 1, 1000000000 - nsec };
	else if (negative)
		out->sec = -(int64_t)sec;
	return true;
}

static int set_offset(struct nsx_parser *p, enum nsx_option opt, const char *value,
		      struct nsx_offset *out)
{
	if (!read_offset(value, out))
		return nsx_parser_fail_value(
			p, opt, "takes seconds, with up to nine digits behind the point", value);
	return also(p, NSX_TIME);
}

static int set_hostname(struct nsx_parser *p, const char *value)
{
	if (nsx_text_len(value) > HOSTNAME_MAX)
		return nsx_parser_fail_value(p, NSX_OPT_HOSTNAME, "takes up to 64 bytes", value);
	p->rq.create.hostname = value;
	return also(p, NSX_UTS);
}

static int set_binfmt(struct nsx_parser *p, const char *dir)
{
	if (!p->rq.create.binfmt || dir)
		p->rq.create.binfmt = dir ? dir : "/proc/sys/fs/binfmt_misc";
	return also(p, NSX_MNT);
}

/* Without a user namespace of its own it would be registered for the whole machine. */
static int set_interp(struct nsx_parser *p, const char *definition)
{
	p->rq.create.load_interp = definition;
	(void)also(p, NSX_USER);
	return set_binfmt(p, NULL);
}

int nsx_apply_creating(struct nsx_parser *p, enum nsx_option opt, const char *value)
{
	struct nsx_new *n = &p->rq.create;

	switch (opt) {
	case NSX_OPT_UNSHARE:
		return add_kinds(p, value);
	case NSX_OPT_MAP_ROOT_USER:
		(void)own_user(p, NSX_OWN_NAMED, "0");
		return own_group(p, NSX_OWN_NAMED, "0");
	case NSX_OPT_MAP_CURRENT_USER:
		(void)own_user(p, NSX_OWN_SAME, NULL);
		return own_group(p, NSX_OWN_SAME, NULL);
	case NSX_OPT_MAP_USER:
		return own_user(p, NSX_OWN_NAMED, value);
	case NSX_OPT_MAP_GROUP:
		return own_group(p, NSX_OWN_NAMED, value);
	case NSX_OPT_MAP_USERS:
		return say_ids(p, opt, NSX_SAID_UIDS, value);
	case NSX_OPT_MAP_GROUPS:
		return say_ids(p, opt, NSX_SAID_GIDS, value);
	case NSX_OPT_MAP_AUTO:
		if (say_ids(p, opt, NSX_SAID_UIDS, "auto") < 0)
			return -1;
		return say_ids(p, opt, NSX_SAID_GIDS, "auto");
	case NSX_OPT_SETGROUPS:
		return set_setgroups(p, value);
	case NSX_OPT_OWNER:
		return set_owner(p, value);
	case NSX_OPT_PROPAGATION:
		return set_propagation(p, value);
	case NSX_OPT_MOUNT_PROC:
		n->proc = value ? value : "/proc";
		return also(p, NSX_MNT);
	case NSX_OPT_MOUNT_BINFMT:
		return set_binfmt(p, value);
	case NSX_OPT_LOAD_INTERP:
		return set_interp(p, value);
	case NSX_OPT_HOSTNAME:
		return set_hostname(p, value);
	case NSX_OPT_LOOPBACK:
		n->loopback = true;
		return also(p, NSX_NET);
	case NSX_OPT_MONOTONIC:
		return set_offset(p, opt, value, &n->monotonic);
	case NSX_OPT_BOOTTIME:
		return set_offset(p, opt, value, &n->boottime);
	default:
		return nsx_parser_fail_option(p, "unknown option", opt);
	}
}
