/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bootstrap [-n RUNS] [-c CORE] [-l LEVEL] [-k KINDS] PID PLAIN REFERENCE HOST...
 *
 * Start programs made of host.c, in turns, and print how long it takes from then
 * until their main() runs inside the namespaces of process PID, and until the
 * reply is here.  PLAIN has no constructor and is asked for nothing: what the
 * others take longer is what their constructors add.  Each HOST is compared with
 * REFERENCE in that.
 *
 * Absolute times of this kind differ from hour to hour; a ratio of programs that
 * took turns does not.
 */
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	HOSTS_MAX = 16,
	QUARTERS = 4,
	RUN_LIMIT_SECONDS = 10,

	/* What the host finds: runc counts from 3 on too. */
	INIT_FD = 3,
	LOG_FD,
	TIME_FD,

	ABOVE = 16, /* our own are out of the way of those */
};

enum moment { AT_MAIN, AT_REPLY, AT_END, MOMENT_COUNT };

static const char *const moment_names[MOMENT_COUNT] = {
	[AT_MAIN] = "main()",
	[AT_REPLY] = "the reply",
	[AT_END] = "all are reaped",
};

struct host {
	const char *file;
	double *us[MOMENT_COUNT]; /* microseconds since the start, by run */
};

struct bench {
	int runs;
	int core;  /* -1: any */
	int level; /* of the log pipe, as runc counts: 4 info, 5 debug */
	const char *kinds;
	int target;
	char message[2048];
	size_t length;
	char log_level[40];
	struct host host[HOSTS_MAX];
	int hosts;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail: a clock that is there */
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ---- the message ------------------------------------------------------------- */

static void add(struct bench *b, uint16_t type, const void *payload, size_t size)
{
	const uint16_t head[2] = { (uint16_t)(sizeof(head) + size), type };

	if (b->length + sizeof(head) + size + 3 > sizeof(b->message))
		errx(2, "too many namespaces");
	memcpy(b->message + b->length, head, sizeof(head));
	memcpy(b->message + b->length + sizeof(head), payload, size);
	b->length += (sizeof(head) + size + 3) & ~(size_t)3;
}

static void add_paths(struct bench *b)
{
	char paths[1024] = "", kinds[128];
	size_t length = 0;

	(void)snprintf(kinds, sizeof(kinds), "%s", b->kinds);
	for (char *kind = strtok(kinds, ","); kind; kind = strtok(NULL, ","))
		length += (size_t)snprintf(paths + length, sizeof(paths) - length,
					   "%s%s:/proc/%d/ns/%s", length ? "," : "", kind,
					   b->target, kind);
	add(b, 27282, paths, length + 1);
}

/* What "runc exec" asks for, of a container without a user namespace of its own. */
static void make_message(struct bench *b)
{
	const uint32_t none = 0;
	struct {
		uint32_t length;
		uint16_t type, flags;
		uint32_t seq, pid;
	} header = { .type = 62000, .flags = 1 };

	b->length = sizeof(header);
	add(b, 27281, &none, sizeof(none));
	add_paths(b);
	add(b, 27286, "0", 2);
	add(b, 27287, &none, sizeof(none));
	header.length = (uint32_t)b->length;
	memcpy(b->message, &header, sizeof(header));
}

/* ---- one run ----------------------------------------------------------------- */

struct ends {
	int init[2], log[2], time[2]; /* [0] is ours, [1] is the host's */
};

/* Beyond the numbers that the host gets, or dup2() there would close one of ours. */
static void move_up(int fd[2])
{
	for (int i = 0; i < 2; i++) {
		int up = fcntl(fd[i], F_DUPFD_CLOEXEC, ABOVE);

		if (up < 0)
			err(2, "descriptors");
		close(fd[i]);
		fd[i] = up;
	}
}

static void open_ends(struct ends *e)
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, e->init) < 0 || pipe(e->log) < 0 ||
	    pipe(e->time) < 0)
		err(2, "pipes");
	move_up(e->init);
	move_up(e->log);
	move_up(e->time);
}

