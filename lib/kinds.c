/* SPDX-License-Identifier: Apache-2.0 */
#include "api.h"
#include "kindset.h"

int nsexec_kind_by_name(const char *name)
{
	for (enum nsx_kind k = 0; name && k < NSX_KIND_COUNT; k++)
		if (nsx_text_same(name, nsx_kind_table[k].name))
			return (int)nsx_kind_table[k].flag;
	return 0;
}

const char *nsexec_kind_name(int kind)
{
	const enum nsx_kind k = nsx_kind_by_flag((unsigned)kind);

	return k < NSX_KIND_COUNT ? nsx_kind_table[k].name : NULL;
}

int nsexec_kinds_known(void)
{
	return (int)nsx_kinds_flags(NSX_KINDS_ALL);
}

int nsexec_kinds(int *set, struct nsexec_error *e)
{
	struct nsx_error error = { 0 };
	nsx_kinds have;

	if (nsx_api_kernel_kinds(&have, &error) < 0)
		return nsx_api_fail(e, &error);
	*set = (int)nsx_kinds_flags(have);
	return 0;
}

size_t nsexec_kinds_text(int set, char *buf, size_t size)
{
	char text[64]; /* all names, and one number of eight digits */
	struct nsx_text t = nsx_text_on(text, sizeof(text));

	nsx_api_kinds_put(&t, set);
	return nsx_api_give(&t, buf, size);
}

/* The kind that @len bytes name, or 0. */
static unsigned kind_of(const char *name, size_t len)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		const char *known = nsx_kind_table[k].name;
		size_t same = 0;

		while (same < len && known[same] && name[same] == known[same])
			same++;
		if (same == len && !known[same])
			return nsx_kind_table[k].flag;
	}
	return 0;
}

int nsexec_kinds_parse(const char *text, int *set, struct nsexec_error *e)
{
	struct nsx_error error = { 0 };
	unsigned kinds = 0;

	if (nsx_text_same(text, "all")) {
		*set = nsexec_kinds_known();
		return 0;
	}
	for (const char *at = text, *end; *text && at; at = *end ? end + 1 : NULL) {
		unsigned kind;

		for (end = at; *end && *end != ',';)
			end++;
		kind = kind_of(at, (size_t)(end - at));
		if (!kind) {
			(void)nsx_fail(&error, NSX_STEP_OPTIONS, 0,
				       "not kinds of namespaces, divided by commas", text);
			return nsx_api_fail(e, &error);
		}
		kinds |= kind;
	}
	*set = (int)kinds;
	return 0;
}
