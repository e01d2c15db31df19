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
 * @step:    MAP or OFFSETS
 *
 * Dumpable meanwhile: our files in /proc could otherwise be opened by root alone.
 *
 * Return: 0; -1 without an error: the process outside has failed or is gone, and if
 * there was anything to tell, has told it.
 */
int nsx_outside_ask(int channel, enum nsx_step step);

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

#endif
