/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How not to do it: a preload that gives the host a process made by a bare
 * clone.  libc_intact must notice, or it proves nothing.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((constructor)) static void start(void)
{
	int status = 0;
	long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (child <= 0)
		return;
	syscall(SYS_wait4, child, &status, 0, 0);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}
