/* SPDX-License-Identifier: Apache-2.0 */
/* What the shell tests cannot see or do by themselves: one verb each, see the end. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { GET_USERNS = 0xb701 };

static const unsigned long get_id = 0x8008b70d;

static int fail(const char *what)
{
	fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
	return 1;
}

/* Descriptor 9 is the caller's /proc: the one that we find ourselves may not know us. */
static int where(char **arg)
{
	static const char *const kinds[] = { "cgroup", "ipc",  "mnt",  "net",
					     "pid",    "time", "user", "uts" };
	const char *pid = *arg ? *arg : "self";

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		char path[64], link[64];
		ssize_t n;

		snprintf(path, sizeof(path), "%s/ns/%s", pid, kinds[i]);
		n = readlinkat(9, path, link, sizeof(link));
		if (n < 0 && errno != ENOENT)
			return fail(path);
		if (n > 0)
			printf("%.*s\n", (int)n, link);
	}
	return 0;
}

/* Our PID, as descriptor 9 has it. */
static int self(char **arg)
{
	char link[16];
	ssize_t n = readlinkat(9, "self", link, sizeof(link));

	(void)arg;
	if (n < 0)
		return fail("self");
	printf("%.*s\n", (int)n, link);
	return 0;
}

/* Numbers of all open descriptors, and whether exec would close them, into a file. */
static int fds(char **arg)
{
	int flags[1024];
	FILE *out;

	for (int fd = 0; fd < 1024; fd++)
		flags[fd] = fcntl(fd, F_GETFD);
	out = fopen(*arg, "w");
	if (!out)
		return 1;
	for (int fd = 0; fd < 1024; fd++)
		if (flags[fd] >= 0)
			fprintf(out, "%d%s ", fd, flags[fd] ? " (close on exec)" : "");
	return fclose(out) != 0;
}

/* Inode of the user namespace that owns the namespace FILE. */
static int owner(char **arg)
{
	struct stat st;
	int fd = open(*arg, O_RDONLY), up = fd < 0 ? fd : ioctl(fd, GET_USERNS);

	if (up < 0 || fstat(up, &st) < 0)
		return fail(*arg);
	printf("%lu\n", (unsigned long)st.st_ino);
	return 0;
}

static void *apart(void *unused)
{
	if (unshare(CLONE_NEWNET | CLONE_NEWUTS) < 0)
		exit(fail("unshare"));
	printf("%ld\n", (long)syscall(SYS_gettid));
	fflush(stdout);
	pause();
	return unused;
}

/* A thread in namespaces of its own: its id, and then nothing for five minutes. */
static int thread(char **arg)
{
	pthread_t it;

	(void)arg;
	if (pthread_create(&it, NULL, apart, NULL))
		return fail("thread");
	alarm(300);
	pthread_join(it, NULL);
	return 0;
}

/* Standard input to standard output, byte by byte, so many microseconds apart. */
static int drip(char **arg)
{
	useconds_t pause_us = (useconds_t)atoi(*arg);
	char c;

	while (read(0, &c, 1) == 1) {
		if (write(1, &c, 1) != 1)
			return fail("write");
		usleep(pause_us);
	}
	return 0;
}

static int run(char **command)
{
	execvp(*command, command);
	return fail(*command);
}

/* FD COMMAND: with the descriptor non-blocking. */
static int nonblock(char **arg)
{
	if (fcntl(atoi(arg[0]), F_SETFL, O_NONBLOCK) < 0)
		return fail("fcntl");
	return run(arg + 1);
}

/* FD stream|seqpacket COMMAND: the descriptor is a socket, its peer says our input. */
static int talk(char **arg)
{
	int type = strcmp(arg[1], "stream") ? SOCK_SEQPACKET : SOCK_STREAM, pair[2],
	    fd = atoi(*arg);
	char buf[4096];
	ssize_t n;

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) < 0)
		return fail("socketpair");
	if (fork()) {
		if (dup2(pair[1], fd) < 0)
			return fail("dup2");
		return run(arg + 2);
	}
	close(pair[1]);
	while ((n = read(0, buf, sizeof(buf))) > 0)
		if (write(pair[0], buf, (size_t)n) != n)
			return fail("write");
	return 0;
}

static int open_pidfd(const char *pid)
{
	return (int)syscall(SYS_pidfd_open, atoi(pid), 0);
}

/* PID: the inode of its pidfd. */
static int inode(char **arg)
{
	struct stat st;
	int fd = open_pidfd(*arg);

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(*arg);
	printf("%llu\n", (unsigned long long)st.st_ino);
	return 0;
}

/* FD PID COMMAND: with a pidfd of the process. */
static int pidfd(char **arg)
{
	int from = open_pidfd(arg[1]);

	if (from < 0 || dup2(from, atoi(arg[0])) < 0)
		return fail(arg[1]);
	return run(arg + 2);
}

/* FILE: the kernel's own id of the namespace, and its inode. */
static int id(char **arg)
{
	unsigned long long number;
	struct stat st;
	int fd = open(*arg, O_RDONLY);

	if (fd < 0 || fstat(fd, &st) < 0 || ioctl(fd, get_id, &number) < 0)
		return fail(*arg);
	printf(":%llu:%lu\n", number, (unsigned long)st.st_ino);
	return 0;
}

/* FD COMMAND: with a socket of this network namespace, but in another one by then. */
static int leave(char **arg)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || dup2(fd, atoi(*arg)) < 0 || unshare(CLONE_NEWNET) < 0)
		return fail(*arg);
	return run(arg + 1);
}

static const struct {
	const char *name;
	int (*verb)(char **arg);
} verbs[] = {
	{ "where", where },	  { "self", self },	{ "fds", fds },
	{ "owner", owner },	  { "thread", thread }, { "drip", drip },
	{ "nonblock", nonblock }, { "talk", talk },	{ "inode", inode },
	{ "pidfd", pidfd },	  { "id", id },		{ "leave", leave },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strcmp(argv[1], verbs[i].name))
			return verbs[i].verb(argv + 2);
	fprintf(stderr, "usage: probe VERB [ARG]...\n");
	return 2;
}
