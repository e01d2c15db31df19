/* SPDX-License-Identifier: Apache-2.0 */
/* System calls about descriptors, whatever they are open to.  The contract is that of sys.h. */
#ifndef NSX_SYS_FD_H
#define NSX_SYS_FD_H

#include <fcntl.h>

#include "sys.h"
#include "sys_time.h"

#ifndef __NR_close_range
#define __NR_close_range 436
#endif

struct nsx_pollfd {
	int32_t fd;
	int16_t events;
	int16_t revents;
};

/* struct flock of 64-bit machines */
struct nsx_flock {
	int16_t type, whence;
	int64_t start, bytes; /* 0, 0: all of it */
	int32_t pid;
};

/* Not retried: Linux frees the number even on EINTR. */
static inline int nsx_sys_close(int fd)
{
	return (int)nsx_syscall1(__NR_close, fd);
}

static inline int nsx_sys_close_range(unsigned first, unsigned last)
{
	return (int)nsx_syscall3(__NR_close_range, first, last, 0);
}

static inline long nsx_sys_read(int fd, void *buf, size_t size)
{
	long rc;

	do
		rc = nsx_syscall3(__NR_read, fd, buf, size);
	while (rc == -EINTR);
	return rc;
}

static inline long nsx_sys_pread(int fd, void *buf, size_t size, uint64_t offset)
{
	long rc;

	do
		rc = nsx_syscall4(__NR_pread64, fd, buf, size, offset);
	while (rc == -EINTR);
	return rc;
}

static inline long nsx_sys_write(int fd, const void *buf, size_t size)
{
	long rc;

	do
		rc = nsx_syscall3(__NR_write, fd, buf, size);
	while (rc == -EINTR);
	return rc;
}

static inline long nsx_sys_pwrite(int fd, const void *buf, size_t size, uint64_t offset)
{
	long rc;

	do
		rc = nsx_syscall4(__NR_pwrite64, fd, buf, size, offset);
	while (rc == -EINTR);
	return rc;
}

/* Return: where the file ends; -ESPIPE: it has no places, being a pipe. */
static inline long nsx_sys_seek_end(int fd)
{
	enum { SEEK_END_NUMBER = 2 };

	return nsx_syscall3(__NR_lseek, fd, 0, SEEK_END_NUMBER);
}

/* What is behind @size bytes goes. */
static inline int nsx_sys_cut(int fd, uint64_t size)
{
	return (int)nsx_syscall2(__NR_ftruncate, fd, size);
}

static inline int nsx_sys_ioctl(int fd, unsigned request, void *arg)
{
	return (int)nsx_syscall3(__NR_ioctl, fd, request, arg);
}

static inline int nsx_sys_fcntl(int fd, int command, long arg)
{
	return (int)nsx_syscall3(__NR_fcntl, fd, command, arg);
}

/* @type: F_WRLCK or F_UNLCK, of the whole file, for this process.  Does not wait. */
static inline int nsx_sys_lock(int fd, int type)
{
	const struct nsx_flock lock = { .type = (int16_t)type };

	return nsx_sys_fcntl(fd, F_SETLK, (long)&lock);
}

/* @fd is then the same as @other, and O_CLOEXEC. */
static inline int nsx_sys_replace(int fd, int other)
{
	return (int)nsx_syscall3(__NR_dup3, other, fd, O_CLOEXEC);
}

static inline int nsx_sys_dup3(int from, int to, int flags)
{
	int rc;

	do
		rc = (int)nsx_syscall3(__NR_dup3, from, to, flags);
	while (rc == -EINTR);
	return rc;
}

static inline int nsx_sys_pipe(int fds[2], int flags)
{
	return (int)nsx_syscall2(__NR_pipe2, fds, flags);
}

/* Wait at most @millis milliseconds, -1: for ever. */
static inline int nsx_sys_poll(struct nsx_pollfd *fds, unsigned n, int millis)
{
	struct nsx_timespec t = { millis / 1000, millis % 1000 * 1000000L };

	return (int)nsx_syscall5(__NR_ppoll, fds, n, millis < 0 ? NULL : &t, NULL, 0);
}

#endif
