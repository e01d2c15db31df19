/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a caller sees of a program, and what it can do to it; more than a shell
 * without job control can say.
 *
 *	job watch FILE PROGRAM...	run it in a process group of its own, as a shell with
 *					job control does, and append to FILE what it says of it:
 *					"pid N", "stopped N", "continued", "exit N", "signal N",
 *					"signal N core"
 *	job queue PID SIGNAL VALUE	sigqueue(3)
 *	job pending SIGNAL PROGRAM...	become PROGRAM, with the signal blocked and pending
 *	job strike ROUNDS PROGRAM...	kill its first process with SIGKILL, ROUNDS times, sooner
 *					and later around the moment of its first byte of output,
 *					and say how it went: "rounds N begun N left N"
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t start(char **program, int out)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	setpgid(0, 0);
	signal(SIGINT, SIG_DFL); /* a shell has its background jobs ignore them */
	signal(SIGQUIT, SIG_DFL);
	if (out >= 0)
		dup2(out, STDOUT_FILENO);
	execvp(program[0], program);
	_exit(127);
}

/* ---- watch ------------------------------------------------------------------ */

/* Return: true if there is more to come. */
static int say(FILE *file, int status)
{
	if (WIFSTOPPED(status))
		fprintf(file, "stopped %d\n", WSTOPSIG(status));
	else if (WIFCONTINUED(status))
		fputs("continued\n", file);
	else if (WIFSIGNALED(status))
		fprintf(file, "signal %d%s\n", WTERMSIG(status), WCOREDUMP(status) ? " core" : "");
	else
		fprintf(file, "exit %d\n", WEXITSTATUS(status));
	fflush(file);
	return WIFSTOPPED(status) || WIFCONTINUED(status);
}

static int watch(char **words)
{
	FILE *file = fopen(words[0], "ae");
	int status = 0;
	pid_t pid;

	if (!file)
		return 1;
	pid = start(words + 1, -1);
	fprintf(file, "pid %ld\n", (long)pid);
	fflush(file);
	while (waitpid(pid, &status, WUNTRACED | WCONTINUED) == pid && say(file, status))
		continue;
	return fclose(file) ? 1 : 0;
}

/* ---- queue, pending ---------------------------------------------------------- */

static int queue(char **words)
{
	const union sigval value = { .sival_int = atoi(words[2]) };

	return sigqueue(atoi(words[0]), atoi(words[1]), value) ? 1 : 0;
}

static int pending(char **words)
{
	const int sig = atoi(words[0]);
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), sig);
	execvp(words[1], words + 1);
	return 127;
}

/* ---- strike ------------------------------------------------------------------ */

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void sleep_until(long long ns)
{
	const struct timespec t = { ns / 1000000000, ns % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		continue;
}

/* Return: bytes read, 0 at the end, -1 if nothing came in time. */
static ssize_t hear(int fd, int millis)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char text[256];

	return poll(&p, 1, millis) == 1 ? read(fd, text, sizeof(text)) : -1;
}

struct tally {
	long long begun_after; /* nanoseconds until the first byte, the longest of some */
	int begun, left;
};

/* The pipe ends when no process has it any more: whoever is left would keep it open. */
static int round_of(char **program, long long delay, struct tally *t)
{
	const long long from = now_ns();
	int out[2], begun = 0;
	ssize_t n;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC))
		return -1;
	pid = start(program, out[1]);
	close(out[1]);
	if (delay < 0) {
		begun = hear(out[0], 60000) > 0;
		if (t->begun_after < now_ns() - from)
			t->begun_after = now_ns() - from;
	} else {
		sleep_until(from + delay);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	while ((n = hear(out[0], 20000)) > 0)
		begun = 1;
	t->begun += begun;
	t->left += n < 0;
	close(out[0]);
	return 0;
}

static int strike(char **words)
{
	const int rounds = atoi(words[0]), undisturbed = 5, most = rounds << 6;
	const int enough = 3; /* left: no need to go on */
	struct tally t = { 0 };
	int made = 0;

	/* From nothing to twice what it takes; to more if that has become too little. */
	for (; made < most && t.left < enough; made++) {
		const long long longest = t.begun_after * 2 << made / rounds;
		const long long delay =
			made < undisturbed ? -1 : longest * (made % rounds) / rounds;

		if (made >= rounds && made % rounds == 0 && t.begun > undisturbed)
			break;
		if (round_of(words + 1, delay, &t))
			return 1;
	}
	printf("rounds %d begun %d left %d\n", made, t.begun, t.left);
	return 0;
}

/* ------------------------------------------------------------------------------ */

static const struct verb {
	const char *name;
	int words; /* at least */
	int (*run)(char **words);
} verbs[] = {
	{ "watch", 2, watch },
	{ "queue", 3, queue },
	{ "pending", 2, pending },
	{ "strike", 2, strike },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (argc > 1 && !strcmp(argv[1], verbs[i].name) && argc - 2 >= verbs[i].words)
			return verbs[i].run(argv + 2);
	fputs("usage: at the top of job.c\n", stderr);
	return 2;
}
