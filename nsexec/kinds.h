/* SPDX-License-Identifier: Apache-2.0 */
/* The eight kinds of namespace: identity only.  Order of joining is plan.c's. */
#ifndef NSX_KINDS_H
#define NSX_KINDS_H

enum nsx_kind {
	NSX_CGROUP,
	NSX_IPC,
	NSX_MNT,
	NSX_NET,
	NSX_PID,
	NSX_TIME,
	NSX_USER,
	NSX_UTS,
	NSX_KIND_COUNT
};

/* A set of kinds: one bit each, 1 << kind. */
typedef unsigned nsx_kinds;

#define NSX_KIND_BIT(kind) (1u << (kind))
#define NSX_KINDS_ALL ((1u << NSX_KIND_COUNT) - 1)

struct nsx_kind_info {
	char name[8];  /* in options, plans and reports; also /proc/PID/ns/NAME */
	unsigned flag; /* CLONE_NEW*, and what ioctl(NS_GET_NSTYPE) answers */
};

extern const struct nsx_kind_info nsx_kind_table[NSX_KIND_COUNT]
	__attribute__((visibility("hidden")));

/* CLONE_NEW* of every kind in @set, or-ed together. */
unsigned nsx_kinds_flags(nsx_kinds set);

struct nsx_text;

/* Write "net", or "cgroup,ipc,net". */
void nsx_kinds_put(struct nsx_text *t, nsx_kinds kinds);

/* The kind whose CLONE_NEW* is @flag, or NSX_KIND_COUNT. */
enum nsx_kind nsx_kind_by_flag(unsigned flag);

#endif
