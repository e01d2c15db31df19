/* SPDX-License-Identifier: Apache-2.0 */
/* x86_64: see arch.h for what each part promises. */
#ifndef NSX_ARCH_X86_64_H
#define NSX_ARCH_X86_64_H

#define NSX_MACHINE 62

static inline long nsx_syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#define NSX_CLONE(flags, stack, ptid, ctid, tls) \
	nsx_syscall5(__NR_clone, flags, stack, ptid, ctid, tls)

static inline long nsx_clone_ending(unsigned long flags, void *stack)
{
	register long r10 __asm__("r10") = 0;
	register long r8 __asm__("r8") = 0;
	long ret;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%edi, %%edi\n\t"
			 "mov %[exit], %%eax\n\t"
			 "syscall\n\t"
			 "hlt\n"
			 "1:"
			 : "=a"(ret)
			 : "a"(__NR_clone), "D"(flags), "S"(stack), "d"(0), "r"(r10),
			   "r"(r8), [exit] "i"(__NR_exit_group)
			 : "rcx", "r11", "memory", "cc");
	return ret;
}

static inline long nsx_clone_calling(long nr, long a, long b, long c, nsx_born_fn *born, void *arg)
{
	register long r10 __asm__("r10") = 0;
	register long r8 __asm__("r8") = 0;
	register nsx_born_fn *r12 __asm__("r12") = born;
	register void *r13 __asm__("r13") = arg;
	long ret;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%r13, %%rdi\n\t"
			 "call *%%r12\n\t"
			 "hlt\n"
			 "1:"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r12), "r"(r13)
			 : "rcx", "r11", "memory", "cc");
	return ret;
}

/* flags, stack and where the pidfd goes are the first three everywhere. */
#define NSX_CLONE_CALLING(flags, stack, pidfd, born, arg) \
	nsx_clone_calling(__NR_clone, (long)(flags), (long)(stack), (long)(pidfd), born, arg)

static inline long nsx_clone_leaving(unsigned long flags, void *stack, nsx_left_fn *left, void *arg)
{
	register long r10 __asm__("r10") = 0;
	register long r8 __asm__("r8") = 0;
	register nsx_left_fn *r12 __asm__("r12") = left;
	register void *r13 __asm__("r13") = arg;
	register void *r14 __asm__("r14") = stack;
	long ret;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jle 1f\n\t"
			 "mov %%r14, %%rsp\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%eax, %%edi\n\t"
			 "mov %%r13, %%rsi\n\t"
			 "call *%%r12\n\t"
			 "hlt\n"
			 "1:"
			 : "=a"(ret)
			 : "a"(__NR_clone), "D"(flags), "S"(0), "d"(0), "r"(r10), "r"(r8), "r"(r12),
			   "r"(r13), "r"(r14)
			 : "rcx", "r11", "memory", "cc");
	return ret;
}

static inline uintptr_t nsx_thread_pointer(void)
{
	uintptr_t tp;

	__asm__("mov %%fs:0, %0" : "=r"(tp));
	return tp;
}

#define NSX_THREAD_ABOVE 1
#define NSX_MUSL_TID_AT 48

struct nsx_stat {
	uint64_t dev;
	uint64_t ino;
	uint64_t nlink;
	uint32_t mode;
	uint32_t uid;
	uint32_t gid;
	uint32_t pad;
	uint64_t rdev;
	int64_t size;
	uint64_t rest[11];
};
_Static_assert(sizeof(struct nsx_stat) == 144, "the kernel writes all of it");

struct nsx_sigaction {
	uint64_t handler; /* 0: default, 1: ignore */
	uint64_t flags;
	uint64_t restorer;
	uint64_t mask;
};

#define NSX_START(function)                 \
	__asm__(".text\n"                   \
		".global _start\n"          \
		".type _start, @function\n" \
		"_start:\n"                 \
		"\txor %ebp, %ebp\n"        \
		"\tmov %rsp, %rdi\n"        \
		"\tand $-16, %rsp\n"        \
		"\tcall " #function "\n"    \
		"\thlt\n"                   \
		".size _start, . - _start\n")

#endif
