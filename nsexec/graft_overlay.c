/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers that are overlays.  Their layers are told as paths: one is where "/" is for the
 * moment, another where "." is, so that no name has to be written in an option.  Layers
 * must be mounted (a detached mount is refused before Linux 6.15): so ours are mounted
 * first, and the overlay on top of them.
 */
#include "graft_cover.h"

#include <errno.h>

#include "fd.h"
#include "sys_mount.h"

struct option {
	const char *key, *value;
};

static int make(const struct option *options, size_t n, unsigned attributes)
{
	nsx_autofd fs = nsx_fd_lift(nsx_sys_fsopen("overlay"));
	int rc = fs < 0 ? fs : nsx_sys_fsconfig_string(fs, "source", "nsexec");

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = nsx_sys_fsconfig_string(fs, options[i].key, options[i].value);
	if (rc == 0)
		rc = nsx_sys_fsconfig_create(fs);
	return rc < 0 ? rc : nsx_fd_lift(nsx_sys_fsmount(fs, attributes));
}

/*
 * With "/" and "." elsewhere.  Return: an overlay, mounted nowhere yet, or -errno.  What
 * has worked on the way there works on the way back.
 */
static int make_between(const struct nsx_laying *l, int slash, int dot,
			const struct option *options, size_t n, unsigned attributes)
{
	int fd, rc = nsx_sys_fchdir(slash);

	if (rc == 0)
		rc = nsx_sys_chroot(".");
	if (rc < 0)
		return rc;
	fd = nsx_sys_fchdir(dot);
	if (fd == 0)
		fd = make(options, n, attributes);
	rc = nsx_sys_fchdir(l->root);
	if (rc == 0)
		rc = nsx_sys_chroot(".");
	if (rc == 0)
		return fd;
	nsx_fd_close(&fd);
	return rc;
}

/* ---- what was mounted in a layer, which an overlay does not show ---------------- */

struct again {
	int to;
	int before; /* what is there goes before; or NSX_NOFD */
};

static int again_one(void *arg, int dir, const char *name, unsigned type)
{
	const struct again *a = arg;
	struct nsx_statx st;
	struct nsx_stat there;
	int rc;

	if (type == NSX_DT_LNK || nsx_sys_statx(dir, name, &st) < 0 ||
	    !(st.attributes & NSX_STATX_MOUNT_ROOT))
		return 0;
	if (a->before != NSX_NOFD && nsx_sys_lstatat(a->before, name, &there) == 0)
		return 0;
	rc = nsx_cover_mount_again(dir, name, a->to);
	return rc == -ENOENT ? 0 : rc;
}

static int mounts_again(int dir, int to, int before)
{
	struct again a = { .to = to, .before = before };

	return nsx_entries_walk(dir, again_one, &a);
}

/* ---- the two ------------------------------------------------------------------- */

int nsx_cover_merge(const struct nsx_laying *l, int ours, int dir)
{
	static const struct option options[] = { { "lowerdir", "/:." } };
	nsx_autofd fd = make_between(l, ours, dir, options, 1,
				     NSX_MOUNT_RDONLY | NSX_MOUNT_NOSUID | NSX_MOUNT_NODEV);
	int rc = fd < 0 ? fd : nsx_sys_move_mount(fd, dir, "");

	if (rc < 0)
		return rc;
	rc = mounts_again(ours, fd, NSX_NOFD);
	if (rc == 0)
		rc = mounts_again(dir, fd, ours);
	if (rc < 0)
		nsx_cover_undo(l, fd);
	return rc;
}

/* The directories of an overlay that can be written to, in a file system of their own. */
static int make_upper(int tmpfs, int dir)
{
	struct nsx_stat st;
	int rc = nsx_sys_fstat(dir, &st);

	if (rc == 0)
		rc = nsx_sys_mkdirat(tmpfs, "upper", 0755);
	if (rc == 0)
		rc = nsx_sys_mkdirat(tmpfs, "work", 0755);
	return rc < 0 ? rc : nsx_cover_dress(tmpfs, "upper", &st);
}

static int lay_overlay(const struct nsx_laying *l, int tmpfs, int dir)
{
	static const struct option options[] = {
		{ "lowerdir", "." },
		{ "upperdir", "/upper" },
		{ "workdir", "/work" },
	};
	nsx_autofd fd = make_between(l, tmpfs, dir, options, sizeof(options) / sizeof(*options),
				     NSX_MOUNT_NOSUID | NSX_MOUNT_NODEV);
	int rc = fd < 0 ? fd : nsx_sys_move_mount(fd, dir, "");

	if (rc < 0)
		return rc;
	rc = mounts_again(dir, fd, NSX_NOFD);
	if (rc < 0)
		nsx_cover_undo(l, fd);
	return rc < 0 ? rc : nsx_fd_take(&fd);
}

struct nsx_cover *nsx_cover_overlay(struct nsx_laying *l, int dir)
{
	nsx_autofd tmpfs = nsx_cover_tmpfs(), fd = NSX_NOFD;
	struct nsx_cover *cover;

	if (tmpfs < 0 || make_upper(tmpfs, dir) < 0 || nsx_sys_move_mount(tmpfs, dir, "") < 0)
		return NULL;
	fd = lay_overlay(l, tmpfs, dir);
	cover = fd < 0 ? NULL : nsx_cover_add(l, fd, dir);
	if (cover) {
		(void)nsx_fd_take(&fd); /* it is the cover's */
		return cover;
	}
	if (fd >= 0)
		nsx_cover_undo(l, fd);
	nsx_cover_undo(l, tmpfs);
	return NULL;
}
