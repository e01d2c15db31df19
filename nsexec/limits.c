/* SPDX-License-Identifier: Apache-2.0 */
#include "limits.h"

const char nsx_limit_names[NSX_LIMIT_COUNT][12] = {
	[NSX_LIMIT_CPU] = "cpu",	   [NSX_LIMIT_FSIZE] = "fsize",
	[NSX_LIMIT_DATA] = "data",	   [NSX_LIMIT_STACK] = "stack",
	[NSX_LIMIT_CORE] = "core",	   [NSX_LIMIT_RSS] = "rss",
	[NSX_LIMIT_NPROC] = "nproc",	   [NSX_LIMIT_NOFILE] = "nofile",
	[NSX_LIMIT_MEMLOCK] = "memlock",   [NSX_LIMIT_AS] = "as",
	[NSX_LIMIT_LOCKS] = "locks",	   [NSX_LIMIT_SIGPENDING] = "sigpending",
	[NSX_LIMIT_MSGQUEUE] = "msgqueue", [NSX_LIMIT_NICE] = "nice",
	[NSX_LIMIT_RTPRIO] = "rtprio",	   [NSX_LIMIT_RTTIME] = "rttime",
};

/* A stretch of the text; at end, nothing is left. */
struct piece {
	const char *at, *end;
};

/* Cut off what comes before the first @mark, or all there is; the mark goes too. */
static struct piece cut(struct piece *rest, char mark)
{
	struct piece out = { rest->at, rest->at };

	while (out.end < rest->end && *out.end != mark)
		out.end++;
	rest->at = out.end < rest->end ? out.end + 1 : out.end;
	return out;
}

static size_t length(const struct piece *p)
{
	return (size_t)(p->end - p->at);
}

static bool says(const struct piece *p, const char *name)
{
	return nsx_text_names(p->at, length(p), name);
}

/* Of base 10, or of base 16. */
static bool digits(const struct piece *p, unsigned base, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	for (const char *c = p->at; c < p->end; c++) {
		const char low = (char)(*c | 0x20);
		const unsigned digit = *c >= '0' && *c <= '9'	  ? (unsigned)(*c - '0')
				       : low >= 'a' && low <= 'f' ? (unsigned)(low - 'a') + 10
								  : base;

		if (digit >= base || digit > max || n > (max - digit) / base)
			return false;
		n = n * base + digit;
	}
	*out = n;
	return p->at < p->end;
}

/* "1024", "unlimited", or nothing. */
static bool read_side(const struct piece *p, bool *given, uint64_t *value)
{
	*given = p->at < p->end;
	if (!*given)
		return true;
	if (!says(p, "unlimited") && !says(p, "infinity"))
		return digits(p, 10, NSX_UNLIMITED - 1, value);
	*value = NSX_UNLIMITED;
	return true;
}

static enum nsx_resource find_resource(struct piece name)
{
	static const char prefix[] = "rlimit_";
	enum nsx_resource r = 0;

	if (length(&name) > sizeof(prefix) - 1 &&
	    nsx_text_names(name.at, sizeof(prefix) - 1, prefix))
		name.at += sizeof(prefix) - 1;
	while (r < NSX_LIMIT_COUNT && !says(&name, nsx_limit_names[r]))
		r++;
	return r;
}

const char *nsx_limit_parse(const char *text, enum nsx_resource *resource, struct nsx_limit *limit)
{
	struct piece rest = { text, text + nsx_text_len(text) };
	const struct piece name = cut(&rest, '=');
	const bool has_value = rest.at > name.end;
	const struct piece values = rest;
	const struct piece soft = cut(&rest, ':');
	const bool has_colon = rest.at > soft.end;
	const enum nsx_resource r = find_resource(name);
	struct nsx_limit out = { 0 };

	if (r == NSX_LIMIT_COUNT)
		return "takes the name of a limit, as prlimit(1) has it";
	if (!has_value || values.at == values.end)
		return "takes NAME=SOFT:HARD";
	if (!read_side(&soft, &out.soft_given, &out.soft) ||
	    !read_side(&rest, &out.hard_given, &out.hard))
		return "takes numbers, or \"unlimited\"";
	if (!has_colon) {
		out.hard_given = out.soft_given;
		out.hard = out.soft;
	}
	if (!out.soft_given && !out.hard_given)
		return "takes NAME=SOFT:HARD";
	if (out.soft_given && out.hard_given && out.soft > out.hard)
		return "takes no soft limit above the hard one";
	*resource = r;
	*limit = out;
	return NULL;
}

