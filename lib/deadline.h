/* SPDX-License-Identifier: Apache-2.0 */
/* Deadline: until when something may take, in milliseconds of a clock that nobody sets. */
#ifndef NSX_DEADLINE_H
#define NSX_DEADLINE_H

#include "sys.h"
#include "sys_time.h"

/* How long what gets SIGKILL may take to end: it may have much memory to give back. */
enum { NSX_DEATH_MILLIS = 5000 };

/* By the kernel itself, for who must not use libc. */
static inline int64_t nsx_now_millis(void)
{
	enum { MONOTONIC = 1 };
	struct nsx_timespec t = { 0, 0 };

	(void)nsx_syscall2(__NR_clock_gettime, MONOTONIC,
			   &t); /* cannot fail: there is such a clock */
	return t.sec * 1000 + t.nsec / 1000000;
}

/* For poll(2).  Return: 0: it has passed. */
static inline int nsx_millis_until(int64_t deadline)
{
	const int64_t left = deadline - nsx_now_millis();

	return left <= 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

#endif
