/* SPDX-License-Identifier: Apache-2.0 */
#include "graft.h"

#include <errno.h>

#include "fd.h"
#include "graft_cover.h"
#include "graft_owner.h"
#include "graft_spot.h"
#include "sys_file.h"
#include "sys_mount.h"

/* ---- what is there ------------------------------------------------------------- */

static int lay_over(const struct nsx_graft *graft, int spot, struct nsx_error *e)
{
	const bool ours = nsx_spot_is_directory(graft->fd), theirs = nsx_spot_is_directory(spot);
	int rc;

	if (ours != theirs)
		return nsx_graft_fail(e, ours ? -ENOTDIR : -EISDIR, graft->to,
				      ours ? "a file in there, a directory out here"
					   : "a directory in there, a file out here");
	rc = nsx_sys_move_mount(graft->fd, spot, "");
	return rc < 0 ? nsx_graft_fail(e, rc, graft->to, "mount") : 0;
}

static bool same_file(int one, int other)
{
	struct nsx_stat a, b;

	return nsx_sys_fstat(one, &a) == 0 && nsx_sys_fstat(other, &b) == 0 && a.dev == b.dev &&
	       a.ino == b.ino;
}

/* Of the same mount, too. */
static bool same_place(int one, int other)
{
	struct nsx_statx a, b;

	return nsx_sys_statx(one, "", &a) == 0 && nsx_sys_statx(other, "", &b) == 0 &&
	       a.ino == b.ino && a.mount == b.mount;
}

/* "/lib" may be "/usr/lib" in there: what both are called is merged once. */
static bool is_merged(const struct nsx_laying *l, const struct nsx_grafts *g,
		      const struct nsx_graft *graft)
{
	nsx_autofd spot = nsx_spot_open(l->root, graft->to);
	bool found = false;

	for (const struct nsx_graft *other = g->at; spot >= 0 && other < graft && !found; other++) {
		nsx_autofd same = NSX_NOFD;

		if (other->how != NSX_GRAFT_MERGE || !nsx_text_same(other->from, graft->from))
			continue;
		same = nsx_spot_open(l->root, other->to);
		found = same >= 0 && same_place(same, spot);
	}
	return found;
}

/* Ours is mounted first: so it can be a layer, and what fails later needs no other way. */
static int merge(struct nsx_laying *l, const struct nsx_graft *graft, int spot, struct nsx_error *e)
{
	nsx_autofd copy = nsx_cover_copy(spot, "");
	struct nsx_cover *cover;

	if (lay_over(graft, spot, e) < 0)
		return -1;
	if (!nsx_spot_is_directory(spot) || same_file(graft->fd, spot))
		return 0;
	if (nsx_cover_merge(l, graft->fd, spot, &copy) == 0)
		return 0;
	cover = nsx_cover_lay(l, spot, graft->fd, graft->to, e);
	if (cover)
		cover->read_only = true; /* as an overlay is */
	else
		nsx_cover_undo(l, graft->fd);
	return cover ? 0 : -1;
}

static int lay_on(struct nsx_laying *l, const struct nsx_graft *graft, int spot,
		  struct nsx_error *e)
{
	switch (graft->how) {
	case NSX_GRAFT_OVER:
		return lay_over(graft, spot, e);
	case NSX_GRAFT_MERGE:
		return merge(l, graft, spot, e);
	case NSX_GRAFT_IF_NONE:
	case NSX_GRAFT_HIDE:
	case NSX_GRAFT_DIRECTORY:
		break;
	}
	return 0;
}

/* ---- what is missing ----------------------------------------------------------- */

/* Where programs and libraries are, of which there may be thousands. */
static bool may_be_overlay(const char *path, size_t len)
{
	static const char places[][8] = { "/usr/", "/lib", "/bin/", "/sbin/", "/opt/" };

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (nsx_text_len(places[i]) <= len && nsx_text_after(path, places[i]))
			return true;
	return false;
}

static struct nsx_cover *cover_that_has(struct nsx_laying *l, const struct nsx_spot *s,
					const struct nsx_graft *graft, struct nsx_error *e)
{
	struct nsx_cover *cover = nsx_cover_of(l, s->fd);

	if (cover)
		return cover;
	if (may_be_overlay(graft->to, s->there) && nsx_cover_is_big(s->fd))
		cover = nsx_cover_overlay(l, s->fd);
	return cover ? cover : nsx_cover_lay(l, s->fd, NSX_NOFD, graft->to, e);
}

/* In place of a link that leads nowhere, or is to be replaced.  In a cover. */
static int unlink_link(int dir, const char *name)
{
	struct nsx_stat st;

	if (nsx_sys_lstatat(dir, name, &st) < 0 || (st.mode & NSX_S_IFMT) != NSX_S_IFLNK)
		return 0;
	return nsx_sys_unlinkat(dir, name);
}

