/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"

#include <errno.h>

#include "handoff.h"
#include "reaper.h"
#include "maps.h"
#include "relay.h"
#include "report.h"
#include "settle.h"
#include "stage.h"
#include "waiter.h"

void nsx_engine_init(struct nsx_engine *en, const struct nsx_request *rq, const struct nsx_log *log,
		     char *const *envp)
{
	en->rq = rq;
	en->log = log;
	en->envp = en->callers_envp = envp;
	en->env_room = NSX_ENVIRONMENT_ANY;
	en->environment = (struct nsx_environment){ 0 };
	en->host_fork = NULL;
	en->let_go = NULL;
	en->keeps_files = false;
	en->plan.n = 0;
	en->plan.joins = 0;
	en->plan.forks = false;
	en->dumpable = 1;
	en->guarded = false;
	nsx_target_init(&en->target);
	nsx_facts_init(&en->facts);
	nsx_standing_init(&en->standing);
	nsx_process_init(&en->process);
	nsx_outsider_init(&en->outsider);
	nsx_pty_init(&en->pty);
	nsx_console_init(&en->console);
	en->program = (struct nsx_program){ .channel = NSX_NOFD };
}

static int open_target(struct nsx_engine *en, struct nsx_error *e)
{
	struct nsx_who who;

	if (!en->rq->target)
		return 0;
	if (nsx_who_parse(en->rq->target, &who, e) < 0)
		return -1;
	return nsx_target_open(&who, &en->target, e);
}

/* Labels are for what is executed, and a host has been executed already. */
static int check_label(const struct nsx_engine *en, struct nsx_error *e)
{
	if (!en->host_fork || en->facts.follow.label.lsm == NSX_LSM_NONE)
		return 0;
	return nsx_fail(
		e, NSX_STEP_CHECK, 0,
		"the LSM label of the target is for a PROGRAM, and there is a host that goes on",
		en->facts.follow.label.text);
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
	if (en->environment.variable)
		en->envp = en->environment.variable;
	return 0;
}

/* From the facts at hand to the plan. */
static int make_plan(struct nsx_engine *en, enum nsx_way way, struct nsx_error *e)
{
	if (nsx_settle(en->rq, &en->target, &en->facts, &en->standing, !en->host_fork, e) < 0)
		return -1;
	nsx_plan_make(en->rq, &en->facts, way, &en->plan);
	return 0;
}

int nsx_engine_look(struct nsx_engine *en, struct nsx_error *e)
{
	if (open_target(en, e) < 0 || make_environment(en, e) < 0)
		return -1;
	if (learn(en, e) < 0)
		return -1;
	return make_plan(en, NSX_WAY_PIDFD, e);
}

/*
 * From the first join until exec, processes in the target could otherwise trace
 * us, or reach our files through /proc/PID/exe and /proc/PID/fd (proc(5)).  The
 * old value matters only to a host; exec makes a process dumpable by itself.
 */
