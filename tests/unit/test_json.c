/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include <unistd.h>

#include "fd.h"
#include "unit.h"

static struct nsx_json j;

/* All pieces, as "{ k:a n:1 } ." with their depth behind what opens. */
static const char *pieces_of(struct nsx_json *from)
{
	static const char letters[] = ".!{}ktnw";
	static char buf[4096];
	enum nsx_json_is is;
	size_t at = 0;

	buf[0] = '\0';
	do {
		is = nsx_json_next(from);
		at += (size_t)snprintf(buf + at, sizeof(buf) - at, "%c", letters[is]);
		if (is == NSX_JSON_OPEN || is == NSX_JSON_CLOSE)
			at += (size_t)snprintf(buf + at, sizeof(buf) - at, "%u", from->depth);
		if (is >= NSX_JSON_KEY)
			at += (size_t)snprintf(buf + at, sizeof(buf) - at, "[%s%s]", from->text,
					       from->cut ? "..." : "");
	} while (is != NSX_JSON_END && is != NSX_JSON_BAD && at < sizeof(buf) - 300);
	return buf;
}

static const char *pieces(const char *text)
{
	unit_case = text;
	nsx_json_memory(&j, text, strlen(text));
	return pieces_of(&j);
}

static void pieces_come_in_order(void)
{
	check_text(pieces(""), ".");
	check_text(pieces(" \n"), ".");
	check_text(pieces("{}"), "{1}0.");
	check_text(pieces("{\"a\":1,\"b\":[\"c\",{\"d\":null}],\"e\":\"f\"}"),
		   "{1k[a]n[1]k[b]{2t[c]{3k[d]w[null]}2}1k[e]t[f]}0.");
	check_text(pieces("[ -1.5e+3 , true,false ]"), "{1n[-1.5e+3]w[true]w[false]}0.");
	check_text(pieces("[[\"a\"],{\"a\":\"a\"}]"), "{1{2t[a]}1{2k[a]t[a]}1}0.");
	check_text(pieces("1 2"), "n[1]n[2].");
}

static void texts_are_decoded(void)
{
	check_text(pieces("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "t[\"\\/\b\f\n\r\t].");
	check_text(pieces("\"\\u0041\\u00e9\\u20AC\""), "t[A\xc3\xa9\xe2\x82\xac].");
	check_text(pieces("\"a\\u0000b\""), "t[ab...].");
	check(!nsx_json_says(&j, "ab"));
	check_text(pieces("\"/web\""), "t[/web].");
}

static void what_is_no_json_ends_it(void)
{
	static const char *const bad[] = { "{",	   "[",	     "}",	"]",	     "[}",
					   "{]",   "\"",     "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
					   "\"\\", "#",	     "\x80",	"[1",	     "{\"a\":1",
					   "'a'",  "{\"a\"", "[1;2]",	"/* a */",   "NaN" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *got = pieces(bad[i]);

		check(got[strlen(got) - 1] == '!');
		check_int(nsx_json_next(&j), NSX_JSON_BAD);
		check_int(nsx_json_next(&j), NSX_JSON_BAD);
	}
}

static void depth_has_a_bound(void)
{
	char deep[2 * NSX_JSON_DEPTH_MAX + 4];

	memset(deep, '[', NSX_JSON_DEPTH_MAX);
	memset(deep + NSX_JSON_DEPTH_MAX, ']', NSX_JSON_DEPTH_MAX);
	nsx_json_memory(&j, deep, (size_t)2 * NSX_JSON_DEPTH_MAX);
	check(strchr(pieces_of(&j), '!') == NULL);
	memset(deep, '[', NSX_JSON_DEPTH_MAX + 1);
	nsx_json_memory(&j, deep, NSX_JSON_DEPTH_MAX + 1);
	check(strchr(pieces_of(&j), '!') != NULL);
}

static void long_texts_are_cut(void)
{
	char line[NSX_JSON_TEXT_BYTES + 3];

	memset(line, 'a', sizeof(line));
	line[0] = line[NSX_JSON_TEXT_BYTES] = '"';
	nsx_json_memory(&j, line, NSX_JSON_TEXT_BYTES + 1);
	check_int(nsx_json_next(&j), NSX_JSON_TEXT);
	check(!j.cut);
	check_int(strlen(j.text), NSX_JSON_TEXT_BYTES - 1);
	line[NSX_JSON_TEXT_BYTES] = 'a';
	line[NSX_JSON_TEXT_BYTES + 1] = '"';
	nsx_json_memory(&j, line, NSX_JSON_TEXT_BYTES + 2);
	check_int(nsx_json_next(&j), NSX_JSON_TEXT);
	check(j.cut);
	check(!nsx_json_says(&j, j.text));
	check_int(nsx_json_next(&j), NSX_JSON_END);
}

static void numbers_are_whole(void)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = { { "0", true },
		     { "4194304", true },
		     { "4194305", false },
		     { "-1", false },
		     { "1.0", false },
		     { "1e3", false },
		     { "18446744073709551616", false } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint64_t number;

		unit_case = rows[i].text;
		nsx_json_memory(&j, rows[i].text, strlen(rows[i].text));
		check_int(nsx_json_next(&j), NSX_JSON_NUMBER);
		check_int(nsx_json_number(&j, 4194304, &number), rows[i].good);
	}
}

static void files_are_read_in_parts(void)
{
	int ends[2];
	char line[6000];

	memset(line, ' ', sizeof(line));
	memcpy(line + 4090, "\"across\"", 8); /* the buffer's end is inside */
	if (!check_int(pipe(ends), 0))
		return;
	check_int(write(ends[1], line, sizeof(line)), sizeof(line));
	(void)close(ends[1]);
	nsx_json_file(&j, ends[0]);
	check_text(pieces_of(&j), "t[across].");
	check_int(j.fd, ends[0]);
	(void)close(ends[0]);
	nsx_json_file(&j, ends[0]); /* closed: nothing there */
	check_text(pieces_of(&j), ".");
}

int main(void)
{
	unit("pieces come in order", pieces_come_in_order);
	unit("texts are decoded", texts_are_decoded);
	unit("what is no JSON ends it", what_is_no_json_ends_it);
	unit("depth has a bound", depth_has_a_bound);
	unit("a long text is cut, and equal to none", long_texts_are_cut);
	unit("numbers are whole, and have bounds", numbers_are_whole);
	unit("a file is read in parts", files_are_read_in_parts);
	return unit_end();
}
