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
#include "text.h"

/* The command's way through the rooms, up to exec.  Return: only on failure or if done. */
static int enter_and_exec(struct nsx_engine *en, struct nsx_error *e)
{
	if (nsx_engine_enter(en, e) < 0)
		return -1;
	nsx_engine_release(en);
	return nsx_engine_exec(en, e);
}

static int run(struct nsx_engine *en, const struct nsx_request *rq, const struct nsx_words *words,
	       struct nsx_error *e)
{
	if (rq->show == NSX_SHOW_LIST)
		return nsx_list(rq->json, e);
	if (rq->show != NSX_SHOW_NOTHING)
		return nsx_help(rq->show, e);
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

static int command(char **argv, char **envp)
{
	struct nsx_words words = { .word = argv + 1 };
	struct nsx_request rq = { .report_fd = NSX_NOFD };
	struct nsx_log log = nsx_log_default();
	const char *level = nsx_env_get(envp, "NSEXEC_LOG");
	struct nsx_error e = { 0 };
	struct nsx_waiter_room room;
	struct nsx_engine en;

	nsx_engine_init(&en, &rq, &log, envp);
	en.waiter_room = &room;
	en.self.alive = &room.alive;
	if (level && *level && nsx_log_parse(level, &log, &e) < 0)
		return nsx_engine_failed(&en, &e);
	if (nsx_options_parse(&words, dialect(argv[0]), &rq, &e) < 0)
		return nsx_engine_failed(&en, &e);
	return run(&en, &rq, &words, &e) < 0 ? nsx_engine_failed(&en, &e) : 0;
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
