/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library that starts two threads in its constructor, long before main, and
 * remembers how many threads the process had when it came to that.
 */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

int libstarts_threads_before = -1;

static pthread_barrier_t everyone_lives;

static void *stay(void *unused)
{
	(void)unused;
	pthread_barrier_wait(&everyone_lives);
	for (;;)
		pause();
	return NULL;
}

static int threads_now(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *task;
	int threads = 0;

	if (!tasks)
		return -1;
	while ((task = readdir(tasks)))
		threads += task->d_name[0] != '.';
	closedir(tasks);
	return threads;
}

__attribute__((constructor)) static void start(void)
{
	sigset_t all, before;
	pthread_t thread;

	libstarts_threads_before = threads_now();
	pthread_barrier_init(&everyone_lives, NULL, 3);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_create(&thread, NULL, stay, NULL);
	pthread_create(&thread, NULL, stay, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_barrier_wait(&everyone_lives);
}
