/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <dirent.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter.h"
#include "sys_pidfd.h"
#include "unit.h"

static struct nsx_error error;
static char text[512];

static const char *shown(void)
{
	nsx_error_text(&error, text, sizeof(text));
	return text;
}

static int parse(const char *value, struct nsx_who *who)
{
	memset(&error, 0, sizeof(error));
	who->pid = -7;
	unit_case = value;
	return nsx_who_parse(value, who, &error);
}

static void pids_are_understood(void)
{
	static const struct {
		const char *value;
		int pid;
	} rows[] = { { "1", 1 }, { "1234", 1234 }, { "0012", 12 }, { "2147483647", INT_MAX } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct nsx_who who;

		check_int(parse(rows[i].value, &who), 0);
		check_int(who.pid, rows[i].pid);
		check(who.inode == 0);
	}
}

static void inodes_and_pidfds_are_understood(void)
{
	static const struct {
		const char *value;
		struct nsx_who who;
	} rows[] = {
		{ "1:1", { .pid = 1, .inode = 1, .pidfd = NSX_NOFD } },
		{ "12:0034", { .pid = 12, .inode = 34, .pidfd = NSX_NOFD } },
		{ "2147483647:18446744073709551615",
		  { .pid = INT_MAX, .inode = UINT64_MAX, .pidfd = NSX_NOFD } },
		{ "pidfd:0", { .pid = 0, .inode = 0, .pidfd = 0 } },
		{ "pidfd:7", { .pid = 0, .inode = 0, .pidfd = 7 } },
		{ "pidfd:2147483647", { .pid = 0, .inode = 0, .pidfd = INT_MAX } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct nsx_who who;

		check_int(parse(rows[i].value, &who), 0);
		check_int(who.pid, rows[i].who.pid);
		check(who.inode == rows[i].who.inode);
		check_int(who.pidfd, rows[i].who.pidfd);
	}
}

static void everything_else_is_refused(void)
{
	static const char *const values[] = {
		"0",
		"-1",
		"+1",
		"",
		" 1",
		"1 ",
		"1x",
		"0x1",
		"1.5",
		"self",
		"00",
		"=1",
		"1\n",
		"a1",
		"\xd9\xa1",
		":1",
		"1:",
		"1:0",
		"1:x",
		"1:-1",
		"1:2:",
		"1:2:3",
		"0:2",
		"1 :2",
		"1: 2",
		"2147483648:1",
		"1:18446744073709551616",
		"pidfd",
		"pidfd:",
		"pidfd:x",
		"pidfd:-1",
		"pidfd:2147483648",
		"pidfd:1:2",
		"PIDFD:1",
		"2147483648",
		"18446744073709551617",
	};

	static const char none[] = "not a PID, PID:INODE, pidfd:N or a name such as container:ID (";

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct nsx_who who;

		check_int(parse(values[i], &who), -1);
		check_int(error.step, NSX_STEP_TARGET);
		check_int(error.err, 0);
		check(strncmp(error.subject, none, sizeof(none) - 1) == 0);
		check_int(who.pid, -7);
	}
	check_int(parse("self", &(struct nsx_who){ 0 }), -1);
	check_text(shown(),
		   "target: not a PID, PID:INODE, pidfd:N or a name such as container:ID (self)");
}

static void names_say_how_they_are_meant(void)
{
	static const struct {
		const char *text;
		enum nsx_named named;
		const char *bare;
	} rows[] = {
		{ "unit:sshd", NSX_NAMED_UNIT, "sshd" },
		{ "unit:a\\x2db@c:d.service", NSX_NAMED_UNIT, "a\\x2db@c:d.service" },
		{ "cgroup:/a b/c", NSX_NAMED_CGROUP, "/a b/c" },
		{ "cgroup:a", NSX_NAMED_CGROUP, "a" }, /* refused later */
		{ "container:0f", NSX_NAMED_CONTAINER, "0f" },
		{ "container:unit:x", NSX_NAMED_CONTAINER, "unit:x" },
		{ "comm:a/b", NSX_NAMED_COMM, "a/b" },
		{ "comm: ", NSX_NAMED_COMM, " " },
		{ "comm:..", NSX_NAMED_COMM, ".." },
		{ "netns:..blue", NSX_NAMED_NETNS, "..blue" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct nsx_who who;

		unit_case = rows[i].text;
		check_int(parse(rows[i].text, &who), 0);
		check_int(who.named, rows[i].named);
		check_text(who.name, rows[i].text);
		check_text(who.bare, rows[i].bare);
		check_int(who.pid, 0);
		check_int(who.pidfd, NSX_NOFD);
	}
}

static void names_that_none_can_have_are_refused(void)
{
	static const char *const values[] = { "unit:",	  "cgroup:",	    "container:",
					      "comm:",	  "netns:",	    "netns:.",
					      "netns:..", "netns:a/b",	    "netns:/",
					      "unit:/x",  "container:../x", "container:..",
					      "unit:." };

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct nsx_who who;

		unit_case = values[i];
		check_int(parse(values[i], &who), -1);
		check_int(error.step, NSX_STEP_TARGET);
		check_int(error.err, 0);
		check(strncmp(error.subject, "not a name of one: empty, or of several parts (",
			      47) == 0);
	}
	check_int(parse("Unit:x", &(struct nsx_who){ 0 }), -1);
	check(strncmp(error.subject, "not a PID", 9) == 0);
}

