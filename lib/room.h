/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Room: the memory of one spawn, in a mapping of its own, since the heap is the host's.
 * What is written lies together, as a page that is touched for the first time costs more
 * than a system call; so a session keeps some rooms for its next calls, and whoever has none
 * uses one of the library's, if no other thread does.
 */
#ifndef NSX_ROOM_H
#define NSX_ROOM_H

#include "call.h"

enum { NSX_ROOM_WORDS = 48, NSX_ROOM_PAGE = 4096 };

struct nsx_room {
	_Alignas(NSX_ROOM_PAGE) char stack[NSX_CALL_STACK_BYTES];
	size_t bytes; /* of all of it, if it is a mapping */
	struct nsx_call call;
	char *slots[NSX_WORDS_COUNT_MAX + 4]; /* in front of the program's words, which are here */
	_Alignas(NSX_ROOM_PAGE) char *few[NSX_ROOM_WORDS]; /* and which files are open */
	struct nsx_how how;				   /* not initialised */
	char *more_slots[NSX_WORDS_COUNT_MAX + 4];
	char *many[]; /* if they are too many for @few */
};

enum { NSX_SPARES = 16 };

/* Taken and given back by many threads at once. */
struct nsx_spares {
	struct nsx_room *room[NSX_SPARES];
};

/**
 * nsx_room_take() - have a room, its call zeroed up to the engine, but for the stack and
 *                   space for the program's words and files, which are set
 * @spares: of a session, or NULL
 *
 * Return: NULL, with @e filled.
 */
struct nsx_room *nsx_room_take(struct nsx_spares *spares, size_t argc, size_t n_files,
			       struct nsx_error *e);

/* Likewise.  Nobody is on its stack any more, and what was said in @how has been forgotten. */
void nsx_room_give(struct nsx_spares *spares, struct nsx_room *room);

/* When no thread uses them any more. */
void nsx_room_close(struct nsx_spares *spares);

#endif
