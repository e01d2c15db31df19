/* SPDX-License-Identifier: Apache-2.0 */
/* Ended: has a process that lets go of our memory executed something, or ended? */
#ifndef NSX_ENDED_H
#define NSX_ENDED_H

#include <stdbool.h>

#include "sys.h"
#include "sys_process.h"

/*
 * What we make sends no signal at its end, and no wait(2) sees it that does not ask for
 * such children; execve(2) makes it a child as any other, before it lets go of our memory.
 * A process that is killed lets go of that too, and can be waited for only a moment later:
 * so this asks which sort of child it is, not whether it has ended already.
 */
static inline bool nsx_ended_unseen(int pid)
{
	enum { OF_PID = 1, EXITED = 4, UNTOLD = 0x01000000, OF_CLONE = (int)0x80000000 };
	const int options = EXITED | NSX_WAIT_NOHANG | UNTOLD | OF_CLONE;

	return nsx_syscall5(__NR_waitid, OF_PID, pid, NULL, options, NULL) == 0;
}

#endif
