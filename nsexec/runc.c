/* SPDX-License-Identifier: Apache-2.0 */
#include "runc.h"

#include <errno.h>

#include "oom.h"
#include "outside.h"
#include "plan.h"
#include "report.h"
#include "returning.h"
#include "stage.h"
#include "sys_clone.h"
#include "sys_fd.h"
#include "sys_process.h"
#include "sys_sched.h"
#include "sys_signal.h"
#include "sys_socket.h"
#include "text.h"
#include "trace.h"

enum {
	AFFINITY_WORDS = 128,  /* 8192 processors, the kernel's most */
	STAGE_1_DEPTH = 65536, /* bytes: deeper in the stack than we ever are */
};

/* What one stage says to another; the words of outside.h come through the same channel. */
enum word {
	WORD_FAILED = NSX_STEP_NONE, /* and it has been logged */
	WORD_PID = NSX_STEP_FORK,    /* stage-2 is there; its PID follows as a word of its own */
	WORD_READY = NSX_STEP_SESSION,
	WORD_GO = NSX_STEP_EXEC,
};

/*
 * One bootstrap; each stage has its own copy.  Every page of it that a stage writes to is
 * copied for that, so what they all write comes first, beside the frames of what they call.
 */
struct run {
	const struct nsx_request *rq;
	int initpipe;
	int inner[2]; /* stage-0 and stage-1; NSX_NOFD: stage-0 does it all */
	int last[2];  /* stage-0 and stage-2 */
	struct nsx_log log;
	struct nsx_target target; /* if all paths are those of one process */
	struct nsx_returning libc;
	struct nsx_error e;
	struct nsx_facts facts;
	struct nsx_plan plan; /* a big one, of which a few acts are written and read */
};

static bool say(int channel, int32_t word)
{
	return nsx_sys_send(channel, &word, sizeof(word)) == sizeof(word);
}

static bool hear(int channel, int32_t *word)
{
	return nsx_sys_read(channel, word, sizeof(*word)) == sizeof(*word);
}

static int channel_open(int pair[2], struct nsx_error *e)
{
	int rc = nsx_fd_channel(pair);

	return rc < 0 ? nsx_fail(e, NSX_STEP_FORK, -rc, "channel between the stages", NULL) : 0;
}

static void become_stage(struct run *run, char number, const char *name)
{
	run->log.stage = number;
	/* Monitors of containers know the stages by these names.  Cannot fail. */
	(void)nsx_sys_prctl(NSX_PR_SET_NAME, (unsigned long)name);
}

/*
 * Log why, if that is still ours to do, and say so to @channel, if there is one.  Without
 * an error stage-0 has told it, or tells of us when the channel ends.
 */
static int give_up(struct run *run, int channel)
{
	if (run->e.step == NSX_STEP_NONE)
		return -1;
	nsx_trace_failure(&run->log, &run->e);
	nsx_log_error(&run->log, &run->e);
	if (channel != NSX_NOFD)
		(void)say(channel, WORD_FAILED); /* stage-0 is gone: then it need not know */
	return -1;
}

static int write_oom_score(const struct nsx_request *rq, struct nsx_error *e)
{
	nsx_autofd fd = NSX_NOFD;

	if (!rq->runc.oom_score_adj)
		return 0;
	fd = nsx_oom_open(O_WRONLY);
	return nsx_oom_write(fd, rq->runc.oom_score_adj, e);
}

/* "affinity: 0x3": the processors that we may run on as we begin. */
static void log_affinity(const struct nsx_log *log)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t mask[AFFINITY_WORDS] = { 0 };
	char buf[16 * AFFINITY_WORDS + 16];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));
	bool begun = false;

	if (log->level < NSX_LOG_DEBUG || nsx_sys_getaffinity(mask, sizeof(mask)) < 0)
		return;
	nsx_text_str(&t, "affinity: 0x");
	for (int i = AFFINITY_WORDS * 16 - 1; i >= 0; i--) {
		const unsigned digit = mask[i / 16] >> i % 16 * 4 & 15;

		begun = begun || digit || i == 0;
		if (begun)
			nsx_text_bytes(&t, &digits[digit], 1);
	}
	nsx_log(log, NSX_LOG_DEBUG, buf, NULL);
}

void nsx_runc_begin(const struct nsx_log *log)
{
	nsx_log(log, NSX_LOG_DEBUG, "=> nsexec container setup", NULL);
	log_affinity(log);
}

static int plan_for_files(struct run *run)
{
	nsx_facts_close(&run->facts);
	nsx_facts_init(&run->facts, NULL);
	if (nsx_facts_files(run->rq, &run->facts, &run->e) < 0)
		return -1;
	/* Pinned and still alive: the files are its own, not those of one that has its PID now. */
	if (nsx_target_alive(&run->target, &run->e) < 0)
		return -1;
	nsx_trace_step(&run->log, NSX_STEP_CHECK, 0, "one by one");
	nsx_plan_make(run->rq, &run->facts, NSX_WAY_EACH, &run->plan);
	nsx_trace_step(&run->log, NSX_STEP_PLAN, 0, NULL);
	return 0;
}

