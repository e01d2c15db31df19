/* SPDX-License-Identifier: Apache-2.0 */
#include "graft_owner.h"

#include "sys_file.h"
#include "sys_process.h"

#define UNCHANGED 0xffffffffu /* so the id can be asked for */

static bool is(uint32_t uid, uint32_t gid)
{
	return nsx_sys_setfsuid(UNCHANGED) == uid && nsx_sys_setfsgid(UNCHANGED) == gid;
}

static bool set(uint32_t uid, uint32_t gid)
{
	(void)nsx_sys_setfsgid(gid);
	(void)nsx_sys_setfsuid(uid);
	return is(uid, gid);
}

void nsx_owner_become(struct nsx_owner *o)
{
	struct nsx_stat root;

	o->changed = is(nsx_sys_geteuid(), nsx_sys_getegid()) && !is(0, 0) &&
		     nsx_sys_capget(o->caps) == 0;
	if (!o->changed)
		return;
	o->dumpable = nsx_sys_prctl(NSX_PR_GET_DUMPABLE, 0);
	o->death_signal = 0;
	(void)nsx_sys_prctl(NSX_PR_GET_PDEATHSIG, (unsigned long)&o->death_signal);
	if (!set(0, 0) && nsx_sys_stat("/", &root) == 0)
		(void)set(root.uid, root.gid); /* or what is made next tells why not */
}

/* Each change has cost us the signal, and may have made us not dumpable. */
void nsx_owner_back(const struct nsx_owner *o)
{
	if (!o->changed)
		return;
	(void)nsx_sys_reset_fs_ids(); /* cannot fail: nothing but these is changed */
	(void)nsx_sys_capset(o->caps);
	if (o->death_signal)
		(void)nsx_sys_prctl(NSX_PR_SET_PDEATHSIG, (unsigned long)o->death_signal);
	if (o->dumpable == 1)
		(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 1);
}
