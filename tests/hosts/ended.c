/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ended FILE PROGRAM ARG...: run it and write into FILE how it ended, "exit N"
 * or "signal N"; to a shell the two look alike.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	FILE *file = argc > 2 ? fopen(argv[1], "we") : NULL;
	pid_t child;
	int status;

	if (!file)
		return 1;
	child = fork();
	if (!child) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (waitpid(child, &status, 0) != child)
		return 1;
	if (WIFSIGNALED(status))
		fprintf(file, "signal %d\n", WTERMSIG(status));
	else
		fprintf(file, "exit %d\n", WEXITSTATUS(status));
	return fclose(file) ? 1 : 0;
}
