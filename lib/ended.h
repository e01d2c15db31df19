/* SPDX-License-Identifier: Apache-2.0 */
/* Ended: has a process ended before it has executed anything? */
#ifndef NSX_ENDED_H
#define NSX_ENDED_H

#include <stdbool.h>

#include "sys.h"

/*
 * What we make sends no signal at its end, and no wait(2) sees it that does not ask for
 * such children; execve(2) makes it a child as any other.
 */
static inline bool nsx_ended_unseen(int pid)
{
	enum { OF_PID = 1, EXITED = 4, UNTOLD = 0x01000000, OF_CLONE = (int)0x80000000 };
	struct nsx_siginfo info = { 0 };
	const int options = EXITED | NSX_WAIT_NOHANG | UNTOLD | OF_CLONE;

	return nsx_syscall5(__NR_waitid, OF_PID, pid, &info, options, NULL) == 0 && info.pid;
}

#endif
