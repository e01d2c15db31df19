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
	{ NSX_OPT_PRELOAD, NSX_OPT_HOST },
	{ NSX_OPT_PRELOAD, NSX_OPT_DETACH },
	{ NSX_OPT_PRELOAD, NSX_OPT_FOLLOW_CONTEXT },
	{ NSX_OPT_KEEP_CAPS, NSX_OPT_CAPS },
	{ NSX_OPT_KEEP_CAPS, NSX_OPT_AMBIENT },
};

/*
 * Whose mounts would be grafted to?  And what is mounted for the program must not be seen
 * out here.
 */
static int check_grafts(struct nsx_parser *p)
{
	const struct nsx_request *rq = &p->rq;
	const nsx_kinds kinds = nsx_request_kinds(rq) | rq->unshare;

	if (!rq->grafts && !rq->host)
		return 0;
	if ((rq->unshare & NSX_KIND_BIT(NSX_MNT)) &&
	    (rq->create.propagation == NSX_PROPAGATION_SHARED ||
	     rq->create.propagation == NSX_PROPAGATION_UNCHANGED))
		return nsx_parser_fail_option(p, "its mounts would not stay in there",
					      rq->grafts ? NSX_OPT_GRAFT : NSX_OPT_HOST);
	/* A copy is made of those that are joined, and that directory is not among them. */
	if (rq->root_dir && (nsx_request_kinds(rq) & NSX_KIND_BIT(NSX_MNT)))
		return nsx_parser_fail_option(p, "not with a root of out here, -r=DIR, and -m",
					      rq->grafts ? NSX_OPT_GRAFT : NSX_OPT_HOST);
	if (rq->grafts && !(kinds & NSX_KIND_BIT(NSX_MNT)) && !rq->root)
		return nsx_parser_fail_option(
			p, "needs other mounts or another root: -m, --unshare=mnt or -r",
			NSX_OPT_GRAFT);
	return 0;
}

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

static void imply_caps_of_target(struct nsx_request *rq, const bool *seen)
{
	static const struct nsx_cap_set of_target = { .given = true, .from = NSX_CAPS_TARGET };
	struct nsx_credentials *c = &rq->credentials;

	if (seen[NSX_OPT_KEEP_CAPS])
		return;
	c->as_target = true;
	if (!seen[NSX_OPT_CAPS])
		c->caps = of_target;
	if (!seen[NSX_OPT_BOUNDING])
		c->bounding = of_target;
	if (!seen[NSX_OPT_AMBIENT])
		c->ambient = of_target;
}

/*
 * --as-target: all of the target but its namespaces, one line each; what is said by an
 * option of its own goes before.  What else can be taken from a target belongs here.
 */
static void imply_as_target(struct nsx_parser *p)
{
	struct nsx_request *rq = &p->rq;
	const bool *seen = p->seen;
	const bool ids = !seen[NSX_OPT_PRESERVE_CREDENTIALS];

	rq->uid_of_target = rq->uid_of_target || (ids && !seen[NSX_OPT_SETUID]);
	rq->gid_of_target = rq->gid_of_target || (ids && !seen[NSX_OPT_SETGID]);
	rq->groups_of_target = ids && !seen[NSX_OPT_SETGID];
	rq->label = seen[NSX_OPT_FOLLOW_CONTEXT] ? rq->label : NSX_LABEL_OF_TARGET_IF_ANY;
	rq->join_cgroup = true;
	rq->target_env = !seen[NSX_OPT_CLEARENV];
	/* Another root does not have the target's directory in it. */
	rq->wd = rq->wd || (!rq->wdns_dir && !rq->root_dir);
	rq->root = true;
	imply_caps_of_target(rq, seen);
}

/* These are for nothing but a target; */
static const unsigned char of_target_alone[] = {
	NSX_OPT_ALL,	    NSX_OPT_JOIN_CGROUP,    NSX_OPT_NET_SOCKET,
	NSX_OPT_TARGET_ENV, NSX_OPT_FOLLOW_CONTEXT, NSX_OPT_AS_TARGET,
};

/* these may come from elsewhere: the kinds first, in their order. */
static const unsigned char of_target[] = {
	[NSX_CGROUP] = NSX_OPT_CGROUP,
	[NSX_IPC] = NSX_OPT_IPC,
	[NSX_MNT] = NSX_OPT_MOUNT,
	[NSX_NET] = NSX_OPT_NET,
	[NSX_PID] = NSX_OPT_PID,
	[NSX_TIME] = NSX_OPT_TIME,
	[NSX_USER] = NSX_OPT_USER,
	[NSX_UTS] = NSX_OPT_UTS,
	NSX_OPT_ROOT,
	NSX_OPT_WD,
};

static const char nothing_to_take[] = "a target, but nothing to take from it";

