/* SPDX-License-Identifier: Apache-2.0 */
#include "graft.h"

#include <errno.h>

#include "fd.h"
#include "unit.h"

static char from[NSX_GRAFT_PATH_BYTES], to[NSX_GRAFT_PATH_BYTES];
static bool writable;
static struct nsx_grafts grafts;
static struct nsx_error error;

/* "FROM TO", and " rw" behind it; or what is wrong. */
static const char *split(const char *text)
{
	static char said[3 * NSX_GRAFT_PATH_BYTES];
	const char *wrong;

	writable = false;
	wrong = nsx_graft_split(text, from, to, &writable);
	if (wrong)
		return wrong;
	(void)snprintf(said, sizeof(said), "%s %s%s", from, to, writable ? " rw" : "");
	return said;
}

static void parts_are_divided_by_colons(void)
{
	static const char *const rows[][2] = {
		{ "/a", "/a /a" },
		{ "/a:/b", "/a /b" },
		{ "a/b:/c", "a/b /c" },
		{ "/a:rw", "/a /a rw" },
		{ "/a:/b:rw", "/a /b rw" },
		{ "/a:/rw", "/a /rw" },
		{ "/a\\:b:/c\\\\d:rw", "/a:b /c\\d rw" },
		{ "/a\\:rw", "/a:rw /a:rw" },
		{ "/a b:/c,d", "/a b /c,d" },
		{ "/:/host", "/ /host" },
		{ "/a:/..b/c..", "/a /..b/c.." },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unit_case = rows[i][0];
		check_text(split(rows[i][0]), rows[i][1]);
	}
}

static void what_is_no_place_is_refused(void)
{
	static const char form[] = "takes PATH[:DEST][:rw]";
	static const char place[] = "takes an absolute DEST below \"/\", without \"..\"";
	static const char *const rows[][2] = {
		{ "/a:/b:ro", form },
		{ "/a:/b:rw:", form },
		{ "/a:/b:/c", form },
		{ "/a:/b:rw:/d", form },
		{ "a", place },
		{ "/a:b", place },
		{ "/a:/", place },
		{ "/a://", place },
		{ "/", place },
		{ "/a:/b/../c", place },
		{ "/a:/..", place },
		{ "/a/..", place },
		{ "/a::rw", place },
		{ "/a:", place },
		{ ":/b", "takes a PATH first" },
		{ "/a:/b:rw1234567890", form },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unit_case = rows[i][0];
		check_text(split(rows[i][0]), rows[i][1]);
	}
}

static void a_long_path_is_refused_whole(void)
{
	static char text[2 * NSX_GRAFT_PATH_BYTES];

	memset(text, 'x', NSX_GRAFT_PATH_BYTES - 1);
	text[0] = '/';
	check_int(nsx_graft_split(text, from, to, &writable) == NULL, true);
	text[NSX_GRAFT_PATH_BYTES - 1] = 'x';
	check_text(split(text), "takes PATH[:DEST][:rw]");
}

static void a_list_keeps_each_place_once(void)
{
	struct nsx_graft *one, *two;

	nsx_grafts_init(&grafts);
	error = (struct nsx_error){ 0 };
	one = nsx_grafts_add(&grafts, "/a", NULL, NSX_GRAFT_MERGE, &error);
	two = nsx_grafts_add(&grafts, "/b", "/a", NSX_GRAFT_OVER, &error);
	check(one && one == two);
	check_int(grafts.n, 1);
	check_text(grafts.at[0].from, "/a");
	check_int(grafts.at[0].how, NSX_GRAFT_MERGE);
	check_int(grafts.at[0].fd, NSX_NOFD);
	two = nsx_grafts_add(&grafts, NULL, "/tmp", NSX_GRAFT_DIRECTORY, &error);
	check(two && !two->from);
	check_int(grafts.n, 2);
}

static void a_full_list_is_an_error(void)
{
	static char text[NSX_GRAFT_TEXT_BYTES];
	char name[16];

	nsx_grafts_init(&grafts);
	error = (struct nsx_error){ 0 };
	for (int i = 0; i < NSX_GRAFT_MAX; i++) {
		(void)snprintf(name, sizeof(name), "/%d", i);
		check(nsx_grafts_add(&grafts, name, NULL, NSX_GRAFT_OVER, &error) != NULL);
	}
	check(nsx_grafts_add(&grafts, "/more", NULL, NSX_GRAFT_OVER, &error) == NULL);
	check_int(error.step, NSX_STEP_GRAFT);
	check_int(error.err, E2BIG);
	check_int(grafts.n, NSX_GRAFT_MAX);

	nsx_grafts_init(&grafts);
	error = (struct nsx_error){ 0 };
	memset(text, 'x', sizeof(text) - 1);
	check(nsx_grafts_keep(&grafts, text, &error) != NULL);
	check(nsx_grafts_keep(&grafts, "", &error) == NULL);
	check_int(error.err, E2BIG);
	nsx_grafts_init(&grafts);
	error = (struct nsx_error){ 0 };
	check(nsx_grafts_keep(&grafts, "x", &error) != NULL);
	check(nsx_grafts_keep(&grafts, text, &error) == NULL);
	check_int(error.err, E2BIG);
}

int main(void)
{
	unit("parts are divided by colons", parts_are_divided_by_colons);
	unit("what is no place is refused", what_is_no_place_is_refused);
	unit("a long path is refused whole", a_long_path_is_refused_whole);
	unit("a list keeps each place once", a_list_keeps_each_place_once);
	unit("a full list is an error", a_full_list_is_an_error);
	return unit_end();
}
