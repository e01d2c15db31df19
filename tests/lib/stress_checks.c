/* SPDX-License-Identifier: Apache-2.0 */
#include "stress_checks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct nsexec_options all_of(const struct target *t)
{
	return (struct nsexec_options){
		.size = sizeof(struct nsexec_options),
		.target_pid = t->pid,
		.all = 1,
	};
}

bool fine(int rc, const char *what, int number, const struct nsexec_error *e)
{
	char text[600];

	if (errno != ERRNO)
		wrong("%s %d: errno is %d", what, number, errno);
	if (rc == 0)
		return true;
	(void)nsexec_error_text(e, text, sizeof(text));
	wrong("%s %d: %d: %s", what, number, rc, text);
	return false;
}

void check_status(int status, int want, const char *what, int number)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) != want)
		wrong("%s %d: status 0x%x", what, number, (unsigned)status);
}

void check_said(const char *got, const char *want, const char *what)
{
	if (strcmp(got, want) != 0)
		wrong("%s: \"%.60s\", not \"%.60s\"", what, got, want);
}

void take(int fd, char *buf, size_t size)
{
	ssize_t n;

	do
		n = read(fd, buf, size - 1);
	while (n < 0 && errno == EINTR);
	buf[n > 0 ? n : 0] = '\0';
}

void open_pipe(int fd[2])
{
	if (pipe2(fd, O_CLOEXEC | O_NONBLOCK) < 0)
		abort();
}

void close_pipe(int fd[2])
{
	if (close(fd[0]) < 0 || close(fd[1]) < 0)
		wrong("a pipe was closed by somebody else");
}

void finish(struct nsexec_child *child, int want, const char *what, int number)
{
	struct nsexec_error e;
	int status = -1;
	int rc;

	errno = ERRNO;
	rc = nsexec_wait(child, WAIT_MS, &status, &e);
	if (fine(rc, what, number, &e))
		check_status(status, want, what, number);
	if (close(child->pidfd) < 0)
		wrong("%s %d: its pidfd was closed by somebody else", what, number);
}
