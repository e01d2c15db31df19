/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Move into all namespaces of a process, and run a program from there:
 *
 *	join_all 1234 ip address
 *
 *	cc -Wall -Wextra -o join_all join_all.c $(pkg-config --cflags --libs nsexec)
 *
 * This is for a process with one thread, which itself goes in and stays there.  What it
 * starts then is in the PID and time namespace too.
 */
#define _GNU_SOURCE
#include <nsexec.h>

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int failed(const struct nsexec_error *e)
{
	char text[512];

	nsexec_error_text(e, text, sizeof(text));
	fprintf(stderr, "join_all: %s\n", text);
	if (e->hint[0])
		fprintf(stderr, "join_all: %s\n", e->hint);
	return NSEXEC_EXIT_FAILED;
}

/* Our own user namespace cannot be joined, so it is left out; did we enter another one? */
static int is_ours(const struct nsexec_id *before)
{
	struct nsexec_id now;

	return nsexec_identify(NSEXEC_THREAD(0), CLONE_NEWUSER, &now, NULL) == 0 &&
	       now.dev == before->dev && now.ino == before->ino;
}

int main(int argc, char **argv)
{
	struct nsexec_id user;
	struct nsexec_error e;
	int kinds, status;

	if (argc < 3) {
		fprintf(stderr, "usage: join_all PID PROGRAM [ARG]...\n");
		return NSEXEC_EXIT_FAILED;
	}
	if (nsexec_kinds(&kinds, &e) ||
	    nsexec_identify(NSEXEC_THREAD(0), CLONE_NEWUSER, &user, &e) ||
	    nsexec_join(NSEXEC_PID(atoi(argv[1])), kinds, 0, &e))
		return failed(&e);

	/* In there our ids mean nothing yet.  Where setgroups is denied, groups stay. */
	if (!is_ours(&user)) {
		(void)setgroups(0, NULL);
		if (setgid(0) || setuid(0))
			perror("join_all: becoming root of the user namespace");
	}

	switch (fork()) {
	case -1:
		perror("join_all: fork");
		return NSEXEC_EXIT_FAILED;
	case 0:
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(errno == ENOENT ? NSEXEC_EXIT_NOT_FOUND : NSEXEC_EXIT_CANNOT_RUN);
	}
	if (wait(&status) < 0)
		return NSEXEC_EXIT_FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
