/* SPDX-License-Identifier: Apache-2.0 */
#include "facts.h"

#include <errno.h>

#include "text.h"

void nsx_facts_init(struct nsx_facts *f)
{
	*f = (struct nsx_facts){ .pidfd = NSX_NOFD, .root = NSX_NOFD, .wd = NSX_NOFD };
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		f->ns[k].fd = NSX_NOFD;
}

void nsx_facts_close(struct nsx_facts *f)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		nsx_fd_close(&f->ns[k].fd);
	nsx_fd_close(&f->root);
	nsx_fd_close(&f->wd);
	f->pidfd = NSX_NOFD;
}

static bool same(const struct nsx_ns_id *a, const struct nsx_ns_id *b)
{
	return a->ino && a->ino == b->ino && a->dev == b->dev;
}

void nsx_ns_path(char path[NSX_NS_PATH_BYTES], int pid, enum nsx_kind kind)
{
	struct nsx_text t = nsx_text_on(path, NSX_NS_PATH_BYTES);

	nsx_text_str(&t, "/proc/");
	if (pid)
		nsx_text_u64(&t, (uint64_t)pid);
	else
		nsx_text_str(&t, "self");
	nsx_text_str(&t, "/ns/");
	nsx_text_str(&t, nsx_kind_table[kind].name);
}

/* Return: 0 or -errno. */
static int identify(int pid, enum nsx_kind kind, struct nsx_ns_id *out)
{
	char path[NSX_NS_PATH_BYTES];
	struct nsx_stat st;
	int rc;

	nsx_ns_path(path, pid, kind);
	rc = nsx_sys_stat(path, &st);
	if (rc == 0)
		*out = (struct nsx_ns_id){ st.dev, st.ino };
	return rc;
}

static int identify_fd(int fd, struct nsx_ns_id *out)
{
	struct nsx_stat st;
	int rc = nsx_sys_fstat(fd, &st);

	if (rc == 0)
		*out = (struct nsx_ns_id){ st.dev, st.ino };
	return rc;
}

static bool all_from_target(const struct nsx_request *rq)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (rq->file[k])
			return false;
	return rq->target && nsx_request_kinds(rq);
}

/*
 * Does /proc know the target by the PID that we know it by?  In the first PID
 * namespace, of fixed inode, there is nothing to ask: a /proc of any other does not
 * show us, and so has no /proc/self.
 */
static bool proc_agrees(const struct nsx_target *t, const struct nsx_facts *f)
{
	static const uint64_t first_pid = 0xeffffffc; /* PID_NS_INIT_INO, <linux/nsfs.h> */
	struct nsx_ns_id ours = f->ns[NSX_PID].ours;

	if (!ours.ino && identify(0, NSX_PID, &ours) < 0)
		return false;
	return ours.ino == first_pid || nsx_target_proc_pid(t) == t->pid;
}

/*
 * The user namespace of the first process has a fixed inode.  Nobody else can
 * join it: who is not in it has no right over it.
 */
static int compare(int pid, enum nsx_kind k, struct nsx_facts *f)
{
	static const uint64_t first_user = 0xeffffffd; /* USER_NS_INIT_INO, <linux/nsfs.h> */
	struct nsx_ns_fact *ns = &f->ns[k];

	if (identify(pid, k, &ns->theirs) < 0)
		return -1;
	if (k == NSX_USER && ns->theirs.ino == first_user)
		ns->ours = ns->theirs;
	else if (identify(0, k, &ns->ours) < 0)
		return -1;
	if (same(&ns->ours, &ns->theirs))
		f->shared |= NSX_KIND_BIT(k);
	return 0;
}

/*
 * The process that is looked at by its PID is the pinned one if that still lives,
 * as the setns() that follows finds out; so there must be one that follows.
 */
