/* SPDX-License-Identifier: Apache-2.0 */
#include "facts.h"

#include <errno.h>

#include "sys_file.h"
#include "text.h"

void nsx_facts_init(struct nsx_facts *f, struct nsx_facts_room *room)
{
	*f = (struct nsx_facts){ .room = room };
	f->pidfd = f->root = f->wd = f->proc = NSX_NOFD;
	nsx_follow_init(&f->follow, room ? &room->follow : NULL);
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		f->ns[k].fd = f->file[k] = NSX_NOFD;
	nsx_cgroups_init(&f->cgroups, room ? room->cgroup : NULL);
}

void nsx_facts_close(struct nsx_facts *f)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		nsx_fd_close(&f->ns[k].fd);
		nsx_fd_close(&f->file[k]);
	}
	nsx_cgroups_close(&f->cgroups);
	nsx_fd_close(&f->proc);
	nsx_fd_close(&f->root);
	nsx_fd_close(&f->wd);
	f->pidfd = NSX_NOFD;
}

static bool all_from_target(const struct nsx_request *rq)
{
	if (rq->net_socket || rq->user_parent)
		return false;
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (rq->file[k])
			return false;
	return rq->target && nsx_request_kinds(rq);
}

/*
 * Does /proc know the target by the PID that we know it by?  In the first PID
 * namespace, of fixed inode, that is so if it shows us: a /proc of any other does not.
 */
static bool proc_agrees(const struct nsx_target *t, struct nsx_self *self,
			const struct nsx_facts *f)
{
	static const uint64_t first_pid = 0xeffffffc; /* PID_NS_INIT_INO, <linux/nsfs.h> */
	struct nsx_ns_id ours = f->ns[NSX_PID].ours;

	if (!ours.ino && nsx_self_identify(self, NSX_PID, &ours) < 0)
		return false;
	if (ours.ino != first_pid)
		return nsx_target_proc_pid(t) == t->pid;
	return !self->told || nsx_self_is_shown(self); /* else /proc itself has told */
}

/*
 * The user namespace of the first process has a fixed inode.  Nobody else can
 * join it: who is not in it has no right over it.
 */
static int compare(int pid, enum nsx_kind k, struct nsx_self *self, struct nsx_facts *f)
{
	struct nsx_ns_fact *ns = &f->ns[k];
	char path[NSX_NS_PATH_BYTES];

	nsx_ns_path(path, pid, k);
	if (nsx_ns_name(path, &ns->theirs) < 0)
		return -1;
	if (k == NSX_USER && ns->theirs.ino == NSX_NS_FIRST_USER)
		ns->ours = ns->theirs;
	else if (!ns->ours.ino && nsx_self_identify(self, k, &ns->ours) < 0)
		return -1;
	if (nsx_ns_same(&ns->ours, &ns->theirs))
		f->shared |= NSX_KIND_BIT(k);
	return 0;
}

/*
 * The process that is looked at by its PID is the pinned one if that still lives,
 * as the setns() that follows finds out; so there must be one that follows.
 */
int nsx_facts_quick(const struct nsx_request *rq, bool shares, struct nsx_self *self,
		    struct nsx_target *t, struct nsx_facts *f)
{
	static const unsigned char compared[] = { NSX_USER, NSX_MNT, NSX_PID, NSX_TIME };
	const nsx_kinds wanted = nsx_request_kinds(rq);
	const nsx_kinds unasked = NSX_KIND_BIT(shares ? NSX_PID : NSX_TIME);
	bool looked = false;

	if (t->pidfd == NSX_NOFD || !all_from_target(rq) || rq->root || rq->wd || rq->unshare ||
	    rq->join_cgroup || nsx_follow_asked(rq))
		return -1;
	f->wanted = wanted;
	f->pid = t->pid;
	f->pidfd = t->pidfd;
	for (size_t i = 0; i < sizeof(compared); i++) {
		if (!(wanted & ~unasked & NSX_KIND_BIT(compared[i])))
			continue;
		if (compare(t->pid, compared[i], self, f) < 0)
			return -1;
		looked = true;
	}
	if (looked && !proc_agrees(t, self, f))
		return -1;
	return wanted & ~f->shared ? 0 : -1;
}

