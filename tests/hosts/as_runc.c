/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that calls nsexec() from a constructor of its own, and declares it, as
 * runc does: without any header of ours.  C++ needs the header, which says that the
 * name is C's.
 *
 * Prints what it is: "main PID SESSION".
 */
#include <stdio.h>
#include <unistd.h>

#ifdef __cplusplus
#include <nsexec.h>
#else
extern void nsexec();
#endif

static void __attribute__((constructor)) init(void)
{
	nsexec();
}

int main(void)
{
	printf("main %d %d\n", getpid(), getsid(0));
	return 7;
}
