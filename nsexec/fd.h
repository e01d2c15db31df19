/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors: absent, closing themselves, handed over.  All that are opened
 * through here are O_CLOEXEC and above 2, so that a caller who closed a standard
 * stream never finds an error message of ours in a descriptor of ours.
 */
#ifndef NSX_FD_H
#define NSX_FD_H

#include "sys.h"

#define NSX_NOFD (-1) /* the only invalid descriptor value in this tree */

static inline void nsx_fd_close(int *fd)
{
	if (*fd >= 0)
		(void)nsx_sys_close(*fd); /* the number is free either way */
	*fd = NSX_NOFD;
}

/* nsx_autofd fd = NSX_NOFD;  closed on every way out of the block. */
#define nsx_autofd __attribute__((cleanup(nsx_fd_close))) int

/* Hand ownership to the caller: return nsx_fd_take(&fd); */
static inline int nsx_fd_take(int *fd)
{
	int out = *fd;

	*fd = NSX_NOFD;
	return out;
}

/* A fresh descriptor (or -errno) in, the same file above 2 (or -errno) out. */
static inline int nsx_fd_lift(int fd)
{
	int high;

	if (fd < 0 || fd > 2)
		return fd;
	high = nsx_sys_fcntl(fd, F_DUPFD_CLOEXEC, 3);
	(void)nsx_sys_close(fd); /* replaced, or the error says why not */
	return high;
}

static inline int nsx_fd_openat(int dir, const char *path, int flags)
{
	return nsx_fd_lift(nsx_sys_openat(dir, path, flags | O_CLOEXEC));
}

/* A pidfd is born O_CLOEXEC. */
static inline int nsx_fd_pidfd(int pid)
{
	return nsx_fd_lift(nsx_sys_pidfd_open(pid));
}

#endif
