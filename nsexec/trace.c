/* SPDX-License-Identifier: Apache-2.0 */
#include "trace.h"

#include <errno.h>

#include "errname.h"
#include "sys_file.h"
#include "sys_process.h"
#include "text.h"

enum {
	SUBJECT_BYTES = 192,
	EVENT_BYTES = 2048, /* a subject of control characters only, and all the rest */
};

/* ---- one event as text ---- */

static void put_micros(struct nsx_text *x, const char *name, uint64_t nanos)
{
	const uint64_t fraction = nanos % 1000;

	nsx_text_str(x, name);
	nsx_text_u64(x, nanos / 1000);
	nsx_text_str(x, fraction < 10 ? ".00" : fraction < 100 ? ".0" : ".");
	nsx_text_u64(x, fraction);
}

/* @kind: 'X' has a duration, 'i' has none, 'M' says what something is called. */
static struct nsx_text begin_event(const struct nsx_trace *t, char buf[EVENT_BYTES],
				   const char *kind, const char *name)
{
	struct nsx_text x = nsx_text_on(buf, EVENT_BYTES);

	nsx_text_str(&x, "{\"ph\":\"");
	nsx_text_str(&x, kind);
	nsx_text_str(&x, "\",\"name\":");
	nsx_text_json(&x, name);
	nsx_text_str(&x, ",\"pid\":");
	nsx_text_i64(&x, t->pid);
	nsx_text_str(&x, ",\"tid\":");
	nsx_text_i64(&x, t->pid);
	return x;
}

static void put_name(struct nsx_text *x, const char *name)
{
	nsx_text_str(x, x->buf[x->len - 1] == '{' ? "\"" : ",\"");
	nsx_text_str(x, name);
	nsx_text_str(x, "\":");
}

static void put_arg(struct nsx_text *x, const char *name, const char *value)
{
	char some[SUBJECT_BYTES];
	struct nsx_text s = nsx_text_on(some, sizeof(some));

	put_name(x, name);
	nsx_text_str(&s, value);
	nsx_text_json(x, some);
}

static void put_number(struct nsx_text *x, const char *name, int value)
{
	put_name(x, name);
	nsx_text_i64(x, value);
}

/* ---- what all events share ---- */

/* From "args" on it is closed here.  The time that this takes is nobody's. */
static void end_event(struct nsx_trace *t, struct nsx_text *x)
{
	nsx_text_str(x, "}}");
	nsx_events_put(&t->file, x->buf, x->len);
	t->began = nsx_clock_now(&t->clock);
}

static struct nsx_text begin_span_until(const struct nsx_trace *t, uint64_t now,
					char buf[EVENT_BYTES], const char *name)
{
	struct nsx_text x = begin_event(t, buf, "X", name);

	put_micros(&x, ",\"ts\":", t->began);
	put_micros(&x, ",\"dur\":", now - t->began);
	nsx_text_str(&x, ",\"args\":{");
	return x;
}

static struct nsx_text begin_span(const struct nsx_trace *t, char buf[EVENT_BYTES],
				  const char *name)
{
	return begin_span_until(t, nsx_clock_now(&t->clock), buf, name);
}

/* ---- beginning and end ---- */

bool nsx_trace_may_be_asked(const struct nsx_words *words)
{
	for (char **word = words->word; *word && !nsx_text_same(*word, "--"); word++)
		if (nsx_text_after(*word, "--trace"))
			return true;
	return false;
}

/* The log does without, if there is no such clock; nsx_trace_open() does not. */
void nsx_trace_begin(struct nsx_trace *t, struct nsx_log *log, bool asked)
{
	const bool tells = log->level >= NSX_LOG_DEBUG && log->form == NSX_LOG_TEXT;

	if (!tells && !asked)
		return;
	t->file.fd = t->proc = NSX_NOFD;
	if (nsx_clock_open(&t->clock) < 0)
		return;
	t->began = t->clock.start;
	log->trace = t;
	log->clock = tells ? &t->clock : NULL;
}

/* It was not known yet whether anybody has to be told. */
static int why_no_clock(void)
{
	struct nsx_clock clock;
	const int rc = nsx_clock_open(&clock);

	if (rc == 0)
		nsx_clock_close(&clock);
	return rc < 0 ? -rc : EAGAIN;
}

/* What it takes to open it is nobody's time either. */
static int open_file(const struct nsx_log *log, enum nsx_step step, const char *path,
		     const char *name, bool add, struct nsx_error *e)
{
	struct nsx_trace *t = log->trace;
	char buf[EVENT_BYTES];
	struct nsx_text x;
	uint64_t began, now;
	int rc;

	if (!t)
		return nsx_fail(e, NSX_STEP_OPEN, why_no_clock(), "clock of the trace", path);
	began = t->began;
	now = nsx_clock_now(&t->clock);
	rc = nsx_events_open(&t->file, path, add);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_OPEN, -rc, "trace", path);
	rc = nsx_fd_openat(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY);
	t->proc = rc < 0 ? NSX_NOFD : rc; /* none: we are called as we call ourselves */
	nsx_traced_birth(log, name);
	t->began = began;
	x = begin_span_until(t, now, buf, nsx_step_name(step));
	end_event(t, &x);
	return 0;
}

