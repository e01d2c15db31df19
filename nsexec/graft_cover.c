/* SPDX-License-Identifier: Apache-2.0 */
#include "graft_cover.h"

#include <errno.h>

#include "fd.h"
#include "sys_file.h"
#include "sys_mount.h"
#include "text.h"

enum { DIRENT_BYTES = 4096, LINK_BYTES = 4096, BIG = 128 };

int nsx_graft_fail(struct nsx_error *e, int rc, const char *path, const char *doing)
{
	(void)nsx_fail(e, NSX_STEP_GRAFT, -rc, path, doing);
	return nsx_hint(e, rc == -ENOSYS ? NSX_HINT_GRAFT_KERNEL : NSX_HINT_NONE, 0);
}

static bool is_dot(const char *name)
{
	return nsx_text_same(name, ".") || nsx_text_same(name, "..");
}

int nsx_entries_walk(int dir, nsx_entry_fn *each, void *arg)
{
	_Alignas(struct nsx_dirent) char buf[DIRENT_BYTES];
	nsx_autofd fd = nsx_fd_openat(dir, ".", O_RDONLY | O_DIRECTORY);
	long len, at;
	int rc;

	if (fd < 0)
		return fd;
	while ((len = nsx_sys_getdents(fd, buf, sizeof(buf))) > 0)
		for (at = 0; at < len;) {
			const struct nsx_dirent *entry = (const void *)(buf + at);

			at += entry->size;
			rc = is_dot(entry->name) ? 0 : each(arg, dir, entry->name, entry->type);
			if (rc)
				return rc;
		}
	return (int)len;
}

int nsx_cover_tmpfs(void)
{
	nsx_autofd fs = nsx_fd_lift(nsx_sys_fsopen("tmpfs"));
	int rc = fs;

	if (rc >= 0)
		rc = nsx_sys_fsconfig_string(fs, "source", "nsexec"); /* for who reads mountinfo */
	if (rc >= 0)
		rc = nsx_sys_fsconfig_string(fs, "mode", "0755");
	if (rc >= 0)
		rc = nsx_sys_fsconfig_create(fs);
	return rc < 0 ? rc : nsx_fd_lift(nsx_sys_fsmount(fs, NSX_MOUNT_NOSUID | NSX_MOUNT_NODEV));
}

/* The mode last: a change of owner takes bits away. */
int nsx_cover_dress(int dir, const char *name, const struct nsx_stat *like)
{
	(void)nsx_sys_chownat(dir, name, like->uid, like->gid); /* it may have no number here */
	return nsx_sys_chmodat(dir, name, like->mode & 07777);
}

struct nsx_cover *nsx_cover_add(struct nsx_laying *l, int fd, int dir)
{
	struct nsx_cover *cover = &l->cover[l->n];
	uint64_t facts[16] = { 0 };
	struct nsx_stat st;

	if (l->n == NSX_COVER_MAX || nsx_sys_fstat(fd, &st) < 0)
		return NULL;
	(void)nsx_sys_fstatfs(dir, facts); /* or it can be written to */
	cover->fd = fd;
	cover->dev = st.dev;
	cover->read_only = facts[NSX_STATFS_FLAGS] & NSX_STATFS_RDONLY;
	l->n++;
	return cover;
}

struct nsx_cover *nsx_cover_of(struct nsx_laying *l, int dir)
{
	struct nsx_stat st;

	if (nsx_sys_fstat(dir, &st) < 0)
		return NULL;
	for (size_t i = 0; i < l->n; i++)
		if (l->cover[i].dev == st.dev)
			return &l->cover[i];
	return NULL;
}

int nsx_covers_finish(struct nsx_laying *l, struct nsx_error *e)
{
	const struct nsx_mount_attr attr = { .set = NSX_MOUNT_RDONLY };
	int rc = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (rc == 0 && l->cover[i].read_only)
			rc = nsx_sys_mount_setattr(l->cover[i].fd, 0, &attr);
		nsx_fd_close(&l->cover[i].fd);
	}
	return rc < 0 ? nsx_graft_fail(e, rc, "read-only directory", "cover") : 0;
}

void nsx_cover_undo(const struct nsx_laying *l, int fd)
{
	if (nsx_sys_fchdir(fd) == 0)
		(void)nsx_sys_unmount_cwd(); /* or the error that we tell says enough */
	(void)nsx_sys_fchdir(l->root);
}

static int count(void *arg, int dir, const char *name, unsigned type)
{
	int *n = arg;

	(void)dir;
	(void)name;
	(void)type;
	return ++*n > BIG;
}

bool nsx_cover_is_big(int dir)
{
	int n = 0;

	return nsx_entries_walk(dir, count, &n) == 1;
}

/* ---- filling ----------------------------------------------------------------- */

struct filling {
	int to;
	bool again; /* names may be there already, from a directory that goes before */
	struct nsx_error *e;
};

int nsx_cover_mount_again(int dir, const char *name, int to)
{
	nsx_autofd tree =
		nsx_fd_lift(nsx_sys_clone_tree(dir, name, NSX_TREE_RECURSIVE | NSX_TREE_NOFOLLOW));

	return tree < 0 ? tree : nsx_sys_move_mount(tree, to, name);
}

