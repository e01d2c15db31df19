/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runc's bootstrap message, as a caller writes it: each attribute behind the one
 * before, in storage of exactly that size, so that ASan sees a byte too many.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* By its numbers, not by those of the decoder. */
enum {
	MESSAGE_INIT = 62000,
	MESSAGE_CLONE_FLAGS = 27281,
	MESSAGE_NS_PATHS,
	MESSAGE_UID_MAP,
	MESSAGE_GID_MAP,
	MESSAGE_SETGROUPS,
	MESSAGE_OOM_SCORE_ADJ,
	MESSAGE_ROOTLESS,
	MESSAGE_NEWUIDMAP,
	MESSAGE_NEWGIDMAP,
	MESSAGE_TIME_OFFSETS,
	MESSAGE_UNKNOWN,
};

/* What follows the header. */
struct message {
	char *bytes;
	size_t len;
};

static inline void message_free(struct message *m)
{
	free(m->bytes);
	*m = (struct message){ 0 };
}

static inline void message_bytes(struct message *m, const void *bytes, size_t len)
{
	char *longer;

	if (!len)
		return;
	longer = realloc(m->bytes, m->len + len);
	if (!longer)
		abort();
	memcpy(longer + m->len, bytes, len);
	*m = (struct message){ longer, m->len + len };
}

/* An attribute that says of itself that it is so long, the header included. */
static inline void message_header(struct message *m, unsigned len, unsigned type)
{
	const uint16_t header[2] = { (uint16_t)len, (uint16_t)type };

	message_bytes(m, header, sizeof(header));
}

static inline void message_attr(struct message *m, unsigned type, const void *value, size_t len)
{
	static const char padding[4];

	message_header(m, (unsigned)len + 4, type);
	message_bytes(m, value, len);
	message_bytes(m, padding, -len & 3);
}

static inline void message_text(struct message *m, unsigned type, const char *text)
{
	message_attr(m, type, text, strlen(text) + 1);
}

static inline void message_number(struct message *m, unsigned type, uint32_t number)
{
	message_attr(m, type, &number, sizeof(number));
}

/* The 16 bytes in front of it all: length, type, flags, sequence number, sender. */
static inline void message_front(char front[16], size_t len, unsigned type)
{
	const uint32_t all = (uint32_t)len + 16, sequence = 7, sender = 0;
	const uint16_t type_and_flags[2] = { (uint16_t)type, 1 };

	memcpy(front, &all, 4);
	memcpy(front + 4, type_and_flags, 4);
	memcpy(front + 8, &sequence, 4);
	memcpy(front + 12, &sender, 4);
}

#endif
