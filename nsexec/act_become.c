/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"

#include <errno.h>

#include "sys_fd.h"
#include "sys_identity.h"
#include "sys_process.h"
#include "text.h"

static int fail_id(const char *what, uint32_t id, int err, struct nsx_error *e)
{
	char buf[32];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_text_str(&t, what);
	nsx_text_u64(&t, id);
	(void)nsx_fail(e, NSX_STEP_BECOME, err, buf, NULL);
	return nsx_hint(e, err == EINVAL ? NSX_HINT_UNMAPPED : NSX_HINT_NONE, 0);
}

/*
 * Groups first and the user last: each needs what the next gives away.  A user
 * namespace may deny setgroups(2) for ever (user_namespaces(7)); the groups that
 * stay then were the caller's before, and nothing is gained by refusing.
 */
int nsx_act_become(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	const nsx_kinds denying = w->plan->joins | (act->must_drop ? 0 : w->plan->unshares);
	const bool may_stay = denying & NSX_KIND_BIT(NSX_USER);
	int rc = act->keep_groups ? 0 : nsx_sys_setgroups(act->n_groups, act->groups);

	if (rc == -EPERM && !act->n_groups && (may_stay || nsx_sys_count_groups() == 0))
		rc = 0;
	if (rc < 0 && act->n_groups)
		return nsx_fail(e, NSX_STEP_BECOME, -rc, "supplementary groups of the target",
				NULL);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_BECOME, -rc, "without supplementary groups", NULL);
	rc = act->gid.given ? nsx_sys_setresgid(act->gid.id) : 0;
	if (rc < 0)
		return fail_id("gid ", act->gid.id, -rc, e);
	if (act->keep_caps) {
		rc = nsx_sys_prctl(NSX_PR_SET_KEEPCAPS, 1);
		if (rc < 0)
			return nsx_fail(e, NSX_STEP_BECOME, -rc, "keep capabilities", NULL);
	}
	rc = act->uid.given ? nsx_sys_setresuid(act->uid.id) : 0;
	if (rc < 0)
		return fail_id("uid ", act->uid.id, -rc, e);
	return 0;
}

/* It counts for the next exec of this very thread. */
int nsx_act_label(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	nsx_autofd fd = nsx_fd_openat(act->fd, act->path, O_WRONLY);
	long rc = fd < 0 ? fd : nsx_sys_write(fd, act->text, nsx_text_len(act->text));

	(void)w;
	return rc < 0 ? nsx_fail(e, NSX_STEP_LABEL, (int)-rc, act->text, NULL) : 0;
}
