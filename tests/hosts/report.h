/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every host program says about itself; the C programs share this file,
 * the others say the same in their own way.  One fact a line:
 *
 *	ns TID KIND INODE	for every thread and every kind of namespace
 *	noproc			instead, where /proc is not that of our PID namespace
 *	threads N
 *	pid N			as getpid() says
 *	uid N
 *	env NAME=VALUE		what should not be there: NSEXEC*, LD_PRELOAD
 *	hostname X
 *	fds A B C		open descriptors
 *	done
 *
 * The programs are ordinary: nothing in them knows who starts them, or how.
 */
#ifndef REPORT_H
#define REPORT_H

#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *const report_kinds[] = {
	"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts",
};

/* What a link in /proc says, cut to the number in brackets if there is one. */
static inline int report_link(const char *path, char *text, size_t size)
{
	ssize_t n = readlink(path, text, size - 1);
	char *from;

	if (n < 0)
		return -1;
	text[n] = '\0';
	from = strchr(text, '[');
	if (from) {
		memmove(text, from + 1, strlen(from));
		text[strcspn(text, "]")] = '\0';
	}
	return 0;
}

static inline void report_threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *task;
	int threads = 0;

	if (!tasks) {
		puts("noproc");
		return;
	}
	while ((task = readdir(tasks))) {
		if (!isdigit((unsigned char)task->d_name[0]))
			continue;
		threads++;
		for (size_t i = 0; i < sizeof(report_kinds) / sizeof(report_kinds[0]); i++) {
			char path[300], text[64];

			snprintf(path, sizeof(path), "/proc/self/task/%s/ns/%s", task->d_name,
				 report_kinds[i]);
			if (!report_link(path, text, sizeof(text)))
				printf("ns %s %s %s\n", task->d_name, report_kinds[i], text);
		}
	}
	closedir(tasks);
	printf("threads %d\n", threads);
}

static inline void report_descriptors(void)
{
	DIR *fds = opendir("/proc/self/fd");
	struct dirent *fd;

	if (!fds)
		return;
	fputs("fds", stdout);
	while ((fd = readdir(fds)))
		if (isdigit((unsigned char)fd->d_name[0]) && atoi(fd->d_name) != dirfd(fds))
			printf(" %s", fd->d_name);
	puts("");
	closedir(fds);
}

/* As any program does: what was below main() before is gone. */
__attribute__((noinline)) static void report_use_stack(void)
{
	volatile char room[512 * 1024];

	for (size_t i = 0; i < sizeof(room); i++)
		room[i] = '?';
}

static inline void report(void)
{
	char name[256] = "";

	report_use_stack();
	report_threads();
	printf("pid %ld\nuid %ld\n", (long)getpid(), (long)getuid());
	for (char **e = environ; e && *e; e++)
		if (!strncmp(*e, "NSEXEC", 6) || !strncmp(*e, "LD_PRELOAD=", 11))
			printf("env %s\n", *e);
	gethostname(name, sizeof(name) - 1);
	printf("hostname %s\n", name);
	report_descriptors();
	puts("done");
	fflush(stdout);
}

/* The program's arguments: nothing, "exit N", "sleep" or "child". */

/* Before threads are made: they inherit that the signals wait for sigwait(). */
static inline void report_block(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGUSR1);
	sigaddset(set, SIGTERM);
	sigprocmask(SIG_BLOCK, set, NULL);
}

static inline int report_sleep(const sigset_t *set)
{
	int signal;

	puts("ready");
	fflush(stdout);
	while (!sigwait(set, &signal)) {
		puts(signal == SIGTERM ? "got TERM" : "got USR1");
		fflush(stdout);
		if (signal == SIGTERM)
			return 43;
	}
	return 1;
}

static inline int report_child(void)
{
	FILE *child = popen("env; readlink /proc/self/ns/net", "r");
	char line[4096];

	if (!child)
		return 1;
	while (fgets(line, sizeof(line), child))
		printf("child %s", line);
	return pclose(child) ? 1 : 0;
}

static inline int report_then(int argc, char **argv, const sigset_t *set)
{
	if (argc > 2 && !strcmp(argv[1], "exit"))
		return atoi(argv[2]);
	if (argc > 1 && !strcmp(argv[1], "sleep"))
		return report_sleep(set);
	if (argc > 1 && !strcmp(argv[1], "child"))
		return report_child();
	return 0;
}

#endif
