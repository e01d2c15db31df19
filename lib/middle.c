/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"

#include <errno.h>

#include "handoff.h"
#include "keep.h"
#include "stage.h"
#include "sys.h"
#include "sys_clone.h"
#include "sys_namespace.h"
#include "sys_process.h"
#include "text.h"

static _Noreturn void fail_and_exit(struct nsx_call *c, const struct nsx_error *e)
{
	c->e = *e;
	if (c->kept)
		nsx_keep_tell(c);
	nsx_sys_exit(127); /* nobody sees it: the caller waits for us, and has the error */
}

/*
 * Entered: as the program's process, in all namespaces of the plan; middle waits, if it is
 *          another one.
 * Left:    never.
 */
static void become_program(void *arg)
{
	struct nsx_call *c = arg;
	struct nsx_error e = { 0 };

	if (!nsx_call_begins(c, NSX_BEGUN))
		nsx_sys_exit(127);
	if (c->in->plan.forks &&
	    nsx_stage_walk_new(&c->in->plan, &c->in->facts, NSX_NOFD, &c->log, &e) < 0)
		fail_and_exit(c, &e);
	if (nsx_start(c, &e) < 0)
		fail_and_exit(c, &e);
	c->executes = true;
	(void)nsx_handoff_exec(c->argv, c->in == &c->en ? c->en.envp : c->envp, &e);
	c->executes = false;
	fail_and_exit(c, &e);
}

/* From now on this is the program's process, and its descriptors are no more the host's. */
static void have_own_files(struct nsx_call *c)
{
	struct nsx_error e = { 0 };
	int rc;

	c->middle_pidfd = nsx_fd_pidfd(nsx_sys_getpid()); /* the host's; before 5.3 there is none */
	if (c->middle_pidfd < 0)
		c->middle_pidfd = NSX_NOFD;
	rc = (int)nsx_syscall1(__NR_unshare, NSX_CLONE_FILES);
	if (rc == 0)
		return;
	(void)nsx_fail(&e, NSX_STEP_FILES, -rc, "descriptors of its own", NULL);
	fail_and_exit(c, &e);
}

/*
 * It has the rest of our stack, which we leave alone until it has executed or ended.
 * Return: the PID of a sibling, or of a child if we stay, or -errno; with its pidfd, if the
 * kernel has any.
 */
static int make_program(struct nsx_call *c, nsx_born_fn *born)
{
	enum { OURS_BYTES = 1024, ALIGNED = 16 };
	const size_t left = (size_t)((char *)__builtin_frame_address(0) - c->stack);
	const struct nsx_birth birth = {
		.flags = NSX_CLONE_VM | NSX_CLONE_VFORK | NSX_CLONE_PIDFD |
			 NSX_CLONE_PARENT_SETTID | (c->kept ? 0 : NSX_CLONE_PARENT),
		.stack = c->stack,
		.stack_bytes = (left - OURS_BYTES) / ALIGNED * ALIGNED,
		.pidfd = &c->program_pidfd,
		.pid = &c->born_pid,
	};
	int pid = nsx_sys_clone_on(&birth, c->plain, born, c);

	if (pid < 0)
		c->program_pidfd = NSX_NOFD; /* written already, and closed again */
	return pid;
}

/* The rest of the plan, and the program, in a process that is born inside; or in this one. */
static _Noreturn void go_on(struct nsx_call *c, nsx_born_fn *born, bool forks)
{
	struct nsx_error e = { 0 };
	int group, pid;

	group = nsx_sys_getpgid(0);
	if (nsx_start_in_group(c, &e) < 0)
		fail_and_exit(c, &e);
	if (!forks && !c->kept) {
		have_own_files(c);
		born(c);
	}
	pid = make_program(c, born);
	if (pid < 0) {
		(void)nsx_fail(&e, NSX_STEP_FORK, -pid, "program's process", NULL);
		fail_and_exit(c, &e);
	}
	c->program_pid = pid;
	if (c->kept) {
		(void)nsx_syscall2(__NR_setpgid, 0,
				   group); /* what is sent to its group is not for us */
		nsx_keep_stay(c);
	}
	nsx_sys_exit(0);
}

