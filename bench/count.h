/* SPDX-License-Identifier: Apache-2.0 */
/* What does not depend on the clock: system calls and instructions, of all processes. */
#ifndef BENCH_COUNT_H
#define BENCH_COUNT_H

#include <stdbool.h>

#define COUNT_NONE (-1L) /* nobody counts it here */

struct counts {
	long syscalls, instructions; /* instructions: those of the kernel too */
};

/* @programs: only what is done behind an execve(2) counts. */
void count_begin(bool programs);
void count_end(struct counts *out);

#endif