static int link_again(int dir, const char *name, int to)
{
	char text[LINK_BYTES];
	const long len = nsx_sys_readlinkat(dir, name, text, sizeof(text));

	if (len < 0 || len == sizeof(text))
		return len < 0 ? (int)len : -ENAMETOOLONG;
	text[len] = '\0';
	return nsx_sys_symlinkat(text, to, name);
}

/*
 * A file system that nobody answers for any more, or not now, can be mounted again, but what
 * is asked of its root fails, or waits: so what the directory says of the entry has to do.
 */
static int is_directory(int tree, unsigned type)
{
	struct nsx_stat st;
	int rc;

	if (type != NSX_DT_UNKNOWN && type != NSX_DT_LNK)
		return type == NSX_DT_DIR;
	rc = nsx_sys_fstat(tree, &st);
	return rc < 0 ? rc : (st.mode & NSX_S_IFMT) == NSX_S_IFDIR;
}

static int mount_again(int dir, const char *name, unsigned type, int to)
{
	nsx_autofd tree =
		nsx_fd_lift(nsx_sys_clone_tree(dir, name, NSX_TREE_RECURSIVE | NSX_TREE_NOFOLLOW));
	int rc = tree < 0 ? tree : is_directory(tree, type);

	if (rc < 0)
		return rc;
	rc = rc ? nsx_sys_mkdirat(to, name, 0755) : nsx_sys_mkfileat(to, name, 0644);
	return rc < 0 ? rc : nsx_sys_move_mount(tree, to, name);
}

/* Something may be mounted on one: then it is what that is. */
static bool is_link(int dir, const char *name, unsigned type)
{
	struct nsx_stat st;

	if (type != NSX_DT_UNKNOWN && type != NSX_DT_LNK)
		return false;
	return nsx_sys_lstatat(dir, name, &st) == 0 && (st.mode & NSX_S_IFMT) == NSX_S_IFLNK;
}

static int fill_one(void *arg, int dir, const char *name, unsigned type)
{
	const struct filling *f = arg;
	const int rc = is_link(dir, name, type) ? link_again(dir, name, f->to)
						: mount_again(dir, name, type, f->to);

	if (rc == 0 || rc == -ENOENT) /* it was there when we read the directory */
		return 0;
	if (rc == -EEXIST && f->again)
		return 0;
	return nsx_graft_fail(f->e, rc, name, "mount it again in a cover");
}

static int fill(int to, int dir, int first, const char *where, struct nsx_error *e)
{
	struct filling f = { .to = to, .e = e };
	int rc = first == NSX_NOFD ? 0 : nsx_entries_walk(first, fill_one, &f);

	f.again = first != NSX_NOFD;
	if (rc == 0)
		rc = nsx_entries_walk(dir, fill_one, &f);
	return rc < 0 ? nsx_graft_fail(e, rc, where, "read the directory") : 0;
}

/* ---- laying ------------------------------------------------------------------- */

static bool is_root(const struct nsx_laying *l, int dir)
{
	struct nsx_statx one, other;

	return nsx_sys_statx(l->root, "", &one) == 0 && nsx_sys_statx(dir, "", &other) == 0 &&
	       one.ino == other.ino && one.mount == other.mount;
}

/*
 * What is mounted on the root directory is not seen by who has it as his: he must move.
 * Who joins the namespace later gets what is on top by himself.
 */
static int move_root(struct nsx_laying *l, int cover)
{
	nsx_autofd root = nsx_fd_openat(cover, ".", O_PATH | O_DIRECTORY);
	int rc = root < 0 ? root : nsx_sys_fchdir(root);

	if (rc == 0)
		rc = nsx_sys_chroot(".");
	if (rc < 0)
		return rc;
	nsx_fd_close(&l->root);
	l->root = nsx_fd_take(&root);
	return 0;
}

struct nsx_cover *nsx_cover_lay(struct nsx_laying *l, int dir, int first, const char *where,
				struct nsx_error *e)
{
	const bool root = is_root(l, dir);
	nsx_autofd fd = nsx_cover_tmpfs();
	struct nsx_cover *cover = NULL;
	struct nsx_stat st;
	int rc = fd < 0 ? fd : nsx_sys_fstat(dir, &st);

	if (rc == 0)
		rc = nsx_cover_dress(fd, ".", &st);
	if (rc == 0)
		rc = nsx_sys_move_mount(fd, dir, "");
	if (rc < 0) {
		(void)nsx_graft_fail(e, rc, where, "cover");
		return NULL;
	}
	/* Only what is mounted can be mounted on. */
	rc = fill(fd, dir, first, where, e);
	if (rc == 0 && root && (rc = move_root(l, fd)) < 0)
		(void)nsx_graft_fail(e, rc, where, "make the cover our root");
	if (rc == 0 && !(cover = nsx_cover_add(l, fd, dir)))
		(void)nsx_graft_fail(e, -E2BIG, where, "one cover more");
	if (cover)
		(void)nsx_fd_take(&fd); /* it is the cover's */
	else
		nsx_cover_undo(l, fd);
	return cover;
}
