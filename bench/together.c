/* SPDX-License-Identifier: Apache-2.0 */
#include "together.h"

#include <err.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "race.h"

static void run_times(int times, void (*run)(void *), void *arg)
{
	for (int i = 0; i < times; i++)
		run(arg);
}

/* ---- processes -------------------------------------------------------------------- */

/* Until the other end is closed. */
static void await(const int gate[2])
{
	char byte;

	close(gate[1]);
	if (read(gate[0], &byte, 1) != 0)
		errx(1, "the gate");
}

void together_processes(int n, int times, void (*run)(void *arg), void *arg)
{
	int gate[2], status;

	if (pipe(gate) < 0)
		err(2, "pipe");
	for (int i = 0; i < n; i++) {
		const pid_t pid = fork();

		if (pid < 0)
			err(2, "fork");
		if (pid == 0) {
			await(gate);
			run_times(times, run, arg);
			_exit(0);
		}
	}
	close(gate[0]);
	race_go();
	close(gate[1]);
	for (int i = 0; i < n; i++)
		if (wait(&status) < 0 || status)
			errx(1, "one of %d at once has failed", n);
}

/* ---- threads ---------------------------------------------------------------------- */

struct crowd {
	pthread_barrier_t gate;
	int times;
	void (*run)(void *arg);
	void *arg;
};

static void *one_of(void *arg)
{
	struct crowd *crowd = arg;

	(void)pthread_barrier_wait(&crowd->gate); /* cannot fail: it is one */
	run_times(crowd->times, crowd->run, crowd->arg);
	return NULL;
}

void together_threads(int n, int times, void (*run)(void *arg), void *arg)
{
	struct crowd crowd = { .times = times, .run = run, .arg = arg };
	pthread_t thread[TOGETHER_MAX];

	if (n > TOGETHER_MAX || pthread_barrier_init(&crowd.gate, NULL, (unsigned)n + 1))
		errx(2, "%d threads", n);
	for (int i = 0; i < n; i++)
		if (pthread_create(&thread[i], NULL, one_of, &crowd))
			errx(2, "thread");
	race_go();
	(void)pthread_barrier_wait(&crowd.gate); /* cannot fail: it is one */
	for (int i = 0; i < n; i++)
		(void)pthread_join(thread[i], NULL); /* cannot fail: it is one */
	(void)pthread_barrier_destroy(&crowd.gate);  /* nobody is left at it */
}
