/* SPDX-License-Identifier: Apache-2.0 */
/* Acts about what is mounted in a new mount namespace. */
#include <errno.h>

#include "acts.h"
#include "graft.h"
#include "sys_fd.h"
#include "sys_file.h"
#include "sys_mount.h"
#include "text.h"

enum { PATH_BYTES = 4096 };

int nsx_act_propagate(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	int rc = nsx_sys_mount(NULL, "/", NULL, act->flags);

	(void)w;
	if (rc == 0)
		return 0;
	(void)nsx_fail(e, NSX_STEP_PROPAGATE, -rc, "of all mounts", NULL);
	return nsx_hint(e, rc == -EINVAL ? NSX_HINT_PROPAGATE : NSX_HINT_NONE, 0);
}

/* Whoever is to start in a directory starts in what is there now. */
int nsx_act_graft(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	struct nsx_place wd;

	wd.step = NSX_STEP_CWD;
	wd.fd = w->f->wd;
	wd.covered = true;
	if (nsx_place_remember(w, &wd, e) < 0)
		return -1;
	nsx_place_leave_others(&wd);
	if (nsx_grafts_lay(act->grafts, e) < 0)
		return -1;
	return nsx_place_find_again(&wd, e);
}

static bool has_proc(const char *path)
{
	enum { PROC_MAGIC = 0x9fa0 };
	uint64_t fs[16] = { 0 };
	nsx_autofd fd = nsx_fd_openat(AT_FDCWD, path, O_PATH | O_DIRECTORY);

	return fd >= 0 && nsx_sys_fstatfs(fd, fs) == 0 && fs[0] == PROC_MAGIC;
}

/*
 * A mount point is made private first, so that what is mounted on it is not seen out
 * here whatever the propagation of all others.  What is no mount point (EINVAL) goes as
 * its parent does, which is private but for who has asked for something else.
 */
int nsx_act_mount(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	int rc;

	if (act->if_none && has_proc(act->path))
		return 0;
	rc = nsx_sys_mount(NULL, act->path, NULL, NSX_MS_REC | NSX_MS_PRIVATE);
	if (rc == 0 || rc == -EINVAL)
		rc = nsx_sys_mount(act->text, act->path, act->text,
				   NSX_MS_NOSUID | NSX_MS_NODEV | NSX_MS_NOEXEC);
	if (rc == 0)
		return 0;
	if (act->if_none) {
		nsx_log(w->log, NSX_LOG_INFO, "the program has to do without", act->path);
		return 0;
	}
	(void)nsx_fail(e, NSX_STEP_MOUNT, -rc, act->text, act->path);
	return nsx_hint(e,
			rc == -EPERM && nsx_text_same(act->text, "proc") ? NSX_HINT_MOUNT_PROC
									 : NSX_HINT_NONE,
			0);
}

int nsx_act_register(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	const size_t len = nsx_text_len(act->text);
	char path[PATH_BYTES];
	struct nsx_text t = nsx_text_on(path, sizeof(path));
	nsx_autofd fd = NSX_NOFD;
	long rc;

	(void)w;
	nsx_text_str(&t, act->path);
	nsx_text_str(&t, "/register");
	fd = t.cut ? -ENAMETOOLONG : nsx_fd_openat(AT_FDCWD, path, O_WRONLY);
	rc = fd < 0 ? fd : nsx_sys_write(fd, act->text, len);
	return rc < 0 ? nsx_fail(e, NSX_STEP_REGISTER, (int)-rc, act->text, path) : 0;
}
