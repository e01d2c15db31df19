/* SPDX-License-Identifier: Apache-2.0 */
#include "outside.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static struct nsx_error error;
static struct nsx_log log_;
static char text[16384];

static const char *shown(void)
{
	nsx_error_text(&error, text, sizeof(text));
	return text;
}

static int write_it(int pid, enum nsx_step step, struct nsx_outside o)
{
	memset(&error, 0, sizeof(error));
	return nsx_outside_write(pid, step, &o, &log_, &error);
}

/* "map /proc/PID/FILE: REST" */
static void refused(enum nsx_step step, int pid, const char *file, const char *rest)
{
	char want[128];

	(void)snprintf(want, sizeof(want), "%s /proc/%d/%s: %s", nsx_step_name(step), pid, file,
		       rest);
	check_int(error.step, step);
	check_text(shown(), want);
}

/* What is in a file, as far as it fits. */
static const char *read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n, len = 0;

	while (fd >= 0 && (n = read(fd, text + len, sizeof(text) - 1 - (size_t)len)) > 0)
		len += n;
	(void)close(fd);
	text[len] = '\0';
	return fd < 0 ? NULL : text;
}

/* ---- map tools ---- */

static char dir[] = "/tmp/nsexec-outside.XXXXXX";
static char tool[64], said[64], environment[64], other_tool[64];

static void put_script(const char *path, const char *script)
{
	FILE *f = fopen(path, "w");

	if (!check(f != NULL))
		return;
	(void)fprintf(f, "#!/bin/sh\n%s\n", script);
	(void)fclose(f);
	check_int(chmod(path, 0755), 0);
	(void)unlink(said);
}

/* A tool that writes down what it is called with. */
static void put_tool(void)
{
	char script[256];

	(void)snprintf(script, sizeof(script),
		       "cat /proc/$$/environ >%s; printf '%%s\\n' \"$@\" >%s", environment, said);
	put_script(tool, script);
}

static char *map_of(int ranges, const char *line)
{
	char *map = calloc((size_t)ranges + 1, strlen(line));

	for (int i = 0; i < ranges; i++)
		memcpy(map + (size_t)i * strlen(line), line, strlen(line));
	return map;
}

/* Our own map has been written long ago, and the kernel takes no second one. */
static int map_ourselves(const char *map)
{
	return write_it(getpid(), NSX_STEP_MAP,
			(struct nsx_outside){ .uid_map = map, .newuidmap = tool });
}

static void check_ranges(int ranges)
{
	char *map = map_of(ranges, "0 1 2\n");
	char want[8192];
	int at = snprintf(want, sizeof(want), "%d\n", getpid());

	for (int i = 0; i < ranges; i++)
		at += snprintf(want + at, sizeof(want) - (size_t)at, "0\n1\n2\n");
	check_int(map_ourselves(map), 0);
	check_int(error.step, NSX_STEP_NONE);
	check_text(read_file(said), want);
	free(map);
}

static void tool_gets_pid_and_every_number(void)
{
	put_tool();
	check_ranges(1);
	check_ranges(6);
	check_ranges(7);
	check_ranges(20);
	check_ranges(339);
	check_ranges(340); /* as many as there can be in one map */
}

static void tool_gets_numbers_as_they_are(void)
{
	char want[128];

	put_tool();
	(void)snprintf(want, sizeof(want), "%d\n0\n1000\n1\n1\n100000\n4294967295\n", getpid());
	check_int(map_ourselves(" 0\t1000  1\n\n1 100000 4294967295"), 0);
	check_text(read_file(said), want);
}

static void tool_gets_no_environment(void)
{
	put_tool();
	check_int(setenv("NSX_TEST", "x", 1), 0);
	check_int(map_ourselves("0 0 1\n"), 0);
	check_text(read_file(environment), "");
}

static void other_maps_are_refused_without_a_tool(void)
{
	static const char *const maps[] = { "0",      "0 0",	 "0 0 1 2",  "0 0 x",  "a 0 1",
					    "-1 0 1", "0 0 1,1", "0 0 1\n1", "0 +0 1", "\n0 0 1x" };
	char want[256], *map = map_of(341, "0 1 2\n");

	(void)snprintf(want, sizeof(want),
		       "map: a map that is not up to 340 lines of three numbers (%s)", tool);
	put_tool();
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++) {
		unit_case = maps[i];
		check_int(map_ourselves(maps[i]), -1);
		check_text(shown(), want);
		check(access(said, F_OK) < 0);
	}
	unit_case = "341 ranges";
	check_int(map_ourselves(map), -1);
	check_text(shown(), want);
	check(access(said, F_OK) < 0);
	free(map);
}

