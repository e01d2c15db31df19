/* SPDX-License-Identifier: Apache-2.0 */
/* Acts about where the process is. */
#include "acts.h"

#include <errno.h>

#include "pty.h"
#include "sys_fd.h"
#include "sys_file.h"
#include "sys_mount.h"
#include "text.h"

int nsx_place_remember(const struct nsx_walk *w, struct nsx_place *p, struct nsx_error *e)
{
	char path[32];
	struct nsx_text t = nsx_text_on(path, sizeof(path));
	long len;

	if (p->fd == NSX_NOFD)
		return 0;
	nsx_text_str(&t, "self/fd/");
	nsx_text_i64(&t, p->fd);
	len = nsx_sys_readlinkat(w->f->proc, path, p->name, sizeof(p->name));
	if (len == sizeof(p->name))
		len = -ENAMETOOLONG;
	if (len < 0)
		return nsx_fail(e, p->step, (int)-len, "its name in the new mount namespace", NULL);
	p->name[len] = '\0';
	return 0;
}

void nsx_place_leave_others(struct nsx_place *p)
{
	struct nsx_statx place, named;

	if (p->fd == NSX_NOFD)
		return;
	if (nsx_sys_statx(p->fd, "", &place) < 0 || nsx_sys_statx(AT_FDCWD, p->name, &named) < 0 ||
	    place.mount != named.mount || place.ino != named.ino)
		p->fd = NSX_NOFD;
}

int nsx_place_find_again(const struct nsx_place *p, struct nsx_error *e)
{
	nsx_autofd fd = NSX_NOFD;
	struct nsx_stat before, now;
	int rc;

	if (p->fd == NSX_NOFD)
		return 0;
	fd = nsx_fd_openat(AT_FDCWD, p->name, O_PATH | O_DIRECTORY);
	rc = fd < 0 ? fd : nsx_sys_fstat(p->fd, &before);
	if (rc == 0)
		rc = nsx_sys_fstat(fd, &now);
	if (rc == 0 && !p->covered && (before.dev != now.dev || before.ino != now.ino))
		rc = -ESTALE;
	if (rc == 0)
		rc = nsx_sys_replace(p->fd, fd);
	return rc < 0 ? nsx_fail(e, p->step, -rc, p->name, NULL) : 0;
}

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
