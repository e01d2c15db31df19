/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include <errno.h>

#include "clock.h"
#include "signals.h"
#include "sys_fd.h"
#include "sys_process.h"
#include "text.h"

enum { LINE_MAX_BYTES = 1024 }; /* a subject of control characters only, and some */

static const char level_names[NSX_LOG_COUNT][8] = {
	[NSX_LOG_OFF] = "off",
	[NSX_LOG_ERROR] = "error",
	[NSX_LOG_INFO] = "info",
	[NSX_LOG_DEBUG] = "debug",
};

static int bad_value(const char *value, struct nsx_error *e)
{
	return nsx_fail(e, NSX_STEP_OPTIONS, 0,
			"NSEXEC_LOG is not off, error, info or debug, with or without :FD", value);
}

int nsx_log_parse(const char *value, struct nsx_log *out, struct nsx_error *e)
{
	struct nsx_log log = nsx_log_default();
	const char *rest = NULL;
	uint64_t fd = 2;

	for (int level = 0; level < NSX_LOG_COUNT && !rest; level++) {
		rest = nsx_text_after(value, level_names[level]);
		log.level = (enum nsx_level)level;
	}
	if (!rest || (*rest && *rest != ':'))
		return bad_value(value, e);
	if (*rest == ':' && !nsx_text_number(rest + 1, INT32_MAX, &fd))
		return bad_value(value, e);
	log.fd = (int)fd;
	*out = log;
	return 0;
}

/* One write a line, so that lines of several processes do not mix. */
static void put_line(int fd, struct nsx_text *t)
{
	uint64_t old;
	long rc;

	if (t->len == t->size - 1)
		t->len--;
	t->buf[t->len] = '\n';
	/* Best effort: there is nobody else to tell, and no reason to die of it. */
	nsx_signals_hold_pipe(&old);
	rc = nsx_sys_write(fd, t->buf, t->len + 1);
	nsx_signals_release_pipe(&old, rc == -EPIPE);
}

/* What is an error to us ends the bootstrap; runc calls that fatal. */
static void put_runc(const struct nsx_log *log, enum nsx_level level, const char *text)
{
	char msg[LINE_MAX_BYTES], line[6 * LINE_MAX_BYTES + 64];
	struct nsx_text m = nsx_text_on(msg, sizeof(msg));
	struct nsx_text t = nsx_text_on(line, sizeof(line));

	if (log->fd == NSX_NOFD) {
		if (level != NSX_LOG_ERROR)
			return;
		nsx_text_str(&m, "FATAL: ");
		nsx_text_str(&m, text);
		put_line(2, &m);
		return;
	}
	nsx_text_str(&m, "nsexec");
	if (log->stage) {
		nsx_text_str(&m, "-");
		nsx_text_bytes(&m, &log->stage, 1);
	}
	nsx_text_str(&m, "[");
	nsx_text_i64(&m, nsx_sys_getpid());
	nsx_text_str(&m, "]: ");
	nsx_text_str(&m, text);
	nsx_text_str(&t, level == NSX_LOG_ERROR ? "{\"level\":\"fatal\", \"msg\": "
						: "{\"level\":\"debug\", \"msg\": ");
	nsx_text_json(&t, msg);
	nsx_text_str(&t, "}");
	put_line(log->fd, &t);
}

/* "+12.3us ": since the clock was opened */
static void put_time(struct nsx_text *t, const struct nsx_clock *clock)
{
	const uint64_t tenths = (nsx_clock_now(clock) - clock->start) / 100;

	nsx_text_str(t, "+");
	nsx_text_u64(t, tenths / 10);
	nsx_text_str(t, ".");
	nsx_text_u64(t, tenths % 10);
	nsx_text_str(t, "us ");
}

void nsx_log(const struct nsx_log *log, enum nsx_level level, const char *what, const char *which)
{
	char buf[LINE_MAX_BYTES];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	if (level > log->level)
		return;
	if (log->form == NSX_LOG_TEXT) {
		nsx_text_str(&t, "nsexec: ");
		nsx_text_str(&t, level_names[level]);
		nsx_text_str(&t, ": ");
		if (log->clock)
			put_time(&t, log->clock);
	}
	nsx_text_plain(&t, what);
	if (which) {
		nsx_text_str(&t, " (");
		nsx_text_plain(&t, which);
		nsx_text_str(&t, ")");
	}
	if (log->form == NSX_LOG_TEXT)
		put_line(log->fd, &t);
	else
		put_runc(log, level, t.buf);
}

void nsx_log_number(const struct nsx_log *log, enum nsx_level level, const char *what,
		    uint64_t number)
{
	char buf[24];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	if (level > log->level)
		return;
	nsx_text_u64(&t, number);
	nsx_log(log, level, what, buf);
}

/* runc's caller strings fatal lines together, so the hint is in the same line. */
static void log_fatal(const struct nsx_log *log, const struct nsx_error *e)
{
	char buf[LINE_MAX_BYTES];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_error_text(e, buf, sizeof(buf));
	t.len = nsx_text_len(buf);
	if (e->hint != NSX_HINT_NONE) {
		nsx_text_str(&t, " (hint: ");
		nsx_error_hint(e, buf + t.len, sizeof(buf) - t.len);
		t.len = nsx_text_len(buf);
		nsx_text_str(&t, ")");
	}
	put_runc(log, NSX_LOG_ERROR, buf);
}

void nsx_log_error(const struct nsx_log *log, const struct nsx_error *e)
{
	char buf[LINE_MAX_BYTES], line[LINE_MAX_BYTES];
	struct nsx_text t = nsx_text_on(line, sizeof(line));

	if (log->level < NSX_LOG_ERROR)
		return;
	if (log->form == NSX_LOG_RUNC) {
		log_fatal(log, e);
		return;
	}
	nsx_error_text(e, buf, sizeof(buf));
	nsx_text_str(&t, "nsexec: ");
	nsx_text_str(&t, buf);
	put_line(log->fd, &t);
	nsx_error_hint(e, buf, sizeof(buf));
	if (!buf[0])
		return;
	t = nsx_text_on(line, sizeof(line));
	nsx_text_str(&t, "nsexec: hint: ");
	nsx_text_str(&t, buf);
	put_line(log->fd, &t);
}
