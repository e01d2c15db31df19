/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Put in front of each file of the library where a sanitizer watches: it knows only by
 * libc's functions that memory and descriptors come and go, and takes those of one thread
 * for another's when the kernel gives them the same address or number.  The system calls
 * are the same.
 */
#ifndef VISIBLE_H
#define VISIBLE_H

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sys_fd.h"
#include "sys_memory.h"

static inline long visible_mmap(size_t bytes)
{
	const int was = errno;
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const long rc = p == MAP_FAILED ? -errno : (long)p;

	errno = was;
	return rc;
}

static inline int visible_munmap(void *p, size_t bytes)
{
	const int was = errno;
	const int rc = munmap(p, bytes) < 0 ? -errno : 0;

	errno = was;
	return rc;
}

static inline int visible_close(int fd)
{
	const int was = errno;
	const int rc = close(fd) < 0 ? -errno : 0;

	errno = was;
	return rc;
}

#define nsx_sys_mmap visible_mmap
#define nsx_sys_munmap visible_munmap
#define nsx_sys_close visible_close

#endif
