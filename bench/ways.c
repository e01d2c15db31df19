/* SPDX-License-Identifier: Apache-2.0 */
#include "ways.h"

#include <err.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK_BYTES = 64 * 1024 };

pid_t target;
const char *program;
struct nsexec_session *session;
const struct nsexec_options *how;

static void reap(pid_t pid, const char *who)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || status)
		errx(1, "%s: %s has failed", who, program);
}

static int become(void *arg)
{
	char *argv[] = { (char *)program, NULL };

	(void)arg;
	(void)execve(program, argv, environ);
	_exit(127);
}

static void join_or_exit(void)
{
	const int fd = (int)syscall(SYS_pidfd_open, target, 0);

	if (fd < 0 || setns(fd, WAY_KINDS) < 0)
		_exit(1);
}

/* In our memory, on the stacks that it is given. */
static int join_and_start(void *stack)
{
	pid_t pid;
	int status;

	join_or_exit();
	pid = clone(become, (char *)stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
	_exit(pid < 0 || waitpid(pid, &status, 0) != pid || status);
}

static void by_floor(void *unused)
{
	static _Alignas(16) char stack[2][STACK_BYTES];
	const pid_t pid = clone(join_and_start, stack[0] + STACK_BYTES,
				CLONE_VM | CLONE_VFORK | SIGCHLD, stack[1]);

	(void)unused;
	if (pid < 0)
		err(1, "clone");
	reap(pid, "floor");
}

static void by_fork(void *unused)
{
	const pid_t pid = fork();
	pid_t inner;
	int status;

	(void)unused;
	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		join_or_exit();
		inner = fork();
		if (inner == 0)
			(void)become(NULL); /* never returns */
		_exit(inner < 0 || waitpid(inner, &status, 0) != inner || status);
	}
	reap(pid, "fork");
}

bool way_has_nsenter(void)
{
	return system("nsenter --version >/dev/null 2>&1") == 0;
}

static void by_nsenter(void *unused)
{
	char number[16];
	char *argv[] = { "nsenter", "-t", number, "-m", "-u", "-i", "-n", "-p", "-C", NULL, NULL };
	pid_t pid;

	(void)unused;
	argv[9] = (char *)program;
	(void)snprintf(number, sizeof(number), "%d", (int)target);
	if (posix_spawnp(&pid, "nsenter", NULL, NULL, argv, environ))
		errx(1, "nsenter");
	reap(pid, "nsenter");
}

void way_check(int rc, const char *who, const struct nsexec_error *e)
{
	char text[600];

	if (rc == 0)
		return;
	(void)nsexec_error_text(e, text, sizeof(text));
	errx(1, "%s: %s", who, text);
}

static void spawn(bool in_session)
{
	const char *argv[] = { program, NULL };
	const struct nsexec_program p = { .size = sizeof(p), .argv = argv };
	struct nsexec_child child;
	struct nsexec_error e;

	if (in_session)
		way_check(nsexec_session_spawn(session, &p, &child, &e), "nsexec_session_spawn",
			  &e);
	else
		way_check(nsexec_spawn(how, &p, &child, &e), "nsexec_spawn", &e);
	reap(child.pid, "libnsexec");
	close(child.pidfd);
}

static void by_spawn(void *unused)
{
	(void)unused;
	spawn(false);
}

static void by_session_spawn(void *unused)
{
	(void)unused;
	spawn(true);
}

static void by_session_run(void *unused)
{
	const char *argv[] = { program, NULL };
	const struct nsexec_program p = { .size = sizeof(p), .argv = argv };
	struct nsexec_io io = { .size = sizeof(io), .timeout_ms = -1 };
	struct nsexec_error e;

	(void)unused;
	way_check(nsexec_session_run(session, &p, &io, &e), "nsexec_session_run", &e);
	if (io.status)
		errx(1, "nsexec_session_run: %s has failed", program);
	nsexec_io_free(&io);
}

const struct way_row ways[WAY_COUNT] = {
	[FLOOR] = { "floor", false, by_floor },
	[SPAWN] = { "nsexec_spawn", true, by_spawn },
	[SESSION_SPAWN] = { "nsexec_session_spawn", true, by_session_spawn },
	[SESSION_RUN] = { "nsexec_session_run", true, by_session_run },
	[NSENTER] = { "posix_spawn of nsenter", false, by_nsenter },
	[FORK] = { "fork, setns, fork", false, by_fork },
};
