/* SPDX-License-Identifier: Apache-2.0 */
#include "shapes.h"

#include <errno.h>

#include "handoff.h"
#include "reaper.h"
#include "relay.h"
#include "report.h"
#include "stage.h"
#include "sys_fd.h"
#include "sys_process.h"
#include "sys_signal.h"
#include "trace.h"
#include "waiter.h"

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
		nsx_trace_step(en->log, NSX_STEP_WAIT, 0, "until the program is on its way");
		if (out.error.step != NSX_STEP_NONE)
			nsx_report_error(en->rq, &out.error, 0);
		else if (out.inside && nsx_report_success(en->rq, out.pid, out.inside, reported(en),
							  &en->facts, &e) < 0) {
			nsx_log_error(en->log, &e);
			(void)nsx_sys_kill(pid, SIGKILL);
			nsx_sys_exit(nsx_error_status(&e));
		}
	}
	if (en->rq->report_bytes)
		(void)nsx_sys_close(en->rq->report_fd); /* a host must not wait for our end */
	if (en->standing.oom != NSX_NOFD)
		(void)nsx_sys_write(en->standing.oom, en->standing.oom_was,
				    nsx_text_len(en->standing.oom_was)); /* if we may */
	if (en->waits)
		en->waits(en);
	en->program.pid = pid;
	en->program.inside = out.pid;
	nsx_trace_role(en->log, "waiter");
	if (en->rq->pty || en->rq->init) {
		if (en->slim)
			en->slim();
		nsx_relay_run(&en->console, &en->program, en->pty.master, en->process.hold,
			      en->log);
	}
	nsx_waiter_run(pid, en->process.hold, en->slim, en->log);
}

/* The program has logged its error already.  It ends too, and is the caller's to wait for. */
static _Noreturn void end_for(const struct nsx_engine *en, int pid, const struct nsx_error *e)
{
	nsx_report_error(en->rq, e, pid);
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
	if (nsx_report_success(en->rq, pid, out.inside, reported(en), &en->facts, &e) < 0) {
		nsx_log_error(en->log, &e);
		nsx_sys_exit(nsx_error_status(&e)); /* and so the program ends */
	}
	nsx_process_release(&en->process);
	if (nsx_process_hear(&en->process, &out))
		end_for(en, pid, &out.error);
	nsx_sys_exit(0);
}

/* A guest has been found already, and is here. */
static int look_for_program(const struct nsx_engine *en, struct nsx_error *e)
{
	if (!en->rq->program || en->guest.asked)
		return 0;
	return nsx_handoff_look(en->rq->program[0], en->envp, e);
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
	if (look_for_program(en, e) < 0)
		return -1;
	pid = nsx_sys_getpid();
	/* As bytes, 0 inside says that an error may follow. */
	return nsx_report_success(en->rq, pid, en->rq->report_bytes ? 0 : pid, reported(en),
				  &en->facts, e);
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
int nsx_shapes_open(struct nsx_engine *en, struct nsx_error *e)
{
	int log;

	if (!en->rq->pty)
		return 0;
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
	const struct nsx_id uid = nsx_facts_uid(rq, &en->facts);

	if (!rq->pty)
		return 0;
	if (nsx_pty_settle(&en->pty, moves(rq), e) < 0)
		return -1;
	nsx_pty_dress(&en->pty, en->console.terminal, en->console.typed,
		      uid.given ? &uid.id : NULL);
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
		/* Of what may be asked of it there, PERSIST comes first. */
		nsx_outsider_gone(e, en->plan.act[en->plan.n_first + 1].step);
		return -1;
	}
	nsx_fd_close(&en->outsider.channel);
	nsx_process_bind(&en->process); /* it may be another user now */
	return 0;
}

/* @rc: as of a fork */
static void trace_fork(const struct nsx_log *log, int rc, const char *name)
{
	if (rc == 0)
		nsx_trace_birth(log, name);
	else
		nsx_trace_step(log, NSX_STEP_FORK, 0, name);
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
	trace_fork(en->log, rc, "program");
	settle_outsider(en, rc);
	if (rc > 0 && en->made)
		en->made(en, pid);
	if (rc > 0)
		detach_from(en, pid);
	if (walk_new(en, e) < 0)
		return -1;
	if (look_for_program(en, e) < 0)
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
	if (rc >= 0)
		trace_fork(en->log, rc, "program");
	if (rc > 0) {
		if (en->waits)
			en->waits(en);
		if (en->slim)
			en->slim();
		nsx_reaper_run(pid, *init_side, en->process.death_signal);
	}
	nsx_fd_close(init_side);
	return rc;
}

/*
 * May the waiter leave its memory to the program's process, for as long as that takes to
 * execute it?  Not where it has more to do than to wait, and not where the other changes
 * who it is: its memory is the waiter's, too, and so must its rights be.  Whoever could
 * reach into it there could do so to the program, which has the same rights, all its life.
 *
 * Who executes in memory that is shared is in its new time namespace since Linux 6.1 only.
 */
static bool leaves_memory(const struct nsx_engine *en)
{
	const struct nsx_plan *plan = &en->plan;

	if (!en->waiter_room || en->rq->pty || en->rq->init || en->rq->report_fd != NSX_NOFD)
		return false;
	if (((plan->joins | plan->unshares) & NSX_KIND_BIT(NSX_TIME)) && !en->self.told)
		return false;
	return plan->n == plan->n_first + 1 && !plan->born && en->standing.oom == NSX_NOFD;
}

static bool leave_memory(struct nsx_engine *en)
{
	if (!leaves_memory(en))
		return false;
	(void)nsx_self_pid(&en->self);
	if (!en->self.alive) /* else from now on, its end is seen */
		return false;
	nsx_waiter_furnish(en->waiter_room, en->log);
	if (nsx_process_fork_leaving(&en->process, en->waiter_room) < 0)
		return false;
	nsx_trace_birth(en->log, "program");
	return true;
}

int nsx_shapes_go_on(struct nsx_engine *en, struct nsx_error *e)
{
	const struct nsx_error none = { 0 };
	const bool listens = en->rq->pty || en->rq->init || en->rq->report_fd != NSX_NOFD;
	int init_side = NSX_NOFD;
	int pid, rc;

	if (!en->plan.forks)
		return report_in_place(en, e);
	if (en->plan.born)
		en->process.cgroup = en->facts.cgroups.dir;
	if (en->rq->detach || en->sibling)
		return detach(en, e);
	if (leave_memory(en))
		return 0;
	if (settle_pty(en, e) < 0 || open_init(en, &init_side, e) < 0)
		return -1;
	en->process.watch = nsx_fd_take(&en->self.pidfd);
	/* The relay begins when the program does: the channel tells. */
	rc = nsx_process_fork(en->host_fork, listens, &en->process, &pid, e);
	if (rc < 0)
		return -1;
	trace_fork(en->log, rc, en->rq->init ? "init" : "program");
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
