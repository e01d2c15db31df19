/* SPDX-License-Identifier: Apache-2.0 */
#include "where.h"

#include <errno.h>

#include "api.h"
#include "kindset.h"
#include "source.h"
#include "sys_fd.h"
#include "sys_file.h"
#include "sys_pidfd.h"
#include "sys_thread.h"
#include "text.h"

void nsx_where_init(struct nsx_where *p)
{
	*p = (struct nsx_where){ 0 };
	nsx_target_init(&p->target);
}

void nsx_where_close(struct nsx_where *p)
{
	nsx_target_close(&p->target);
}

void nsx_where_name(const struct nsexec_where *w, char name[NSX_PLACE_BYTES])
{
	static const char names[][12] = {
		[NSEXEC_OF_PID] = "PID ",	[NSEXEC_OF_PIDFD] = "pidfd:",
		[NSEXEC_OF_THREAD] = "thread ", [NSEXEC_AT_PATH] = "path",
		[NSEXEC_AT_FD] = "descriptor ",
	};
	struct nsx_text t = nsx_text_on(name, NSX_PLACE_BYTES);
	const bool is_one = w->place >= 0 && (size_t)w->place < sizeof(names) / sizeof(names[0]);

	nsx_text_str(&t, is_one ? names[w->place] : "place ");
	if (w->place != NSEXEC_AT_PATH)
		nsx_text_i64(&t, is_one ? w->number : w->place);
}

static int fail(const struct nsexec_where *w, enum nsx_step step, int err, const char *what,
		struct nsx_error *e)
{
	char place[NSX_PLACE_BYTES];

	nsx_where_name(w, place);
	return nsx_fail(e, step, err, what, place);
}

static int look_at_process(const struct nsexec_where *w, struct nsx_where *p, struct nsx_error *e)
{
	const struct nsx_who by_pid = { .pid = w->number, .pidfd = NSX_NOFD };
	const struct nsx_who by_pidfd = { .pidfd = w->number };
	const bool is_pid = w->place == NSEXEC_OF_PID;

	if (is_pid ? w->number <= 0 : w->number < 0)
		return fail(w, NSX_STEP_TARGET, 0, is_pid ? "not a PID" : "not a pidfd", e);
	return nsx_target_open(is_pid ? &by_pid : &by_pidfd, &p->target, e);
}

/* Its directory holds the calling thread itself, by whatever number this /proc knows it. */
static int look_at_caller(struct nsx_target *t, struct nsx_error *e)
{
	static const char dir[] = "/proc/thread-self";
	int fd = nsx_fd_openat(AT_FDCWD, dir, O_PATH | O_DIRECTORY);

	t->pid = t->proc_pid = nsx_sys_gettid();
	if (fd < 0) {
		(void)nsx_fail(e, NSX_STEP_OPEN, -fd, dir, NULL);
		return nsx_hint(e, fd == -ENOENT ? NSX_HINT_PROC : NSX_HINT_NONE, 0);
	}
	t->proc = fd;
	return 0;
}

/* Before Linux 6.9 pinned by its directory alone, which /proc has for every thread. */
static int look_at_thread(const struct nsexec_where *w, struct nsx_target *t, struct nsx_error *e)
{
	int fd;

	if (w->number < 0)
		return fail(w, NSX_STEP_TARGET, 0, "not a thread id", e);
	if (w->number == 0)
		return look_at_caller(t, e);
	t->pid = w->number;
	fd = nsx_fd_lift(nsx_sys_pidfd_open_thread(w->number));
	if (fd >= 0)
		t->pidfd = fd;
	if (fd == -ESRCH || fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM)
		return fail(w, NSX_STEP_TARGET, -fd, "thread", e);
	return nsx_target_proc(t, e);
}

int nsx_where_look(const struct nsexec_where *w, struct nsx_where *p, struct nsx_error *e)
{
	p->asked = w;
	switch (w->place) {
	case NSEXEC_OF_PID:
	case NSEXEC_OF_PIDFD:
		return look_at_process(w, p, e);
	case NSEXEC_OF_THREAD:
		return look_at_thread(w, &p->target, e);
	case NSEXEC_AT_PATH:
		/* An empty path is a mistake, and no file that is gone. */
		return w->path && *w->path ? 0 : fail(w, NSX_STEP_OPEN, 0, "empty", e);
	case NSEXEC_AT_FD:
		return 0;
	default:
		return fail(w, NSX_STEP_TARGET, 0, "not one of enum nsexec_place", e);
	}
}

static int copy_given(const struct nsexec_where *w, enum nsx_kind kind, struct nsx_error *e)
{
	char place[NSX_PLACE_BYTES];
	nsx_autofd fd = nsx_sys_fcntl(w->number, F_DUPFD_CLOEXEC, 3);

	nsx_where_name(w, place);
	if (fd < 0)
		return nsx_fail(e, NSX_STEP_OPEN, -fd, nsx_kind_table[kind].name, place);
	return nsx_nsfile_check(fd, kind, place, e) < 0 ? -1 : nsx_fd_take(&fd);
}

static int take_of_target(struct nsx_target *t, enum nsx_kind kind, struct nsx_error *e)
{
	char path[NSX_NS_PATH_BYTES];
	nsx_autofd fd = nsx_source_of_target(t, kind, e);

	nsx_ns_path(path, t->proc_pid, kind);
	return fd < 0 || nsx_nsfile_check(fd, kind, path, e) < 0 ? -1 : nsx_fd_take(&fd);
}

static int take(struct nsx_where *p, enum nsx_kind kind, struct nsx_error *e)
{
	switch (p->asked->place) {
	case NSEXEC_AT_PATH:
		return nsx_nsfile_open(p->asked->path, kind, e);
	case NSEXEC_AT_FD:
		return copy_given(p->asked, kind, e);
	default:
		return take_of_target(&p->target, kind, e);
	}
}

