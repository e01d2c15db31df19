/* SPDX-License-Identifier: Apache-2.0 */
#include "nsfile.h"

#include <errno.h>

#include "sys_fd.h"
#include "sys_file.h"
#include "sys_identity.h"
#include "sys_namespace.h"
#include "text.h"

enum { NAMED_PATH_BYTES = 320 }; /* a directory and a name of 255 bytes */

bool nsx_ns_same(const struct nsx_ns_id *a, const struct nsx_ns_id *b)
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

int nsx_ns_fail(struct nsx_error *e, enum nsx_step step, int err, int pid, enum nsx_kind kind)
{
	char path[NSX_NS_PATH_BYTES];

	nsx_ns_path(path, pid, kind);
	return nsx_fail(e, step, err, nsx_kind_table[kind].name, path);
}

int nsx_ns_identify(int pid, enum nsx_kind kind, struct nsx_ns_id *out)
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

/* "net:[4026531840]" */
int nsx_ns_name(const char *path, struct nsx_ns_id *out)
{
	char name[48];
	const long n = nsx_sys_readlink(path, name, sizeof(name) - 1);
	const char *at = name;
	uint64_t ino;

	if (n < 0)
		return (int)n;
	name[n] = '\0';
	while (*at && *at != '[')
		at++;
	if (!*at || !nsx_text_digits(at + 1, UINT64_MAX, &ino))
		return -EINVAL;
	*out = (struct nsx_ns_id){ 0, ino };
	return 0;
}

int nsx_nsfile_identify(int fd, struct nsx_ns_id *out)
{
	struct nsx_stat st;
	int rc = nsx_sys_fstat(fd, &st);

	if (rc == 0)
		*out = (struct nsx_ns_id){ st.dev, st.ino };
	return rc;
}

int nsx_nsfile_check(int fd, enum nsx_kind kind, const char *file, struct nsx_error *e)
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

/* The numbers of ":ID" or ":ID:INODE".  Return: false: it is neither. */
static bool parse_id(const char *file, struct nsx_ns_handle *h)
{
	uint64_t inode = 0;
	const char *rest = nsx_text_digits(file + 1, UINT64_MAX, &h->id);

	if (!rest || !h->id)
		return false;
	if (*rest && (*rest != ':' || !nsx_text_number(rest + 1, UINT32_MAX, &inode) || !inode))
		return false;
	h->inode = (uint32_t)inode;
	return true;
}

/* Does this kernel find a namespace by its id alone?  It would find our own. */
static bool finds_by_id(enum nsx_kind kind)
{
	struct nsx_ns_handle h = { NSX_NS_HANDLE_BYTES, NSX_NS_HANDLE_TYPE, 0, 0, 0 };
	char path[NSX_NS_PATH_BYTES];
	nsx_autofd ours = NSX_NOFD, again = NSX_NOFD;

	nsx_ns_path(path, 0, kind);
	ours = nsx_fd_openat(AT_FDCWD, path, O_RDONLY);
	if (ours < 0 || nsx_sys_ioctl(ours, NSX_NS_GET_ID, &h.id) < 0)
		return false;
	again = nsx_fd_lift(nsx_sys_open_ns(&h));
	return again >= 0;
}

/* What there is not, and what we may not, is ESTALE alike; so is an older kernel's no. */
static int open_by_id(const char *file, enum nsx_kind kind, struct nsx_error *e)
{
	struct nsx_ns_handle h = { NSX_NS_HANDLE_BYTES, NSX_NS_HANDLE_TYPE, 0, 0, 0 };
	int fd;

	if (!parse_id(file, &h))
		return nsx_fail(e, NSX_STEP_OPEN, 0, "neither a path nor :ID nor :ID:INODE", file);
	if (h.inode)
		h.kind = nsx_kind_table[kind].flag;
	fd = nsx_fd_lift(nsx_sys_open_ns(&h));
	if (fd >= 0)
		return fd;
	(void)nsx_fail(e, NSX_STEP_OPEN, -fd, nsx_kind_table[kind].name, file);
	if (fd == -ESTALE && (h.inode || finds_by_id(kind)))
		return nsx_hint(e, NSX_HINT_NS_ID, 0);
	if (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM)
		return -1;
	return nsx_hint(e, NSX_HINT_NS_ID_KERNEL, 0);
}

/* O_NONBLOCK: a FIFO by mistake must not hang us. */
static int open_path(const char *file, enum nsx_kind kind, struct nsx_error *e)
{
	int fd = nsx_fd_openat(AT_FDCWD, file, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	return fd < 0 ? nsx_fail(e, NSX_STEP_OPEN, -fd, nsx_kind_table[kind].name, file) : fd;
}

int nsx_nsfile_open(const char *file, enum nsx_kind kind, struct nsx_error *e)
{
	nsx_autofd fd = *file == ':' ? open_by_id(file, kind, e) : open_path(file, kind, e);

	if (fd < 0 || nsx_nsfile_check(fd, kind, file, e) < 0)
		return -1;
	return nsx_fd_take(&fd);
}

int nsx_nsfile_open_named(const char *who, const char *name, struct nsx_error *e)
{
	static const char dirs[][16] = { "/run/netns/", "/var/run/netns/" };
	nsx_autofd fd = -ENOENT;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs) && fd == -ENOENT; i++) {
		char path[NAMED_PATH_BYTES];
		struct nsx_text t = nsx_text_on(path, sizeof(path));

		nsx_text_str(&t, dirs[i]);
		nsx_text_str(&t, name);
		fd = t.cut ? -ENAMETOOLONG
			   : nsx_fd_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	}
	if (fd < 0) {
		(void)nsx_fail(e, NSX_STEP_TARGET, -fd, "network namespace", who);
		return nsx_hint(e, fd == -ENOENT ? NSX_HINT_NETNS : NSX_HINT_NONE, 0);
	}
	return nsx_nsfile_check(fd, NSX_NET, who, e) < 0 ? -1 : nsx_fd_take(&fd);
}

/* CAP_SYS_ADMIN, in our own user namespace? */
static bool we_are_admin(void)
{
	enum { CAP_SYS_ADMIN_NUMBER = 21 };

	return nsx_sys_effective_caps() >> CAP_SYS_ADMIN_NUMBER & 1;
}

/*
 * Where the kernel cannot say (ENOTTY), an administrator has the right already,
 * and others can only gain it.
 */
void nsx_nsfile_owner(int fd, const struct nsx_ns_id *user, uint64_t *owner, bool *below)
{
	nsx_autofd up = nsx_fd_lift(nsx_sys_ioctl(fd, NSX_NS_GET_USERNS, NULL));
	struct nsx_ns_id id;

	if (up == -ENOTTY && user->ino)
		*below = !we_are_admin();
	for (bool first = true; up >= 0 && nsx_nsfile_identify(up, &id) == 0; first = false) {
		int next;

		if (first)
			*owner = id.ino;
		*below = nsx_ns_same(&id, user);
		if (*below || !user->ino)
			return;
		next = nsx_fd_lift(nsx_sys_ioctl(up, NSX_NS_GET_PARENT, NULL));
		nsx_fd_close(&up);
		up = next;
	}
}
