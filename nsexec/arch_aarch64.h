/* SPDX-License-Identifier: Apache-2.0 */
/* aarch64: see arch.h for what each part promises. */
#ifndef NSX_ARCH_AARCH64_H
#define NSX_ARCH_AARCH64_H

#define NSX_MACHINE 183

static inline long nsx_syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory", "cc");
	return x0;
}

#define NSX_CLONE(flags, stack, ptid, ctid, tls) \
	nsx_syscall5(__NR_clone, flags, stack, ptid, tls, ctid)

static inline long nsx_clone_ending(unsigned long flags, void *stack)
{
	register long x8 __asm__("x8") = __NR_clone;
	register long x0 __asm__("x0") = (long)flags;
	register void *x1 __asm__("x1") = stack;
	register long x2 __asm__("x2") = 0;
	register long x3 __asm__("x3") = 0;
	register long x4 __asm__("x4") = 0;

	__asm__ volatile("svc 0\n\t"
			 "cbnz x0, 1f\n\t"
			 "mov x8, %[exit]\n\t"
			 "svc 0\n\t"
			 "brk 1\n"
			 "1:"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), [exit] "i"(__NR_exit_group)
			 : "memory", "cc");
	return x0;
}

static inline long nsx_clone_calling(long nr, long a, long b, long c, nsx_born_fn *born, void *arg)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = 0;
	register long x4 __asm__("x4") = 0;
	register nsx_born_fn *x20 __asm__("x20") = born;
	register void *x21 __asm__("x21") = arg;

	__asm__ volatile("svc 0\n\t"
			 "cbnz x0, 1f\n\t"
			 "mov x29, #0\n\t"
			 "mov x30, #0\n\t"
			 "mov x0, x21\n\t"
			 "blr x20\n\t"
			 "brk 1\n"
			 "1:"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x20), "r"(x21)
			 : "memory", "cc", "x30");
	return x0;
}

/* flags, stack and where the pidfd goes are the first three everywhere. */
#define NSX_CLONE_CALLING(flags, stack, pidfd, born, arg) \
	nsx_clone_calling(__NR_clone, (long)(flags), (long)(stack), (long)(pidfd), born, arg)

static inline long nsx_clone_leaving(unsigned long flags, void *stack, nsx_left_fn *left, void *arg)
{
	register long x8 __asm__("x8") = __NR_clone;
	register long x0 __asm__("x0") = (long)flags;
	register long x1 __asm__("x1") = 0;
	register long x2 __asm__("x2") = 0;
	register long x3 __asm__("x3") = 0;
	register long x4 __asm__("x4") = 0;
	register nsx_left_fn *x20 __asm__("x20") = left;
	register void *x21 __asm__("x21") = arg;
	register void *x22 __asm__("x22") = stack;

	__asm__ volatile("svc 0\n\t"
			 "cmp x0, #0\n\t"
			 "b.le 1f\n\t"
			 "mov sp, x22\n\t"
			 "mov x29, #0\n\t"
			 "mov x30, #0\n\t"
			 "mov x1, x21\n\t"
			 "blr x20\n\t"
			 "brk 1\n"
			 "1:"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x20), "r"(x21), "r"(x22)
			 : "memory", "cc", "x30");
	return x0;
}

static inline uintptr_t nsx_thread_pointer(void)
{
	uintptr_t tp;

	__asm__("mrs %0, tpidr_el0" : "=r"(tp));
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

struct nsx_sigaction {
	uint64_t handler; /* 0: default, 1: ignore */
	uint64_t flags;
	uint64_t restorer;
	uint64_t mask;
};

#define NSX_START(function)                 \
	__asm__(".text\n"                   \
		".global _start\n"          \
		".type _start, %function\n" \
		"_start:\n"                 \
		"\tmov x29, #0\n"           \
		"\tmov x30, #0\n"           \
		"\tmov x0, sp\n"            \
		"\tand sp, x0, #-16\n"      \
		"\tbl " #function "\n"      \
		"\tbrk #1\n"                \
		".size _start, . - _start\n")

#endif
