/* SPDX-License-Identifier: Apache-2.0 */
/* C with POSIX threads, for glibc and musl.  See report.h for what it prints. */
#include <pthread.h>
#include "report.h"

enum { THREADS = 4 };

static pthread_barrier_t everyone_lives;

static void *stay(void *unused)
{
	(void)unused;
	pthread_barrier_wait(&everyone_lives);
	for (;;)
		pause();
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	sigset_t set;

	report_block(&set);
	pthread_barrier_init(&everyone_lives, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, stay, NULL))
			return 1;
	pthread_barrier_wait(&everyone_lives);
	report();
	return report_then(argc, argv, &set);
}
