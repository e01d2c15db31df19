/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Returning process: a bare clone(2) after which the host's libc still knows its
 * own thread.  For where fork() cannot serve, which has no CLONE_PARENT.
 */
#ifndef NSX_RETURNING_H
#define NSX_RETURNING_H

#include <stdbool.h>

#include "error.h"

/* What a libc and the kernel have agreed on for the thread that asks. */
struct nsx_returning {
	uintptr_t tid_address; /* where the kernel clears a word as the thread ends; 0: nowhere */
	int32_t *cached;       /* where libc keeps the thread id; NULL: there is no libc */
	bool pid_too;	       /* and right behind it the PID, as glibc did before 2.25 */
	uintptr_t robust;      /* head of the list of robust mutexes; 0: none */
	uint64_t robust_size;
};

/**
 * nsx_returning_look() - find out, before anything has been cloned
 * @e: step FORK, if there is a libc whose thread id cannot be found
 *
 * glibc keeps the thread id at the very address that it has given to the kernel.
 * musl gives the kernel a lock instead; there the id is looked for in the thread's
 * own structure.
 *
 * Context: in the process that libc knows: a bare clone of it has neither.
 */
int nsx_returning_look(struct nsx_returning *r, struct nsx_error *e);

/**
 * nsx_returning_clone() - make the process
 * @r:     from nsx_returning_look(); NULL: a program will be executed, any clone will do
 * @flags: CLONE_PARENT, or 0
 *
 * Return: as fork(2): pid, 0 in the new process, or -errno.
 */
int nsx_returning_clone(const struct nsx_returning *r, unsigned long flags);

/*
 * The same, born in a cgroup of v2, @cgroup its directory.  -errno also where that cannot be;
 * a PID namespace whose first process it would have been has come to its end then.
 */
int nsx_returning_clone_into(const struct nsx_returning *r, unsigned long flags, int cgroup);

#endif
