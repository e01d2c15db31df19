/* SPDX-License-Identifier: Apache-2.0 */
#include "enter.h"

#include <errno.h>

#include "api.h"
#include "kindset.h"
#include "nsfile.h"
#include "sys_clone.h"
#include "sys_fd.h"
#include "sys_file.h"
#include "sys_namespace.h"
#include "where.h"

/*
 * Everything is open before the first is joined, so that the order matters little; MNT is
 * the last to go and the first to come back, because it moves root and cwd.
 */
static const unsigned char in_order[] = { NSX_CGROUP, NSX_IPC, NSX_NET, NSX_PID, NSX_UTS, NSX_MNT };

enum { N_IN_ORDER = sizeof(in_order) };

/* From where a thread goes, and to where it comes back. */
struct home {
	int ns[NSX_KIND_COUNT]; /* for PID that of our children, which is what a join changes */
	int root, cwd;
	nsx_kinds left; /* those that we are not in any more */
};

static void home_init(struct home *h)
{
	*h = (struct home){ .root = NSX_NOFD, .cwd = NSX_NOFD };
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		h->ns[k] = NSX_NOFD;
}

static void home_close(struct home *h)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		nsx_fd_close(&h->ns[k]);
	nsx_fd_close(&h->root);
	nsx_fd_close(&h->cwd);
}

/* ---- from where -------------------------------------------------------------- */

/* A join that has failed, by its place as the caller has said it. */
static int fail_join(const struct nsexec_where *w, enum nsx_kind kind, int err, struct nsx_error *e)
{
	char place[NSX_PLACE_BYTES];

	nsx_where_name(w, place);
	return nsx_fail(e, NSX_STEP_JOIN, err, nsx_kind_table[kind].name,
			w->place == NSEXEC_AT_PATH ? w->path : place);
}

/* What a refused join usually needs. */
static int hint_join(enum nsx_kind kind, int fd, int err, struct nsx_error *e)
{
	static const struct nsx_ns_id none = { 0, 0 };
	uint64_t owner = 0;
	bool below = false;

	if (kind == NSX_MNT && err == EINVAL)
		return nsx_hint(e, NSX_HINT_SHARED_DIRS, 0);
	if (err != EPERM)
		return -1;
	nsx_nsfile_owner(fd, &none, &owner, &below);
	return owner ? nsx_hint(e, NSX_HINT_CAPABLE, owner) : -1;
}

/*
 * Whoever may go where he asked to is an administrator of his user namespace, and may come
 * back to all that this or one below it owns; those the kernel shows us.  To what is owned
 * above, as the host's network is for who is root by unshare -Ur, there is no way back.
 */
static int check_way_back(enum nsx_kind kind, int fd, struct nsx_error *e)
{
	nsx_autofd owner = nsx_fd_lift(nsx_sys_ioctl(fd, NSX_NS_GET_USERNS, NULL));

	if (owner != -EPERM)
		return 0;
	(void)nsx_fail(e, NSX_STEP_CHECK, EPERM, nsx_kind_table[kind].name, "the way back");
	return nsx_hint(e, NSX_HINT_OUTER_HOME, 0);
}

/* Ours cannot be opened: is there no /proc, or only no process in it yet? */
static int hint_home(enum nsx_kind kind, struct nsx_error *e)
{
	char path[NSX_OUR_PATH_BYTES];
	struct nsx_stat st;

	nsx_api_our_path(path, kind, "");
	if (e->err != ENOENT)
		return -1;
	return nsx_hint(e, nsx_sys_stat(path, &st) == 0 ? NSX_HINT_FIRST_CHILD : NSX_HINT_PROC, 0);
}

/* Our own, and is it another one than where we are going? */
static int open_home_of(const struct nsx_visit *v, enum nsx_kind kind, struct home *h,
			struct nsx_error *e)
{
	char path[NSX_OUR_PATH_BYTES];
	struct nsx_ns_id ours, theirs;
	int rc;

	nsx_api_our_path(path, kind, kind == NSX_PID ? "_for_children" : "");
	h->ns[kind] = nsx_nsfile_open(path, kind, e);
	if (h->ns[kind] < 0)
		return hint_home(kind, e);
	rc = nsx_nsfile_identify(h->ns[kind], &ours);
	if (rc == 0)
		rc = nsx_nsfile_identify(v->there[kind], &theirs);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_CHECK, -rc, nsx_kind_table[kind].name, NULL);
	if (!nsx_ns_same(&ours, &theirs))
		return check_way_back(kind, h->ns[kind], e);
	nsx_fd_close(&h->ns[kind]);
	return 0;
}

