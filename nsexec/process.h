/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Process: the fork of the supervised and the detached shape, and what its two
 * sides tell each other.
 */
#ifndef NSX_PROCESS_H
#define NSX_PROCESS_H

#include <stdbool.h>

#include "error.h"
#include "fd.h"
#include "returning.h"
#include "signals.h"
#include "waiter.h"

/*
 * How the returning process is made.  NULL: a bare clone, for a process that
 * will only exec; else the host's own fork(), the only one after which its libc
 * knows the new process.
 */
typedef int nsx_fork_fn(void);

/* What either side of the fork has to give back or let go of. */
struct nsx_process {
	struct nsx_signals signals; /* as they were, if @forked or in the waiter */
	int channel;		    /* to the other side, for the report; NSX_NOFD: none */
	int watch; /* the lifeline's end that tells, see process.c; before it, a pidfd of ours or none */
	int hold;		      /* its other end, which the waiter must keep open */
	int death_signal;	      /* for the returning process, if the waiter ends */
	struct nsx_waiter_room *room; /* where the waiter is that has left; else NULL */
	int cgroup;  /* borrowed: directory of the one to be born in; NSX_NOFD: none */
	bool born;   /* this is the returning process, and it was born there */
	bool forked; /* this is the returning process */
	bool held;   /* signals are held, until hand-over */
};

/* What the first process hears from the returning one before hand-over. */
struct nsx_outcome {
	int pid;		/* as the caller sees it; if another than our child, it tells */
	int inside;		/* as it sees itself */
	struct nsx_error error; /* step NONE: all went well */
};

void nsx_process_init(struct nsx_process *p);
void nsx_process_close(struct nsx_process *p);

/**
 * nsx_process_fork() - make the returning process
 * @make:   how
 * @report: should the waiter hear the outcome?
 * @p:      filled for the side that returns 0
 * @pid:    out, in the waiter: the returning process
 *
 * The returning process dies with the waiter: PR_SET_PDEATHSIG, which does not
 * tell if the parent had gone before it was set, so a pidfd (or pipe) of the
 * parent is looked at after that.  getppid() could not tell: the parent is
 * outside of the PID namespace, and 0 either way.
 *
 * Entered: in all namespaces of the plan, one thread.
 * Left:    returning process: 0, all signals held.  Waiter: 1, all signals held.
 *          Failure: -1, signals as before.
 */
int nsx_process_fork(nsx_fork_fn *make, bool report, struct nsx_process *p, int *pid,
		     struct nsx_error *e);

/**
 * nsx_process_fork_leaving() - the same for a waiter that has nothing else to do
 * @room: its @alive tells: see struct nsx_self
 *
 * Nothing is copied: the two share their memory until the program is executed, and the
 * waiter touches no more of it than that room.  That it has ended is to be seen there.
 *
 * Left: returning process: 0, all signals held.  Waiter: never.  -1, signals as before:
 * not here, be it for lack of processes, or because an emulator of the kernel cannot do so.
 */
int nsx_process_fork_leaving(struct nsx_process *p, struct nsx_waiter_room *room);

/* The fork() of a host, made good for.  Return: as it has it. */
int nsx_process_fork_host(nsx_fork_fn *make);

/* The same once more, in a returning process that is to be the init of another. */
int nsx_process_fork_again(nsx_fork_fn *make, int *pid, struct nsx_error *e);

/**
 * nsx_process_bind() - in the returning process of a waiter: die with it
 *
 * Done by nsx_process_fork(); again after every change of ids, which makes the kernel
 * forget it (prctl(2), PR_SET_PDEATHSIG).
 */
void nsx_process_bind(const struct nsx_process *p);

/**
 * nsx_process_detach() - make the returning process a sibling: a child of our parent
 * @libc: of the host that goes on; NULL: a program will be executed
 *
 * Other than a supervised one it lives on when the first process ends, but for one
 * that ends before nsx_process_release(): so nothing is left that nobody knows of.
 *
 * Entered: in all namespaces of the plan, one thread.
 * Left:    returning process: 0.  First process: 1.  Failure: -1.
 */
int nsx_process_detach(const struct nsx_returning *libc, struct nsx_process *p, int *pid,
		       struct nsx_error *e);

/* In the first process: let a returning process go on that stands in nsx_process_stand(). */
void nsx_process_release(struct nsx_process *p);

/* In the returning process: stand until released; the first one's end is ours. */
void nsx_process_stand(struct nsx_process *p);

/* In the returning process: tell the first (if it listens) who we are, or what failed. */
void nsx_process_tell(struct nsx_process *p, const struct nsx_error *error);

/**
 * nsx_process_hear() - in the first process: wait for what the returning one tells
 *
 * Return: true; false: its end is closed, by hand-over, exec or death.
 */
bool nsx_process_hear(struct nsx_process *p, struct nsx_outcome *out);

#endif
