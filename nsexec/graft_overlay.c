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
#include "sys_file.h"
#include "sys_mount.h"

struct option {
	char key[10], value[7];
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

/* ---- what is mounted in a layer, which an overlay does not show ----------------- */

struct again {
	int to;
	int other;   /* the other layer; NSX_NOFD: there is none */
	bool first;  /* this one goes before it */
	int scratch; /* a directory of ours to mount things in; not as a layer */
};

int nsx_cover_copy(int dir, const char *name)
{
	return nsx_fd_lift(nsx_sys_clone_tree(
		dir, name, NSX_TREE_RECURSIVE | NSX_TREE_NOFOLLOW | NSX_AT_EMPTY_PATH));
}

/*
 * To ask of each name in a directory would take long.  So a copy of it is mounted by a
 * name, and the kernel asked if it could expire: what has something mounted in it cannot.
 */
static bool has_mounts(int *copy, int scratch)
{
	if (*copy < 0)
		return true;			      /* who knows */
	(void)nsx_sys_mkdirat(scratch, "copy", 0700); /* or it is there already */
	if (nsx_sys_move_mount(*copy, scratch, "copy") < 0)
		return true;
	nsx_fd_close(copy); /* or there would be somebody in it: we */
	return nsx_sys_fchdir(scratch) < 0 || nsx_sys_expire("copy") != -EAGAIN;
}

static bool has_mounts_below(int dir, const char *name, int scratch)
{
	nsx_autofd copy = nsx_cover_copy(dir, name);

	return has_mounts(&copy, scratch);
}

/*
 * Mounts deeper down come with the entry that they are in, unless both layers have that:
 * then they are not seen.
 */
static int again_one(void *arg, int dir, const char *name, unsigned type)
{
	const struct again *a = arg;
	struct nsx_statx st;
	struct nsx_stat other;
	bool is_mount, in_both;
	int rc;

	if (nsx_sys_statx(dir, name, &st) < 0)
		return 0;
	is_mount = st.attributes & NSX_STATX_MOUNT_ROOT;
	if (!is_mount && (type != NSX_DT_DIR || !has_mounts_below(dir, name, a->scratch)))
		return 0;
	in_both = a->other != NSX_NOFD && nsx_sys_lstatat(a->other, name, &other) == 0;
	if (in_both && !(a->first && is_mount))
		return 0;
	rc = nsx_cover_mount_again(dir, name, a->to);
	return rc == -ENOENT ? 0 : rc;
}

/* ---- the two ------------------------------------------------------------------- */

static int merge(const struct nsx_laying *l, int ours, int dir, struct again *a, const bool has[2])
{
	static const struct option options[] = { { "lowerdir", "/:." } };
	nsx_autofd fd = make_between(l, ours, dir, options, 1,
				     NSX_MOUNT_RDONLY | NSX_MOUNT_NOSUID | NSX_MOUNT_NODEV);
	int rc = fd < 0 ? fd : nsx_sys_move_mount(fd, dir, "");

	if (rc < 0)
		return rc;
	a->to = fd;
	a->other = dir;
	a->first = true;
	if (has[0])
		rc = nsx_entries_walk(ours, again_one, a);
	a->other = ours;
	a->first = false;
	if (rc == 0 && has[1])
		rc = nsx_entries_walk(dir, again_one, a);
	if (rc < 0)
		nsx_cover_undo(l, fd);
	return rc;
}

int nsx_cover_merge(const struct nsx_laying *l, int ours, int dir, int *copy)
{
	nsx_autofd copy_of_ours = nsx_cover_copy(ours, "");
	nsx_autofd scratch = nsx_cover_tmpfs();
	struct again a = { .scratch = scratch };
	bool has[2];
	int rc = scratch < 0 ? scratch : nsx_sys_move_mount(scratch, dir, "");

	if (rc < 0)
		return rc;
	has[0] = has_mounts(&copy_of_ours, scratch);
	has[1] = has_mounts(copy, scratch);
	rc = merge(l, ours, dir, &a, has);
	if (rc < 0)
		nsx_cover_undo(l, scratch);
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

static int lay_overlay(const struct nsx_laying *l, int tmpfs, int dir, bool has)
{
	static const struct option options[] = {
		{ "lowerdir", "." },
		{ "upperdir", "/upper" },
		{ "workdir", "/work" },
	};
	nsx_autofd fd = make_between(l, tmpfs, dir, options, sizeof(options) / sizeof(*options),
				     NSX_MOUNT_NOSUID | NSX_MOUNT_NODEV);
	struct again a = { .to = fd, .other = NSX_NOFD, .scratch = tmpfs };
	int rc = fd < 0 ? fd : nsx_sys_move_mount(fd, dir, "");

	if (rc < 0)
		return rc;
	if (has)
		rc = nsx_entries_walk(dir, again_one, &a);
	if (rc < 0)
		nsx_cover_undo(l, fd);
	return rc < 0 ? rc : nsx_fd_take(&fd);
}

struct nsx_cover *nsx_cover_overlay(struct nsx_laying *l, int dir)
{
	nsx_autofd tmpfs = nsx_cover_tmpfs(), copy = nsx_cover_copy(dir, ""), fd = NSX_NOFD;
	struct nsx_cover *cover;

	if (tmpfs < 0 || make_upper(tmpfs, dir) < 0 || nsx_sys_move_mount(tmpfs, dir, "") < 0)
		return NULL;
	fd = lay_overlay(l, tmpfs, dir, has_mounts(&copy, tmpfs));
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
