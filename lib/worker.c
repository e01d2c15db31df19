/* SPDX-License-Identifier: Apache-2.0 */
#include "worker.h"

#include <signal.h>
#include <unistd.h>

#include "enter.h"
#include "nsexec.h"
#include "sys_clone.h"
#include "sys_namespace.h"
#include "sys_process.h"

bool nsx_runner_is_here(const struct nsexec_runner *r)
{
	return r->pid == nsx_sys_getpid();
}

bool nsx_runner_in_call(const struct nsexec_runner *r)
{
	return r->worker == NSX_WORKER_SERVING && pthread_equal(r->thread, pthread_self());
}

/* ---- the queue ---------------------------------------------------------------------- */

void nsx_order_append(struct nsexec_runner *r, struct nsx_order *o)
{
	*r->last = o;
	r->last = &o->next;
}

void nsx_order_take_out(struct nsexec_runner *r, struct nsx_order *o)
{
	struct nsx_order **at = &r->first;

	while (*at != o)
		at = &(*at)->next;
	*at = o->next;
	if (!*at)
		r->last = at;
}

void nsx_order_finish(struct nsx_order *o)
{
	o->done = true;
	pthread_cond_signal(&o->served);
}

void nsx_order_alert_first(struct nsexec_runner *r)
{
	if (r->first)
		pthread_cond_signal(&r->first->served);
}

/* ---- the worker --------------------------------------------------------------- */

/* That it has run is more than that we are back. */
static int run_order(void *arg)
{
	struct nsx_order *o = arg;

	o->has_run = true;
	o->result = o->call(o->arg);
	return 0;
}

/*
 * Entered: under the lock, at home.
 * Left: likewise; or, with false, not at home: the thread must end.
 */
static bool serve_first(struct nsexec_runner *r)
{
	struct nsx_order *o = r->first;
	int rc;

	nsx_order_take_out(r, o);
	pthread_mutex_unlock(&r->lock);
	rc = nsx_enter(&o->visit, run_order, o, NULL, &o->error);
	if (!nsx_runner_is_here(r))
		_exit(NSEXEC_EXIT_FAILED); /* a child, forked in the call, has returned from it */
	pthread_mutex_lock(&r->lock);
	nsx_order_finish(o);
	return rc != NSEXEC_STRANDED;
}

/* With a root and cwd of its own, without which the kernel refuses MNT. */
static void *work(void *arg)
{
	struct nsexec_runner *r = arg;
	const int rc = nsx_sys_unshare(NSX_CLONE_FS);

	pthread_mutex_lock(&r->lock);
	r->begin_err = -rc;
	r->worker = NSX_WORKER_SERVING;
	pthread_cond_signal(&r->calm);
	do {
		while (!r->first && !r->stopping)
			pthread_cond_wait(&r->work, &r->lock);
	} while (!r->stopping && serve_first(r));
	r->worker = NSX_WORKER_ENDED;
	nsx_order_alert_first(r);
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

/*
 * No handler of the host shall run in another namespace.  What a fault raises is not
 * blocked: it would kill the process even where it is handled, as Java does.
 */
static void block_signals(sigset_t *before)
{
	static const unsigned char of_faults[] = {
		SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS
	};
	sigset_t set;

	(void)sigfillset(&set); /* these fail for what is no signal */
	for (size_t i = 0; i < sizeof(of_faults); i++)
		(void)sigdelset(&set, of_faults[i]);
	(void)pthread_sigmask(SIG_SETMASK, &set, before);
}

int nsx_worker_begin(struct nsexec_runner *r)
{
	const bool one_before = r->worker == NSX_WORKER_ENDED;
	sigset_t before;
	int err;

	r->worker = NSX_WORKER_STARTING;
	if (one_before) {
		pthread_mutex_unlock(&r->lock);
		(void)pthread_join(r->thread, NULL); /* it is one, and not us */
		pthread_mutex_lock(&r->lock);
	}
	block_signals(&before);
	err = pthread_create(&r->thread, NULL, work, r);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* as it was */
	if (err)
		r->worker = NSX_WORKER_NONE;
	return err;
}
