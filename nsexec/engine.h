/* SPDX-License-Identifier: Apache-2.0 */
/* Engine: the walk through the rooms, for the command and the constructor alike. */
#ifndef NSX_ENGINE_H
#define NSX_ENGINE_H

#include "maps.h"
#include "outsider.h"
#include "environment.h"
#include "guest.h"
#include "console.h"
#include "plan.h"
#include "process.h"
#include "program.h"
#include "pty.h"
#include "standing.h"

/* One run; the caller's storage, initialised by nsx_engine_init(). */
struct nsx_engine {
	const struct nsx_request *rq;
	const struct nsx_log *log;
	char *const *envp;	   /* of the program; once it has entered, as it was asked for */
	char *const *callers_envp; /* by which tools of ours are found */
	size_t env_room;	   /* variables that the array of a host has room for */
	nsx_fork_fn *host_fork;	   /* of a host that goes on; NULL: a program will be executed */
	struct nsx_waiter_room *waiter_room;  /* NULL: the waiter stays on its stack */
	void (*waits)(struct nsx_engine *en); /* in the waiter, at once; or NULL */
	/* In the waiter, once the host has begun: drop the memory of that; or NULL. */
	nsx_slim_fn *slim;
	bool keeps_files; /* the host needs its own files wherever it goes on */
	bool shares;	  /* this process has the memory of another, until it executes */
	bool sibling;	  /* the new process, if there must be one: as if detached */
	void (*made)(struct nsx_engine *en,
		     int pid); /* in the first process: it is made; or NULL */
	nsx_kinds born;	       /* of the target: this process is there already, by birth */
	struct nsx_self self;
	struct nsx_target target;
	struct nsx_standing standing;
	struct nsx_process process;
	struct nsx_outsider outsider;
	int dumpable; /* as it was found; 1: has not been changed, or exec resets it */
	bool guarded; /* it has been changed */
	bool watched; /* of who @shares: who is born in the target's PID namespace, see watched.h */
	bool apart;   /* likewise: the plan needs memory, and a file, of its own */
	struct nsx_environment environment;
	struct nsx_guest guest;
	struct nsx_pty pty;
	struct nsx_console console; /* if there is a pty */
	struct nsx_program program; /* as its waiter will have it */
	struct nsx_log pty_log;	    /* then @log: where standard error was */
	struct nsx_facts facts;
	/*
	 * Big ones, last, so that the others lie together: most of their memory is never
	 * touched.  But for @plan they are not initialised.
	 */
	struct nsx_plan plan;
	struct nsx_facts_room facts_room;
	struct nsx_maps maps;
	struct nsx_guest_room guest_room;
};

/**
 * nsx_engine_init() - prepare a run
 * @rq, @log: outlive the engine
 * @envp: the environment that a program will get, unless another is asked for
 *
 * A constructor sets @host_fork, @waits, @slim and @env_room afterwards, for a host that goes
 * on.
 */
void nsx_engine_init(struct nsx_engine *en, const struct nsx_request *rq, const struct nsx_log *log,
		     char *const *envp);

/**
 * nsx_engine_target() - find the target now, if one is asked for
 *
 * The others do so by themselves.  This is for who enters by a process that calls it by
 * another PID.
 */
int nsx_engine_target(struct nsx_engine *en, struct nsx_error *e);

/* Say that this process was born in @kinds of the target, and so has no time to lose. */
void nsx_engine_born(struct nsx_engine *en, nsx_kinds kinds);

/* Everything up to the plan, from complete facts: changes nothing. */
int nsx_engine_look(struct nsx_engine *en, struct nsx_error *e);

/**
 * nsx_engine_enter() - do what the request says
 *
 * Left: 0 in the process that goes on, be it the same or a new one, with signals
 * held if it is new (see nsx_engine_release()).  The waiter never comes back.
 * Failure: -1; this process must end, it may be half-way.
 */
int nsx_engine_enter(struct nsx_engine *en, struct nsx_error *e);

/**
 * nsx_engine_join() - the same up to the fork, for a process that shares its memory
 *
 * For libnsexec, which sets @shares: whatever comes behind the fork, and how that is made,
 * is its own.
 *
 * Return: 0: all acts before the fork are done.  1: the plan is made, but it needs memory of
 * its own; nothing has changed.  -1: @e filled.
 */
int nsx_engine_join(struct nsx_engine *en, struct nsx_error *e);

/* Execute the program: once it has entered, and released.  Return: only on failure, -1. */
int nsx_engine_exec(struct nsx_engine *en, struct nsx_error *e);

/* Close and unmap whatever it still holds. */
void nsx_engine_close(struct nsx_engine *en);

/* Give back and let go of everything, so that exec or the host finds nothing of ours. */
void nsx_engine_release(struct nsx_engine *en);

/* Tell everyone who should know of the failure.  Return: the exit status for it. */
int nsx_engine_failed(struct nsx_engine *en, const struct nsx_error *e);

#endif