static void guard(struct nsx_engine *en)
{
	if (en->guarded || !en->plan.joins)
		return;
	if (en->host_fork)
		en->dumpable = nsx_sys_prctl(NSX_PR_GET_DUMPABLE, 0);
	(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 0); /* cannot fail: a valid value */
	en->guarded = true;
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

/* Return: 1: planned; 0: not this way; -1: no way, @e filled. */
static int prepare(struct nsx_engine *en, enum attempt attempt, struct nsx_error *e)
{
	switch (attempt) {
	case ATTEMPT_QUICK:
		if (en->rq->report_fd != NSX_NOFD ||
		    nsx_facts_quick(en->rq, &en->target, &en->facts) < 0)
			return 0;
		break;
	case ATTEMPT_COMPLETE:
		unguard_to_look(en);
		nsx_facts_close(&en->facts);
		nsx_facts_init(&en->facts);
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
	if (make_plan(en, attempt == ATTEMPT_EACH ? NSX_WAY_EACH : NSX_WAY_PIDFD, e) < 0)
		return -1;
	return 1;
}

/* Before the first act, and only once. */
static int start_outsider(struct nsx_engine *en, struct nsx_error *e)
{
	if (!en->plan.outside || en->outsider.pid)
		return 0;
	return nsx_outsider_start(&en->outsider, &en->facts, en->plan.joins, en->log, e);
}

/* A process outside that is gone has nothing to tell. */
static void fill_in(struct nsx_error *e, const struct nsx_plan *plan, size_t at)
{
	if (e->step == NSX_STEP_NONE)
		(void)nsx_fail(e, plan->act[at].step, 0, "the process outside was killed", NULL);
}

/*
 * A join by pidfd that is refused has changed nothing by itself, and what an
 * earlier one has joined may be joined again; so the next way may be tried.
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
		if (start_outsider(en, e) < 0)
			return -1;
		guard(en);
		if (nsx_stage_walk(&en->plan, &en->facts, en->outsider.channel, en->log, &at,
				   &tried) == 0)
			return 0;
		if (en->plan.act[at].step != NSX_STEP_JOIN ||
		    en->plan.act[at].way != NSX_WAY_PIDFD) {
			*e = tried;
			fill_in(e, &en->plan, at);
			return -1;
		}
		nsx_log(en->log, NSX_LOG_DEBUG, "one setns() by pidfd was refused; another way",
			NULL);
	}
	return -1; /* not reached: the last attempt has no join by pidfd */
}

/* Kinds whose inodes are in the report; those that were created are looked at now. */
static nsx_kinds reported(struct nsx_engine *en)
{
	if (en->rq->report_fd != NSX_NOFD)
		nsx_facts_created(&en->facts, en->plan.unshares);
	return en->plan.joins | en->plan.unshares;
}

/* The caller waits for the line: if it cannot be had, neither can the program. */
static _Noreturn void wait_for(struct nsx_engine *en, int pid)
{
	struct nsx_outcome out = { .pid = pid };
	struct nsx_error e = { 0 };

	if (en->process.channel != NSX_NOFD) {
		while (nsx_process_hear(&en->process, &out))
			; /* what it tells last counts */
		if (out.error.step != NSX_STEP_NONE)
			nsx_report_error(en->rq->report_fd, &out.error, 0);
		else if (out.inside && nsx_report_success(en->rq->report_fd, out.pid, out.inside,
							  reported(en), &en->facts, &e) < 0) {
			nsx_log_error(en->log, &e);
			(void)nsx_sys_kill(pid, SIGKILL);
			nsx_sys_exit(nsx_error_status(&e));
		}
	}
	if (en->standing.oom != NSX_NOFD)
		(void)nsx_sys_write(en->standing.oom, en->standing.oom_was,
				    nsx_text_len(en->standing.oom_was)); /* if we may */
	if (en->let_go)
		en->let_go();
	en->program.pid = pid;
	en->program.inside = out.pid;
	if (en->rq->pty || en->rq->init)
		nsx_relay_run(&en->console, &en->program, en->pty.master, en->process.hold,
			      en->log);
	nsx_waiter_run(pid, en->process.hold);
}

/* The program has logged its error already.  It ends too, and is the caller's to wait for. */
static _Noreturn void end_for(const struct nsx_engine *en, int pid, const struct nsx_error *e)
{
	nsx_report_error(en->rq->report_fd, e, pid);
	nsx_sys_exit(nsx_error_status(e));
}

/*
 * Entered: as the first process of the detached shape, with the program at rest.
 * Left:    never; with the program on its way only if the caller knows of it.
 */
static _Noreturn void detach_from(struct nsx_engine *en, int pid)
{
	struct nsx_outcome out = { .pid = pid };
	struct nsx_error e = { 0 };

	if (!nsx_process_hear(&en->process, &out)) {
		(void)nsx_fail_number(&e, NSX_STEP_FORK, ECHILD, "the program's process was killed",
				      "PID ", (uint64_t)pid, "");
		nsx_log_error(en->log, &e);
		end_for(en, pid, &e);
	}
	if (out.error.step != NSX_STEP_NONE)
		end_for(en, pid, &out.error);
	if (nsx_report_success(en->rq->report_fd, pid, out.inside, reported(en), &en->facts, &e) <
	    0) {
		nsx_log_error(en->log, &e);
		nsx_sys_exit(nsx_error_status(&e)); /* and so the program ends */
	}
	nsx_process_release(&en->process);
	if (nsx_process_hear(&en->process, &out))
		end_for(en, pid, &out.error);
	nsx_sys_exit(0);
}

/*
 * There is nobody to report after exec, so the line says what will be; hence a
 * look first whether the program is there at all.
 */
static int report_in_place(struct nsx_engine *en, struct nsx_error *e)
{
	int pid;

	if (en->rq->report_fd == NSX_NOFD)
		return 0;
	if (en->rq->program && nsx_handoff_look(en->rq->program[0], en->envp, e) < 0)
		return -1;
	pid = nsx_sys_getpid();
	return nsx_report_success(en->rq->report_fd, pid, pid, reported(en), &en->facts, e);
}

/* After the fork: the new process may ask on, the first one waits until it has done so. */
static void settle_outsider(struct nsx_engine *en, int is_first)
{
	if (is_first)
		nsx_outsider_end(&en->outsider);
	else
		en->outsider.pid = 0; /* no child of ours */
}

/* Would the program have other mounts than we have now, or another root? */
static bool moves(const struct nsx_request *rq)
{
	return ((nsx_request_kinds(rq) | rq->unshare) & NSX_KIND_BIT(NSX_MNT)) || rq->root;
}

/* Our words are for the caller's standard error, also when that is the program's pty. */
static int open_pty(struct nsx_engine *en, struct nsx_error *e)
{
	int log;

	if (nsx_pty_open(&en->pty, moves(en->rq), e) < 0)
		return -1;
	nsx_console_open(&en->console, en->pty.own_fds);
	en->pty_log = *en->log;
	log = en->log->fd == 2 ? nsx_sys_fcntl(2, F_DUPFD_CLOEXEC, 3) : en->log->fd;
	if (log < 0)
		en->pty_log.level = NSX_LOG_OFF; /* there is no standard error */
	else
		en->pty_log.fd = log;
	en->log = &en->pty_log;
	return 0;
}

static int settle_pty(struct nsx_engine *en, struct nsx_error *e)
{
	const struct nsx_request *rq = en->rq;

	if (!rq->pty)
		return 0;
	if (nsx_pty_settle(&en->pty, moves(rq), e) < 0)
		return -1;
	nsx_pty_dress(&en->pty, en->console.terminal, en->console.typed,
		      rq->uid.given ? &rq->uid.id : NULL);
	en->plan.act[en->plan.n - 1].fd = en->pty.slave;
	return 0;
}

/* What is left to do in the new process. */
static int walk_new(struct nsx_engine *en, struct nsx_error *e)
{
	if (en->process.born)
		nsx_cgroups_were_born_in(&en->facts.cgroups);
	if (en->plan.n == en->plan.n_first + 1)
		return 0;
	if (nsx_stage_walk_new(&en->plan, &en->facts, en->outsider.channel, en->log, e) < 0) {
		fill_in(e, &en->plan, en->plan.n_first + 1); /* PERSIST is the first of them */
		return -1;
	}
	nsx_fd_close(&en->outsider.channel);
	nsx_process_bind(&en->process); /* it may be another user now */
	return 0;
}

/* Released when the report is written; so a look first whether the program is there. */
static int detach(struct nsx_engine *en, struct nsx_error *e)
{
	const struct nsx_error none = { 0 };
	struct nsx_returning libc;
	int pid, rc;

	if (en->host_fork && nsx_returning_look(&libc, e) < 0)
		return -1;
	rc = nsx_process_detach(en->host_fork ? &libc : NULL, &en->process, &pid, e);
	if (rc < 0)
		return -1;
	settle_outsider(en, rc);
	if (rc > 0)
		detach_from(en, pid);
	if (walk_new(en, e) < 0)
		return -1;
	if (en->rq->program && nsx_handoff_look(en->rq->program[0], en->envp, e) < 0)
		return -1;
	nsx_process_tell(&en->process, &none);
	nsx_process_stand(&en->process);
	return 0;
}

/*
 * The init is one more waiter, inside.  Its channel is not the one of the program, whose
 * end tells that the program is on its way.
 */
static int open_init(struct nsx_engine *en, int *init_side, struct nsx_error *e)
{
	int pair[2];
	int rc;

	if (!en->rq->init)
		return 0;
	rc = nsx_fd_channel(pair);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_FORK, -rc, "channel to the init", NULL);
	en->program.channel = pair[0];
	*init_side = pair[1];
	return 0;
}