void nsx_limit_put(struct nsx_text *t, uint64_t value)
{
	if (value == NSX_UNLIMITED)
		nsx_text_str(t, "unlimited");
	else
		nsx_text_u64(t, value);
}

/* "7", "0-3", "0-31:2" */
static bool add_cpus(struct piece item, uint64_t mask[NSX_CPU_WORDS])
{
	struct piece range = cut(&item, ':');
	const bool stepped = item.at > range.end;
	const struct piece low = cut(&range, '-');
	const bool ranged = range.at > low.end;
	uint64_t first, last, step = 1;

	if (!digits(&low, 10, NSX_CPUS_MAX - 1, &first))
		return false;
	last = first;
	if (ranged && !digits(&range, 10, NSX_CPUS_MAX - 1, &last))
		return false;
	if (stepped && (!ranged || !digits(&item, 10, NSX_CPUS_MAX, &step)))
		return false;
	if (last < first || !step)
		return false;
	for (uint64_t cpu = first; cpu <= last; cpu += step)
		mask[cpu / 64] |= (uint64_t)1 << cpu % 64;
	return true;
}

bool nsx_cpus_parse(const char *list, uint64_t mask[NSX_CPU_WORDS])
{
	struct piece rest = { list, list + nsx_text_len(list) };

	for (size_t i = 0; i < NSX_CPU_WORDS; i++)
		mask[i] = 0;
	for (;;) {
		const struct piece item = cut(&rest, ',');

		if (!add_cpus(item, mask))
			return false;
		if (item.end == rest.end)
			return true;
	}
}

/* <linux/personality.h>, in the words of setarch(8) and of personality(2). */
static const struct {
	char name[24];
	uint32_t value;
	bool domain;
} personas[] = {
	{ "linux", 0x0, true },
	{ "linux64", 0x0, true },
	{ "linux32", 0x8, true },
	{ "uname_2.6", 0x0020000, false },
	{ "uname26", 0x0020000, false },
	{ "addr_no_randomize", 0x0040000, false },
	{ "fdpic_funcptrs", 0x0080000, false },
	{ "mmap_page_zero", 0x0100000, false },
	{ "addr_compat_layout", 0x0200000, false },
	{ "read_implies_exec", 0x0400000, false },
	{ "32bit", 0x0800000, false },
	{ "addr_limit_32bit", 0x0800000, false },
	{ "short_inode", 0x1000000, false },
	{ "whole_seconds", 0x2000000, false },
	{ "sticky_timeouts", 0x4000000, false },
	{ "3gb", 0x8000000, false },
	{ "addr_limit_3gb", 0x8000000, false },
};

static bool add_persona(struct piece item, struct nsx_persona *p)
{
	if (length(&item) > 4 && nsx_text_names(item.at, 4, "per_"))
		item.at += 4;
	for (size_t i = 0; i < sizeof(personas) / sizeof(*personas); i++) {
		if (!says(&item, personas[i].name))
			continue;
		if (personas[i].domain && p->has_domain)
			return false;
		p->has_domain = p->has_domain || personas[i].domain;
		p->value |= personas[i].value;
		return true;
	}
	return false;
}

/* 4294967295 asks the kernel what it is. */
static bool read_whole(struct piece text, struct nsx_persona *p)
{
	const bool hex = length(&text) > 2 && text.at[0] == '0' && (text.at[1] | 0x20) == 'x';
	uint64_t value;

	if (hex)
		text.at += 2;
	if (!digits(&text, hex ? 16 : 10, UINT32_MAX - 1, &value))
		return false;
	*p = (struct nsx_persona){ .given = true, .whole = true, .value = (uint32_t)value };
	return true;
}

bool nsx_persona_parse(const char *text, struct nsx_persona *out)
{
	struct piece rest = { text, text + nsx_text_len(text) };
	struct nsx_persona p = { .given = true };

	if (read_whole(rest, out))
		return true;
	for (;;) {
		const struct piece item = cut(&rest, ',');

		if (!add_persona(item, &p))
			return false;
		if (item.end == rest.end)
			break;
	}
	*out = p;
	return true;
}

uint32_t nsx_persona_of(const struct nsx_persona *p, uint32_t now)
{
	if (p->whole)
		return p->value;
	return (p->has_domain ? now & ~(uint32_t)NSX_PERSONA_DOMAIN : now) | p->value;
}
