/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A caller of the detached shape, as far as a shell cannot be one: it waits for
 * a process that it did not make itself.
 *
 *	siblings COMMAND [ARG]...
 *
 * COMMAND gets descriptor 3 for its report.  Prints, in this order,
 *
 *	first STATUS		the first process: its exit status, or "signal N"
 *	report TEXT		each line that came through descriptor 3
 *	sibling PID STATUS	each other child that there was, as it ended
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void print_status(int status)
{
	if (WIFSIGNALED(status))
		printf("signal %d\n", WTERMSIG(status));
	else
		printf("%d\n", WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
	char report[8192] = "";
	size_t len = 0;
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	if (argc < 2 || pipe(fds) < 0)
		return 2;
	pid = fork();
	if (pid == 0) {
		if (fds[1] != 3) {
			dup2(fds[1], 3);
			close(fds[1]);
		}
		if (fds[0] != 3)
			close(fds[0]);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	close(fds[1]);
	while ((n = read(fds[0], report + len, sizeof(report) - 1 - len)) > 0)
		len += (size_t)n;
	report[len] = '\0';
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 2;
	printf("first ");
	print_status(status);
	for (char *line = strtok(report, "\n"); line; line = strtok(NULL, "\n"))
		printf("report %s\n", line);
	while ((pid = waitpid(-1, &status, 0)) > 0) {
		printf("sibling %d ", pid);
		print_status(status);
	}
	return errno == ECHILD ? 0 : 2;
}
