/* SPDX-License-Identifier: Apache-2.0 */
#include "room.h"

#include <string.h>

#include "unit.h"

enum { MANY = NSX_ROOM_WORDS };

static struct nsx_error error;

static struct nsx_room *take(struct nsx_spares *spares, size_t argc)
{
	struct nsx_room *room = nsx_room_take(spares, argc, 0, &error);

	check(room);
	check_int(room->call.stack == room->stack, 1);
	return room;
}

static void whoever_has_no_session_gets_the_same_again(void)
{
	struct nsx_room *room = take(NULL, 1);

	memset(&room->call, 0xff, sizeof(room->call));
	nsx_room_give(NULL, room);
	check(take(NULL, 1) == room);
	check_int(room->call.begun, 0);
	check_int(room->call.haunted, 0);
	check(room->call.argv == room->few);
	check(room->call.opened == (int *)(room->few + 2));
	nsx_room_give(NULL, room);
}

static void two_at_once_get_two(void)
{
	struct nsx_room *first = take(NULL, 1), *second = take(NULL, 1);

	check(first != second);
	check_int(second->bytes > sizeof(second->stack), 1);
	nsx_room_give(NULL, second);
	second = take(NULL, 1);
	check(second != first); /* that is still taken */
	nsx_room_give(NULL, second);
	nsx_room_give(NULL, first);
	check(take(NULL, 1) == first);
	nsx_room_give(NULL, first);
}

/* Behind the words there is nothing else. */
static void many_words_have_a_room_of_their_own(void)
{
	struct nsx_room *usual = take(NULL, 1), *room;

	nsx_room_give(NULL, usual);
	room = take(NULL, MANY);
	check(room != usual);
	check(room->call.argv == room->many);
	check((char *)(room->many + MANY + 1) <= (char *)room + room->bytes);
	nsx_room_give(NULL, room);
}

static void a_session_keeps_its_own(void)
{
	struct nsx_spares spares = { { NULL } };
	struct nsx_room *usual = take(NULL, 1), *first, *second;

	nsx_room_give(NULL, usual);
	first = take(&spares, 1);
	second = take(&spares, 1);
	check(first != usual && second != usual && first != second);
	nsx_room_give(&spares, second);
	nsx_room_give(&spares, first);
	check(take(&spares, 1) == second);
	check(take(&spares, 1) == first);
	nsx_room_give(&spares, first);
	nsx_room_close(&spares);
	nsx_room_give(NULL, second);
}

int main(void)
{
	unit("without a session it is the same again, as new",
	     whoever_has_no_session_gets_the_same_again);
	unit("two at once get two", two_at_once_get_two);
	unit("many words have a room of their own", many_words_have_a_room_of_their_own);
	unit("a session keeps its own", a_session_keeps_its_own);
	return unit_end();
}
