/* SPDX-License-Identifier: Apache-2.0 */
#include "colon.h"

#include <unistd.h>

#include "unit.h"

static char path[] = "/tmp/nsexec-unit.XXXXXX";
static struct nsx_colon c;

static void write_file(const char *content, size_t len)
{
	FILE *file = fopen(path, "we");

	if (!check(file != NULL))
		return;
	check_int(fwrite(content, 1, len, file), len);
	(void)fclose(file);
}

/* All entries as "[a|b|c|d]". */
static const char *entries(const char *content, size_t len)
{
	static char buf[4096];

	buf[0] = '\0';
	write_file(content, len);
	memset(&c, 0x55, sizeof(c));
	if (!check_int(nsx_colon_open(&c, path), 0))
		return buf;
	while (nsx_colon_next(&c)) {
		const size_t at = strlen(buf);

		(void)snprintf(buf + at, sizeof(buf) - at, "[%.9s|%.9s|%.9s|%.9s]", c.field[0],
			       c.field[1], c.field[2], c.field[3]);
	}
	check(!nsx_colon_next(&c));
	nsx_colon_close(&c);
	check_int(c.fd, NSX_NOFD);
	return buf;
}

#define ENTRIES(content) entries(content, sizeof(content) - 1)

static void fields_are_what_is_between_colons(void)
{
	check_text(ENTRIES("a:b:c:d\n"), "[a|b|c|d]");
	check_text(ENTRIES("a:1:2\nb:3:4\n"), "[a|1|2|][b|3|4|]");
	check_text(ENTRIES("root:x:0:0:root:/root:/bin/sh\n"), "[root|x|0|0]");
	check_text(ENTRIES("::::\n"), "[|||]");
	check_text(ENTRIES("alone\n"), "[alone|||]");
	check_text(ENTRIES(" a : b\n"), "[ a | b||]");
}

static void the_last_line_need_not_end(void)
{
	check_text(ENTRIES("a:1:2\nb:3:4"), "[a|1|2|][b|3|4|]");
	check_text(ENTRIES("b:3:"), "[b|3||]");
	check_text(ENTRIES(""), "");
}

static void comments_and_empty_lines_are_passed_over(void)
{
	check_text(ENTRIES("\n\n# a:1:2\n#\n\nb:3:4\n\n"), "[b|3|4|]");
	check_text(ENTRIES("\n"), "");
	check_text(ENTRIES("b:#:4\n"), "[b|#|4|]");
}

static void bytes_that_no_text_has_end_a_line_early(void)
{
	check_text(ENTRIES("a:1\0:2:3\nb:3:4\n"), "[a|1||][b|3|4|]");
	check_text(ENTRIES("\0:1:2\nb:3:4\n"), "[b|3|4|]");
	check_text(ENTRIES("a:\xff:2\r\n"), "[a|\xff|2\r|]");
}

/* A line whose third field begins after @before bytes, with @behind bytes behind it. */
static const char *long_line(size_t before, size_t behind)
{
	static char line[16384];
	size_t n = before - 3;

	memset(line, 'n', n);
	(void)snprintf(line + n, sizeof(line) - n, ":x:77:");
	n += strlen(":x:77:");
	memset(line + n, 'm', behind);
	n += behind;
	(void)snprintf(line + n, sizeof(line) - n, "\nb:3:4\n");
	return entries(line, n + strlen("\nb:3:4\n"));
}

