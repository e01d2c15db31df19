/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a file of /proc, one at a time. */
#ifndef NSX_LINES_H
#define NSX_LINES_H

#include "fd.h"

/* Two paths and the options of a mount, each of a page, with some of it escaped. */
enum { NSX_LINE_BYTES = 16384 };

struct nsx_lines {
	int fd;
	size_t at, len;			      /* of @buf, what has not been looked at */
	char buf[4096], line[NSX_LINE_BYTES]; /* neither is initialised */
};

/* @dir: as for openat(2).  Return: 0 or -errno; to be closed either way. */
int nsx_lines_open(struct nsx_lines *l, int dir, const char *path);
void nsx_lines_close(struct nsx_lines *l);

/**
 * nsx_lines_next() - the next line
 *
 * A line that is too long is passed over.
 *
 * Return: it, without its end and the caller's to write into until the next call; NULL:
 * there is none.
 */
char *nsx_lines_next(struct nsx_lines *l);

#endif
