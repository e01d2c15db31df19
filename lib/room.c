/* SPDX-License-Identifier: Apache-2.0 */
#include "room.h"

#include <string.h>

#include "memory.h"
#include "sys_memory.h"

/*
 * Of who has no session, one at a time.  In the library itself, so that nothing stays mapped
 * behind a call; nor does it hold anything that matters: see nsx_room_give().  Forked while
 * it is taken, a child never has it.
 */
static struct nsx_room common;
static uint32_t common_is_taken; /* 0 or 1; atomic in one word everywhere */

static void unmap(struct nsx_room *room)
{
	(void)nsx_sys_munmap(room, room->bytes); /* cannot fail: it is all of a mapping */
}

static struct nsx_room *take_spare(struct nsx_spares *spares)
{
	struct nsx_room *room = NULL;

	for (size_t i = 0; i < NSX_SPARES && !room; i++)
		if (__atomic_load_n(&spares->room[i], __ATOMIC_RELAXED))
			room = __atomic_exchange_n(&spares->room[i], NULL, __ATOMIC_ACQUIRE);
	return room;
}

static struct nsx_room *take_common(void)
{
	if (__atomic_load_n(&common_is_taken, __ATOMIC_RELAXED))
		return NULL;
	return __atomic_exchange_n(&common_is_taken, 1, __ATOMIC_ACQUIRE) ? NULL : &common;
}

struct nsx_room *nsx_room_take(struct nsx_spares *spares, size_t argc, size_t n_files,
			       struct nsx_error *e)
{
	const size_t tail = (argc + 1) * sizeof(char *) + n_files * sizeof(int);
	const bool few = tail <= sizeof(((struct nsx_room *)NULL)->few);
	const size_t bytes = few ? offsetof(struct nsx_room, more_slots)
				 : offsetof(struct nsx_room, many) + tail;
	struct nsx_room *room = NULL;

	if (few)
		room = spares ? take_spare(spares) : take_common();
	if (!room) {
		room = nsx_memory_map(bytes, "memory for a stack", e);
		if (!room)
			return NULL;
		room->bytes = bytes;
	}
	memset(&room->call, 0, offsetof(struct nsx_call, en));
	room->call.stack = room->stack;
	room->call.argv = few ? room->few : room->many;
	room->call.opened = (int *)(room->call.argv + argc + 1);
	return room;
}

void nsx_room_give(struct nsx_spares *spares, struct nsx_room *room)
{
	if (room == &common) {
		__atomic_store_n(&common_is_taken, 0, __ATOMIC_RELEASE);
		return;
	}
	if (spares && room->call.argv == room->few)
		for (size_t i = 0; i < NSX_SPARES && room; i++) {
			struct nsx_room *none = NULL;

			if (__atomic_compare_exchange_n(&spares->room[i], &none, room, false,
							__ATOMIC_RELEASE, __ATOMIC_RELAXED))
				room = NULL;
		}
	if (room)
		unmap(room);
}

void nsx_room_close(struct nsx_spares *spares)
{
	for (size_t i = 0; i < NSX_SPARES; i++)
		if (spares->room[i])
			unmap(spares->room[i]);
}