/* The first option that wants something of a target which is no process; else NSX_OPT_COUNT. */
static enum nsx_option of_process(const struct nsx_parser *p)
{
	const struct nsx_request *rq = &p->rq;

	for (size_t i = 0; i < sizeof(of_target_alone); i++)
		if (of_target_alone[i] != NSX_OPT_ALL && p->seen[of_target_alone[i]])
			return of_target_alone[i];
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (k != NSX_NET && (rq->join & NSX_KIND_BIT(k)) && !rq->file[k])
			return of_target[k];
	if (rq->root && !rq->root_dir)
		return NSX_OPT_ROOT;
	if (rq->wd && !rq->wd_dir)
		return NSX_OPT_WD;
	if (rq->uid_of_target)
		return NSX_OPT_SETUID;
	return rq->gid_of_target ? NSX_OPT_SETGID : caps_of_target(rq);
}

/* There is no process behind "netns:NAME", so for all that follows it is a FILE. */
static int take_netns(struct nsx_parser *p)
{
	struct nsx_request *rq = &p->rq;
	const enum nsx_option opt = of_process(p);

	if (opt != NSX_OPT_COUNT)
		return nsx_parser_fail_option(
			p, "a netns: target is a network namespace and no process to take it from",
			opt);
	if (!nsx_from_target(rq, NSX_NET))
		return nsx_parser_fail(p, nothing_to_take, rq->target);
	rq->join |= NSX_KIND_BIT(NSX_NET);
	rq->all = false;
	rq->file[NSX_NET] = rq->target;
	rq->net_named = true;
	rq->target = NULL;
	p->seen[NSX_OPT_ALL] = false;
	return 0;
}

/* "net without FILE", say, when there is no target to take it from. */
static int check_sources(struct nsx_parser *p)
{
	const struct nsx_request *rq = &p->rq;
	const enum nsx_option caps = caps_of_target(rq);
	bool used = caps != NSX_OPT_COUNT;

	for (size_t i = 0; i < sizeof(of_target); i++)
		used = used || p->seen[of_target[i]];
	for (size_t i = 0; i < sizeof(of_target_alone); i++)
		used = used || p->seen[of_target_alone[i]];
	used = used || rq->uid_of_target || rq->gid_of_target;
	if (rq->user_parent && !nsx_request_kinds(rq))
		return nsx_parser_fail_option(p, "needs another namespace to join, or -U",
					      NSX_OPT_USER_PARENT);
	if (rq->target && !used)
		return nsx_parser_fail(p, nothing_to_take, rq->target);
	if (rq->target)
		return 0;
	for (size_t i = 0; i < sizeof(of_target_alone); i++)
		if (p->seen[of_target_alone[i]])
			return nsx_parser_fail_option(p, "needs a target, -t", of_target_alone[i]);
	if (rq->uid_of_target || rq->gid_of_target)
		return nsx_parser_fail_option(p, "follow needs a target, -t",
					      rq->uid_of_target ? NSX_OPT_SETUID : NSX_OPT_SETGID);
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
	if (caps != NSX_OPT_COUNT)
		return nsx_parser_fail_option(p, "needs a target, -t", caps);
	return 0;
}

/* What the target's ids are called there is not known before the namespace is made. */
static int check_follow(struct nsx_parser *p)
{
	const struct nsx_request *rq = &p->rq;

	if (!(rq->unshare & NSX_KIND_BIT(NSX_USER)))
		return 0;
	if (rq->uid_of_target || rq->gid_of_target || rq->groups_of_target)
		return nsx_parser_fail(p, "ids of the target in a user namespace that is new",
				       rq->target);
	return 0;
}

/* It is a question, and all of one. */
static int check_list(struct nsx_parser *p)
{
	if (!p->seen[NSX_OPT_LIST])
		return p->seen[NSX_OPT_JSON]
			       ? nsx_parser_fail_option(p, "only with --list", NSX_OPT_JSON)
			       : 0;
	for (enum nsx_option opt = 0; opt < NSX_OPT_COUNT; opt++)
		if (p->seen[opt] && opt != NSX_OPT_LIST && opt != NSX_OPT_JSON)
			return nsx_parser_fail_option(p, "not together with --list", opt);
	return p->rq.program
		       ? nsx_parser_fail(p, "no PROGRAM together with --list", p->rq.program[0])
		       : 0;
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
	if (check_list(p) < 0)
		return -1;
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
	/* The other words are handed over, to who speaks ours alone. */
	if (p->rq.preload && p->dialect != NSX_DIALECT_OURS)
		return nsx_parser_fail_option(p, "not by the name of unshare", NSX_OPT_PRELOAD);
	if (p->rq.target && nsx_text_after(p->rq.target, "netns:") && take_netns(p) < 0)
		return -1;
	if (check_sources(p) < 0 || check_grafts(p) < 0)
		return -1;
	if (p->rq.as_target)
		imply_as_target(p);
	return check_follow(p);
}
