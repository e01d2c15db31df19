/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "clock.h"
#include "unit.h"

static struct nsx_log log_;
static struct nsx_error error;
static char text[8192];
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

static void lines_tell_their_time_if_there_is_a_clock(void)
{
	struct nsx_clock clock;
	unsigned long micros = 0;
	char rest[32] = "";

	check_int(nsx_clock_open(&clock), 0);
	begin(NSX_LOG_DEBUG);
	log_.clock = &clock;
	clock.start -= 123456000;
	nsx_log(&log_, NSX_LOG_INFO, "i", NULL);
	check_int(sscanf(received(), "nsexec: info: +%lu.%*1[0-9]us %31s", &micros, rest), 2);
	check(micros >= 123456 && micros < 60000000);
	check_text(rest, "i");
	nsx_clock_close(&clock);
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

/* ---- runc's lines ---- */

static void begin_runc(enum nsx_level level, char stage)
{
	begin(level);
	log_.form = NSX_LOG_RUNC;
	log_.stage = stage;
}

/* @format has a %d for our PID. */
static void received_for_runc(const char *format)
{
	char want[1024];

	(void)snprintf(want, sizeof(want), format, getpid());
	check_text(received(), want);
}

#define DEBUG_LINE "{\"level\":\"debug\", \"msg\": "
#define FATAL_LINE "{\"level\":\"fatal\", \"msg\": "

/* Its caller knows more levels than we; what an error is to us ends the bootstrap. */
static void runc_knows_fatal_and_debug(void)
{
	begin_runc(NSX_LOG_DEBUG, 0);
	nsx_log(&log_, NSX_LOG_ERROR, "e", "x");
	received_for_runc(FATAL_LINE "\"nsexec[%d]: e (x)\"}\n");
	begin_runc(NSX_LOG_DEBUG, 0);
	nsx_log(&log_, NSX_LOG_INFO, "i", "x");
	received_for_runc(DEBUG_LINE "\"nsexec[%d]: i (x)\"}\n");
	begin_runc(NSX_LOG_DEBUG, 0);
	nsx_log_number(&log_, NSX_LOG_DEBUG, "d", 42);
	received_for_runc(DEBUG_LINE "\"nsexec[%d]: d (42)\"}\n");
}

static void levels_hold_for_runc_too(void)
{
	static const size_t lines[NSX_LOG_COUNT] = { 0, 1, 2, 3 };

	for (enum nsx_level level = NSX_LOG_OFF; level < NSX_LOG_COUNT; level++) {
		size_t n = 0;

		begin_runc(level, '0');
		nsx_log(&log_, NSX_LOG_ERROR, "e", NULL);
		nsx_log(&log_, NSX_LOG_INFO, "i", NULL);
		nsx_log(&log_, NSX_LOG_DEBUG, "d", NULL);
		for (const char *c = received(); *c; c++)
			n += *c == '\n';
		check_int(n, lines[level]);
	}
	begin_runc(NSX_LOG_OFF, '0');
	nsx_log_error(&log_, &(struct nsx_error){ .step = NSX_STEP_JOIN });
	check_text(received(), "");
}

static void stage_is_in_the_line(void)
{
	begin_runc(NSX_LOG_DEBUG, '0');
	nsx_log(&log_, NSX_LOG_DEBUG, "d", NULL);
	received_for_runc(DEBUG_LINE "\"nsexec-0[%d]: d\"}\n");
	begin_runc(NSX_LOG_DEBUG, '1');
	nsx_log(&log_, NSX_LOG_ERROR, "e", NULL);
	received_for_runc(FATAL_LINE "\"nsexec-1[%d]: e\"}\n");
	begin_runc(NSX_LOG_DEBUG, '2');
	nsx_log(&log_, NSX_LOG_DEBUG, "d", NULL);
	received_for_runc(DEBUG_LINE "\"nsexec-2[%d]: d\"}\n");
}

static void hint_is_in_the_line(void)
{
	struct nsx_error e = { 0 };

	nsx_fail(&e, NSX_STEP_JOIN, EPERM, "net", "/proc/1/ns/net");
	begin_runc(NSX_LOG_ERROR, '1');
	nsx_log_error(&log_, &e);
	received_for_runc(FATAL_LINE "\"nsexec-1[%d]: join net (/proc/1/ns/net): "
				     "EPERM Operation not permitted\"}\n");
	nsx_hint(&e, NSX_HINT_MAP_TOOL, 0);
	begin_runc(NSX_LOG_ERROR, '1');
	nsx_log_error(&log_, &e);
	received_for_runc(FATAL_LINE "\"nsexec-1[%d]: join net (/proc/1/ns/net): "
				     "EPERM Operation not permitted (hint: what it may map is in "
				     "/etc/subuid and /etc/subgid)\"}\n");
}

/* What went to stderr while @say spoke to a log without a descriptor. */
static const char *on_stderr(void (*say)(void))
{
	int saved = dup(2);

	check_int(pipe2(fds, O_NONBLOCK), 0);
	(void)dup2(fds[1], 2);
	log_ = (struct nsx_log){
		.level = NSX_LOG_DEBUG, .fd = NSX_NOFD, .form = NSX_LOG_RUNC, .stage = '0'
	};
	say();
	(void)dup2(saved, 2);
	(void)close(saved);
	return received();
}

static void say_all(void)
{
	nsx_log(&log_, NSX_LOG_DEBUG, "d", NULL);
	nsx_log(&log_, NSX_LOG_INFO, "i", NULL);
	nsx_log(&log_, NSX_LOG_ERROR, "e", "x");
}

static void say_error(void)
{
	struct nsx_error e = { 0 };

	nsx_fail(&e, NSX_STEP_UNSHARE, EPERM, "net\n", NULL);
	nsx_hint(&e, NSX_HINT_KERNEL, 0);
	nsx_log_error(&log_, &e);
}

static void fatal_goes_to_stderr_where_there_is_no_pipe(void)
{
	check_text(on_stderr(say_all), "FATAL: e (x)\n");
	check_text(on_stderr(say_error),
		   "FATAL: unshare net\\x0a: EPERM Operation not permitted (hint: this kernel was "
		   "built without that kind of namespace, or is too old)\n");
}

static bool is_hex(const char *s, size_t n)
{
	return strspn(s, "0123456789abcdef") >= n;
}

/* Is it one line, with one string in it that JSON would read? */
static bool is_line(const char *line, const char *front)
{
	const size_t skip = strlen(front);
	const char *c = line + skip + 1;

	if (strncmp(line, front, skip) != 0 || line[skip] != '"')
		return false;
	for (; *c != '"'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
		if (*c != '\\')
			continue;
		c++;
		if (!*c || !strchr("\"\\u", *c) || (*c == 'u' && !is_hex(c + 1, 4)))
			return false;
	}
	return strcmp(c, "\"}\n") == 0;
}

/* Each of them is the worst for one of the rooms on the way: the log, or JSON. */
static const char worst[][5] = { "\x01", "\"", "\\", "\x7f", "\xff", "\xc3\xbc", "\xe2\x82\xac" };

static void worst_line_is_one_valid_line(void)
{
	char longest[2002];

	for (size_t i = 0; i < sizeof(worst) / sizeof(*worst); i++)
		for (size_t shift = 0; shift < 4; shift++) {
			memset(longest, 'x', sizeof(longest));
			for (size_t at = shift; at < sizeof(longest); at += strlen(worst[i]))
				memcpy(longest + at, worst[i],
				       strnlen(worst[i], sizeof(longest) - at));
			longest[sizeof(longest) - 1] = '\0';
			begin_runc(NSX_LOG_DEBUG, '1');
			nsx_log(&log_, NSX_LOG_DEBUG, longest, longest);
			check(is_line(received(), DEBUG_LINE));
			check(strlen(text) > 1000);
		}
}

static void worst_error_is_one_valid_line(void)
{
	struct nsx_error e = { .step = NSX_STEP_OPTIONS, .err = 2147483647, .fact = UINT64_MAX };

	for (size_t i = 0; i < sizeof(worst) / sizeof(*worst); i++)
		for (enum nsx_hint hint = NSX_HINT_NONE; hint < NSX_HINT_COUNT; hint++) {
			const size_t n = strlen(worst[i]);

			memset(e.subject, 0, sizeof(e.subject));
			for (size_t at = 0; at + n < sizeof(e.subject); at += n)
				memcpy(e.subject + at, worst[i], n);
			e.hint = hint;
			begin_runc(NSX_LOG_ERROR, '2');
			nsx_log_error(&log_, &e);
			check(is_line(received(), FATAL_LINE));
			check(strstr(text, "error unknown to nsexec") != NULL);
		}
}

int main(void)
{
	unit("a level is understood, with or without a descriptor", levels_are_understood);
	unit("anything else is refused, and named", other_values_are_refused);
	unit("each level holds the ones before it", each_level_holds_the_ones_before);
	unit("lines tell their time if there is a clock",
	     lines_tell_their_time_if_there_is_a_clock);
	unit("whatever is logged is one line of at most 1024 bytes", lines_stay_lines);
	unit("an error is a line, and a line for the hint", errors_have_two_lines);
	unit("the longest error is one line", longest_error_is_one_line);
	unit("a log that nobody can read is no error", nobody_listens);
	unit("runc's lines are fatal or debug", runc_knows_fatal_and_debug);
	unit("each level holds the ones before it for runc too", levels_hold_for_runc_too);
	unit("runc's lines name the stage", stage_is_in_the_line);
	unit("the hint is in the same line for runc", hint_is_in_the_line);
	unit("without a pipe for runc's lines errors alone go to stderr",
	     fatal_goes_to_stderr_where_there_is_no_pipe);
	unit("the worst text is one valid line for runc", worst_line_is_one_valid_line);
	unit("the worst error is one valid line for runc", worst_error_is_one_valid_line);
	return unit_end();
}