/* posix_spawn() copies no memory, so our own size is not measured. */
static pid_t start(struct bench *b, const struct host *host, const struct ends *e, bool asked)
{
	char init[] = "_LIBCONTAINER_INITPIPE=3", log[] = "_LIBCONTAINER_LOGPIPE=4", fd[] = "5";
	char *bare[] = { NULL }, *full[] = { init, log, b->log_level, NULL };
	char *argv[] = { (char *)host->file, fd, NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, e->init[1], INIT_FD);
	posix_spawn_file_actions_adddup2(&actions, e->log[1], LOG_FD);
	posix_spawn_file_actions_adddup2(&actions, e->time[1], TIME_FD);
	if (posix_spawn(&pid, host->file, &actions, NULL, argv, asked ? full : bare))
		err(2, "%s", host->file);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

/* Whatever the pipe holds, so that it is known what went wrong. */
static void drain(int fd, bool show)
{
	char text[4096];
	ssize_t n;

	while ((n = read(fd, text, sizeof(text))) > 0)
		if (show)
			(void)fwrite(text, 1, (size_t)n, stderr);
}

static void read_reply(int fd)
{
	char reply[128];
	size_t n = 0;
	ssize_t got;

	while (n < sizeof(reply) - 1 && (got = read(fd, reply + n, sizeof(reply) - 1 - n)) > 0) {
		n += (size_t)got;
		if (reply[n - 1] == '\n')
			return;
	}
	warnx("no reply");
}

/* Return: how many there were. */
static int reap(const char *file)
{
	int status, n = 0;

	while (waitpid(-1, &status, __WALL) > 0) {
		n++;
		if (status)
			errx(1, "%s: status 0x%x", file, (unsigned)status);
	}
	return n;
}

static void run(struct bench *b, const struct host *host, int i, bool asked)
{
	uint64_t began, at[MOMENT_COUNT] = { 0 };
	struct ends e;

	open_ends(&e);
	/* It waits in the socket, so that nobody has to wait for us. */
	if (asked && write(e.init[0], b->message, b->length) != (ssize_t)b->length)
		err(2, "message");
	alarm(RUN_LIMIT_SECONDS);
	began = now_ns();
	(void)start(b, host, &e, asked);
	close(e.init[1]);
	close(e.log[1]);
	close(e.time[1]);
	if (asked)
		read_reply(e.init[0]);
	at[AT_REPLY] = now_ns();
	if (read(e.time[0], &at[AT_MAIN], sizeof(at[AT_MAIN])) != sizeof(at[AT_MAIN])) {
		drain(e.log[0], true);
		errx(1, "%s: no time came", host->file);
	}
	if (reap(host->file) != (asked ? 3 : 1))
		errx(1, "%s: wrong number of processes", host->file);
	at[AT_END] = now_ns();
	drain(e.log[0], false);
	close(e.init[0]);
	close(e.log[0]);
	close(e.time[0]);
	for (enum moment m = 0; i >= 0 && m < MOMENT_COUNT; m++)
		host->us[m][i] = (double)(at[m] - began) / 1000;
}

/* ---- figures ----------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The value below which @part of them are. */
static double quantile(const double *of, int n, double part)
{
	double *sorted = malloc((size_t)n * sizeof(*sorted)), found;

	if (!sorted)
		err(2, "memory");
	memcpy(sorted, of, (size_t)n * sizeof(*sorted));
	qsort(sorted, (size_t)n, sizeof(*sorted), ascending);
	found = sorted[(int)(part * (n - 1) + 0.5)];
	free(sorted);
	return found;
}

/* What a host adds to the plain one, of @n runs from @from on. */
static double added(const struct bench *b, int host, enum moment m, int from, int n)
{
	/* The plain one does not reply: it has nothing to say before its main(). */
	enum moment base = m == AT_REPLY ? AT_MAIN : m;

	return quantile(b->host[host].us[m] + from, n, 0.5) -
	       quantile(b->host[0].us[base] + from, n, 0.5);
}

static void print_times(const struct bench *b)
{
	printf("%-16s", "microseconds");
	for (enum moment m = 0; m < MOMENT_COUNT; m++)
		printf("  %14s    p95", moment_names[m]);
	puts("");
	for (int h = 0; h < b->hosts; h++) {
		const char *name = strrchr(b->host[h].file, '/');

		printf("%-16s", name ? name + 1 : b->host[h].file);
		for (enum moment m = 0; m < MOMENT_COUNT; m++)
			if (h == 0 && m == AT_REPLY)
				printf("  %14s %6s", "-", "-");
			else
				printf("  %14.1f %6.0f", quantile(b->host[h].us[m], b->runs, 0.5),
				       quantile(b->host[h].us[m], b->runs, 0.95));
		puts("");
	}
}

static void print_ratio(const struct bench *b, int host, enum moment m)
{
	double reference = added(b, 1, m, 0, b->runs), ours = added(b, host, m, 0, b->runs);
	int quarter = b->runs / QUARTERS;

	printf("added until %-14s: %6.1f of %6.1f, ratio %.3f (by quarters", moment_names[m], ours,
	       reference, ours / reference);
	for (int q = 0; quarter > 0 && q < QUARTERS; q++)
		printf(" %.3f", added(b, host, m, q * quarter, quarter) /
					added(b, 1, m, q * quarter, quarter));
	puts(")");
}

static void print(const struct bench *b)
{
	printf("%d runs each, in turns; ", b->runs);
	if (b->core >= 0)
		printf("core %d; ", b->core);
	printf("log level %d; joining %s\n", b->level, b->kinds);
	print_times(b);
	for (int h = 2; h < b->hosts; h++)
		for (enum moment m = 0; m < MOMENT_COUNT; m++)
			print_ratio(b, h, m);
}

/* ---- the command line -------------------------------------------------------- */

static int number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (!*text || *end || n < 0 || n > 1000000)
		errx(2, "not a number: %s", text);
	return (int)n;
}

