/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of a container, with all that its root may do: overwrite the file of a program that
 * came from somewhere else.
 *
 *	overwriter NAME		waits for the process whose argv begins so
 *
 * Says "ready", and then for each way "WAY: " and how it ended; "written" and "changed" are
 * a success.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SETATTR = 442, TREE = 428, RDONLY = 1, EMPTY = 0x1000 };

static int find(const char *name)
{
	char path[64], words[256];
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	int pid = 0;

	while (!pid && (entry = readdir(dir))) {
		const int candidate = atoi(entry->d_name);
		ssize_t n;
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/cmdline", candidate);
		fd = candidate > 1 ? open(path, O_RDONLY) : -1;
		n = fd < 0 ? 0 : read(fd, words, sizeof(words) - 1);
		close(fd);
		words[n > 0 ? n : 0] = '\0';
		if (n > 0 && !strcmp(words, name))
			pid = candidate;
	}
	closedir(dir);
	return pid;
}

static void say(const char *way, int fd)
{
	const bool written = fd >= 0 && write(fd, "overwritten\n", 12) == 12;

	printf("%s: %s\n", way, written ? "written" : strerror(errno));
	close(fd);
}

static bool same(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* Also as a mount of our own, as one whose flags are changed, and in its namespace. */
static void try_all(const char *when, const char *path, int held, int mounts)
{
	const struct {
		uint64_t set, clear, propagation, user;
	} writable = { .clear = RDONLY };
	char way[64], real[4096] = "";
	int tree;

	if (readlink(path, real, sizeof(real) - 1) < 0)
		real[0] = '\0';
	snprintf(way, sizeof(way), "%s, open", when);
	say(way, open(path, O_WRONLY));
	snprintf(way, sizeof(way), "%s, change the mount", when);
	if (syscall(SETATTR, held, "", EMPTY, &writable, sizeof(writable)) == 0 ||
	    mount(NULL, path, NULL, MS_REMOUNT | MS_BIND, NULL) == 0)
		printf("%s: changed\n", way);
	say(way, open(path, O_WRONLY));
	snprintf(way, sizeof(way), "%s, copy the mount", when);
	tree = (int)syscall(TREE, held, "", EMPTY | 1);
	if (tree >= 0 && syscall(SETATTR, tree, "", EMPTY, &writable, sizeof(writable)) == 0)
		printf("%s: changed\n", way);
	say(way, tree < 0 ? -1 : openat(tree, "", O_WRONLY));
	fflush(stdout);
	if (fork() == 0) {
		snprintf(way, sizeof(way), "%s, among its mounts", when);
		if (setns(mounts, CLONE_NEWNS) < 0) {
			printf("%s: not entered, %s\n", way, strerror(errno));
		} else {
			if (same(held, real) &&
			    mount(NULL, real, NULL, MS_REMOUNT | MS_BIND, NULL) == 0)
				printf("%s: changed %s\n", way, real);
			say(way, open(real, O_WRONLY));
		}
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}

int main(int argc, char **argv)
{
	char path[64];
	int pid, held, mounts;

	if (argc != 2)
		return 2;
	puts("ready");
	fflush(stdout);
	while (!(pid = find(argv[1])))
		usleep(1000);
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	mounts = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	held = open(path, O_PATH);
	if (held < 0 || mounts < 0) {
		perror(path);
		return 1;
	}
	try_all("while it runs", path, held, mounts);
	puts("tried");
	fflush(stdout);
	while (kill(pid, 0) == 0)
		usleep(1000);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", held);
	try_all("once it has ended", path, held, mounts);
	puts("done");
	return 0;
}