static int open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		(void)closedir(dir);
	return n;
}

static int open_target(int pid, struct nsx_target *t)
{
	const struct nsx_who who = { .pid = pid, .pidfd = NSX_NOFD };

	memset(&error, 0, sizeof(error));
	nsx_target_init(t);
	return nsx_target_open(&who, t, &error);
}

static bool closes_on_exec(int fd)
{
	return fcntl(fd, F_GETFD) & FD_CLOEXEC;
}

static void we_are_a_target(void)
{
	struct nsx_target t;
	int before = open_descriptors();

	check_int(open_target(getpid(), &t), 0);
	check_int(nsx_target_alive(&t, &error), 0);
	check_int(nsx_target_proc(&t, &error), 0);
	check(t.proc > 2 && closes_on_exec(t.proc));
	if (t.pidfd != NSX_NOFD)
		check(t.pidfd > 2 && closes_on_exec(t.pidfd));
	check_int(faccessat(t.proc, "ns/user", F_OK, 0), 0);
	check_int(nsx_target_proc(&t, &error), 0); /* once is enough */
	nsx_target_close(&t);
	check_int(t.proc, NSX_NOFD);
	check_int(open_descriptors(), before);
	nsx_target_close(&t); /* twice is harmless */
}

/* Even where the standard streams are closed, none of ours takes their numbers. */
static void standard_numbers_stay_free(void)
{
	int status = 0;
	int child = fork();

	if (child == 0) {
		struct nsx_target t;

		(void)close(0);
		(void)close(1);
		(void)close(2);
		_exit(open_target(getpid(), &t) < 0 || nsx_target_proc(&t, &error) < 0 ||
		      t.proc <= 2 || (t.pidfd != NSX_NOFD && t.pidfd <= 2) ||
		      fcntl(0, F_GETFD) >= 0 || fcntl(1, F_GETFD) >= 0 || fcntl(2, F_GETFD) >= 0);
	}
	check_int(waitpid(child, &status, 0), child);
	check_int(status, 0);
}

static void nobody_is_not_a_target(void)
{
	struct nsx_target t;
	char want[128];
	int child = fork();

	if (child == 0)
		_exit(0);
	(void)waitpid(child, NULL, 0);
	check_int(open_target(child, &t), -1);
	(void)snprintf(want, sizeof(want), "target process (PID %d): ESRCH No such process", child);
	check_text(shown(), want);
	nsx_target_close(&t);
}

/* From being pinned on, the end of the process is seen, though its PID is still taken. */
static void the_end_of_a_target_is_seen(void)
{
	struct nsx_target t;
	siginfo_t info;
	int child = fork();

	if (child == 0) {
		(void)pause();
		_exit(0);
	}
	check_int(open_target(child, &t), 0);
	if (t.pidfd == NSX_NOFD)
		return (void)kill(child, SIGKILL), (void)waitpid(child, NULL, 0);
	check_int(nsx_target_alive(&t, &error), 0);
	(void)kill(child, SIGKILL);
	check_int(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0); /* now a zombie */
	check_int(nsx_target_alive(&t, &error), -1);
	check_int(error.err, ESRCH);
	check_int(error.hint, NSX_HINT_GONE);
	memset(&error, 0, sizeof(error));
	check_int(nsx_target_proc(&t, &error), -1);
	check_int(t.proc, NSX_NOFD);
	(void)waitpid(child, NULL, 0);
	nsx_target_close(&t);
}

