/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outsider: a process that stays where we were, to write maps and to bind files for us.
 * runc's stage-0 is one by itself; this one is made for the purpose.
 */
#ifndef NSX_OUTSIDER_H
#define NSX_OUTSIDER_H

#include "facts.h"

struct nsx_outsider {
	int pid;     /* 0: there is none */
	int channel; /* for nsx_outside_ask() */
};

void nsx_outsider_init(struct nsx_outsider *o);

/**
 * nsx_outsider_start() - make it
 * @joins: kinds that we are about to join
 * @e:     step FORK, or OPEN where /proc does not show us
 *
 * It ends when the last copy of the channel is closed, so also if we are killed.
 *
 * Entered: outside of everything.
 */
int nsx_outsider_start(struct nsx_outsider *o, const struct nsx_facts *f, nsx_kinds joins,
		       const struct nsx_log *log, struct nsx_error *e);

/* An act that has failed without an error: it is gone, and has told nothing. */
void nsx_outsider_gone(struct nsx_error *e, enum nsx_step step);

/* Close the channel and wait for its end. */
void nsx_outsider_end(struct nsx_outsider *o);

#endif
