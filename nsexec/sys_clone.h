/* SPDX-License-Identifier: Apache-2.0 */
/* System calls that make a process.  The contract is that of sys.h. */
#ifndef NSX_SYS_CLONE_H
#define NSX_SYS_CLONE_H

#include <signal.h>

#include "sys.h"

/*
 * <sched.h> has these only for _GNU_SOURCE, and not all of them in every libc; the
 * kernel's numbers never change.  Those of namespaces are in sys_namespace.h.
 */
enum {
	NSX_CLONE_VM = 0x00000100,
	NSX_CLONE_FS = 0x00000200,
	NSX_CLONE_FILES = 0x00000400,
	NSX_CLONE_SIGHAND = 0x00000800,
	NSX_CLONE_PIDFD = 0x00001000, /* Linux 5.2 */
	NSX_CLONE_VFORK = 0x00004000,
	NSX_CLONE_PARENT = 0x00008000,
	NSX_CLONE_PARENT_SETTID = 0x00100000,
	NSX_CLONE_THREAD = 0x00010000,
};

/* For clone3(2) only. */
#define NSX_CLONE_CLEAR_SIGHAND 0x100000000ull /* Linux 5.5 */
#define NSX_CLONE_INTO_CGROUP 0x200000000ull   /* Linux 5.7 */

#ifndef __NR_clone3
#define __NR_clone3 435
#endif

/*
 * A bare process: libc is not told, so the thread id that it caches is the
 * parent's.  Only for a process that never returns to the host.
 */
static inline int nsx_sys_clone_bare(unsigned long flags)
{
	return (int)NSX_CLONE(flags, 0, 0, 0, 0);
}

/* The same, born in the cgroup whose directory @cgroup is.  @flags: without a signal. */
static inline int nsx_sys_clone_into(unsigned long flags, int exit_signal, int cgroup)
{
	/* struct clone_args: flags, three addresses, exit_signal, ..., cgroup */
	const uint64_t args[11] = {
		[0] = flags | NSX_CLONE_INTO_CGROUP,
		[4] = (uint64_t)exit_signal,
		[10] = (uint64_t)cgroup,
	};

	return (int)nsx_syscall2(__NR_clone3, args, sizeof(args));
}

/* For nsx_sys_clone_on(). */
struct nsx_birth {
	unsigned long
		flags;	    /* CLONE_* but for a signal: its end is silent, until it has executed */
	void *stack;	    /* lowest byte, aligned to 16 bytes, */
	size_t stack_bytes; /* as is this number */
	int32_t *pidfd;	    /* CLONE_PIDFD: out, in the table of the caller */
	int32_t *pid;	    /* CLONE_PARENT_SETTID: out, once there is nothing left to fail */
	int cgroup;	    /* CLONE_INTO_CGROUP: directory */
};

/*
 * A bare process on a stack of its own, with every signal handler of ours set back to the
 * default, if the kernel can do that at once.
 *
 * @plain: by clone(2) for older kernels, and where somebody keeps us from clone3(2): with
 *         handlers as they are, and without a cgroup or @pid
 */
static inline int nsx_sys_clone_on(const struct nsx_birth *b, bool plain, nsx_born_fn *born,
				   void *arg)
{
	const unsigned long flags =
		b->flags & ~(unsigned long)(NSX_CLONE_INTO_CGROUP | NSX_CLONE_PARENT_SETTID);
	const uint64_t args[11] = {
		[0] = b->flags | NSX_CLONE_CLEAR_SIGHAND,
		[1] = (uint64_t)b->pidfd,
		[3] = (uint64_t)b->pid,
		[5] = (uint64_t)b->stack,
		[6] = b->stack_bytes,
		[10] = (uint64_t)b->cgroup,
	};

	if (plain)
		return (int)NSX_CLONE_CALLING(flags, (char *)b->stack + b->stack_bytes, b->pidfd,
					      born, arg);
	return (int)nsx_clone_calling(__NR_clone3, (long)args, sizeof(args), 0, born, arg);
}

/*
 * A process that is to execute something, in memory shared with us, who stand still until
 * then or until its end; not on our stack, where what it writes would be in place of what
 * we still need.
 *
 * @pidfd: NULL: none; else out, O_CLOEXEC, from Linux 5.2 on
 *
 * Return: its PID or -errno.
 */
/* NOLINTNEXTLINE(readability-non-const-parameter): the kernel writes to @pidfd */
static inline int nsx_sys_clone_apart(nsx_born_fn *born, void *arg, int32_t *pidfd)
{
	enum { STACK_BYTES = 8192 };
	char stack[STACK_BYTES] __attribute__((aligned(16)));
	const struct nsx_birth birth = {
		.flags = NSX_CLONE_VM | NSX_CLONE_VFORK | (pidfd ? NSX_CLONE_PIDFD : 0),
		.stack = stack,
		.stack_bytes = sizeof(stack),
		.pidfd = pidfd,
	};
	const int pid = nsx_sys_clone_on(&birth, false, born, arg);

	return pid < 0 ? nsx_sys_clone_on(&birth, true, born, arg) : pid;
}

/*
 * A process that goes on from here in our memory and on our stack; we leave for @left(pid,
 * @arg), which never returns, on @stack (its end, aligned to 16 bytes), and touch nothing
 * else from then on.  Neither waits for the other.  Return: in the new process 0; or -errno.
 */
static inline int nsx_sys_clone_leaving(void *stack, nsx_left_fn *left, void *arg)
{
	return (int)nsx_clone_leaving(NSX_CLONE_VM | SIGCHLD, stack, left, arg);
}

/*
 * A process that is there for its PID alone.  It runs beside us, in our memory, and
 * touches none of it; the kernel alone may, if a signal comes that we have a handler
 * for: that is what @stack is for, the end of some kilobytes.
 */
static inline int nsx_sys_clone_ending(unsigned long flags, void *stack)
{
	/* What it shares need not be copied for it; not CLONE_FS: setns(2) minds that. */
	return (int)nsx_clone_ending(flags | NSX_CLONE_VM | NSX_CLONE_FILES | NSX_CLONE_SIGHAND,
				     stack);
}

#endif