/* The PID in "/proc/PID/ns/KIND"; 0: another path. */
static int pid_of_path(const char *path, enum nsx_kind kind)
{
	const char *at = nsx_text_after(path, "/proc/");
	char canonical[NSX_NS_PATH_BYTES];
	uint64_t pid = 0;

	for (; at && *at >= '0' && *at <= '9' && pid <= INT32_MAX; at++)
		pid = pid * 10 + (uint64_t)(*at - '0');
	if (!pid || pid > INT32_MAX)
		return 0;
	nsx_ns_path(canonical, (int)pid, kind);
	return nsx_text_same(canonical, path) ? (int)pid : 0;
}

static int pid_of_paths(const struct nsx_request *rq)
{
	int pid = 0;

	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		int its;

		if (!(rq->join & NSX_KIND_BIT(k)))
			continue;
		its = pid_of_path(rq->file[k], k);
		if (!its || (pid && pid != its))
			return 0;
		pid = its;
	}
	return pid;
}

/* Our own mount namespace is joined as well then, as it would be through its file. */
int nsx_facts_paths(const struct nsx_request *rq, struct nsx_target *t, struct nsx_facts *f)
{
	const struct nsx_who who = { .pid = pid_of_paths(rq), .pidfd = NSX_NOFD };
	struct nsx_self self;
	int rc = 0;
	struct nsx_error ignored = { 0 }; /* the files themselves will tell */

	if (!who.pid || nsx_target_open(&who, t, &ignored) < 0 || t->pidfd == NSX_NOFD)
		return -1;
	nsx_self_init(&self);
	if (!proc_agrees(t, &self, f)) {
		nsx_self_close(&self);
		return -1;
	}
	f->wanted = rq->join;
	f->pid = t->pid;
	f->pidfd = t->pidfd;
	if (f->wanted & NSX_KIND_BIT(NSX_USER))
		rc = compare(t->pid, NSX_USER, &self, f);
	nsx_self_close(&self);
	if (rc < 0)
		return -1;
	return f->wanted & ~f->shared ? 0 : -1;
}

/* Our own side of one kind; *@have tells whether this kernel has it. */
static int look_at_ours(enum nsx_kind kind, struct nsx_ns_id *out, bool *have, struct nsx_error *e)
{
	struct nsx_stat st;
	int rc = nsx_ns_identify(0, kind, out);

	*have = rc == 0;
	if (rc == 0)
		return 0;
	if (rc == -ENOENT && nsx_sys_stat("/proc/self/ns", &st) == 0)
		return 0; /* a kernel without this kind */
	(void)nsx_ns_fail(e, NSX_STEP_CHECK, -rc, 0, kind);
	return nsx_hint(e, rc == -ENOENT ? NSX_HINT_PROC : NSX_HINT_NONE, 0);
}

static int learn(const struct nsx_request *rq, struct nsx_target *t, struct nsx_facts *f,
		 enum nsx_kind k, struct nsx_error *e)
{
	struct nsx_ns_fact *ns = &f->ns[k];
	bool have;
	int rc;

	if (look_at_ours(k, &ns->ours, &have, e) < 0)
		return -1;
	if (!have && !(rq->join & NSX_KIND_BIT(k)))
		return 0; /* --all means all that there are */
	if (!have) {
		(void)nsx_ns_fail(e, NSX_STEP_CHECK, ENOENT, 0, k);
		return nsx_hint(e, NSX_HINT_KERNEL, 0);
	}
	f->wanted |= NSX_KIND_BIT(k);
	ns->fd = nsx_source_open(rq, t, k, ns->from, e);
	if (ns->fd < 0)
		return -1;
	rc = nsx_nsfile_identify(ns->fd, &ns->theirs);
	if (rc < 0)
		return nsx_ns_fail(e, NSX_STEP_CHECK, -rc, t->proc_pid, k);
	if (nsx_ns_same(&ns->ours, &ns->theirs))
		f->shared |= NSX_KIND_BIT(k);
	return 0;
}

/*
 * The user namespace that owns what is to be joined.  Who owns what we share already does
 * not matter, and what our own one owns needs no other one.
 */
