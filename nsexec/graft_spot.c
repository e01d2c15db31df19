/* SPDX-License-Identifier: Apache-2.0 */
#include "graft_spot.h"

#include <errno.h>

#include "fd.h"
#include "graft_cover.h"
#include "sys_file.h"
#include "sys_mount.h"
#include "text.h"

enum { PATH_BYTES = 4096 };

/* ---- names of a path ----------------------------------------------------------- */

/* The next but for "."; @path moves on.  Return: its length, 0: there is none. */
static size_t next_name(const char **path, const char **name)
{
	const char *s = *path;

	do {
		while (*s == '/')
			s++;
		*name = s;
		while (*s && *s != '/')
			s++;
	} while (s - *name == 1 && **name == '.');
	*path = s;
	return (size_t)(s - *name);
}

/* The same as a text.  Return: false: there is none, or it is too long for a name. */
bool nsx_spot_name(const char **path, char name[NSX_SPOT_NAME_BYTES])
{
	struct nsx_text t = nsx_text_on(name, NSX_SPOT_NAME_BYTES);
	const char *rest = *path, *at;
	const size_t len = next_name(&rest, &at);

	nsx_text_bytes(&t, at, len);
	if (!len || t.cut)
		return false;
	*path = rest;
	return true;
}

bool nsx_spot_ends(const char *path)
{
	const char *name;

	return next_name(&path, &name) == 0;
}

bool nsx_spot_is_place(const char *path)
{
	const char *rest = path, *name;
	size_t n = 0, len;

	while ((len = next_name(&rest, &name))) {
		if (len == 2 && name[0] == '.' && name[1] == '.')
			return false;
		n++;
	}
	return *path == '/' && n > 0;
}

/* ---- looking up ---------------------------------------------------------------- */

/*
 * The kernel gives up (EAGAIN) where somebody renames or mounts while it follows "..".
 * @flags: O_NOFOLLOW: of a symbolic link the link itself
 */
static int look_up(int root, const char *path, int flags)
{
	enum { TRIES = 100 };
	const struct nsx_open_how how = {
		.flags = (uint64_t)(O_PATH | O_CLOEXEC | flags),
		.resolve = NSX_RESOLVE_IN_ROOT | NSX_RESOLVE_NO_MAGICLINKS,
	};
	int rc = -EAGAIN;

	for (int i = 0; i < TRIES && (rc == -EAGAIN || rc == -EINTR); i++)
		rc = nsx_sys_openat2(root, path, &how);
	return nsx_fd_lift(rc);
}

int nsx_spot_open(int root, const char *path)
{
	return look_up(root, path, 0);
}

static bool is_of_type(int fd, unsigned type)
{
	struct nsx_stat st;

	return nsx_sys_fstat(fd, &st) == 0 && (st.mode & NSX_S_IFMT) == type;
}

bool nsx_spot_is_directory(int fd)
{
	return is_of_type(fd, NSX_S_IFDIR);
}

/*
 * What is to be in place of a symbolic link is not to be in place of what that leads to,
 * which has other names too: "/bin/sh" may be "/bin/busybox".  A file is mounted on the
 * link itself; a directory cannot be, so that the link is as good as missing.
 */
static int look_up_whole(int root, const char *path, const struct nsx_graft *graft)
{
	int fd;

	if (graft->how != NSX_GRAFT_OVER && graft->how != NSX_GRAFT_HIDE)
		return look_up(root, path, 0);
	fd = look_up(root, path, O_NOFOLLOW);
	if (fd < 0 || !is_of_type(fd, NSX_S_IFLNK) || !nsx_spot_is_directory(graft->fd))
		return fd;
	nsx_fd_close(&fd);
	return -ENOENT;
}

int nsx_spot_find(int root, const struct nsx_graft *graft, struct nsx_spot *s, struct nsx_error *e)
{
	char path[PATH_BYTES];
	struct nsx_text t = nsx_text_on(path, sizeof(path));

	nsx_text_str(&t, graft->to);
	s->rest = NULL;
	s->there = t.len;
	s->fd = t.cut ? -ENAMETOOLONG : look_up_whole(root, path, graft);
	while (s->fd == -ENOENT && s->there > 1) {
		while (s->there > 1 && path[s->there - 1] == '/')
			s->there--;
		while (s->there > 1 && path[s->there - 1] != '/')
			s->there--;
		path[s->there] = '\0';
		s->rest = graft->to + s->there;
		s->fd = look_up(root, path, 0);
	}
	return s->fd < 0 ? nsx_graft_fail(e, s->fd, graft->to, "in there") : 0;
}
