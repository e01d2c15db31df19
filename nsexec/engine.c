/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"

#include <errno.h>

#include "handoff.h"
#include "maps.h"
#include "names.h"
#include "report.h"
#include "settle.h"
#include "shapes.h"
#include "stage.h"
#include "sys_fd.h"
#include "sys_identity.h"
#include "sys_process.h"
#include "trace.h"
#include "watched.h"

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

int nsx_engine_target(struct nsx_engine *en, struct nsx_error *e)
{
	struct nsx_who who;

	if (!en->rq->target || en->target.pid)
		return 0;
	if (nsx_who_parse(en->rq->target, &who, e) < 0)
		return -1;
	if ((who.named ? nsx_named_open(&who, &en->target, e)
		       : nsx_target_open(&who, &en->target, e)) < 0)
		return -1;
	nsx_trace_step(en->log, NSX_STEP_TARGET, 0, en->rq->target);
	return 0;
}

/* Labels are for what is executed, and a host has been executed already. */
static int check_label(const struct nsx_engine *en, struct nsx_error *e)
{
	if (!en->host_fork || !en->facts.follow.labelled)
		return 0;
	return nsx_fail(
		e, NSX_STEP_CHECK, 0,
		"the LSM label of the target is for a PROGRAM, and there is a host that goes on",
		en->facts.follow.room->label.text);
}

/* All facts that there are, into facts that know nothing yet. */
static int learn(struct nsx_engine *en, struct nsx_error *e)
{
	const nsx_kinds written = NSX_KIND_BIT(NSX_USER) | NSX_KIND_BIT(NSX_TIME);

	if (nsx_facts_complete(en->rq, &en->target, &en->facts, e) < 0)
		return -1;
	if (nsx_facts_new(en->rq, &en->facts, e) < 0 || check_label(en, e) < 0)
		return -1;
	if (!(en->rq->unshare & written))
		return 0;
	if (nsx_maps_make(en->rq, &en->target, &en->facts, en->callers_envp, &en->maps, e) < 0)
		return -1;
	en->facts.outside = en->maps.outside;
	en->facts.alone = en->maps.alone;
	return 0;
}

static int make_environment(struct nsx_engine *en, struct nsx_error *e)
{
	if (nsx_environment_make(en->rq, en->envp, en->env_room, &en->target, &en->environment, e) <
	    0)
		return -1;
	if (!en->environment.variable)
		return 0;
	en->envp = en->environment.variable;
	nsx_trace_step(en->log, NSX_STEP_ENVIRON, 0, NULL);
	return 0;
}

/* From the facts at hand to the plan. */
static int make_plan(struct nsx_engine *en, enum nsx_way way, struct nsx_error *e)
{
	if (nsx_settle(en->rq, &en->target, &en->facts, &en->standing, !en->host_fork, e) < 0)
		return -1;
	en->facts.grafts = nsx_guest_grafts(&en->guest);
	nsx_plan_make(en->rq, &en->facts, way, &en->plan);
	return 0;
}

/*
 * A script there may name /proc/self/exe as its interpreter: that is the host's own file as
 * long as nothing else has been executed, loaded with the libraries that are found there.
 * It matters to whoever has rights by that file which the program has not.
 */
static bool lends_its_file(const struct nsx_engine *en)
{
	return ((en->plan.joins & NSX_KIND_BIT(NSX_MNT)) || en->rq->root) && nsx_sys_geteuid() != 0;
}

/* Who watches is asked only where somebody would be born there with our user namespace. */
static void look_who_watches(struct nsx_engine *en)
{
	const nsx_kinds joins = en->plan.joins;

	if (!en->shares)
		return;
	en->watched = (joins & NSX_KIND_BIT(NSX_PID)) && !(joins & NSX_KIND_BIT(NSX_USER)) &&
		      nsx_watched(&en->target, &en->facts);
	en->apart = en->watched || en->rq->host || en->rq->grafts || lends_its_file(en) ||
		    !nsx_plan_may_share_memory(&en->plan);
}

int nsx_engine_look(struct nsx_engine *en, struct nsx_error *e)
{
	if (nsx_engine_target(en, e) < 0 || make_environment(en, e) < 0)
		return -1;
	/* Who shares memory makes way for the launcher, which looks by itself. */
	if (!en->shares &&
	    nsx_guest_look(en->rq, en->callers_envp, en->host_fork, &en->guest, e) < 0)
		return -1;
	if (learn(en, e) < 0)
		return -1;
	if (make_plan(en, NSX_WAY_PIDFD, e) < 0)
		return -1;
	look_who_watches(en);
	return 0;
}

/*
 * From the first join until exec, processes in the target could otherwise trace
 * us, or reach our files through /proc/PID/exe and /proc/PID/fd (proc(5)).  The
 * old value matters only to a host; exec makes a process dumpable by itself.  Whoever
 * shares our memory would become it too: see nsx_plan_may_share_memory().
 */
static void guard(struct nsx_engine *en)
{
	if (en->guarded || !(en->plan.joins | en->born) || en->shares)
		return;
	if (en->host_fork)
		en->dumpable = nsx_sys_prctl(NSX_PR_GET_DUMPABLE, 0);
	(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 0); /* cannot fail: a valid value */
	en->guarded = true;
}

void nsx_engine_born(struct nsx_engine *en, nsx_kinds kinds)
{
	en->born = kinds;
	guard(en);
}

/* A refused attempt has joined nothing; looking on needs our own files in /proc. */
static void unguard_to_look(struct nsx_engine *en)
{
	if (en->guarded && en->dumpable == 1)
		(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 1); /* cannot fail: a valid value */
	en->guarded = false;
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
		unguard_to_look(en);
		nsx_facts_close(&en->facts);
		nsx_facts_init(&en->facts, &en->facts_room);
		if (learn(en, e) < 0)
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
	if (make_plan(en, attempt == ATTEMPT_EACH ? NSX_WAY_EACH : NSX_WAY_PIDFD, e) < 0)
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
		look_who_watches(en);
		if (en->apart)
			return 1;
		if (start_outsider(en, e) < 0)
			return -1;
		guard(en);
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
	if (nsx_engine_target(en, e) < 0 || make_environment(en, e) < 0)
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
	if (nsx_engine_target(en, e) < 0 || make_environment(en, e) < 0)
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

/*
 * In a PID, mount or user namespace of somebody else, the host's own memory and
 * files would be within reach of whoever else is in there.
 */
static bool stays_guarded(const struct nsx_engine *en)
{
	const nsx_kinds near =
		NSX_KIND_BIT(NSX_PID) | NSX_KIND_BIT(NSX_MNT) | NSX_KIND_BIT(NSX_USER);

	switch (en->rq->dumpable) {
	case NSX_DUMPABLE_YES:
		return false;
	case NSX_DUMPABLE_NO:
		return true;
	case NSX_DUMPABLE_AUTO:
		break;
	}
	return (en->plan.joins | en->born) & near;
}

static void unguard(const struct nsx_engine *en)
{
	if (en->rq->dumpable == NSX_DUMPABLE_NO)
		(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 0);
	else if (en->guarded && !stays_guarded(en) && en->dumpable == 1)
		(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 1);
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
		unguard(en);
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
