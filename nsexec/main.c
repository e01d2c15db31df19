/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

/* The command: words come from argv, and a program is executed at the end. */
#include "engine.h"
#include "help.h"
#include "list.h"
#include "options.h"
#include "search.h"
#include "show.h"
#include "starter.h"
#include "sys_process.h"
#include "text.h"
#include "trace.h"

/* The command's way through the rooms, up to exec.  Return: only on failure or if done. */
static int enter_and_exec(struct nsx_engine *en, struct nsx_error *e)
{
	if (nsx_engine_enter(en, e) < 0)
		return -1;
	nsx_engine_release(en);
	return nsx_engine_exec(en, e);
}

static int run(struct nsx_engine *en, const struct nsx_request *rq, const struct nsx_words *words,
	       struct nsx_log *log, struct nsx_error *e)
{
	if (rq->show == NSX_SHOW_LIST)
		return nsx_list(rq->json, e);
	if (rq->show != NSX_SHOW_NOTHING)
		return nsx_help(rq->show, e);
	if (nsx_trace_open(log, NSX_STEP_OPTIONS, rq->plan ? NULL : rq->trace, "nsexec", false, e) <
	    0)
		return -1;
	if (rq->preload && !rq->plan)
		return nsx_starter_run(en, words, e);
	if (!rq->plan)
		return enter_and_exec(en, e);
	if (rq->preload && nsx_starter_look(en, e) < 0)
		return -1;
	return nsx_engine_look(en, e) < 0 ? -1 : nsx_show_plan(en, e);
}

/* A link to us of that name is spoken to as unshare(1) is. */
static enum nsx_dialect dialect(const char *name)
{
	const char *base = name ? name : "";

	for (const char *c = base; *c; c++)
		if (*c == '/')
			base = c + 1;
	return nsx_text_same(base, "unshare") ? NSX_DIALECT_UNSHARE : NSX_DIALECT_OURS;
}

/*
 * All that lives as long as the command does, in the order of a stack that has few pages
 * to touch: what every run looks at is next to the frames of what it calls, and the
 * waiter's stack is next to the words, where the kernel has been already.
 */
struct memory {
	struct nsx_error e;
	struct nsx_log log;
	struct nsx_words words;
	struct nsx_request rq;
	struct nsx_engine en;	/* the first part of it */
	struct nsx_trace trace; /* if somebody asks for it */
	struct nsx_waiter_room room;
};

static int command(char **argv, char **envp)
{
	const char *level = nsx_env_get(envp, "NSEXEC_LOG");
	struct memory m;

	m.e = (struct nsx_error){ 0 };
	m.log = nsx_log_default();
	m.words = (struct nsx_words){ .word = argv + 1 };
	m.rq = (struct nsx_request){ .report_fd = NSX_NOFD };
	nsx_engine_init(&m.en, &m.rq, &m.log, envp);
	m.en.waiter_room = &m.room;
	m.en.self.alive = &m.room.alive;
	if (level && *level && nsx_log_parse(level, &m.log, &m.e) < 0)
		return nsx_engine_failed(&m.en, &m.e);
	nsx_trace_begin(&m.trace, &m.log, nsx_trace_may_be_asked(&m.words));
	if (nsx_options_parse(&m.words, dialect(argv[0]), &m.rq, &m.e) < 0)
		return nsx_engine_failed(&m.en, &m.e);
	return run(&m.en, &m.rq, &m.words, &m.log, &m.e) < 0 ? nsx_engine_failed(&m.en, &m.e) : 0;
}

/* The initial stack: argc, argv, NULL, environment, NULL, auxiliary vector. */
_Noreturn void nsx_start(long *stack);

_Noreturn void nsx_start(long *stack)
{
	const long argc = stack[0];
	char **argv = (char **)(stack + 1);
	char *no_words[] = { NULL, NULL }; /* the kernel may have been given no argv[0] */

	nsx_sys_exit(command(argc > 0 ? argv : no_words, argv + argc + 1));
}

NSX_START(nsx_start);
