/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	OURS = 100,	  /* our descriptors are above those that a host is promised */
	LINGER_MS = 2000, /* for processes that have nothing to do any more */
	PAUSE_MS = 30,	  /* long enough for the host to wait for more */
};

struct running {
	const struct call *c;
	struct seen *out;
	int sock, log; /* our ends */
	pid_t stage0;
	long long deadline; /* in milliseconds of the monotonic clock */
};

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "driver: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void die_at(const struct call *c, enum point here)
{
	if (c->die == here)
		raise(SIGKILL);
}

int open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = -3; /* two names that are none, and the directory itself */

	must(dir, "/proc/self/fd");
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* ---- the host program ---- */

static int above_all(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, OURS);

	must(high >= 0, "descriptor");
	close(fd);
	return high;
}

static char **environment(const struct call *c)
{
	static char init[64], log[64], level[128], *list[ENV_MAX + 5];
	size_t n = 0;

	snprintf(init, sizeof(init), "_LIBCONTAINER_INITPIPE=%d", c->init_fd);
	snprintf(log, sizeof(log), "_LIBCONTAINER_LOGPIPE=%d", c->log_fd);
	snprintf(level, sizeof(level), "_LIBCONTAINER_LOGLEVEL=%s", c->level ? c->level : "");
	list[n++] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	if (!c->no_init)
		list[n++] = init;
	if (!c->no_log)
		list[n++] = log;
	if (c->level)
		list[n++] = level;
	for (size_t i = 0; i < c->env_count; i++)
		list[n++] = (char *)c->env[i];
	list[n] = NULL;
	return list;
}

static void become_host(const struct call *c, int sock, int log)
{
	char **env = environment(c);
	sigset_t all;

	sigfillset(&all);
	if (!c->closed_init)
		must(dup2(sock, c->init_fd) >= 0, "INITPIPE");
	if (!c->no_log)
		must(dup2(log, c->log_fd) >= 0, "LOGPIPE");
	if (c->ignore_child)
		signal(SIGCHLD, SIG_IGN);
	if (c->block_signals)
		sigprocmask(SIG_SETMASK, &all, NULL);
	for (int fd = 0; c->close_std && fd < 3; fd++)
		close(fd);
	execve(c->host[0], c->host, env);
	must(false, c->host[0]);
}

static void spawn(struct running *r)
{
	const struct timeval a_minute = { .tv_sec = 60 };
	int pair[2], pipe_of_log[2];

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
	must(pipe(pipe_of_log) == 0, "pipe");
	r->sock = above_all(pair[0]);
	pair[1] = above_all(pair[1]);
	r->log = above_all(pipe_of_log[0]);
	pipe_of_log[1] = above_all(pipe_of_log[1]);
	must(fcntl(r->sock, F_SETFL, O_NONBLOCK) == 0, "O_NONBLOCK");
	if (r->c->nonblock)
		must(fcntl(pair[1], F_SETFL, O_NONBLOCK) == 0, "O_NONBLOCK");
	/* Without a time limit a read of a socket begins again by itself. */
	if (r->c->interrupt)
		must(setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &a_minute, sizeof(a_minute)) == 0,
		     "SO_RCVTIMEO");

	r->stage0 = fork();
	must(r->stage0 >= 0, "fork");
	if (!r->stage0)
		become_host(r->c, pair[1], pipe_of_log[1]);
	close(pair[1]);
	close(pipe_of_log[1]);
}

/* ---- listening, all the time ---- */

static bool take(int fd, char *text, size_t *len)
{
	char spill[4096];
	bool full = *len >= TEXT_MAX - 1;
	ssize_t n =
		read(fd, full ? spill : text + *len, full ? sizeof(spill) : TEXT_MAX - 1 - *len);

	if (n > 0 && !full)
		*len += (size_t)n;
	text[*len] = 0;
	return n > 0 || (n < 0 && errno == EAGAIN);
}

/*
 * Wait for @fd (-1: nothing) to be ready for @events, and take what comes from the
 * host meanwhile.  False when @until has passed.
 */
static bool listen_until(struct running *r, int fd, short events, long long until)
{
	for (;;) {
		struct pollfd p[] = {
			{ .fd = r->out->said_eof ? -1 : r->sock, .events = POLLIN },
			{ .fd = r->out->log_eof ? -1 : r->log, .events = POLLIN },
			{ .fd = fd, .events = events },
		};
		long long rest = until - now_ms();

		if (poll(p, 3, rest > 0 ? (int)rest : 0) <= 0)
			return false;
		if (p[0].revents)
			r->out->said_eof = !take(r->sock, r->out->said, &r->out->said_len);
		if (p[1].revents)
			r->out->log_eof = !take(r->log, r->out->log, &r->out->log_len);
		if (p[2].revents)
			return true;
		if (fd < 0)
			return true;
	}
}

static bool too_late(struct running *r, const char *what)
{
	if (!r->out->late)
		r->out->late = what;
	return false;
}