/* Below a directory in a cover.  Return: the last of them, O_PATH, or -errno. */
static int make_way(int dir, const char *rest, bool directory, unsigned mode)
{
	char name[NSX_SPOT_NAME_BYTES];
	nsx_autofd at = nsx_fd_openat(dir, ".", O_PATH | O_DIRECTORY);
	int rc = at < 0 ? at : 0;

	while (rc == 0 && nsx_spot_name(&rest, name)) {
		nsx_autofd up = nsx_fd_take(&at);
		const bool last = nsx_spot_ends(rest);

		rc = unlink_link(up, name);
		if (rc == 0)
			rc = last && !directory ? nsx_sys_mkfileat(up, name, 0644)
						: nsx_sys_mkdirat(up, name, last ? mode : 0755);
		if (rc == 0)
			at = nsx_fd_openat(up, name, O_PATH | O_NOFOLLOW);
		rc = rc < 0 ? rc : at < 0 ? at : 0;
	}
	if (rc == 0 && !nsx_spot_ends(rest))
		rc = -ENAMETOOLONG;
	return rc < 0 ? rc : nsx_fd_take(&at);
}

/* So that it can be written to when the cover around it no longer can. */
static int mount_on_itself(int dir)
{
	nsx_autofd tree = nsx_fd_lift(nsx_sys_clone_tree(dir, "", NSX_AT_EMPTY_PATH));

	return tree < 0 ? tree : nsx_sys_move_mount(tree, dir, "");
}

static int lay_in_cover(struct nsx_laying *l, const struct nsx_graft *graft, struct nsx_spot *s,
			struct nsx_error *e)
{
	const bool empty = graft->how == NSX_GRAFT_DIRECTORY;
	const struct nsx_cover *cover;
	nsx_autofd point = NSX_NOFD;
	int rc;

	if (!nsx_spot_is_directory(s->fd))
		return nsx_graft_fail(e, -ENOTDIR, graft->to, "in there");
	cover = cover_that_has(l, s, graft, e);
	if (!cover)
		return -1;
	if (nsx_cover_of(l, s->fd) != cover) { /* what we have is below it */
		nsx_fd_close(&s->fd);
		s->fd = nsx_fd_openat(cover->fd, ".", O_PATH | O_DIRECTORY);
	}
	point = s->fd < 0 ? s->fd
			  : make_way(s->fd, s->rest, empty || nsx_spot_is_directory(graft->fd),
				     graft->mode);
	if (point < 0)
		return nsx_graft_fail(e, point, graft->to, "make the mount point");
	if (empty)
		rc = cover->read_only ? mount_on_itself(point) : 0;
	else
		rc = nsx_sys_move_mount(graft->fd, point, "");
	return rc < 0 ? nsx_graft_fail(e, rc, graft->to, "mount") : 0;
}

/* ---- all ----------------------------------------------------------------------- */

/* What cannot be found, or is a directory, nobody reads as a file. */
static int hide(struct nsx_laying *l, const struct nsx_graft *graft, struct nsx_error *e)
{
	struct nsx_spot s;
	int rc = 0;

	if (nsx_spot_find(l->root, graft, &s, e) < 0)
		return e->err == ENOTDIR || e->err == ELOOP ? 0 : -1;
	if (!s.rest && !nsx_spot_is_directory(s.fd))
		rc = lay_over(graft, s.fd, e);
	nsx_fd_close(&s.fd);
	return rc;
}

static int lay(struct nsx_laying *l, const struct nsx_grafts *g, const struct nsx_graft *graft,
	       struct nsx_error *e)
{
	struct nsx_spot s;
	int rc;

	if (graft->how == NSX_GRAFT_HIDE)
		return hide(l, graft, e);
	if (graft->how == NSX_GRAFT_MERGE && is_merged(l, g, graft))
		return 0;
	if (nsx_spot_find(l->root, graft, &s, e) < 0)
		return -1;
	rc = s.rest ? lay_in_cover(l, graft, &s, e) : lay_on(l, graft, s.fd, e);
	nsx_fd_close(&s.fd);
	return rc;
}

/* Looked up one by one: each may lie in what was laid before. */
static int lay_all(struct nsx_laying *l, const struct nsx_grafts *g, struct nsx_error *e)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct nsx_graft *graft = &g->at[i];
		struct nsx_error own = { 0 };
		int rc = 0;

		if (graft->fd != NSX_NOFD || graft->how == NSX_GRAFT_DIRECTORY)
			rc = lay(l, g, graft, &own);
		if (rc < 0 && !graft->optional) {
			*e = own;
			return -1;
		}
	}
	return 0;
}

static int check_paths(const struct nsx_grafts *g, struct nsx_error *e)
{
	for (size_t i = 0; i < g->n; i++)
		if (!nsx_spot_is_place(g->at[i].to))
			return nsx_fail(e, NSX_STEP_GRAFT, EINVAL, g->at[i].to,
					"absolute, without \"..\", and not the root directory");
	return 0;
}

int nsx_grafts_lay(struct nsx_grafts *g, struct nsx_error *e)
{
	struct nsx_laying l = { .n = 0 };
	const unsigned mask = nsx_sys_umask(0);
	struct nsx_owner owner;
	int rc = check_paths(g, e);

	nsx_owner_become(&owner);
	l.root = nsx_fd_openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY);
	if (rc == 0 && l.root < 0)
		rc = nsx_graft_fail(e, l.root, "/", "open");
	if (rc == 0)
		rc = lay_all(&l, g, e);
	if (nsx_covers_finish(&l, e) < 0)
		rc = -1;
	nsx_fd_close(&l.root);
	nsx_grafts_close(g);
	nsx_owner_back(&owner);
	(void)nsx_sys_umask(mask);
	if (rc == 0 && (rc = nsx_sys_chdir("/")) < 0)
		rc = nsx_graft_fail(e, rc, "/", "change to it");
	return rc;
}