/* The cheapest way first; see walk() for what becomes of it. */
static int make_plan(struct run *run)
{
	if (nsx_facts_paths(run->rq, &run->target, &run->facts) < 0)
		return plan_for_files(run);
	nsx_trace_step(&run->log, NSX_STEP_CHECK, 0, "by pidfd");
	nsx_plan_make(run->rq, &run->facts, NSX_WAY_PIDFD, &run->plan);
	nsx_trace_step(&run->log, NSX_STEP_PLAN, 0, NULL);
	return 0;
}

/* Everything that can be known and opened before anything changes. */
static int prepare(struct run *run)
{
	struct nsx_error *e = &run->e;

	if (write_oom_score(run->rq, e) < 0) /* before our files in /proc become root's */
		return -1;
	if (make_plan(run) < 0)
		return -1;
	if (nsx_returning_look(&run->libc, e) < 0)
		return -1;
	if (channel_open(run->last, e) < 0)
		return -1;
	if (run->plan.outside && channel_open(run->inner, e) < 0)
		return -1;
	if (run->rq->runc.hide)
		(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 0); /* cannot fail: a valid value */
	return 0;
}

static void let_go(struct run *run)
{
	nsx_facts_close(&run->facts);
	nsx_target_close(&run->target);
	for (int i = 0; i < 2; i++) {
		nsx_fd_close(&run->inner[i]);
		nsx_fd_close(&run->last[i]);
	}
}

/*
 * Entered: in all namespaces, known to libc, with the host's memory as it was.
 * Left:    0: leader of a session, root there, and the caller knows of it.
 */
static int stage_2(struct run *run)
{
	const int channel = nsx_fd_take(&run->last[1]);
	int32_t word;

	become_stage(run, '2', "runc:[2:INIT]");
	nsx_trace_birth(&run->log, "stage-2");
	let_go(run); /* stage-0's end of the channel above all, or it would never end */
	run->last[1] = channel;
	if (!hear(channel, &word))
		return -1; /* stage-0 is gone, and has told why */
	nsx_trace_step(&run->log, NSX_STEP_WAIT, 0, "for stage-0");
	if (nsx_stage_walk_new(&run->plan, &run->facts, NSX_NOFD, &run->log, &run->e) < 0)
		return give_up(run, channel);
	(void)say(channel, WORD_READY); /* the caller knows of us, whoever listens here */
	let_go(run);
	nsx_trace_moment(&run->log, "main", NULL);
	nsx_trace_close(&run->log);
	return 0;
}

/* A join by pidfd that is refused has changed nothing; the files tell which it was, and why. */
static int walk(struct run *run, int outer)
{
	struct nsx_error tried = { 0 };
	size_t at;

	if (nsx_stage_walk(&run->plan, &run->facts, outer, &run->log, &at, &tried) == 0)
		return 0;
	if (run->plan.act[at].step != NSX_STEP_JOIN || run->plan.act[at].way != NSX_WAY_PIDFD) {
		run->e = tried;
		return -1;
	}
	nsx_trace_failure(&run->log, &tried);
	if (plan_for_files(run) < 0)
		return -1;
	return nsx_stage_walk(&run->plan, &run->facts, outer, &run->log, &at, &run->e);
}

/*
 * The joins, what is created, and stage-2.
 *
 * Left: as fork(2): the PID of stage-2, 0 in stage-2; or -1.
 */
static int enter_and_clone(struct run *run, int outer)
{
	int pid;

	if (walk(run, outer) < 0)
		return -1;
	pid = nsx_returning_clone(&run->libc, NSX_CLONE_PARENT);
	if (pid < 0)
		return nsx_fail(&run->e, NSX_STEP_FORK, -pid, "stage-2", NULL);
	if (pid > 0)
		nsx_trace_step(&run->log, NSX_STEP_FORK, 0, "stage-2");
	return pid;
}

/*
 * Entered: a bare clone, outside of everything.
 * Left:    0 in stage-2; this stage itself ends in here, or fails.
 */
static int stage_1(struct run *run)
{
	const int channel = run->inner[1];
	int pid;

	become_stage(run, '1', "runc:[1:CHILD]");
	nsx_trace_birth(&run->log, "stage-1");
	nsx_fd_close(&run->inner[0]);
	nsx_fd_close(&run->last[0]);
	pid = enter_and_clone(run, channel);
	if (pid == 0)
		return stage_2(run);
	if (pid < 0)
		return give_up(run, channel);
	if (!say(channel, WORD_PID) || !say(channel, pid))
		return -1; /* stage-0 is gone, and so stage-2 ends too */
	nsx_sys_exit(0);
}

