/* SPDX-License-Identifier: Apache-2.0 */
/* The same by many at once, all of whom begin at the same time: part of a contestant's run. */
#ifndef BENCH_TOGETHER_H
#define BENCH_TOGETHER_H

enum {
	TOGETHER_MAX = 64,
	TOGETHER_PROGRAMS = 128, /* in a run: two each, where it is most at once */
};

/* @run is called @times times in each of @n processes. They are gone on return. */
void together_processes(int n, int times, void (*run)(void *arg), void *arg);

/* Likewise in @n threads of this process. */
void together_threads(int n, int times, void (*run)(void *arg), void *arg);

#endif
