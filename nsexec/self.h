/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Self: what this process asks about itself, once.
 *
 * By a pidfd of its own, not by /proc/self: the files there are made for each process
 * anew, which takes longer than a join does.
 */
#ifndef NSX_SELF_H
#define NSX_SELF_H

#include <stdbool.h>

#include "fd.h"
#include "nsfile.h"

struct nsx_self {
	int pid;   /* as we see it; 0: not asked yet */
	int pidfd; /* NSX_NOFD: not asked yet, or older than Linux 5.3 */
	bool told; /* this kernel tells namespaces by pidfd: Linux 6.11 */
	int ns[NSX_KIND_COUNT];
	/*
	 * NULL, or where the kernel writes 0 when we end, if others have our memory by then
	 * (set_tid_address(2)); before our children are given to another parent.  Set by a
	 * process without a libc, which would have its own there.
	 */
	int32_t *alive;
};

void nsx_self_init(struct nsx_self *s);
void nsx_self_close(struct nsx_self *s);

/* Our PID as we see it.  From then on *@alive tells. */
int nsx_self_pid(struct nsx_self *s);

/* Return: the pidfd, which stays @s's, or -errno. */
int nsx_self_pidfd(struct nsx_self *s);

/**
 * nsx_self_identify() - which namespace of a kind are we in?
 * @out: without a device, as nsx_ns_name() has it
 *
 * Return: 0 or -errno.
 */
int nsx_self_identify(struct nsx_self *s, enum nsx_kind kind, struct nsx_ns_id *out);

/* Does /proc call us as we do?  One of a PID namespace that we are not in shows no /proc/self. */
bool nsx_self_is_shown(struct nsx_self *s);

#endif
