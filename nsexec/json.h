/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON as others wrote it, one piece at a time, in bounded memory.  Where commas are missing,
 * or there are too many, nobody is told; what is no JSON at all ends it.
 */
#ifndef NSX_JSON_H
#define NSX_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum nsx_json_is {
	NSX_JSON_END,  /* all of it was read */
	NSX_JSON_BAD,  /* this is no JSON, or too deep, or too long */
	NSX_JSON_OPEN, /* { or [ */
	NSX_JSON_CLOSE,
	NSX_JSON_KEY,
	NSX_JSON_TEXT,
	NSX_JSON_NUMBER,
	NSX_JSON_WORD, /* true, false, null */
};

enum {
	NSX_JSON_TEXT_BYTES = 256,
	NSX_JSON_DEPTH_MAX = 64,
	NSX_JSON_MAX = 64 * 1024 * 1024, /* bytes */
};

struct nsx_json {
	int fd; /* NSX_NOFD: all there is, is at @from */
	const char *from;
	size_t at, len;	  /* of @from, what has not been looked at */
	size_t read;	  /* bytes so far */
	unsigned depth;	  /* objects and arrays around the piece at hand */
	uint64_t objects; /* which of them are objects: a bit each, the innermost the lowest */
	bool key_next;	  /* in an object: the next text is a key */
	bool cut;	  /* @text is longer than it shows, or has a NUL in it */
	char text[NSX_JSON_TEXT_BYTES]; /* of KEY, TEXT, NUMBER, WORD: without quotes, decoded */
	char buf[4096];			/* not initialised */
};

/* From a file that is open, and stays its owner's; or from @len bytes of memory. */
void nsx_json_file(struct nsx_json *j, int fd);
void nsx_json_memory(struct nsx_json *j, const char *text, size_t len);

/* The next piece.  After END and BAD there is none but these. */
enum nsx_json_is nsx_json_next(struct nsx_json *j);

/* Is the piece at hand, KEY or TEXT, this text? */
bool nsx_json_says(const struct nsx_json *j, const char *text);

/* Is it, a NUMBER, a whole one from 0 to @max? */
bool nsx_json_number(const struct nsx_json *j, uint64_t max, uint64_t *out);

#endif
