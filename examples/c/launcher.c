/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start a program as PID 1 of new namespaces, with a hostname and a /proc of its own:
 *
 *	launcher blue sh -c 'hostname; echo $$; ps ax'
 *
 *	cc -Wall -Wextra -o launcher launcher.c $(pkg-config --cflags --libs nsexec)
 *
 * An ordinary user gets a user namespace too, and is root in it.
 */
#define _GNU_SOURCE
#include <nsexec.h>

#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int failed(const struct nsexec_error *e)
{
	char text[512];

	nsexec_error_text(e, text, sizeof(text));
	fprintf(stderr, "launcher: %s\n", text);
	if (e->hint[0])
		fprintf(stderr, "launcher: %s\n", e->hint);
	return NSEXEC_EXIT_FAILED;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: launcher HOSTNAME PROGRAM [ARG]...\n");
		return NSEXEC_EXIT_FAILED;
	}

	/* Each is what the option of that name is to nsexec(1); "" is one without its value. */
	const struct nsexec_options how = {
		.size = sizeof(how),
		.create = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS,
		.map_root_user = geteuid() != 0,
		.hostname = argv[1],
		.mount_proc = "",
		.loopback = 1,
	};
	const struct nsexec_program program = {
		.size = sizeof(program),
		.argv = (const char *const *)argv + 2,
	};
	struct nsexec_child child;
	struct nsexec_error e;
	int status;

	if (nsexec_spawn(&how, &program, &child, &e))
		return failed(&e);
	fprintf(stderr, "launcher: out here it is PID %d\n", child.pid);
	if (nsexec_wait(&child, -1, &status, &e))
		return failed(&e);
	close(child.pidfd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
