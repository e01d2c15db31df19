/* SPDX-License-Identifier: Apache-2.0 */
/* riscv64: see arch.h for what each part promises. */
#ifndef NSX_ARCH_RISCV64_H
#define NSX_ARCH_RISCV64_H

#define NSX_MACHINE 243

static inline long nsx_syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long a7 __asm__("a7") = nr;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;
	register long a5 __asm__("a5") = f;

	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
			 : "memory");
	return a0;
}

#define NSX_CLONE(flags, stack, ptid, ctid, tls) \
	nsx_syscall5(__NR_clone, flags, stack, ptid, tls, ctid)

static inline long nsx_clone_ending(unsigned long flags, void *stack)
{
	register long a7 __asm__("a7") = __NR_clone;
	register long a0 __asm__("a0") = (long)flags;
	register void *a1 __asm__("a1") = stack;
	register long a2 __asm__("a2") = 0;
	register long a3 __asm__("a3") = 0;
	register long a4 __asm__("a4") = 0;

	__asm__ volatile("ecall\n\t"
			 "bnez a0, 1f\n\t"
			 "li a7, %[exit]\n\t"
			 "ecall\n\t"
			 "ebreak\n"
			 "1:"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), [exit] "i"(__NR_exit_group)
			 : "memory");
	return a0;
}

static inline long nsx_clone_calling(long nr, long a, long b, long c, nsx_born_fn *born, void *arg)
{
	register long a7 __asm__("a7") = nr;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = 0;
	register long a4 __asm__("a4") = 0;
	register nsx_born_fn *s2 __asm__("s2") = born;
	register void *s3 __asm__("s3") = arg;

	__asm__ volatile("ecall\n\t"
			 "bnez a0, 1f\n\t"
			 "li s0, 0\n\t"
			 "mv a0, s3\n\t"
			 "jalr s2\n\t"
			 "ebreak\n"
			 "1:"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(s2), "r"(s3)
			 : "memory", "ra");
	return a0;
}

/* flags, stack and where the pidfd goes are the first three everywhere. */
#define NSX_CLONE_CALLING(flags, stack, pidfd, born, arg) \
	nsx_clone_calling(__NR_clone, (long)(flags), (long)(stack), (long)(pidfd), born, arg)

static inline long nsx_clone_leaving(unsigned long flags, void *stack, nsx_left_fn *left, void *arg)
{
	register long a7 __asm__("a7") = __NR_clone;
	register long a0 __asm__("a0") = (long)flags;
	register long a1 __asm__("a1") = 0;
	register long a2 __asm__("a2") = 0;
	register long a3 __asm__("a3") = 0;
	register long a4 __asm__("a4") = 0;
	register nsx_left_fn *s2 __asm__("s2") = left;
	register void *s3 __asm__("s3") = arg;
	register void *s4 __asm__("s4") = stack;

	__asm__ volatile("ecall\n\t"
			 "blez a0, 1f\n\t"
			 "mv sp, s4\n\t"
			 "li s0, 0\n\t"
			 "mv a1, s3\n\t"
			 "jalr s2\n\t"
			 "ebreak\n"
			 "1:"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(s2), "r"(s3), "r"(s4)
			 : "memory", "ra");
	return a0;
}

static inline uintptr_t nsx_thread_pointer(void)
{
	uintptr_t tp;

	__asm__("mv %0, tp" : "=r"(tp));
	return tp;
}

#define NSX_THREAD_ABOVE 0
#define NSX_MUSL_TID_AT 0

struct nsx_stat {
	uint64_t dev;
	uint64_t ino;
	uint32_t mode;
	uint32_t nlink;
	uint32_t uid;
	uint32_t gid;
	uint64_t rdev;
	uint64_t pad;
	int64_t size;
	uint64_t rest[9];
};
_Static_assert(sizeof(struct nsx_stat) == 128, "the kernel writes all of it");

struct nsx_sigaction {	  /* no restorer: the vDSO returns from handlers */
	uint64_t handler; /* 0: default, 1: ignore */
	uint64_t flags;
	uint64_t mask;
};

/* gp first: the linker relaxes accesses to small data against it. */
#define NSX_START(function)                     \
	__asm__(".text\n"                       \
		".global _start\n"              \
		".type _start, @function\n"     \
		"_start:\n"                     \
		".option push\n"                \
		".option norelax\n"             \
		"\tlla gp, __global_pointer$\n" \
		".option pop\n"                 \
		"\tmv a0, sp\n"                 \
		"\tandi sp, sp, -16\n"          \
		"\tcall " #function "\n"        \
		"\tebreak\n"                    \
		".size _start, . - _start\n")

#endif
