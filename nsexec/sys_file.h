/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls about files and directories: opened, asked what they are, and where paths
 * begin.  The contract is that of sys.h.
 */
#ifndef NSX_SYS_FILE_H
#define NSX_SYS_FILE_H

#include <fcntl.h>

#include "sys.h"

#ifndef O_PATH
#define O_PATH 010000000
#endif

#ifndef __NR_openat2
#define __NR_openat2 437
#endif
/* Some libc headers call it by its older name only. */
#ifndef __NR_newfstatat
#define __NR_newfstatat __NR_fstatat
#endif

#define NSX_S_IFMT 0170000u
#define NSX_S_IFSOCK 0140000u
#define NSX_RESOLVE_IN_ROOT 0x10 /* openat2: the directory is the root */

struct nsx_open_how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};

static inline int nsx_sys_openat(int dir, const char *path, int flags)
{
	int rc;

	do
		rc = (int)nsx_syscall4(__NR_openat, dir, path, flags, 0);
	while (rc == -EINTR);
	return rc;
}

/* As open(2), also to create; it may wait for the other end of a FIFO. */
static inline int nsx_sys_open(const char *path, int flags, unsigned mode)
{
	int rc;

	do
		rc = (int)nsx_syscall4(__NR_openat, AT_FDCWD, path, flags, mode);
	while (rc == -EINTR);
	return rc;
}

static inline int nsx_sys_openat2(int dir, const char *path, const struct nsx_open_how *how)
{
	return (int)nsx_syscall4(__NR_openat2, dir, path, how, sizeof(*how));
}

/* Return: bytes written to @buf, which is not NUL-terminated. */
static inline long nsx_sys_readlinkat(int dir, const char *path, char *buf, size_t size)
{
	return nsx_syscall4(__NR_readlinkat, dir, path, buf, size);
}

static inline long nsx_sys_readlink(const char *path, char *buf, size_t size)
{
	return nsx_sys_readlinkat(AT_FDCWD, path, buf, size);
}

/* struct linux_dirent64 */
struct nsx_dirent {
	uint64_t inode;
	int64_t next;
	uint16_t size; /* of all of it, up to the next one */
	uint8_t type;  /* NSX_DT_* */
	char name[];
};

enum { NSX_DT_UNKNOWN = 0, NSX_DT_DIR = 4, NSX_DT_LNK = 10 };

/* @buf: aligned to 8 bytes.  Return: bytes of it; 0: there are no more entries. */
static inline long nsx_sys_getdents(int dir, void *buf, size_t size)
{
	return nsx_syscall3(__NR_getdents64, dir, buf, size);
}

static inline int nsx_sys_statat(int dir, const char *path, struct nsx_stat *st)
{
	return (int)nsx_syscall4(__NR_newfstatat, dir, path, st, 0);
}

static inline int nsx_sys_stat(const char *path, struct nsx_stat *st)
{
	return nsx_sys_statat(AT_FDCWD, path, st);
}

static inline int nsx_sys_fstat(int fd, struct nsx_stat *st)
{
	return (int)nsx_syscall2(__NR_fstat, fd, st);
}

/* By our real ids, which are our effective ones too. */
static inline int nsx_sys_may_execute(const char *path)
{
	enum { X_OK_NUMBER = 1 };

	return (int)nsx_syscall3(__NR_faccessat, AT_FDCWD, path, X_OK_NUMBER);
}

/* Return: bytes; with a @size of 0, how many there are. */
static inline int nsx_sys_fgetxattr(int fd, const char *name, void *value, size_t size)
{
	return (int)nsx_syscall4(__NR_fgetxattr, fd, name, value, size);
}

/* @out: 16 longs, more than any architecture's struct statfs; the first is the magic. */
static inline int nsx_sys_fstatfs(int fd, uint64_t out[16])
{
	return (int)nsx_syscall2(__NR_fstatfs, fd, out);
}

/* The owner alone; the group stays. */
static inline int nsx_sys_fchown(int fd, uint32_t uid)
{
	return (int)nsx_syscall3(__NR_fchown, fd, uid, -1);
}

/* Cannot fail.  Return: what it was. */
static inline unsigned nsx_sys_umask(unsigned mask)
{
	return (unsigned)nsx_syscall1(__NR_umask, mask);
}

static inline int nsx_sys_fchdir(int fd)
{
	return (int)nsx_syscall1(__NR_fchdir, fd);
}

static inline int nsx_sys_chdir(const char *path)
{
	return (int)nsx_syscall1(__NR_chdir, path);
}

static inline int nsx_sys_chroot(const char *path)
{
	return (int)nsx_syscall1(__NR_chroot, path);
}

#endif
