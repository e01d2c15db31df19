/* SPDX-License-Identifier: Apache-2.0 */
/* The log: one line of text each, on stderr or the descriptor in NSEXEC_LOG. */
#ifndef NSX_LOG_H
#define NSX_LOG_H

#include <stdint.h>

#include "error.h"

enum nsx_level { NSX_LOG_OFF, NSX_LOG_ERROR, NSX_LOG_INFO, NSX_LOG_DEBUG, NSX_LOG_COUNT };

/* Lines of text for people, or runc's: {"level":"debug", "msg": "nsexec-1[PID]: text"} */
enum nsx_log_form { NSX_LOG_TEXT, NSX_LOG_RUNC };

struct nsx_clock;
struct nsx_trace;

struct nsx_log {
	enum nsx_level level;
	int fd; /* RUNC: NSX_NOFD: errors go to stderr, as "FATAL: text" */
	enum nsx_log_form form;
	char stage; /* RUNC: '0', '1' or '2'; 0: there are no stages yet */
	const struct nsx_clock
		*clock;		 /* by which lines of TEXT tell their time; NULL: they do not */
	struct nsx_trace *trace; /* see trace.h; NULL: nobody asked for it */
};

/* What holds when NSEXEC_LOG is absent: errors, on stderr. */
static inline struct nsx_log nsx_log_default(void)
{
	return (struct nsx_log){ .level = NSX_LOG_ERROR, .fd = 2 };
}

/**
 * nsx_log_parse() - read the value of NSEXEC_LOG: LEVEL or LEVEL:FD
 * @out: written only on success
 *
 * Return: 0, or -1 with @e filled (step OPTIONS).
 */
int nsx_log_parse(const char *value, struct nsx_log *out, struct nsx_error *e);

/* "nsexec: debug: +12.3us @what (@which)"; best effort, like all logging. */
void nsx_log(const struct nsx_log *log, enum nsx_level level, const char *what, const char *which);
void nsx_log_number(const struct nsx_log *log, enum nsx_level level, const char *what,
		    uint64_t number);

/* The error line and, if there is one, the hint line. */
void nsx_log_error(const struct nsx_log *log, const struct nsx_error *e);

#endif
