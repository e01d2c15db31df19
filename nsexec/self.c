/* SPDX-License-Identifier: Apache-2.0 */
#include "self.h"

#include "sys_fd.h"
#include "sys_file.h"
#include "sys_pidfd.h"
#include "sys_process.h"
#include "sys_thread.h"
#include "text.h"

void nsx_self_init(struct nsx_self *s)
{
	*s = (struct nsx_self){ .pidfd = NSX_NOFD };
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		s->ns[k] = NSX_NOFD;
}

void nsx_self_close(struct nsx_self *s)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		nsx_fd_close(&s->ns[k]);
	nsx_fd_close(&s->pidfd);
}

int nsx_self_pid(struct nsx_self *s)
{
	if (s->pid)
		return s->pid;
	if (s->alive) {
		*s->alive = 1;
		s->pid = (int)nsx_sys_set_tid_address((unsigned long)s->alive);
	}
	if (s->pid < 0) /* somebody keeps us from it, and so from what needs it */
		s->alive = NULL;
	if (s->pid <= 0)
		s->pid = nsx_sys_getpid();
	return s->pid;
}

int nsx_self_pidfd(struct nsx_self *s)
{
	int fd;

	if (s->pidfd != NSX_NOFD)
		return s->pidfd;
	fd = nsx_fd_pidfd(nsx_self_pid(s));
	if (fd >= 0)
		s->pidfd = fd;
	return fd;
}

/* Left open: closing is one more call, and exec does it. */
static int by_pidfd(struct nsx_self *s, enum nsx_kind kind, struct nsx_ns_id *out)
{
	/* PIDFD_GET_*_NAMESPACE, <linux/pidfd.h>; pid and time have two */
	static const unsigned char number[NSX_KIND_COUNT] = {
		[NSX_CGROUP] = 1, [NSX_IPC] = 2,  [NSX_MNT] = 3,  [NSX_NET] = 4,
		[NSX_PID] = 5,	  [NSX_TIME] = 7, [NSX_USER] = 9, [NSX_UTS] = 10,
	};
	int rc = nsx_self_pidfd(s);

	if (rc >= 0)
		rc = nsx_fd_lift(nsx_sys_ioctl(rc, NSX_PIDFD_GET_NAMESPACE + number[kind], NULL));
	if (rc < 0)
		return rc;
	nsx_fd_close(&s->ns[kind]);
	s->ns[kind] = rc;
	rc = nsx_nsfile_identify(rc, out);
	out->dev = 0;
	return rc;
}

int nsx_self_identify(struct nsx_self *s, enum nsx_kind kind, struct nsx_ns_id *out)
{
	char path[NSX_NS_PATH_BYTES];

	s->told = by_pidfd(s, kind, out) == 0;
	if (s->told)
		return 0;
	nsx_ns_path(path, 0, kind);
	return nsx_ns_name(path, out);
}

bool nsx_self_is_shown(struct nsx_self *s)
{
	char name[16];
	const long n = nsx_sys_readlink("/proc/self", name, sizeof(name) - 1);
	uint64_t pid;

	if (n < 0)
		return false;
	name[n] = '\0';
	return nsx_text_number(name, INT32_MAX, &pid) && (int)pid == nsx_self_pid(s);
}
