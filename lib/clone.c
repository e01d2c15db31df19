/* SPDX-License-Identifier: Apache-2.0 */
/* nsexec_clone(): the side of the caller. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "api.h"
#include "child.h"
#include "kindset.h"
#include "letter.h"
#include "memory.h"
#include "newborn.h"
#include "sys_memory.h"
#include "sys_namespace.h"
#include "sys_process.h"
#include "sys_socket.h"
#include "sys_thread.h"

/* What a function may count on, as in a main thread; musl's threads have much less. */
enum { STACK_BYTES = 8 << 20 };

/* The first child, and its sibling, if there must be one. */
struct brood {
	struct nsexec_child first, sibling;
};

/* What is a program's alone.  It was executed long ago, or is not there to be executed. */
static int check_request(const struct nsx_request *rq, struct nsx_error *e)
{
	const struct {
		bool asked;
		const char *what;
	} refused[] = {
		{ rq->pty, "--pty" },
		{ rq->init, "--init" },
		{ rq->host, "--host" },
		{ rq->kill_child, "--kill-child" },
		{ rq->as_target, "--as-target" },
		{ rq->label != NSX_LABEL_STAYS, "--follow-context" },
		{ rq->target_env, "--target-env" },
		{ nsx_environment_asked(rq), "--env, --unsetenv and --clearenv" },
		{ rq->report_fd != NSX_NOFD, "--report-fd" },
		{ rq->plan, "--plan" },
		{ rq->show != NSX_SHOW_NOTHING, "--help or --version" },
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		if (refused[i].asked)
			return nsx_fail(e, NSX_STEP_OPTIONS, 0, "for a program, not for a function",
					refused[i].what);
	if ((rq->unshare & NSX_KIND_BIT(NSX_USER)) &&
	    (rq->uid_of_target || rq->gid_of_target || rq->groups_of_target))
		return nsx_fail(e, NSX_STEP_OPTIONS, 0,
				"ids of the target in a user namespace that is new", rq->target);
	return 0;
}

/* From what the caller has said to a target that is open. */
static int understand(struct nsx_cloning *c, const struct nsexec_options *how, int flags,
		      struct nsx_error *e)
{
	static char *const no_environment[] = { NULL };
	struct nsx_request *rq = &c->how.rq;
	nsx_kinds create;

	c->log = (struct nsx_log){ .level = NSX_LOG_OFF, .fd = 2 };
	nsx_engine_init(&c->engine, rq, &c->log, environ ? environ : no_environment);
	if ((flags & 0xff & ~NSX_CLONE_NEWTIME) == SIGCHLD)
		flags &= ~SIGCHLD;
	if (nsx_api_kinds(flags, &create, e) < 0 || nsx_how_read(how, &c->how, e) < 0)
		return -1;
	rq->unshare |= create;
	if (check_request(rq, e) < 0)
		return -1;
	rq->detach = false; /* as it is: a child of the caller's */
	if (rq->fork == NSX_FORK_ALWAYS)
		rq->fork = NSX_FORK_AUTO; /* it is a new process anyway */
	return nsx_engine_target(&c->engine, e);
}

static int open_channel(struct nsx_cloning *c, struct nsx_error *e)
{
	int rc = nsx_fd_channel(c->channel);

	if (rc == 0)
		rc = nsx_sys_pass_sender(c->channel[0]);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_FORK, -rc, "channel to the new process", NULL);
	c->self = nsx_fd_pidfd(nsx_sys_getpid());
	if (c->self < 0 && c->self != -ENOSYS)
		return nsx_fail(e, NSX_STEP_FORK, -c->self, "pidfd of this process", NULL);
	return 0;
}

static void *thread(void *arg)
{
	nsx_newborn_make(arg);
	return NULL;
}

/*
 * Joined, a thread of libc is not all gone yet, and when it is, the kernel sends its
 * children the signal that they want at the death of their parent (PR_SET_PDEATHSIG).  Only
 * then may there be any of the caller's.
 */
static void see_off(int tid)
{
	while (nsx_sys_tgkill(nsx_sys_getpid(), tid, 0) == 0)
		(void)sched_yield(); /* cannot fail */
}

static int bear(struct nsx_cloning *c, struct nsx_error *e)
{
	pthread_attr_t attr;
	pthread_t it;
	int rc = pthread_attr_init(&attr);

	if (rc == 0) {
		(void)pthread_attr_setstacksize(&attr, STACK_BYTES); /* else as it is */
		rc = pthread_create(&it, &attr, thread, c);
		(void)pthread_attr_destroy(&attr); /* nothing is in there */
	}
	if (rc != 0)
		return nsx_fail(e, NSX_STEP_FORK, rc, "thread that forks", NULL);
	(void)pthread_join(it, NULL); /* cannot fail: it is ours, and not joined yet */
	see_off(c->tid);
	return c->pid < 0 ? nsx_fail(e, NSX_STEP_FORK, -c->pid, "new process", NULL) : 0;
}

/*
 * Has the target left its namespaces?  The first process of a PID namespace has not ended
 * by then: it waits until we have waited for ours.
 */
static bool is_ending(const struct nsx_target *t)
{
	const int pid = nsx_target_proc_pid(t);
	struct nsx_ns_id id;
	int rc;

	if (!t->pid)
		return false;
	rc = nsx_ns_identify(pid ? pid : t->pid, NSX_UTS, &id);
	return rc == -ENOENT || rc == -ESRCH;
}

