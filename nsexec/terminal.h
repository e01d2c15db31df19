/* SPDX-License-Identifier: Apache-2.0 */
/* Terminals: their settings and size, and whose turn it is. */
#ifndef NSX_TERMINAL_H
#define NSX_TERMINAL_H

#include <stdbool.h>

#include "sys_terminal.h"

/* As a login has them; 4 is ^D in c_cc. */
enum { NSX_ROWS = 24, NSX_COLUMNS = 80, NSX_VEOF = 4 };

/* nsx_termios.lflag */
enum { NSX_ICANON = 0000002, NSX_ECHO = 0000010 };

/* Return: is @fd a terminal?  Then its settings. */
bool nsx_terminal_get(int fd, struct nsx_termios *out);

/* At once.  In the background too: who asks must be in the foreground. */
void nsx_terminal_set(int fd, const struct nsx_termios *settings);

/* Bytes pass as they are: no line, no echo, no signal, nothing added to the output. */
struct nsx_termios nsx_terminal_raw(const struct nsx_termios *settings);

/*
 * May we read from it and change it?  Not, if our process group is in the background;
 * a terminal that is not ours to be controlled by has no such thing.
 */
bool nsx_terminal_is_ours(int fd);

/* Give @to the size that @from has; the usual one if @from has none or is none. */
void nsx_terminal_copy_size(int from, int to);

#endif
