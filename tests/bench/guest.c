/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest [-n RUNS] [-c CORE] NSEXEC PID PROGRAM
 *
 * How long the command takes with a static program of the target, with the same program
 * from out here (--host), and with three grafts: a file and a directory on others that are
 * there, and one where there is nothing.  They take turns.
 *
 * The aims: --host takes 1.2 times as long or less, three grafts 1 ms more or less.
 */
#include <err.h>
#include <sched.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { PLAIN, HOST, GRAFTS, WAYS, WORDS = 16, RUN_LIMIT_SECONDS = 10 };

static const char *const names[WAYS] = {
	[PLAIN] = "of the target", [HOST] = "--host", [GRAFTS] = "three grafts"
};
static char *words[WAYS][WORDS];
static double *us[WAYS];

static double now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail: a clock that is there */
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double run(char *const *argv)
{
	const double began = now_us();
	pid_t pid;
	int status;

	alarm(RUN_LIMIT_SECONDS);
	if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ))
		errx(1, "%s", argv[0]);
	if (waitpid(pid, &status, 0) != pid || status)
		errx(1, "%s has failed", argv[0]);
	return now_us() - began;
}

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void put_words(char *nsexec, char *pid, char *program)
{
	static char *const more[WAYS][8] = {
		[HOST] = { "--host" },
		[GRAFTS] = { "--graft=/etc/passwd:/etc/hostname", "--graft=/usr/share:/srv",
			     "--graft=/etc/passwd:/opt/nsexec-bench/passwd" },
	};

	for (int w = 0; w < WAYS; w++) {
		char **to = words[w];

		*to++ = nsexec;
		*to++ = "-t";
		*to++ = pid;
		*to++ = "-a";
		for (int i = 0; more[w][i]; i++)
			*to++ = more[w][i];
		*to++ = "--";
		*to = program;
	}
}

static void compare(int runs)
{
	double median[WAYS];

	for (int i = 0; i < runs; i++)
		for (int k = 0; k < WAYS; k++) /* each pays for what another has left in caches */
			us[(i + k) % WAYS][i] = run(words[(i + k) % WAYS]);
	printf("%-24s %10s %8s\n", "a static program", "us", "p95");
	for (int w = 0; w < WAYS; w++) {
		qsort(us[w], (size_t)runs, sizeof(double), ascending);
		median[w] = us[w][runs / 2];
		printf("%-24s %10.1f %8.0f\n", names[w], median[w], us[w][runs * 95 / 100]);
	}
	printf("--host takes %.2f times as long; three grafts %.2f ms more\n",
	       median[HOST] / median[PLAIN], (median[GRAFTS] - median[PLAIN]) / 1000);
}

static void stay_on(int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned)core, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		err(1, "core %d", core);
}

int main(int argc, char **argv)
{
	int runs = 1000, c;

	while ((c = getopt(argc, argv, "n:c:l:k:")) != -1)
		switch (c) {
		case 'n':
			runs = atoi(optarg);
			break;
		case 'c':
			stay_on(atoi(optarg));
			break;
		case 'l':
		case 'k':
			break; /* are of bootstrap.c, which gets the same options */
		default:
			return 2;
		}
	if (argc - optind != 3 || runs < 1)
		errx(2, "usage: guest [-n RUNS] [-c CORE] NSEXEC PID PROGRAM");
	put_words(argv[optind], argv[optind + 1], argv[optind + 2]);
	for (int w = 0; w < WAYS; w++) {
		us[w] = malloc((size_t)runs * sizeof(double));
		if (!us[w])
			err(1, "memory");
	}
	compare(runs);
	return 0;
}
