/* SPDX-License-Identifier: Apache-2.0 */
/* System calls about who runs when, and where.  The contract is that of sys.h. */
#ifndef NSX_SYS_SCHED_H
#define NSX_SYS_SCHED_H

#include "sys.h"

enum { NSX_SCHED_OTHER = 0, NSX_SCHED_BATCH = 3 };

/* Of ourselves. */
static inline int nsx_sys_getscheduler(void)
{
	return (int)nsx_syscall1(__NR_sched_getscheduler, 0);
}

/* For ourselves; a policy without priorities. */
static inline int nsx_sys_setscheduler(int policy)
{
	const int no_priority = 0;

	return (int)nsx_syscall3(__NR_sched_setscheduler, 0, policy, &no_priority);
}

static inline void nsx_sys_yield(void)
{
	(void)nsx_syscall0(__NR_sched_yield); /* cannot fail */
}

/* Of ourselves.  Return: bytes written to @mask, one bit a processor. */
static inline int nsx_sys_getaffinity(uint64_t *mask, size_t size)
{
	return (int)nsx_syscall3(__NR_sched_getaffinity, 0, size, mask);
}

/* Of ourselves; processors that there are not are left out. */
static inline int nsx_sys_setaffinity(const uint64_t *mask, size_t size)
{
	return (int)nsx_syscall3(__NR_sched_setaffinity, 0, size, mask);
}

#endif
