/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pty: the terminal that the program gets for its own.  What it writes comes out at
 * the master, which the waiter has; nothing of the caller's terminal is left to it.
 */
#ifndef NSX_PTY_H
#define NSX_PTY_H

#include <stdbool.h>

#include "error.h"
#include "fd.h"

struct nsx_pty {
	int own_fds; /* our own /proc/self/fd, to open again what was looked at */
	int master;  /* non-blocking; NSX_NOFD: there is none */
	int slave;   /* the program's side */
};

void nsx_pty_init(struct nsx_pty *p);
void nsx_pty_close(struct nsx_pty *p);

/**
 * nsx_pty_open() - make one that the caller's mounts have
 * @moves: will the program have other mounts, or another root?  Then it is only there
 *         in case that theirs have none, and may be missing.
 * @e:     step PTY
 *
 * Entered: before anything has changed.
 */
int nsx_pty_open(struct nsx_pty *p, bool moves, struct nsx_error *e);

/**
 * nsx_pty_settle() - take one that the program can find by its name, if there can be
 * @moved: as above
 *
 * A devpts of other mounts is somebody else's.  A path is looked at before it is
 * opened, and it is what was looked at that is opened.
 *
 * Entered: in the mounts and the root of the program, before the fork.
 */
int nsx_pty_settle(struct nsx_pty *p, bool moved, struct nsx_error *e);

/**
 * nsx_pty_dress() - make it like the terminal that the program would have had
 * @terminal: the caller's, or NSX_NOFD
 * @echo:     will what the program reads have been typed, and so is to be shown?
 * @uid:      whose it will be, if that may be said
 */
void nsx_pty_dress(struct nsx_pty *p, int terminal, bool echo, const uint32_t *uid);

/**
 * nsx_pty_take() - in the program's process: make it ours
 *
 * Left: leader of a session, in the foreground of the terminal, which is standard
 *       input, output and error.
 */
int nsx_pty_take(int slave, struct nsx_error *e);

#endif