/* Write from outside what stage-1 asks for, until it tells of stage-2. */
static int serve(struct run *run, int stage1, int *stage2)
{
	const struct nsx_outside *o = &run->rq->outside;
	const int channel = run->inner[0];
	int32_t word;

	while (hear(channel, &word)) {
		const enum nsx_step step = (enum nsx_step)word;

		if (word == WORD_FAILED)
			return -1;
		if (word == WORD_PID) {
			if (hear(channel, stage2))
				return 0;
			break;
		}
		nsx_trace_pass(&run->log);
		if (nsx_outside_write(stage1, step, o, &run->log, &run->e) < 0)
			return -1;
		nsx_trace_act(&run->log, step, 0, NULL);
		if (!nsx_outside_answer(channel, step))
			break;
	}
	return nsx_fail(&run->e, NSX_STEP_WAIT, 0, "stage-1 was killed", NULL);
}

/*
 * Nothing that is left to stage-0 is urgent.  But the last word of stage-2 wakes it, and
 * where both share a processor its end would come before the host's main(): a fifth
 * of all that the bootstrap costs.  A batch process gets its time, but does not push in
 * (sched(7)).  One with a policy of its own is left alone.
 */
static void step_back(void)
{
	if (nsx_sys_getscheduler() == NSX_SCHED_OTHER)
		(void)nsx_sys_setscheduler(NSX_SCHED_BATCH); /* refused: then it pushes in */
}

/*
 * The caller is told of the others before stage-2 may go on; that it has all it
 * needs, our exit status tells.
 *
 * Entered: with both other stages there.
 * Left:    never, but on failure.
 */
static int conclude(struct run *run, int stage1, int stage2)
{
	int32_t word;

	if (nsx_report_stages(run->initpipe, stage1, stage2, &run->e) < 0)
		return -1;
	nsx_trace_step(&run->log, NSX_STEP_REPORT, 0, NULL);
	step_back();
	if (!say(run->last[0], WORD_GO) || !hear(run->last[0], &word))
		return nsx_fail(&run->e, NSX_STEP_WAIT, 0, "stage-2 was killed", NULL);
	if (word != WORD_READY)
		return -1; /* it has failed, and told why */
	nsx_trace_step(&run->log, NSX_STEP_WAIT, 0, "for stage-2");
	nsx_sys_exit(0);
}

/*
 * The whole way round, for what has to be written from outside.  A tool that writes
 * maps is waited for, so SIGCHLD must not be ignored; it has no use for the pipe.
 */
static int stage_0_outside(struct run *run)
{
	const struct nsx_sigaction by_default = { 0 };
	int stage1 = nsx_sys_clone_bare(NSX_CLONE_PARENT | SIGCHLD);
	int stage2 = 0;

	if (stage1 == 0)
		return stage_1(run);
	if (stage1 < 0)
		return nsx_fail(&run->e, NSX_STEP_FORK, -stage1, "stage-1", NULL);
	nsx_trace_step(&run->log, NSX_STEP_FORK, 0, "stage-1");
	nsx_fd_close(&run->inner[1]);
	nsx_fd_close(&run->last[1]);
	(void)nsx_sys_sigaction(SIGCHLD, &by_default, NULL);	 /* cannot fail */
	(void)nsx_sys_fcntl(run->initpipe, F_SETFD, FD_CLOEXEC); /* it is open: it was read from */
	if (serve(run, stage1, &stage2) < 0)
		return -1;
	return conclude(run, stage1, stage2);
}

/*
 * The short way: stage-1 is there for the caller alone, outside of every PID namespace.
 * Until it has ended it shares our memory, and then the kernel refuses time namespaces.
 */
static int stage_0_alone(struct run *run)
{
	const bool time = run->plan.joins & NSX_KIND_BIT(NSX_TIME);
	char *const stack = (char *)__builtin_frame_address(0) - STAGE_1_DEPTH;
	int stage1, stage2;

	stage1 = nsx_sys_clone_ending(NSX_CLONE_PARENT | SIGCHLD | (time ? NSX_CLONE_VFORK : 0),
				      stack);
	if (stage1 < 0)
		return nsx_fail(&run->e, NSX_STEP_FORK, -stage1, "stage-1", NULL);
	nsx_trace_step(&run->log, NSX_STEP_FORK, 0, "stage-1");
	stage2 = enter_and_clone(run, NSX_NOFD);
	if (stage2 == 0)
		return stage_2(run);
	if (stage2 < 0)
		return -1;
	nsx_fd_close(&run->last[1]);
	return conclude(run, stage1, stage2);
}

int nsx_runc_enter(const struct nsx_request *rq, int initpipe, const struct nsx_log *log)
{
	struct run run;
	int rc;

	run.rq = rq;
	run.initpipe = initpipe;
	run.inner[0] = run.inner[1] = run.last[0] = run.last[1] = NSX_NOFD;
	run.log = *log;
	run.e = (struct nsx_error){ 0 };
	nsx_target_init(&run.target);
	nsx_facts_init(&run.facts, NULL);
	become_stage(&run, '0', "runc:[0:PARENT]");
	rc = prepare(&run);
	if (rc == 0)
		rc = run.plan.outside ? stage_0_outside(&run) : stage_0_alone(&run);
	if (rc < 0 && run.log.stage == '0')
		return give_up(&run, NSX_NOFD);
	return rc;
}