/* Whoever dies without a word was killed, and mostly because its PID namespace ended. */
static int fail_killed(const struct nsx_cloning *c, struct nsx_error *e)
{
	const struct nsx_target *t = &c->engine.target;

	if (t->pid && nsx_target_alive(t, e) < 0)
		return -1;
	if (is_ending(t)) {
		(void)nsx_fail_number(e, NSX_STEP_TARGET, ESRCH, "process", "PID ",
				      (uint64_t)t->pid, "");
		return nsx_hint(e, NSX_HINT_GONE, 0);
	}
	return nsx_fail(e, NSX_STEP_FORK, ECHILD, "the new process was killed", NULL);
}

/* @pid is held, or a zombie: the number is its own. */
static int pin(const struct nsx_cloning *c, struct nsexec_child *child, int pid,
	       struct nsx_error *e)
{
	const int fd = nsx_fd_pidfd(pid);

	child->pid = pid;
	child->pidfd = fd < 0 ? NSX_NOFD : fd;
	if (fd >= 0 || fd == -ENOSYS)
		return 0;
	if (fd == -ESRCH)
		return fail_killed(c, e);
	return nsx_fail_number(e, NSX_STEP_FORK, -fd, "pidfd of the new process", "PID ",
			       (uint64_t)pid, "");
}

/* Left: 0, with the child that goes on at rest inside. */
static int listen_to(struct nsx_cloning *c, struct brood *b, struct nsx_error *e)
{
	for (;;) {
		const struct nsexec_child *now = b->sibling.pidfd < 0 ? &b->first : &b->sibling;
		struct nsx_mail mail;

		if (!nsx_letter_await(c->channel[0], now->pidfd, &mail))
			return fail_killed(c, e);
		if (mail.letter.about == NSX_LETTER_SIBLING) {
			b->sibling.pidfd = mail.fd;
			continue;
		}
		if (mail.sender != b->first.pid && b->sibling.pidfd < 0 &&
		    pin(c, &b->sibling, mail.sender, e) < 0)
			return -1;
		if (mail.sender != b->first.pid)
			b->sibling.pid = mail.sender;
		if (mail.letter.about == NSX_LETTER_INSIDE)
			return 0;
		*e = mail.letter.error;
		return -1;
	}
}

static bool there(const struct nsexec_child *child)
{
	return child->pid || child->pidfd >= 0;
}

/* One that has ended, or is about to. */
static void bury(struct nsexec_child *child)
{
	struct nsx_error ignored = { 0 }; /* somebody has waited for all children */

	if (there(child))
		(void)nsx_child_wait(child->pid, child->pidfd, -1, NULL, &ignored);
	nsx_fd_close(&child->pidfd);
}

/* Entered: with the child before its first step. */
static int bring_up(struct nsx_cloning *c, struct nsexec_child *out, struct nsx_error *e)
{
	const struct nsx_letter go = { .about = NSX_LETTER_GO },
				stop = { .about = NSX_LETTER_STOP };
	struct brood b = { { 0, NSX_NOFD }, { 0, NSX_NOFD } };
	int rc = pin(c, &b.first, c->pid, e);

	if (rc == 0) {
		nsx_letter_send(c->channel[0], &go, NSX_NOFD);
		rc = listen_to(c, &b, e);
	}
	nsx_letter_send(c->channel[0], rc == 0 ? &go : &stop, NSX_NOFD);
	if (rc == 0 && !there(&b.sibling)) {
		*out = b.first;
		return 0;
	}
	if (rc == 0)
		*out = b.sibling;
	else
		bury(&b.sibling);
	bury(&b.first);
	return rc;
}

static int carry_out(struct nsx_cloning *c, struct nsexec_child *child, struct nsx_error *e)
{
	int rc = open_channel(c, e);

	if (rc == 0)
		rc = bear(c, e);
	nsx_fd_close(&c->channel[1]);
	if (rc == 0)
		rc = bring_up(c, child, e);
	nsx_fd_close(&c->channel[0]);
	nsx_fd_close(&c->self);
	return rc;
}

/* No handler of the host's runs half-way, and nobody cancels us there. */
static int undisturbed(struct nsx_cloning *c, struct nsexec_child *child, struct nsx_error *e)
{
	sigset_t all;
	int cancel, rc;

	/* libc keeps its own signals out of it: setuid() of another thread waits for us. */
	(void)sigfillset(&all); /* these cannot fail: valid arguments */
	(void)pthread_sigmask(SIG_SETMASK, &all, &c->mask);
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	rc = carry_out(c, child, e);
	(void)pthread_setcancelstate(cancel, NULL);
	(void)pthread_sigmask(SIG_SETMASK, &c->mask, NULL);
	return rc;
}

int nsexec_clone(const struct nsexec_options *how, int (*call)(void *), void *arg, int flags,
		 struct nsexec_child *child, struct nsexec_error *e)
{
	const int was = errno;
	struct nsx_error error = { 0 };
	struct nsx_cloning *c = nsx_memory_map(sizeof(*c), "memory", &error);
	int rc;

	if (!c)
		return nsx_api_fail(e, &error);
	c->call = call;
	c->arg = arg;
	c->channel[0] = c->channel[1] = c->self = NSX_NOFD;
	rc = understand(c, how, flags, &error);
	if (rc == 0)
		rc = undisturbed(c, child, &error);
	nsx_engine_close(&c->engine);
	(void)nsx_sys_munmap(c, sizeof(*c)); /* cannot fail: it is ours, and whole */
	errno = was;
	return rc < 0 ? nsx_api_fail(e, &error) : 0;
}
