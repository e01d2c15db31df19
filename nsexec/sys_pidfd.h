/* SPDX-License-Identifier: Apache-2.0 */
/* System calls about processes that a descriptor stands for.  The contract is that of sys.h. */
#ifndef NSX_SYS_PIDFD_H
#define NSX_SYS_PIDFD_H

#include <fcntl.h>

#include "sys.h"

#ifndef __NR_pidfd_send_signal
#define __NR_pidfd_send_signal 424
#endif
#ifndef __NR_pidfd_open
#define __NR_pidfd_open 434
#endif
#ifndef __NR_pidfd_getfd
#define __NR_pidfd_getfd 438
#endif

/* For ioctl(2). */
#define NSX_PIDFD_GET_INFO 0xc040ff0bu	/* struct nsx_pidfd_info (Linux 6.13) */
#define NSX_PIDFD_GET_NAMESPACE 0xff00u /* + kind: descriptor of it (Linux 6.11) */

#define NSX_PIDFS_MAGIC 0x50494446u

/* The process of a pidfd, as the first edition of the kernel's struct has it. */
struct nsx_pidfd_info {
	uint64_t mask; /* in: NSX_PIDFD_EXIT, if wanted; out: what is known */
	uint64_t cgroup;
	uint32_t pid, tgid, ppid;
	uint32_t ids[8];
	int32_t status; /* with NSX_PIDFD_EXIT: as wait(2) writes it */
};

#define NSX_PIDFD_EXIT 8u /* known once it has been waited for (Linux 6.15) */

static inline int nsx_sys_pidfd_open(int pid)
{
	return (int)nsx_syscall2(__NR_pidfd_open, pid, 0);
}

/* Of one thread, whether it leads a process or not (Linux 6.9). */
static inline int nsx_sys_pidfd_open_thread(int tid)
{
	enum { PIDFD_THREAD_FLAG = O_EXCL };

	return (int)nsx_syscall2(__NR_pidfd_open, tid, PIDFD_THREAD_FLAG);
}

/* A copy, O_CLOEXEC, of a descriptor of another process. */
static inline int nsx_sys_pidfd_getfd(int pidfd, int fd)
{
	return (int)nsx_syscall3(__NR_pidfd_getfd, pidfd, fd, 0);
}

static inline int nsx_sys_pidfd_send_signal(int pidfd, int sig)
{
	return (int)nsx_syscall4(__NR_pidfd_send_signal, pidfd, sig, NULL, 0);
}

#endif
