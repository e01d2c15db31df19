/* SPDX-License-Identifier: Apache-2.0 */
#include "newborn.h"

#include <errno.h>
#include <unistd.h>

#include "letter.h"
#include "source.h"
#include "sys_memory.h"
#include "sys_namespace.h"
#include "sys_process.h"
#include "sys_thread.h"

static struct nsx_cloning *cloning_of(struct nsx_engine *en)
{
	return (struct nsx_cloning *)((char *)en - offsetof(struct nsx_cloning, engine));
}

/*
 * Entered: in a first process that stays outside of the PID namespace, once it has made
 * its sibling, which goes no further than to its last act until we do.
 */
static void tell_of_sibling(struct nsx_engine *en, int pid)
{
	const struct nsx_letter letter = { .about = NSX_LETTER_SIBLING };
	nsx_autofd fd = nsx_fd_pidfd(pid);

	if (fd >= 0)
		nsx_letter_send(cloning_of(en)->channel[1], &letter, fd);
}

/* Until we are told to go: whoever is not is on his way to nowhere. */
static void stand(const struct nsx_cloning *c, int status)
{
	struct nsx_mail mail;

	if (!nsx_letter_await(c->channel[1], c->self, &mail) || mail.letter.about != NSX_LETTER_GO)
		nsx_sys_exit(status);
}

/* Nothing of ours is left behind it. */
static _Noreturn void call(struct nsx_cloning *c)
{
	int (*const function)(void *) = c->call;
	void *const arg = c->arg;
	const sigset_t mask = c->mask;

	nsx_fd_close(&c->channel[1]);
	nsx_fd_close(&c->self);
	(void)nsx_sys_munmap(c, sizeof(*c));		 /* cannot fail: it is ours, and whole */
	(void)pthread_sigmask(SIG_SETMASK, &mask, NULL); /* likewise */
	_exit(function(arg));
}

/*
 * Entered: one thread, all signals held; in the PID namespace already, or not.
 * Left:    never.
 */
static _Noreturn void live(struct nsx_cloning *c)
{
	struct nsx_letter letter = { .about = NSX_LETTER_INSIDE };
	int status = NSEXEC_EXIT_FAILED;

	if (c->born)
		nsx_engine_born(&c->engine, c->born);
	nsx_fd_close(&c->channel[0]);
	stand(c, status);
	c->engine.host_fork = fork;
	c->engine.sibling = true;
	c->engine.made = tell_of_sibling;
	if (nsx_engine_enter(&c->engine, &letter.error) < 0)
		letter.about = NSX_LETTER_FAILED;
	/* First of all: a sibling's first process ends as soon as it hears of it. */
	nsx_letter_send(c->channel[1], &letter, NSX_NOFD);
	if (letter.about == NSX_LETTER_FAILED)
		status = nsx_engine_failed(&c->engine, &letter.error);
	else
		nsx_engine_release(&c->engine);
	stand(c, status);
	call(c);
}

/* A refusal is no failure: there is another way, or the engine will say why not. */
static nsx_kinds join(const struct nsx_request *rq, struct nsx_target *t)
{
	char from[NSX_FROM_BYTES];
	struct nsx_error ignored = { 0 };
	nsx_autofd fd = nsx_source_open(rq, t, NSX_PID, from, &ignored);

	if (fd < 0 || nsx_sys_setns(fd, NSX_CLONE_NEWPID) < 0)
		return 0;
	return NSX_KIND_BIT(NSX_PID);
}

/* Not where it would be another's, or needs to be known before its first process. */
static bool may_create(const struct nsx_request *rq)
{
	const nsx_kinds before =
		NSX_KIND_BIT(NSX_PID) | NSX_KIND_BIT(NSX_TIME) | NSX_KIND_BIT(NSX_USER);

	if ((nsx_request_kinds(rq) & before) || rq->user_parent)
		return false;
	if (rq->create.file[NSX_PID] || rq->create.file[NSX_TIME])
		return false;
	return !rq->create.monotonic.given && !rq->create.boottime.given &&
	       !(rq->unshare & NSX_KIND_BIT(NSX_USER));
}

static void create(struct nsx_request *rq)
{
	const nsx_kinds kinds = rq->unshare & (NSX_KIND_BIT(NSX_PID) | NSX_KIND_BIT(NSX_TIME));

	if (kinds && may_create(rq) && nsx_sys_unshare(nsx_kinds_flags(kinds)) == 0)
		rq->unshare &= ~kinds;
}

void nsx_newborn_make(struct nsx_cloning *c)
{
	struct nsx_request *rq = &c->how.rq;

	c->tid = nsx_sys_gettid();
	if (rq->fork != NSX_FORK_NEVER) {
		if (nsx_request_kinds(rq) & NSX_KIND_BIT(NSX_PID))
			c->born = join(rq, &c->engine.target);
		create(rq);
	}
	c->pid = nsx_process_fork_host(fork);
	if (c->pid == 0)
		live(c);
	if (c->pid < 0)
		c->pid = -errno;
}
