/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keep: a program whose parent is the process that has entered, which stays for that.  So
 * the host never hears of its end, be it by SIGCHLD or by wait(2), and nobody in the host
 * can take its status away.
 */
#ifndef NSX_KEEP_H
#define NSX_KEEP_H

#include "room.h"
#include "sys_fd.h"

struct nsx_kept {
	int64_t deadline;      /* in: by when all has to be over, see deadline.h; 0: it has not */
	struct nsx_feed feed;  /* in */
	struct nsx_room *room; /* in which the keeper runs, so it is given back behind its end */
	struct nsx_spares *spares;
	struct nsx_pollfd ends; /* readable when all has ended; a negative one before Linux 5.3 */
	int pid;		/* the keeper's, which no wait(2) sees that does not ask for such */
	struct nsexec_child program;
};

/*
 * In the calling thread: wait until the keeper has something to tell, or has been killed; by
 * us, if that takes too long.
 */
int nsx_keep_hear(struct nsx_call *c, struct nsx_error *e);

/* In the keeper: tell it. */
void nsx_keep_tell(struct nsx_call *c);

/*
 * In the keeper, before the program is there: end with the thread that waits for us, and have
 * a child to wait for.
 */
void nsx_keep_begin(struct nsx_call *c);

/*
 * In the keeper: feed the program, and stay until it has ended, with nothing of the host's
 * descriptors.
 */
_Noreturn void nsx_keep_stay(struct nsx_call *c);

/*
 * In the calling thread, when the keeper was killed: so will be the program, which may still
 * be on our stack.
 * Return: false: it does not end, as what a file system does not answer.
 */
bool nsx_keep_end_orphan(int pidfd);

/* In the calling thread: the program has been executed too late, or never.  Return: -1. */
int nsx_keep_fail_late(const struct nsx_call *c, struct nsx_error *e);

void nsx_kept_kill(const struct nsx_kept *k);

/* What was killed has not ended: leave it alone, without a keeper.  Return: as below. */
int nsx_kept_abandon(struct nsx_kept *k, int *status, struct nsx_error *e);

/**
 * nsx_kept_ended() - has the program ended?
 * @waits: until it has
 * @status: out: as wait(2) writes it
 * @e: step WAIT: somebody has killed the keeper; so has been the program
 *
 * Return: 1: it has; 0: it has not; -1: that cannot be told any more.
 */
int nsx_kept_ended(struct nsx_kept *k, bool waits, int *status, struct nsx_error *e);

/* When it has ended. */
void nsx_kept_close(struct nsx_kept *k);

#endif