static void long_lines_count_if_what_matters_is_there(void)
{
	check_text(long_line(8, 100), "[nnnnn|x|77|mmmmmmmmm][b|3|4|]");
	/* Members of a group, more than are looked at, and more than are read at once. */
	for (size_t behind = NSX_COLON_LINE - 20; behind < NSX_COLON_LINE + 20; behind++)
		check_text(long_line(8, behind), "[nnnnn|x|77|mmmmmmmmm][b|3|4|]");
	check_text(long_line(8, 10000), "[nnnnn|x|77|mmmmmmmmm][b|3|4|]");
	/* A number that is cut short is another number. */
	check_text(long_line(NSX_COLON_LINE - 4, 0), "[nnnnnnnnn|x|77|][b|3|4|]");
	for (size_t before = NSX_COLON_LINE - 3; before < NSX_COLON_LINE + 8; before++)
		check_text(long_line(before, 5), "[b|3|4|]");
	check_text(long_line(9000, 5), "[b|3|4|]");
}

static void what_is_not_there_is_told(void)
{
	check_int(nsx_colon_open(&c, "/nosuch/file"), -2);
	check(nsx_colon_open(&c, "/") >= 0); /* opens, and has nothing in it */
	check(!nsx_colon_next(&c));
	nsx_colon_close(&c);
}

static const char accounts[] = "root:x:0:0::/:\n"
			       "bad:x:x:0::/:\n"
			       "far:x:4294967295:0::/:\n"
			       "twice:x:5:0::/:\n"
			       "twice:x:6:0::/:\n"
			       "other:x:5:0::/:\n"
			       "last:x:4294967294:0::/:";

static void names_have_ids(void)
{
	uint32_t id = 99;

	write_file(accounts, sizeof(accounts) - 1);
	check(nsx_colon_id_of(path, "root", &id));
	check_int(id, 0);
	check(nsx_colon_id_of(path, "last", &id));
	check_int(id, 4294967294U);
	check(nsx_colon_id_of(path, "twice", &id));
	check_int(id, 5);
	check(!nsx_colon_id_of(path, "far", &id)); /* that is no id */
	check(!nsx_colon_id_of(path, "bad", &id));
	check(!nsx_colon_id_of(path, "roo", &id));
	check(!nsx_colon_id_of(path, "roott", &id));
	check(!nsx_colon_id_of(path, "", &id));
	check(!nsx_colon_id_of("/nosuch/file", "root", &id));
	check_int(id, 5);
}

static void ids_have_names(void)
{
	char name[8];

	write_file(accounts, sizeof(accounts) - 1);
	check(nsx_colon_name_of(path, 0, name, sizeof(name)));
	check_text(name, "root");
	check(nsx_colon_name_of(path, 5, name, sizeof(name)));
	check_text(name, "twice");
	check(nsx_colon_name_of(path, 4294967294U, name, sizeof(name)));
	check_text(name, "last");
	check(!nsx_colon_name_of(path, 7, name, sizeof(name)));
	check(!nsx_colon_name_of("/nosuch/file", 0, name, sizeof(name)));
	check(!nsx_colon_name_of(path, 0, name, 4)); /* half a name is another's */
}

/* Descriptors that are open afterwards. */
static void nothing_stays_open(void)
{
	const int before = dup(1);
	uint32_t id;
	char name[8];
	int after;

	(void)close(before);
	(void)nsx_colon_id_of(path, "last", &id);
	(void)nsx_colon_id_of(path, "nobody", &id);
	(void)nsx_colon_name_of(path, 5, name, sizeof(name));
	after = dup(1);
	(void)close(after);
	check_int(after, before);
}

int main(void)
{
	const int fd = mkstemp(path);

	(void)close(fd);
	unit("fields are what is between colons", fields_are_what_is_between_colons);
	unit("the last line need not end", the_last_line_need_not_end);
	unit("comments and empty lines are passed over", comments_and_empty_lines_are_passed_over);
	unit("bytes that no text has end a line early", bytes_that_no_text_has_end_a_line_early);
	unit("long lines count if what matters is there",
	     long_lines_count_if_what_matters_is_there);
	unit("what is not there is told", what_is_not_there_is_told);
	unit("names have ids", names_have_ids);
	unit("ids have names", ids_have_names);
	unit("nothing stays open", nothing_stays_open);
	(void)unlink(path);
	return unit_end();
}
