/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Console: what the caller has at the other end of the program's terminal.  Standard
 * input and output, and the terminal among them, if there is one.
 */
#ifndef NSX_CONSOLE_H
#define NSX_CONSOLE_H

#include "fd.h"
#include "sys_terminal.h"
#include "terminal.h"

struct nsx_console {
	int in, out;  /* standard input and output: descriptions of our own, or 0 and 1 */
	int terminal; /* of standard input, output and error the first that is one, or NSX_NOFD */
	bool typed;   /* standard input is a terminal: then @terminal is that one */
	bool seen;    /* standard output is one */
	bool raw;     /* @terminal is as we have made it */
	struct nsx_termios settings; /* as it was before; counts if @raw */
};

/* Nothing is opened. */
void nsx_console_init(struct nsx_console *c);

/* Close what is our own. */
void nsx_console_close(struct nsx_console *c);

/**
 * nsx_console_open() - look at the caller's standard streams
 * @own_fds: our /proc/self/fd, or NSX_NOFD
 *
 * O_NONBLOCK of their descriptions is not ours to set: others have them too.  A
 * terminal or pipe is opened once more for that.  Where that is refused, reads and
 * writes must be short, and only be made when poll(2) says so.
 *
 * Entered: before anything has changed.
 */
void nsx_console_open(struct nsx_console *c, int own_fds);

/* The most bytes of @wanted that may be written at once. */
size_t nsx_console_room(const struct nsx_console *c, size_t wanted);

/* Is it our turn to read what is typed?  If nothing is typed, it always is. */
bool nsx_console_is_ours(const struct nsx_console *c);

/* Make the terminal raw, if keys come from it and it is our turn. */
void nsx_console_take(struct nsx_console *c);

/* As it was before, if it is still our turn: else whoever has it has seen to that. */
void nsx_console_leave(struct nsx_console *c);

#endif
