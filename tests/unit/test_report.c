/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "unit.h"

static struct nsx_facts f;
static struct nsx_error error;
static char text[4096];

static void success(int fd, nsx_kinds joins)
{
	memset(&error, 0, sizeof(error));
	check_int(nsx_report_success(&(const struct nsx_request){ .report_fd = fd }, 1234, 7, joins,
				     &f, &error),
		  0);
}

static void failure(int fd, const struct nsx_error *e)
{
	nsx_report_error(&(const struct nsx_request){ .report_fd = fd }, e, 0);
}

/* What came out of the pipe that @fds is, once both its ends are closed. */
static const char *received(int fds[2])
{
	ssize_t n;

	(void)close(fds[1]);
	n = read(fds[0], text, sizeof(text) - 1);
	(void)close(fds[0]);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void know_all(void)
{
	nsx_facts_init(&f, NULL);
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		f.ns[k].theirs = (struct nsx_ns_id){ 4, 4026531830u + k };
}

static void success_is_one_line(void)
{
	int fds[2];

	know_all();
	check_int(pipe(fds), 0);
	success(fds[1], NSX_KIND_BIT(NSX_NET) | NSX_KIND_BIT(NSX_PID));
	check_text(received(fds), "{\"pid\":1234,\"pid_inside\":7,"
				  "\"namespaces\":{\"net\":4026531833,\"pid\":4026531834}}\n");
}

static void process_to_wait_for_stands_behind_the_error(void)
{
	int fds[2];

	memset(&error, 0, sizeof(error));
	nsx_fail(&error, NSX_STEP_EXEC, ENOENT, "x", NULL);
	check_int(pipe(fds), 0);
	nsx_report_error(&(const struct nsx_request){ .report_fd = fds[1] }, &error, 812);
	check_text(received(fds), "{\"error\":{\"step\":\"exec\",\"errno\":2,\"subject\":\"x\"},"
				  "\"pid\":812}\n");
}

static void success_names_every_kind(void)
{
	int fds[2];

	know_all();
	check_int(pipe(fds), 0);
	success(fds[1], NSX_KINDS_ALL);
	check_text(received(fds), "{\"pid\":1234,\"pid_inside\":7,\"namespaces\":{"
				  "\"cgroup\":4026531830,\"ipc\":4026531831,\"mnt\":4026531832,"
				  "\"net\":4026531833,\"pid\":4026531834,\"time\":4026531835,"
				  "\"user\":4026531836,\"uts\":4026531837}}\n");
}

static void success_may_have_joined_nothing(void)
{
	int fds[2];

	know_all();
	check_int(pipe(fds), 0);
	success(fds[1], 0);
	check_text(received(fds), "{\"pid\":1234,\"pid_inside\":7,\"namespaces\":{}}\n");
}

/* What runc's caller decodes: its names and nothing else. */
static void stages_are_one_line(void)
{
	int fds[2];

	check_int(pipe(fds), 0);
	memset(&error, 0, sizeof(error));
	check_int(nsx_report_stages(fds[1], 1234, 2147483647, &error), 0);
	check_text(received(fds), "{\"stage1_pid\":1234,\"stage2_pid\":2147483647}\n");
}

static void error_is_one_line(void)
{
	struct nsx_error e = { 0 };
	int fds[2];

	nsx_fail(&e, NSX_STEP_JOIN, EPERM, "net", "/proc/1/ns/net");
	nsx_hint(&e, NSX_HINT_ADD_USER, 7);
	check_int(pipe(fds), 0);
	failure(fds[1], &e);
	check_text(received(fds), "{\"error\":{\"step\":\"join\",\"errno\":1,"
				  "\"subject\":\"net (/proc/1/ns/net)\"}}\n");
	e = (struct nsx_error){ 0 };
	nsx_fail(&e, NSX_STEP_OPTIONS, 0, "unknown option", "-\"\\\n\xff\xc3\xbc");
	check_int(pipe(fds), 0);
	failure(fds[1], &e);
	check_text(received(fds),
		   "{\"error\":{\"step\":\"options\",\"errno\":0,"
		   "\"subject\":\"unknown option (-\\\"\\\\\\u000a\\ufffd\xc3\xbc)\"}}\n");
}

/* Six characters a byte is the worst that JSON makes of a subject. */
static void longest_error_is_whole(void)
{
	struct nsx_error e = { .step = NSX_STEP_OPTIONS, .err = 2147483647 };
	int fds[2];

	memset(e.subject, 1, sizeof(e.subject) - 1);
	check_int(pipe(fds), 0);
	failure(fds[1], &e);
	received(fds);
	check(strlen(text) > 6 * (sizeof(e.subject) - 1));
	check_text(text + strlen(text) - 10, "\\u0001\"}}\n");
}

static void nobody_asked_nothing_written(void)
{
	struct nsx_error e = { .step = NSX_STEP_JOIN };

	know_all();
	success(NSX_NOFD, NSX_KINDS_ALL);
	failure(NSX_NOFD, &e);
}

static void lost_report_is_an_error(void)
{
	int fds[2];

	know_all();
	(void)signal(SIGPIPE, SIG_IGN);
	check_int(pipe(fds), 0);
	(void)close(fds[0]);
	memset(&error, 0, sizeof(error));
	check_int(nsx_report_success(&(const struct nsx_request){ .report_fd = fds[1] }, 1, 1, 0,
				     &f, &error),
		  -1);
	check_int(error.step, NSX_STEP_REPORT);
	check_int(error.err, EPIPE);
	nsx_report_error(&(const struct nsx_request){ .report_fd = fds[1] }, &error,
			 0); /* best effort */
	memset(&error, 0, sizeof(error));
	check_int(nsx_report_stages(fds[1], 1, 2, &error), -1);
	check_int(error.step, NSX_STEP_REPORT);
	check_int(error.err, EPIPE);
	(void)close(fds[1]);
	memset(&error, 0, sizeof(error));
	check_int(nsx_report_success(&(const struct nsx_request){ .report_fd = 1234567 }, 1, 1, 0,
				     &f, &error),
		  -1);
	nsx_error_text(&error, text, sizeof(text));
	check_text(text, "report write it (descriptor 1234567): EBADF Bad file descriptor");
}

int main(void)
{
	unit("a process to wait for stands behind the error",
	     process_to_wait_for_stands_behind_the_error);
	unit("success is one line of JSON", success_is_one_line);
	unit("success names every kind that was joined", success_names_every_kind);
	unit("success may have joined nothing", success_may_have_joined_nothing);
	unit("runc's stages are one line of JSON", stages_are_one_line);
	unit("an error is one line of JSON, its subject escaped", error_is_one_line);
	unit("the longest error is whole", longest_error_is_whole);
	unit("without a descriptor nothing is written", nobody_asked_nothing_written);
	unit("a report that nobody can read is an error", lost_report_is_an_error);
	return unit_end();
}
