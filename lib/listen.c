/* SPDX-License-Identifier: Apache-2.0 */
#include "listen.h"

#include <errno.h>

#include "deadline.h"
#include "keep.h"
#include "sys.h"
#include "sys_fd.h"
#include "sys_signal.h"
#include "text.h"

/*
 * Whoever has forked in this very moment has a copy of the launcher's end of the channel,
 * which so may never end.  Then its name tells what it is; anybody may read that.
 */
static bool has_executed(int pid)
{
	char path[32], comm[32];
	struct nsx_text t = nsx_text_on(path, sizeof(path));

	nsx_text_str(&t, "/proc/");
	nsx_text_i64(&t, pid);
	nsx_text_str(&t, "/comm");
	return nsx_fd_read_text(AT_FDCWD, path, comm, sizeof(comm)) > 0 &&
	       !nsx_text_same(comm, NSX_LAUNCHER_NAME "\n");
}

enum news { NEWS_NONE, NEWS_GOING, NEWS_DONE, NEWS_FAILED, NEWS_END };

/* Take one message, if there is one. */
static enum news take(int channel, struct nsx_error *e)
{
	enum { MSG_DONTWAIT_BIT = 0x40 };
	struct nsx_outcome out = { 0 };
	const long n = nsx_syscall6(__NR_recvfrom, channel, (long)&out, sizeof(out),
				    MSG_DONTWAIT_BIT, 0, 0);

	if (n == -EAGAIN)
		return NEWS_NONE;
	if (n != sizeof(out))
		return NEWS_END;
	if (out.error.step != NSX_STEP_NONE) {
		*e = out.error;
		return NEWS_FAILED;
	}
	return out.inside ? NEWS_DONE : NEWS_GOING;
}

/* Milliseconds for poll(2).  Return: 0: time is up. */
static int time_left(const struct nsx_call *c, bool going)
{
	enum { A_WHILE_MILLIS = 20 };
	const int left = c->deadline ? nsx_millis_until(c->deadline) : -1;

	return going && (left < 0 || left > A_WHILE_MILLIS) ? A_WHILE_MILLIS : left;
}

/* All that it has made ends with it. */
static int end_late(const struct nsx_call *c, const struct nsexec_child *child, struct nsx_error *e)
{
	(void)nsx_keep_end_orphan(child->pidfd); /* it has memory of its own */
	(void)nsx_sys_kill(c->middle, SIGKILL);	 /* its keeper, which else waits for it */
	return nsx_keep_fail_late(c, e);
}

int nsx_listen(struct nsx_call *c, const struct nsexec_child *child, struct nsx_error *e)
{
	struct nsx_pollfd poll[] = { { .fd = c->channel[0], .events = 1 },
				     { .fd = child->pidfd, .events = 1 } };
	enum news news;
	bool going = false;

	nsx_fd_close(&c->channel[1]);
	do {
		const int millis = time_left(c, going);
		bool ended;

		if (millis == 0)
			return end_late(c, child, e);
		(void)nsx_sys_poll(poll, 2, millis); /* signals are held */
		ended = poll[1].revents; /* looked at first: what it has said before comes next */
		news = take(c->channel[0], e);
		going = going || news == NEWS_GOING;
		if (news == NEWS_NONE && (ended || (going && has_executed(child->pid))))
			news = NEWS_END;
	} while (news == NEWS_NONE || news == NEWS_GOING);
	if (news == NEWS_DONE || (news == NEWS_END && going))
		return 0;
	if (news == NEWS_END)
		(void)nsx_fail(e, NSX_STEP_LAUNCH, ECHILD, "the launcher was killed", c->argv[0]);
	return -1;
}
