/* SPDX-License-Identifier: Apache-2.0 */
#include "pile.h"

#include "sys_memory.h"

enum { FIRST = 64 * 1024 };

void nsx_pile_close(struct nsx_pile *p)
{
	if (p->at)
		(void)nsx_sys_munmap(p->at, p->room); /* cannot fail: it is all of a mapping */
	*p = (struct nsx_pile){ 0 };
}

static bool grow(struct nsx_pile *p, size_t bytes)
{
	size_t room = p->room ? p->room : FIRST;
	long where;

	while (room - p->used < bytes) {
		if (room > SIZE_MAX / 4)
			return false;
		room *= 2;
	}
	where = nsx_sys_mmap(room);
	if (where < 0)
		return false;
	__builtin_memcpy((char *)where, p->at ? p->at : "", p->used);
	if (p->at)
		(void)nsx_sys_munmap(p->at, p->room); /* cannot fail, as above */
	p->at = (char *)where;
	p->room = room;
	return true;
}

void *nsx_pile_add(struct nsx_pile *p, size_t bytes)
{
	char *at;

	if ((!p->at || p->room - p->used < bytes) && !grow(p, bytes))
		return NULL;
	at = p->at + p->used;
	p->used += bytes;
	return at;
}

size_t nsx_pile_text(struct nsx_pile *p, const char *text, size_t len, bool *lost)
{
	char *at = nsx_pile_add(p, len + 1);

	if (!at) {
		*lost = true;
		return 0;
	}
	__builtin_memcpy(at, text, len);
	return (size_t)(at - p->at);
}
