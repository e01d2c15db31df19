/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <limits.h>

#include "unit.h"

/* A text of @size bytes, in storage of exactly that size. */
static struct nsx_text text_of(size_t size)
{
	char *buf = malloc(size);

	memset(buf, 'x', size);
	return nsx_text_on(buf, size);
}

static void begins_empty(void)
{
	struct nsx_text t = text_of(1);

	check_text(t.buf, "");
	check(t.len == 0 && t.size == 1 && !t.cut);
	nsx_text_str(&t, "");
	check(!t.cut);
	nsx_text_str(&t, "a");
	check(t.cut && t.len == 0);
	check_text(t.buf, "");
	free(t.buf);
}

static void numbers_in_decimal(void)
{
	static const struct {
		uint64_t number;
		const char *want;
	} rows[] = {
		{ 0, "0" },
		{ 9, "9" },
		{ 10, "10" },
		{ 4026531840, "4026531840" },
		{ UINT64_MAX, "18446744073709551615" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct nsx_text t = text_of(21);

		nsx_text_u64(&t, rows[i].number);
		check_text(t.buf, rows[i].want);
		check(!t.cut);
		free(t.buf);
	}
}

static void signed_numbers(void)
{
	static const struct {
		int64_t number;
		const char *want;
	} rows[] = {
		{ 0, "0" },
		{ -1, "-1" },
		{ 42, "42" },
		{ INT64_MAX, "9223372036854775807" },
		{ INT64_MIN, "-9223372036854775808" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct nsx_text t = text_of(21);

		nsx_text_i64(&t, rows[i].number);
		check_text(t.buf, rows[i].want);
		free(t.buf);
	}
}

struct row {
	const char *text, *want;
};

static void check_json(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct nsx_text t = text_of(256);

		unit_case = rows[i].want;
		nsx_text_json(&t, rows[i].text);
		check_text(t.buf, rows[i].want);
		free(t.buf);
	}
}

static void json_escapes(void)
{
	static const struct row rows[] = {
		{ "", "\"\"" },
		{ "net", "\"net\"" },
		{ "a\"b\\c/", "\"a\\\"b\\\\c/\"" },
		{ "\n\t\r\b\f", "\"\\u000a\\u0009\\u000d\\u0008\\u000c\"" },
		{ "\x01\x1f\x7f ", "\"\\u0001\\u001f\\u007f \"" },
	};

	check_json(rows, sizeof(rows) / sizeof(*rows));
}

#define BAD "\\ufffd"

static void json_takes_utf8(void)
{
	static const struct row rows[] = {
		{ "\xc2\x80", "\"\xc2\x80\"" },			/* U+0080, the first of two bytes */
		{ "\xdf\xbf", "\"\xdf\xbf\"" },			/* U+07FF, the last */
		{ "\xe0\xa0\x80", "\"\xe0\xa0\x80\"" },		/* U+0800, the first of three */
		{ "\xed\x9f\xbf", "\"\xed\x9f\xbf\"" },		/* U+D7FF, before the surrogates */
		{ "\xee\x80\x80", "\"\xee\x80\x80\"" },		/* U+E000, behind them */
		{ "\xef\xbf\xbf", "\"\xef\xbf\xbf\"" },		/* U+FFFF, the last of three */
		{ "\xf0\x90\x80\x80", "\"\xf0\x90\x80\x80\"" }, /* U+10000, the first of four */
		{ "\xf4\x8f\xbf\xbf", "\"\xf4\x8f\xbf\xbf\"" }, /* U+10FFFF, the last of all */
		{ "gr\xc3\xbc\xc3\x9f", "\"gr\xc3\xbc\xc3\x9f\"" },
	};

	check_json(rows, sizeof(rows) / sizeof(*rows));
}

static void json_replaces_what_is_not_utf8(void)
{
	static const struct row rows[] = {
		{ "\x80", "\"" BAD "\"" },			   /* a tail without a head */
		{ "\xff\xfe", "\"" BAD BAD "\"" },		   /* never in UTF-8 */
		{ "\xc0\x80", "\"" BAD BAD "\"" },		   /* overlong NUL */
		{ "\xc1\xbf", "\"" BAD BAD "\"" },		   /* overlong U+007F */
		{ "\xe0\x9f\xbf", "\"" BAD BAD BAD "\"" },	   /* overlong U+07FF */
		{ "\xf0\x8f\xbf\xbf", "\"" BAD BAD BAD BAD "\"" }, /* overlong U+FFFF */
		{ "\xed\xa0\x80", "\"" BAD BAD BAD "\"" },	   /* U+D800, a surrogate */
		{ "\xed\xbf\xbf", "\"" BAD BAD BAD "\"" },	   /* U+DFFF, the last of them */
		{ "\xf4\x90\x80\x80", "\"" BAD BAD BAD BAD "\"" }, /* U+110000, too large */
		{ "\xf5\x80\x80\x80", "\"" BAD BAD BAD BAD "\"" }, /* larger still */
		{ "\xc3", "\"" BAD "\"" },			   /* cut short by the end */
		{ "\xe2\x82", "\"" BAD BAD "\"" },
		{ "\xf0\x9f\x98", "\"" BAD BAD BAD "\"" },
		{ "\xc3\"", "\"" BAD "\\\"\"" }, /* cut short by a quote, which still counts */
		{ "\xe2\x82x", "\"" BAD BAD "x\"" },
		{ "\xf0\x9f\x98\n", "\"" BAD BAD BAD "\\u000a\"" },
	};

	check_json(rows, sizeof(rows) / sizeof(*rows));
}

/* All that begin with two given bytes: valid exactly as a decoder by the book says. */
static bool valid_by_the_book(const unsigned char *s, size_t n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t code = s[0] & (0xffu >> (n + 1));

	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return false;
		code = code << 6 | (s[i] & 0x3f);
	}
	return code >= least[n] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

static bool passes(const unsigned char *s, size_t n)
{
	char want[8], buf[64];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	(void)snprintf(want, sizeof(want), "\"%.*s\"", (int)n, (const char *)s);
	nsx_text_json(&t, (const char *)s);
	return strcmp(buf, want) == 0;
}

static void utf8_as_the_book_says(void)
{
	static const unsigned char tails[] = { 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0 };

	for (unsigned first = 0xc0; first <= 0xf7; first++)
		for (unsigned second = 1; second <= 0xff; second++)
			for (size_t i = 0; i < sizeof(tails); i++) {
				const size_t n = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
				unsigned char s[5] = { (unsigned char)first,
						       (unsigned char)second };

				for (size_t k = 2; k < n; k++)
					s[k] = tails[i];
				s[n] = '\0';
				if (passes(s, n) != valid_by_the_book(s, n)) {
					check_int(first << 16 | second << 8 | tails[i], -1);
					return;
				}
			}
}

static void plain_cannot_steer_a_terminal(void)
{
	struct nsx_text t = text_of(128);

	nsx_text_plain(&t, "a\x1b[31mb\n\x7f\x80\xc3\xbc\"\\");
	check_text(t.buf, "a\\x1b[31mb\\x0a\\x7f\\x80\xc3\xbc\"\\");
	free(t.buf);
}

static void put_all(struct nsx_text *t)
{
	nsx_text_str(t, "ab");
	nsx_text_u64(t, 1234567890);
	nsx_text_json(t, "q\"\x01\xff\xc3\xbc");
	nsx_text_plain(t, "\x1b");
	nsx_text_i64(t, -5);
	nsx_text_bytes(t, "c", 1);
	nsx_text_bytes(t, "", 0);
}

/* Cut anywhere, it is a beginning of the whole, ends in a NUL and says that it was cut. */
static void cut_at_every_size(void)
{
	struct nsx_text whole = text_of(256);
	size_t n;

	put_all(&whole);
	n = whole.len + 1;
	check(!whole.cut);
	for (size_t size = 1; size <= n + 1; size++) {
		struct nsx_text t = text_of(size);

		put_all(&t);
		check_int(t.len, strlen(t.buf));
		check(t.len < size);
		check_int(t.cut, size < n);
		if (!t.cut)
			check_text(t.buf, whole.buf);
		free(t.buf);
	}
	free(whole.buf);
}

static void number_is_the_whole_text(void)
{
	uint64_t n = 7;

	check(nsx_text_number("0", 0, &n) && n == 0);
	check(nsx_text_number("00", 0, &n) && n == 0);
	check(nsx_text_number("255", 255, &n) && n == 255);
	check(nsx_text_number("18446744073709551615", UINT64_MAX, &n) && n == UINT64_MAX);
	n = 7;
	check(!nsx_text_number("", 9, &n));
	check(!nsx_text_number("1", 0, &n));
	check(!nsx_text_number("256", 255, &n));
	check(!nsx_text_number("2550", 255, &n));
	check(!nsx_text_number("18446744073709551616", UINT64_MAX, &n));
	check(!nsx_text_number("99999999999999999999999", UINT64_MAX, &n));
	check(!nsx_text_number(" 1", 9, &n) && !nsx_text_number("1 ", 9, &n));
	check(!nsx_text_number("-1", 9, &n) && !nsx_text_number("+1", 9, &n));
	check(!nsx_text_number("1a", 99, &n) && !nsx_text_number("a", 99, &n));
	check(!nsx_text_number("\xb1", 99, &n) && !nsx_text_number("/", 99, &n));
	check(!nsx_text_number(":", 99, &n));
	check_int(n, 7);
}

/* Every bound around a power of ten, where the check for overflow could be off. */
static void number_keeps_to_its_bound(void)
{
	for (uint64_t max = 0; max < 1200; max++)
		for (uint64_t i = 0; i < 1250; i++) {
			char buf[16];
			uint64_t n = 0;

			(void)snprintf(buf, sizeof(buf), "%u", (unsigned)i);
			if (nsx_text_number(buf, max, &n) == (i <= max) && (i > max || n == i))
				continue;
			unit_case = buf;
			check_int(max, -1);
			return;
		}
}

static void compares(void)
{
	const char *text = "target=1";

	check(nsx_text_same("", "") && nsx_text_same("a", "a"));
	check(!nsx_text_same("a", "") && !nsx_text_same("", "a") && !nsx_text_same("ab", "ac"));
	check(!nsx_text_same("a", "ab") && !nsx_text_same("ab", "a"));
	check(nsx_text_after(text, "target") == text + 6);
	check(nsx_text_after(text, "") == text);
	check(nsx_text_after(text, text) == text + 8);
	check(nsx_text_after("tar", "target") == NULL);
	check(nsx_text_after("", "t") == NULL && nsx_text_after("", "") != NULL);
	check_int(nsx_text_len(""), 0);
	check_int(nsx_text_len("abc"), 3);
}

static void bytes_are_compared_to_their_end(void)
{
	check(nsx_bytes_same("a\0b", "a\0b", 4));
	check(!nsx_bytes_same("a\0b", "a\0c", 4));
	check(!nsx_bytes_same("b\0b", "a\0b", 4));
	check(nsx_bytes_same("a", "b", 0));
}

int main(void)
{
	unit("bytes are compared to their end", bytes_are_compared_to_their_end);
	unit("a text begins empty, and one byte holds just its end", begins_empty);
	unit("numbers are written in decimal", numbers_in_decimal);
	unit("negative numbers have their sign", signed_numbers);
	unit("JSON strings escape quotes, backslashes and controls", json_escapes);
	unit("JSON strings keep UTF-8", json_takes_utf8);
	unit("JSON strings replace overlong, surrogate and torn sequences",
	     json_replaces_what_is_not_utf8);
	unit("UTF-8 is told from other bytes as RFC 3629 says", utf8_as_the_book_says);
	unit("plain text cannot steer a terminal", plain_cannot_steer_a_terminal);
	unit("text is cut at every size without harm", cut_at_every_size);
	unit("a number is the whole text or none", number_is_the_whole_text);
	unit("a number keeps to its bound", number_keeps_to_its_bound);
	unit("texts are compared to their ends and no further", compares);
	return unit_end();
}
