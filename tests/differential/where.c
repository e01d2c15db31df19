/* SPDX-License-Identifier: Apache-2.0 */
/* Where we run: namespaces, root and working directory, network, clocks. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

void say_namespaces(void)
{
	static const char *const kinds[] = { "cgroup", "ipc",
					     "mnt",    "net",
					     "pid",    "pid_for_children",
					     "time",   "time_for_children",
					     "user",   "uts" };
	struct utsname names;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		char path[64], key[64];
		struct stat st;

		snprintf(path, sizeof(path), "self/ns/%s", kinds[i]);
		snprintf(key, sizeof(key), "ns:%s", kinds[i]);
		if (fstatat(CALLERS_PROC, path, &st, 0) == 0)
			say(key, "%lu", (unsigned long)st.st_ino);
		else
			say(key, "-");
	}
	say_own("cgroups", "cgroup");
	if (uname(&names) == 0) {
		say("hostname", "%s", names.nodename);
		say("domainname", "%s", names.domainname);
	}
}

/* As the kernel tells it; libc's getcwd() would search where that is unreachable. */
static const char *working_directory(void)
{
	static char path[4096];

	return syscall(SYS_getcwd, path, sizeof(path)) < 0 ? "-" : path;
}

/* Which process is it that /proc calls self? */
static const char *proc_here(void)
{
	struct statfs fs;
	char link[16] = "";

	if (statfs("/proc", &fs) < 0)
		return "none";
	if (fs.f_type != PROC_SUPER_MAGIC)
		return "no procfs";
	if (readlink("/proc/self", link, sizeof(link) - 1) < 0)
		return "does not know us";
	return atoi(link) == getpid() ? "knows us as we do" : "knows us by another PID";
}

/* Only what is mounted in our own mount namespace can be copied. */
static const char *mounted_where(const char *path)
{
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (fd < 0)
		return errno == EINVAL ? "in another namespace" : "nobody knows where";
	close(fd);
	return "in this namespace";
}

void say_directories(void)
{
	static const struct {
		const char *key, *path;
	} places[] = { { "root", "/" }, { "cwd", "." }, { "above", ".." } };

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		struct stat st;

		if (stat(places[i].path, &st) == 0)
			say(places[i].key, "%lu:%lu", (unsigned long)st.st_dev,
			    (unsigned long)st.st_ino);
		else
			say(places[i].key, "-");
	}
	say("root:mounted", "%s", mounted_where("/"));
	say("cwd:mounted", "%s", mounted_where("."));
	say("cwd:path", "%s", working_directory());
	say("proc", "%s", proc_here());
}

static const char *loopback(int sock)
{
	struct ifreq request = { .ifr_name = "lo" };

	if (ioctl(sock, SIOCGIFFLAGS, &request) < 0)
		return "none";
	return request.ifr_flags & IFF_UP ? "up" : "down";
}

void say_network(void)
{
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct if_nameindex *all = if_nameindex();

	say("loopback", "%s", loopback(sock));
	close(sock);
	for (size_t i = 0; all && all[i].if_name; i++) {
		char key[64];

		snprintf(key, sizeof(key), "interface:%s", all[i].if_name);
		say(key, "%u", all[i].if_index);
	}
	if_freenameindex(all);
}

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/*
 * Against the clock that no namespace moves: the same number each time.  Once more if another
 * process had its turn between the two.
 */
static double ahead(clockid_t clock)
{
	double before, difference;

	do {
		before = seconds(CLOCK_REALTIME);
		difference = seconds(clock) - before;
	} while (seconds(CLOCK_REALTIME) - before > 0.1);
	return difference;
}

void say_clocks(void)
{
	say("clock:boottime", "%.3f", ahead(CLOCK_BOOTTIME));
	say("clock:monotonic", "%.3f", ahead(CLOCK_MONOTONIC));
	say_own("clock:offsets", "timens_offsets");
}
