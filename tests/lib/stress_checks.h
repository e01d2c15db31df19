/* SPDX-License-Identifier: Apache-2.0 */
/* Stress: what its calls are checked by. */
#ifndef STRESS_CHECKS_H
#define STRESS_CHECKS_H

#include "stress.h"

enum {
	WAIT_MS = 30000,
	ERRNO = 4711, /* set before each call, and there is no such */
};

/* All namespaces of a target. */
struct nsexec_options all_of(const struct target *t);

/* Return: whether it has succeeded; with errno as it was set. */
bool fine(int rc, const char *what, int number, const struct nsexec_error *e);

void check_status(int status, int want, const char *what, int number);
void check_said(const char *got, const char *want, const char *what);

/* All of it is in the pipe when its writer has ended.  End of file would wait for forked ones. */
void take(int fd, char *buf, size_t size);
void open_pipe(int fd[2]);
void close_pipe(int fd[2]);

/* Wait for the end, with that status. */
void finish(struct nsexec_child *child, int want, const char *what, int number);

#endif