/*
 * Entered: in the new process, the first of its PID namespace.
 * Left:    0 in the program's; the init never comes back.
 */
static int become_init(struct nsx_engine *en, int *init_side, struct nsx_error *e)
{
	int pid, rc;

	nsx_fd_close(&en->program.channel);
	if (!en->rq->init)
		return 0;
	rc = nsx_process_fork_again(en->host_fork, &pid, e);
	if (rc > 0) {
		if (en->let_go)
			en->let_go();
		nsx_reaper_run(pid, *init_side, en->process.death_signal);
	}
	nsx_fd_close(init_side);
	return rc;
}

static int go_on(struct nsx_engine *en, struct nsx_error *e)
{
	const struct nsx_error none = { 0 };
	const bool listens = en->rq->pty || en->rq->init || en->rq->report_fd != NSX_NOFD;
	int init_side = NSX_NOFD;
	int pid, rc;

	if (!en->plan.forks)
		return report_in_place(en, e);
	if (en->plan.born)
		en->process.cgroup = en->facts.cgroups.dir;
	if (en->rq->detach)
		return detach(en, e);
	if (settle_pty(en, e) < 0 || open_init(en, &init_side, e) < 0)
		return -1;
	/* The relay begins when the program does: the channel tells. */
	rc = nsx_process_fork(en->host_fork, listens, &en->process, &pid, e);
	if (rc < 0)
		return -1;
	if (rc == 0 && become_init(en, &init_side, e) < 0)
		return -1;
	nsx_fd_close(&init_side);
	settle_outsider(en, rc);
	if (rc > 0)
		wait_for(en, pid);
	if (walk_new(en, e) < 0)
		return -1;
	nsx_process_tell(&en->process, &none);
	return 0;
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
	if (open_target(en, e) < 0 || make_environment(en, e) < 0)
		return -1;
	if (en->rq->pty && open_pty(en, e) < 0)
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
	return go_on(en, e);
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
	return en->plan.joins & near;
}

