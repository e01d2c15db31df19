/* SPDX-License-Identifier: Apache-2.0 */
/* Guest: a program of ours among the files of somebody else. */
#ifndef NSX_GUEST_H
#define NSX_GUEST_H

#include "graft.h"
#include "needs.h"
#include "request.h"
#include "target.h"

/* What is known of it; for who has none, nothing but this is touched. */
struct nsx_guest {
	bool asked; /* it is executed as is said here; else it is looked for inside */
	bool lays;  /* there are grafts */
	int fd;	    /* it needs nothing but itself, and is executed by this; or NSX_NOFD */
	struct nsx_guest_room *room;
};

/* Kilobytes, of the caller, and as they are until they are needed. */
struct nsx_guest_room {
	struct nsx_needs needs;
	struct nsx_grafts grafts;
};

void nsx_guest_init(struct nsx_guest *g, struct nsx_guest_room *room);
void nsx_guest_close(struct nsx_guest *g);

/* The grafts to lay, or NULL. */
static inline struct nsx_grafts *nsx_guest_grafts(const struct nsx_guest *g)
{
	return g->lays ? &g->room->grafts : NULL;
}

/**
 * nsx_guest_look() - find the program out here, and what it needs, if that is asked for
 * @callers: the caller's environment: where to look
 * @stays:   a host goes on, and is the program if none is said
 * @e:       step EXEC or GRAFT
 *
 * Where the program will see the files that it sees now, nothing is done for --host.
 *
 * Entered: before anything has changed.
 */
int nsx_guest_look(const struct nsx_request *rq, char *const *callers, bool stays,
		   struct nsx_guest *g, struct nsx_error *e);

/**
 * nsx_guest_pack() - take along what was found: the last moment to do so
 * @t: the target, if there is one
 *
 * Whoever may look into the program inside, opens its file by /proc/PID/exe, and once it
 * has ended writes to it (CVE-2019-5736).  So what is executed by its descriptor is a
 * read-only mount that nobody can change, or where that cannot be had, or the program is
 * small, a sealed copy.
 */
int nsx_guest_pack(const struct nsx_request *rq, struct nsx_target *t, struct nsx_guest *g,
		   struct nsx_error *e);

/**
 * nsx_guest_exec() - execute it
 * @program: as typed, for its argv; NULL: the shell of @callers, as a login shell
 *
 * Return: only on failure, -1; step EXEC.
 */
int nsx_guest_exec(const struct nsx_guest *g, char **program, char *const *envp,
		   struct nsx_error *e);

#endif
