/* SPDX-License-Identifier: Apache-2.0 */
#include "listen.h"

#include <errno.h>

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

int nsx_listen(struct nsx_call *c, const struct nsexec_child *child, struct nsx_error *e)
{
	enum { A_WHILE_MILLIS = 20 };
	struct nsx_pollfd poll[] = { { .fd = c->channel[0], .events = 1 },
				     { .fd = child->pidfd, .events = 1 } };
	enum news news;
	bool going = false;

	nsx_fd_close(&c->channel[1]);
	do {
		bool ended;

		(void)nsx_sys_poll(poll, 2, going ? A_WHILE_MILLIS : -1); /* signals are held */
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
