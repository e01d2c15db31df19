/* SPDX-License-Identifier: Apache-2.0 */
#include "graft.h"

#include <errno.h>

#include "fd.h"

void nsx_grafts_init(struct nsx_grafts *g)
{
	g->n = 0;
	g->used = 0;
}

void nsx_grafts_close(struct nsx_grafts *g)
{
	for (size_t i = 0; i < g->n; i++)
		nsx_fd_close(&g->at[i].fd);
}

const char *nsx_grafts_keep(struct nsx_grafts *g, const char *text, struct nsx_error *e)
{
	const size_t bytes = nsx_text_len(text) + 1;

	if (bytes > sizeof(g->text) - g->used) {
		(void)nsx_fail(e, NSX_STEP_GRAFT, E2BIG, "too many paths", text);
		return NULL;
	}
	g->used += bytes;
	return __builtin_memcpy(g->text + sizeof(g->text) - g->used, text, bytes);
}

static struct nsx_graft *find(struct nsx_grafts *g, const char *to)
{
	for (size_t i = 0; i < g->n; i++)
		if (nsx_text_same(g->at[i].to, to))
			return &g->at[i];
	return NULL;
}

struct nsx_graft *nsx_grafts_add(struct nsx_grafts *g, const char *from, const char *to,
				 enum nsx_graft_how how, struct nsx_error *e)
{
	struct nsx_graft *graft = find(g, to ? to : from);
	const char *from_kept = NULL, *to_kept;

	if (graft)
		return graft;
	if (g->n == NSX_GRAFT_MAX) {
		(void)nsx_fail(e, NSX_STEP_GRAFT, E2BIG, "too many", to ? to : from);
		return NULL;
	}
	if (from && !(from_kept = nsx_grafts_keep(g, from, e)))
		return NULL;
	to_kept = to && !(from && nsx_text_same(to, from)) ? nsx_grafts_keep(g, to, e) : from_kept;
	if (!to_kept)
		return NULL;
	graft = &g->at[g->n++];
	*graft = (struct nsx_graft){
		.from = from_kept, .to = to_kept, .how = how, .mode = 0755, .fd = NSX_NOFD
	};
	return graft;
}

/* The next part, up to a colon that stands for itself.  Return: what follows, or NULL: the end. */
static const char *take_part(const char *text, struct nsx_text *t)
{
	for (; *text && *text != ':'; text++) {
		if (*text == '\\' && text[1])
			text++;
		nsx_text_bytes(t, text, 1);
	}
	return *text ? text + 1 : NULL;
}

/* "/a/../b" might be anywhere, and "/" is no place in the root. */
static bool is_place(const char *path)
{
	bool named = false;

	if (*path != '/')
		return false;
	for (const char *c = path; *c; c++) {
		const bool begins = c[0] == '/';

		named = named || !begins;
		if (begins && c[1] == '.' && c[2] == '.' && (!c[3] || c[3] == '/'))
			return false;
	}
	return named;
}

const char *nsx_graft_split(const char *text, char *from, char *to, bool *writable)
{
	struct nsx_text part[4];
	char last[8] = "", none[8] = "";
	size_t n = 0;

	part[0] = nsx_text_on(from, NSX_GRAFT_PATH_BYTES);
	part[1] = nsx_text_on(to, NSX_GRAFT_PATH_BYTES);
	part[2] = nsx_text_on(last, sizeof(last));
	part[3] = nsx_text_on(none, sizeof(none));
	while (text && n < sizeof(part) / sizeof(*part))
		text = take_part(text, &part[n++]);
	if (n > 3 || part[0].cut || part[1].cut)
		return "takes PATH[:DEST][:rw]";
	*writable = nsx_text_same(n == 3 ? last : n == 2 ? to : "", "rw");
	if (n == 3 && !*writable)
		return "takes PATH[:DEST][:rw]";
	if (n == 1 || (n == 2 && *writable)) {
		part[1] = nsx_text_on(to, NSX_GRAFT_PATH_BYTES);
		nsx_text_str(&part[1], from);
	}
	if (!*from)
		return "takes a PATH first";
	return is_place(to) ? NULL : "takes an absolute DEST below \"/\", without \"..\"";
}
