/* SPDX-License-Identifier: Apache-2.0 */
/* System calls about ids, groups and capabilities.  The contract is that of sys.h. */
#ifndef NSX_SYS_IDENTITY_H
#define NSX_SYS_IDENTITY_H

#include "sys.h"

/* For prctl(2), see capabilities(7). */
enum {
	NSX_PR_SET_KEEPCAPS = 8,
	NSX_PR_CAPBSET_READ = 23,
	NSX_PR_CAPBSET_DROP = 24,
	NSX_PR_GET_SECUREBITS = 27,
	NSX_PR_SET_NO_NEW_PRIVS = 38,
	NSX_PR_CAP_AMBIENT = 47,
};

/* Second argument of NSX_PR_CAP_AMBIENT. */
enum { NSX_AMBIENT_IS_SET = 1, NSX_AMBIENT_RAISE = 2, NSX_AMBIENT_LOWER = 3 };

/* What NSX_PR_GET_SECUREBITS answers, see capabilities(7). */
enum {
	NSX_SECBIT_NOROOT = 1 << 0,
	NSX_SECBIT_NO_SETUID_FIXUP = 1 << 2,
	NSX_SECBIT_KEEP_CAPS = 1 << 4,
	NSX_SECBIT_NO_CAP_AMBIENT_RAISE = 1 << 6,
};

static inline uint32_t nsx_sys_getuid(void)
{
	return (uint32_t)nsx_syscall0(__NR_getuid);
}

static inline uint32_t nsx_sys_getgid(void)
{
	return (uint32_t)nsx_syscall0(__NR_getgid);
}

static inline uint32_t nsx_sys_geteuid(void)
{
	return (uint32_t)nsx_syscall0(__NR_geteuid);
}

static inline uint32_t nsx_sys_getegid(void)
{
	return (uint32_t)nsx_syscall0(__NR_getegid);
}

static inline int nsx_sys_setresuid(uint32_t uid)
{
	return (int)nsx_syscall3(__NR_setresuid, uid, uid, uid);
}

static inline int nsx_sys_setresgid(uint32_t gid)
{
	return (int)nsx_syscall3(__NR_setresgid, gid, gid, gid);
}

/* The one that counts for files; not changed if it has no number here.  Return: what it was. */
static inline uint32_t nsx_sys_setfsuid(uint32_t uid)
{
	return (uint32_t)nsx_syscall1(__NR_setfsuid, uid);
}

static inline uint32_t nsx_sys_setfsgid(uint32_t gid)
{
	return (uint32_t)nsx_syscall1(__NR_setfsgid, gid);
}

/* The ids that count for files are the effective ones again, also those without a number. */
static inline int nsx_sys_reset_fs_ids(void)
{
	const int rc = (int)nsx_syscall2(__NR_setregid, -1, -1);

	return rc < 0 ? rc : (int)nsx_syscall2(__NR_setreuid, -1, -1);
}

static inline int nsx_sys_setgroups(size_t n, const uint32_t *groups)
{
	return (int)nsx_syscall2(__NR_setgroups, n, groups);
}

/* Return: how many there are; -EINVAL: more than @max. */
static inline int nsx_sys_getgroups(size_t max, uint32_t *groups)
{
	return (int)nsx_syscall2(__NR_getgroups, max, groups);
}

static inline int nsx_sys_count_groups(void)
{
	return (int)nsx_syscall2(__NR_getgroups, 0, NULL);
}

/* Capabilities of a process as the kernel passes them: two words of 32 bits each. */
struct nsx_capdata {
	uint32_t effective, permitted, inheritable;
};

#define NSX_CAPS_VERSION 0x20080522u /* 3 */

/* Ours.  Return: 0 or -errno. */
static inline int nsx_sys_capget(struct nsx_capdata data[2])
{
	const uint32_t header[2] = { NSX_CAPS_VERSION, 0 };

	return (int)nsx_syscall2(__NR_capget, header, data);
}

static inline int nsx_sys_capset(const struct nsx_capdata data[2])
{
	const uint32_t header[2] = { NSX_CAPS_VERSION, 0 };

	return (int)nsx_syscall2(__NR_capset, header, data);
}

/* Return: our effective capabilities, one bit each; none if the kernel does not say. */
static inline uint64_t nsx_sys_effective_caps(void)
{
	struct nsx_capdata data[2] = { { 0 } };

	if (nsx_sys_capget(data) < 0)
		return 0;
	return data[0].effective | (uint64_t)data[1].effective << 32;
}

/* @what: NSX_AMBIENT_*.  Return: 0, for IS_SET 0 or 1, or -errno. */
static inline int nsx_sys_ambient(int what, unsigned cap)
{
	return (int)nsx_syscall5(__NR_prctl, NSX_PR_CAP_AMBIENT, what, cap, 0, 0);
}

#endif
