/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"

#include <errno.h>

#include "outside.h"
#include "text.h"

int nsx_act_unshare(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	char kinds[64];
	struct nsx_text t = nsx_text_on(kinds, sizeof(kinds));
	int rc = nsx_sys_unshare(nsx_kinds_flags(act->kinds));

	(void)w;
	if (rc >= 0)
		return 0;
	nsx_kinds_put(&t, act->kinds);
	(void)nsx_fail(e, NSX_STEP_UNSHARE, -rc, kinds, NULL);
	return nsx_hint(e,
			rc == -EPERM			 ? NSX_HINT_CREATE
			: rc == -ENOSPC || rc == -EUSERS ? NSX_HINT_LIMIT
			: rc == -EINVAL			 ? NSX_HINT_KERNEL
							 : NSX_HINT_NONE,
			0);
}

int nsx_act_outside(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	(void)e; /* the one outside has told it */
	return nsx_outside_ask(w->outer, act->step);
}

/* A process that has just been made leads no group, so it may lead a session. */
int nsx_act_session(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	int rc = nsx_sys_setsid();

	(void)w;
	(void)act;
	return rc < 0 ? nsx_fail(e, NSX_STEP_SESSION, -rc, "lead one", NULL) : 0;
}
