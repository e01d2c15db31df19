/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures of a race.  The JSON has one object a case and one line a contestant:
 *
 *   name            of the contestant
 *   runs            how many were measured
 *   median_us       microseconds until the end; also p95_us and min_us
 *   ratio           median_us, as a multiple of the first contestant's
 *   per_second      programs, where many are run at once
 *   cpu_us          time on processors, of all processes (median)
 *   minor_faults    page faults of all processes (median)
 *   syscalls        of all processes; null: nobody counts them here
 *   instructions    likewise
 *
 * A race with other moments than the end is several cases, CASE-MOMENT.
 */
#include "race.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The value below which @part of the sorted ones are. */
static double quantile(const double *of, int n, double part)
{
	return of[(int)(part * (n - 1) + 0.5)];
}

static double median(const double *of, int n)
{
	return quantile(of, n, 0.5);
}

static void sort_all(const struct race *r)
{
	for (int i = 0; i < r->n; i++) {
		const struct contestant *c = &r->contestant[i];
		const size_t n = (size_t)c->runs;

		for (int m = 0; m < RACE_MOMENTS_MAX && r->moments[m]; m++)
			qsort(c->us[m], n, sizeof(double), ascending);
		qsort(c->cpu_us, n, sizeof(double), ascending);
		qsort(c->faults, n, sizeof(double), ascending);
	}
}

/* ---- for people ------------------------------------------------------------------- */

static void print_count(long n)
{
	if (n == COUNT_NONE)
		printf(" %9s", "-");
	else
		printf(" %9ld", n);
}

static void print_row(const struct race *r, int m, const struct contestant *c)
{
	const struct contestant *first = &r->contestant[0];
	const double us = median(c->us[m], c->runs);

	printf("%-28s %9.1f %9.1f %9.1f %7.2f %9.1f %7.0f", c->name, us,
	       quantile(c->us[m], c->runs, 0.95), c->us[m][0],
	       us / median(first->us[m], first->runs), median(c->cpu_us, c->runs),
	       median(c->faults, c->runs));
	print_count(c->counts.syscalls);
	print_count(c->counts.instructions);
	printf(" %6d\n", c->runs);
}

static void print(const struct race *r, int m)
{
	printf("\n%s%s%s%s", r->name, r->title ? ": " : "", r->title ? r->title : "",
	       *r->moments[m] ? ", until " : "");
	printf("%s\n%-28s %9s %9s %9s %7s %9s %7s %9s %9s %6s\n", r->moments[m], "microseconds",
	       "median", "p95", "min", "ratio", "cpu", "faults", "syscalls", "instr.", "runs");
	for (int i = 0; i < r->n; i++)
		print_row(r, m, &r->contestant[i]);
}

/* ---- for programs ----------------------------------------------------------------- */

static void put_count(FILE *f, const char *name, long n)
{
	if (n == COUNT_NONE)
		(void)fprintf(f, ", \"%s\": null", name);
	else
		(void)fprintf(f, ", \"%s\": %ld", name, n);
}

static void put_row(FILE *f, const struct race *r, int m, const struct contestant *c)
{
	const struct contestant *first = &r->contestant[0];
	const double us = median(c->us[m], c->runs);

	(void)fprintf(f, "{\"name\": \"%s\", \"runs\": %d, \"median_us\": %.1f", c->name, c->runs,
		      us);
	(void)fprintf(f, ", \"p95_us\": %.1f, \"min_us\": %.1f, \"ratio\": %.3f",
		      quantile(c->us[m], c->runs, 0.95), c->us[m][0],
		      us / median(first->us[m], first->runs));
	if (r->per_run)
		(void)fprintf(f, ", \"per_second\": %.0f", 1e6 / us);
	(void)fprintf(f, ", \"cpu_us\": %.1f, \"minor_faults\": %.0f", median(c->cpu_us, c->runs),
		      median(c->faults, c->runs));
	put_count(f, "syscalls", c->counts.syscalls);
	put_count(f, "instructions", c->counts.instructions);
	(void)fprintf(f, "}%s\n", c + 1 < r->contestant + r->n ? "," : "");
}

static void put(FILE *f, const struct race *r, int m)
{
	(void)fprintf(f, "%s{\"case\": \"%s%s%s\", \"title\": \"%s%s%s\"", m ? ",\n" : "", r->name,
		      *r->moments[m] ? "-" : "", r->moments[m], r->title ? r->title : r->name,
		      *r->moments[m] ? ", until " : "", r->moments[m]);
	if (r->core >= 0)
		(void)fprintf(f, ", \"core\": %d", r->core);
	else
		(void)fprintf(f, ", \"core\": null");
	(void)fprintf(f, ", \"rounds\": %d, \"contestants\": [\n", r->rounds);
	for (int i = 0; i < r->n; i++)
		put_row(f, r, m, &r->contestant[i]);
	(void)fprintf(f, "]}\n");
}

void race_tell(const struct race *r)
{
	FILE *f = r->file ? fopen(r->file, "we") : NULL;

	if (r->file && !f)
		err(2, "%s", r->file);
	sort_all(r);
	for (int m = 0; m < RACE_MOMENTS_MAX && r->moments[m]; m++) {
		print(r, m);
		if (f)
			put(f, r, m);
	}
	if (f && fclose(f))
		err(2, "%s", r->file);
}
