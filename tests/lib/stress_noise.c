/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What other threads of a host do while some call the library.  But for setenv(3), which
 * is safe with nobody who reads the environment, be it execvp(3) or this library.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stress.h"

static const atomic_bool *over;
static FILE *nowhere;

static pthread_mutex_t names = PTHREAD_MUTEX_INITIALIZER;
static pthread_t thread[THREADS];
static bool is_there[THREADS];

static void nap(long us)
{
	const struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	(void)nanosleep(&t, NULL); /* cut short by a signal: no harm */
}

/* ---- signals ------------------------------------------------------------------------- */

static int host; /* PID */
static int heard_fd = -1, deaths_fd = -1;
static volatile int strayed;

/*
 * A process that shares our memory would be noticed here: handlers are for us alone.  A
 * forked child has a copy of that, in which nobody looks.
 *
 * Counted by system calls, since atomic variables are no way out of a handler under
 * ThreadSanitizer: there they run the handlers that it has put off, and if that happens in
 * one of those, all signals stay blocked.
 */
static void handle(int sig)
{
	const uint64_t one = 1;

	if (syscall(SYS_getpid) != host)
		strayed = 1;
	else
		(void)syscall(SYS_write, sig == SIGCHLD ? deaths_fd : heard_fd, &one, sizeof(one));
}

static int take_count(int fd)
{
	uint64_t n = 0;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? (int)n : 0;
}

int noise_take_deaths(void)
{
	return take_count(deaths_fd);
}

int noise_take_heard(void)
{
	return take_count(heard_fd);
}

bool noise_has_strayed(void)
{
	return strayed;
}

static void handle_likewise(int sig, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	handle(sig);
}

static void install(int sig, int flags)
{
	struct sigaction sa = { .sa_flags = flags };

	if (flags & SA_SIGINFO)
		sa.sa_sigaction = handle_likewise;
	else
		sa.sa_handler = handle;
	(void)sigaction(sig, &sa, NULL); /* cannot fail: valid arguments */
}

void install_handlers(void)
{
	host = (int)syscall(SYS_getpid);
	heard_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	deaths_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (heard_fd < 0 || deaths_fd < 0)
		abort();
	install(SIGUSR1, SA_RESTART);
	install(SIGALRM, 0);
	install(SIGURG, SA_RESTART);
	install(SIGCHLD, SA_RESTART);
}

void noise_hold_signals(sigset_t *before)
{
	static const unsigned char handled[] = { SIGUSR1, SIGALRM, SIGURG, SIGCHLD };
	sigset_t set;

	(void)sigemptyset(&set); /* these cannot fail: valid arguments */
	for (size_t i = 0; i < sizeof(handled); i++)
		(void)sigaddset(&set, handled[i]);
	(void)pthread_sigmask(SIG_BLOCK, &set, before);
}

static void *reinstall(void *arg)
{
	(void)arg;
	for (unsigned i = 0; !atomic_load(over); i++) {
		install(SIGUSR1, i & 1 ? SA_RESTART : SA_RESTART | SA_SIGINFO);
		install(SIGALRM, i & 2 ? 0 : SA_SIGINFO | SA_NODEFER);
		nap(500);
	}
	return NULL;
}

void noise_name_thread(int i)
{
	pthread_mutex_lock(&names);
	thread[i] = pthread_self();
	is_there[i] = true;
	pthread_mutex_unlock(&names);
}

void noise_forget_thread(int i)
{
	pthread_mutex_lock(&names);
	is_there[i] = false;
	pthread_mutex_unlock(&names);
}

static void *signal_threads(void *arg)
{
	unsigned seed = 1;

	(void)arg;
	while (!atomic_load(over)) {
		const int i = rand_r(&seed) % THREADS;
		const int sig = rand_r(&seed) & 1 ? SIGUSR1 : SIGALRM;

		pthread_mutex_lock(&names);
		if (is_there[i])
			(void)pthread_kill(thread[i], sig); /* it is there */
		pthread_mutex_unlock(&names);
		if (i == 0)
			(void)kill(getpid(), sig); /* whoever gets it */
		if (i == 1)
			(void)kill(0, SIGURG); /* all that we have started too; no program minds */
		nap(300);
	}
	return NULL;
}

/* ---- all else ------------------------------------------------------------------------ */

static void fork_and_wait(long us)
{
	const pid_t pid = fork();
	int status;

	if (pid == 0) {
		const struct timespec t = { us / 1000000, us % 1000000 * 1000 };

		if (us)
			(void)nanosleep(&t, NULL);
		_exit(7);
	}
	if (pid < 0) {
		wrong("fork");
		return;
	}
	atomic_fetch_add(&programs, 1);
	while (waitpid(pid, &status, 0) < 0)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 7)
		wrong("a forked child: 0x%x", (unsigned)status);
}

static void *fork_often(void *arg)
{
	(void)arg;
	while (!atomic_load(over)) {
		fork_and_wait(0);
		nap(2000);
	}
	return NULL;
}

/* Has copies of all descriptors that are open, and executes nothing that would close them. */
static void *fork_long(void *arg)
{
	(void)arg;
	while (!atomic_load(over))
		fork_and_wait(1000000);
	return NULL;
}

static void *use_heap(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;
	char *held[16] = { NULL };

	while (!atomic_load(over)) {
		for (int i = 0; i < 16; i++) {
			const size_t bytes = (size_t)rand_r(&seed) % 5000 + 1;

			free(held[i]);
			held[i] = malloc(bytes);
			if (held[i])
				memset(held[i], 1, bytes);
		}
		flockfile(nowhere);
		for (int i = 0; i < 16; i++)
			(void)fprintf(nowhere, "%d %p\n", i, (void *)held[i]);
		nap(100);
		funlockfile(nowhere);
		nap(300);
	}
	for (int i = 0; i < 16; i++)
		free(held[i]);
	return NULL;
}

/* A descriptor that we have not closed is still ours. */
static void *open_and_close(void *arg)
{
	(void)arg;
	while (!atomic_load(over)) {
		const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		const int other = dup(fd);

		nap(100);
		if (fd < 0 || other < 0 || close(fd) < 0 || close(other) < 0)
			wrong("a descriptor of another thread was closed");
	}
	return NULL;
}

static void *(*const kinds[])(void *) = {
	fork_often,	fork_long,	use_heap,  use_heap,
	signal_threads, signal_threads, reinstall, open_and_close,
};
enum { N_KINDS = sizeof(kinds) / sizeof(*kinds) };
static pthread_t noise[N_KINDS];

void noise_start(const atomic_bool *when_over)
{
	over = when_over;
	nowhere = fopen("/dev/null", "we");
	if (!nowhere)
		abort();
	for (uintptr_t i = 0; i < N_KINDS; i++)
		if (pthread_create(&noise[i], NULL, kinds[i], (void *)i))
			abort();
}

void noise_stop(void)
{
	for (int i = 0; i < N_KINDS; i++)
		(void)pthread_join(noise[i], NULL); /* it is one */
	(void)fclose(nowhere);			    /* it is nothing */
}
