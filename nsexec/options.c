/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "text.h"

#define FLAG NSX_TAKES_NOTHING, ""
#define FILE_OF_KIND NSX_TAKES_FILE, "FILE"
#define DIR_OR_TARGETS NSX_TAKES_FILE, "DIR"
#define VALUE(name) NSX_TAKES_VALUE, name

/* In the order of --help and of the manual. */
const struct nsx_option_row nsx_option_rows[NSX_OPT_COUNT] = {
	[NSX_OPT_TARGET] = { 't', "target", VALUE("PID"), "process whose namespaces to join" },
	[NSX_OPT_ALL] = { 'a', "all", FLAG,
			  "join every namespace of the target that differs from ours" },
	[NSX_OPT_MOUNT] = { 'm', "mount", FILE_OF_KIND, "join the mount namespace" },
	[NSX_OPT_UTS] = { 'u', "uts", FILE_OF_KIND, "join the UTS namespace (hostname)" },
	[NSX_OPT_IPC] = { 'i', "ipc", FILE_OF_KIND, "join the System V IPC namespace" },
	[NSX_OPT_NET] = { 'n', "net", FILE_OF_KIND, "join the network namespace" },
	[NSX_OPT_PID] = { 'p', "pid", FILE_OF_KIND,
			  "join the PID namespace; implies a new process" },
	[NSX_OPT_CGROUP] = { 'C', "cgroup", FILE_OF_KIND, "join the cgroup namespace" },
	[NSX_OPT_USER] = { 'U', "user", FILE_OF_KIND,
			   "join the user namespace; become root in it" },
	[NSX_OPT_TIME] = { 'T', "time", FILE_OF_KIND, "join the time namespace" },
	[NSX_OPT_SETUID] = { 'S', "setuid", VALUE("UID"),
			     "run as this user id of the entered namespace" },
	[NSX_OPT_SETGID] = { 'G', "setgid", VALUE("GID"),
			     "run as this group id, without supplementary groups" },
	[NSX_OPT_PRESERVE_CREDENTIALS] = { 0, "preserve-credentials", FLAG,
					   "keep user and group ids when joining a user namespace" },
	[NSX_OPT_ROOT] = { 'r', "root", DIR_OR_TARGETS,
			   "change root, to the target's unless DIR is given" },
	[NSX_OPT_WD] = { 'w', "wd", DIR_OR_TARGETS,
			 "change directory, to the target's unless DIR is given" },
	[NSX_OPT_WDNS] = { 'W', "wdns", VALUE("DIR"),
			   "change directory to DIR as it is called inside" },
	[NSX_OPT_FORK] = { 0, "fork", FLAG, "run PROGRAM as a new process in any case" },
	[NSX_OPT_NO_FORK] = { 'F', "no-fork", FLAG,
			      "no new process: -p then counts for later children only" },
	[NSX_OPT_DETACH] = { 0, "detach", FLAG,
			     "PROGRAM becomes the caller's child; nsexec ends at once" },
	[NSX_OPT_DUMPABLE] = { 0, "dumpable", VALUE("yes|no"),
			       "may processes inside look into a host program?" },
	[NSX_OPT_REPORT_FD] = { 0, "report-fd", VALUE("N"),
				"write one JSON line to descriptor N: pids, or the error" },
	[NSX_OPT_PLAN] = { 0, "plan", FLAG, "print what would be done, and do nothing" },
	[NSX_OPT_PRELOAD_PATH] = { 0, "preload-path", FLAG,
				   "print the file to put into LD_PRELOAD" },
	[NSX_OPT_HELP] = { 'h', "help", FLAG, "print this text" },
	[NSX_OPT_VERSION] = { 'V', "version", FLAG, "print the version" },
};

/* Pairs that contradict each other. */
static const unsigned char conflicts[][2] = {
	{ NSX_OPT_FORK, NSX_OPT_NO_FORK },
	{ NSX_OPT_DETACH, NSX_OPT_NO_FORK },
	{ NSX_OPT_WD, NSX_OPT_WDNS },
	{ NSX_OPT_PRESERVE_CREDENTIALS, NSX_OPT_SETUID },
	{ NSX_OPT_PRESERVE_CREDENTIALS, NSX_OPT_SETGID },
};

struct parser {
	struct nsx_request rq;
	uint64_t seen; /* bit per enum nsx_option */
	struct nsx_error *e;
};

static bool seen(const struct parser *p, enum nsx_option opt)
{
	return p->seen & (1ull << opt);
}

static int fail(struct parser *p, const char *what, const char *word)
{
	return nsx_fail(p->e, NSX_STEP_OPTIONS, 0, what, word);
}

