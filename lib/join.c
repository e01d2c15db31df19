/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "api.h"
#include "kindset.h"
#include "sys_namespace.h"
#include "sys_thread.h"
#include "where.h"

/* What is needed of it is open, and nothing has been joined yet. */
struct joining {
	struct nsx_where where;
	nsx_kinds kinds; /* to be joined; the caller is elsewhere now */
	int fd[NSX_KIND_COUNT];
	bool threaded; /* there are other threads, which stay */
};

static void init(struct joining *j)
{
	*j = (struct joining){ 0 };
	nsx_where_init(&j->where);
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		j->fd[k] = NSX_NOFD;
}

static void close_all(struct joining *j)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		nsx_fd_close(&j->fd[k]);
	nsx_where_close(&j->where);
}

static int refuse(const char *why, struct nsx_error *e)
{
	return nsx_fail(e, NSX_STEP_OPTIONS, 0, why, NULL);
}

static int understand(const struct nsexec_where *w, int kinds, unsigned flags, nsx_kinds *out,
		      struct nsx_error *e)
{
	const bool of_process = w->place != NSEXEC_AT_PATH && w->place != NSEXEC_AT_FD;

	if (flags & ~NSEXEC_JOIN_THREADED)
		return refuse("flags that nsexec_join() does not know", e);
	if (!kinds)
		return refuse("no kind of namespace to join", e);
	if (nsx_api_kinds(kinds, out, e) < 0)
		return -1;
	if (!of_process && (*out & (*out - 1)))
		return refuse("a file is a namespace of one kind", e);
	return 0;
}

static int pass_gate(struct joining *j, unsigned flags, struct nsx_error *e)
{
	j->threaded = !nsx_sys_is_single_threaded();
	if (!j->threaded || (flags & NSEXEC_JOIN_THREADED))
		return 0;
	(void)nsx_fail(e, NSX_STEP_GATE, EBUSY, "there are other threads", NULL);
	return nsx_hint(e, NSX_HINT_OTHER_THREADS, 0);
}

/* One's own user namespace cannot be joined (EINVAL), and others need not be. */
static int open_kind(struct joining *j, enum nsx_kind k, struct nsx_error *e)
{
	struct nsx_ns_id id;
	int rc;

	j->fd[k] = nsx_where_take(&j->where, k, e);
	if (j->fd[k] < 0)
		return -1;
	rc = nsx_nsfile_identify(j->fd[k], &id);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_CHECK, -rc, nsx_kind_table[k].name, NULL);
	if (!nsx_where_is_ours(k, &id))
		j->kinds |= NSX_KIND_BIT(k);
	return 0;
}

static int open_all(struct joining *j, const struct nsexec_where *w, nsx_kinds kinds,
		    struct nsx_error *e)
{
	const nsx_kinds alone = NSX_KIND_BIT(NSX_USER) | NSX_KIND_BIT(NSX_TIME);
	char names[64];
	struct nsx_text t = nsx_text_on(names, sizeof(names));

	if (nsx_where_look(w, &j->where, e) < 0)
		return -1;
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if ((kinds & NSX_KIND_BIT(k)) && open_kind(j, k, e) < 0)
			return -1;
	if (!j->threaded || !(j->kinds & alone))
		return 0;
	nsx_kinds_put(&t, j->kinds & alone);
	(void)nsx_fail(e, NSX_STEP_GATE, EBUSY, "there are other threads", names);
	return nsx_hint(e, NSX_HINT_ONE_THREAD, 0);
}

static void hint(const struct joining *j, nsx_kinds kinds, int err, struct nsx_error *e)
{
	const struct nsx_ns_id none = { 0, 0 };

	if (err == EINVAL && (kinds & NSX_KIND_BIT(NSX_MNT)))
		(void)nsx_hint(e, NSX_HINT_SHARED_DIRS, 0);
	for (enum nsx_kind k = 0; err == EPERM && k < NSX_KIND_COUNT; k++) {
		struct nsx_ns_id id = { 0, 0 };
		bool below;

		if (!(kinds & NSX_KIND_BIT(k)))
			continue;
		if (k == NSX_USER)
			(void)nsx_nsfile_identify(j->fd[k], &id); /* 0: no hint */
		else
			nsx_nsfile_owner(j->fd[k], &none, &id.ino, &below);
		if (id.ino)
			(void)nsx_hint(e, NSX_HINT_CAPABLE, id.ino);
	}
}