int nsx_facts_quick(const struct nsx_request *rq, struct nsx_target *t, struct nsx_facts *f)
{
	static const unsigned char compared[] = { NSX_USER, NSX_MNT, NSX_PID };
	const nsx_kinds wanted = nsx_request_kinds(rq);
	bool looked = false;

	if (t->pidfd == NSX_NOFD || !all_from_target(rq) || rq->root || rq->wd)
		return -1;
	f->wanted = wanted;
	f->pid = t->pid;
	f->pidfd = t->pidfd;
	for (size_t i = 0; i < sizeof(compared); i++) {
		if (!(wanted & NSX_KIND_BIT(compared[i])))
			continue;
		if (compare(t->pid, compared[i], f) < 0)
			return -1;
		looked = true;
	}
	if (looked && !proc_agrees(t, f))
		return -1;
	return wanted & ~f->shared ? 0 : -1;
}

static int fail_ns(enum nsx_step step, int err, int pid, enum nsx_kind kind, struct nsx_error *e)
{
	char path[NSX_NS_PATH_BYTES];

	nsx_ns_path(path, pid, kind);
	return nsx_fail(e, step, err, nsx_kind_table[kind].name, path);
}

/* Our own side of one kind; *@have tells whether this kernel has it. */
static int look_at_ours(enum nsx_kind kind, struct nsx_ns_id *out, bool *have, struct nsx_error *e)
{
	struct nsx_stat st;
	int rc = identify(0, kind, out);

	*have = rc == 0;
	if (rc == 0)
		return 0;
	if (rc == -ENOENT && nsx_sys_stat("/proc/self/ns", &st) == 0)
		return 0; /* a kernel without this kind */
	(void)fail_ns(NSX_STEP_CHECK, -rc, 0, kind, e);
	return nsx_hint(e, rc == -ENOENT ? NSX_HINT_PROC : NSX_HINT_NONE, 0);
}

static int open_from_target(struct nsx_target *t, enum nsx_kind kind, struct nsx_error *e)
{
	char path[NSX_NS_PATH_BYTES];
	struct nsx_text text = nsx_text_on(path, sizeof(path));
	int fd;

	if (nsx_target_proc(t, e) < 0)
		return -1;
	nsx_text_str(&text, "ns/");
	nsx_text_str(&text, nsx_kind_table[kind].name);
	fd = nsx_fd_openat(t->proc, path, O_RDONLY);
	if (fd >= 0)
		return fd;
	if (nsx_target_alive(t, e) < 0)
		return -1;
	/* ENOENT: a zombie has left its namespaces already. */
	if (fd == -ENOENT || fd == -ESRCH) {
		(void)fail_ns(NSX_STEP_OPEN, ESRCH, t->proc_pid, kind, e);
		return nsx_hint(e, NSX_HINT_GONE, 0);
	}
	(void)fail_ns(NSX_STEP_OPEN, -fd, t->proc_pid, kind, e);
	return nsx_hint(e, fd == -EACCES || fd == -EPERM ? NSX_HINT_PTRACE : NSX_HINT_NONE, 0);
}

/* Is @fd what its name claims?  Asked before anything has changed. */
static int check_file(int fd, enum nsx_kind kind, const char *file, struct nsx_error *e)
{
	uint64_t fs[16] = { 0 };
	char what[64];
	struct nsx_text t = nsx_text_on(what, sizeof(what));
	int rc = nsx_sys_fstatfs(fd, fs);
	enum nsx_kind really;

	nsx_text_str(&t, nsx_kind_table[kind].name);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_CHECK, -rc, what, file);
	if (fs[0] != NSX_NSFS_MAGIC) {
		nsx_text_str(&t, ", from a file that is no namespace");
		(void)nsx_fail(e, NSX_STEP_CHECK, EINVAL, what, file);
		return nsx_hint(e, NSX_HINT_NOT_A_NAMESPACE, 0);
	}
	rc = nsx_sys_ioctl(fd, NSX_NS_GET_NSTYPE, NULL);
	if (rc == -ENOTTY || (rc >= 0 && (unsigned)rc == nsx_kind_table[kind].flag))
		return 0; /* ENOTTY: before Linux 4.11; setns() itself will check the kind */
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_CHECK, -rc, what, file);
	really = nsx_kind_by_flag((unsigned)rc);
	nsx_text_str(&t, ", from a namespace of kind ");
	nsx_text_str(&t, really < NSX_KIND_COUNT ? nsx_kind_table[really].name : "unknown");
	return nsx_fail(e, NSX_STEP_CHECK, EINVAL, what, file);
}

