/* SPDX-License-Identifier: Apache-2.0 */
/* The waiter: the first process, once the program is another one. */
#ifndef NSX_WAITER_H
#define NSX_WAITER_H

#include "signals.h"
#include "trace.h"

/*
 * Where a waiter stays whose process leaves its memory to the program's.  The stack is
 * enough for the deepest of its calls, all of which are known.
 */
struct nsx_waiter_room {
	char stack[8192] __attribute__((aligned(16))); /* more than half of it for who traces */
	int32_t alive;				       /* 0: it has ended; see self.h */
	struct nsx_log log;
	struct nsx_trace trace; /* if @log has one */
};

/* All that the waiter will need in there. */
void nsx_waiter_furnish(struct nsx_waiter_room *room, const struct nsx_log *log);

/* nsx_waiter_run() in a room of its own: for nsx_sys_clone_leaving(), which wants this shape. */
__attribute__((visibility("hidden"))) void nsx_waiter_stay(int pid, void *arg);

typedef void nsx_slim_fn(void);

/**
 * nsx_waiter_run() - stand in for the program until it ends
 * @pid:  the program, our child
 * @keep: a descriptor that stays open, or NSX_NOFD
 * @slim: drops memory that is a host's; called once that has had time to begin; or NULL
 * @log:  whose trace, if there is one, has a line when the program ends
 *
 * Forwards every signal that can be, mirrors stop and continue, and ends with
 * the program's status or by the program's signal.  Every other descriptor is closed
 * first, so that pipes end when the program lets go of them.
 *
 * Entered: all signals held (nsx_signals_hold()), as the parent of @pid.
 * Left:    never.
 */
_Noreturn void nsx_waiter_run(int pid, int keep, nsx_slim_fn *slim, const struct nsx_log *log);

#endif
