/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of a directory, one at a time: of any size, in a buffer of one. */
#ifndef NSX_DIR_H
#define NSX_DIR_H

#include "fd.h"

struct nsx_dir {
	int fd;
	size_t at, len;		    /* of @buf, what has not been looked at */
	_Alignas(8) char buf[8192]; /* not initialised */
};

/* @at: as for openat(2).  Return: 0 or -errno; to be closed either way. */
int nsx_dir_open(struct nsx_dir *d, int at, const char *path);
void nsx_dir_close(struct nsx_dir *d);

/* Return: the name of the next entry but "." and "..", until the next call; NULL: none. */
const char *nsx_dir_next(struct nsx_dir *d);

/* The same, of those that are numbers above 0, as the processes in /proc.  0: none. */
int nsx_dir_next_number(struct nsx_dir *d);

#endif
