/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed: files in memory that nobody can change any more, to be executed. */
#ifndef NSX_SEALED_H
#define NSX_SEALED_H

#include "fd.h"
#include "sys.h"
#include "sys_fd.h"

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

/* No more seals, nor shrinking, growing, writing; nor who may execute it (Linux 6.3). */
enum { NSX_SEAL_CONTENT = 0x0f, NSX_SEAL_ALL = 0x2f };

/* As far as there are seals. */
static inline void nsx_sealed_close(int fd)
{
	enum { F_ADD_SEALS_COMMAND = 1024 + 9 };

	if (nsx_sys_fcntl(fd, F_ADD_SEALS_COMMAND, NSX_SEAL_ALL) < 0)
		(void)nsx_sys_fcntl(fd, F_ADD_SEALS_COMMAND, NSX_SEAL_CONTENT);
}

/* All of them? */
static inline bool nsx_sealed_is(int fd)
{
	enum { F_GET_SEALS_COMMAND = 1024 + 10 };
	const int seals = nsx_sys_fcntl(fd, F_GET_SEALS_COMMAND, 0);

	return seals >= 0 && (seals & NSX_SEAL_ALL) == NSX_SEAL_ALL;
}

#endif