static void become_launcher(void *arg)
{
	struct nsx_call *c = arg;
	struct nsx_error e = { 0 };

	if (!nsx_call_begins(c, NSX_BEGUN))
		nsx_sys_exit(127);
	(void)nsx_launch(c, &e);
	fail_and_exit(c, &e);
}

/*
 * The launcher has no waiter in front if it is born in the PID namespace; then only that is
 * joined already.  Whoever needs the user namespace first for that is refused here.
 */
static bool join_pid_alone(const struct nsx_engine *en)
{
	const struct nsx_facts *f = &en->facts;
	const int fd = f->pidfd != NSX_NOFD ? f->pidfd : f->ns[NSX_PID].fd;

	if (!(en->plan.joins & NSX_KIND_BIT(NSX_PID)) || en->rq->fork == NSX_FORK_NEVER)
		return false;
	if (en->watched)
		return false; /* its memory would be ours for a moment */
	if (en->rq->init || en->rq->pty || (en->rq->unshare & NSX_KIND_BIT(NSX_PID)))
		return false; /* there is a process in front anyway */
	return fd != NSX_NOFD && nsx_sys_setns(fd, NSX_CLONE_NEWPID) == 0;
}

/* The end of the channel that the host hears is its own, the other one is ours alone soon. */
static _Noreturn void go_on_as_launcher(struct nsx_call *c)
{
	struct nsx_error e = { 0 };

	if (nsx_launch_prepare(c, &e) < 0)
		fail_and_exit(c, &e);
	c->launched = true;
	go_on(c, become_launcher, join_pid_alone(c->in));
}

/* With the plan of the session; refused by pidfd, it is made anew, so that the error names a kind. */
static int join_ready(struct nsx_call *c, struct nsx_error *e)
{
	const struct nsx_plan *plan = &c->ready->plan;
	size_t at;

	c->in = c->ready;
	if (nsx_target_alive(&c->ready->target, e) < 0)
		return -1;
	if (c->ready->apart)
		return 1;
	if (nsx_stage_walk(plan, &c->ready->facts, NSX_NOFD, &c->log, &at, e) == 0)
		return 0;
	if (plan->act[at].step != NSX_STEP_JOIN || plan->act[at].way != NSX_WAY_PIDFD)
		return -1;
	*e = (struct nsx_error){ 0 };
	if (nsx_target_alive(&c->ready->target, e) < 0)
		return -1;
	c->in = &c->en;
	return nsx_engine_join(&c->en, e);
}

/*
 * The children of a thread may be born in another PID namespace than it is in itself, as
 * after nsexec_join(); their parent has no number there.  Nor has the target the one that
 * the thread knows it by.
 */
static int look_around(struct nsx_call *c, struct nsx_error *e)
{
	const char *target = c->how->rq.target;

	c->elsewhere = nsx_sys_getppid() == 0;
	if (!c->elsewhere || !target || nsx_text_after(target, "pidfd:"))
		return 0;
	return nsx_fail(e, NSX_STEP_TARGET, 0,
			"a PID or name, where children are born in another PID namespace; say "
			"pidfd:N",
			target);
}

/*
 * Entered: in the host's memory, with its descriptor table, but an own process, in the
 *          namespaces of the thread that waits for us; all signals held.
 */
void nsx_middle(void *arg)
{
	struct nsx_call *c = arg;
	struct nsx_error e = { 0 };
	int rc;

	if (c->kept)
		nsx_keep_begin(c);
	rc = look_around(c, &e);
	if (rc == 0)
		rc = c->ready ? join_ready(c, &e) : nsx_engine_join(&c->en, &e);
	if (rc < 0)
		fail_and_exit(c, &e);
	if (rc > 0)
		go_on_as_launcher(c);
	go_on(c, become_program, c->in->plan.forks);
}

void nsx_middle_looks(void *arg)
{
	struct nsx_call *c = arg;
	struct nsx_error e = { 0 };

	if (look_around(c, &e) < 0 || nsx_engine_look(&c->en, &e) < 0)
		fail_and_exit(c, &e);
	if (c->en.apart)
		nsx_launch_lend(c);
	c->looked = true;
	nsx_sys_exit(0);
}
