/* SPDX-License-Identifier: Apache-2.0 */
/* Options about where the program runs, as which process, and what is told of it. */
#include <signal.h>

#include "graft.h"
#include "parser.h"
#include "signame.h"
#include "text.h"

static int set_report_fd(struct nsx_parser *p, const char *value)
{
	uint64_t fd;

	if (nsx_parser_number(p, NSX_OPT_REPORT_FD, value, INT32_MAX, &fd) < 0)
		return -1;
	p->rq.report_fd = (int)fd;
	return 0;
}

static int set_dumpable(struct nsx_parser *p, const char *value)
{
	if (nsx_text_same(value, "yes"))
		p->rq.dumpable = NSX_DUMPABLE_YES;
	else if (nsx_text_same(value, "no"))
		p->rq.dumpable = NSX_DUMPABLE_NO;
	else
		return nsx_parser_fail_value(p, NSX_OPT_DUMPABLE, "takes yes or no", value);
	return 0;
}

static int set_kill_child(struct nsx_parser *p, const char *value)
{
	p->rq.kill_child = value ? nsx_signal_by_name(value) : SIGKILL;
	p->rq.fork = NSX_FORK_ALWAYS;
	if (!p->rq.kill_child)
		return nsx_parser_fail_value(p, NSX_OPT_KILL_CHILD, "takes a signal", value);
	return 0;
}

/* What it says is looked at again where paths are, see guest.c. */
static int add_graft(struct nsx_parser *p, const char *value)
{
	char from[NSX_GRAFT_PATH_BYTES], to[NSX_GRAFT_PATH_BYTES];
	bool writable;
	const char *wrong = nsx_graft_split(value, from, to, &writable);

	if (wrong)
		return nsx_parser_fail_value(p, NSX_OPT_GRAFT, wrong, value);
	p->rq.grafts = true;
	return nsx_parser_say(p, NSX_OPT_GRAFT, NSX_SAID_GRAFT, value);
}

static int set_show(struct nsx_parser *p, enum nsx_show show)
{
	p->rq.show = show;
	return 0;
}

int nsx_apply_running(struct nsx_parser *p, enum nsx_option opt, const char *value)
{
	struct nsx_request *rq = &p->rq;

	switch (opt) {
	case NSX_OPT_HOST:
		rq->host = true;
		return 0;
	case NSX_OPT_GRAFT:
		return add_graft(p, value);
	case NSX_OPT_ROOT:
		rq->root = true;
		rq->root_dir = value;
		return 0;
	case NSX_OPT_WD:
		rq->wd = true;
		rq->wd_dir = value;
		return 0;
	case NSX_OPT_WDNS:
		rq->wdns_dir = value;
		return 0;
	case NSX_OPT_FORK:
		rq->fork = NSX_FORK_ALWAYS;
		return 0;
	case NSX_OPT_NO_FORK:
		rq->fork = NSX_FORK_NEVER;
		return 0;
	case NSX_OPT_DETACH:
		rq->detach = true;
		return 0;
	case NSX_OPT_KILL_CHILD:
		return set_kill_child(p, value);
	case NSX_OPT_INIT:
		rq->init = true;
		return 0;
	case NSX_OPT_PTY:
		rq->pty = true;
		return 0;
	case NSX_OPT_DUMPABLE:
		return set_dumpable(p, value);
	case NSX_OPT_REPORT_FD:
		return set_report_fd(p, value);
	case NSX_OPT_TRACE:
		rq->trace = value;
		return 0;
	case NSX_OPT_PLAN:
		rq->plan = true;
		return 0;
	case NSX_OPT_LIST:
		return set_show(p, NSX_SHOW_LIST);
	case NSX_OPT_JSON:
		rq->json = true;
		return 0;
	case NSX_OPT_PRELOAD:
		return rq->preload ? nsx_parser_fail_option(p, "given twice", opt) : 0;
	case NSX_OPT_PRELOAD_PATH:
		return set_show(p, NSX_SHOW_PRELOAD_PATH);
	case NSX_OPT_HELP:
		return set_show(p, NSX_SHOW_HELP);
	case NSX_OPT_VERSION:
		return set_show(p, NSX_SHOW_VERSION);
	default:
		return nsx_parser_fail_option(p, "unknown option", opt);
	}
}
