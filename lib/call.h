/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call: one spawn, as the thread that asks and the processes that it makes share it.
 *
 * These processes run in the memory of the host (CLONE_VM) while the thread waits for them
 * (CLONE_VFORK), so that nothing is copied, however much there is.  What they do, in
 * middle.c, launch.c and start.c, uses the engine alone: no libc, whose locks other threads
 * may hold, whose errno is the waiting thread's, and whose handlers are not theirs to run.
 *
 *   the calling thread       middle                       program
 *     spawn.c          -->     joins; from now on    -->    is born inside, has its
 *                              its children are in          descriptors and signals
 *                              the PID namespace            set up, and executes
 *
 * The program is the caller's child, for middle makes it as a sibling (CLONE_PARENT).  Where
 * no PID namespace is entered, middle itself executes.  For nsexec_run() the program is
 * middle's own child, and middle stays: see keep.h.
 */
#ifndef NSX_CALL_H
#define NSX_CALL_H

#include "api.h"
#include "engine.h"
#include "how.h"

/* For middle, which may need 100 KiB of it, and the program's process, further down. */
enum { NSX_CALL_STACK_BYTES = 256 * 1024 };

/* What a kept program reads from its standard input. */
struct nsx_feed {
	int channel; /* through which the end of the pipe comes; NSX_NOFD: nothing is fed */
	const char *in;
	size_t in_bytes;
};

struct nsx_call {
	/* What is wanted.  Borrowed from the caller, or the session. */
	const struct nsx_how *how;
	const struct nsx_engine *ready; /* has looked already, and planned; or NULL */
	const struct nsexec_program *program;
	char **argv; /* the program's, with room in front, see nsx_call_slots() */
	char *const *envp;
	char *path; /* "PATH=..." of the host, by which the launcher finds tools; "": there is none */
	int *opened;	       /* for each file that is opened: as which descriptor it is here */
	const int *lent_image; /* the launcher's file, of the session; or NULL */
	uint64_t mask;	       /* blocked signals of the calling thread */
	bool kept;	       /* middle stays in front of the program */
	int64_t deadline;      /* of a kept one: by when it has to be executed; 0: it has not */
	struct nsx_feed feed;  /* likewise */

	/* How it goes on. */
	const struct nsx_engine *in; /* with facts and plan: @ready, or @en */
	bool plain;		     /* clone(2) alone: handlers are still the host's */
	bool launched;		     /* the launcher goes on; what it says comes through @channel */
	bool looked;		     /* all of a session */
	bool grouped;		     /* it is in its process group already */
	bool haunted;		     /* somebody is still on @stack, for all that we know */
	bool executes;		     /* nothing but execve(2) was left to be done */
	int channel[2];		     /* to the launcher; the host's end is the first */
	int image;		     /* the launcher's file, if it is not lent */
	int middle;		     /* as the host sees it; it may be the program too */
	bool elsewhere; /* middle was born in another PID namespace than the thread is in */
	int32_t middle_pidfd;
	int32_t born_pid; /* as the kernel says it, unless @plain: with it, @program_pidfd counts */
	int begun;	  /* enum nsx_begun; by whoever comes first */
	int program_pid;  /* 0: middle goes on as the program */
	int32_t program_pidfd;
	int32_t told;	   /* of a kept one: all of this is there; a futex, woken up then */
	bool ignores_chld; /* of a kept one: the host does, but its keeper must not */
	bool ended;	   /* of a kept one, */
	int status;	   /* with this, as wait(2) has it */
	char numbers[32];  /* of descriptors, for the launcher */
	struct nsx_error e;
	struct nsx_log log; /* off */
	char *stack;	    /* lowest byte; aligned to 16 bytes */
	struct nsx_engine en;
};

/*
 * Of the program's process.  While middle makes it the kernel has said which pidfd it will
 * have, but that is so only if there is one in the end.  So if middle is killed just then,
 * and @born_pid cannot be had, either that process says first that it is there, or the
 * caller that it must not be.
 */
enum nsx_begun { NSX_BEGUN_NOT, NSX_BEGUN, NSX_BEGUN_NEVER };

/* Return: have we come first? */
static inline bool nsx_call_begins(struct nsx_call *c, enum nsx_begun how)
{
	int not_yet = NSX_BEGUN_NOT;

	return __atomic_compare_exchange_n(&c->begun, &not_yet, (int)how, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

/* What the launcher calls itself until it executes the program, see comm in proc(5). */
#define NSX_LAUNCHER_NAME "nsexec:launcher"

/* Slots in front of a program's words that the launcher needs: name, numbers, PATH, words, "--". */
static inline size_t nsx_call_slots(const struct nsx_how *how)
{
	return how->words.n + 4;
}

/* Middle, for nsx_sys_clone_on(): @arg is the call.  Never returns. */
void nsx_middle(void *arg);

/* Look and plan, and nothing else: the engine of the call is a session's.  Likewise. */
void nsx_middle_looks(void *arg);

/*
 * What the launcher needs, in middle, out here: a PID namespace may forbid its processes to
 * make such a file (vm.memfd_noexec), be it against us.
 */
int nsx_launch_prepare(struct nsx_call *c, struct nsx_error *e);

/*
 * The file alone, once for all that a session will start, where the kernel can see to it that
 * nobody changes it: somebody who traces a launcher has it too.  Else @image is NSX_NOFD.
 */
void nsx_launch_lend(struct nsx_call *c);

/* The launcher, see launcher.c, goes on in this process.  Return: only on failure. */
int nsx_launch(struct nsx_call *c, struct nsx_error *e);

/* Enter an existing process group; in middle, for in a PID namespace it has no number. */
int nsx_start_in_group(struct nsx_call *c, struct nsx_error *e);

/**
 * nsx_start() - set up session, group, descriptors and signals, as the caller wants them
 *
 * What comes behind it is execve(2).
 */
int nsx_start(const struct nsx_call *c, struct nsx_error *e);

#endif
