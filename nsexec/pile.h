/* SPDX-License-Identifier: Apache-2.0 */
/* A pile: memory that grows as far as the machine has any; what is in it moves then. */
#ifndef NSX_PILE_H
#define NSX_PILE_H

#include <stdbool.h>
#include <stddef.h>

struct nsx_pile {
	char *at; /* NULL: nothing yet */
	size_t used, room;
};

/* Unmap all of it. */
void nsx_pile_close(struct nsx_pile *p);

/* @bytes more, zeroed, and aligned to 8 if all that were added are.  Return: NULL: no memory. */
void *nsx_pile_add(struct nsx_pile *p, size_t bytes);

/* @len bytes, and a NUL behind them.  Return: where they are in @at; 0 and @lost: no memory. */
size_t nsx_pile_text(struct nsx_pile *p, const char *text, size_t len, bool *lost);

#endif