static int fail(const struct joining *j, nsx_kinds kinds, int err, struct nsx_error *e)
{
	char names[64], place[NSX_PLACE_BYTES];
	struct nsx_text t = nsx_text_on(names, sizeof(names));

	nsx_kinds_put(&t, kinds);
	nsx_where_name(j->where.asked, place);
	(void)nsx_fail(e, NSX_STEP_JOIN, err, names,
		       j->where.asked->place == NSEXEC_AT_PATH ? j->where.asked->path : place);
	hint(j, kinds, err, e);
	return -1;
}

/* In the order of their kinds, but those first that the kernel may still find fault with. */
static int join_each(const struct joining *j, nsx_kinds kinds, struct nsx_error *e)
{
	static const unsigned char order[NSX_KIND_COUNT] = {
		NSX_MNT, NSX_PID, NSX_CGROUP, NSX_IPC, NSX_NET, NSX_UTS, NSX_TIME, NSX_USER
	};

	for (size_t i = 0; i < sizeof(order); i++) {
		const enum nsx_kind k = order[i];
		int rc = 0;

		if (kinds & NSX_KIND_BIT(k))
			rc = nsx_sys_setns(j->fd[k], nsx_kind_table[k].flag);
		if (rc < 0)
			return fail(j, NSX_KIND_BIT(k), -rc, e);
	}
	return 0;
}

/* What the user namespace owns after it, where we have gained the right; others before. */
static int join_around_user(const struct joining *j, nsx_kinds kinds, struct nsx_error *e)
{
	const nsx_kinds user = kinds & NSX_KIND_BIT(NSX_USER);
	struct nsx_ns_id id = { 0, 0 };
	nsx_kinds after = 0;

	if (user)
		(void)nsx_nsfile_identify(j->fd[NSX_USER], &id); /* it could be, above */
	for (enum nsx_kind k = 0; user && k < NSX_KIND_COUNT; k++) {
		uint64_t owner = 0;
		bool below = false;

		if (kinds & ~user & NSX_KIND_BIT(k))
			nsx_nsfile_owner(j->fd[k], &id, &owner, &below);
		if (below)
			after |= NSX_KIND_BIT(k);
	}
	if (join_each(j, kinds & ~user & ~after, e) < 0)
		return -1;
	return join_each(j, user, e) < 0 ? -1 : join_each(j, after, e);
}

/* By pidfd, all or none.  EINVAL: before Linux 5.8 too; then one by one will tell. */
static int join_rest(const struct joining *j, nsx_kinds kinds, struct nsx_error *e)
{
	const bool many = kinds & (kinds - 1);
	int rc = -EINVAL;

	if (many && j->where.target.pidfd != NSX_NOFD)
		rc = nsx_sys_setns(j->where.target.pidfd, nsx_kinds_flags(kinds));
	if (rc == -EINVAL)
		return join_around_user(j, kinds, e);
	return rc < 0 ? fail(j, kinds, -rc, e) : 0;
}

/*
 * mnt together with others moves root and cwd of every thread that shares them with this
 * one, and only by itself does the kernel refuse that: so with threads it goes by itself,
 * and first, when nothing has changed yet.
 */
static int join_all(const struct joining *j, struct nsx_error *e)
{
	const nsx_kinds first = j->threaded ? j->kinds & NSX_KIND_BIT(NSX_MNT) : 0;

	if (join_each(j, first, e) < 0)
		return -1;
	return join_rest(j, j->kinds & ~first, e);
}

int nsexec_join(const struct nsexec_where *where, int kinds, unsigned flags, struct nsexec_error *e)
{
	struct nsx_error error = { 0 };
	struct joining j;
	nsx_kinds set = 0;
	int rc;

	init(&j);
	rc = understand(where, kinds, flags, &set, &error);
	if (rc == 0)
		rc = pass_gate(&j, flags, &error);
	if (rc == 0)
		rc = open_all(&j, where, set, &error);
	if (rc == 0)
		rc = join_all(&j, &error);
	close_all(&j);
	return rc < 0 ? nsx_api_fail(e, &error) : 0;
}
