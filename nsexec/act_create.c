/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"

#include <errno.h>

#include "outside.h"
#include "sys_fd.h"
#include "sys_namespace.h"
#include "sys_process.h"
#include "sys_socket.h"
#include "text.h"

static int create(const struct nsx_act *act, struct nsx_error *e)
{
	char kinds[64];
	struct nsx_text t = nsx_text_on(kinds, sizeof(kinds));
	int rc = nsx_sys_unshare(nsx_kinds_flags(act->kinds));

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

int nsx_act_unshare(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	struct nsx_place root, wd;

	if (!(act->kinds & NSX_KIND_BIT(NSX_MNT)))
		return create(act, e);
	root.step = NSX_STEP_ROOT;
	root.covered = wd.covered = false;
	root.fd = w->f->root;
	wd.step = NSX_STEP_CWD;
	wd.fd = w->f->wd;
	if (nsx_place_remember(w, &root, e) < 0 || nsx_place_remember(w, &wd, e) < 0)
		return -1;
	if (w->plan->joins & NSX_KIND_BIT(NSX_MNT)) {
		nsx_place_leave_others(&root);
		nsx_place_leave_others(&wd);
	}
	if (create(act, e) < 0 || nsx_place_find_again(&root, e) < 0)
		return -1;
	return nsx_place_find_again(&wd, e);
}

int nsx_act_write(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	if (act->ourselves)
		return nsx_outside_write_own(w->f->proc, act->step, &w->f->outside, w->log, e);
	return nsx_outside_ask(w->outer, act->step, 0, e);
}

int nsx_act_persist(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	return nsx_outside_ask(w->outer, act->step, act->kinds, e);
}

int nsx_act_hostname(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	int rc = nsx_sys_sethostname(act->path, nsx_text_len(act->path));

	(void)w;
	return rc < 0 ? nsx_fail(e, NSX_STEP_HOSTNAME, -rc, act->path, NULL) : 0;
}

/* struct ifreq, as far as we need it. */
struct interface {
	char name[16];
	int16_t flags;
	char rest[22];
};

int nsx_act_loopback(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	enum { GET_FLAGS = 0x8913, SET_FLAGS = 0x8914, UP = 1 };
	struct interface lo = { .name = "lo" };
	nsx_autofd fd = nsx_fd_lift(nsx_sys_socket_unix());
	int rc = fd < 0 ? fd : nsx_sys_ioctl(fd, GET_FLAGS, &lo);

	(void)w;
	(void)act;
	lo.flags |= UP;
	if (rc >= 0)
		rc = nsx_sys_ioctl(fd, SET_FLAGS, &lo);
	return rc < 0 ? nsx_fail(e, NSX_STEP_LOOPBACK, -rc, "lo", NULL) : 0;
}

/* A process that has just been made leads no group, so it may lead a session. */
int nsx_act_session(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	int rc = nsx_sys_setsid();

	(void)w;
	(void)act;
	return rc < 0 ? nsx_fail(e, NSX_STEP_SESSION, -rc, "lead one", NULL) : 0;
}
