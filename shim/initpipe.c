/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

#include "initpipe.h"

#include <errno.h>

#include "bootstrap.h"
#include "fd.h"
#include "inert.h"
#include "sys_fd.h"
#include "sys_memory.h"
#include "text.h"

/* runc's levels, as far as we have something to say at them. */
enum { RUNC_FATAL = 1, RUNC_DEBUG = 5 };

/* Of one that is there twice, the first, as getenv(3) has it. */
static void take(const char *rest, const char *name, const char **out)
{
	const char *value = nsx_text_after(rest, name);

	if (value && *value && !*out)
		*out = value;
}

NSX_INERT bool nsx_initpipe_find(char *const *env, struct nsx_initpipe *out)
{
	*out = (struct nsx_initpipe){ 0 };
	for (; *env; env++) {
		const char *rest;

		if (nsx_text_begins(*env, 'N', 'S'))
			take(*env, "NSEXEC_TRACE=", &out->trace);
		if (!nsx_text_begins(*env, '_', 'L') ||
		    !(rest = nsx_text_after(*env, "_LIBCONTAINER_")))
			continue;
		take(rest, "INITPIPE=", &out->pipe);
		take(rest, "LOGPIPE=", &out->log);
		take(rest, "LOGLEVEL=", &out->level);
	}
	return out->pipe;
}

static int number(const char *value, const char *name, int *out, struct nsx_error *e)
{
	uint64_t n;

	if (!nsx_text_number(value, INT32_MAX, &n))
		return nsx_fail(e, NSX_STEP_READ, 0, name, value);
	*out = (int)n;
	return 0;
}

/* The level says nothing where there is no pipe. */
int nsx_initpipe_log(const struct nsx_initpipe *p, struct nsx_log *out, struct nsx_error *e)
{
	int level = RUNC_DEBUG;

	*out = (struct nsx_log){ .level = NSX_LOG_ERROR, .fd = NSX_NOFD, .form = NSX_LOG_RUNC };
	if (!p->log)
		return 0;
	if (number(p->log, "_LIBCONTAINER_LOGPIPE is not a descriptor", &out->fd, e) < 0)
		return -1;
	if (nsx_sys_fcntl(out->fd, F_SETFD, FD_CLOEXEC) < 0) {
		out->fd = NSX_NOFD;
		return nsx_fail(e, NSX_STEP_READ, EBADF, "_LIBCONTAINER_LOGPIPE", p->log);
	}
	if (p->level && number(p->level, "_LIBCONTAINER_LOGLEVEL is not a level", &level, e) < 0)
		return -1;
	out->level = level < RUNC_FATAL	  ? NSX_LOG_OFF
		     : level < RUNC_DEBUG ? NSX_LOG_ERROR
					  : NSX_LOG_DEBUG;
	return 0;
}

static int fail(const struct nsx_initpipe *p, int err, const char *what, struct nsx_error *e)
{
	return nsx_fail(e, NSX_STEP_READ, err, what, p->pipe);
}

static int read_exactly(const struct nsx_initpipe *p, int fd, char *at, size_t left,
			struct nsx_error *e)
{
	while (left) {
		long rc = nsx_sys_read(fd, at, left);

		if (rc == 0)
			return fail(p, 0, "_LIBCONTAINER_INITPIPE ended inside the message", e);
		if (rc == -EAGAIN)
			rc = nsx_fd_await(fd);
		if (rc < 0)
			return fail(p, (int)-rc, "_LIBCONTAINER_INITPIPE", e);
		at += rc;
		left -= (size_t)rc;
	}
	return 0;
}

int nsx_initpipe_read(const struct nsx_initpipe *p, int *fd, struct nsx_message *m,
		      struct nsx_error *e)
{
	char header[NSX_BOOTSTRAP_HEADER];

	m->bytes = m->small;
	m->len = 0;
	if (number(p->pipe, "_LIBCONTAINER_INITPIPE is not a descriptor", fd, e) < 0)
		return -1;
	if (read_exactly(p, *fd, header, sizeof(header), e) < 0)
		return -1;
	if (nsx_bootstrap_length(header, &m->len, e) < 0)
		return -1;
	if (m->len > sizeof(m->small)) {
		long where = nsx_sys_mmap(m->len);

		if (where < 0)
			return fail(p, (int)-where, "memory for its message", e);
		m->bytes = (char *)(uintptr_t)where;
	}
	return read_exactly(p, *fd, m->bytes, m->len, e);
}

void nsx_message_free(struct nsx_message *m)
{
	if (m->bytes != m->small)
		(void)nsx_sys_munmap(m->bytes, m->len); /* cannot fail: it is a mapping */
	m->bytes = m->small;
	m->len = 0;
}
