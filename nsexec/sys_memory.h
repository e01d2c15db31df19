/* SPDX-License-Identifier: Apache-2.0 */
/* System calls about our memory.  The contract is that of sys.h. */
#ifndef NSX_SYS_MEMORY_H
#define NSX_SYS_MEMORY_H

#include "sys.h"

/* Return: address of private zeroed memory, or -errno. */
static inline long nsx_sys_mmap(size_t size)
{
	enum { READ_WRITE = 3, PRIVATE_ANONYMOUS = 0x22 };

	return nsx_syscall6(__NR_mmap, 0, (long)size, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
}

static inline int nsx_sys_munmap(void *start, size_t size)
{
	return (int)nsx_syscall2(__NR_munmap, start, size);
}

static inline int nsx_sys_madvise_dontneed(uintptr_t start, size_t size)
{
	enum { MADV_DONTNEED_NUMBER = 4 };

	return (int)nsx_syscall3(__NR_madvise, start, size, MADV_DONTNEED_NUMBER);
}

#endif
