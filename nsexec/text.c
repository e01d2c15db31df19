/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

struct nsx_text nsx_text_on(char *buf, size_t size)
{
	buf[0] = '\0';
	return (struct nsx_text){ .buf = buf, .size = size };
}

void nsx_text_bytes(struct nsx_text *t, const char *bytes, size_t len)
{
	size_t room = t->size - 1 - t->len;

	if (len > room) {
		len = room;
		t->cut = true;
	}
	for (size_t i = 0; i < len; i++)
		t->buf[t->len + i] = bytes[i];
	t->len += len;
	t->buf[t->len] = '\0';
}

void nsx_text_str(struct nsx_text *t, const char *s)
{
	nsx_text_bytes(t, s, nsx_text_len(s));
}

void nsx_text_u64(struct nsx_text *t, uint64_t n)
{
	char digits[20]; /* 2^64 has 20 */
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	nsx_text_bytes(t, digits + at, sizeof(digits) - at);
}

void nsx_text_i64(struct nsx_text *t, int64_t n)
{
	if (n < 0)
		nsx_text_str(t, "-");
	nsx_text_u64(t, n < 0 ? -(uint64_t)n : (uint64_t)n);
}

static void put_hex(struct nsx_text *t, const char *prefix, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";
	char hex[2] = { digits[byte >> 4], digits[byte & 15] };

	nsx_text_str(t, prefix);
	nsx_text_bytes(t, hex, 2);
}

/*
 * Length of the well-formed UTF-8 sequence at @s, 0 if there is none.  The
 * bounds of the second byte keep out overlong forms, surrogates and what lies
 * beyond U+10FFFF (RFC 3629, section 4).
 */
static size_t utf8_len(const unsigned char *s)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	return n;
}

void nsx_text_json(struct nsx_text *t, const char *s)
{
	nsx_text_str(t, "\"");
	while (*s) {
		unsigned char c = (unsigned char)*s;
		size_t n = utf8_len((const unsigned char *)s);

		if (c == '"' || c == '\\') {
			nsx_text_str(t, "\\");
			nsx_text_bytes(t, s, 1);
		} else if (c < 0x20 || c == 0x7f) {
			put_hex(t, "\\u00", c);
		} else if (n == 0) {
			nsx_text_str(t, "\\ufffd");
		} else {
			nsx_text_bytes(t, s, n);
		}
		s += n ? n : 1;
	}
	nsx_text_str(t, "\"");
}

/* C0 and DEL, C1 (U+0080 to U+009F), and what is no UTF-8 at all. */
static bool steers(const unsigned char *s, size_t n)
{
	return n == 0 || s[0] < 0x20 || s[0] == 0x7f || (s[0] == 0xc2 && s[1] < 0xa0);
}

void nsx_text_plain(struct nsx_text *t, const char *s)
{
	while (*s) {
		const unsigned char *bytes = (const unsigned char *)s;
		size_t n = utf8_len(bytes);

		if (!steers(bytes, n)) {
			nsx_text_bytes(t, s, n);
			s += n;
			continue;
		}
		for (n = n ? n : 1; n; n--)
			put_hex(t, "\\x", (unsigned char)*s++);
	}
}

size_t nsx_text_len(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

bool nsx_text_same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

bool nsx_bytes_same(const void *a, const void *b, size_t len)
{
	const unsigned char *x = a, *y = b;

	while (len && *x == *y) {
		x++;
		y++;
		len--;
	}
	return !len;
}

const char *nsx_text_after(const char *s, const char *start)
{
	while (*start)
		if (*s++ != *start++)
			return NULL;
	return s;
}

bool nsx_text_names(const char *bytes, size_t len, const char *name)
{
	for (; len && *name; len--, bytes++, name++) {
		const int c = *bytes >= 'A' && *bytes <= 'Z' ? *bytes - 'A' + 'a' : *bytes;

		if ((c == '-' ? '_' : c) != *name)
			return false;
	}
	return !len && !*name;
}

const char *nsx_text_digits(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	if (*s < '0' || *s > '9')
		return NULL;
	for (; *s >= '0' && *s <= '9'; s++) {
		const uint64_t digit = (uint64_t)(*s - '0');

		if (digit > max || n > (max - digit) / 10)
			return NULL;
		n = n * 10 + digit;
	}
	*out = n;
	return s;
}

bool nsx_text_number(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;
	const char *rest = nsx_text_digits(s, max, &n);

	if (!rest || *rest)
		return false;
	*out = n;
	return true;
}
