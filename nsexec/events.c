/* SPDX-License-Identifier: Apache-2.0 */
#include "events.h"

#include <errno.h>

#include "limits.h"
#include "signals.h"
#include "sys_fd.h"
#include "sys_file.h"
#include "sys_process.h"
#include "sys_sched.h"
#include "sys_signal.h"
#include "sys_time.h"
#include "text.h"

enum {
	YIELDS_MAX = 64,   /* times that a lock may be another's until we sleep, */
	SLEEPS_MAX = 1000, /* a millisecond each */
	PUT_BYTES = 2048 + 8,
};

/* What is behind the last element, and written again behind the next one. */
static const char end_of_file[] = "\n]\n";
enum { END_BYTES = sizeof(end_of_file) - 1 };

/*
 * Locks of this sort are a process's own, also where one has inherited the descriptor, and go
 * with it.  Another of ours has it for a moment only; who else has it does not hold us up.
 */
static bool lock(int fd)
{
	for (int i = 0; i < YIELDS_MAX + SLEEPS_MAX; i++) {
		const int rc = nsx_sys_lock(fd, F_WRLCK);

		if (rc != -EAGAIN && rc != -EACCES)
			return true; /* or there are no locks there */
		if (i < YIELDS_MAX)
			nsx_sys_yield();
		else
			(void)nsx_sys_poll(NULL, 0, 1);
	}
	return false;
}

/*
 * Not by O_TRUNC: somebody else may write to it just now.  What is empty is left so: of a
 * file that was cut off some file systems wait for the disk, in the end.
 */
int nsx_events_open(struct nsx_events *f, const char *path, bool add)
{
	const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY;
	const int rc = nsx_fd_lift(nsx_sys_open(path, flags, 0666));

	if (rc < 0)
		return rc;
	f->fd = rc;
	f->is_pipe = nsx_sys_seek_end(rc) == -ESPIPE;
	f->begun = add;
	if (f->is_pipe || add || !lock(f->fd))
		return 0;
	if (nsx_sys_seek_end(f->fd) > 0)
		(void)nsx_sys_cut(f->fd, 0); /* a device has nothing to lose */
	(void)nsx_sys_lock(f->fd, F_UNLCK);
	return 0;
}

/* Beyond the limit, which may be the program's already, this process would be killed. */
static bool has_room(uint64_t at, size_t size)
{
	struct nsx_rlimit limit;

	return nsx_sys_prlimit(NSX_LIMIT_FSIZE, NULL, &limit) < 0 || at + size <= limit.soft;
}

/* The disk is full: the element is left out, and those before it get their end again. */
static void take_back(int fd, uint64_t at)
{
	if (at)
		(void)nsx_sys_pwrite(fd, end_of_file, END_BYTES, at);
	(void)nsx_sys_cut(fd, at ? at + END_BYTES : 0);
}

static void put_into_file(const struct nsx_events *f, struct nsx_text *t)
{
	uint64_t at = 0;
	long end, done;

	if (!lock(f->fd))
		return;
	end = nsx_sys_seek_end(f->fd);
	if (end > END_BYTES)
		at = (uint64_t)end - END_BYTES;
	else
		t->buf[0] = '[';
	nsx_text_str(t, end_of_file);
	if (has_room(at, t->len)) {
		done = nsx_sys_pwrite(f->fd, t->buf, t->len, at);
		if (done > 0 && (size_t)done < t->len)
			take_back(f->fd, at);
	}
	(void)nsx_sys_lock(f->fd, F_UNLCK); /* ours, if there is one */
}

/* Nobody dies for it if nobody reads it, also where signals are held until the program's exec. */
static void put_into_pipe(struct nsx_events *f, struct nsx_text *t)
{
	const uint64_t pipe = (uint64_t)1 << (SIGPIPE - 1);
	const struct nsx_timespec now = { 0, 0 };
	uint64_t old;

	if (!f->begun)
		t->buf[0] = '[';
	f->begun = true;
	nsx_signals_hold_pipe(&old);
	if (nsx_sys_write(f->fd, t->buf, t->len) == -EPIPE)
		(void)nsx_sys_sigtimedwait(&pipe, NULL, &now);
	nsx_signals_release_pipe(&old, false);
}

void nsx_events_put(struct nsx_events *f, const char *event, size_t size)
{
	char buf[PUT_BYTES];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_text_str(&t, ",\n");
	nsx_text_bytes(&t, event, size);
	if (f->is_pipe)
		put_into_pipe(f, &t);
	else
		put_into_file(f, &t);
}
