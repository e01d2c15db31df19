/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

/*
 * The constructor: runs before the host's main(), while there is one thread.
 *
 * As preload it is the first constructor of all (-z initfirst), so libc may not
 * have initialised itself: nothing here but fork() comes from libc.
 */
#include <errno.h>
#include <stddef.h>

#include "answer.h"
#include "as_runc.h"
#include "carrier.h"
#include "engine.h"
#include "environ.h"
#include "gate.h"
#include "inert.h"
#include "options.h"
#include "show.h"
#include "slim.h"
#include "sys_clone.h"
#include "sys_process.h"
#include "sys_signal.h"
#include "text.h"
#include "trace.h"

enum { PATH_BYTES = 4096 };

/*
 * One request, all of it.  On the stack: variables would be memory of each and every
 * process that loads us, whether it asks for something or not.
 */
struct asked {
	char **env; /* of this process */
	struct nsx_auxv auxv;
	struct nsx_log log;
	struct nsx_trace trace; /* @log's */
	struct nsx_error e;
	/* The process that the --preload of the command has begun with: it ends with that. */
	int parent; /* 0: nobody has started us so */
	int signal;
	char *callers[2];
	struct nsx_words words;
	struct nsx_request rq;
	struct nsx_engine en;
	/* Big ones, last, as in the engine. */
	char path[PATH_BYTES]; /* "PATH=DIRS", of NSEXEC_PATH */
	struct nsx_words_store store;
};

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
static void answer(const struct nsx_carrier *carrier, struct asked *it)
{
	if (!carrier->answer)
		return;
	nsx_answer(carrier->answer);
	it->parent = nsx_sys_getppid();
	(void)nsx_sys_prctl(NSX_PR_GET_PDEATHSIG, (unsigned long)&it->signal); /* stays 0 */
}
#else
static void answer(const struct nsx_carrier *carrier, struct asked *it)
{
	(void)carrier;
	(void)it;
}
#endif

/* A change of ids makes the kernel forget it (prctl(2), PR_SET_PDEATHSIG). */
static void bind_again(const struct asked *it)
{
	if (!it->parent || !it->signal)
		return;
	(void)nsx_sys_prctl(NSX_PR_SET_PDEATHSIG, (unsigned long)it->signal); /* was valid */
	if (nsx_sys_getppid() != it->parent)
		(void)nsx_sys_kill(nsx_sys_getpid(), SIGKILL); /* it has ended meanwhile */
}

