/* SPDX-License-Identifier: Apache-2.0 */
/* Who may look into us and our files, from the first join on. */
#include "entering.h"

#include "sys_process.h"

void nsx_engine_guard(struct nsx_engine *en)
{
	if (en->guarded || !(en->plan.joins | en->born) || en->shares)
		return;
	if (en->host_fork)
		en->dumpable = nsx_sys_prctl(NSX_PR_GET_DUMPABLE, 0);
	(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 0); /* cannot fail: a valid value */
	en->guarded = true;
}

void nsx_engine_born(struct nsx_engine *en, nsx_kinds kinds)
{
	en->born = kinds;
	nsx_engine_guard(en);
}

void nsx_engine_unguard_to_look(struct nsx_engine *en)
{
	if (en->guarded && en->dumpable == 1)
		(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 1); /* cannot fail: a valid value */
	en->guarded = false;
}

/*
 * In a PID, mount or user namespace of somebody else, the host's own memory and
 * files would be within reach of whoever else is in there.
 */
static bool stays_guarded(const struct nsx_engine *en)
{
	const nsx_kinds near =
		NSX_KIND_BIT(NSX_PID) | NSX_KIND_BIT(NSX_MNT) | NSX_KIND_BIT(NSX_USER);

	switch (en->rq->dumpable) {
	case NSX_DUMPABLE_YES:
		return false;
	case NSX_DUMPABLE_NO:
		return true;
	case NSX_DUMPABLE_AUTO:
		break;
	}
	return (en->plan.joins | en->born) & near;
}

void nsx_engine_unguard(const struct nsx_engine *en)
{
	if (en->rq->dumpable == NSX_DUMPABLE_NO)
		(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 0);
	else if (en->guarded && !stays_guarded(en) && en->dumpable == 1)
		(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 1);
}
