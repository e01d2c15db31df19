/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worker: the thread of a runner, and the queue that it serves.  But for
 * nsx_runner_is_here(), all of this is called under the lock.
 */
#ifndef NSX_WORKER_H
#define NSX_WORKER_H

#include <pthread.h>
#include <stdbool.h>

#include "error.h"
#include "visit.h"

/* A call, on the stack of who waits for it. */
struct nsx_order {
	struct nsx_order *next;
	pthread_cond_t served;
	struct nsx_visit visit;
	int (*call)(void *);
	void *arg;
	int result;
	bool has_run;
	bool done; /* and in no queue */
	struct nsx_error error;
};

/* Of the one thread that there is for all calls. */
enum nsx_worker {
	NSX_WORKER_NONE,     /* nor is there one to be joined */
	NSX_WORKER_STARTING, /* somebody is about it */
	NSX_WORKER_SERVING,
	NSX_WORKER_ENDED /* it could not come back; to be joined */
};

/*
 * In memory that a child of fork() finds zeroed, as none of our threads is there: a PID
 * alone does not tell the first process of a PID namespace from a child that is the first
 * of another.
 */
struct nsexec_runner {
	int pid;	      /* whose threads these are */
	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t work;  /* for the worker: something is queued, or it shall end */
	pthread_cond_t calm;  /* for who starts: it has begun; for who stops: nobody calls */
	enum nsx_worker worker;
	pthread_t thread;
	int begin_err; /* errno of its first step */
	bool stopping;
	unsigned callers; /* how many are in nsexec_runner_run() */
	struct nsx_order *first, **last;
};

/* False in a child of fork(), where there is no worker and nothing that could be locked. */
bool nsx_runner_is_here(const struct nsexec_runner *r);

/* Is this thread the worker?  Then it is in a call. */
bool nsx_runner_in_call(const struct nsexec_runner *r);

void nsx_order_append(struct nsexec_runner *r, struct nsx_order *o);
void nsx_order_take_out(struct nsexec_runner *r, struct nsx_order *o);

/* Its owner has it back as soon as the lock is free. */
void nsx_order_finish(struct nsx_order *o);

/* Whoever is first now shall begin a worker, where there is none. */
void nsx_order_alert_first(struct nsexec_runner *r);

/**
 * nsx_worker_begin() - start a worker where there is none, or one that has ended
 *
 * It belongs where the calling thread is.  The lock is free for a while.
 *
 * Return: 0 or errno.
 */
int nsx_worker_begin(struct nsexec_runner *r);

#endif
