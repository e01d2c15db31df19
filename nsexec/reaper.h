/* SPDX-License-Identifier: Apache-2.0 */
/* Reaper: the init, first process of a new PID namespace, for a program that is not made for that. */
#ifndef NSX_REAPER_H
#define NSX_REAPER_H

#include "fd.h"

/**
 * nsx_reaper_run() - reap whoever is left to us, until the program ends
 * @pid:          the program, our child
 * @channel:      to the waiter: from there signals come for the program, as struct
 *                nsx_siginfo; there each status of the program goes, as wait(2) has it
 * @death_signal: for the program, if the waiter ends
 *
 * The kernel lets no signal stop or end the first process of a PID namespace, so its
 * own status could not tell how the program fares.
 *
 * We are in the caller's process group, as the program is, and what comes to all of
 * it the program has got.  So nothing counts that comes to us from outside; what a
 * process inside sends to its init is for the program.
 *
 * Entered: all signals held, as the parent of @pid, which is on its way.
 * Left:    never; then the kernel ends all others in the namespace.
 */
_Noreturn void nsx_reaper_run(int pid, int channel, int death_signal);

#endif
