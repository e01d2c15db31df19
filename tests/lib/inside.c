/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program finds of itself: a line each for every descriptor, namespace, variable, and
 * for its ids, group, session and signals.  Its argument is the exit status.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

/* Every name in @dir, but that of the descriptor of @dir itself. */
static void links(const char *what, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		char path[300], text[300];
		ssize_t n;

		if (entry->d_name[0] == '.')
			continue;
		if (!strcmp(what, "fd") && atoi(entry->d_name) == dirfd(d))
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		n = readlink(path, text, sizeof(text) - 1);
		text[n < 0 ? 0 : n] = '\0';
		printf("%s %s %s\n", what, entry->d_name, text);
	}
	if (d)
		(void)closedir(d);
}

static void signals(void)
{
	sigset_t mask;

	(void)sigprocmask(SIG_SETMASK, NULL, &mask);
	for (int sig = 1; sig < NSIG; sig++) {
		struct sigaction now;

		if (sigismember(&mask, sig) == 1)
			printf("blocked %d\n", sig);
		if (sigaction(sig, NULL, &now) < 0)
			continue;
		if (now.sa_handler == SIG_IGN)
			printf("ignored %d\n", sig);
		else if (now.sa_handler != SIG_DFL)
			printf("caught %d\n", sig);
	}
}

int main(int argc, char **argv)
{
	const mode_t mask = umask(0);
	char cwd[4096];

	(void)umask(mask);
	links("fd", "/proc/self/fd");
	links("ns", "/proc/self/ns");
	signals();
	for (char **variable = environ; *variable; variable++)
		printf("env %s\n", *variable);
	for (int i = 0; i < argc; i++)
		printf("arg %s\n", argv[i]);
	printf("pid %d\nparent %d\nsession %d\ngroup %d\n", getpid(), getppid(), getsid(0),
	       getpgrp());
	printf("umask %o\ncwd %s\ndumpable %d\n", mask, getcwd(cwd, sizeof(cwd)) ? cwd : "?",
	       prctl(PR_GET_DUMPABLE));
	printf("uid %d\ngid %d\n", geteuid(), getegid());
	return argc > 1 ? atoi(argv[1]) : 0;
}
