/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that is long in its loader: until the file of the variable WAIT is there.  The
 * function whose choice takes so long is chosen before any constructor.
 */
#include <stdio.h>
#include <sys/syscall.h>
#include <fcntl.h>

#include "arch.h"

extern char **environ;

static int yes(void)
{
	return 0;
}

/* In here there is no libc yet, nor an environ: the file's name is compiled in. */
static int (*choose(void))(void)
{
	while (nsx_syscall3(__NR_faccessat, AT_FDCWD, WAIT, 0) < 0)
		;
	return yes;
}

int chosen(void) __attribute__((ifunc("choose")));

int main(void)
{
	puts("the host ran");
	return chosen();
}
