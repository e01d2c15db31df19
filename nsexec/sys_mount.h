/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls about mounts, most of them as descriptors (Linux 5.2, mount_setattr 5.12),
 * and those by which mount points are made.  The contract is that of sys.h.
 */
#ifndef NSX_SYS_MOUNT_H
#define NSX_SYS_MOUNT_H

#include <fcntl.h>

#include "sys.h"

#ifndef __NR_open_tree
#define __NR_open_tree 428
#endif
#ifndef __NR_move_mount
#define __NR_move_mount 429
#endif
#ifndef __NR_fsopen
#define __NR_fsopen 430
#endif
#ifndef __NR_fsconfig
#define __NR_fsconfig 431
#endif
#ifndef __NR_fsmount
#define __NR_fsmount 432
#endif
#ifndef __NR_mount_setattr
#define __NR_mount_setattr 442
#endif

enum {
	NSX_AT_SYMLINK_NOFOLLOW = 0x100,
	NSX_AT_EMPTY_PATH = 0x1000,
	NSX_AT_RECURSIVE = 0x8000,
};

/* mount_setattr, fsmount */
enum {
	NSX_MOUNT_RDONLY = 1,
	NSX_MOUNT_NOSUID = 2,
	NSX_MOUNT_NODEV = 4,
};

enum {
	NSX_RESOLVE_NO_SYMLINKS = 4,
	NSX_RESOLVE_NO_MAGICLINKS = 2, /* openat2: such as those of /proc/PID/fd */
	NSX_STATFS_FLAGS = 10,	       /* of nsx_sys_fstatfs(): which word has them */
	NSX_STATFS_RDONLY = 1,
};

enum { NSX_TREE_RECURSIVE = NSX_AT_RECURSIVE, NSX_TREE_NOFOLLOW = NSX_AT_SYMLINK_NOFOLLOW };

/* MS_* of mount(2), in the kernel's numbers. */
enum {
	NSX_MS_NOSUID = 2,
	NSX_MS_NODEV = 4,
	NSX_MS_NOEXEC = 8,
	NSX_MS_BIND = 4096,
	NSX_MS_REC = 16384,
	NSX_MS_PRIVATE = 1 << 18,
	NSX_MS_SLAVE = 1 << 19,
	NSX_MS_SHARED = 1 << 20,
};

static inline int nsx_sys_mount(const char *source, const char *target, const char *type,
				unsigned long flags)
{
	return (int)nsx_syscall5(__NR_mount, source, target, type, flags, NULL);
}

/* A copy of a mount, or of what lies below @path of one, that is mounted nowhere. */
static inline int nsx_sys_clone_tree(int dir, const char *path, unsigned flags)
{
	enum { OPEN_TREE_CLONE_FLAG = 1, OPEN_TREE_CLOEXEC_FLAG = O_CLOEXEC };

	return (int)nsx_syscall3(__NR_open_tree, dir, path,
				 flags | OPEN_TREE_CLONE_FLAG | OPEN_TREE_CLOEXEC_FLAG);
}

/* The root of that tree, without keeping it mounted. */
static inline int nsx_sys_open_tree(int tree)
{
	return (int)nsx_syscall3(__NR_open_tree, tree, "", NSX_AT_EMPTY_PATH | O_CLOEXEC);
}

/* @path: not followed if it is a symbolic link; "": @dir itself. */
static inline int nsx_sys_move_mount(int mount, int dir, const char *path)
{
	enum { F_EMPTY_PATH = 0x04, T_EMPTY_PATH = 0x40 };

	return (int)nsx_syscall5(__NR_move_mount, mount, "", dir, path,
				 F_EMPTY_PATH | T_EMPTY_PATH);
}

struct nsx_mount_attr {
	uint64_t set, clear;  /* NSX_MOUNT_* */
	uint64_t propagation; /* NSX_MS_*; 0: stays */
	uint64_t user;
};

/* Of the mount itself; @flags: NSX_AT_RECURSIVE: and of all below it. */
static inline int nsx_sys_mount_setattr(int mount, unsigned flags,
					const struct nsx_mount_attr *attr)
{
	return (int)nsx_syscall5(__NR_mount_setattr, mount, "", flags | NSX_AT_EMPTY_PATH, attr,
				 sizeof(*attr));
}

static inline int nsx_sys_fsopen(const char *type)
{
	enum { FSOPEN_CLOEXEC_FLAG = 1 };

	return (int)nsx_syscall2(__NR_fsopen, type, FSOPEN_CLOEXEC_FLAG);
}