/* The caller's descriptor stays the caller's, whichever of us is closed. */
static void a_pidfd_of_the_caller_is_duplicated(void)
{
	struct nsx_target t;
	int before = open_descriptors(), fd = (int)syscall(__NR_pidfd_open, getppid(), 0);
	const struct nsx_who who = { .pidfd = fd };

	if (fd < 0)
		return unit_skip("no pidfds here");
	memset(&error, 0, sizeof(error));
	nsx_target_init(&t);
	check_int(nsx_target_open(&who, &t, &error), 0);
	check_int(t.pid, getppid());
	check(t.pidfd > 2 && t.pidfd != fd && closes_on_exec(t.pidfd));
	nsx_target_close(&t);
	check_int(fcntl(fd, F_GETFD), FD_CLOEXEC);
	(void)close(fd);
	check_int(open_descriptors(), before);
}

static void what_is_no_pidfd_is_refused(void)
{
	struct nsx_target t;
	const struct nsx_who standard_input = { .pidfd = 0 }, nothing = { .pidfd = 1000000 };

	memset(&error, 0, sizeof(error));
	nsx_target_init(&t);
	check_int(nsx_target_open(&standard_input, &t, &error), -1);
	check_text(shown(), "target: not a pidfd (pidfd:0)");
	nsx_target_close(&t);
	memset(&error, 0, sizeof(error));
	check_int(nsx_target_open(&nothing, &t, &error), -1);
	check_text(shown(), "target descriptor (pidfd:1000000): EBADF Bad file descriptor");
	nsx_target_close(&t);
}

/* In a child, since the filter stays.  Return: which of the checks failed, or 0. */
static int without_pidfd(int nobody)
{
	struct nsx_target t;

	if (!filter_fail(__NR_pidfd_open, ENOSYS))
		return 0;
	if (open_target(getpid(), &t) < 0)
		return 1;
	if (t.pidfd != NSX_NOFD || t.proc <= 2)
		return 2;
	if (nsx_target_alive(&t, &error) < 0) /* nobody can tell: the directory will */
		return 3;
	nsx_target_close(&t);
	if (open_target(nobody, &t) == 0 || error.err != ESRCH)
		return 4;
	return 0;
}

static void older_kernels_pin_by_directory(void)
{
	int status = 0, nobody = fork(), child;

	if (nobody == 0)
		_exit(0);
	(void)waitpid(nobody, NULL, 0);
	child = fork();
	if (child == 0)
		_exit(without_pidfd(nobody));
	check_int(waitpid(child, &status, 0), child);
	check_int(WEXITSTATUS(status), 0);
	check_int(status, 0);
}

static void no_room_is_not_an_older_kernel(void)
{
	int status = 0, child = fork();

	if (child == 0) {
		const struct rlimit none = { 3, 3 };
		struct nsx_target t;

		_exit(setrlimit(RLIMIT_NOFILE, &none) == 0 &&
		      (open_target(getpid(), &t) == 0 || error.err != EMFILE ||
		       error.step != NSX_STEP_TARGET));
	}
	check_int(waitpid(child, &status, 0), child);
	check_int(status, 0);
}

int main(void)
{
	unit("a PID is a positive decimal number", pids_are_understood);
	unit("an inode may be behind it, or a pidfd in its place",
	     inodes_and_pidfds_are_understood);
	unit("anything else is refused, and named", everything_else_is_refused);
	unit("a name says how it is meant", names_say_how_they_are_meant);
	unit("a name that none can have is refused", names_that_none_can_have_are_refused);
	unit("a target is pinned by descriptors that close on exec", we_are_a_target);
	unit("descriptors 0 to 2 are left free for the program", standard_numbers_stay_free);
	unit("a PID that nobody has is no target", nobody_is_not_a_target);
	unit("the end of a pinned target is seen", the_end_of_a_target_is_seen);
	unit("a pidfd of the caller is duplicated, and stays as it is",
	     a_pidfd_of_the_caller_is_duplicated);
	unit("what is no pidfd is refused", what_is_no_pidfd_is_refused);
	unit("where there is no pidfd, the directory in /proc pins it",
	     older_kernels_pin_by_directory);
	unit("no descriptor left is an error, not an older kernel", no_room_is_not_an_older_kernel);
	return unit_end();
}
