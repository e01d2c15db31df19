/* SPDX-License-Identifier: Apache-2.0 */
#include "source.h"

#include <errno.h>

#include "sys_fd.h"
#include "sys_file.h"
#include "sys_namespace.h"
#include "sys_pidfd.h"
#include "text.h"

int nsx_source_of_target(struct nsx_target *t, enum nsx_kind kind, struct nsx_error *e)
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
		(void)nsx_ns_fail(e, NSX_STEP_OPEN, ESRCH, t->proc_pid, kind);
		return nsx_hint(e, NSX_HINT_GONE, 0);
	}
	(void)nsx_ns_fail(e, NSX_STEP_OPEN, -fd, t->proc_pid, kind);
	return nsx_hint(e, fd == -EACCES || fd == -EPERM ? NSX_HINT_PTRACE : NSX_HINT_NONE, 0);
}

static enum nsx_hint hint_getfd(int err)
{
	switch (err) {
	case EPERM:
		return NSX_HINT_GETFD;
	case ENOSYS:
		return NSX_HINT_GETFD_KERNEL;
	case ESRCH:
		return NSX_HINT_GONE;
	default:
		return NSX_HINT_NONE;
	}
}

static int fail_socket(const char *from, enum nsx_step step, int err, enum nsx_hint hint,
		       struct nsx_error *e)
{
	(void)nsx_fail(e, step, err, "net", from);
	return nsx_hint(e, hint, 0);
}

/*
 * Through a copy of the target's descriptor, ours for a moment.  It must be a socket, since
 * what else that ioctl means to a device nobody knows.
 */
static int open_of_socket(const struct nsx_target *t, int number, char from[NSX_FROM_BYTES],
			  struct nsx_error *e)
{
	struct nsx_text text = nsx_text_on(from, NSX_FROM_BYTES);
	nsx_autofd copy = NSX_NOFD;
	struct nsx_stat st;
	int fd;

	nsx_text_str(&text, "descriptor ");
	nsx_text_i64(&text, number);
	nsx_text_str(&text, " of PID ");
	nsx_text_i64(&text, t->pid);
	copy = t->pidfd == NSX_NOFD ? -ENOSYS : nsx_fd_lift(nsx_sys_pidfd_getfd(t->pidfd, number));
	if (copy < 0)
		return fail_socket(from, NSX_STEP_OPEN, -copy, hint_getfd(-copy), e);
	if (nsx_sys_fstat(copy, &st) < 0 || (st.mode & NSX_S_IFMT) != NSX_S_IFSOCK)
		return fail_socket(from, NSX_STEP_CHECK, ENOTSOCK, NSX_HINT_NONE, e);
	fd = nsx_fd_lift(nsx_sys_ioctl(copy, NSX_SIOCGSKNS, NULL));
	return fd < 0 ? fail_socket(from, NSX_STEP_CHECK, -fd,
				    fd == -EPERM ? NSX_HINT_SOCKET_NET : NSX_HINT_NONE, e)
		      : fd;
}

int nsx_source_owner(int fd, enum nsx_kind kind, char from[NSX_FROM_BYTES], struct nsx_error *e)
{
	struct nsx_text text = nsx_text_on(from, NSX_FROM_BYTES);
	int up = nsx_fd_lift(nsx_sys_ioctl(fd, NSX_NS_GET_USERNS, NULL));
	struct nsx_ns_id id = { 0, 0 };

	(void)nsx_nsfile_identify(fd, &id); /* else the text says 0 */
	nsx_text_str(&text, kind == NSX_USER ? "parent of " : "owner of ");
	nsx_text_str(&text, nsx_kind_table[kind].name);
	nsx_text_str(&text, ":[");
	nsx_text_u64(&text, id.ino);
	nsx_text_str(&text, "]");
	if (up >= 0)
		return up;
	(void)nsx_fail(e, NSX_STEP_CHECK, -up, "user", from);
	return nsx_hint(e, up == -EPERM ? NSX_HINT_OUTSIDE_OURS : NSX_HINT_NONE, 0);
}

static int open_file(const struct nsx_request *rq, enum nsx_kind kind, struct nsx_error *e)
{
	const char *file = rq->file[kind];
	struct nsx_who who;

	if (kind != NSX_NET || !rq->net_named)
		return nsx_nsfile_open(file, kind, e);
	return nsx_who_parse(file, &who, e) < 0 ? -1 : nsx_nsfile_open_named(file, who.bare, e);
}

int nsx_source_open(const struct nsx_request *rq, struct nsx_target *t, enum nsx_kind kind,
		    char from[NSX_FROM_BYTES], struct nsx_error *e)
{
	nsx_autofd fd = NSX_NOFD;

	if (kind == NSX_NET && rq->net_socket)
		return open_of_socket(t, rq->socket, from, e);
	fd = rq->file[kind] ? open_file(rq, kind, e) : nsx_source_of_target(t, kind, e);
	if (fd >= 0 && kind == NSX_USER && rq->user_parent)
		return nsx_source_owner(fd, kind, from, e);
	return nsx_fd_take(&fd);
}
