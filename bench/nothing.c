/* SPDX-License-Identifier: Apache-2.0 */
/* A program that does nothing, and takes no time for libc to begin doing it. */
#include "sys_process.h"

_Noreturn void bench_start(const long *stack);

_Noreturn void bench_start(const long *stack)
{
	(void)stack;
	nsx_sys_exit(0);
}

NSX_START(bench_start);
