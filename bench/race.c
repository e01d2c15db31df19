/* SPDX-License-Identifier: Apache-2.0 */
#include "race.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
	WARM_UP_ROUNDS = 5, /* or less, where there are few */
	COUNTED_RUNS = 3,
	RUN_LIMIT_SECONDS = 20,
};

/* Of the run that is going on. */
static const struct contestant *running;
static double began_us, marks_us[RACE_MOMENTS_MAX];

double race_now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail: a clock that is there */
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

void race_go(void)
{
	began_us = race_now_us();
}

void race_mark(int m, double at_us)
{
	marks_us[m] = at_us;
}

/* ---- the words -------------------------------------------------------------------- */

int race_number(const char *text, int min, int max)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (!*text || *end || errno || n < min || n > max)
		errx(2, "not a number from %d to %d: %s", min, max, text);
	return (int)n;
}

bool race_option(struct race *r, int letter, const char *arg)
{
	switch (letter) {
	case 'n':
		r->rounds = race_number(arg, 1, 1000000);
		return true;
	case 'c':
		r->core = race_number(arg, 0, CPU_SETSIZE - 1);
		return true;
	case 'o':
		r->file = arg;
		return true;
	case 't':
		r->title = arg;
		return true;
	}
	return false;
}

struct contestant *race_add(struct race *r, const char *name, void (*run)(void *), void *arg)
{
	struct contestant *c = &r->contestant[r->n];

	if (r->n == RACE_CONTESTANTS_MAX)
		errx(2, "more than %d contestants", RACE_CONTESTANTS_MAX);
	if ((size_t)snprintf(c->name, sizeof(c->name), "%s", name) >= sizeof(c->name))
		errx(2, "too long a name: %s", name);
	c->run = run;
	c->arg = arg;
	r->n++;
	return c;
}

/* ---- the end of one that hangs ---------------------------------------------------- */

static void hangs(int sig)
{
	static const char says[] = ": ended after too long a time\n";
	char pids[1024], *at = pids;
	const int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
	const ssize_t n = read(fd, pids, sizeof(pids) - 1);
	long pid;

	(void)sig;
	pids[n > 0 ? n : 0] = '\0';
	while ((pid = strtol(at, &at, 10)) > 0)
		(void)kill((pid_t)pid, SIGKILL); /* gone already: as well */
	if (write(STDERR_FILENO, running->name, strlen(running->name)) < 0 ||
	    write(STDERR_FILENO, says, sizeof(says) - 1) < 0)
		_exit(2);
	_exit(1);
}

/* ---- one run ---------------------------------------------------------------------- */

static double used_us(const struct rusage *u)
{
	return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1e6 +
	       (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec);
}

/* Of everybody who has been waited for, and of ourselves where we are a part of it. */
static void usage(const struct contestant *c, double *cpu_us, double *faults)
{
	struct rusage of[2] = { 0 };

	if (getrusage(RUSAGE_CHILDREN, &of[0]) < 0 ||
	    (!c->programs && getrusage(RUSAGE_SELF, &of[1]) < 0))
		err(2, "getrusage");
	*cpu_us = used_us(&of[0]) + used_us(&of[1]);
	*faults = (double)(of[0].ru_minflt + of[1].ru_minflt);
}

static void run_once(const struct contestant *c)
{
	running = c;
	memset(marks_us, 0, sizeof(marks_us));
	(void)alarm(RUN_LIMIT_SECONDS);
	race_go();
	c->run(c->arg);
	if (marks_us[0] == 0)
		marks_us[0] = race_now_us();
	(void)alarm(0);
}

static void measure(const struct race *r, struct contestant *c)
{
	const double programs = r->per_run ? r->per_run : 1;
	double cpu_us[2], faults[2];

	usage(c, &cpu_us[0], &faults[0]);
	run_once(c);
	usage(c, &cpu_us[1], &faults[1]);
	for (int m = 0; m < RACE_MOMENTS_MAX && r->moments[m]; m++)
		c->us[m][c->runs] = (marks_us[m] - began_us) / programs;
	c->cpu_us[c->runs] = (cpu_us[1] - cpu_us[0]) / programs;
	c->faults[c->runs] = (faults[1] - faults[0]) / programs;
	c->runs++;
}

/*
 * The smallest of some, since a run may be disturbed; not timed, since counting takes time.
 * Of many programs at once each needs what it needs alone: nobody counts them again.
 */
static void count(const struct race *r, struct contestant *c)
{
	c->counts = (struct counts){ COUNT_NONE, COUNT_NONE };
	for (int i = 0; i < (c->every ? 1 : COUNTED_RUNS) && !r->per_run; i++) {
		struct counts now;

		running = c;
		(void)alarm(RUN_LIMIT_SECONDS);
		count_begin(c->programs);
		c->run(c->arg);
		count_end(&now);
		(void)alarm(0);
		if (i == 0 || now.syscalls < c->counts.syscalls)
			c->counts.syscalls = now.syscalls;
		if (i == 0 || now.instructions < c->counts.instructions)
			c->counts.instructions = now.instructions;
	}
}

/* ---- all of them ------------------------------------------------------------------ */

static double *room(const struct race *r)
{
	double *of = calloc((size_t)r->rounds, sizeof(*of));

	if (!of)
		err(2, "memory");
	return of;
}

static void prepare(struct race *r)
{
	if (r->n == 0)
		errx(2, "no contestant");
	if (!r->moments[0])
		r->moments[0] = "";
	for (int i = 0; i < r->n; i++) {
		struct contestant *c = &r->contestant[i];

		for (int m = 0; m < RACE_MOMENTS_MAX && r->moments[m]; m++)
			c->us[m] = room(r);
		c->cpu_us = room(r);
		c->faults = room(r);
	}
	if (r->core >= 0) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET((unsigned)r->core, &set);
		if (sched_setaffinity(0, sizeof(set), &set) < 0)
			err(2, "core %d", r->core);
	}
	(void)signal(SIGALRM, hangs); /* cannot fail: a signal that can be caught */
}

static void shuffle(int *order, int n, unsigned *seed)
{
	for (int i = n - 1; i > 0; i--) {
		const int k = rand_r(seed) % (i + 1), other = order[k];

		order[k] = order[i];
		order[i] = other;
	}
}

static void run_round(struct race *r, int round, const int *order)
{
	for (int i = 0; i < r->n; i++) {
		struct contestant *c = &r->contestant[order[i]];

		if (round < 0 && (!c->every || round == -1))
			run_once(c);
		else if (round >= 0 && (!c->every || round % c->every == 0))
			measure(r, c);
	}
}

void race_run(struct race *r)
{
	int order[RACE_CONTESTANTS_MAX];
	const int warm_up = r->rounds < WARM_UP_ROUNDS ? r->rounds : WARM_UP_ROUNDS;
	unsigned seed = 1;

	prepare(r);
	for (int i = 0; i < r->n; i++)
		order[i] = i;
	for (int round = -warm_up; round < r->rounds; round++) {
		shuffle(order, r->n, &seed);
		run_round(r, round, order);
	}
	for (int i = 0; i < r->n; i++)
		count(r, &r->contestant[i]);
	race_tell(r);
}