static int learn_owner(struct nsx_facts *f, struct nsx_error *e)
{
	struct nsx_ns_fact *user = &f->ns[NSX_USER];
	struct nsx_text text;
	bool have;

	if (look_at_ours(NSX_USER, &user->ours, &have, e) < 0)
		return -1;
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		nsx_autofd fd = NSX_NOFD;
		struct nsx_ns_id id = { 0, 0 };
		char from[NSX_FROM_BYTES];

		if (!(f->wanted & ~f->shared & NSX_KIND_BIT(k)))
			continue;
		fd = nsx_source_owner(f->ns[k].fd, k, from, e);
		if (fd < 0)
			return -1;
		(void)nsx_nsfile_identify(fd, &id); /* a namespace that is open has an inode */
		if (nsx_ns_same(&id, &user->ours) || nsx_ns_same(&id, &user->theirs))
			continue;
		if (user->fd != NSX_NOFD) {
			(void)nsx_fail(e, NSX_STEP_CHECK, EINVAL,
				       "user, but the others differ in their owner", from);
			return nsx_hint(e, NSX_HINT_OWNERS, 0);
		}
		user->theirs = id;
		user->fd = nsx_fd_take(&fd);
		text = nsx_text_on(user->from, sizeof(user->from));
		nsx_text_str(&text, from);
	}
	f->wanted |= NSX_KIND_BIT(NSX_USER);
	if (user->fd == NSX_NOFD) {
		user->theirs = user->ours;
		f->shared |= NSX_KIND_BIT(NSX_USER);
	}
	return 0;
}

/* @name: "root" or "cwd" of the target, for where @dir is NULL. */
static int open_dir(struct nsx_target *t, const char *dir, const char *name, enum nsx_step step,
		    int *out, struct nsx_error *e)
{
	int fd;

	if (!dir && nsx_target_proc(t, e) < 0)
		return -1;
	fd = nsx_fd_openat(dir ? AT_FDCWD : t->proc, dir ? dir : name, O_PATH | O_DIRECTORY);
	if (fd < 0 && dir)
		return nsx_fail(e, step, -fd, dir, NULL);
	if (fd < 0) {
		(void)nsx_fail_number(e, step, -fd, "of the target", "PID ", (uint64_t)t->pid, "");
		return nsx_hint(e, fd == -EACCES ? NSX_HINT_PTRACE : NSX_HINT_NONE, 0);
	}
	*out = fd;
	return 0;
}

/* Behind the joins /proc may be another's, or none, and the label is written to it there. */
static int follow(const struct nsx_request *rq, struct nsx_target *t, const struct nsx_ns_id *user,
		  struct nsx_facts *f, struct nsx_error *e)
{
	if (nsx_follow_look(rq, t, user, &f->follow, e) < 0)
		return -1;
	if (!f->follow.labelled)
		return 0;
	f->proc = nsx_fd_openat(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY);
	return f->proc < 0 ? nsx_fail(e, NSX_STEP_OPEN, -f->proc, "/proc", NULL) : 0;
}

int nsx_facts_complete(const struct nsx_request *rq, struct nsx_target *t, struct nsx_facts *f,
		       struct nsx_error *e)
{
	struct nsx_ns_id user = { 0, 0 };

	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if ((nsx_request_kinds(rq) & NSX_KIND_BIT(k)) && learn(rq, t, f, k, e) < 0)
			return -1;
	if (rq->user_parent && !(nsx_request_kinds(rq) & NSX_KIND_BIT(NSX_USER)) &&
	    learn_owner(f, e) < 0)
		return -1;
	if (rq->join_cgroup && nsx_cgroups_open(t, &f->cgroups, e) < 0)
		return -1;
	if (rq->root && open_dir(t, rq->root_dir, "root", NSX_STEP_ROOT, &f->root, e) < 0)
		return -1;
	if (rq->wd && open_dir(t, rq->wd_dir, "cwd", NSX_STEP_CWD, &f->wd, e) < 0)
		return -1;
	if (f->wanted & ~f->shared & NSX_KIND_BIT(NSX_USER))
		user = f->ns[NSX_USER].theirs;
	if (nsx_follow_asked(rq) && follow(rq, t, &user, f, e) < 0)
		return -1;
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (f->ns[k].fd != NSX_NOFD)
			nsx_nsfile_owner(f->ns[k].fd, &user, &f->ns[k].owner, &f->ns[k].below);
	if (nsx_ns_identify(0, NSX_USER, &user) == 0)
		f->our_user = user.ino;
	f->pid = t->proc_pid;
	f->pidfd = all_from_target(rq) ? t->pidfd : NSX_NOFD;
	f->complete = true;
	return rq->target ? nsx_target_alive(t, e) : 0;
}
