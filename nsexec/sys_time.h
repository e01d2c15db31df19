/* SPDX-License-Identifier: Apache-2.0 */
/* Spans of time, and a descriptor that tells when one is over.  The contract is that of sys.h. */
#ifndef NSX_SYS_TIME_H
#define NSX_SYS_TIME_H

#include <fcntl.h>

#include "sys.h"

struct nsx_timespec {
	int64_t sec;
	int64_t nsec;
};

struct nsx_itimerspec {
	struct nsx_timespec interval, value;
};

/* Of CLOCK_MONOTONIC; O_CLOEXEC. */
static inline int nsx_sys_timerfd(void)
{
	enum { CLOCK_MONOTONIC_NUMBER = 1 };

	return (int)nsx_syscall2(__NR_timerfd_create, CLOCK_MONOTONIC_NUMBER, O_CLOEXEC);
}

/* @end: a time, not from now */
static inline int nsx_sys_timerfd_set(int fd, const struct nsx_itimerspec *end)
{
	enum { TIMER_ABSTIME_BIT = 1 };

	return (int)nsx_syscall4(__NR_timerfd_settime, fd, TIMER_ABSTIME_BIT, end, NULL);
}

/* @left: from now */
static inline int nsx_sys_timerfd_get(int fd, struct nsx_itimerspec *left)
{
	return (int)nsx_syscall2(__NR_timerfd_gettime, fd, left);
}

#endif
