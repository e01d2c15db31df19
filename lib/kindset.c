/* SPDX-License-Identifier: Apache-2.0 */
#include "kindset.h"

#include <errno.h>

#include "sys_file.h"
#include "text.h"

/* Of a set of the caller's; the rest goes to @rest. */
static nsx_kinds known(int flags, unsigned *rest)
{
	nsx_kinds set = 0;

	*rest = (unsigned)flags;
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (*rest & nsx_kind_table[k].flag)
			set |= NSX_KIND_BIT(k);
	*rest &= ~nsx_kinds_flags(NSX_KINDS_ALL);
	return set;
}

static void put_hex(struct nsx_text *t, unsigned n)
{
	static const char digits[] = "0123456789abcdef";
	int shift = 28;

	nsx_text_str(t, "0x");
	while (shift && !(n >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		nsx_text_bytes(t, &digits[n >> shift & 15], 1);
}

void nsx_api_kinds_put(struct nsx_text *t, int flags)
{
	unsigned rest;
	const nsx_kinds set = known(flags, &rest);

	nsx_kinds_put(t, set);
	if (rest) {
		nsx_text_str(t, set ? "," : "");
		put_hex(t, rest);
	}
}

static int fail(const char *what, int flags, struct nsx_error *e)
{
	char text[64];
	struct nsx_text t = nsx_text_on(text, sizeof(text));

	if (flags)
		nsx_api_kinds_put(&t, flags);
	else
		nsx_text_str(&t, "0");
	return nsx_fail(e, NSX_STEP_OPTIONS, 0, what, text);
}

int nsx_api_kinds(int flags, nsx_kinds *out, struct nsx_error *e)
{
	unsigned rest;
	const nsx_kinds set = known(flags, &rest);

	if (rest)
		return fail("not a set of kinds of namespaces", flags, e);
	*out = set;
	return 0;
}

int nsx_api_kind(int flag, enum nsx_kind *out, struct nsx_error *e)
{
	const enum nsx_kind kind = nsx_kind_by_flag((unsigned)flag);

	if (kind == NSX_KIND_COUNT)
		return fail("not one kind of namespace", flag, e);
	*out = kind;
	return 0;
}

void nsx_api_our_path(char path[NSX_OUR_PATH_BYTES], enum nsx_kind kind, const char *tail)
{
	struct nsx_text t = nsx_text_on(path, NSX_OUR_PATH_BYTES);

	nsx_text_str(&t, "/proc/thread-self/ns/");
	nsx_text_str(&t, nsx_kind_table[kind].name);
	nsx_text_str(&t, tail);
}

int nsx_api_kernel_kinds(nsx_kinds *out, struct nsx_error *e)
{
	static const char dir[] = "/proc/thread-self/ns";
	struct nsx_stat st;
	nsx_kinds set = 0;
	int rc = nsx_sys_stat(dir, &st);

	if (rc < 0) {
		(void)nsx_fail(e, NSX_STEP_CHECK, -rc, dir, NULL);
		return nsx_hint(e, NSX_HINT_PROC, 0);
	}
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		char path[NSX_OUR_PATH_BYTES];

		nsx_api_our_path(path, k, "");
		rc = nsx_sys_stat(path, &st);
		if (rc < 0 && rc != -ENOENT)
			return nsx_fail(e, NSX_STEP_CHECK, -rc, path, NULL);
		if (rc == 0)
			set |= NSX_KIND_BIT(k);
	}
	*out = set;
	return 0;
}
