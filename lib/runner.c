/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>

#include "api.h"
#include "sys_process.h"
#include "worker.h"

/* Nobody may be cancelled while a worker has his stack; nor does errno change. */
struct undisturbed {
	int err;
	int cancel;
};

static struct undisturbed begin_undisturbed(void)
{
	struct undisturbed u = { .err = errno };

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &u.cancel); /* cannot fail */
	return u;
}

static void end_undisturbed(struct undisturbed u)
{
	(void)pthread_setcancelstate(u.cancel, NULL); /* as it was */
	errno = u.err;
}

static void cancel(struct nsx_order *o)
{
	(void)nsx_fail(&o->error, NSX_STEP_WAIT, ECANCELED, "the runner has been stopped", NULL);
	nsx_order_finish(o);
}

static int fail_begin(struct nsx_error *e, int err)
{
	return nsx_fail(e, NSX_STEP_FORK, err, "the thread of a runner", NULL);
}

/* ---- starting and stopping ------------------------------------------------------ */

static struct nsexec_runner *new_runner(struct nsx_error *e)
{
	struct nsexec_runner *r =
		mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (r == MAP_FAILED) {
		(void)nsx_fail(e, NSX_STEP_FORK, errno, "memory for a runner", NULL);
		return NULL;
	}
	(void)madvise(r, sizeof(*r), MADV_WIPEONFORK); /* before Linux 4.14 the PID must do */
	r->pid = nsx_sys_getpid();
	r->last = &r->first;
	(void)pthread_mutex_init(&r->lock, NULL); /* without attributes these cannot fail */
	(void)pthread_cond_init(&r->work, NULL);
	(void)pthread_cond_init(&r->calm, NULL);
	return r;
}

static void stop(struct nsexec_runner *r)
{
	bool has_worker;

	pthread_mutex_lock(&r->lock);
	if (nsx_runner_in_call(r)) {
		pthread_mutex_unlock(&r->lock);
		return;
	}
	r->stopping = true;
	while (r->first) {
		struct nsx_order *o = r->first;

		nsx_order_take_out(r, o);
		cancel(o);
	}
	pthread_cond_signal(&r->work);
	while (r->callers)
		pthread_cond_wait(&r->calm, &r->lock);
	has_worker = r->worker != NSX_WORKER_NONE; /* and nobody is left who could begin one */
	pthread_mutex_unlock(&r->lock);
	if (has_worker)
		(void)pthread_join(r->thread, NULL); /* it is one, and not us */
	(void)pthread_cond_destroy(&r->calm);
	(void)pthread_cond_destroy(&r->work);
	(void)pthread_mutex_destroy(&r->lock);
	(void)munmap(r, sizeof(*r)); /* is mapped */
}

struct nsexec_runner *nsexec_runner_start(struct nsexec_error *e)
{
	const struct undisturbed u = begin_undisturbed();
	struct nsx_error error = { .step = NSX_STEP_NONE };
	struct nsexec_runner *r = new_runner(&error);

	if (r) {
		int err;

		pthread_mutex_lock(&r->lock);
		err = nsx_worker_begin(r);
		while (r->worker == NSX_WORKER_STARTING)
			pthread_cond_wait(&r->calm, &r->lock);
		pthread_mutex_unlock(&r->lock);
		if (err)
			(void)fail_begin(&error, err);
		else if (r->begin_err)
			(void)nsx_fail(&error, NSX_STEP_UNSHARE, r->begin_err, "root and cwd",
				       NULL);
	}
	if (error.step != NSX_STEP_NONE) {
		nsexec_runner_stop(r);
		r = NULL;
		(void)nsx_api_fail(e, &error);
	}
	end_undisturbed(u);
	return r;
}

void nsexec_runner_stop(struct nsexec_runner *runner)
{
	const struct undisturbed u = begin_undisturbed();

	if (runner && nsx_runner_is_here(runner))
		stop(runner);
	else if (runner && !runner->pid)
		(void)munmap(runner,
			     sizeof(*runner)); /* a child's own copy, and nothing else of it */
	end_undisturbed(u);
}

/* ---- calling -------------------------------------------------------------------- */

/* May this thread wait for this runner?  If so, it counts until leave(). */
static int come_in(struct nsexec_runner *r, struct nsx_error *e)
{
	bool deadlock;

	if (!nsx_runner_is_here(r))
		return nsx_fail(e, NSX_STEP_WAIT, ESRCH, "a runner of the parent process", NULL);
	pthread_mutex_lock(&r->lock);
	deadlock = nsx_runner_in_call(r);
	r->callers += !deadlock;
	pthread_mutex_unlock(&r->lock);
	if (!deadlock)
		return 0;
	(void)nsx_fail(e, NSX_STEP_WAIT, EDEADLK, "a call of the same runner", NULL);
	return nsx_hint(e, NSX_HINT_IN_CALL, 0);
}

/* @r may be gone when this returns. */
static void leave(struct nsexec_runner *r)
{
	pthread_mutex_lock(&r->lock);
	if (--r->callers == 0 && r->stopping)
		pthread_cond_signal(&r->calm);
	pthread_mutex_unlock(&r->lock);
}

/* Under the lock: there is no worker.  Each one who fails here lets the next one try. */
static void begin_worker_for(struct nsexec_runner *r, struct nsx_order *o)
{
	const int err = nsx_worker_begin(r);

	if (err && !o->done) {
		nsx_order_take_out(r, o);
		(void)fail_begin(&o->error, err);
		nsx_order_finish(o);
	}
	if (err)
		nsx_order_alert_first(r);
}

static void queue_and_wait(struct nsexec_runner *r, struct nsx_order *o)
{
	(void)pthread_cond_init(&o->served, NULL); /* without attributes it cannot fail */
	pthread_mutex_lock(&r->lock);
	if (r->stopping) {
		cancel(o);
	} else {
		nsx_order_append(r, o);
		pthread_cond_signal(&r->work);
	}
	while (!o->done)
		if (r->worker == NSX_WORKER_NONE || r->worker == NSX_WORKER_ENDED)
			begin_worker_for(r, o);
		else
			pthread_cond_wait(&o->served, &r->lock);
	pthread_mutex_unlock(&r->lock);
	(void)pthread_cond_destroy(&o->served);
}

/* What is opened is what the caller means, with his cwd and ids; so not by the worker. */
int nsexec_runner_run(struct nsexec_runner *runner, const struct nsexec_entry *entry, size_t n,
		      int (*call)(void *), void *arg, int *result, struct nsexec_error *e)
{
	const struct undisturbed u = begin_undisturbed();
	struct nsx_order o = { .call = call, .arg = arg };

	nsx_visit_init(&o.visit);
	if (come_in(runner, &o.error) == 0) {
		if (nsx_visit_open(entry, n, &o.visit, &o.error) == 0)
			queue_and_wait(runner, &o);
		leave(runner);
	}
	nsx_visit_close(&o.visit);
	if (o.has_run && result)
		*result = o.result;
	end_undisturbed(u);
	return o.has_run ? 0 : nsx_api_fail(e, &o.error);
}
