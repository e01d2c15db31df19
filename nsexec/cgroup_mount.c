/* SPDX-License-Identifier: Apache-2.0 */
/* Where cgroups are mounted, as mountinfo tells it. */
#include "cgroups.h"
#include "text.h"

/* Cut the next field off; NULL: there is none. */
static char *next_field(char **at)
{
	char *field = *at;

	if (!*field)
		return NULL;
	while (**at && **at != ' ')
		++*at;
	if (**at)
		*(*at)++ = '\0';
	return field;
}

static bool is_octal(const char *s)
{
	for (int i = 0; i < 3; i++)
		if (s[i] < '0' || s[i] > '7')
			return false;
	return true;
}

/* "\040" and its like, in place. */
static void unescape(char *s)
{
	char *out = s;

	while (*s)
		if (*s == '\\' && is_octal(s + 1)) {
			*out++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 4;
		} else {
			*out++ = *s++;
		}
	*out = '\0';
}

/* "MAJOR:MINOR" as the kernel encodes it for fstat(2). */
static bool read_dev(const char *text, uint64_t *out)
{
	uint64_t major = 0, minor = 0;
	const char *rest = nsx_text_digits(text, 0xfff, &major);

	if (!rest || *rest != ':' || !nsx_text_number(rest + 1, 0xfffff, &minor))
		return false;
	*out = (minor & 0xff) | major << 8 | (minor & ~(uint64_t)0xff) << 12;
	return true;
}

bool nsx_cgroup_mount_parse(char *line, struct nsx_cgroup_mount *out)
{
	enum { ID, PARENT, DEV, ROOT, POINT, OPTIONS, FIELDS };
	char *field[FIELDS], *at = line, *type, *source, *options, *optional;

	for (int i = 0; i < FIELDS; i++) {
		field[i] = next_field(&at);
		if (!field[i])
			return false;
	}
	do
		optional = next_field(&at);
	while (optional && !nsx_text_same(optional, "-"));
	type = next_field(&at);
	source = next_field(&at);
	options = next_field(&at);
	if (!type || !source || !options || !read_dev(field[DEV], &out->dev))
		return false;
	out->unified = nsx_text_same(type, "cgroup2");
	if (!out->unified && !nsx_text_same(type, "cgroup"))
		return false;
	unescape(field[ROOT]);
	unescape(field[POINT]);
	out->root = field[ROOT];
	out->point = field[POINT];
	out->options = options;
	return true;
}

/* Names are never "..": that is what leads above the root of our cgroup namespace. */
static bool leads_up(const char *path)
{
	const char *rest = nsx_text_after(path, "/..");

	return rest && (!*rest || *rest == '/');
}

const char *nsx_cgroup_below(const char *root, const char *path)
{
	const char *rest = nsx_text_same(root, "/") ? path : nsx_text_after(path, root);

	if (!rest || (*rest && *rest != '/') || leads_up(rest))
		return NULL;
	return nsx_text_same(rest, "/") ? "" : rest;
}
