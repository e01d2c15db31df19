/* SPDX-License-Identifier: Apache-2.0 */
/* Files such as /etc/passwd and /etc/subuid: a line an entry, its fields separated by colons. */
#ifndef NSX_COLON_H
#define NSX_COLON_H

#include <stdbool.h>

#include "fd.h"

enum { NSX_COLON_FIELDS = 4, NSX_COLON_LINE = 1024 };

struct nsx_colon {
	int fd;
	size_t at, len;			      /* of @buf, what has not been looked at */
	bool cut;			      /* @line is longer than it shows */
	char *field[NSX_COLON_FIELDS];	      /* of the entry at hand; "" where it has none */
	char *rest;			      /* what is behind these, not split up */
	char line[NSX_COLON_LINE], buf[4096]; /* neither is initialised */
};

/* Return: 0; -errno: there is no such file, say; the first entry is had by _next(). */
int nsx_colon_openat(struct nsx_colon *c, int dir, const char *path);
int nsx_colon_open(struct nsx_colon *c, const char *path);
void nsx_colon_close(struct nsx_colon *c);

/**
 * nsx_colon_next() - the next entry
 *
 * Of a line only NSX_COLON_LINE - 1 bytes are looked at.  Passed over are empty lines,
 * comments, and lines whose last field but one does not end among these bytes.
 *
 * Return: false: there is none.
 */
bool nsx_colon_next(struct nsx_colon *c);

/* As in /etc/passwd and /etc/group: NAME:...:ID.  Return: false: not there. */
bool nsx_colon_id_of(const char *path, const char *name, uint32_t *id);
bool nsx_colon_name_of(const char *path, uint32_t id, char *name, size_t size);

#endif
