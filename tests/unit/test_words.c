/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <errno.h>
#include <unistd.h>

#include "unit.h"

static struct nsx_words_store *store;
static struct nsx_words words;
static struct nsx_error error;

/* From storage of exactly that size, so that ASan sees a byte too many. */
static int split_bytes(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);
	int rc;

	memcpy(copy, text, len);
	memset(store, 'x', sizeof(*store));
	memset(&error, 0, sizeof(error));
	words = (struct nsx_words){ 0 };
	rc = nsx_words_split(copy, len, store, &words, &error);
	free(copy);
	return rc;
}

static int split(const char *text)
{
	return split_bytes(text, strlen(text));
}

/* What is left over in the store looks like more empty words. */
static int cut(const char *bytes, size_t len)
{
	memset(store, 0, sizeof(*store));
	memcpy(store->bytes, bytes, len);
	memset(&error, 0, sizeof(error));
	words = (struct nsx_words){ 0 };
	return nsx_words_cut(store, len, &words, &error);
}

/* "[a][b c][]" */
static const char *shown(void)
{
	static char buf[1024];
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < words.n && at < sizeof(buf); i++)
		at += (size_t)snprintf(buf + at, sizeof(buf) - at, "[%s]", words.word[i]);
	return buf;
}

struct row {
	const char *text, *want;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unit_case = rows[i].text;
		if (!check_int(split(rows[i].text), 0))
			return;
		check_text(shown(), rows[i].want);
		check(words.word[words.n] == NULL);
	}
}

#define ROWS(rows) check_rows(rows, sizeof(rows) / sizeof(*(rows)))

static void splits_at_blanks(void)
{
	static const struct row rows[] = {
		{ "", "" },
		{ " \t\n ", "" },
		{ "a", "[a]" },
		{ "-t 1234 -n", "[-t][1234][-n]" },
		{ "  a \t\n b  ", "[a][b]" },
		{ "a\nb", "[a][b]" },
		{ "a\rb\vc", "[a\rb\vc]" },
		{ "\xff\xfe \x80", "[\xff\xfe][\x80]" },
	};

	ROWS(rows);
}

static void quotes_as_the_manual_says(void)
{
	static const struct row rows[] = {
		{ "'a b'", "[a b]" },
		{ "\"a b\"", "[a b]" },
		{ "a\\ b", "[a b]" },
		{ "''", "[]" },
		{ "\"\"", "[]" },
		{ "'' \"\" ''", "[][][]" },
		{ "a''b", "[ab]" },
		{ "a'b'\"c\"\\d", "[abcd]" },
		{ "'a\"b'", "[a\"b]" },
		{ "\"a'b\"", "[a'b]" },
		{ "'a\\b'", "[a\\b]" },
		{ "'\\'", "[\\]" },
		{ "\"\\\"\"", "[\"]" },
		{ "\"\\\\ \\$ \\` \\a \\'\"", "[\\ $ ` \\a \\']" },
		{ "\\a\\'\\\"\\\\", "[a'\"\\]" },
		{ "'a\nb' \"c\td\"", "[a\nb][c\td]" },
	};

	ROWS(rows);
}

static void expands_nothing(void)
{
	static const struct row rows[] = {
		{ "$HOME ${x} `id` $(id)", "[$HOME][${x}][`id`][$(id)]" },
		{ "~ * ? [a-z] {a,b}", "[~][*][?][[a-z]][{a,b}]" },
		{ "a # b ; c & d | e > f", "[a][#][b][;][c][&][d][|][e][>][f]" },
		{ "\"$HOME\" '$HOME' \\$HOME", "[$HOME][$HOME][$HOME]" },
	};

	ROWS(rows);
}

static void joins_continued_lines(void)
{
	static const struct row rows[] = {
		{ "a\\\nb", "[ab]" },	  { "a \\\n b", "[a][b]" },   { "\\\n", "" },
		{ " \\\n \\\n", "" },	  { "a\\\n", "[a]" },	      { "\\\na", "[a]" },
		{ "\"a\\\nb\"", "[ab]" }, { "'a\\\nb'", "[a\\\nb]" }, { "\"\"\\\n", "[]" },
		{ "\\\n\"\"", "[]" },	  { "\"\\\n\"", "[]" },
	};

	ROWS(rows);
}

struct refusal {
	const char *bytes;
	size_t len;
	const char *want; /* as the user reads it */
};

#define REFUSED(bytes, want)                   \
	{                                      \
		bytes, sizeof(bytes) - 1, want \
	}

