/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that is started through the runc protocol, in place of a container
 * runtime that starts itself: says where it finds itself, and talks to its caller.
 *
 *	host [quiet] [out=FD] [exit=STATUS]
 *
 * "quiet" is all that happens: no system call but for the exit.
 * Its lines "NAME VALUE" go to descriptor FD (1).  Descriptor 9, if it is there, is
 * the caller's /proc: the one in which we find ourselves may not know us.
 * On INITPIPE it says "main", waits for a line, and answers "heard LINE".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FDS = 256, CALLERS_PROC = 9 };

extern char **environ;

static int out = 1;
static int proc = CALLERS_PROC;

/* ---- as it was when main began ---- */

static void descriptors(void)
{
	int flags[FDS];

	for (int fd = 0; fd < FDS; fd++)
		flags[fd] = fcntl(fd, F_GETFD);
	dprintf(out, "descriptors");
	for (int fd = 0; fd < FDS; fd++)
		if (flags[fd] >= 0)
			dprintf(out, " %d%s", fd, flags[fd] & FD_CLOEXEC ? "(cloexec)" : "");
	dprintf(out, "\n");
}

static void find_proc(void)
{
	struct stat st;

	if (fstatat(CALLERS_PROC, "self/status", &st, 0) < 0)
		proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Lines of a file below /proc/self, all of them or those with the prefix. */
static void file(const char *name, const char *path, const char *prefix)
{
	char line[1024];
	int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	if (!f)
		dprintf(out, "%s (%s)\n", name, strerror(errno));
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, prefix, strlen(prefix)))
			dprintf(out, "%s %s\n", name, line + strlen(prefix));
	}
	if (f)
		fclose(f);
}

static void namespaces(void)
{
	static const char *const kinds[] = { "cgroup", "ipc",  "mnt",  "net",
					     "pid",    "time", "user", "uts" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		char path[64], link[64];
		ssize_t n;

		snprintf(path, sizeof(path), "self/ns/%s", kinds[i]);
		n = readlinkat(proc, path, link, sizeof(link));
		if (n < 0 && errno != ENOENT)
			dprintf(out, "ns %s (%s)\n", kinds[i], strerror(errno));
		if (n > 0)
			dprintf(out, "ns %.*s\n", (int)n, link);
	}
}

static void processes(void)
{
	char link[16];
	ssize_t n = readlinkat(proc, "self", link, sizeof(link));

	dprintf(out, "outer_pid %.*s\n", n > 0 ? (int)n : 0, link);
	dprintf(out, "pid %d\n", (int)getpid());
	dprintf(out, "ppid %d\n", (int)getppid());
	dprintf(out, "leads_session %s\n", getsid(0) == getpid() ? "yes" : "no");
}

static void credentials(void)
{
	gid_t groups[64], r, e, s;
	uid_t ru, eu, su;
	int n = getgroups(64, groups);

	getresuid(&ru, &eu, &su);
	getresgid(&r, &e, &s);
	dprintf(out, "uid %u %u %u\n", ru, eu, su);
	dprintf(out, "gid %u %u %u\n", r, e, s);
	dprintf(out, "groups");
	for (int i = 0; i < n; i++)
		dprintf(out, " %u", groups[i]);
	dprintf(out, "\n");
}

static void environment(void)
{
	for (char **e = environ; *e; e++)
		dprintf(out, "env %s\n", *e);
}

static int death_signal(void)
{
	int it = 0;

	prctl(PR_GET_PDEATHSIG, &it);
	return it;
}

/* ---- talking ---- */

/* False when the caller hung up. */
static int talk(void)
{
	const char *number = getenv("_LIBCONTAINER_INITPIPE");
	char line[256];
	size_t len = 0;
	ssize_t n;
	int fd = number && *number ? atoi(number) : -1;

	if (fd < 0)
		return 1;
	dprintf(fd, "main\n");
	while (len < sizeof(line) - 1) {
		n = read(fd, line + len, 1);
		if (n < 0 && errno == EAGAIN) {
			usleep(1000); /* the caller did not want it to block */
			continue;
		}
		if (n <= 0 || line[len] == '\n')
			break;
		len++;
	}
	line[len] = 0;
	if (n <= 0)
		return 0;
	dprintf(fd, "heard %s\n", line);
	return 1;
}

int main(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "quiet"))
			return 0;
		if (!strncmp(argv[i], "out=", 4))
			out = atoi(argv[i] + 4);
		if (!strncmp(argv[i], "exit=", 5))
			status = atoi(argv[i] + 5);
	}
	descriptors();
	find_proc();
	processes();
	credentials();
	namespaces();
	dprintf(out, "dumpable %d\n", prctl(PR_GET_DUMPABLE));
	dprintf(out, "death_signal %d\n", death_signal());
	file("name", "self/comm", "");
	file("oom_score_adj", "self/oom_score_adj", "");
	file("offset", "self/timens_offsets", "");
	file("uid_map", "self/uid_map", "");
	file("gid_map", "self/gid_map", "");
	file("setgroups", "self/setgroups", "");
	file("blocked", "self/status", "SigBlk:\t");
	file("pending", "self/status", "SigPnd:\t");
	file("ignored", "self/status", "SigIgn:\t");
	file("caught", "self/status", "SigCgt:\t");
	file("threads", "self/status", "Threads:\t");
	environment();
	signal(SIGPIPE, SIG_IGN); /* the caller may be gone */
	return talk() ? status : 99;
}