/* "--name", as errors call an option, however it was typed. */
static int fail_option(struct parser *p, const char *what, enum nsx_option opt)
{
	char buf[32];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_text_str(&t, "--");
	nsx_text_str(&t, nsx_option_rows[opt].name);
	return fail(p, what, buf);
}

static int set_kind(struct parser *p, enum nsx_kind kind, const char *file)
{
	p->rq.join |= NSX_KIND_BIT(kind);
	p->rq.file[kind] = file;
	return 0;
}

static int set_number(struct parser *p, enum nsx_option opt, const char *value, uint64_t max,
		      uint64_t *out)
{
	char buf[64];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	if (nsx_text_number(value, max, out))
		return 0;
	nsx_text_str(&t, "--");
	nsx_text_str(&t, nsx_option_rows[opt].name);
	nsx_text_str(&t, " takes a number from 0 to ");
	nsx_text_u64(&t, max);
	return fail(p, buf, value);
}

static int set_id(struct parser *p, enum nsx_option opt, const char *value, struct nsx_id *out)
{
	uint64_t id;

	/* 4294967295 means "leave it" to the kernel. */
	if (set_number(p, opt, value, UINT32_MAX - 1, &id) < 0)
		return -1;
	*out = (struct nsx_id){ true, (uint32_t)id };
	return 0;
}

static int set_report_fd(struct parser *p, const char *value)
{
	uint64_t fd;

	if (set_number(p, NSX_OPT_REPORT_FD, value, INT32_MAX, &fd) < 0)
		return -1;
	p->rq.report_fd = (int)fd;
	return 0;
}

static int set_dumpable(struct parser *p, const char *value)
{
	if (nsx_text_same(value, "yes"))
		p->rq.dumpable = NSX_DUMPABLE_YES;
	else if (nsx_text_same(value, "no"))
		p->rq.dumpable = NSX_DUMPABLE_NO;
	else
		return fail(p, "--dumpable takes yes or no", value);
	return 0;
}

static int set_show(struct parser *p, enum nsx_show show)
{
	p->rq.show = show;
	return 0;
}

/* @value: NULL if there is none. */
static int apply(struct parser *p, enum nsx_option opt, const char *value)
{
	struct nsx_request *rq = &p->rq;

	switch (opt) {
	case NSX_OPT_TARGET:
		rq->target = value;
		return 0;
	case NSX_OPT_ALL:
		rq->all = true;
		return 0;
	case NSX_OPT_MOUNT:
		return set_kind(p, NSX_MNT, value);
	case NSX_OPT_UTS:
		return set_kind(p, NSX_UTS, value);
	case NSX_OPT_IPC:
		return set_kind(p, NSX_IPC, value);
	case NSX_OPT_NET:
		return set_kind(p, NSX_NET, value);
	case NSX_OPT_PID:
		return set_kind(p, NSX_PID, value);
	case NSX_OPT_CGROUP:
		return set_kind(p, NSX_CGROUP, value);
	case NSX_OPT_USER:
		return set_kind(p, NSX_USER, value);
	case NSX_OPT_TIME:
		return set_kind(p, NSX_TIME, value);
	case NSX_OPT_SETUID:
		return set_id(p, opt, value, &rq->uid);
	case NSX_OPT_SETGID:
		return set_id(p, opt, value, &rq->gid);
	case NSX_OPT_PRESERVE_CREDENTIALS:
		rq->preserve_credentials = true;
		return 0;
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
	case NSX_OPT_DUMPABLE:
		return set_dumpable(p, value);
	case NSX_OPT_REPORT_FD:
		return set_report_fd(p, value);
	case NSX_OPT_PLAN:
		rq->plan = true;
		return 0;
	case NSX_OPT_PRELOAD_PATH:
		return set_show(p, NSX_SHOW_PRELOAD_PATH);
	case NSX_OPT_HELP:
		return set_show(p, NSX_SHOW_HELP);
	case NSX_OPT_VERSION:
		return set_show(p, NSX_SHOW_VERSION);
	case NSX_OPT_COUNT:
		break;
	}
	return fail(p, "unknown option", NULL);
}

static int take(struct parser *p, enum nsx_option opt, const char *value)
{
	const struct nsx_option_row *row = &nsx_option_rows[opt];

	if (value && !*value)
		return fail_option(p, "empty value", opt);
	/* Said twice, a flag means the same; a value would silently win or lose. */
	if (seen(p, opt) && row->takes != NSX_TAKES_NOTHING)
		return fail_option(p, "given twice", opt);
	p->seen |= 1ull << opt;
	return apply(p, opt, value);
}

/* The words that are still unread, and the one at hand. */
struct reader {
	char **next;
	const char *word;
};

