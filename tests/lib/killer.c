/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kill every child of a process, some moment after it is seen:
 *
 *	killer PID SEED
 *
 * until the process has ended.  Prints how many were killed.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void spin(long ns)
{
	struct timespec from, now;

	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	do
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - from.tv_sec) * 1000000000L + now.tv_nsec - from.tv_nsec < ns);
}

/* A PID may be another process's by now, a pidfd is what it was. */
static int kill_child(int pid, int parent)
{
	const int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	char path[64], text[512] = "";
	int fd, its = 0, killed = 0;
	const char *at;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && (at = strrchr(text, ')')))
		(void)sscanf(at, ") %*c %d", &its);
	if (pidfd >= 0 && its == parent)
		killed = syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) == 0;
	(void)close(fd);
	(void)close(pidfd);
	return killed;
}

static int kill_children(const char *parent, const char *thread)
{
	char path[600], text[256], *at = text;
	int killed = 0, fd;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%s/task/%s/children", parent, thread);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	for (int pid; (pid = (int)strtol(at, &at, 10)) > 0;) {
		spin(rand() % 4 ? rand() % 200000 : 0);
		killed += kill_child(pid, atoi(parent));
	}
	return killed;
}

int main(int argc, char **argv)
{
	char path[64];
	int killed = 0;
	DIR *threads;

	if (argc < 3)
		return 2;
	srand((unsigned)atoi(argv[2]));
	(void)snprintf(path, sizeof(path), "/proc/%s/task", argv[1]);
	threads = opendir(path);
	if (!threads)
		return 2;
	while (kill(atoi(argv[1]), 0) == 0) {
		rewinddir(threads);
		for (struct dirent *thread; (thread = readdir(threads));)
			if (thread->d_name[0] != '.')
				killed += kill_children(argv[1], thread->d_name);
	}
	printf("killed %d\n", killed);
	return 0;
}
