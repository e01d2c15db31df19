/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request that a caller of the runc protocol sends: a netlink header, then
 * attributes.  Whatever a caller may get wrong can be built here too.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

enum { MESSAGE_HEADER = 16 /* bytes */ };

struct message {
	unsigned char *bytes; /* from malloc() */
	size_t len, room;
};

/* A header that announces no attributes. */
void message_start(struct message *m);

/*
 * Add what the option says, if it is one about the message; false if it is none.
 * Text may contain \n, \\ and \xHH, and gets the NUL byte that ends it.
 *
 *	flags KIND,...|NUMBER		27281: kinds to create
 *	paths TEXT			27282: "kind:path,..." to join
 *	uid-map TEXT, gid-map TEXT	27283, 27284
 *	setgroup 0|1			27285
 *	oom TEXT			27286
 *	rootless 0|1			27287
 *	newuidmap TEXT, newgidmap TEXT	27288, 27289
 *	offsets TEXT			27290
 *	attr TYPE:HEX			any attribute, with these bytes and no others
 *	attr-len TYPE:LENGTH:HEX	one whose header claims another length
 *	body HEX			bytes that are no attribute
 *	pad BYTES			harmless attributes until the message is that long
 *	type NUMBER, len NUMBER		what the header claims; the last words
 *	raw HEX				nothing but these bytes
 *	bytes NUMBER			attributes 27285 and 27287 that follow have so many
 */
bool message_option(struct message *m, const char *name, const char *value);

#endif
