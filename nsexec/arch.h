/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one place that knows which processor this is.  Each architecture header
 * gives the same things:
 *
 *   NSX_MACHINE            EM_*, as ELF files have it
 *   nsx_syscall6()         the system call instruction, result or -errno
 *   NSX_CLONE(...)         arguments of clone(2) in this architecture's order
 *   nsx_clone_ending()     clone(2) of a process that exits with status 0 at once,
 *                          without a look at memory
 *   nsx_clone_calling()    a system call of clone's family with another stack, on which
 *                          the new process calls a function that never returns
 *   nsx_clone_leaving()    clone(2) of a process that goes on here, on this stack, while the
 *                          old one calls a function that never returns, on another
 *   nsx_thread_pointer()   where libc has put the thread's own data
 *   NSX_THREAD_ABOVE       musl's thread structure begins there; 0: it ends there
 *   NSX_MUSL_TID_AT        offset of the thread id in it, in bytes; 0: not known
 *   struct nsx_stat        the kernel's struct stat, as far as we read it
 *   struct nsx_sigaction   the kernel's struct sigaction
 *   NSX_START(function)    an entry point that calls function(initial stack)
 */
#ifndef NSX_ARCH_H
#define NSX_ARCH_H

#include <stdint.h>
#include <sys/syscall.h>

/* What a new process does, for nsx_clone_calling(). */
typedef void nsx_born_fn(void *arg);

/* What the old one does, for nsx_clone_leaving(). */
typedef void nsx_left_fn(int pid, void *arg);

#ifdef __clang_analyzer__
#define nsx_syscall6 nsx_syscall6_asm
#endif

#if defined(__x86_64__) && defined(__LP64__)
#include "arch_x86_64.h"
#elif defined(__aarch64__)
#include "arch_aarch64.h"
#elif defined(__riscv) && __riscv_xlen == 64
#include "arch_riscv64.h"
#else
#error "nsexec knows x86_64, aarch64 and riscv64"
#endif

/* The analyser cannot read assembly: to it, the call is a function that may write. */
#ifdef __clang_analyzer__
#undef nsx_syscall6
long nsx_syscall6(long nr, long a, long b, long c, long d, long e, long f);
#endif

#define nsx_syscall0(nr) nsx_syscall6(nr, 0, 0, 0, 0, 0, 0)
#define nsx_syscall1(nr, a) nsx_syscall6(nr, (long)(a), 0, 0, 0, 0, 0)
#define nsx_syscall2(nr, a, b) nsx_syscall6(nr, (long)(a), (long)(b), 0, 0, 0, 0)
#define nsx_syscall3(nr, a, b, c) nsx_syscall6(nr, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define nsx_syscall4(nr, a, b, c, d) \
	nsx_syscall6(nr, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define nsx_syscall5(nr, a, b, c, d, e) \
	nsx_syscall6(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

#endif
