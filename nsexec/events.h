/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events: a JSON array that several processes write to, one element after the other.
 *
 * In a file it ends in "]" behind each of them, so it is whole at any time, whoever is killed.
 * A pipe gets the same bytes without that end, which viewers of traces do without.
 */
#ifndef NSX_EVENTS_H
#define NSX_EVENTS_H

#include "fd.h"

struct nsx_events {
	int fd;	      /* NSX_NOFD: not open */
	bool is_pipe; /* it has no end that could be written again */
	bool begun;   /* a pipe: something is in there */
};

/* As a shell opens it for ">", or with @add for ">>".  Return: 0 or -errno. */
int nsx_events_open(struct nsx_events *f, const char *path, bool add);

/* @event: one element.  Best effort: nobody is to fail, or to die, for a trace. */
void nsx_events_put(struct nsx_events *f, const char *event, size_t size);

static inline void nsx_events_close(struct nsx_events *f)
{
	nsx_fd_close(&f->fd);
}

#endif
