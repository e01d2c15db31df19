/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A race: contestants that do the same thing take turns, in another order every round,
 * since each pays for what the one before has left in caches.  What is measured is what all
 * programs of this directory print and write; see tell.c.
 *
 * A program of this directory has one race.  It ends with the name of a contestant that
 * fails or hangs.
 */
#ifndef BENCH_RACE_H
#define BENCH_RACE_H

#include <stdbool.h>

#include "count.h"

enum { RACE_CONTESTANTS_MAX = 24, RACE_MOMENTS_MAX = 3 };

struct contestant {
	char name[48];
	void (*run)(void *arg); /* once, until all of it has been waited for; or errx() */
	void *arg;
	int every;     /* takes part in one round of so many; 0: in all */
	bool programs; /* nothing but other programs: what we do to start them is not counted */

	/* By run: microseconds from its start, of all processes, and page faults of them. */
	double *us[RACE_MOMENTS_MAX], *cpu_us, *faults;
	int runs;
	struct counts counts;
};

struct race {
	const char *name;  /* of the case */
	const char *title; /* of the case, for people */
	const char *file;  /* where the JSON goes; NULL: nowhere */
	int rounds;
	int core;    /* that all of it has to share; -1: none */
	int per_run; /* programs that a run starts: all figures are for one of them; 0: one */

	/* What is looked at beside the end, which comes first. */
	const char *moments[RACE_MOMENTS_MAX];

	struct contestant contestant[RACE_CONTESTANTS_MAX];
	int n;
};

/* ROUNDS, CORE, FILE and TITLE, which all programs of this directory take. */
#define RACE_OPTIONS "n:c:o:t:"
bool race_option(struct race *r, int letter, const char *arg);

/* Return: it, to be filled further. The first one is what the others are compared with. */
struct contestant *race_add(struct race *r, const char *name, void (*run)(void *), void *arg);

/* Run all, print, and write the JSON. */
void race_run(struct race *r);

/* For run(): what came before was preparation. */
void race_go(void);

/* For run(): moment @m was at this time, as race_now_us() has it; by itself the end is last. */
void race_mark(int m, double at_us);

double race_now_us(void);

/* Digits, between @min and @max, or the end. */
int race_number(const char *text, int min, int max);

/* ---- tell.c ---------------------------------------------------------------- */

/* What was measured: a table for people, and JSON. */
void race_tell(const struct race *r);

#endif
