/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"

#include <errno.h>

#include "entering.h"
#include "handoff.h"
#include "report.h"
#include "shapes.h"
#include "stage.h"
#include "sys_fd.h"
#include "trace.h"

void nsx_engine_init(struct nsx_engine *en, const struct nsx_request *rq, const struct nsx_log *log,
		     char *const *envp)
{
	en->rq = rq;
	en->log = log;
	en->envp = en->callers_envp = envp;
	en->env_room = NSX_ENVIRONMENT_ANY;
	en->environment = (struct nsx_environment){ 0 };
	en->host_fork = NULL;
	en->waiter_room = NULL;
	en->waits = NULL;
	en->slim = NULL;
	en->keeps_files = false;
	en->shares = false;
	en->sibling = false;
	en->made = NULL;
	en->born = 0;
	en->plan.n = 0;
	en->plan.joins = 0;
	en->plan.forks = false;
	en->dumpable = 1;
	en->guarded = false;
	en->watched = en->apart = false;
	nsx_self_init(&en->self);
	nsx_target_init(&en->target);
	nsx_facts_init(&en->facts, &en->facts_room);
	nsx_standing_init(&en->standing);
	nsx_process_init(&en->process);
	nsx_outsider_init(&en->outsider);
	nsx_pty_init(&en->pty);
	nsx_console_init(&en->console);
	nsx_guest_init(&en->guest, &en->guest_room);
	en->program = (struct nsx_program){ .channel = NSX_NOFD };
}

/* Three ways to the same end, the cheapest first. */
enum attempt {
	ATTEMPT_QUICK,	  /* the least facts, one setns() by pidfd: all or nothing */
	ATTEMPT_COMPLETE, /* complete facts, at most two by pidfd */
	ATTEMPT_EACH,	  /* one by one: older kernels, and errors that name the kind */
	ATTEMPT_COUNT
};

/* The line for people tells of every namespace, which takes complete facts. */
static bool reports_namespaces(const struct nsx_request *rq)
{
	return rq->report_fd != NSX_NOFD && !rq->report_bytes;
}

static const char attempt_names[ATTEMPT_COUNT][16] = {
	[ATTEMPT_QUICK] = "the least facts",
	[ATTEMPT_COMPLETE] = "all facts",
	[ATTEMPT_EACH] = "one by one",
};

/* Return: 1: planned; 0: not this way; -1: no way, @e filled. */
static int prepare(struct nsx_engine *en, enum attempt attempt, struct nsx_error *e)
{
	switch (attempt) {
	case ATTEMPT_QUICK:
		if (reports_namespaces(en->rq) || en->rq->grafts || en->guest.lays ||
		    nsx_facts_quick(en->rq, en->shares, &en->self, &en->target, &en->facts) < 0)
			return 0;
		break;
	case ATTEMPT_COMPLETE:
		nsx_engine_unguard_to_look(en);
		nsx_facts_close(&en->facts);
		nsx_facts_init(&en->facts, &en->facts_room);
		if (nsx_engine_learn(en, e) < 0)
			return -1;
		break;
	case ATTEMPT_EACH:
		if (nsx_target_alive(&en->target, e) < 0)
			return -1;
		break;
	case ATTEMPT_COUNT:
		break;
	}
	nsx_trace_step(en->log, NSX_STEP_CHECK, 0, attempt_names[attempt]);
	if (nsx_engine_make_plan(en, attempt == ATTEMPT_EACH ? NSX_WAY_EACH : NSX_WAY_PIDFD, e) < 0)
		return -1;
	nsx_trace_step(en->log, NSX_STEP_PLAN, 0, NULL);
	return 1;
}

/* Before the first act, and only once. */
static int start_outsider(struct nsx_engine *en, struct nsx_error *e)
{
	if (!en->plan.outside || en->outsider.pid)
		return 0;
	if (nsx_outsider_start(&en->outsider, &en->facts, en->plan.joins, en->log, e) < 0)
		return -1;
	nsx_trace_step(en->log, NSX_STEP_FORK, 0, "outsider");
	return 0;
}

/*
 * A join by pidfd that is refused has changed nothing by itself, and what an
 * earlier one has joined may be joined again; so the next way may be tried.
 * Return: 0, -1, or 1 as nsx_engine_join().
 */
