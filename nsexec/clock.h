/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clock: CLOCK_MONOTONIC of the process that opens it, also for those that are in a time
 * namespace by then, whose own is shifted.
 *
 * It is a timer that never ends.  What is left of it is a span and no time, so it is the same
 * in every time namespace.
 */
#ifndef NSX_CLOCK_H
#define NSX_CLOCK_H

#include "fd.h"

struct nsx_clock {
	int timer;	/* NSX_NOFD: not open */
	uint64_t start; /* when it was opened */
};

/* Return: 0 or -errno. */
int nsx_clock_open(struct nsx_clock *c);

/* Return: nanoseconds. */
uint64_t nsx_clock_now(const struct nsx_clock *c);

static inline void nsx_clock_close(struct nsx_clock *c)
{
	nsx_fd_close(&c->timer);
}

#endif
