/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include "fd.h"
#include "sys_fd.h"
#include "text.h"

void nsx_json_memory(struct nsx_json *j, const char *text, size_t len)
{
	j->fd = NSX_NOFD;
	j->from = text;
	j->at = j->read = 0;
	j->len = len;
	j->depth = 0;
	j->objects = 0;
	j->key_next = j->cut = false;
	j->text[0] = '\0';
}

void nsx_json_file(struct nsx_json *j, int fd)
{
	nsx_json_memory(j, j->buf, 0);
	j->fd = fd;
}

/* Return: the next byte, which stays the next one; -1: there is none. */
static int peek(struct nsx_json *j)
{
	if (j->at == j->len) {
		long n = j->fd == NSX_NOFD ? 0 : nsx_sys_read(j->fd, j->buf, sizeof(j->buf));

		if (n <= 0)
			return -1;
		j->at = 0;
		j->len = (size_t)n;
	}
	return (unsigned char)j->from[j->at];
}

static int take(struct nsx_json *j)
{
	const int c = peek(j);

	if (c < 0 || ++j->read > NSX_JSON_MAX)
		return -1;
	j->at++;
	return c;
}

/* From now on there is nothing. */
static enum nsx_json_is bad(struct nsx_json *j)
{
	j->read = NSX_JSON_MAX + 1;
	return NSX_JSON_BAD;
}

static void put(struct nsx_json *j, struct nsx_text *t, unsigned c)
{
	const char byte = (char)c;

	if (!c)
		j->cut = true;
	else
		nsx_text_bytes(t, &byte, 1);
}

/* As UTF-8; halves of a pair, which stand for one character above, as three bytes each. */
static void put_code(struct nsx_json *j, struct nsx_text *t, unsigned code)
{
	if (code < 0x80) {
		put(j, t, code);
	} else if (code < 0x800) {
		put(j, t, 0xc0 | code >> 6);
		put(j, t, 0x80 | (code & 0x3f));
	} else {
		put(j, t, 0xe0 | code >> 12);
		put(j, t, 0x80 | (code >> 6 & 0x3f));
		put(j, t, 0x80 | (code & 0x3f));
	}
}

static int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Entered behind the backslash. */
static bool take_escaped(struct nsx_json *j, struct nsx_text *t)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const int c = take(j);
	unsigned code = 0;

	for (size_t i = 0; from[i]; i++)
		if (c == from[i]) {
			put(j, t, (unsigned char)to[i]);
			return true;
		}
	if (c != 'u')
		return false;
	for (int i = 0; i < 4; i++) {
		const int digit = hex_digit(take(j));

		if (digit < 0)
			return false;
		code = code << 4 | (unsigned)digit;
	}
	put_code(j, t, code);
	return true;
}

/* Entered behind the opening quote. */
static enum nsx_json_is take_text(struct nsx_json *j)
{
	struct nsx_text t = nsx_text_on(j->text, sizeof(j->text));
	const bool key = j->key_next;
	int c;

	j->cut = false;
	while ((c = take(j)) != '"') {
		if (c < 0)
			return bad(j);
		if (c != '\\')
			put(j, &t, (unsigned)c);
		else if (!take_escaped(j, &t))
			return bad(j);
	}
	j->cut = j->cut || t.cut;
	j->key_next = false;
	return key ? NSX_JSON_KEY : NSX_JSON_TEXT;
}

static bool is_of_word(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '+' ||
	       c == '.' || c == 'E';
}

static enum nsx_json_is take_word(struct nsx_json *j)
{
	struct nsx_text t = nsx_text_on(j->text, sizeof(j->text));

	j->cut = false;
	while (is_of_word(peek(j)))
		put(j, &t, (unsigned)take(j));
	if (!t.len || j->read > NSX_JSON_MAX)
		return bad(j);
	j->cut = t.cut;
	return t.buf[0] >= 'a' ? NSX_JSON_WORD : NSX_JSON_NUMBER;
}

static enum nsx_json_is take_open(struct nsx_json *j, bool object)
{
	if (j->depth == NSX_JSON_DEPTH_MAX)
		return bad(j);
	j->depth++;
	j->objects = j->objects << 1 | object;
	j->key_next = object;
	return NSX_JSON_OPEN;
}

static enum nsx_json_is take_close(struct nsx_json *j, bool object)
{
	if (!j->depth || (j->objects & 1) != object)
		return bad(j);
	j->depth--;
	j->objects >>= 1;
	j->key_next = false;
	return NSX_JSON_CLOSE;
}

enum nsx_json_is nsx_json_next(struct nsx_json *j)
{
	for (;;) {
		const int c = peek(j);

		if (j->read >= NSX_JSON_MAX)
			return bad(j);
		if (c < 0)
			return j->depth ? bad(j) : NSX_JSON_END;
		if (is_of_word(c))
			return take_word(j);
		(void)take(j); /* it is there */
		switch (c) {
		case ' ':
		case '\t':
		case '\n':
		case '\r':
			break;
		case ',':
			j->key_next = j->objects & 1;
			break;
		case ':':
			j->key_next = false;
			break;
		case '"':
			return take_text(j);
		case '{':
		case '[':
			return take_open(j, c == '{');
		case '}':
		case ']':
			return take_close(j, c == '}');
		default:
			return bad(j);
		}
	}
}

bool nsx_json_says(const struct nsx_json *j, const char *text)
{
	return !j->cut && nsx_text_same(j->text, text);
}

bool nsx_json_number(const struct nsx_json *j, uint64_t max, uint64_t *out)
{
	return !j->cut && nsx_text_number(j->text, max, out);
}
