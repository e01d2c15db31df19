/* SPDX-License-Identifier: Apache-2.0 */
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sys_fd.h"
#include "unit.h"

static char path[] = "/tmp/nsexec-unit.XXXXXX";
static struct nsx_trace trace;
static struct nsx_log log_;
static char text[16384];

static uint64_t monotonic(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void clock_is_the_kernels(void)
{
	struct nsx_clock c;
	uint64_t before = monotonic(), now;

	check_int(nsx_clock_open(&c), 0);
	check(c.start >= before && c.start <= monotonic());
	for (int i = 0; i < 1000; i++) {
		now = nsx_clock_now(&c);
		check(now >= before && now <= monotonic());
		before = now;
	}
	check_int(fcntl(c.timer, F_GETFD), FD_CLOEXEC);
	nsx_clock_close(&c);
	check_int(c.timer, NSX_NOFD);
}

static const char *content(void)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t n = read(fd, text, sizeof(text) - 1);

	(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void put(struct nsx_events *f, const char *event)
{
	nsx_events_put(f, event, strlen(event));
}

static void file_is_whole_behind_each_event(void)
{
	struct nsx_events f, other;

	check_int(nsx_events_open(&f, path, false), 0);
	check_text(content(), "");
	put(&f, "1");
	check_text(content(), "[\n1\n]\n");
	put(&f, "2");
	check_text(content(), "[\n1,\n2\n]\n");
	check_int(nsx_events_open(&other, path, true), 0);
	check_text(content(), "[\n1,\n2\n]\n");
	put(&other, "3");
	put(&f, "4");
	check_text(content(), "[\n1,\n2,\n3,\n4\n]\n");
	nsx_events_close(&other);
	check_int(nsx_events_open(&other, path, false), 0);
	check_text(content(), "");
	put(&f, "5");
	check_text(content(), "[\n5\n]\n");
	nsx_events_close(&other);
	nsx_events_close(&f);
	check_int(f.fd, NSX_NOFD);
}

/* Another has it until it has written that, which is before it lets go. */
static void another_is_waited_for(void)
{
	int hold[2], let[2];
	struct nsx_events f;
	char byte = 0;

	for (int i = 0; i < 2; i++) {
		pid_t pid;

		check_int(pipe2(hold, O_CLOEXEC), 0);
		check_int(pipe2(let, O_CLOEXEC | O_NONBLOCK), 0);
		if (i)
			check_int(nsx_events_open(&f, path, false), 0);
		pid = fork();
		if (pid == 0) {
			const int fd = open(path, O_WRONLY | O_CLOEXEC);

			if (nsx_sys_lock(fd, F_WRLCK) == 0 && write(hold[1], "x", 1) == 1)
				(void)usleep(50000);
			_exit(write(let[1], "y", 1) != 1);
		}
		check_int(read(hold[0], &byte, 1), 1);
		if (i)
			put(&f, "1");
		else
			check_int(nsx_events_open(&f, path, false), 0);
		check_int(read(let[0], &byte, 1), 1);
		nsx_events_close(&f);
		check_int(waitpid(pid, NULL, 0), pid);
		for (int end = 0; end < 2; end++) {
			(void)close(hold[end]);
			(void)close(let[end]);
		}
	}
}

static void pipe_has_no_end(void)
{
	struct nsx_events f;
	char name[32];
	int fds[2];
	ssize_t n;

	check_int(pipe2(fds, O_CLOEXEC), 0);
	(void)snprintf(name, sizeof(name), "/dev/fd/%d", fds[1]);
	check_int(nsx_events_open(&f, name, false), 0);
	put(&f, "1");
	put(&f, "2");
	n = read(fds[0], text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	check_text(text, "[\n1,\n2");
	(void)close(fds[0]);
	put(&f, "3"); /* no SIGPIPE */
	nsx_events_close(&f);
	(void)close(fds[1]);
}

static void what_cannot_be_opened_says_why(void)
{
	struct nsx_events f;

	check_int(nsx_events_open(&f, "/absent/x", false), -ENOENT);
	check_int(nsx_events_open(&f, "/", false), -EISDIR);
}

static void begin(const char *word)
{
	char *list[] = { (char *)(uintptr_t)word, NULL };
	const struct nsx_words words = { .word = list, .n = 1 };

	log_ = nsx_log_default();
	memset(&trace, 0x55, sizeof(trace));
	nsx_trace_begin(&trace, &log_, nsx_trace_may_be_asked(&words));
}

static void nobody_asks(void)
{
	struct nsx_error e = { 0 };

	begin("--all");
	check(!log_.trace && !log_.clock);
	check_int(nsx_trace_open(&log_, NSX_STEP_OPTIONS, NULL, "x", false, &e), 0);
	nsx_trace_step(&log_, NSX_STEP_JOIN, 0, NULL);
	check_int(trace.proc, 0x55555555);
	begin("--"); /* and what follows it is the program's */
	check(!log_.trace);
	begin("--traced");
	check(log_.trace == &trace);
	check_int(nsx_trace_open(&log_, NSX_STEP_OPTIONS, NULL, "x", false, &e), 0);
	check(!log_.trace);
	check_int(trace.clock.timer, NSX_NOFD);
}

/* @event: from its name on, without times */
static void check_last(const char *event)
{
	const char *last = strrchr(content(), '{'), *at = last;

	while (at && at > text && *at != '\n')
		at--;
	check_text(at ? strstr(at, "\"args\"") : "nothing", event);
}

static void subjects_are_text(void)
{
	char longest[400], want[2048];
	struct nsx_error e = { 0 };
	size_t len = 0;

	begin("--trace");
	check_int(nsx_trace_open(&log_, NSX_STEP_OPTIONS, path, "x", false, &e), 0);
	check(strstr(content(), "\"name\":\"process_name\"") != NULL);
	nsx_trace_step(&log_, NSX_STEP_JOIN, NSX_KIND_BIT(NSX_NET) | NSX_KIND_BIT(NSX_UTS),
		       "a\"b\n\xff");
	check_last("\"args\":{\"kinds\":\"net,uts\",\"subject\":\"a\\\"b\\u000a\\ufffd\"}}\n]\n");
	memset(longest, 1, sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	nsx_trace_step(&log_, NSX_STEP_TARGET, 0, longest);
	len += (size_t)snprintf(want, sizeof(want), "\"args\":{\"subject\":\"");
	for (int i = 0; i < 191; i++)
		len += (size_t)snprintf(want + len, sizeof(want) - len, "\\u0001");
	(void)snprintf(want + len, sizeof(want) - len, "\"}}\n]\n");
	check_last(want);
	(void)nsx_fail(&e, NSX_STEP_CWD, ENOENT, longest, NULL);
	nsx_trace_failure(&log_, &e);
	check(strstr(content(), "\"error\":\"ENOENT\"}}\n]\n") != NULL);
	nsx_trace_end(&log_, 7, 9);
	check_last("\"args\":{\"pid\":7,\"signal\":9}}\n]\n");
	nsx_trace_end(&log_, 7, 3 << 8);
	check_last("\"args\":{\"pid\":7,\"status\":3}}\n]\n");
	nsx_trace_close(&log_);
	check_int(nsx_trace_file(&log_), NSX_NOFD);
}

static void times_have_nanoseconds(void)
{
	static const struct {
		uint64_t nanos;
		const char *want;
	} rows[] = {
		{ 1, "\"ts\":0.001," },
		{ 12, "\"ts\":0.012," },
		{ 1234, "\"ts\":1.234," },
		{ 1000000000, "\"ts\":1000000.000," },
	};
	struct nsx_error e = { 0 };

	begin("--trace");
	check_int(nsx_trace_open(&log_, NSX_STEP_OPTIONS, path, "x", false, &e), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		trace.began = rows[i].nanos;
		nsx_trace_step(&log_, NSX_STEP_PLAN, 0, NULL);
		check(strstr(content(), rows[i].want) != NULL);
		check(trace.began > 1000000000);
	}
	nsx_trace_close(&log_);
}

int main(void)
{
	const int fd = mkstemp(path);

	(void)close(fd);
	unit("the clock is the kernel's", clock_is_the_kernels);
	unit("a file is whole behind each event", file_is_whole_behind_each_event);
	unit("another is waited for", another_is_waited_for);
	unit("a pipe has no end", pipe_has_no_end);
	unit("what cannot be opened says why", what_cannot_be_opened_says_why);
	unit("nobody asks", nobody_asks);
	unit("subjects are text", subjects_are_text);
	unit("times have nanoseconds", times_have_nanoseconds);
	(void)unlink(path);
	return unit_end();
}