/*
 * Opened with a last component, so that the right to search them, which coming back takes,
 * is asked for already here.
 */
static int open_place(const char *path, enum nsx_step step, int *fd, struct nsx_error *e)
{
	*fd = nsx_fd_openat(AT_FDCWD, path, O_PATH | O_DIRECTORY);
	return *fd < 0 ? nsx_fail(e, step, -*fd, path, NULL) : 0;
}

/* Only of what will be joined anything is open afterwards. */
static int open_home(const struct nsx_visit *v, struct home *h, struct nsx_error *e)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (v->there[k] >= 0 && open_home_of(v, k, h, e) < 0)
			return -1;
	if (h->ns[NSX_MNT] < 0)
		return 0;
	if (open_place("/.", NSX_STEP_OPEN, &h->root, e) < 0)
		return -1;
	return open_place(".", NSX_STEP_OPEN, &h->cwd, e);
}

/* ---- there and back ----------------------------------------------------------- */

static int go(const struct nsx_visit *v, struct home *h, struct nsx_error *e)
{
	for (size_t i = 0; i < N_IN_ORDER; i++) {
		const enum nsx_kind k = in_order[i];
		int rc;

		if (h->ns[k] < 0)
			continue;
		rc = nsx_sys_setns(v->there[k], nsx_kind_table[k].flag);
		if (rc < 0) {
			(void)fail_join(v->where[k], k, -rc, e);
			return hint_join(k, v->there[k], -rc, e);
		}
		h->left |= NSX_KIND_BIT(k);
	}
	return 0;
}

/* The mount namespace has put us at its own root. */
static int take_place(const struct home *h, struct nsx_error *e)
{
	int rc = nsx_sys_fchdir(h->root);

	if (rc == 0)
		rc = nsx_sys_chroot(".");
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_ROOT, -rc, "the way back", NULL);
	rc = nsx_sys_fchdir(h->cwd);
	return rc < 0 ? nsx_fail(e, NSX_STEP_CWD, -rc, "the way back", NULL) : 0;
}

/* As far as possible: what cannot be left keeps nobody from leaving the rest. */
static int come_back(const struct home *h, struct nsx_error *e)
{
	nsx_kinds stuck = 0;
	int rc = 0;

	/* A thread that the call has started would share our root and cwd. */
	if (h->left & NSX_KIND_BIT(NSX_MNT))
		(void)nsx_sys_unshare(NSX_CLONE_FS); /* or the kernel says EINVAL below */
	for (size_t i = N_IN_ORDER; i-- > 0;) {
		const enum nsx_kind k = in_order[i];

		if (!(h->left & NSX_KIND_BIT(k)))
			continue;
		rc = nsx_sys_setns(h->ns[k], nsx_kind_table[k].flag);
		if (rc < 0) {
			(void)nsx_fail(e, NSX_STEP_JOIN, -rc, nsx_kind_table[k].name,
				       "the way back");
			stuck |= NSX_KIND_BIT(k);
		} else if (k == NSX_MNT && take_place(h, e) < 0) {
			stuck |= NSX_KIND_BIT(k);
		}
	}
	return stuck ? -1 : 0;
}

int nsx_enter(const struct nsx_visit *v, int (*call)(void *), void *arg, int *result,
	      struct nsx_error *e)
{
	struct nsx_error stuck = { .step = NSX_STEP_NONE };
	struct home h;
	int rc;

	home_init(&h);
	rc = open_home(v, &h, e);
	if (rc == 0)
		rc = go(v, &h, e);
	if (rc == 0) {
		int its = call(arg);

		if (result)
			*result = its;
	}
	if (come_back(&h, &stuck) < 0) {
		*e = stuck;
		rc = NSEXEC_STRANDED;
	}
	home_close(&h);
	return rc;
}

int nsexec_enter(const struct nsexec_entry *entry, size_t n, int (*call)(void *), void *arg,
		 int *result, struct nsexec_error *e)
{
	struct nsx_error error = { .step = NSX_STEP_NONE };
	struct nsx_visit v;
	int rc;

	nsx_visit_init(&v);
	rc = nsx_visit_open(entry, n, &v, &error);
	if (rc == 0)
		rc = nsx_enter(&v, call, arg, result, &error);
	nsx_visit_close(&v);
	if (rc != 0)
		(void)nsx_api_fail(e, &error);
	return rc;
}
