/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shapes: from the process that has entered to the one that goes on, be it the same
 * (in place), a child with a waiter in front (supervised, maybe with an init or a
 * terminal between them), or a sibling (detached).
 */
#ifndef NSX_SHAPES_H
#define NSX_SHAPES_H

#include "engine.h"

/* Before the joins: open what the shape needs of the caller, for a terminal of its own. */
int nsx_shapes_open(struct nsx_engine *en, struct nsx_error *e);

/**
 * nsx_shapes_go_on() - make the process that the plan wants, and do there what is its own
 *
 * Entered: in all namespaces, one thread.
 * Left:    0 in the process that goes on; the others never come back.  -1: @e filled.
 */
int nsx_shapes_go_on(struct nsx_engine *en, struct nsx_error *e);

#endif
