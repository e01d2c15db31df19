/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spawn TIMES once|session PID PROGRAM
 *
 * Run PROGRAM that many times inside six namespaces of process PID, by nsexec_spawn() or in
 * one session.  What one more of them costs is the difference between two numbers of times.
 */
#include <err.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nsexec.h"

static void must(int rc, const struct nsexec_error *e)
{
	char text[600];

	if (rc == 0)
		return;
	(void)nsexec_error_text(e, text, sizeof(text));
	errx(1, "%s", text);
}

static void wait_for(const struct nsexec_child *child)
{
	int status;

	if (waitpid(child->pid, &status, 0) != child->pid || status)
		errx(1, "a program has failed");
	close(child->pidfd);
}

int main(int argc, char **argv)
{
	const char *words[2] = { argc == 5 ? argv[4] : NULL, NULL };
	struct nsexec_options how = {
		.size = sizeof(how),
		.kinds = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID |
			 CLONE_NEWCGROUP,
	};
	const struct nsexec_program program = { .size = sizeof(program), .argv = words };
	struct nsexec_session *session = NULL;
	struct nsexec_child child;
	struct nsexec_error e;

	if (argc != 5)
		errx(2, "usage: spawn TIMES once|session PID PROGRAM");
	how.target_pid = atoi(argv[3]);
	if (strcmp(argv[2], "session") == 0) {
		session = nsexec_session_open(&how, &e);
		must(session ? 0 : -1, &e);
	}
	for (int i = atoi(argv[1]); i > 0; i--) {
		must(session ? nsexec_session_spawn(session, &program, &child, &e)
			     : nsexec_spawn(&how, &program, &child, &e),
		     &e);
		wait_for(&child);
	}
	nsexec_session_close(session);
	return 0;
}
