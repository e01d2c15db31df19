/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include <errno.h>
#include <unistd.h>

#include "environment.h"
#include "memory.h"
#include "spawn.h"
#include "sys_memory.h"
#include "target.h"
#include "text.h"

/* Read by many threads at once, and written by none, once it is open; but for the spares. */
struct nsexec_session {
	struct nsx_how how;
	bool planned;	 /* the engine's facts and plan are good for every program */
	char target[24]; /* "pidfd:N": the process that was looked at, whoever has its PID later */
	struct nsx_spares spares;
	struct nsx_call looked;
	_Alignas(16) char stack[NSX_CALL_STACK_BYTES];
};

/*
 * What is made of one program's environment cannot be another's; and directories that are
 * opened out here are replaced in a new mount namespace, see acts.h.
 */
static bool plan_serves_all(const struct nsx_request *rq)
{
	return !nsx_environment_asked(rq) && !(rq->unshare & NSX_KIND_BIT(NSX_MNT));
}

static int open_session(const struct nsexec_options *options, struct nsexec_session *s,
			struct nsx_error *e)
{
	static char *const nothing[] = { NULL };
	struct nsx_text t = nsx_text_on(s->target, sizeof(s->target));
	struct nsx_engine *en = &s->looked.en;

	s->looked.how = &s->how;
	s->looked.stack = s->stack;
	s->looked.envp = environ ? environ : (char **)(uintptr_t)nothing;
	if (nsx_spawn_read(options, &s->how, e) < 0)
		return -1;
	if (s->how.rq.net_named)
		return nsx_fail(e, NSX_STEP_OPTIONS, 0,
				"a session needs a target that is a process",
				s->how.rq.file[NSX_NET]);
	if (!s->how.rq.target)
		return nsx_fail(e, NSX_STEP_OPTIONS, 0, "a session needs a target", NULL);
	/* The cgroup is for the program, not for who may stay in front of it. */
	if (s->how.rq.join_cgroup && s->how.rq.fork == NSX_FORK_AUTO)
		s->how.rq.fork = NSX_FORK_ALWAYS;
	if (nsx_spawn_look(&s->looked, e) < 0)
		return -1;
	s->planned = plan_serves_all(&s->how.rq);
	if (en->target.pidfd == NSX_NOFD) {
		(void)nsx_fail(e, NSX_STEP_TARGET, ENOSYS, "a session pins its target by a pidfd",
			       NULL);
		return nsx_hint(e, NSX_HINT_KERNEL, 0);
	}
	nsx_text_str(&t, "pidfd:");
	nsx_text_i64(&t, en->target.pidfd);
	s->how.rq.target = s->target;
	return 0;
}

struct nsexec_session *nsexec_session_open(const struct nsexec_options *how,
					   struct nsexec_error *error)
{
	struct nsx_error e = { 0 };
	struct nsexec_session *s = nsx_memory_map(sizeof(*s), "memory for a session", &e);

	if (!s) {
		(void)nsx_api_fail(error, &e);
		return NULL;
	}
	if (open_session(how, s, &e) == 0)
		return s;
	nsexec_session_close(s);
	(void)nsx_api_fail(error, &e);
	return NULL;
}

int nsx_session_spawn(struct nsexec_session *s, const struct nsexec_program *program,
		      struct nsexec_child *child, struct nsx_kept *kept, struct nsx_error *e)
{
	const struct nsx_engine *en = &s->looked.en;
	const struct nsx_spawning spawning = {
		.how = &s->how,
		.ready = s->planned ? en : NULL,
		.spares = &s->spares,
		.lent_image = s->looked.image == NSX_NOFD ? NULL : &s->looked.image,
		.kept = kept,
	};

	if (nsx_target_alive(&en->target, e) < 0)
		return -1;
	if (nsx_spawn(&spawning, program, child, e) == 0)
		return 0;
	/* While it ends it has left its namespaces, and its pidfd does not tell yet. */
	if (e->err == ESRCH)
		e->step = NSX_STEP_TARGET;
	return -1;
}

int nsexec_session_spawn(struct nsexec_session *s, const struct nsexec_program *program,
			 struct nsexec_child *child, struct nsexec_error *error)
{
	struct nsexec_program taken;
	struct nsx_error e = { 0 };

	if (nsx_program_take(program, &taken, &e) < 0 ||
	    nsx_session_spawn(s, &taken, child, NULL, &e) < 0)
		return nsx_api_fail(error, &e);
	return 0;
}

int nsexec_session_alive(const struct nsexec_session *s)
{
	struct nsx_error ignored = { 0 };

	return nsx_target_alive(&s->looked.en.target, &ignored) == 0;
}

void nsexec_session_close(struct nsexec_session *s)
{
	if (!s)
		return;
	if (s->looked.in) {
		nsx_engine_close(&s->looked.en);
		nsx_fd_close(&s->looked.image);
	}
	nsx_room_close(&s->spares);
	(void)nsx_sys_munmap(s, sizeof(*s)); /* cannot fail: it is all of a mapping */
}
