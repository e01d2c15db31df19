/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "unit.h"

static struct nsx_log log_;
static struct nsx_error error;
static char text[4096];
static int fds[2];

static int parse(const char *value)
{
	memset(&error, 0, sizeof(error));
	log_ = (struct nsx_log){ .level = NSX_LOG_COUNT, .fd = -7 };
	unit_case = value;
	return nsx_log_parse(value, &log_, &error);
}

static void levels_are_understood(void)
{
	static const struct {
		const char *value;
		enum nsx_level level;
		int fd;
	} rows[] = {
		{ "off", NSX_LOG_OFF, 2 },
		{ "error", NSX_LOG_ERROR, 2 },
		{ "info", NSX_LOG_INFO, 2 },
		{ "debug", NSX_LOG_DEBUG, 2 },
		{ "off:0", NSX_LOG_OFF, 0 },
		{ "error:7", NSX_LOG_ERROR, 7 },
		{ "info:123", NSX_LOG_INFO, 123 },
		{ "debug:2147483647", NSX_LOG_DEBUG, 2147483647 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		check_int(parse(rows[i].value), 0);
		check_int(log_.level, rows[i].level);
		check_int(log_.fd, rows[i].fd);
	}
}

static void other_values_are_refused(void)
{
	static const char *const values[] = {
		"",   "Debug", "inf",	  "infos",	     "debug:",	"debug:x", "debug:-1",
		":2", "2",     "info::2", "info:2147483648", "info:2:", "info 2",  "offerror",
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		check_int(parse(values[i]), -1);
		check_int(error.step, NSX_STEP_OPTIONS);
		check_int(log_.fd, -7);
	}
	parse("loud");
	nsx_error_text(&error, text, sizeof(text));
	check_text(text, "options: NSEXEC_LOG is not off, error, info or debug, with or without "
			 ":FD (loud)");
}

static void begin(enum nsx_level level)
{
	check_int(pipe2(fds, O_NONBLOCK), 0);
	log_ = (struct nsx_log){ .level = level, .fd = fds[1] };
}

static const char *received(void)
{
	ssize_t n = read(fds[0], text, sizeof(text) - 1);

	(void)close(fds[0]);
	(void)close(fds[1]);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void each_level_holds_the_ones_before(void)
{
	static const char *const want[NSX_LOG_COUNT] = {
		[NSX_LOG_OFF] = "",
		[NSX_LOG_ERROR] = "nsexec: error: e\n",
		[NSX_LOG_INFO] = "nsexec: error: e\nnsexec: info: i (x)\n",
		[NSX_LOG_DEBUG] = "nsexec: error: e\nnsexec: info: i (x)\nnsexec: debug: d (42)\n",
	};

	for (enum nsx_level level = NSX_LOG_OFF; level < NSX_LOG_COUNT; level++) {
		begin(level);
		nsx_log(&log_, NSX_LOG_ERROR, "e", NULL);
		nsx_log(&log_, NSX_LOG_INFO, "i", "x");
		nsx_log_number(&log_, NSX_LOG_DEBUG, "d", 42);
		check_text(received(), want[level]);
	}
}

static void lines_stay_lines(void)
{
	char longest[2000];

	begin(NSX_LOG_DEBUG);
	nsx_log(&log_, NSX_LOG_INFO, "a\nb", "c\x1b");
	check_text(received(), "nsexec: info: a\\x0ab (c\\x1b)\n");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	begin(NSX_LOG_DEBUG);
	nsx_log(&log_, NSX_LOG_INFO, longest, longest);
	received();
	check(strlen(text) > 1000 && strlen(text) <= 1024);
	check_text(strchr(text, '\n'), "\n");
}

static void errors_have_two_lines(void)
{
	struct nsx_error e = { 0 };

	nsx_fail(&e, NSX_STEP_JOIN, EPERM, "net", NULL);
	begin(NSX_LOG_ERROR);
	nsx_log_error(&log_, &e);
	check_text(received(), "nsexec: join net: EPERM Operation not permitted\n");
	nsx_hint(&e, NSX_HINT_ADD_USER, 5);
	begin(NSX_LOG_ERROR);
	nsx_log_error(&log_, &e);
	check_text(received(), "nsexec: join net: EPERM Operation not permitted\n"
			       "nsexec: hint: the namespace is owned by user namespace 5; "
			       "add -U to enter it too\n");
	begin(NSX_LOG_OFF);
	nsx_log_error(&log_, &e);
	check_text(received(), "");
}

/* The errno at the end of the line tells more than the end of a long path. */
static void longest_error_is_one_line(void)
{
	struct nsx_error e = { .step = NSX_STEP_JOIN, .err = EPERM };

	memset(e.subject, 1, sizeof(e.subject) - 1);
	begin(NSX_LOG_ERROR);
	nsx_log_error(&log_, &e);
	received();
	check_text(strchr(text, '\n'), "\n");
}

static void nobody_listens(void)
{
	struct nsx_error e = { .step = NSX_STEP_JOIN };

	log_ = (struct nsx_log){ .level = NSX_LOG_DEBUG, .fd = 1234567 };
	nsx_log(&log_, NSX_LOG_INFO, "lost", NULL);
	nsx_log_error(&log_, &e);
}

int main(void)
{
	unit("a level is understood, with or without a descriptor", levels_are_understood);
	unit("anything else is refused, and named", other_values_are_refused);
	unit("each level holds the ones before it", each_level_holds_the_ones_before);
	unit("whatever is logged is one line of at most 1024 bytes", lines_stay_lines);
	unit("an error is a line, and a line for the hint", errors_have_two_lines);
	unit("the longest error is one line", longest_error_is_one_line);
	unit("a log that nobody can read is no error", nobody_listens);
	return unit_end();
}