static void check_refusals(int (*take)(const char *, size_t), const struct refusal *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char text[256];

		unit_case = rows[i].bytes;
		check_int(take(rows[i].bytes, rows[i].len), -1);
		nsx_error_text(&error, text, sizeof(text));
		check_text(text, rows[i].want);
		check(words.word == NULL && words.n == 0);
	}
}

static void refuses_what_is_not_whole(void)
{
	static const struct refusal rows[] = {
		REFUSED("'", "words: byte 1: quote not closed"),
		REFUSED("a \"b", "words: byte 3: quote not closed"),
		REFUSED("a 'b\" c", "words: byte 3: quote not closed"),
		REFUSED("'a' 'b", "words: byte 5: quote not closed"),
		REFUSED("\"a\\\"", "words: byte 1: quote not closed"),
		REFUSED("a\\", "words: byte 2: nothing behind the backslash"),
		REFUSED("\\", "words: byte 1: nothing behind the backslash"),
		REFUSED("\"a\\", "words: byte 3: nothing behind the backslash"),
	};

	check_refusals(split_bytes, rows, sizeof(rows) / sizeof(*rows));
}

static void refuses_nul_wherever_it_is(void)
{
	static const struct refusal rows[] = {
		REFUSED("\0", "words: byte 1: NUL"),	   REFUSED("a\0", "words: byte 2: NUL"),
		REFUSED("a \0b", "words: byte 3: NUL"),	   REFUSED("'a\0b'", "words: byte 3: NUL"),
		REFUSED("\"a\0b\"", "words: byte 3: NUL"), REFUSED("a\\\0b", "words: byte 3: NUL"),
		REFUSED("\"\\\0\"", "words: byte 3: NUL"),
	};

	check_refusals(split_bytes, rows, sizeof(rows) / sizeof(*rows));
}

static bool in_store(const char *p)
{
	return p >= store->bytes && p < store->bytes + sizeof(store->bytes);
}

static void takes_up_to_64_kib(void)
{
	char *text = malloc(NSX_WORDS_MAX + 1), shown_error[256];

	memset(text, 'a', NSX_WORDS_MAX + 1);
	if (check_int(split_bytes(text, NSX_WORDS_MAX), 0)) {
		check_int(words.n, 1);
		check_int(strlen(words.word[0]), NSX_WORDS_MAX);
		check(in_store(words.word[0] + NSX_WORDS_MAX));
	}
	check_int(split_bytes(text, NSX_WORDS_MAX + 1), -1);
	nsx_error_text(&error, shown_error, sizeof(shown_error));
	check_text(shown_error,
		   "words too long (more than 65536 bytes): E2BIG Argument list too long");
	memset(text, ' ', NSX_WORDS_MAX);
	text[NSX_WORDS_MAX - 1] = 'b';
	check_int(split_bytes(text, NSX_WORDS_MAX), 0);
	check_text(shown(), "[b]");
	free(text);
}

/* The words "a" N times, each followed by @end. */
static char *many(size_t n, char end)
{
	char *text = malloc(2 * n);

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = 'a';
		text[2 * i + 1] = end;
	}
	return text;
}

static void check_many(int (*take)(const char *, size_t), char end)
{
	char *text = many(NSX_WORDS_COUNT_MAX + 1, end), shown_error[256];

	if (check_int(take(text, (size_t)2 * NSX_WORDS_COUNT_MAX), 0)) {
		check_int(words.n, NSX_WORDS_COUNT_MAX);
		check_text(words.word[NSX_WORDS_COUNT_MAX - 1], "a");
		check(words.word[NSX_WORDS_COUNT_MAX] == NULL);
	}
	check_int(take(text, (size_t)2 * (NSX_WORDS_COUNT_MAX + 1)), -1);
	nsx_error_text(&error, shown_error, sizeof(shown_error));
	check_text(shown_error,
		   "words too many words (more than 4096): E2BIG Argument list too long");
	free(text);
}

static void takes_up_to_4096_words(void)
{
	check_many(split_bytes, ' ');
	check_many(cut, '\0');
}

static void leaves_a_free_slot_in_front(void)
{
	check_int(split("a b"), 0);
	check(words.word - 1 >= store->word);
	words.word[-1] = store->bytes;
	check_text(shown(), "[a][b]");
	check_int(cut("a\0", 2), 0);
	check(words.word - 1 >= store->word);
}

static void cuts_at_nul_bytes(void)
{
	check_int(cut("a\0b c\0", 6), 0);
	check_text(shown(), "[a][b c]");
	check(words.word[2] == NULL);
	check_int(cut("\0\0", 2), 0);
	check_text(shown(), "[][]");
	check_int(cut("'a'\0\\\0$x\0", 9), 0);
	check_text(shown(), "['a'][\\][$x]");
}

