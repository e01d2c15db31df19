/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A caller of the detached shape, as far as a shell cannot be one: it waits for
 * a process that it did not make itself.
 *
 *	siblings COMMAND [ARG]...
 *	siblings unread COMMAND [ARG]...
 *	siblings strike ROUNDS COMMAND [ARG]...
 *
 * COMMAND gets descriptor 3 for its report; with "unread", nobody reads that.
 * Prints, in this order, each as soon as it is known,
 *
 *	first STATUS		the first process: its exit status, or "signal N"
 *	report TEXT		each line that came through descriptor 3
 *	sibling PID STATUS	each other child that there was, as it ended
 *
 * "strike" kills the first process with SIGKILL, ROUNDS times, sooner and later up
 * to the time that it needs if nobody does; where that is more time now than it was at
 * first, so that none has come so far, again for longer.  The program should write something to
 * its standard output as it begins, and then not end.  Prints
 *
 *	rounds N reported N begun N wrong N
 *
 * and says on standard error what was wrong: a program that has begun without a
 * report, or that did not end though there was none.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { REPORT = 3, PATIENCE = 20000 /* milliseconds */, FEW = 5 };

static void print_status(int status)
{
	if (WIFSIGNALED(status))
		printf("signal %d\n", WTERMSIG(status));
	else
		printf("%d\n", WEXITSTATUS(status));
}

/* @out: its standard output; -1: ours */
static pid_t start(char **command, int report, int out)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (out >= 0)
		dup2(out, STDOUT_FILENO);
	if (report == REPORT)
		fcntl(report, F_SETFD, 0);
	else
		dup2(report, REPORT);
	execvp(command[0], command);
	_exit(127);
}

/* Until nobody has its other end any more. */
static char *read_report(int fd)
{
	static char text[8192];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(fd);
	return text;
}

/* ---- watch ------------------------------------------------------------------ */

static int watch(char **command, bool unread)
{
	char *report = NULL;
	int fds[2], status;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return 2;
	if (unread)
		close(fds[0]);
	pid = start(command, fds[1], -1);
	close(fds[1]);
	if (!unread)
		report = read_report(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 2;
	printf("first ");
	print_status(status);
	for (char *line = strtok(report ? report : "", "\n"); line; line = strtok(NULL, "\n"))
		printf("report %s\n", line);
	while ((pid = waitpid(-1, &status, 0)) > 0) {
		printf("sibling %d ", pid);
		print_status(status);
	}
	return errno == ECHILD ? 0 : 2;
}

/* ---- strike ------------------------------------------------------------------ */

struct tally {
	int reported, begun, wrong;
};

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

/* Has the program written something?  It cannot any more once the pipe has ended. */
static bool has_begun(int out)
{
	struct pollfd p = { .fd = out, .events = POLLIN };
	char byte;

	return poll(&p, 1, PATIENCE) == 1 && read(out, &byte, 1) == 1;
}

/* Whoever is left has to end by himself.  Return: false if he does not. */
static bool all_end(void)
{
	const long long limit = now_ns() + PATIENCE * 1000000ll;

	while (now_ns() < limit) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0)
			return true;
		if (pid == 0)
			usleep(1000);
	}
	return false;
}

static void wrong(struct tally *t, const char *what, const char *report)
{
	t->wrong++;
	fprintf(stderr, "%s, report: %s\n", what, report);
}

/* What has become of the program whose first process is no more. */
static void judge(const char *report, int out, struct tally *t)
{
	pid_t pid = 0;

	if (sscanf(report, "{\"pid\":%d", &pid) == 1 && strchr(report, '\n')) {
		t->reported++;
		t->begun += has_begun(out);
		if (kill(pid, SIGKILL) < 0)
			wrong(t, "there is no such child", report);
		if (waitpid(pid, NULL, 0) != pid)
			wrong(t, "it is not our child", report);
	}
	if (!all_end())
		wrong(t, "somebody is left", report);
	if (!pid && has_begun(out))
		wrong(t, "it has begun without a report", report);
}

/* @delay: in nanoseconds; -1: let it live.  Return: nanoseconds that it lived. */
static long long round_of(char **command, long long delay, struct tally *t)
{
	const long long from = now_ns();
	int fds[2], out[2];
	long long lived;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		exit(2);
	pid = start(command, fds[1], out[1]);
	close(fds[1]);
	close(out[1]);
	if (delay >= 0) {
		sleep_until(from + delay);
		kill(pid, SIGKILL);
	}
	waitpid(pid, NULL, 0);
	lived = now_ns() - from;
	judge(read_report(fds[0]), out[0], t);
	close(out[0]);
	return lived;
}

static int strike(int rounds, char **command)
{
	const int most = rounds << 6;
	struct tally t = { 0 }, unhurt = { 0 };
	long long longest = 0;
	int made = 0;

	for (int i = 0; i < 10; i++) {
		const long long lived = round_of(command, -1, &unhurt);

		longest = lived > longest ? lived : longest;
	}
	for (; made < most && (made < rounds || t.reported <= FEW); longest *= 2)
		for (int i = 0; i < rounds; i++, made++)
			round_of(command, longest * i / rounds, &t);
	printf("rounds %d reported %d begun %d wrong %d\n", made, t.reported, t.begun,
	       t.wrong + unhurt.wrong + (unhurt.begun != 10));
	return 0;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	if (argc > 3 && !strcmp(argv[1], "strike"))
		return strike(atoi(argv[2]), argv + 3);
	if (argc > 2 && !strcmp(argv[1], "unread"))
		return watch(argv + 2, true);
	return argc > 1 ? watch(argv + 1, false) : 2;
}