static void options(struct bench *b, int argc, char **argv)
{
	int letter;

	while ((letter = getopt(argc, argv, "n:c:l:k:")) != -1)
		switch (letter) {
		case 'n':
			b->runs = number(optarg);
			break;
		case 'c':
			b->core = number(optarg);
			break;
		case 'l':
			b->level = number(optarg);
			break;
		case 'k':
			b->kinds = optarg;
			break;
		default:
			exit(2);
		}
	b->hosts = argc - optind - 1;
	if (b->hosts < 2 || b->hosts > HOSTS_MAX || b->runs < 1)
		errx(2, "the words are: [OPTION]... PID PLAIN REFERENCE HOST...");
	b->target = number(argv[optind]);
	for (int h = 0; h < b->hosts; h++) {
		b->host[h].file = argv[optind + 1 + h];
		for (enum moment m = 0; m < MOMENT_COUNT; m++) {
			b->host[h].us[m] = calloc((size_t)b->runs, sizeof(double));
			if (!b->host[h].us[m])
				err(2, "memory");
		}
	}
}

static void pin(int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)core, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		err(2, "core %d", core);
}

int main(int argc, char **argv)
{
	static struct bench b;

	b.runs = 400;
	b.core = -1;
	b.level = 4;
	b.kinds = "ipc,uts,net,pid,mnt,cgroup";
	options(&b, argc, argv);
	if (b.core >= 0)
		pin(b.core);
	(void)snprintf(b.log_level, sizeof(b.log_level), "_LIBCONTAINER_LOGLEVEL=%d", b.level);
	make_message(&b);
	/* Run -1 warms up; whoever begins is another one each time. */
	for (int i = -1; i < b.runs; i++)
		for (int turn = 0; turn < b.hosts; turn++) {
			int h = (i + 1 + turn) % b.hosts;

			run(&b, &b.host[h], i, h > 0);
		}
	print(&b);
	return 0;
}
