/* SPDX-License-Identifier: Apache-2.0 */
#include "child.h"

#include "deadline.h"
#include "fd.h"
#include "sys_fd.h"
#include "sys_pidfd.h"
#include "sys_process.h"
#include "sys_signal.h"

enum { READABLE = 1 }; /* of poll(2) */

/* Where nothing wakes us: no pidfd, or a child that somebody traces, who hears first. */
enum { PAUSE_MS = 5 };

struct waiting {
	int pid, pidfd;
	bool forever;
	int64_t deadline_ms;
};

/* Milliseconds for poll(2): -1: for ever; 0: time is up. */
static int left(const struct waiting *w)
{
	return w->forever ? -1 : nsx_millis_until(w->deadline_ms);
}

/* Return: false: time is up, and nothing is to be seen of the pidfd. */
static bool await(const struct waiting *w, int16_t events)
{
	struct nsx_pollfd poll = { .fd = w->pidfd, .events = events };
	int rc;

	do
		rc = nsx_sys_poll(&poll, 1, left(w));
	while (rc == -EINTR);
	return rc != 0;
}

static void pause_briefly(const struct waiting *w)
{
	const int ms = left(w);

	/* Cut short by a signal: then it is looked at the sooner. */
	(void)nsx_sys_poll(NULL, 0, ms < 0 || ms > PAUSE_MS ? PAUSE_MS : ms);
}

/* Return: 1: it has ended; 0: not yet; -errno. */
static int reap(const struct waiting *w, int *status)
{
	const int options = NSX_WAIT_EXITED | NSX_WAIT_ALL | NSX_WAIT_NOHANG;
	struct nsx_siginfo info = { 0 };
	int rc = -EINVAL;

	if (w->pidfd != NSX_NOFD)
		rc = nsx_sys_waitid(NSX_P_PIDFD, w->pidfd, &info, options);
	if (rc == -EINVAL) /* before Linux 5.4 */
		rc = nsx_sys_waitid(NSX_P_PID, w->pid, &info, options);
	if (rc < 0)
		return rc;
	*status = info.code == NSX_CLD_EXITED	? (info.status & 0xff) << 8
		  : info.code == NSX_CLD_DUMPED ? info.status | 0x80
						: info.status;
	return info.pid != 0;
}

/*
 * No child of ours: somebody has waited for it, or nobody had to (SIGCHLD ignored).  The
 * kernel remembers the status for as long as there is a pidfd, from the moment on when
 * that has been done; until then, which we may be ahead of, we are still its parent.
 * Return: 1: known; 0: lost.
 */
static int remember(const struct waiting *w, int *status)
{
	bool again = true;

	for (;;) {
		struct nsx_pidfd_info info = { .mask = NSX_PIDFD_EXIT };
		const int rc = nsx_sys_ioctl(w->pidfd, NSX_PIDFD_GET_INFO, &info);

		/* Looked for its status, then for itself, and it was waited for in between. */
		if (rc == -ESRCH && again) {
			again = false;
			continue;
		}
		if (rc < 0)
			return 0;
		*status = info.status;
		if (info.mask & NSX_PIDFD_EXIT)
			return 1;
		if (info.ppid != (uint32_t)nsx_sys_getpid())
			return 0;
		/* No event is asked for: it hangs up once it is no more (Linux 6.9). */
		if (!await(w, 0))
			return 0;
	}
}

static int fail(const struct waiting *w, int err, struct nsx_error *e)
{
	return nsx_fail_number(e, NSX_STEP_WAIT, err, "child", "PID ", (uint64_t)w->pid, "");
}

int nsx_child_wait(int pid, int pidfd, int timeout_ms, int *status, struct nsx_error *e)
{
	struct waiting w = { pid, pidfd, timeout_ms < 0, 0 };
	bool seen = true;
	int ended = 0, rc;

	if (!w.forever)
		w.deadline_ms = nsx_now_millis() + timeout_ms;
	for (;;) {
		if (pidfd != NSX_NOFD)
			seen = await(&w, READABLE);
		rc = reap(&w, &ended);
		if (rc != 0)
			break;
		if (left(&w) == 0)
			return fail(&w, ETIMEDOUT, e);
		pause_briefly(&w);
	}
	if (rc < 0 && (rc != -ECHILD || !seen))
		return fail(&w, -rc, e);
	if (rc < 0 && (pidfd == NSX_NOFD || !remember(&w, &ended))) {
		(void)fail(&w, ECHILD, e); /* its result is another */
		return NSEXEC_GONE;
	}
	if (status)
		*status = ended;
	return 0;
}

int nsexec_wait(const struct nsexec_child *child, int timeout_ms, int *status,
		struct nsexec_error *e)
{
	struct nsx_error error = { 0 };
	int rc = nsx_child_wait(child->pid, child->pidfd, timeout_ms, status, &error);

	if (rc != 0)
		(void)nsx_api_fail(e, &error); /* its result is another */
	return rc;
}
