/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

/*
 * The constructor: runs before the host's main(), while there is one thread.
 *
 * As preload it is the first constructor of all (-z initfirst), so libc may not
 * have initialised itself: nothing here but fork() comes from libc.
 */
#include <errno.h>

#include "answer.h"
#include "as_runc.h"
#include "carrier.h"
#include "engine.h"
#include "environ.h"
#include "gate.h"
#include "options.h"
#include "show.h"
#include "slim.h"
#include "text.h"
#include "trace.h"

/*
 * The only state that we keep in a host; pages of it are touched only if
 * something is asked of us.
 */
static struct nsx_words_store store;
static struct nsx_trace trace;

enum { PATH_BYTES = 4096 };
static char path[PATH_BYTES]; /* "PATH=DIRS", of NSEXEC_PATH */
static char *callers[] = { path, NULL };

/* The process that the --preload of the command has begun with: it ends with that. */
static struct {
	int parent; /* 0: nobody has started us so */
	int signal;
} bound;

/*
 * A host of the preload need not have a libc; whoever links us in has one, and
 * only a strong reference takes fork() out of a static library.
 */
#ifdef NSX_PRELOAD
extern int fork(void) __attribute__((weak));
#else
extern int fork(void);
#endif

/* A program that links us in knows what it needs; one that is preloaded does not. */
#ifdef NSX_PRELOAD
static const bool needs_files = true;
#else
static const bool needs_files = false;
#endif

/* Who starts a host with the preload listens to nobody else. */
#ifdef NSX_PRELOAD
static void answer(const struct nsx_carrier *carrier)
{
	if (!carrier->answer)
		return;
	nsx_answer(carrier->answer);
	bound.parent = nsx_sys_getppid();
	(void)nsx_sys_prctl(NSX_PR_GET_PDEATHSIG, (unsigned long)&bound.signal); /* stays 0 */
}
#else
static void answer(const struct nsx_carrier *carrier)
{
	(void)carrier;
}
#endif

/* A change of ids makes the kernel forget it (prctl(2), PR_SET_PDEATHSIG). */
static void bind_again(void)
{
	if (!bound.parent || !bound.signal)
		return;
	(void)nsx_sys_prctl(NSX_PR_SET_PDEATHSIG, (unsigned long)bound.signal); /* was valid */
	if (nsx_sys_getppid() != bound.parent)
		(void)nsx_sys_kill(nsx_sys_getpid(), SIGKILL); /* it has ended meanwhile */
}

static void let_go(void)
{
	bind_again();
	nsx_slim();
}

static int bare_fork(void)
{
	return nsx_sys_clone_bare(SIGCHLD);
}

static nsx_fork_fn *host_fork(void)
{
	nsx_fork_fn *of_libc = fork;

	return of_libc ? of_libc : bare_fork;
}

static int parse(const struct nsx_words *words, struct nsx_request *rq, struct nsx_error *e)
{
	if (nsx_options_parse(words, NSX_DIALECT_OURS, rq, e) < 0)
		return -1;
	if (rq->preload)
		return nsx_fail(e, NSX_STEP_OPTIONS, 0, "not in front of a host program",
				*rq->preload);
	if (rq->show != NSX_SHOW_NOTHING)
		return nsx_fail(e, NSX_STEP_OPTIONS, 0, "not in front of a host program",
				words->word[0]);
	return 0;
}

/* Left: with the host to go on, 0; else this process ends or has become a program. */
static int enter(struct nsx_engine *en, const struct nsx_request *rq, char **env,
		 const struct nsx_auxv *auxv, struct nsx_error *e)
{
	if (rq->plan) {
		if (nsx_engine_look(en, e) < 0 || nsx_show_plan(en, e) < 0)
			return -1;
		nsx_sys_exit(0);
	}
	if (nsx_engine_enter(en, e) < 0)
		return -1;
	nsx_engine_release(en);
	if (!en->process.forked)
		bind_again();
	if (rq->program)
		return nsx_engine_exec(en, e);
	if (en->environment.variable) {
		nsx_environ_put(env, en->env_room, en->environment.variable, auxv);
		nsx_environment_copied(&en->environment);
	}
	return 0;
}

/* The variables are wiped before it is looked into. */
static int keep_path(const struct nsx_carrier *carrier, struct nsx_engine *en, struct nsx_error *e)
{
	struct nsx_text t = nsx_text_on(path, sizeof(path));

	if (!carrier->path)
		return 0;
	nsx_text_str(&t, "PATH=");
	nsx_text_str(&t, carrier->path);
	if (t.cut)
		return nsx_fail(e, NSX_STEP_READ, E2BIG, "NSEXEC_PATH", NULL);
	en->callers_envp = callers;
	return 0;
}

