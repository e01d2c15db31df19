/* SPDX-License-Identifier: Apache-2.0 */
/* Facts where every kind comes from a FILE. */
#include <errno.h>

#include "facts.h"

/*
 * Without a user namespace among them there is nothing to compare or to order: who
 * may join one of them may join it before or after any other.
 */
int nsx_facts_files(const struct nsx_request *rq, struct nsx_facts *f, struct nsx_error *e)
{
	struct nsx_ns_fact *user = &f->ns[NSX_USER];

	f->wanted = rq->join;
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		if (!(f->wanted & NSX_KIND_BIT(k)))
			continue;
		f->ns[k].fd = nsx_nsfile_open(rq->file[k], k, e);
		if (f->ns[k].fd < 0)
			return -1;
	}
	if (user->fd == NSX_NOFD)
		return 0;
	if (nsx_nsfile_identify(user->fd, &user->theirs) < 0 ||
	    nsx_ns_identify(0, NSX_USER, &user->ours) < 0)
		return nsx_ns_fail(e, NSX_STEP_CHECK, ENOENT, 0, NSX_USER);
	if (nsx_ns_same(&user->ours, &user->theirs)) {
		f->shared = NSX_KIND_BIT(NSX_USER);
		return 0;
	}
	f->our_user = user->ours.ino;
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (f->ns[k].fd != NSX_NOFD)
			nsx_nsfile_owner(f->ns[k].fd, &user->theirs, &f->ns[k].owner,
					 &f->ns[k].below);
	return 0;
}