static int take_long(struct parser *p, struct reader *r)
{
	const char *name = r->word + 2;

	for (enum nsx_option opt = 0; opt < NSX_OPT_COUNT; opt++) {
		const struct nsx_option_row *row = &nsx_option_rows[opt];
		const char *rest = nsx_text_after(name, row->name);

		if (!rest || (*rest && *rest != '='))
			continue;
		if (*rest == '=' && row->takes == NSX_TAKES_NOTHING)
			return fail(p, "takes no value", r->word);
		if (*rest == '=')
			return take(p, opt, rest + 1);
		if (row->takes == NSX_TAKES_VALUE && !*r->next)
			return fail(p, "value missing", r->word);
		return take(p, opt, row->takes == NSX_TAKES_VALUE ? *r->next++ : NULL);
	}
	(void)fail(p, "unknown option", r->word);
	return nsx_hint(p->e, NSX_HINT_HELP, 0);
}

static enum nsx_option by_letter(char letter)
{
	enum nsx_option opt = 0;

	while (opt < NSX_OPT_COUNT && nsx_option_rows[opt].letter != letter)
		opt++;
	return opt;
}

/* "-aF", "-t1", "-t 1", "-n", "-n/run/x", "-n=/run/x" */
static int take_letters(struct parser *p, struct reader *r)
{
	for (const char *at = r->word + 1; *at; at++) {
		enum nsx_option opt = by_letter(*at);
		const char *rest = at + 1;

		if (opt == NSX_OPT_COUNT) {
			(void)fail(p, "unknown option", r->word);
			return nsx_hint(p->e, NSX_HINT_HELP, 0);
		}
		if (nsx_option_rows[opt].takes == NSX_TAKES_NOTHING) {
			if (take(p, opt, NULL) < 0)
				return -1;
			continue;
		}
		if (nsx_option_rows[opt].takes == NSX_TAKES_FILE)
			return take(p, opt, *rest ? rest + (*rest == '=') : NULL);
		if (!*rest && !*r->next)
			return fail(p, "value missing", r->word);
		return take(p, opt, *rest ? rest : *r->next++);
	}
	return 0;
}

/* "net without FILE", say, when there is no target to take it from. */
static int check_sources(struct parser *p)
{
	static const unsigned char of_target[] = {
		NSX_OPT_ALL,	NSX_OPT_MOUNT, NSX_OPT_UTS,  NSX_OPT_IPC,  NSX_OPT_NET, NSX_OPT_PID,
		NSX_OPT_CGROUP, NSX_OPT_USER,  NSX_OPT_TIME, NSX_OPT_ROOT, NSX_OPT_WD,
	};
	const struct nsx_request *rq = &p->rq;
	bool used = false;

	for (size_t i = 0; i < sizeof(of_target); i++)
		used = used || seen(p, of_target[i]);
	if (rq->target && !used)
		return fail(p, "a target, but nothing to take from it", rq->target);
	if (rq->target)
		return 0;
	if (rq->all)
		return fail_option(p, "needs a target, -t", NSX_OPT_ALL);
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (nsx_from_target(rq, k))
			return fail(p, "neither FILE nor target, -t, for the namespace",
				    nsx_kind_table[k].name);
	if (rq->root && !rq->root_dir)
		return fail_option(p, "needs DIR or a target, -t", NSX_OPT_ROOT);
	if (rq->wd && !rq->wd_dir)
		return fail_option(p, "needs DIR or a target, -t", NSX_OPT_WD);
	return 0;
}

static int check(struct parser *p)
{
	for (size_t i = 0; i < sizeof(conflicts) / sizeof(*conflicts); i++)
		if (seen(p, conflicts[i][0]) && seen(p, conflicts[i][1])) {
			char buf[64];
			struct nsx_text t = nsx_text_on(buf, sizeof(buf));

			nsx_text_str(&t, "conflicts with --");
			nsx_text_str(&t, nsx_option_rows[conflicts[i][1]].name);
			return fail_option(p, buf, conflicts[i][0]);
		}
	return p->rq.show == NSX_SHOW_NOTHING ? check_sources(p) : 0;
}

int nsx_options_parse(const struct nsx_words *words, struct nsx_request *out, struct nsx_error *e)
{
	struct parser p = { .rq = { .report_fd = NSX_NOFD }, .e = e };
	struct reader r = { .next = words->word };

	while (*r.next && **r.next == '-' && (*r.next)[1]) {
		int rc;

		r.word = *r.next++;
		if (nsx_text_same(r.word, "--"))
			break;
		rc = r.word[1] == '-' ? take_long(&p, &r) : take_letters(&p, &r);
		if (rc < 0)
			break;
	}
	if (*r.next)
		p.rq.program = r.next;
	if (e->step != NSX_STEP_NONE || check(&p) < 0) {
		out->report_fd = p.rq.report_fd;
		return -1;
	}
	*out = p.rq;
	return 0;
}
