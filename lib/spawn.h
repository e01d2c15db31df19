/* SPDX-License-Identifier: Apache-2.0 */
/* Spawn: the calling thread's side of call.h. */
#ifndef NSX_SPAWN_H
#define NSX_SPAWN_H

#include "call.h"
#include "keep.h"

/* Into what. */
struct nsx_spawning {
	const struct nsexec_options *options; /* as said; or, of a session, */
	const struct nsx_how *how;	      /* as read already, */
	const struct nsx_engine *ready;	      /* maybe looked at and planned, */
	struct nsx_spares *spares;	      /* with rooms that are kept, */
	const int *lent_image;		      /* and maybe the launcher's file */
	struct nsx_kept *kept; /* its deadline; out: all of it.  NULL: none is needed */
};

/**
 * nsx_spawn() - start a program
 * @child: out: if it is kept, its keeper has it
 * @e: zeroed by the caller
 *
 * Context: any thread; no libc.
 * Return: 0, with @child filled; or -1, and no process is left.
 */
int nsx_spawn(const struct nsx_spawning *s, const struct nsexec_program *program,
	      struct nsexec_child *child, struct nsx_error *e);

/* Read what is said, and refuse what a program that is spawned cannot have. */
int nsx_spawn_read(const struct nsexec_options *options, struct nsx_how *how, struct nsx_error *e);

/* Look at the target and plan, in @c's engine; @c is zeroed but for @how.  Step by step as above. */
int nsx_spawn_look(struct nsx_call *c, struct nsx_error *e);

/* As much of the program's struct as there is.  Step OPTIONS. */
int nsx_program_take(const struct nsexec_program *from, struct nsexec_program *out,
		     struct nsx_error *e);

#endif
