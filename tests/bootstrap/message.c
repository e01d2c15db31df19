/* SPDX-License-Identifier: Apache-2.0 */
#include "message.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TYPE = 62000,
	REQUEST = 1, /* the flag that real callers set */
	ROOTLESS = 27287,
	CHUNK = 4096, /* by which the message grows */
};

static size_t bool_size = 4; /* as runc writes them; it reads one byte */

static void refuse(const char *what, const char *value)
{
	fprintf(stderr, "driver: %s: %s\n", what, value);
	exit(2);
}

/* ---- bytes ---- */

static void put(struct message *m, const void *bytes, size_t len)
{
	while (m->len + len > m->room) {
		m->room += m->room + CHUNK;
		m->bytes = realloc(m->bytes, m->room);
		if (!m->bytes)
			abort();
	}
	if (len)
		memcpy(m->bytes + m->len, bytes, len);
	m->len += len;
}

static void put16(struct message *m, unsigned number)
{
	uint16_t it = (uint16_t)number;

	put(m, &it, sizeof(it));
}

static void claim_length(struct message *m, size_t len)
{
	uint32_t it = (uint32_t)len;

	memcpy(m->bytes, &it, sizeof(it));
}

void message_start(struct message *m)
{
	static const unsigned char rest[MESSAGE_HEADER - 8];

	m->len = 0;
	put16(m, MESSAGE_HEADER);
	put16(m, 0);
	put16(m, TYPE);
	put16(m, REQUEST);
	put(m, rest, sizeof(rest));
}

static void add(struct message *m, unsigned type, unsigned claimed, const void *bytes, size_t len)
{
	static const char zeros[3];

	put16(m, claimed);
	put16(m, type);
	put(m, bytes, len);
	put(m, zeros, -len & 3);
	claim_length(m, m->len);
}

/* ---- values ---- */

static unsigned long number_of(const char *value)
{
	char *end;
	unsigned long number = strtoul(value, &end, 0);

	if (end == value || (*end && *end != ':'))
		refuse("not a number", value);
	return number;
}

static int digit_of(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	if (!at)
		refuse("not hexadecimal", (char[]){ c, 0 });
	return (int)(at - digits);
}

static size_t bytes_of(const char *hex, unsigned char *out)
{
	size_t len = 0;

	for (; *hex; hex += 2)
		out[len++] = (unsigned char)(digit_of(hex[0]) << 4 | digit_of(hex[1]));
	return len;
}

/* With its final NUL, which counts. */
static size_t text_of(const char *value, unsigned char *out)
{
	size_t len = 0;

	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (c == '\\' && value[1] == 'n') {
			c = '\n';
			value++;
		} else if (c == '\\' && value[1] == 'x') {
			c = (unsigned char)(digit_of(value[2]) << 4 | digit_of(value[3]));
			value += 3;
		} else if (c == '\\') {
			value++;
		}
		out[len++] = c;
	}
	out[len++] = 0;
	return len;
}

static uint32_t flags_of(const char *value)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} kinds[] = {
		{ "time", 0x80 },      { "mnt", 0x20000 },    { "cgroup", 0x2000000 },
		{ "uts", 0x4000000 },  { "ipc", 0x8000000 },  { "user", 0x10000000 },
		{ "pid", 0x20000000 }, { "net", 0x40000000 },
	};
	uint32_t flags = 0;

	if (*value >= '0' && *value <= '9')
		return (uint32_t)number_of(value);
	while (*value) {
		size_t len = strcspn(value, ","), i = 0;

		while (i < 8 && (strncmp(kinds[i].name, value, len) || kinds[i].name[len]))
			i++;
		if (i == 8)
			refuse("no kind", value);
		flags |= kinds[i].flag;
		value += len + (value[len] == ',');
	}
	return flags;
}

/* ---- options ---- */

static void add_flags(struct message *m, unsigned type, const char *value)
{
	uint32_t flags = flags_of(value);

	add(m, type, 8, &flags, sizeof(flags));
}

static void add_bool(struct message *m, unsigned type, const char *value)
{
	unsigned char it[64] = { 0 };
	uint32_t number = (uint32_t)number_of(value);

	memcpy(it, &number, sizeof(number));
	add(m, type, 4 + (unsigned)bool_size, it, bool_size);
}

static void add_text(struct message *m, unsigned type, const char *value)
{
	unsigned char *text = malloc(strlen(value) + 1);
	size_t len = text_of(value, text);

	add(m, type, 4 + (unsigned)len, text, len);
	free(text);
}

static void add_attr(struct message *m, unsigned length_too, const char *value)
{
	const char *hex = strchr(value, ':'), *claimed = hex;
	unsigned char *bytes = malloc(strlen(value));
	size_t len;

	if (hex && length_too)
		hex = strchr(hex + 1, ':');
	if (!hex)
		refuse("a colon is missing", value);
	len = bytes_of(hex + 1, bytes);
	add(m, (unsigned)number_of(value),
	    length_too ? (unsigned)number_of(claimed + 1) : 4 + (unsigned)len, bytes, len);
	free(bytes);
}

static void add_bytes(struct message *m, unsigned from_start, const char *value)
{
	unsigned char *bytes = malloc(strlen(value) + 1);

	if (from_start)
		m->len = 0;
	put(m, bytes, bytes_of(value, bytes));
	if (!from_start)
		claim_length(m, m->len);
	free(bytes);
}

static void add_padding(struct message *m, unsigned type, const char *value)
{
	size_t wanted = number_of(value);
	uint32_t zero = 0;

	while (m->len + 8 <= wanted)
		add(m, type, 8, &zero, sizeof(zero));
	if (m->len + 5 <= wanted) /* one byte is a bool as well */
		add(m, type, 5, &zero, 1);
}

static void claim_type(struct message *m, unsigned unused, const char *value)
{
	uint16_t type = (uint16_t)number_of(value);

	(void)unused;
	memcpy(m->bytes + 4, &type, sizeof(type));
}

static void claim_len(struct message *m, unsigned unused, const char *value)
{
	(void)unused;
	claim_length(m, number_of(value));
}

static void set_bool_size(struct message *m, unsigned unused, const char *value)
{
	(void)m;
	(void)unused;
	bool_size = number_of(value);
}

static const struct {
	const char *name;
	void (*add)(struct message *m, unsigned type, const char *value);
	unsigned type; /* of an attribute; for others what the function makes of it */
} options[] = {
	{ "flags", add_flags, 27281 },	  { "paths", add_text, 27282 },
	{ "uid-map", add_text, 27283 },	  { "gid-map", add_text, 27284 },
	{ "setgroup", add_bool, 27285 },  { "oom", add_text, 27286 },
	{ "rootless", add_bool, 27287 },  { "newuidmap", add_text, 27288 },
	{ "newgidmap", add_text, 27289 }, { "offsets", add_text, 27290 },
	{ "attr", add_attr, false },	  { "attr-len", add_attr, true },
	{ "body", add_bytes, false },	  { "raw", add_bytes, true },
	{ "pad", add_padding, ROOTLESS }, { "type", claim_type, 0 },
	{ "len", claim_len, 0 },	  { "bytes", set_bool_size, 0 },
};

bool message_option(struct message *m, const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		if (!strcmp(options[i].name, name)) {
			options[i].add(m, options[i].type, value);
			return true;
		}
	}
	return false;
}