/* O_NONBLOCK: a FIFO by mistake must not hang us. */
static int open_file(const char *file, enum nsx_kind kind, struct nsx_error *e)
{
	nsx_autofd fd = nsx_fd_openat(AT_FDCWD, file, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return nsx_fail(e, NSX_STEP_OPEN, -fd, nsx_kind_table[kind].name, file);
	if (check_file(fd, kind, file, e) < 0)
		return -1;
	return nsx_fd_take(&fd);
}

/* CAP_SYS_ADMIN, in our own user namespace? */
static bool we_are_admin(void)
{
	enum { CAP_SYS_ADMIN_NUMBER = 21 };

	return nsx_sys_effective_caps() >> CAP_SYS_ADMIN_NUMBER & 1;
}

/*
 * Who owns it, and is that @user (if it is any) or a user namespace below it?
 * Where the kernel cannot say (ENOTTY), an administrator has the right already,
 * and others can only gain it.
 */
static void ask_owner(struct nsx_ns_fact *ns, const struct nsx_ns_id *user)
{
	nsx_autofd up = nsx_fd_lift(nsx_sys_ioctl(ns->fd, NSX_NS_GET_USERNS, NULL));
	struct nsx_ns_id id;

	if (up == -ENOTTY && user->ino)
		ns->below = !we_are_admin();
	for (bool first = true; up >= 0 && identify_fd(up, &id) == 0; first = false) {
		int next;

		if (first)
			ns->owner = id.ino;
		ns->below = same(&id, user);
		if (ns->below || !user->ino)
			return;
		next = nsx_fd_lift(nsx_sys_ioctl(up, NSX_NS_GET_PARENT, NULL));
		nsx_fd_close(&up);
		up = next;
	}
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
		(void)fail_ns(NSX_STEP_CHECK, ENOENT, 0, k, e);
		return nsx_hint(e, NSX_HINT_KERNEL, 0);
	}
	f->wanted |= NSX_KIND_BIT(k);
	ns->fd = rq->file[k] ? open_file(rq->file[k], k, e) : open_from_target(t, k, e);
	if (ns->fd < 0)
		return -1;
	rc = identify_fd(ns->fd, &ns->theirs);
	if (rc < 0)
		return fail_ns(NSX_STEP_CHECK, -rc, t->proc_pid, k, e);
	if (same(&ns->ours, &ns->theirs))
		f->shared |= NSX_KIND_BIT(k);
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

int nsx_facts_complete(const struct nsx_request *rq, struct nsx_target *t, struct nsx_facts *f,
		       struct nsx_error *e)
{
	struct nsx_ns_id user = { 0, 0 };

	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if ((nsx_request_kinds(rq) & NSX_KIND_BIT(k)) && learn(rq, t, f, k, e) < 0)
			return -1;
	if (rq->root && open_dir(t, rq->root_dir, "root", NSX_STEP_ROOT, &f->root, e) < 0)
		return -1;
	if (rq->wd && open_dir(t, rq->wd_dir, "cwd", NSX_STEP_CWD, &f->wd, e) < 0)
		return -1;
	if (f->wanted & ~f->shared & NSX_KIND_BIT(NSX_USER))
		user = f->ns[NSX_USER].theirs;
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (f->ns[k].fd != NSX_NOFD)
			ask_owner(&f->ns[k], &user);
	if (identify(0, NSX_USER, &user) == 0)
		f->our_user = user.ino;
	f->pid = t->proc_pid;
	f->pidfd = all_from_target(rq) ? t->pidfd : NSX_NOFD;
	f->complete = true;
	return rq->target ? nsx_target_alive(t, e) : 0;
}
