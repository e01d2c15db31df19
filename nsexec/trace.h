/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trace: what each of our processes does, and how long it takes, as Chrome's and Perfetto's
 * trace viewers read it.  Each writes its events by itself, as they come: there is no buffer
 * that would be lost with somebody who is killed.
 *
 * An event lasts from the end of the one before it, of the same process, so it is one call
 * behind what was done; what the writing takes is in none.  Nobody asked: then all that
 * these functions do is to look at one pointer.
 */
#ifndef NSX_TRACE_H
#define NSX_TRACE_H

#include "clock.h"
#include "events.h"
#include "kinds.h"
#include "log.h"
#include "words.h"

/* In the caller's storage; each process has its own, also where memory is shared. */
struct nsx_trace {
	struct nsx_clock clock;
	struct nsx_events file; /* maybe not open: then there is but the time in the log */
	int proc;		/* the caller's /proc: there we read how the caller calls us */
	int pid;		/* that */
	uint64_t began;		/* what is done now */
};

/* Words that are not understood yet: --trace may be a program's own. */
bool nsx_trace_may_be_asked(const struct nsx_words *words);

/**
 * nsx_trace_begin() - have a clock, if somebody will ask for the time
 * @t:     storage, untouched otherwise
 * @log:   with its level; out: @clock and @trace
 * @asked: somebody does, or may
 */
void nsx_trace_begin(struct nsx_trace *t, struct nsx_log *log, bool asked);

/**
 * nsx_trace_open() - once it is known what is wanted, before anything changes
 * @log:  after nsx_trace_begin()
 * @step: that, and so the first event
 * @path: NULL: no trace is wanted
 * @name: of this process
 * @add:  to what is there already, by a process that has started us; else it is cut off
 *
 * Return: 0, or -1 with @e filled (step OPEN).
 */
int nsx_trace_open(struct nsx_log *log, enum nsx_step step, const char *path, const char *name,
		   bool add, struct nsx_error *e);

/* In a host that goes on: nothing of it is left. */
void nsx_trace_close(const struct nsx_log *log);

/* What the inline functions below do if somebody asked. */
NSX_SELDOM void nsx_traced_step(const struct nsx_log *log, enum nsx_step step, nsx_kinds kinds,
				const char *subject);
NSX_SELDOM void nsx_traced_act(const struct nsx_log *log, enum nsx_step step, nsx_kinds kinds,
			       const char *subject);
NSX_SELDOM void nsx_traced_failure(const struct nsx_log *log, const struct nsx_error *e);
NSX_SELDOM void nsx_traced_moment(const struct nsx_log *log, const char *name, const char *subject);
NSX_SELDOM void nsx_traced_birth(const struct nsx_log *log, const char *name);
NSX_SELDOM void nsx_traced_role(const struct nsx_log *log, const char *name);
NSX_SELDOM void nsx_traced_end(const struct nsx_log *log, int pid, int status);

/* This is done.  @subject: cut short if long; or NULL */
static inline void nsx_trace_step(const struct nsx_log *log, enum nsx_step step, nsx_kinds kinds,
				  const char *subject)
{
	if (log->trace)
		nsx_traced_step(log, step, kinds, subject);
}

/* The same for an act, which has a line in the log already. */
static inline void nsx_trace_act(const struct nsx_log *log, enum nsx_step step, nsx_kinds kinds,
				 const char *subject)
{
	if (log->trace)
		nsx_traced_act(log, step, kinds, subject);
}

static inline void nsx_trace_failure(const struct nsx_log *log, const struct nsx_error *e)
{
	if (log->trace)
		nsx_traced_failure(log, e);
}

/* What has no end that we could see: execve(2) and the host's main(). */
static inline void nsx_trace_moment(const struct nsx_log *log, const char *name,
				    const char *subject)
{
	if (log->trace)
		nsx_traced_moment(log, name, subject);
}

/* In a new process: @name is its track's. */
static inline void nsx_trace_birth(const struct nsx_log *log, const char *name)
{
	if (log->trace)
		nsx_traced_birth(log, name);
}

/* From now on this process is something else. */
static inline void nsx_trace_role(const struct nsx_log *log, const char *name)
{
	if (log->trace)
		nsx_traced_role(log, name);
}

/* The program has ended, with @status as wait(2) has it.  @pid: as the caller sees it */
static inline void nsx_trace_end(const struct nsx_log *log, int pid, int status)
{
	if (log->trace)
		nsx_traced_end(log, pid, status);
}

/* What was waited for until now is no event. */
static inline void nsx_trace_pass(const struct nsx_log *log)
{
	if (log->trace)
		log->trace->began = nsx_clock_now(&log->trace->clock);
}

/* For those that close all descriptors but some.  Return: NSX_NOFD: there is none. */
static inline int nsx_trace_file(const struct nsx_log *log)
{
	return log->trace ? log->trace->file.fd : NSX_NOFD;
}

static inline int nsx_trace_timer(const struct nsx_log *log)
{
	return log->trace ? log->trace->clock.timer : NSX_NOFD;
}

#endif
