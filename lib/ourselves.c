/* SPDX-License-Identifier: Apache-2.0 */
#include "ourselves.h"

#include "kindset.h"

static int name(enum nsx_kind kind, struct nsx_ns_id *out)
{
	char path[NSX_OUR_PATH_BYTES];

	nsx_api_our_path(path, kind, "");
	return nsx_ns_name(path, out);
}

void nsx_ourselves_tell(const struct nsx_request *rq, struct nsx_facts *f)
{
	static const unsigned char compared[] = { NSX_MNT, NSX_PID, NSX_TIME };

	if (!rq->target)
		return;
	for (size_t i = 0; i < sizeof(compared); i++)
		if (nsx_request_kinds(rq) & NSX_KIND_BIT(compared[i]))
			(void)name(compared[i], &f->ns[compared[i]].ours); /* else it is asked */
}

bool nsx_ourselves_as_planned(const struct nsx_facts *f)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		struct nsx_ns_id ours;

		if (!(f->wanted & f->shared & NSX_KIND_BIT(k)))
			continue;
		if (name(k, &ours) < 0 || ours.ino != f->ns[k].theirs.ino)
			return false;
	}
	return true;
}