/* How it ended; its log and its words do not stop it from ending. */
static int status_of(struct running *r, pid_t pid, const char *what)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0), status = NEVER;

	if (fd < 0)
		return NOT_MINE;
	if (!listen_until(r, fd, POLLIN, r->deadline))
		too_late(r, what);
	else if (waitpid(pid, &status, 0) != pid)
		status = NOT_MINE;
	close(fd);
	return status;
}

/* ---- the message ---- */

static bool send_bytes(struct running *r, const unsigned char *bytes, size_t len)
{
	while (len) {
		ssize_t n = send(r->sock, bytes, r->c->slow ? 1 : len, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			return false; /* nobody is there to read it: not our failure */
		if (n < 0 && !listen_until(r, r->sock, POLLOUT, r->deadline))
			return too_late(r, "reading the message");
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
	return true;
}

static void pause_ms(int ms)
{
	usleep((useconds_t)ms * 1000);
}

static void interrupt(struct running *r)
{
	siginfo_t info;

	kill(r->stage0, SIGSTOP);
	waitid(P_PID, (id_t)r->stage0, &info, WSTOPPED | WEXITED | WNOWAIT);
	kill(r->stage0, SIGCONT);
	pause_ms(PAUSE_MS);
}

static void send_message(struct running *r, const struct message *m)
{
	const struct call *c = r->c;
	size_t len = c->chop && c->chop < m->len ? c->chop : m->len, first = 0;

	if (c->split)
		first = c->split;
	else if (c->die == AFTER_HEADER)
		first = MESSAGE_HEADER;
	else if (c->die == AFTER_HALF)
		first = MESSAGE_HEADER + (m->len - MESSAGE_HEADER) / 2;
	if (first && first < len) {
		if (!send_bytes(r, m->bytes, first))
			return;
		pause_ms(PAUSE_MS);
		if (c->interrupt)
			interrupt(r);
		die_at(c, AFTER_HEADER);
		die_at(c, AFTER_HALF);
	}
	send_bytes(r, m->bytes + first, len - first);
	if (len < m->len || !m->len)
		shutdown(r->sock, SHUT_WR);
}

/* ---- the end ---- */

/* Children of ours, which all orphans below them become. */
static int kill_children(void)
{
	char path[64];
	int pid, count = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	f = fopen(path, "r");
	must(f, path);
	while (fscanf(f, "%d", &pid) == 1) {
		kill(pid, SIGKILL);
		count++;
	}
	fclose(f);
	return count;
}

/* Everybody has to go by himself, before we hang up. */
static void reap_the_rest(struct running *r)
{
	long long until = now_ms() + LINGER_MS;
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0) {
		if (pid > 0)
			r->out->unannounced++;
		else if (now_ms() < until)
			pause_ms(1);
		else
			break;
	}
	if (pid < 0)
		return;
	r->out->left = kill_children();
	while (waitpid(-1, NULL, 0) > 0)
		; /* of those killed, and of those that they leave */
}

/* "{"stage1_pid":N,"stage2_pid":M}" and a newline, or it is no reply. */
static void read_reply(struct seen *out)
{
	int one, two, end = 0;

	if (sscanf(out->said, "{\"stage1_pid\":%d,\"stage2_pid\":%d}%n", &one, &two, &end) == 2 &&
	    end && out->said[end] == '\n') {
		out->stage1_pid = one;
		out->stage2_pid = two;
	}
}

static void kill_stage0(struct running *r)
{
	if (r->c->kill_us < 0)
		return;
	usleep((useconds_t)r->c->kill_us);
	kill(r->stage0, SIGKILL);
}

/* In the order in which a container runtime does it. */
static void go_through(struct running *r, const struct message *m)
{
	struct seen *out = r->out;

	send_message(r, m);
	die_at(r->c, AFTER_MESSAGE);
	kill_stage0(r);
	out->stage0 = status_of(r, r->stage0, "end of stage-0");
	while (listen_until(r, -1, 0, now_ms()))
		; /* whatever it had said already */
	read_reply(out);
	if (!out->stage2_pid)
		return;
	die_at(r->c, AFTER_REPLY);
	out->stage1 = status_of(r, out->stage1_pid, "end of stage-1");
	send_bytes(r, (const unsigned char *)r->c->say, strlen(r->c->say));
	send_bytes(r, (const unsigned char *)"\n", 1);
	out->stage2 = status_of(r, out->stage2_pid, "end of stage-2");
}

void call_prepare(void)
{
	must(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0, "subreaper");
}

void call(const struct call *c, const struct message *m, struct seen *out)
{
	struct running r = { .c = c, .out = out, .deadline = now_ms() + c->seconds * 1000LL };

	*out = (struct seen){ .stage0 = NEVER, .stage1 = NEVER, .stage2 = NEVER };
	spawn(&r);
	die_at(c, AFTER_SPAWN);
	go_through(&r, m);
	reap_the_rest(&r);
	while (!(out->said_eof && out->log_eof) && listen_until(&r, -1, 0, now_ms() + 100))
		;
	close(r.sock);
	close(r.log);
}
