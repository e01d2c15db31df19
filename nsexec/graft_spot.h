/* SPDX-License-Identifier: Apache-2.0 */
/* Spots: where in a root directory a graft is to be laid.  For graft_lay.c alone. */
#ifndef NSX_GRAFT_SPOT_H
#define NSX_GRAFT_SPOT_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "graft.h"

/* Where a path leads to, or how far. */
struct nsx_spot {
	int fd;		  /* O_PATH: it, or the deepest directory that is there */
	const char *rest; /* what is missing below that, a part of the path; NULL: nothing */
	size_t there;	  /* bytes of the path up to there */
};

enum { NSX_SPOT_NAME_BYTES = 256 };

/* The next name of a path but for ".".  Return: false: there is none, or it is too long. */
bool nsx_spot_name(const char **path, char name[NSX_SPOT_NAME_BYTES]);

/* Has the path no more names? */
bool nsx_spot_ends(const char *path);

/* Is it absolute, without "..", and not the root directory? */
bool nsx_spot_is_place(const char *path);

/* What a path leads to, below @root and nowhere else.  Return: O_PATH, or -errno. */
int nsx_spot_open(int root, const char *path);

bool nsx_spot_is_directory(int fd);

/*
 * The spot of a graft that has been cut.  A link that leads nowhere is where its path ends,
 * too: nothing is to be seen through it.
 */
int nsx_spot_find(int root, const struct nsx_graft *graft, struct nsx_spot *s, struct nsx_error *e);

#endif
