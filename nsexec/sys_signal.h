/* SPDX-License-Identifier: Apache-2.0 */
/* System calls about signals.  The contract is that of sys.h. */
#ifndef NSX_SYS_SIGNAL_H
#define NSX_SYS_SIGNAL_H

#include <signal.h>

#include "sys.h"
#include "sys_time.h"

#define NSX_SIG_COUNT 64  /* signals 1..64 */
#define NSX_SIGSET_SIZE 8 /* bytes of the kernel's signal set */

/* siginfo_t as the kernel lays it out on 64-bit machines, as far as we read it. */
struct nsx_siginfo {
	int32_t signo;
	int32_t err;
	int32_t code;
	int32_t pad;
	int32_t pid; /* sender, or the child */
	uint32_t uid;
	int32_t status; /* SIGCHLD: exit status or signal */
	int32_t rest[25];
};

/* nsx_siginfo.code */
enum {
	NSX_SI_USER = 0,
	NSX_SI_KERNEL = 0x80,
	NSX_SI_QUEUE = -1,
	NSX_SI_TKILL = -6,
};

static inline int nsx_sys_kill(int pid, int sig)
{
	return (int)nsx_syscall2(__NR_kill, pid, sig);
}

static inline int nsx_sys_sigqueue(int pid, int sig, const struct nsx_siginfo *info)
{
	return (int)nsx_syscall3(__NR_rt_sigqueueinfo, pid, sig, info);
}

static inline int nsx_sys_sigmask(int how, const uint64_t *set, uint64_t *old)
{
	return (int)nsx_syscall4(__NR_rt_sigprocmask, how, set, old, NSX_SIGSET_SIZE);
}

static inline int nsx_sys_sigaction(int sig, const struct nsx_sigaction *act,
				    struct nsx_sigaction *old)
{
	return (int)nsx_syscall4(__NR_rt_sigaction, sig, act, old, NSX_SIGSET_SIZE);
}

/* @timeout: NULL: for ever.  Return: the signal, taken off the queue. */
static inline int nsx_sys_sigtimedwait(const uint64_t *set, struct nsx_siginfo *info,
				       const struct nsx_timespec *timeout)
{
	return (int)nsx_syscall4(__NR_rt_sigtimedwait, set, info, timeout, NSX_SIGSET_SIZE);
}

/* Readable while one of @signals is pending. */
static inline int nsx_sys_signalfd(const uint64_t *signals)
{
	enum { CLOEXEC_NONBLOCK = 02004000 };

	return (int)nsx_syscall4(__NR_signalfd4, -1, signals, NSX_SIGSET_SIZE, CLOEXEC_NONBLOCK);
}

#endif
