/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls about processes: who they are, what they execute, and their end.  Those that
 * make one are in sys_clone.h.  The contract is that of sys.h.
 */
#ifndef NSX_SYS_PROCESS_H
#define NSX_SYS_PROCESS_H

#include "sys.h"
#include "sys_signal.h"

enum {
	NSX_PR_SET_PDEATHSIG = 1,
	NSX_PR_GET_PDEATHSIG = 2,
	NSX_PR_GET_DUMPABLE = 3,
	NSX_PR_SET_DUMPABLE = 4,
	NSX_PR_SET_NAME = 15,
	NSX_PR_GET_TID_ADDRESS = 40,
};

static inline int nsx_sys_prctl(int option, unsigned long arg)
{
	return (int)nsx_syscall5(__NR_prctl, option, arg, 0, 0, 0);
}

static inline int nsx_sys_getpid(void)
{
	return (int)nsx_syscall0(__NR_getpid);
}

/* 0: the parent is in no PID namespace that we see. */
static inline int nsx_sys_getppid(void)
{
	return (int)nsx_syscall0(__NR_getppid);
}

static inline int nsx_sys_getpgid(int pid)
{
	return (int)nsx_syscall1(__NR_getpgid, pid);
}

static inline int nsx_sys_getsid(int pid)
{
	return (int)nsx_syscall1(__NR_getsid, pid);
}

static inline int nsx_sys_setsid(void)
{
	return (int)nsx_syscall0(__NR_setsid);
}

enum {
	NSX_WAIT_NOHANG = 1,
	NSX_WAIT_UNTRACED = 2,
	NSX_WAIT_CONTINUED = 8,
	NSX_WAIT_ALL = 0x40000000, /* whatever signal a child was made with */
};

/* @status: as wait(2) writes it.  Return: pid, 0 with WNOHANG and nothing to tell. */
static inline int nsx_sys_wait(int pid, int *status, int options)
{
	int rc;

	do
		rc = (int)nsx_syscall4(__NR_wait4, pid, status, options, NULL);
	while (rc == -EINTR);
	return rc;
}

enum {
	NSX_P_PID = 1,
	NSX_P_PIDFD = 3, /* Linux 5.4 */
	NSX_WAIT_EXITED = 4,
};

/* nsx_siginfo.code of a child that has ended */
enum { NSX_CLD_EXITED = 1, NSX_CLD_KILLED = 2, NSX_CLD_DUMPED = 3 };

/* @info: pid 0 with WNOHANG and nothing to tell. */
static inline int nsx_sys_waitid(int type, int id, struct nsx_siginfo *info, int options)
{
	int rc;

	do
		rc = (int)nsx_syscall5(__NR_waitid, type, id, info, options, NULL);
	while (rc == -EINTR);
	return rc;
}

static inline _Noreturn void nsx_sys_exit(int status)
{
	for (;;)
		(void)nsx_syscall1(__NR_exit_group, status); /* cannot fail */
}

static inline int nsx_sys_execve(const char *path, char *const *argv, char *const *envp)
{
	return (int)nsx_syscall3(__NR_execve, path, argv, envp);
}

static inline long nsx_sys_ptrace(int request, int pid, long addr, long data)
{
	return nsx_syscall4(__NR_ptrace, request, pid, addr, data);
}

struct nsx_rlimit {
	uint64_t soft, hard;
};

/* Of ourselves; @set, @old: may be NULL. */
static inline int nsx_sys_prlimit(unsigned resource, const struct nsx_rlimit *set,
				  struct nsx_rlimit *old)
{
	return (int)nsx_syscall4(__NR_prlimit64, 0, resource, set, old);
}

#define NSX_PERSONALITY_ASK 0xffffffffu /* changes nothing */

/* Return: what it was before, which has 32 bits. */
static inline long nsx_sys_personality(uint32_t persona)
{
	return nsx_syscall1(__NR_personality, persona);
}

#endif
