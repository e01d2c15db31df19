/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Relay: the waiter of a program that has a terminal of its own, or an init.  It
 * carries what is typed to the program, and what the program writes to the caller; and
 * it hears from the init.
 */
#ifndef NSX_RELAY_H
#define NSX_RELAY_H

#include "console.h"
#include "log.h"
#include "program.h"

/**
 * nsx_relay_run() - stand in for the program until it ends, as nsx_waiter_run() does
 * @console: the caller's side, if there is a terminal
 * @program: our child, of which nothing is known yet
 * @master:  of its terminal; non-blocking; NSX_NOFD: it has none
 * @keep:    a descriptor that stays open, or NSX_NOFD
 * @log:     where it is told if standard output fails
 *
 * While we are in the foreground, the caller's terminal is raw.  It is as it was
 * whenever we stop or end.  What the program has written is out before we end.
 *
 * Entered: all signals held, as the parent of @program, which is on its way.
 * Left:    never.
 */
_Noreturn void nsx_relay_run(struct nsx_console *console, const struct nsx_program *program,
			     int master, int keep, const struct nsx_log *log);

#endif
