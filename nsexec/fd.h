/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors: absent, closing themselves, handed over.  All that are opened
 * through here are O_CLOEXEC and above 2, so that a caller who closed a standard
 * stream never finds an error message of ours in a descriptor of ours.
 */
#ifndef NSX_FD_H
#define NSX_FD_H

#include "sys_fd.h"
#include "sys_file.h"
#include "sys_pidfd.h"
#include "sys_socket.h"

#define NSX_NOFD (-1) /* the only invalid descriptor value in this tree */

/*
 * Forgotten first: who is killed between the two, in a table that others have too, must not
 * leave a number that may be somebody else's by then.
 */
static inline void nsx_fd_close(int *fd)
{
	const int was = *fd;

	*fd = NSX_NOFD;
	if (was >= 0)
		(void)nsx_sys_close(was); /* the number is free either way */
}

/* nsx_autofd fd = NSX_NOFD;  closed on every way out of the block. */
#define nsx_autofd __attribute__((cleanup(nsx_fd_close))) int

/* Hand ownership to the caller: return nsx_fd_take(&fd); */
static inline int nsx_fd_take(int *fd)
{
	int out = *fd;

	*fd = NSX_NOFD;
	return out;
}

/* A fresh descriptor (or -errno) in, the same file above 2 (or -errno) out. */
static inline int nsx_fd_lift(int fd)
{
	int high;

	if (fd < 0 || fd > 2)
		return fd;
	high = nsx_sys_fcntl(fd, F_DUPFD_CLOEXEC, 3);
	(void)nsx_sys_close(fd); /* replaced, or the error says why not */
	return high;
}

static inline int nsx_fd_openat(int dir, const char *path, int flags)
{
	return nsx_fd_lift(nsx_sys_openat(dir, path, flags | O_CLOEXEC));
}

/* A file of /proc, ended by NUL.  Return: bytes, or -errno; -E2BIG: it is longer. */
static inline long nsx_fd_read_text(int dir, const char *file, char *buf, size_t size)
{
	nsx_autofd fd = nsx_fd_openat(dir, file, O_RDONLY);
	size_t len = 0;
	long rc = fd;

	while (rc >= 0 && len < size) {
		rc = nsx_sys_read(fd, buf + len, size - len);
		if (rc == 0)
			break;
		len += rc > 0 ? (size_t)rc : 0;
	}
	buf[len < size ? len : size - 1] = '\0';
	return rc < 0 ? rc : len < size ? (long)len : -E2BIG;
}

/* A pidfd is born O_CLOEXEC. */
static inline int nsx_fd_pidfd(int pid)
{
	return nsx_fd_lift(nsx_sys_pidfd_open(pid));
}

/* Both or none of a fresh pair.  Return: 0 or -errno. */
static inline int nsx_fd_lift_pair(int pair[2])
{
	int rc;

	pair[0] = nsx_fd_lift(pair[0]);
	pair[1] = nsx_fd_lift(pair[1]);
	rc = pair[0] < 0 ? pair[0] : pair[1] < 0 ? pair[1] : 0;
	if (rc < 0) {
		nsx_fd_close(&pair[0]);
		nsx_fd_close(&pair[1]);
	}
	return rc;
}

/* A channel between two processes: what is sent arrives whole or not at all. */
static inline int nsx_fd_channel(int pair[2])
{
	enum { SEQPACKET_CLOEXEC = 5 | 02000000 };
	int rc = nsx_sys_socketpair(SEQPACKET_CLOEXEC, pair);

	return rc < 0 ? rc : nsx_fd_lift_pair(pair);
}

/* Wait for a descriptor that somebody has made non-blocking.  Return: 0 or -errno. */
static inline int nsx_fd_await(int fd)
{
	struct nsx_pollfd poll = { .fd = fd, .events = 1 };
	int rc;

	do
		rc = nsx_sys_poll(&poll, 1, -1);
	while (rc == -EINTR);
	return rc < 0 ? rc : 0;
}

/*
 * Close every descriptor but the @n of @keep, some of which may be NSX_NOFD.  Before
 * Linux 5.9 one by one, up to the usual limit; most of these are not open.
 */
static inline void nsx_fd_close_all_but(const int *keep, size_t n)
{
	enum { USUAL_LIMIT = 1024 };
	int from = 0, next;

	do {
		next = INT32_MAX;
		for (size_t i = 0; i < n; i++)
			if (keep[i] >= from && keep[i] < next)
				next = keep[i];
		if (next > from && nsx_sys_close_range((unsigned)from, (unsigned)next - 1) < 0)
			for (int fd = from; fd < next && fd < USUAL_LIMIT; fd++)
				(void)nsx_sys_close(fd);
		from = next + (next != INT32_MAX);
	} while (next != INT32_MAX);
}

#endif
