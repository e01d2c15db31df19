/* SPDX-License-Identifier: Apache-2.0 */
#include "collect.h"

#include <errno.h>
#include <stdlib.h>

#include "deadline.h"
#include "fd.h"
#include "sys_fd.h"

enum {
	USUAL_BYTES_MAX = 1 << 20,
	STEP_BYTES = 16 * 1024,
	POLL_READ = 1,
	FIONREAD_COMMAND = 0x541b,
	PIPE_BYTES_MAX = 1 << 20, /* for who may not raise /proc/sys/fs/pipe-max-size */
	NO_PIDFD_MILLIS = 10,	  /* how often a kernel without pidfds is asked */
};

/* What one of its pipes has brought. */
struct stream {
	char *bytes;
	size_t n, room;
};

struct collecting {
	struct nsexec_io *io;
	struct stream out[2];
	size_t max;   /* bytes of each */
	int fd[2];    /* borrowed; NSX_NOFD: over */
	bool no_room; /* memory has run out */
};

/* Room for a step more, and for the NUL behind all. */
static bool make_room(struct stream *s, size_t max)
{
	size_t room = s->room ? s->room * 2 : STEP_BYTES;
	char *bytes;

	if (s->room > s->n + 1 || s->n == max)
		return true;
	if (room > max + 1)
		room = max + 1;
	bytes = realloc(s->bytes, room);
	if (!bytes)
		return false;
	s->bytes = bytes;
	s->room = room;
	return true;
}

/*
 * Take what is there, and not what others write meanwhile: there may be no end of it.  What
 * is too much is read all the same, or the program would stand still.
 */
static void drain(struct collecting *c, int which)
{
	struct stream *s = &c->out[which];
	char dropped[4096];
	int there = 0;

	if (c->fd[which] == NSX_NOFD)
		return;
	if (nsx_sys_ioctl(c->fd[which], FIONREAD_COMMAND, &there) < 0)
		there = PIPE_BYTES_MAX; /* somebody filters it */
	do {
		const bool full = s->n == c->max;
		long n;

		if (!make_room(s, c->max)) {
			c->no_room = true;
			return;
		}
		n = full ? nsx_sys_read(c->fd[which], dropped, sizeof(dropped))
			 : nsx_sys_read(c->fd[which], s->bytes + s->n, s->room - s->n - 1);
		if (n == -EAGAIN)
			return;
		if (n <= 0)
			c->fd[which] = NSX_NOFD;
		else if (full)
			c->io->truncated = 1;
		else
			s->n += (size_t)n;
		there -= n > 0 ? (int)n : 0;
	} while (there > 0 && c->fd[which] != NSX_NOFD);
}

/* Return: milliseconds for poll(2); 0: time is up. */
static int time_left(int64_t deadline, const struct nsx_kept *k)
{
	const int left = deadline ? nsx_millis_until(deadline) : -1;

	return k->ends.fd >= 0 || left == 0 ? left : NO_PIDFD_MILLIS;
}

/* Until the program has ended.  Return: as nsx_kept_ended(). */
static int attend(struct collecting *c, struct nsx_kept *k, struct nsx_error *e)
{
	int64_t deadline = k->deadline;
	int rc = 0;

	while (rc == 0) {
		struct nsx_pollfd poll[] = {
			{ .fd = c->fd[0], .events = POLL_READ },
			{ .fd = c->fd[1], .events = POLL_READ },
			k->ends,
		};
		const int millis = time_left(deadline, k);

		if (millis == 0 && c->io->timed_out)
			return nsx_kept_abandon(k, &c->io->status, e);
		if (millis == 0) {
			c->io->timed_out = 1;
			nsx_kept_kill(k);
			deadline = nsx_now_millis() + NSX_DEATH_MILLIS;
			continue;
		}
		(void)nsx_sys_poll(poll, 3, millis); /* interrupted or not: looked at below */
		drain(c, 0);
		drain(c, 1);
		if (c->no_room)
			nsx_kept_kill(k);
		if (c->no_room || poll[2].revents || k->ends.fd < 0)
			rc = nsx_kept_ended(k, c->no_room, &c->io->status, e);
	}
	return rc;
}

int nsx_collect(struct nsexec_io *io, const int ours[2], struct nsx_kept *kept, struct nsx_error *e)
{
	struct collecting c = {
		.io = io,
		.max = io->out_bytes_max > PTRDIFF_MAX - 1 ? PTRDIFF_MAX - 1
		       : io->out_bytes_max		   ? io->out_bytes_max
							   : USUAL_BYTES_MAX,
		.fd = { ours[0], ours[1] },
	};
	int rc = attend(&c, kept, e);

	drain(&c, 0);
	drain(&c, 1);
	if (!make_room(&c.out[0], c.max) || !make_room(&c.out[1], c.max))
		c.no_room = true;
	io->out = c.out[0].bytes;
	io->out_bytes = c.out[0].n;
	io->err = c.out[1].bytes;
	io->err_bytes = c.out[1].n;
	if (c.no_room)
		return nsx_fail(e, NSX_STEP_WAIT, ENOMEM, "memory for what it writes", NULL);
	io->out[io->out_bytes] = '\0';
	io->err[io->err_bytes] = '\0';
	return rc < 0 ? -1 : 0;
}
