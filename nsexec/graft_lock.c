/* SPDX-License-Identifier: Apache-2.0 */
#include "graft_lock.h"

#include "fd.h"
#include "graft_cover.h"
#include "sys_fd.h"
#include "sys_file.h"
#include "sys_mount.h"
#include "sys_namespace.h"
#include "text.h"

enum { NAME_BYTES = 24, MAP_BYTES = 48 };

static const char *name_of(size_t i, char name[NAME_BYTES])
{
	struct nsx_text t = nsx_text_on(name, NAME_BYTES);

	nsx_text_u64(&t, i);
	return name;
}

static int write_file(const char *path, const char *text)
{
	nsx_autofd fd = nsx_fd_openat(AT_FDCWD, path, O_WRONLY);
	const long rc = fd < 0 ? fd : nsx_sys_write(fd, text, nsx_text_len(text));

	return rc < 0 ? (int)rc : 0;
}

static int write_map(const char *path, uint32_t id)
{
	char map[MAP_BYTES];
	struct nsx_text t = nsx_text_on(map, sizeof(map));

	nsx_text_u64(&t, id);
	nsx_text_str(&t, " ");
	nsx_text_u64(&t, id);
	nsx_text_str(&t, " 1");
	return write_file(path, map);
}

/* Who has no number in a user namespace makes no other below it. */
static int map_cutter(const struct nsx_cutter *cutter)
{
	int rc = write_file("/proc/self/setgroups", "deny");

	if (rc == 0)
		rc = write_map("/proc/self/uid_map", cutter->uid);
	return rc < 0 ? rc : write_map("/proc/self/gid_map", cutter->gid);
}

/* What is copied with a namespace is what is mounted in it: somewhere, by any name. */
static int mount_all(const struct nsx_grafts *g, int scratch)
{
	int rc = 0;

	for (size_t i = 0; i < g->n && rc == 0; i++) {
		const struct nsx_graft *graft = &g->at[i];
		char name[NAME_BYTES];
		struct nsx_stat st;

		if (graft->fd == NSX_NOFD)
			continue;
		rc = nsx_sys_fstat(graft->fd, &st);
		if (rc == 0)
			rc = (st.mode & NSX_S_IFMT) == NSX_S_IFDIR
				     ? nsx_sys_mkdirat(scratch, name_of(i, name), 0700)
				     : nsx_sys_mkfileat(scratch, name_of(i, name), 0600);
		if (rc == 0)
			rc = nsx_sys_move_mount(graft->fd, scratch, name);
	}
	return rc;
}

static int cut_again(struct nsx_grafts *g)
{
	for (size_t i = 0; i < g->n; i++) {
		struct nsx_graft *graft = &g->at[i];
		char name[NAME_BYTES];

		if (graft->fd == NSX_NOFD)
			continue;
		nsx_fd_close(&graft->fd);
		graft->fd = nsx_cover_copy(AT_FDCWD, name_of(i, name));
		if (graft->fd < 0)
			return graft->fd;
	}
	return 0;
}

/* Whoever joins a mount namespace, be it his own, has its root as his. */
static int leave_chroot(void)
{
	nsx_autofd fd = nsx_fd_openat(AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY);

	return fd < 0 ? fd : nsx_sys_setns(fd, NSX_CLONE_NEWNS);
}

/*
 * On top of all that is there, and our root and cwd: who has another root than that of
 * his mount namespace may make no user namespace.  Nobody else's mounts hear of it.
 */
static int mount_scratch(void)
{
	nsx_autofd scratch = nsx_cover_tmpfs(), root = NSX_NOFD;
	int rc = scratch < 0 ? scratch : leave_chroot();

	if (rc == 0)
		rc = nsx_sys_mount(NULL, "/", NULL, NSX_MS_REC | NSX_MS_PRIVATE);
	if (rc == 0)
		rc = root = nsx_fd_openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY);
	if (rc >= 0)
		rc = nsx_sys_move_mount(scratch, root, "");
	if (rc == 0)
		rc = nsx_sys_fchdir(scratch);
	if (rc == 0)
		rc = nsx_sys_chroot(".");
	return rc < 0 ? rc : nsx_fd_take(&scratch);
}

int nsx_grafts_lock(struct nsx_grafts *g, const struct nsx_cutter *cutter, struct nsx_error *e)
{
	nsx_autofd scratch = NSX_NOFD;
	int rc = cutter->moved ? map_cutter(cutter) : 0;

	if (rc < 0)
		return nsx_graft_fail(e, rc, "/proc/self/uid_map", "to lock what is read-only");
	scratch = mount_scratch();
	rc = scratch < 0 ? scratch : mount_all(g, scratch);
	if (rc < 0)
		return nsx_graft_fail(e, rc, "copy of our mounts", "to lock what is read-only");
	rc = nsx_sys_unshare(NSX_CLONE_NEWUSER | NSX_CLONE_NEWNS);
	if (rc < 0) {
		(void)nsx_fail(e, NSX_STEP_GRAFT, -rc, "user namespace",
			       "to lock what is read-only");
		return nsx_hint(e, NSX_HINT_GRAFT_RIGHT, 0);
	}
	rc = cut_again(g);
	return rc < 0 ? nsx_graft_fail(e, rc, "copy of our mounts", "cut what is locked") : 0;
}