static void waits(struct nsx_engine *en)
{
	bind_again((struct asked *)((char *)en - offsetof(struct asked, en)));
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

static int parse(struct asked *it)
{
	const char *what;

	if (nsx_options_parse(&it->words, NSX_DIALECT_OURS, &it->rq, &it->e) < 0)
		return -1;
	if (!it->rq.preload && it->rq.show == NSX_SHOW_NOTHING)
		return 0;
	what = it->rq.preload ? *it->rq.preload : it->words.word[0];
	return nsx_fail(&it->e, NSX_STEP_OPTIONS, 0, "not in front of a host program", what);
}

/* Left: with the host to go on, 0; else this process ends or has become a program. */
static int enter(struct asked *it)
{
	struct nsx_engine *en = &it->en;

	if (it->rq.plan) {
		if (nsx_engine_look(en, &it->e) < 0 || nsx_show_plan(en, &it->e) < 0)
			return -1;
		nsx_sys_exit(0);
	}
	if (nsx_engine_enter(en, &it->e) < 0)
		return -1;
	nsx_engine_release(en);
	if (!en->process.forked)
		bind_again(it);
	if (it->rq.program)
		return nsx_engine_exec(en, &it->e);
	if (en->environment.variable) {
		nsx_environ_put(it->env, en->env_room, en->environment.variable, &it->auxv);
		nsx_environment_copied(&en->environment);
	}
	return 0;
}

/* The variables are wiped before it is looked into. */
static int keep_path(const struct nsx_carrier *carrier, struct asked *it)
{
	struct nsx_text t;

	if (!carrier->path)
		return 0;
	t = nsx_text_on(it->path, sizeof(it->path));
	nsx_text_str(&t, "PATH=");
	nsx_text_str(&t, carrier->path);
	if (t.cut)
		return nsx_fail(&it->e, NSX_STEP_READ, E2BIG, "NSEXEC_PATH", NULL);
	it->callers[0] = it->path;
	it->callers[1] = NULL;
	it->en.callers_envp = it->callers;
	return 0;
}

static int run(const struct nsx_carrier *carrier, struct asked *it)
{
	struct nsx_engine *en = &it->en;
	size_t room;

	if (carrier->log && nsx_log_parse(carrier->log, &it->log, &it->e) < 0)
		return -1;
	if (nsx_carrier_read(carrier, &it->store, &it->words, &it->e) < 0 ||
	    keep_path(carrier, it) < 0)
		return -1;
	nsx_trace_begin(&it->trace, &it->log, nsx_trace_may_be_asked(&it->words));
	room = nsx_environ_scrub(it->env, &it->auxv);
	if (parse(it) < 0)
		return -1;
	/* Who starts a host with the preload has begun with it. */
	if (nsx_trace_open(&it->log, NSX_STEP_OPTIONS, it->rq.plan ? NULL : it->rq.trace,
			   it->rq.program ? "nsexec" : "host", carrier->answer, &it->e) < 0)
		return -1;
	en->host_fork = it->rq.program ? NULL : host_fork();
	en->env_room = it->rq.program ? NSX_ENVIRONMENT_ANY : room;
	en->waits = waits;
	en->slim = nsx_slim;
	en->keeps_files = needs_files && !it->rq.program;
	return enter(it);
}

/* Linked in, we may be called twice; runc's variables stay, as its Go half reads them too. */
#ifdef NSX_PRELOAD
static bool is_first_call(void)
{
	return true;
}
#else
static bool is_first_call(void)
{
	static bool called;
	const bool before = called;

	called = true;
	return !before;
}
#endif

NSX_ASKED static void bootstrap(const struct nsx_initpipe *pipe, char **env)
{
	struct nsx_auxv auxv;

	if (!is_first_call())
		return;
	nsx_auxv_find(env, &auxv);
	if (nsx_as_runc(pipe, &auxv))
		(void)nsx_environ_scrub(env, &auxv); /* of our own, our entry in LD_PRELOAD */
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

NSX_ASKED static void serve(const struct nsx_carrier *carrier, const struct nsx_initpipe *pipe,
			    char **env)
{
	struct asked it;
	int rc = -1;

	it.env = env;
	it.log = nsx_log_default();
	it.e = (struct nsx_error){ 0 };
	it.parent = it.signal = 0;
	it.rq = (struct nsx_request){ .report_fd = NSX_NOFD };
	nsx_auxv_find(env, &it.auxv);
	if (it.auxv.known && !it.auxv.secure)
		answer(carrier, &it);
	nsx_engine_init(&it.en, &it.rq, &it.log, env);
	switch (nsx_gate(&it.auxv, &it.e)) {
	case NSX_GATE_IGNORE:
		(void)nsx_environ_scrub(env, &it.auxv); /* nothing is put there */
		nsx_log(&it.log, NSX_LOG_ERROR,
			"NSEXEC is ignored: the program has more privileges than its caller", NULL);
		return;
	case NSX_GATE_REFUSE:
		break;
	case NSX_GATE_ENTER:
		if (!both(carrier, pipe, &it.e))
			rc = run(carrier, &it);
		break;
	}
	if (rc < 0)
		nsx_sys_exit(nsx_engine_failed(&it.en, &it.e));
}

NSX_INERT static void constructor(int argc, char **argv, char **envp)
{
	char **env = nsx_environ(envp);
	struct nsx_initpipe pipe;
	struct nsx_carrier carrier;
	const bool of_runc = nsx_initpipe_find(env, &pipe);

	(void)argc; /* musl passes neither */
	(void)argv;
	if (nsx_carrier_find(env, &carrier))
		serve(&carrier, &pipe, env);
	else if (of_runc)
		bootstrap(&pipe, env);
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
