/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kill every child of a process, some moment after it is seen:
 *
 *	killer PID SEED
 *
 * until the process has ended.  Prints how many were killed.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

int main(int argc, char **argv)
{
	char path[64], text[256];
	int killed = 0, fd;

	if (argc < 3)
		return 2;
	srand((unsigned)atoi(argv[2]));
	(void)snprintf(path, sizeof(path), "/proc/%s/task/%s/children", argv[1], argv[1]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 2;
	for (;;) {
		const ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
		char *at = text;

		if (n < 0 || kill(atoi(argv[1]), 0) < 0)
			break;
		text[n] = '\0';
		for (int pid; (pid = (int)strtol(at, &at, 10)) > 0;) {
			spin(rand() % 4 ? rand() % 200000 : 0);
			killed += kill(pid, SIGKILL) == 0;
		}
	}
	printf("killed %d\n", killed);
	return 0;
}
