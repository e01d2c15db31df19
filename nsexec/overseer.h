/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Overseer: holds a host by ptrace(2) from its exec until our constructor has answered.  It
 * may do what a loader does (loader.h) and nothing else: the first other system call ends it
 * before the call has an effect.
 */
#ifndef NSX_OVERSEER_H
#define NSX_OVERSEER_H

#include "error.h"
#include "loader.h"

/* A host to be overseen; the caller's storage. */
struct nsx_overseer {
	int pid;		  /* a child of ours, which is about to execute */
	int answer;		  /* our end of the socket on which it answers */
	uint64_t nonce;		  /* which must be in there */
	const char *name;	  /* of the host, for errors */
	struct nsx_loader loader; /* its end in there */

	bool executed;
	int stop; /* a signal to stop by, which is put off until it has answered; 0: none */
	struct nsx_call call; /* the one at hand */
};

enum nsx_overseen {
	NSX_OVERSEEN_FAILED,   /* @e filled; it has been killed and waited for */
	NSX_OVERSEEN_ANSWERED, /* and it is on its own */
	NSX_OVERSEEN_ENDED,    /* before it was executed, or by a signal of somebody else's */
};

/* From now on it is held.  Return: 0, or -1: @e filled, and it is not. */
int nsx_overseer_hold(const struct nsx_overseer *o, struct nsx_error *e);

/**
 * nsx_overseer_run() - until it has answered
 * @status: out, if it has ended: as wait(2) has it
 *
 * Signals that come to us are passed on; one that would stop the host does so as soon as it
 * has answered, so that nobody has to wait for a process that is stopped.
 *
 * Context: all signals held (nsx_signals_hold()).
 */
enum nsx_overseen nsx_overseer_run(struct nsx_overseer *o, int *status, struct nsx_error *e);

/* Kill it and wait for its end. */
void nsx_overseer_kill(const struct nsx_overseer *o);

#endif
