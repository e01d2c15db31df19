/* SPDX-License-Identifier: Apache-2.0 */
/*
 * library [-n RUNS] [-c CORE] [-m MIB] PID PROGRAM...
 * library -t SECONDS PID PROGRAM...
 *
 * Run PROGRAM inside of six namespaces of process PID from a process with MIB resident, by
 * libnsexec and by other ways in turns, and print how long it takes from the call until the
 * program has been waited for.  The floor is what the kernel asks of anybody who copies no
 * memory: no proof, no error but a status, nothing set up for the program.
 *
 * With -t: how many programs a second several threads run in one session.
 *
 * Look at the ratios: absolute times differ from hour to hour.
 */
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "ways.h"

enum {
	FORK_RARELY = 20, /* one run of so many, from a large process */
	RUN_LIMIT_SECONDS = 10,
	THREADS_MAX = 64,
};

static struct timing {
	double *us; /* by run */
	int n;
} timings[WAY_COUNT];

static uint64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail: a clock that is there */
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ---- figures ------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quantile(enum way w, double part)
{
	return timings[w].us[(int)(part * (timings[w].n - 1) + 0.5)];
}

static const char *program_name(void)
{
	const char *slash = strrchr(program, '/');

	return slash ? slash + 1 : program;
}

static void print(size_t mib)
{
	printf("%s from a process with %zu MiB\n", program_name(), mib);
	printf("%-24s %10s %8s %10s %12s\n", "", "us", "p95", "of floor", "fork is");
	for (enum way w = 0; w < WAY_COUNT; w++)
		qsort(timings[w].us, (size_t)timings[w].n, sizeof(double), ascending);
	for (enum way w = 0; w < WAY_COUNT; w++)
		if (timings[w].n)
			printf("%-24s %10.1f %8.0f %10.2f %10.2f x\n", ways[w].name,
			       quantile(w, 0.5), quantile(w, 0.95),
			       quantile(w, 0.5) / quantile(FLOOR, 0.5),
			       quantile(FORK, 0.5) / quantile(w, 0.5));
	printf("\n");
}

static void run(enum way w)
{
	uint64_t began;

	alarm(RUN_LIMIT_SECONDS);
	began = now_ns();
	ways[w].run();
	timings[w].us[timings[w].n++] = (double)(now_ns() - began) / 1000;
}

/* In another order every time, since each pays for what the one before has left in caches. */
static void compare(int runs, size_t mib)
{
	const bool nsenter = way_has_nsenter();
	unsigned seed = 1;

	for (enum way w = 0; w < WAY_COUNT; w++) {
		free(timings[w].us);
		timings[w].us = malloc((size_t)runs * sizeof(double));
		timings[w].n = 0;
		if (!timings[w].us)
			err(1, "memory");
	}
	for (int i = 0; i < runs; i++) {
		const int first = rand_r(&seed) % WAY_COUNT;
		const int step = rand_r(&seed) & 1 ? 1 : WAY_COUNT - 1;

		for (int k = 0; k < WAY_COUNT; k++) {
			const enum way w = (enum way)((first + k * step) % WAY_COUNT);

			if (w == FORK && mib && i % FORK_RARELY)
				continue;
			if (w != NSENTER || nsenter)
				run(w);
		}
	}
	print(mib);
}

static void be_large(size_t mib)
{
	const size_t bytes = mib << 20;
	char *p = bytes ? mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0)
			: NULL;

	if (p == MAP_FAILED)
		err(1, "%zu MiB", mib);
	if (!p)
		return;
	(void)madvise(p, bytes, MADV_NOHUGEPAGE); /* no such pages here: as well */
	memset(p, 1, bytes);
}

/* ---- many threads -------------------------------------------------------------------- */

static atomic_bool over;
static atomic_int done;

static void *run_until_over(void *arg)
{
	(void)arg;
	while (!atomic_load(&over)) {
		way_session_run();
		atomic_fetch_add(&done, 1);
	}
	return NULL;
}

static void measure_threads(int n, int seconds)
{
	pthread_t thread[THREADS_MAX];
	uint64_t began = now_ns();

	alarm((unsigned)seconds + RUN_LIMIT_SECONDS);
	atomic_store(&over, false);
	atomic_store(&done, 0);
	for (int i = 0; i < n; i++)
		if (pthread_create(&thread[i], NULL, run_until_over, NULL))
			errx(1, "thread");
	while (now_ns() - began < (uint64_t)seconds * 1000000000u)
		(void)usleep(10000); /* or less */
	atomic_store(&over, true);
	for (int i = 0; i < n; i++)
		(void)pthread_join(thread[i], NULL); /* it is one */
	printf("%3d threads: %7.0f %s a second by nsexec_session_run\n", n,
	       atomic_load(&done) / ((double)(now_ns() - began) / 1e9), program_name());
}

/* ---- the command line ---------------------------------------------------------------- */

static void stay_on(int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned)core, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		err(1, "core %d", core);
}

static void measure(int runs, size_t mib, int seconds)
{
	if (!seconds) {
		compare(runs, mib);
		return;
	}
	for (int n = 1; n <= THREADS_MAX; n = n == 2 ? 8 : n == 8 ? 64 : n * 2)
		measure_threads(n, seconds);
}

int main(int argc, char **argv)
{
	struct nsexec_options options = { .size = sizeof(options), .kinds = WAY_KINDS };
	int runs = 1000, seconds = 0, c;
	struct nsexec_error e;
	size_t mib = 0;

	while ((c = getopt(argc, argv, "n:c:m:t:l:k:")) != -1)
		switch (c) {
		case 'n':
			runs = atoi(optarg);
			break;
		case 'c':
			stay_on(atoi(optarg));
			break;
		case 'm':
			mib = strtoul(optarg, NULL, 10);
			break;
		case 't':
			seconds = atoi(optarg);
			break;
		case 'l':
		case 'k':
			break; /* are of bootstrap.c, which gets the same options */
		default:
			return 2;
		}
	if (argc - optind < 2 || runs < 1)
		errx(2, "usage: library [-n RUNS] [-c CORE] [-m MIB] [-t SECONDS] PID PROGRAM...");
	options.target_pid = target = atoi(argv[optind]);
	how = &options;
	session = nsexec_session_open(how, &e);
	way_check(session ? 0 : -1, "nsexec_session_open", &e);
	be_large(mib);
	for (int i = optind + 1; i < argc; i++) {
		program = argv[i];
		measure(runs, mib, seconds);
	}
	nsexec_session_close(session);
	return 0;
}
