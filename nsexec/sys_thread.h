/* SPDX-License-Identifier: Apache-2.0 */
/* System calls about one thread.  The contract is that of sys.h. */
#ifndef NSX_SYS_THREAD_H
#define NSX_SYS_THREAD_H

#include "sys.h"
#include "sys_clone.h"
#include "sys_file.h"
#include "sys_namespace.h"

/*
 * With one thread this unshare changes nothing; with more it is EINVAL.  A seccomp filter
 * may forbid the call altogether (EPERM): then the directory of our threads has a link
 * from each, and two of its own.
 */
static inline int nsx_sys_is_single_threaded(void)
{
	struct nsx_stat st;
	const int rc = nsx_sys_unshare(NSX_CLONE_THREAD);

	if (rc == 0 || rc == -EINVAL)
		return rc == 0;
	return nsx_sys_stat("/proc/self/task", &st) == 0 && st.nlink == 3;
}

static inline int nsx_sys_gettid(void)
{
	return (int)nsx_syscall0(__NR_gettid);
}

static inline int nsx_sys_tgkill(int pid, int tid, int sig)
{
	return (int)nsx_syscall3(__NR_tgkill, pid, tid, sig);
}

static inline long nsx_sys_set_tid_address(unsigned long address)
{
	return nsx_syscall1(__NR_set_tid_address, address);
}

/* Of the calling thread; @size is the kernel's, in bytes. */
static inline int nsx_sys_get_robust_list(uintptr_t *head, uint64_t *size)
{
	return (int)nsx_syscall3(__NR_get_robust_list, 0, head, size);
}

static inline int nsx_sys_set_robust_list(uintptr_t head, uint64_t size)
{
	return (int)nsx_syscall2(__NR_set_robust_list, head, size);
}

#endif