static int join(struct nsx_engine *en, struct nsx_error *e)
{
	for (enum attempt attempt = ATTEMPT_QUICK; attempt < ATTEMPT_COUNT; attempt++) {
		struct nsx_error tried = { 0 };
		size_t at;
		int rc = prepare(en, attempt, e);

		if (rc < 0)
			return -1;
		if (rc == 0)
			continue;
		nsx_engine_look_who_watches(en);
		if (en->apart)
			return 1;
		if (start_outsider(en, e) < 0)
			return -1;
		nsx_engine_guard(en);
		if (nsx_stage_walk(&en->plan, &en->facts, en->outsider.channel, en->log, &at,
				   &tried) == 0)
			return 0;
		if (en->plan.act[at].step != NSX_STEP_JOIN ||
		    en->plan.act[at].way != NSX_WAY_PIDFD) {
			*e = tried;
			nsx_outsider_gone(e, en->plan.act[at].step);
			return -1;
		}
		nsx_trace_failure(en->log, &tried);
		nsx_log(en->log, NSX_LOG_DEBUG, "one setns() by pidfd was refused; another way",
			NULL);
	}
	return -1; /* not reached: the last attempt has no join by pidfd */
}

int nsx_engine_join(struct nsx_engine *en, struct nsx_error *e)
{
	if (nsx_engine_target(en, e) < 0 || nsx_engine_make_environment(en, e) < 0)
		return -1;
	return join(en, e);
}

int nsx_engine_enter(struct nsx_engine *en, struct nsx_error *e)
{
	const int report = en->rq->report_fd;
	bool moves_host;
	struct nsx_host host;

	if (en->log->fd > 2) /* the standard streams are the program's too */
		(void)nsx_sys_fcntl(en->log->fd, F_SETFD, FD_CLOEXEC); /* closed: no log */
	if (report != NSX_NOFD && nsx_sys_fcntl(report, F_SETFD, FD_CLOEXEC) < 0)
		return nsx_fail_number(e, NSX_STEP_REPORT, EBADF, "--report-fd", "descriptor ",
				       (uint64_t)report, "");
	if (nsx_engine_target(en, e) < 0 || nsx_engine_make_environment(en, e) < 0)
		return -1;
	if (nsx_guest_look(en->rq, en->callers_envp, en->host_fork, &en->guest, e) < 0 ||
	    nsx_guest_pack(en->rq, &en->target, &en->guest, e) < 0)
		return -1;
	if (en->guest.asked)
		nsx_trace_step(en->log, NSX_STEP_GRAFT, 0, "what the program needs");
	if (nsx_shapes_open(en, e) < 0)
		return -1;
	moves_host = en->keeps_files && (nsx_request_kinds(en->rq) & NSX_KIND_BIT(NSX_MNT));
	if (moves_host)
		nsx_host_remember(&host);
	en->process.death_signal = en->rq->kill_child ? en->rq->kill_child : SIGKILL;
	if (join(en, e) < 0)
		return -1;
	if (!en->plan.outside_late)
		nsx_outsider_end(&en->outsider);
	if (moves_host && nsx_host_check(&host, e) < 0)
		return -1;
	return nsx_shapes_go_on(en, e);
}

static void close_files(struct nsx_engine *en)
{
	nsx_facts_close(&en->facts);
	nsx_standing_close(&en->standing);
	nsx_target_close(&en->target);
	nsx_self_close(&en->self);
	nsx_process_close(&en->process);
	nsx_pty_close(&en->pty);
	nsx_console_close(&en->console);
	nsx_guest_close(&en->guest);
}

void nsx_engine_close(struct nsx_engine *en)
{
	close_files(en);
	nsx_environment_close(&en->environment);
}

/* exec closes what we have opened, and makes the process dumpable. */
void nsx_engine_release(struct nsx_engine *en)
{
	if (en->host_fork) {
		close_files(en);
		if (en->rq->report_fd != NSX_NOFD)
			(void)nsx_sys_close(en->rq->report_fd); /* whatever it was, it is gone */
		nsx_trace_moment(en->log, "main", NULL);
		if (en->log->fd > 2)
			(void)nsx_sys_close(en->log->fd); /* likewise */
		nsx_trace_close(en->log);
		nsx_engine_unguard(en);
	}
	if (en->process.held)
		nsx_signals_restore(&en->process.signals);
}

int nsx_engine_exec(struct nsx_engine *en, struct nsx_error *e)
{
	char **program = en->rq->program;

	nsx_trace_moment(en->log, "exec", program ? program[0] : NULL);
	if (en->guest.asked)
		return nsx_guest_exec(&en->guest, program, en->envp, e);
	return program ? nsx_handoff_exec(program, en->envp, e) : nsx_handoff_shell(en->envp, e);
}

int nsx_engine_failed(struct nsx_engine *en, const struct nsx_error *e)
{
	nsx_outsider_end(&en->outsider);
	nsx_trace_failure(en->log, e);
	nsx_log_error(en->log, e);
	if (en->process.forked)
		nsx_process_tell(&en->process, e);
	else
		nsx_report_error(en->rq, e, 0);
	return nsx_error_status(e);
}