/* @value: shorter than 256 bytes */
static inline int nsx_sys_fsconfig_string(int fs, const char *key, const char *value)
{
	enum { SET_STRING = 1 };

	return (int)nsx_syscall5(__NR_fsconfig, fs, SET_STRING, key, value, 0);
}

static inline int nsx_sys_fsconfig_create(int fs)
{
	enum { CREATE = 6 };

	return (int)nsx_syscall5(__NR_fsconfig, fs, CREATE, NULL, NULL, 0);
}

/* @attributes: NSX_MOUNT_* */
static inline int nsx_sys_fsmount(int fs, unsigned attributes)
{
	enum { FSMOUNT_CLOEXEC_FLAG = 1 };

	return (int)nsx_syscall3(__NR_fsmount, fs, FSMOUNT_CLOEXEC_FLAG, attributes);
}

/* That is mounted at our cwd, and cwd its root; it ends when nobody is in it any more. */
static inline int nsx_sys_unmount_cwd(void)
{
	enum { MNT_DETACH_FLAG = 2 };

	return (int)nsx_syscall2(__NR_umount2, ".", MNT_DETACH_FLAG);
}

/*
 * Of the mount at @path: -EAGAIN: nobody is in it, and nothing is mounted in it; -EBUSY:
 * otherwise.  Asked twice it would be unmounted.
 */
static inline int nsx_sys_expire(const char *path)
{
	enum { MNT_EXPIRE_FLAG = 4 };

	return (int)nsx_syscall2(__NR_umount2, path, MNT_EXPIRE_FLAG);
}

static inline int nsx_sys_mkdirat(int dir, const char *path, unsigned mode)
{
	return (int)nsx_syscall3(__NR_mkdirat, dir, path, mode);
}

/* An empty file. */
static inline int nsx_sys_mkfileat(int dir, const char *path, unsigned mode)
{
	enum { REGULAR = 0100000 };

	return (int)nsx_syscall4(__NR_mknodat, dir, path, REGULAR | mode, 0);
}

static inline int nsx_sys_symlinkat(const char *text, int dir, const char *path)
{
	return (int)nsx_syscall3(__NR_symlinkat, text, dir, path);
}

/* No directory. */
static inline int nsx_sys_unlinkat(int dir, const char *path)
{
	return (int)nsx_syscall3(__NR_unlinkat, dir, path, 0);
}

/* @path: not followed if it is a symbolic link */
static inline int nsx_sys_chownat(int dir, const char *path, uint32_t uid, uint32_t gid)
{
	return (int)nsx_syscall5(__NR_fchownat, dir, path, uid, gid,
				 NSX_AT_EMPTY_PATH | NSX_AT_SYMLINK_NOFOLLOW);
}

static inline int nsx_sys_lstatat(int dir, const char *path, struct nsx_stat *st)
{
	return (int)nsx_syscall4(__NR_newfstatat, dir, path, st, NSX_AT_SYMLINK_NOFOLLOW);
}

static inline int nsx_sys_chmodat(int dir, const char *path, unsigned mode)
{
	return (int)nsx_syscall3(__NR_fchmodat, dir, path, mode);
}

#define NSX_S_IFDIR 0040000u
#define NSX_S_IFLNK 0120000u

/* struct statx, as far as we read it. */
struct nsx_statx {
	uint32_t mask;
	uint32_t block_size;
	uint64_t attributes;
	uint32_t ids[4];
	uint64_t ino;
	uint64_t sizes[2];
	uint64_t attributes_mask;
	uint64_t times[8];
	uint32_t devices[4];
	uint64_t mount; /* which of all */
	uint64_t rest[13];
};
_Static_assert(sizeof(struct nsx_statx) == 256, "the kernel writes all of it");

#define NSX_STATX_MOUNT_ROOT 0x2000u /* attribute: root of a mount (Linux 5.8) */

/*
 * @path: not followed if it is a symbolic link; "": @dir itself.  Nobody who serves the file
 * system is asked: he may never answer, and what we read is known without him.
 */
static inline int nsx_sys_statx(int dir, const char *path, struct nsx_statx *st)
{
	enum { DONT_SYNC = 0x4000, TYPE_INO_MOUNT = 0x1 | 0x100 | 0x1000 };

	return (int)nsx_syscall5(__NR_statx, dir, path,
				 NSX_AT_EMPTY_PATH | NSX_AT_SYMLINK_NOFOLLOW | DONT_SYNC,
				 TYPE_INO_MOUNT, st);
}

#endif