static void uid_comes_before_gid(void)
{
	char script[256];
	struct nsx_outside o = {
		.uid_map = "1 2 3",
		.gid_map = "4 5 6",
		.newuidmap = other_tool,
		.newgidmap = tool,
	};

	put_tool();
	put_script(other_tool, "exit 7");
	check_int(write_it(getpid(), NSX_STEP_MAP, o), -1);
	check(access(said, F_OK) < 0); /* the first failure is the last that is done */
	(void)snprintf(script, sizeof(script), "printf '%%s ' \"$@\" >>%s", said);
	put_script(other_tool, script);
	put_script(tool, script);
	check_int(write_it(getpid(), NSX_STEP_MAP, o), 0);
	(void)snprintf(script, sizeof(script), "%d 1 2 3 %d 4 5 6 ", getpid(), getpid());
	check_text(read_file(said), script);
	(void)unlink(other_tool);
}

static void failing_tool_is_named_with_its_status(void)
{
	static const struct {
		const char *script, *want;
		enum nsx_hint hint;
	} rows[] = {
		{ "exit 1", "exit status 1", NSX_HINT_MAP_TOOL },
		{ "exit 255", "exit status 255", NSX_HINT_MAP_TOOL },
		{ "kill -KILL $$", "killed by signal 9", NSX_HINT_NONE },
		{ "kill -TERM $$", "killed by signal 15", NSX_HINT_NONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char want[128];

		put_script(tool, rows[i].script);
		(void)snprintf(want, sizeof(want), "map: %s (%s)", tool, rows[i].want);
		check_int(map_ourselves("0 0 1\n"), -1);
		check_text(shown(), want);
		check_int(error.hint, rows[i].hint);
	}
}

static void check_exec(const char *name, const char *rest, int status)
{
	const struct nsx_outside o = { .gid_map = "0 0 1\n", .newgidmap = name };
	char want[128];

	(void)snprintf(want, sizeof(want), "exec %s: %s", name, rest);
	check_int(write_it(getpid(), NSX_STEP_MAP, o), -1);
	check_text(shown(), want);
	check_int(nsx_error_status(&error), status);
}

static void tool_that_cannot_run_is_named(void)
{
	char absent[64];

	(void)snprintf(absent, sizeof(absent), "%s/absent", dir);
	check_exec(absent, "ENOENT No such file or directory", 127);
	check_exec(dir, "EACCES Permission denied", 126);
	put_script(tool, "");
	check_int(chmod(tool, 0644), 0);
	check_exec(tool, "EACCES Permission denied", 126);
}

static void name_of_a_tool_may_be_too_long(void)
{
	char *name = malloc(5001);

	memset(name, 'x', 5000);
	name[5000] = '\0';
	check_int(write_it(getpid(), NSX_STEP_MAP,
			   (struct nsx_outside){ .uid_map = "0 0 1\n", .newuidmap = name }),
		  -1);
	check_int(error.step, NSX_STEP_MAP);
	check_int(error.err, ENAMETOOLONG);
	free(name);
}

/* All of them have been waited for. */
static void no_tool_is_left(void)
{
	check_int(waitpid(-1, NULL, WNOHANG), -1);
	check_int(errno, ECHILD);
}

static void refusal_of_the_kernel_is_named(void)
{
	check_int(write_it(getpid(), NSX_STEP_MAP, (struct nsx_outside){ .uid_map = "0 0 1\n" }),
		  -1);
	refused(NSX_STEP_MAP, getpid(), "uid_map", "EPERM Operation not permitted");
	check_int(error.hint, NSX_HINT_MAP);
	check_int(write_it(getpid(), NSX_STEP_MAP, (struct nsx_outside){ .gid_map = "0 0 1\n" }),
		  -1);
	refused(NSX_STEP_MAP, getpid(), "gid_map", "EPERM Operation not permitted");
	check_int(write_it(getpid(), NSX_STEP_MAP, (struct nsx_outside){ .deny_setgroups = true }),
		  -1);
	refused(NSX_STEP_MAP, getpid(), "setgroups", "EPERM Operation not permitted");
	check_int(write_it(999999999, NSX_STEP_MAP, (struct nsx_outside){ .uid_map = "0 0 1\n" }),
		  -1);
	refused(NSX_STEP_MAP, 999999999, "uid_map", "ENOENT No such file or directory");
	check_int(write_it(999999999, NSX_STEP_OFFSETS,
			   (struct nsx_outside){ .offsets = "boottime 1 0" }),
		  -1);
	refused(NSX_STEP_OFFSETS, 999999999, "timens_offsets", "ENOENT No such file or directory");
}

static void nothing_to_write_is_nothing_done(void)
{
	check_int(write_it(getpid(), NSX_STEP_MAP,
			   (struct nsx_outside){ .newuidmap = "/absent", .newgidmap = "/absent" }),
		  0);
	check_int(error.step, NSX_STEP_NONE);
}

/* ---- for a process that is really inside ---- */

static int inside; /* it */
static int leash;  /* when this is closed it ends */

static void live_inside(int flags, int ready)
{
	char byte = unshare(flags) == 0 ? 'y' : 'n';

	(void)write(ready, &byte, 1);
	(void)read(ready, &byte, 1);
	_exit(0);
}

static void let_go(void)
{
	(void)close(leash);
	(void)waitpid(inside, NULL, 0);
}

/* Use: if (!begin_inside(CLONE_NEWUSER)) return; */
static bool begin_inside(int flags)
{
	int pair[2];
	char byte = 'n';

	check_int(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	inside = fork();
	if (inside == 0) {
		(void)close(pair[0]);
		live_inside(flags, pair[1]);
	}
	(void)close(pair[1]);
	leash = pair[0];
	(void)read(leash, &byte, 1);
	if (byte == 'y')
		return true;
	unit_skip("namespaces cannot be created here");
	let_go();
	return false;
}

/* As it is, but that numbers of many blanks have one. */
static const char *read_inside(const char *file)
{
	char path[64], *put = text;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", inside, file);
	if (!read_file(path))
		return NULL;
	for (const char *c = text; *c; c++)
		if (*c != ' ' || (put > text && put[-1] != ' ' && put[-1] != '\n'))
			*put++ = *c;
	*put = '\0';
	return text;
}

static void maps_are_written(void)
{
	char uid_map[64], gid_map[64];

	if (!begin_inside(CLONE_NEWUSER))
		return;
	(void)snprintf(uid_map, sizeof(uid_map), "0 %u 1\n", getuid());
	(void)snprintf(gid_map, sizeof(gid_map), "7 %u 1\n", getgid());
	check_int(write_it(inside, NSX_STEP_MAP,
			   (struct nsx_outside){ .uid_map = uid_map,
						 .gid_map = gid_map,
						 .newuidmap = "/absent", /* nobody needs it */
						 .newgidmap = "/absent",
						 .deny_setgroups = true }),
		  0);
	check_text(read_inside("uid_map"), uid_map);
	check_text(read_inside("gid_map"), gid_map);
	check_text(read_inside("setgroups"), "deny\n");
	put_tool();
	check_int(write_it(inside, NSX_STEP_MAP,
			   (struct nsx_outside){ .uid_map = uid_map, .newuidmap = tool }),
		  0);
	(void)snprintf(gid_map, sizeof(gid_map), "%d\n0\n%u\n1\n", inside, getuid());
	check_text(read_file(said), gid_map);
	let_go();
}

static void offsets_are_written(void)
{
	if (!begin_inside(CLONE_NEWUSER | CLONE_NEWTIME))
		return;
	check_int(write_it(inside, NSX_STEP_OFFSETS,
			   (struct nsx_outside){ .offsets = "monotonic 5 0\nboottime 1000 7\n" }),
		  0);
	check_text(read_inside("timens_offsets"), "monotonic 5 0\nboottime 1000 7\n");
	check_int(write_it(inside, NSX_STEP_OFFSETS,
			   (struct nsx_outside){ .offsets = "realtime 5 0\n" }),
		  -1);
	refused(NSX_STEP_OFFSETS, inside, "timens_offsets", "EINVAL Invalid argument");
	let_go();
}

/* ---- asking for it ---- */

static int pair_[2];

/* Root's files in /proc are root's in any case: so an ordinary user asks. */
static uid_t asker(void)
{
	return getuid() ? getuid() : 12345;
}

/* In a process of its own.  Return: exit status. */
static int ask(int dumpable, enum nsx_step step)
{
	int rc;

	(void)close(pair_[0]);
	if (setresuid(asker(), asker(), asker()) < 0)
		return 4;
	(void)prctl(PR_SET_DUMPABLE, dumpable);
	error.step = NSX_STEP_NONE;
	rc = nsx_outside_ask(pair_[1], step, 0, &error);
	if (error.step != NSX_STEP_NONE)
		return strcmp(error.subject, "why") == 0 && dumpable == prctl(PR_GET_DUMPABLE) ? 5
											       : 6;
	if (prctl(PR_GET_DUMPABLE) != dumpable)
		return 2;
	return rc == 0 ? 0 : rc == -1 ? 1 : 3;
}

static void begin_asking(int dumpable, enum nsx_step step)
{
	check_int(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair_), 0);
	inside = fork();
	if (inside == 0)
		_exit(ask(dumpable, step));
	(void)close(pair_[1]);
}

static int answered(void)
{
	int status = -1;

	(void)close(pair_[0]);
	check_int(waitpid(inside, &status, 0), inside);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The owner of these is root for a process that is not. */
static bool is_dumpable(int pid)
{
	struct stat st;
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	return stat(path, &st) == 0 && st.st_uid == asker();
}

static void question_waits_for_its_answer(void)
{
	for (int dumpable = 0; dumpable < 2; dumpable++)
		for (enum nsx_step step = NSX_STEP_MAP; step <= NSX_STEP_OFFSETS; step++) {
			int32_t word = -1;

			begin_asking(dumpable, step);
			check_int(read(pair_[0], &word, sizeof(word)), sizeof(word));
			check_int(word, step);
			check_int(waitpid(inside, NULL, WNOHANG), 0);
			check(is_dumpable(inside)); /* for as long as we may want to write */
			nsx_outside_answer(pair_[0], step);
			check_int(answered(), 0);
		}
}

static void refusal_is_told(void)
{
	struct nsx_error why = { .step = NSX_STEP_PERSIST, .err = EPERM, .subject = "why" };
	enum nsx_step step;
	nsx_kinds kinds;
	int32_t word = -1;

	begin_asking(0, NSX_STEP_MAP);
	check_int(read(pair_[0], &word, sizeof(word)), sizeof(word));
	nsx_outside_refuse(pair_[0], &why);
	check_int(answered(), 5);
	nsx_outside_question(NSX_STEP_PERSIST | (int32_t)(NSX_KINDS_ALL << 8), &step, &kinds);
	check_int(step, NSX_STEP_PERSIST);
	check_int(kinds, NSX_KINDS_ALL);
}

static void nobody_answers(void)
{
	int32_t word = -1;

	begin_asking(0, NSX_STEP_MAP);
	check_int(answered(), 1); /* without a SIGPIPE */
	begin_asking(0, NSX_STEP_MAP);
	check_int(read(pair_[0], &word, sizeof(word)), sizeof(word));
	check_int(answered(), 1);
}

int main(void)
{
	log_ = (struct nsx_log){ .level = NSX_LOG_OFF, .fd = 2 };
	if (!mkdtemp(dir))
		return EXIT_FAILURE;
	(void)snprintf(tool, sizeof(tool), "%s/tool", dir);
	(void)snprintf(said, sizeof(said), "%s/said", dir);
	(void)snprintf(other_tool, sizeof(other_tool), "%s/before", dir);
	(void)snprintf(environment, sizeof(environment), "%s/environment", dir);
	unit("a map tool gets the PID and every number of up to 340 ranges",
	     tool_gets_pid_and_every_number);
	unit("a map tool gets the numbers as they are", tool_gets_numbers_as_they_are);
	unit("a map tool gets no environment", tool_gets_no_environment);
	unit("341 ranges, and what is no map, are refused without a map tool",
	     other_maps_are_refused_without_a_tool);
	unit("users are mapped before groups", uid_comes_before_gid);
	unit("a map tool that fails is named with its status or signal",
	     failing_tool_is_named_with_its_status);
	unit("a map tool that cannot run is named", tool_that_cannot_run_is_named);
	unit("the name of a map tool may be too long", name_of_a_tool_may_be_too_long);
	unit("every map tool has been waited for", no_tool_is_left);
	unit("what the kernel refuses is named", refusal_of_the_kernel_is_named);
	unit("nothing to write is nothing done", nothing_to_write_is_nothing_done);
	unit("maps are written for a process inside", maps_are_written);
	unit("clock offsets are written for a process inside", offsets_are_written);
	unit("a question waits for its answer, dumpable meanwhile", question_waits_for_its_answer);
	unit("a refusal comes with its reason", refusal_is_told);
	unit("a question that nobody answers has failed", nobody_answers);
	(void)unlink(tool);
	(void)unlink(said);
	(void)unlink(environment);
	(void)rmdir(dir);
	return unit_end();
}
