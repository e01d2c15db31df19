/* SPDX-License-Identifier: Apache-2.0 */
/* A namespace as a file: its path, its identity, its kind, its owner. */
#ifndef NSX_NSFILE_H
#define NSX_NSFILE_H

#include <stdbool.h>

#include "error.h"
#include "fd.h"
#include "kinds.h"

/* Identity of a namespace; all zero: not asked, or this kernel has no such kind. */
struct nsx_ns_id {
	uint64_t dev;
	uint64_t ino;
};

#define NSX_NS_FIRST_USER 0xeffffffdu /* its inode on every system: <linux/nsfs.h> */

bool nsx_ns_same(const struct nsx_ns_id *a, const struct nsx_ns_id *b);

enum { NSX_NS_PATH_BYTES = 40 }; /* "/proc/2147483647/ns/cgroup" */

/* "/proc/PID/ns/KIND"; @pid 0: our own. */
void nsx_ns_path(char path[NSX_NS_PATH_BYTES], int pid, enum nsx_kind kind);

/* An error about that path.  Return: -1. */
int nsx_ns_fail(struct nsx_error *e, enum nsx_step step, int err, int pid, enum nsx_kind kind);

/* Which one is it, of a process or behind a descriptor?  Return: 0 or -errno. */
int nsx_ns_identify(int pid, enum nsx_kind kind, struct nsx_ns_id *out);
int nsx_nsfile_identify(int fd, struct nsx_ns_id *out);

/*
 * The same of "/proc/.../ns/KIND", by the name that proc(5) gives it: without a device, so
 * to be compared with others of that kind only, but at half the price, since the kernel
 * makes no inode for it.
 */
int nsx_ns_name(const char *path, struct nsx_ns_id *out);

/**
 * nsx_nsfile_open() - open a FILE, and check that it is a namespace of that kind
 * @file: a path; or ":ID", or ":ID:INODE", for a namespace by the kernel's own number
 * @e: step OPEN or CHECK
 *
 * Return: a descriptor, or -1 with @e filled.
 */
int nsx_nsfile_open(const char *file, enum nsx_kind kind, struct nsx_error *e);

/**
 * nsx_nsfile_open_named() - open a network namespace by the name that ip-netns(8) gave it
 * @who:  "netns:NAME", for the error
 * @name: NAME, a file in /run/netns or /var/run/netns
 * @e:    step TARGET, or CHECK: the file is none
 */
int nsx_nsfile_open_named(const char *who, const char *name, struct nsx_error *e);

/**
 * nsx_nsfile_check() - is a descriptor what its name claims?
 * @file: its name, for the error
 * @e: step CHECK
 */
int nsx_nsfile_check(int fd, enum nsx_kind kind, const char *file, struct nsx_error *e);

/**
 * nsx_nsfile_owner() - who owns it?
 * @user:  a user namespace that will be joined; all zero: none
 * @owner: out: inode of the user namespace that owns it; untouched: not ours to see
 * @below: out: is that @user, or a user namespace below it?
 */
void nsx_nsfile_owner(int fd, const struct nsx_ns_id *user, uint64_t *owner, bool *below);

#endif
