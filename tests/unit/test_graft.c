/* SPDX-License-Identifier: Apache-2.0 */
#include "graft.h"

#include <errno.h>

#include "fd.h"
#include "unit.h"

static char from[NSX_GRAFT_PATH_BYTES], to[NSX_GRAFT_PATH_BYTES];
static bool writable;

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

static struct nsx_grafts grafts;
static struct nsx_error error;
static char text[512];

static void given_none(void)
{
	nsx_grafts_init(&grafts);
	memset(&error, 0, sizeof(error));
}

static const char *failure(void)
{
	nsx_error_text(&error, text, sizeof(text));
	return text;
}

static struct nsx_graft *add(const char *ours, const char *place)
{
	return nsx_grafts_add(&grafts, ours, place, NSX_GRAFT_OVER, &error);
}

static void each_is_kept_once(void)
{
	char ours[] = "/a", place[] = "/b";
	const struct nsx_graft *one;

	given_none();
	one = add(ours, place);
	ours[1] = place[1] = 'x';
	if (!check(one != NULL))
		return;
	check_text(one->from, "/a");
	check_text(one->to, "/b");
	check_int(one->fd, NSX_NOFD);
	check(!one->writable && !one->optional);
	check(add("/other", "/b") == one);
	check(add("/c", NULL) == &grafts.at[1]);
	check_text(grafts.at[1].to, "/c");
	check(add(NULL, "/tmp") == &grafts.at[2] && !grafts.at[2].from);
	check_int(grafts.n, 3);
}

static void there_is_an_end(void)
{
	char name[NSX_GRAFT_TEXT_BYTES / 2];

	given_none();
	for (int i = 0; i < NSX_GRAFT_MAX; i++) {
		(void)snprintf(name, sizeof(name), "/%d", i);
		check(add(name, NULL) != NULL);
	}
	check(add("/0", NULL) == &grafts.at[0]);
	check(add("/x", NULL) == NULL);
	check_text(failure(), "graft too many (/x): E2BIG Argument list too long");

	given_none();
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	check(add(name, "/a") != NULL);
	check(add(name, "/b") == NULL);
	check_int(error.err, E2BIG);
	check_int(grafts.n, 1);
}

/* Nothing is done before all of them are looked at: this needs no privilege. */
static void odd_paths_are_refused(void)
{
	static const char *const odd[] = { "",	  "/",	 "//",	  "/.",	    "a",
					   "./a", "/..", "/a/..", "/a/../b" };

	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		given_none();
		unit_case = odd[i];
		check(add("/", odd[i]) != NULL);
		check_int(nsx_grafts_lay(&grafts, &error), -1);
		check_int(error.step, NSX_STEP_GRAFT);
		check_int(error.err, EINVAL);
	}
}

int main(void)
{
	unit("parts are divided by colons", parts_are_divided_by_colons);
	unit("what is no place is refused", what_is_no_place_is_refused);
	unit("a long path is refused whole", a_long_path_is_refused_whole);
	unit("each is kept once, with its texts", each_is_kept_once);
	unit("there is an end to them", there_is_an_end);
	unit("odd paths are refused", odd_paths_are_refused);
	return unit_end();
}
