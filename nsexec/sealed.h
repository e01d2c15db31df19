/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed: files in memory that nobody can write to any more, to be executed. */
#ifndef NSX_SEALED_H
#define NSX_SEALED_H

#include "fd.h"

/* Return: an empty one, above 2 and O_CLOEXEC, or -errno. */
static inline int nsx_sealed_open(const char *name)
{
	enum { MFD_CLOEXEC_BIT = 1, MFD_ALLOW_SEALING_BIT = 2, MFD_EXEC_BIT = 0x10 };
	const unsigned flags = MFD_CLOEXEC_BIT | MFD_ALLOW_SEALING_BIT;
	int fd = (int)nsx_syscall2(__NR_memfd_create, name, flags | MFD_EXEC_BIT);

	if (fd == -EINVAL) /* MFD_EXEC: Linux 6.3 */
		fd = (int)nsx_syscall2(__NR_memfd_create, name, flags);
	return nsx_fd_lift(fd);
}

/* No more seals, nor shrinking, growing, writing; where there are seals. */
static inline void nsx_sealed_close(int fd)
{
	enum { F_ADD_SEALS_COMMAND = 1024 + 9, SEAL_ALL = 0xf };

	(void)nsx_sys_fcntl(fd, F_ADD_SEALS_COMMAND, SEAL_ALL);
}

#endif
