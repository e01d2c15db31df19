/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe PROGRAM [touch]
 *
 * Make a process and execute PROGRAM in it; with a second word, touch pages of each sort
 * before.  What that makes of difference is what a kernel takes of anybody for such pages.
 */
#include "sys_clone.h"
#include "sys_process.h"

enum { PAGE_BYTES = 4096, FILE_PAGES = 40, DATA_PAGES = 6, ZERO_PAGES = 10 };

static const volatile char constant[FILE_PAGES][PAGE_BYTES] = { { 1 } };
static volatile char data[DATA_PAGES][PAGE_BYTES] = { { 1 } };
static volatile char zero[ZERO_PAGES][PAGE_BYTES];

_Noreturn void probe_start(const long *stack);

/* A process that has pages of its own, of which its child's first steps copy some. */
static void touch(void)
{
	for (int i = 0; i < FILE_PAGES; i++)
		(void)constant[i][0]; /* to be there is enough */
	for (int i = 0; i < DATA_PAGES; i++)
		data[i][0] = 2;
	for (int i = 0; i < ZERO_PAGES; i++)
		zero[i][0] = 1;
}

_Noreturn void probe_start(const long *stack)
{
	char *argv[2] = { *stack > 1 ? (char *)stack[2] : NULL, NULL };
	int status = 1, pid;

	if (*stack > 2)
		touch();
	pid = nsx_sys_clone_bare(SIGCHLD);
	if (pid == 0) {
		(void)nsx_sys_execve(argv[0], argv, argv + 1); /* returns only if it fails */
		nsx_sys_exit(127);
	}
	(void)nsx_sys_wait(pid, &status, 0); /* status says it */
	nsx_sys_exit(status != 0);
}

NSX_START(probe_start);
