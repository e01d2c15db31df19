/* SPDX-License-Identifier: Apache-2.0 */
#include "graft.h"

#include <errno.h>

#include "fd.h"
#include "graft_cover.h"
#include "graft_lock.h"
#include "sys_clone.h"
#include "sys_identity.h"
#include "sys_mount.h"
#include "sys_namespace.h"
#include "sys_process.h"
#include "sys_socket.h"

/* What the cutter tells: one for each tree, with its descriptor, and one at its end. */
struct piece {
	uint64_t which; /* @n of the grafts: the end */
	struct nsx_error error;
};

/*
 * Set-user-ID programs and file capabilities mean nothing on a graft: what is ours out here
 * was never meant to be a way up in there.  Device nodes stay what they are.
 */
static int confine(const struct nsx_graft *graft, int fd)
{
	const struct nsx_mount_attr attr = {
		.set = NSX_MOUNT_NOSUID | (graft->writable ? 0 : NSX_MOUNT_RDONLY),
		.propagation = NSX_MS_PRIVATE,
	};

	return nsx_sys_mount_setattr(fd, NSX_AT_RECURSIVE, &attr);
}

/* Return: 0, also where an optional one is left out; -errno. */
static int cut(struct nsx_graft *graft, const char **doing)
{
	nsx_autofd fd = nsx_fd_lift(nsx_sys_clone_tree(AT_FDCWD, graft->from, NSX_TREE_RECURSIVE));
	int rc = fd;

	*doing = "out here";
	if (fd >= 0) {
		*doing = graft->writable ? "make it private" : "make it read-only";
		rc = confine(graft, fd);
	} else if (graft->optional && rc != -EPERM && rc != -ENOSYS) {
		return 0;
	}
	if (rc < 0)
		return rc;
	graft->fd = nsx_fd_take(&fd);
	return 0;
}

/* Return: 0, or -errno with @e filled; -EPERM may be for want of a capability. */
static int cut_all(struct nsx_grafts *g, struct nsx_error *e)
{
	for (size_t i = 0; i < g->n; i++) {
		struct nsx_graft *graft = &g->at[i];
		const char *doing;
		int rc = graft->from ? cut(graft, &doing) : 0;

		if (rc < 0) {
			(void)nsx_graft_fail(e, rc, graft->from, doing);
			return rc;
		}
	}
	return 0;
}

/*
 * Entered: a bare clone, in a copy of our mounts, that may have a user namespace of its own.
 * Left:    never.  What it has cut outlives it: no mount namespace holds it.
 */
static _Noreturn void cut_for(struct nsx_grafts *g, const struct nsx_cutter *cutter, int channel)
{
	struct piece piece = { .which = g->n };

	/* What fails is told at the end. */
	if (cut_all(g, &piece.error) == 0)
		(void)nsx_grafts_lock(g, cutter, &piece.error);
	for (size_t i = 0; i < g->n && piece.error.step == NSX_STEP_NONE; i++) {
		const struct piece one = { .which = i };

		if (g->at[i].fd != NSX_NOFD &&
		    nsx_sys_send_fd(channel, &one, sizeof(one), g->at[i].fd) < 0)
			nsx_sys_exit(1);
	}
	nsx_sys_exit(nsx_sys_send_fd(channel, &piece, sizeof(piece), NSX_NOFD) < 0);
}

/* Also who has made a user namespace may be kept from mounts, by a security module. */
static int refused(struct nsx_error *e)
{
	return nsx_hint(e, e->err == EPERM ? NSX_HINT_GRAFT_RIGHT : NSX_HINT_NONE, 0);
}

static int receive(struct nsx_grafts *g, int channel, struct nsx_error *e)
{
	struct piece piece;
	int fd = NSX_NOFD;

	while (nsx_sys_receive_fd(channel, &piece, sizeof(piece), &fd) == sizeof(piece)) {
		fd = nsx_fd_lift(fd);
		if (piece.which >= g->n) {
			nsx_fd_close(&fd);
			*e = piece.error;
			return e->step == NSX_STEP_NONE ? 0 : refused(e);
		}
		if (fd < 0)
			break; /* our table is full */
		g->at[piece.which].fd = fd;
	}
	return nsx_fail(e, NSX_STEP_GRAFT, fd < 0 && fd != NSX_NOFD ? -fd : EIO,
			"what the process that cuts them tells", NULL);
}

/* With no signal at its end: nobody who minds SIGCHLD hears of it. */
static int start_cutter(struct nsx_cutter *cutter)
{
	const int pid = nsx_sys_clone_bare(NSX_CLONE_NEWNS);

	if (pid != -EPERM)
		return pid;
	cutter->moved = true;
	return nsx_sys_clone_bare(NSX_CLONE_NEWUSER | NSX_CLONE_NEWNS);
}

static int have_them_cut(struct nsx_grafts *g, struct nsx_error *e)
{
	struct nsx_cutter cutter = { false, nsx_sys_geteuid(), nsx_sys_getegid() };
	int pair[2], pid, rc;

	rc = nsx_fd_channel(pair);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_GRAFT, -rc, "channel to the process that cuts them",
				NULL);
	pid = start_cutter(&cutter);
	if (pid == 0) {
		nsx_fd_close(&pair[0]);
		cut_for(g, &cutter, pair[1]);
	}
	nsx_fd_close(&pair[1]);
	if (pid > 0)
		rc = receive(g, pair[0], e);
	nsx_fd_close(&pair[0]);
	if (pid > 0) {
		(void)nsx_sys_wait(pid, NULL, NSX_WAIT_ALL); /* it has ended, or is about to */
		return rc;
	}
	(void)nsx_fail(e, NSX_STEP_GRAFT, -pid, "user namespace to take copies of mounts in", NULL);
	return nsx_hint(e, NSX_HINT_GRAFT_RIGHT, 0);
}

int nsx_grafts_cut(struct nsx_grafts *g, bool lock, struct nsx_error *e)
{
	struct nsx_error own = { 0 };
	int rc = lock ? -EPERM : cut_all(g, &own);

	if (rc == -EPERM) {
		nsx_grafts_close(g);
		rc = have_them_cut(g, e);
	} else if (rc < 0) {
		*e = own;
	}
	if (rc < 0)
		nsx_grafts_close(g);
	return rc < 0 ? -1 : 0;
}

int nsx_graft_tree(int fd, bool writable)
{
	const struct nsx_mount_attr attr = { .set = writable ? 0 : NSX_MOUNT_RDONLY };
	nsx_autofd tree = nsx_fd_lift(nsx_sys_clone_tree(fd, "", NSX_AT_EMPTY_PATH));
	int rc = tree < 0 ? tree : nsx_sys_mount_setattr(tree, 0, &attr);

	/* As long as @tree is open, by whomever, it is a mount whose flags can be changed. */
	return rc < 0 ? rc : nsx_fd_lift(nsx_sys_open_tree(tree));
}