static void refuses_a_torn_message(void)
{
	static const struct refusal rows[] = {
		REFUSED("", "words: nothing arrived before end of file"),
		REFUSED("a", "words: byte 1: the last word has no NUL: the writer ended half-way"),
		REFUSED("-t\0001",
			"words: byte 4: the last word has no NUL: the writer ended half-way"),
	};

	check_refusals(cut, rows, sizeof(rows) / sizeof(*rows));
}

static void refuses_a_message_of_more_than_64_kib(void)
{
	char *bytes = calloc(1, NSX_WORDS_MAX + 1), text[256];

	memset(bytes, 'a', NSX_WORDS_MAX - 1);
	check_int(cut(bytes, NSX_WORDS_MAX), 0);
	check_int(words.n, 1);
	bytes[NSX_WORDS_MAX - 1] = 'a';
	check_int(cut(bytes, NSX_WORDS_MAX + 1), -1);
	nsx_error_text(&error, text, sizeof(text));
	check_text(text, "words too long (more than 65536 bytes): E2BIG Argument list too long");
	free(bytes);
}

/*
 * Every text of up to six of these bytes that we accept goes to a real shell,
 * which prints what it made of it in the same way as we do.
 */
static const char alphabet[] = "a '\"\\";

enum { LONGEST = 6 };

/* As one counts: the first byte is counted up, and carries into the next. */
static bool next_text(char *text)
{
	for (size_t i = 0; i < LONGEST; i++) {
		const char *at = text[i] ? strchr(alphabet, text[i]) + 1 : alphabet;

		if (*at) {
			text[i] = *at;
			return true;
		}
		text[i] = alphabet[0];
	}
	return false;
}

/* Write the shell's script, and what we expect it to print.  Return: number of lines. */
static size_t write_script(FILE *script, FILE *want)
{
	char text[LONGEST + 1] = "";
	size_t n = 0;

	(void)fputs("f() { for w; do printf '[%s]' \"$w\"; done; echo; }\n", script);
	do {
		if (split(text) < 0)
			continue;
		(void)fprintf(script, "f %s\n", text);
		(void)fprintf(want, "%s\n", shown());
		n++;
	} while (next_text(text));
	(void)fflush(script);
	rewind(want);
	return n;
}

static void check_script(FILE *script, FILE *want)
{
	char command[64], a[256], b[256];
	const size_t n = write_script(script, want);
	FILE *got;

	check(n > 5000);
	(void)snprintf(command, sizeof(command), "sh /dev/fd/%d", fileno(script));
	got = popen(command, "r"); /* NOLINT(cert-env33-c): it is the shell that we ask */
	if (!check(got != NULL))
		return;
	for (size_t i = 0; i < n; i++)
		if (!check(fgets(a, sizeof(a), got) && fgets(b, sizeof(b), want)) ||
		    !check_text(b, a))
			break;
	check_int(pclose(got), 0);
}

static void splits_as_the_shell_does(void)
{
	FILE *script = tmpfile(), *want = tmpfile();

	if (check(script != NULL) && check(want != NULL))
		check_script(script, want);
	if (script)
		(void)fclose(script);
	if (want)
		(void)fclose(want);
}

int main(void)
{
	store = malloc(sizeof(*store));
	unit("words are split at blanks and at newlines", splits_at_blanks);
	unit("single quotes, double quotes and backslash quote as in sh",
	     quotes_as_the_manual_says);
	unit("nothing is expanded", expands_nothing);
	unit("a backslash before a newline continues the line", joins_continued_lines);
	unit("every short text is split exactly as sh splits it", splits_as_the_shell_does);
	unit("an open quote or a lone backslash is refused, with its place",
	     refuses_what_is_not_whole);
	unit("a NUL byte is refused wherever it is", refuses_nul_wherever_it_is);
	unit("64 KiB of words are taken, one byte more is refused", takes_up_to_64_kib);
	unit("4096 words are taken, one more is refused", takes_up_to_4096_words);
	unit("the slot in front of the words is free", leaves_a_free_slot_in_front);
	unit("NSEXEC_FD is cut at NUL bytes, and nothing is special in it", cuts_at_nul_bytes);
	unit("a message without its end, or without anything, is refused", refuses_a_torn_message);
	unit("a message of more than 64 KiB is refused", refuses_a_message_of_more_than_64_kib);
	free(store);
	return unit_end();
}
