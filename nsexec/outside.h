/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outside: what a process must write that has stayed outside of a new namespace,
 * and how the one inside asks for it.
 */
#ifndef NSX_OUTSIDE_H
#define NSX_OUTSIDE_H

#include "error.h"
#include "log.h"
#include "request.h"

/**
 * nsx_outside_ask() - from inside: have it written, and wait until it is
 * @channel: to the process outside; SOCK_SEQPACKET
 * @step:    MAP, OFFSETS or PERSIST
 * @kinds:   PERSIST: of which
 * @e:       what the process outside tells
 *
 * Dumpable meanwhile, but for PERSIST: our files in /proc could otherwise be opened by
 * root alone.
 *
 * Return: 0; -1, without an error if the process outside is gone: there was nothing to
 * tell, or it has told it.
 */
int nsx_outside_ask(int channel, enum nsx_step step, nsx_kinds kinds, struct nsx_error *e);

/* From outside: what a word that has come through the channel asks for. */
void nsx_outside_question(int32_t word, enum nsx_step *step, nsx_kinds *kinds);

/**
 * nsx_outside_write() - from outside: write it
 * @pid: of the process inside, as we and our /proc see it
 * @e:   @step, or EXEC for a map tool that could not be run
 *
 * Maps are written by ourselves; where the kernel does not allow us to (EPERM), by
 * newuidmap(1) and newgidmap(1), which get an empty environment.  Needs SIGCHLD not
 * to be ignored.
 */
int nsx_outside_write(int pid, enum nsx_step step, const struct nsx_outside *o,
		      const struct nsx_log *log, struct nsx_error *e);

/* From outside: that it is written.  Return: false: nobody could be told. */
bool nsx_outside_answer(int channel, enum nsx_step step);

/* From outside: why it is not.  Return: likewise. */
bool nsx_outside_refuse(int channel, const struct nsx_error *e);

/**
 * nsx_outside_write_own() - write our own, as far as the kernel lets us
 * @proc: a /proc that shows us, O_PATH
 *
 * That is: one id, which is our own; setgroups; offsets.  Dumpable meanwhile.
 */
int nsx_outside_write_own(int proc, enum nsx_step step, const struct nsx_outside *o,
			  const struct nsx_log *log, struct nsx_error *e);

#endif