/* Not there: because this kernel has none for anybody? */
static bool kernel_lacks(enum nsx_kind kind)
{
	struct nsx_error ignored = { 0 }; /* then that is not known, and no reason */
	nsx_kinds have;

	return nsx_api_kernel_kinds(&have, &ignored) == 0 && !(have & NSX_KIND_BIT(kind));
}

int nsx_where_take(struct nsx_where *p, enum nsx_kind kind, struct nsx_error *e)
{
	struct nsx_error why = { 0 };
	const int fd = take(p, kind, &why);

	if (fd >= 0)
		return fd;
	if (e->step != NSX_STEP_NONE)
		return -1;
	if (nsx_where_is_gone(p->asked, &why) && kernel_lacks(kind)) {
		why = (struct nsx_error){ 0 };
		(void)nsx_fail(&why, NSX_STEP_CHECK, ENOENT, nsx_kind_table[kind].name, NULL);
		(void)nsx_hint(&why, NSX_HINT_KERNEL, 0);
	}
	*e = why;
	return -1;
}

int nsx_where_open(const struct nsexec_where *w, enum nsx_kind kind, struct nsx_error *e)
{
	struct nsx_where p;
	int fd;

	nsx_where_init(&p);
	fd = nsx_where_look(w, &p, e) < 0 ? -1 : nsx_where_take(&p, kind, e);
	nsx_where_close(&p);
	return fd;
}

/* HINT_PROC: the process may well be there, but not in this /proc. */
bool nsx_where_is_gone(const struct nsexec_where *w, const struct nsx_error *e)
{
	if ((e->step != NSX_STEP_TARGET && e->step != NSX_STEP_OPEN) || e->hint == NSX_HINT_PROC)
		return false;
	return e->err == ESRCH || (e->err == ENOENT && w->place == NSEXEC_AT_PATH);
}

static bool is(enum nsx_kind kind, const char *tail, const struct nsx_ns_id *id)
{
	char path[NSX_OUR_PATH_BYTES];
	struct nsx_stat st;

	nsx_api_our_path(path, kind, tail);
	if (nsx_sys_stat(path, &st) < 0)
		return false; /* one for children may have no process yet */
	return nsx_ns_same(&(struct nsx_ns_id){ st.dev, st.ino }, id);
}

bool nsx_where_is_ours(enum nsx_kind kind, const struct nsx_ns_id *id)
{
	const bool for_children = kind == NSX_PID || kind == NSX_TIME;

	return is(kind, "", id) && (!for_children || is(kind, "_for_children", id));
}

int nsexec_open(const struct nsexec_where *where, int kind, struct nsexec_error *e)
{
	struct nsx_error error = { 0 };
	enum nsx_kind k;
	int fd = nsx_api_kind(kind, &k, &error) < 0 ? -1 : nsx_where_open(where, k, &error);

	return fd < 0 ? nsx_api_fail(e, &error) : fd;
}

int nsexec_identify(const struct nsexec_where *where, int kind, struct nsexec_id *id,
		    struct nsexec_error *e)
{
	struct nsx_error error = { 0 };
	struct nsx_ns_id found;
	enum nsx_kind k;
	nsx_autofd fd = NSX_NOFD;
	int rc;

	if (nsx_api_kind(kind, &k, &error) < 0)
		return nsx_api_fail(e, &error);
	fd = nsx_where_open(where, k, &error);
	if (fd < 0) {
		(void)nsx_api_fail(e, &error);
		return nsx_where_is_gone(where, &error) ? NSEXEC_GONE : -1;
	}
	rc = nsx_nsfile_identify(fd, &found);
	if (rc < 0) {
		(void)nsx_fail(&error, NSX_STEP_CHECK, -rc, nsx_kind_table[k].name, NULL);
		return nsx_api_fail(e, &error);
	}
	*id = (struct nsexec_id){ found.dev, found.ino };
	return 0;
}

/* @tid: 0: of the process. */
static int path_of(int pid, int tid, int kind, char *buf, size_t size, struct nsexec_error *e)
{
	struct nsx_error error = { 0 };
	char path[72];
	struct nsx_text t = nsx_text_on(path, sizeof(path));
	enum nsx_kind k;

	if (nsx_api_kind(kind, &k, &error) < 0)
		return nsx_api_fail(e, &error);
	nsx_text_str(&t, "/proc/");
	nsx_text_i64(&t, pid);
	if (tid) {
		nsx_text_str(&t, "/task/");
		nsx_text_i64(&t, tid);
	}
	nsx_text_str(&t, "/ns/");
	nsx_text_str(&t, nsx_kind_table[k].name);
	if (pid <= 0 || tid < 0)
		(void)nsx_fail(&error, NSX_STEP_OPTIONS, 0, "not the PID or id of anybody", path);
	else if (t.len >= size)
		(void)nsx_fail(&error, NSX_STEP_OPTIONS, ERANGE, "path is longer than its buffer",
			       path);
	if (error.step != NSX_STEP_NONE)
		return nsx_api_fail(e, &error);
	(void)nsx_api_give(&t, buf, size); /* as long as it is known to be */
	return 0;
}

int nsexec_path(int pid, int kind, char *buf, size_t size, struct nsexec_error *e)
{
	return path_of(pid, 0, kind, buf, size, e);
}

int nsexec_path_of_thread(int pid, int tid, int kind, char *buf, size_t size,
			  struct nsexec_error *e)
{
	/* No thread has the number 0, which stands for no thread above. */
	return path_of(pid, tid ? tid : -1, kind, buf, size, e);
}