static void unguard(const struct nsx_engine *en)
{
	if (en->rq->dumpable == NSX_DUMPABLE_NO)
		(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 0);
	else if (en->guarded && !stays_guarded(en) && en->dumpable == 1)
		(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 1);
}

/* exec closes what we have opened, and makes the process dumpable. */
void nsx_engine_release(struct nsx_engine *en)
{
	if (en->host_fork) {
		nsx_facts_close(&en->facts);
		nsx_standing_close(&en->standing);
		nsx_target_close(&en->target);
		nsx_process_close(&en->process);
		nsx_pty_close(&en->pty);
		nsx_console_close(&en->console);
		if (en->rq->report_fd != NSX_NOFD)
			(void)nsx_sys_close(en->rq->report_fd); /* whatever it was, it is gone */
		if (en->log->fd > 2)
			(void)nsx_sys_close(en->log->fd); /* likewise */
		unguard(en);
	}
	if (en->process.held)
		nsx_signals_restore(&en->process.signals);
}

int nsx_engine_failed(struct nsx_engine *en, const struct nsx_error *e)
{
	nsx_outsider_end(&en->outsider);
	nsx_log_error(en->log, e);
	if (en->process.forked)
		nsx_process_tell(&en->process, e);
	else
		nsx_report_error(en->rq->report_fd, e, 0);
	return nsx_error_status(e);
}
