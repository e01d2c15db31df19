/* SPDX-License-Identifier: Apache-2.0 */
/* System calls about namespaces.  The contract is that of sys.h. */
#ifndef NSX_SYS_NAMESPACE_H
#define NSX_SYS_NAMESPACE_H

#include <fcntl.h>

#include "sys.h"

/*
 * <sched.h> has these only for _GNU_SOURCE, and not all of them in every libc; the
 * kernel's numbers never change.
 */
enum {
	NSX_CLONE_NEWNS = 0x00020000,
	NSX_CLONE_NEWCGROUP = 0x02000000,
	NSX_CLONE_NEWUTS = 0x04000000,
	NSX_CLONE_NEWIPC = 0x08000000,
	NSX_CLONE_NEWUSER = 0x10000000,
	NSX_CLONE_NEWPID = 0x20000000,
	NSX_CLONE_NEWNET = 0x40000000,
	NSX_CLONE_NEWTIME = 0x00000080,
};

/* For ioctl(2). */
enum {
	NSX_NS_GET_USERNS = 0xb701, /* descriptor of the owner (Linux 4.9) */
	NSX_NS_GET_PARENT = 0xb702, /* descriptor of the parent (Linux 4.9) */
	NSX_NS_GET_NSTYPE = 0xb703, /* CLONE_NEW* (Linux 4.11) */
	NSX_SIOCGSKNS = 0x894c,	    /* descriptor of a socket's network namespace */
};
#define NSX_NS_GET_ID 0x8008b70du /* the 64-bit id of a namespace (Linux 6.18) */

#define NSX_NSFS_MAGIC 0x6e736673u

/* struct file_handle, with nsfs's own behind it. */
struct nsx_ns_handle {
	uint32_t bytes; /* of what follows @type */
	int32_t type;
	uint64_t id;
	uint32_t kind;	/* CLONE_NEW*, */
	uint32_t inode; /* with it; both 0: the id alone */
};

enum {
	NSX_NS_HANDLE_BYTES = 16,
	NSX_NS_HANDLE_TYPE = 0xf1, /* FILEID_NSFS */
	NSX_NSFS_ROOT = -10003,	   /* in place of a descriptor: the file system of namespaces */
};

static inline int nsx_sys_open_ns(const struct nsx_ns_handle *handle)
{
	return (int)nsx_syscall3(__NR_open_by_handle_at, NSX_NSFS_ROOT, handle,
				 O_RDONLY | O_CLOEXEC);
}

static inline int nsx_sys_setns(int fd, unsigned kinds)
{
	return (int)nsx_syscall2(__NR_setns, fd, kinds);
}

static inline int nsx_sys_unshare(unsigned flags)
{
	return (int)nsx_syscall1(__NR_unshare, flags);
}

static inline int nsx_sys_sethostname(const char *name, size_t len)
{
	return (int)nsx_syscall2(__NR_sethostname, name, len);
}

#endif
