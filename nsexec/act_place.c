/* SPDX-License-Identifier: Apache-2.0 */
/* Acts about where the process is. */
#include "acts.h"

#include "pty.h"

/* Left with cwd in the new root, so that no way leads back through "..". */
int nsx_act_root(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	int rc = nsx_sys_fchdir(act->fd);

	(void)w;
	if (rc == 0)
		rc = nsx_sys_chroot(".");
	return rc < 0 ? nsx_fail(e, NSX_STEP_ROOT, -rc, "change to it", NULL) : 0;
}

int nsx_act_cwd(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	int rc = act->path ? nsx_sys_chdir(act->path) : nsx_sys_fchdir(act->fd);

	(void)w;
	return rc < 0 ? nsx_fail(e, NSX_STEP_CWD, -rc, act->path ? act->path : "change to it", NULL)
		      : 0;
}

int nsx_act_pty(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	(void)w;
	return nsx_pty_take(act->fd, e);
}
