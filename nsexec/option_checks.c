/* SPDX-License-Identifier: Apache-2.0 */
#include "parser.h"
#include "text.h"

/* Pairs that contradict each other. */
static const unsigned char conflicts[][2] = {
	{ NSX_OPT_FORK, NSX_OPT_NO_FORK },
	{ NSX_OPT_DETACH, NSX_OPT_NO_FORK },
	{ NSX_OPT_KILL_CHILD, NSX_OPT_NO_FORK },
	{ NSX_OPT_KILL_CHILD, NSX_OPT_DETACH },
	{ NSX_OPT_INIT, NSX_OPT_NO_FORK },
	{ NSX_OPT_INIT, NSX_OPT_DETACH },
	{ NSX_OPT_PTY, NSX_OPT_NO_FORK },
	{ NSX_OPT_PTY, NSX_OPT_DETACH },
	{ NSX_OPT_NET, NSX_OPT_NET_SOCKET },
	{ NSX_OPT_WD, NSX_OPT_WDNS },
	{ NSX_OPT_TARGET_ENV, NSX_OPT_CLEARENV },
	{ NSX_OPT_PRESERVE_CREDENTIALS, NSX_OPT_SETUID },
	{ NSX_OPT_PRESERVE_CREDENTIALS, NSX_OPT_SETGID },
	{ NSX_OPT_KEEP_CAPS, NSX_OPT_CAPS },
	{ NSX_OPT_KEEP_CAPS, NSX_OPT_AMBIENT },
};

/* The first option that takes a set of capabilities from the target; NSX_OPT_COUNT: none. */
static enum nsx_option caps_of_target(const struct nsx_request *rq)
{
	const struct nsx_credentials *c = &rq->credentials;

	if (c->caps.from == NSX_CAPS_TARGET)
		return NSX_OPT_CAPS;
	if (c->bounding.from == NSX_CAPS_TARGET)
		return NSX_OPT_BOUNDING;
	return c->ambient.from == NSX_CAPS_TARGET ? NSX_OPT_AMBIENT : NSX_OPT_COUNT;
}

/* "net without FILE", say, when there is no target to take it from. */
static int check_sources(struct nsx_parser *p)
{
	static const unsigned char of_target[] = {
		NSX_OPT_ALL,	    NSX_OPT_MOUNT,	NSX_OPT_UTS,	     NSX_OPT_IPC,
		NSX_OPT_NET,	    NSX_OPT_PID,	NSX_OPT_CGROUP,	     NSX_OPT_USER,
		NSX_OPT_TIME,	    NSX_OPT_ROOT,	NSX_OPT_WD,	     NSX_OPT_TARGET_ENV,
		NSX_OPT_NET_SOCKET, NSX_OPT_NET_SOCKET, NSX_OPT_JOIN_CGROUP,
	};
	const struct nsx_request *rq = &p->rq;
	const enum nsx_option caps = caps_of_target(rq);
	bool used = caps != NSX_OPT_COUNT;

	for (size_t i = 0; i < sizeof(of_target); i++)
		used = used || p->seen[of_target[i]];
	if (rq->user_parent && !nsx_request_kinds(rq))
		return nsx_parser_fail_option(p, "needs another namespace to join, or -U",
					      NSX_OPT_USER_PARENT);
	if (rq->target && !used)
		return nsx_parser_fail(p, "a target, but nothing to take from it", rq->target);
	if (rq->target)
		return 0;
	if (rq->all)
		return nsx_parser_fail_option(p, "needs a target, -t", NSX_OPT_ALL);
	if (rq->join_cgroup)
		return nsx_parser_fail_option(p, "needs a target, -t", NSX_OPT_JOIN_CGROUP);
	if (rq->net_socket)
		return nsx_parser_fail_option(p, "needs a target, -t", NSX_OPT_NET_SOCKET);
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (nsx_from_target(rq, k)) {
			(void)nsx_parser_fail(p, "neither FILE nor target, -t, for the namespace",
					      nsx_kind_table[k].name);
			return nsx_hint(p->e, NSX_HINT_UNSHARE, 0);
		}
	if (rq->root && !rq->root_dir) {
		(void)nsx_parser_fail_option(p, "needs DIR or a target, -t", NSX_OPT_ROOT);
		return nsx_hint(p->e, NSX_HINT_MAP_ROOT, 0);
	}
	if (rq->wd && !rq->wd_dir)
		return nsx_parser_fail_option(p, "needs DIR or a target, -t", NSX_OPT_WD);
	if (rq->target_env)
		return nsx_parser_fail_option(p, "needs a target, -t", NSX_OPT_TARGET_ENV);
	if (caps != NSX_OPT_COUNT)
		return nsx_parser_fail_option(p, "needs a target, -t", caps);
	return 0;
}

int nsx_options_check(struct nsx_parser *p)
{
	for (size_t i = 0; i < sizeof(conflicts) / sizeof(*conflicts); i++)
		if (p->seen[conflicts[i][0]] && p->seen[conflicts[i][1]]) {
			char buf[64];
			struct nsx_text t = nsx_text_on(buf, sizeof(buf));

			nsx_text_str(&t, "conflicts with --");
			nsx_text_str(&t, nsx_option_rows[conflicts[i][1]].name);
			return nsx_parser_fail_option(p, buf, conflicts[i][0]);
		}
	if (p->rq.show != NSX_SHOW_NOTHING)
		return 0;
	if (p->rq.fork == NSX_FORK_NEVER && p->rq.create.file[NSX_PID])
		return nsx_parser_fail_option(
			p,
			"a PID namespace is there with its first process, so not to persist with",
			NSX_OPT_NO_FORK);
	if (p->rq.init && !(p->rq.unshare & NSX_KIND_BIT(NSX_PID)))
		return nsx_parser_fail_option(
			p, "needs a new PID namespace, --unshare=pid, to be the first in",
			NSX_OPT_INIT);
	return check_sources(p);
}
