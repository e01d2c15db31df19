/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

#include "loader.h"

#include "sys_file.h"

/* Calls that only some of our architectures have: there, no call has the number. */
enum { NONE = 0xffff };

#ifdef __NR_open
enum { OPEN = __NR_open, STAT = __NR_stat, LSTAT = __NR_lstat, ACCESS = __NR_access };
enum { READLINK = __NR_readlink, ARCH_PRCTL = __NR_arch_prctl };
#else
enum { OPEN = NONE, STAT = NONE, LSTAT = NONE, ACCESS = NONE };
enum { READLINK = NONE, ARCH_PRCTL = NONE };
#endif

#ifdef __riscv
enum { HWPROBE = 258, FLUSH_ICACHE = 259 };
#else
enum { HWPROBE = NONE, FLUSH_ICACHE = NONE };
#endif

/* The same numbers everywhere, and not in all headers. */
enum { FACCESSAT2 = 439, MSEAL = 462 };

enum rule {
	ALWAYS,
	READ_ONLY,   /* what the call opens; its flags are the third argument, */
	READ_ONLY_2, /* or the second */
	OF_ITS_OWN,  /* the descriptor */
	OF_ERRORS,
	OF_FLAGS, /* those of its own descriptor, which is closed by an exec or not */
	PRIVATE,  /* memory: what is written there is written nowhere else */
	ASK,	  /* for a limit */
	OF_MEMORY,
	ANSWER,
};

static const struct {
	uint16_t nr;
	uint8_t rule; /* enum rule */
} rows[] = {
	{ __NR_openat, READ_ONLY },
	{ OPEN, READ_ONLY_2 },
	{ __NR_read, OF_ITS_OWN },
	{ __NR_pread64, OF_ITS_OWN },
	{ __NR_lseek, OF_ITS_OWN },
	{ __NR_close, OF_ITS_OWN },
	{ __NR_fcntl, OF_FLAGS },
	{ __NR_write, OF_ERRORS },
	{ __NR_writev, OF_ERRORS },
	{ __NR_sendto, ANSWER },
	{ __NR_mmap, PRIVATE },
	{ __NR_mprotect, ALWAYS },
	{ __NR_munmap, ALWAYS },
	{ __NR_mremap, ALWAYS },
	{ __NR_madvise, ALWAYS },
	{ MSEAL, ALWAYS },
	{ __NR_brk, ALWAYS },
	{ __NR_fstat, ALWAYS },
	{ __NR_newfstatat, ALWAYS },
	{ __NR_statx, ALWAYS },
	{ STAT, ALWAYS },
	{ LSTAT, ALWAYS },
	{ ACCESS, ALWAYS },
	{ __NR_faccessat, ALWAYS },
	{ FACCESSAT2, ALWAYS },
	{ READLINK, ALWAYS },
	{ __NR_readlinkat, ALWAYS },
	{ __NR_getcwd, ALWAYS },
	{ __NR_uname, ALWAYS },
	{ __NR_prlimit64, ASK },
	{ __NR_getrandom, ALWAYS },
	{ __NR_clock_gettime, ALWAYS },
	{ __NR_getpid, ALWAYS },
	{ __NR_gettid, ALWAYS },
	{ __NR_getuid, ALWAYS },
	{ __NR_geteuid, ALWAYS },
	{ __NR_getgid, ALWAYS },
	{ __NR_getegid, ALWAYS },
	{ __NR_set_tid_address, ALWAYS },
	{ __NR_set_robust_list, ALWAYS },
	{ __NR_rseq, ALWAYS },
	{ __NR_futex, ALWAYS },
	{ __NR_rt_sigprocmask, ALWAYS },
	{ __NR_prctl, OF_MEMORY },
	{ ARCH_PRCTL, ALWAYS },
	{ HWPROBE, ALWAYS },
	{ FLUSH_ICACHE, ALWAYS },
	{ __NR_restart_syscall, ALWAYS },
	{ __NR_exit, ALWAYS },
	{ __NR_exit_group, ALWAYS },
};

static bool is_own(const struct nsx_loader *l, uint64_t fd)
{
	return fd < NSX_LOADER_FDS && (l->opened[fd / 64] >> fd % 64 & 1);
}

static bool only_reads(uint64_t flags)
{
	/* O_ACCMODE, O_CREAT, O_TRUNC: a temporary file is one that is written. */
	return !(flags & (uint64_t)(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC));
}

/* The shadow stack, tagged addresses, the names of mappings. */
static bool is_of_memory(uint64_t option)
{
	enum { SET_VMA = 0x53564d41, SET_TAGGED = 55, GET_SHADOW = 74, LOCK_SHADOW = 76 };

	return option == SET_VMA || option == SET_TAGGED ||
	       (option >= GET_SHADOW && option <= LOCK_SHADOW);
}

static bool obeys(enum rule rule, const struct nsx_loader *l, const uint64_t *args)
{
	enum { MAP_TYPE_BITS = 0xf, MAP_PRIVATE_NUMBER = 2, STDERR = 2 };

	switch (rule) {
	case ALWAYS:
		return true;
	case READ_ONLY:
		return only_reads(args[2]);
	case READ_ONLY_2:
		return only_reads(args[1]);
	case OF_ITS_OWN:
		return is_own(l, args[0]);
	case OF_ERRORS:
		return args[0] == STDERR;
	case OF_FLAGS:
		return is_own(l, args[0]) && (args[1] == F_SETFD || args[1] == F_GETFD);
	case PRIVATE:
		return (args[3] & MAP_TYPE_BITS) == MAP_PRIVATE_NUMBER;
	case ASK:
		return !args[2];
	case OF_MEMORY:
		return is_of_memory(args[0]);
	case ANSWER:
		return args[0] == (uint64_t)l->answer;
	}
	return false;
}

bool nsx_loader_may(const struct nsx_loader *l, const struct nsx_call *call)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].nr == call->nr && rows[i].nr != NONE)
			return obeys((enum rule)rows[i].rule, l, call->args);
	return false;
}

void nsx_loader_did(struct nsx_loader *l, const struct nsx_call *call, int64_t result)
{
	if (result < 0)
		return;
	if ((call->nr == __NR_openat || call->nr == OPEN) && result < NSX_LOADER_FDS)
		l->opened[result / 64] |= 1ull << result % 64;
	else if (call->nr == __NR_close && call->args[0] < NSX_LOADER_FDS)
		l->opened[call->args[0] / 64] &= ~(1ull << call->args[0] % 64);
}

bool nsx_loader_answers(const struct nsx_loader *l, const struct nsx_call *call)
{
	return call->nr == __NR_sendto && call->args[0] == (uint64_t)l->answer;
}