static int run(const struct nsx_carrier *carrier, char **env, const struct nsx_auxv *auxv,
	       struct nsx_engine *en, struct nsx_request *rq, struct nsx_log *log,
	       struct nsx_error *e)
{
	struct nsx_words words;
	size_t room;

	if (carrier->log && nsx_log_parse(carrier->log, log, e) < 0)
		return -1;
	if (nsx_carrier_read(carrier, &store, &words, e) < 0 || keep_path(carrier, en, e) < 0)
		return -1;
	nsx_trace_begin(&trace, log, nsx_trace_may_be_asked(&words));
	room = nsx_environ_scrub(env, auxv);
	if (parse(&words, rq, e) < 0)
		return -1;
	/* Who starts a host with the preload has begun with it. */
	if (nsx_trace_open(log, NSX_STEP_OPTIONS, rq->plan ? NULL : rq->trace,
			   rq->program ? "nsexec" : "host", carrier->answer, e) < 0)
		return -1;
	en->host_fork = rq->program ? NULL : host_fork();
	en->env_room = rq->program ? NSX_ENVIRONMENT_ANY : room;
	en->let_go = let_go;
	en->keeps_files = needs_files && !rq->program;
	return enter(en, rq, env, auxv, e);
}

/* Our own entry in LD_PRELOAD goes; runc's variables are its Go half's as well. */
static void bootstrap(const struct nsx_initpipe *pipe, char **env)
{
	struct nsx_auxv auxv;

	nsx_auxv_find(env, &auxv);
	if (nsx_as_runc(pipe, env))
		(void)nsx_environ_scrub(env, &auxv); /* nothing is put there */
}

/* Words and runc's message ask for different things, and nobody says which comes first. */
static bool both(const struct nsx_carrier *carrier, const struct nsx_initpipe *pipe,
		 struct nsx_error *e)
{
	if (!pipe->pipe)
		return false;
	(void)nsx_fail(e, NSX_STEP_READ, 0, "both _LIBCONTAINER_INITPIPE and the variable are set",
		       carrier->words ? "NSEXEC" : "NSEXEC_FD");
	return true;
}

static void constructor(int argc, char **argv, char **envp)
{
	char **env = nsx_environ(envp);
	struct nsx_log log = nsx_log_default();
	struct nsx_request rq = { .report_fd = NSX_NOFD };
	struct nsx_error e = { 0 };
	struct nsx_initpipe pipe;
	struct nsx_carrier carrier;
	struct nsx_auxv auxv;
	struct nsx_engine en;
	int rc = -1;

	(void)argc; /* musl passes neither */
	(void)argv;
	(void)nsx_initpipe_find(env, &pipe); /* looked at below, in either case */
	if (!nsx_carrier_find(env, &carrier)) {
		if (pipe.pipe)
			bootstrap(&pipe, env);
		return;
	}
	nsx_auxv_find(env, &auxv);
	if (auxv.known && !auxv.secure)
		answer(&carrier);
	nsx_engine_init(&en, &rq, &log, env);
	switch (nsx_gate(&auxv, &e)) {
	case NSX_GATE_IGNORE:
		(void)nsx_environ_scrub(env, &auxv); /* nothing is put there */
		nsx_log(&log, NSX_LOG_ERROR,
			"NSEXEC is ignored: the program has more privileges than its caller", NULL);
		return;
	case NSX_GATE_REFUSE:
		break;
	case NSX_GATE_ENTER:
		if (!both(&carrier, &pipe, &e))
			rc = run(&carrier, env, &auxv, &en, &rq, &log, &e);
		break;
	}
	if (rc < 0)
		nsx_sys_exit(nsx_engine_failed(&en, &e));
}

typedef void constructor_fn(int argc, char **argv, char **envp);

#ifdef NSX_PRELOAD
/* -z initfirst puts it in front of every other object's. */
__attribute__((used, section(".init_array"))) static constructor_fn *const entry = constructor;
#else
/*
 * Linked into a dynamic program, .preinit_array is in front of the libraries'
 * constructors, which may start threads.  musl does not run it: there, as the
 * first of the program's own.  Whoever comes second finds nothing asked.
 */
__attribute__((used, section(".preinit_array"))) static constructor_fn *const early = constructor;
__attribute__((used, section(".init_array.00101"))) static constructor_fn *const entry =
	constructor;
#endif