int nsx_trace_open(struct nsx_log *log, enum nsx_step step, const char *path, const char *name,
		   bool add, struct nsx_error *e)
{
	const struct nsx_trace *t = log->trace;

	if (t && log->clock)
		nsx_log(log, NSX_LOG_DEBUG, nsx_step_name(step), NULL);
	if (path)
		return open_file(log, step, path, name, add, e);
	if (!t || log->clock)
		return 0;
	nsx_trace_close(log);
	log->trace = NULL;
	return 0;
}

void nsx_trace_close(const struct nsx_log *log)
{
	if (!log->trace)
		return;
	nsx_events_close(&log->trace->file);
	nsx_fd_close(&log->trace->proc);
	nsx_clock_close(&log->trace->clock);
}

/* ---- what happens ---- */

static void call(struct nsx_trace *t, const char *what, const char *name)
{
	char buf[EVENT_BYTES];
	struct nsx_text x;

	if (t->file.fd == NSX_NOFD)
		return;
	x = begin_event(t, buf, "M", what);
	nsx_text_str(&x, ",\"args\":{");
	put_arg(&x, "name", name);
	end_event(t, &x);
}

void nsx_traced_birth(const struct nsx_log *log, const char *name)
{
	struct nsx_trace *t = log->trace;
	char text[16];
	uint64_t pid;
	const long n = nsx_sys_readlinkat(t->proc, "self", text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	t->pid = nsx_text_number(text, INT32_MAX, &pid) ? (int)pid : nsx_sys_getpid();
	call(t, "process_name", name);
	t->began = nsx_clock_now(&t->clock);
}

void nsx_traced_role(const struct nsx_log *log, const char *name)
{
	call(log->trace, "thread_name", name);
}

void nsx_traced_act(const struct nsx_log *log, enum nsx_step step, nsx_kinds kinds,
		    const char *subject)
{
	struct nsx_trace *t = log->trace;
	char buf[EVENT_BYTES], names[64];
	struct nsx_text x, k = nsx_text_on(names, sizeof(names));

	if (t->file.fd == NSX_NOFD)
		return;
	x = begin_span(t, buf, nsx_step_name(step));
	if (kinds) {
		nsx_kinds_put(&k, kinds);
		put_arg(&x, "kinds", names);
	}
	if (subject)
		put_arg(&x, "subject", subject);
	end_event(t, &x);
}

void nsx_traced_step(const struct nsx_log *log, enum nsx_step step, nsx_kinds kinds,
		     const char *subject)
{
	nsx_traced_act(log, step, kinds, subject);
	if (log->clock)
		nsx_log(log, NSX_LOG_DEBUG, nsx_step_name(step), subject);
	log->trace->began = nsx_clock_now(&log->trace->clock);
}

void nsx_traced_failure(const struct nsx_log *log, const struct nsx_error *e)
{
	struct nsx_trace *t = log->trace;
	char buf[EVENT_BYTES];
	struct nsx_text x;

	if (t->file.fd == NSX_NOFD)
		return;
	x = begin_span(t, buf, nsx_step_name(e->step));
	put_arg(&x, "subject", e->subject);
	put_arg(&x, "error", e->err ? nsx_errname(e->err) : "request");
	end_event(t, &x);
}

void nsx_traced_moment(const struct nsx_log *log, const char *name, const char *subject)
{
	struct nsx_trace *t = log->trace;
	char buf[EVENT_BYTES];
	struct nsx_text x;

	if (log->clock)
		nsx_log(log, NSX_LOG_DEBUG, name, subject);
	if (t->file.fd == NSX_NOFD)
		return;
	x = begin_event(t, buf, "i", name);
	put_micros(&x, ",\"ts\":", nsx_clock_now(&t->clock));
	nsx_text_str(&x, ",\"s\":\"t\",\"args\":{"); /* of this thread */
	if (subject)
		put_arg(&x, "subject", subject);
	end_event(t, &x);
}

void nsx_traced_end(const struct nsx_log *log, int pid, int status)
{
	struct nsx_trace *t = log->trace;
	const int sig = status & 0x7f;
	char buf[EVENT_BYTES];
	struct nsx_text x;

	if (t->file.fd == NSX_NOFD)
		return;
	x = begin_span(t, buf, "program");
	put_number(&x, "pid", pid);
	put_number(&x, sig ? "signal" : "status", sig ? sig : status >> 8 & 0xff);
	end_event(t, &x);
}
