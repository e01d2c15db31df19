/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host before and after: descriptors, mappings, signals, place and children.  What is not
 * as it was is printed, as a line that begins with "changed".
 */
#ifndef UNCHANGED_H
#define UNCHANGED_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT_BYTES = 256 * 1024, FDS_MAX = 4096 };

struct host {
	char maps[TEXT_BYTES];
	struct {
		dev_t dev;
		ino_t ino;
	} fd[FDS_MAX];
	char ns[8][64];
	char cwd[4096], root[4096];
	mode_t umask;
	int dumpable;
	sigset_t mask;
	struct sigaction action[NSIG];
};

static const char *const ns_names[] = {
	"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"
};

/* The heap, the stack, and those of threads, come and go by themselves. */
static void read_maps(char *out)
{
	static char all[TEXT_BYTES];
	const int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got;
	char *line, *save = NULL;

	while (n < sizeof(all) - 1 && (got = read(fd, all + n, sizeof(all) - 1 - n)) > 0)
		n += (size_t)got;
	(void)close(fd);
	all[n] = '\0';
	*out = '\0';
	for (line = strtok_r(all, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (strstr(line, "[heap]") || strstr(line, "[stack]"))
			continue;
		n = strlen(line);
		memcpy(out, line, n);
		out += n;
		*out++ = '\n';
		*out = '\0';
	}
}

static void look_at_host(struct host *h)
{
	memset(h, 0, sizeof(*h));
	for (int fd = 0; fd < FDS_MAX; fd++) {
		struct stat st;

		if (fstat(fd, &st) == 0) {
			h->fd[fd].dev = st.st_dev;
			h->fd[fd].ino = st.st_ino;
		}
	}
	for (size_t i = 0; i < 8; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/proc/thread-self/ns/%s", ns_names[i]);
		(void)!readlink(path, h->ns[i], sizeof(h->ns[i]) - 1);
	}
	(void)!readlink("/proc/self/cwd", h->cwd, sizeof(h->cwd) - 1);
	(void)!readlink("/proc/self/root", h->root, sizeof(h->root) - 1);
	h->umask = umask(0);
	(void)umask(h->umask);
	h->dumpable = prctl(PR_GET_DUMPABLE);
	(void)sigprocmask(SIG_SETMASK, NULL, &h->mask);
	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, NULL, &h->action[sig]);
	read_maps(h->maps);
}

static void compare_place(const struct host *was, const struct host *is)
{
	for (size_t i = 0; i < 8; i++)
		if (strcmp(was->ns[i], is->ns[i]))
			printf("changed namespace %s: %s\n", ns_names[i], is->ns[i]);
	if (strcmp(was->cwd, is->cwd))
		printf("changed cwd: %s\n", is->cwd);
	if (strcmp(was->root, is->root))
		printf("changed root: %s\n", is->root);
	if (was->umask != is->umask)
		printf("changed umask: %o\n", is->umask);
	if (was->dumpable != is->dumpable)
		printf("changed dumpable: %d\n", is->dumpable);
}

static void compare_host(const struct host *was, const struct host *is)
{
	for (int fd = 0; fd < FDS_MAX; fd++)
		if (was->fd[fd].dev != is->fd[fd].dev || was->fd[fd].ino != is->fd[fd].ino)
			printf("changed descriptor %d\n", fd);
	for (int sig = 1; sig < NSIG; sig++) {
		if (sigismember(&was->mask, sig) != sigismember(&is->mask, sig))
			printf("changed mask: %d\n", sig);
		if (was->action[sig].sa_handler != is->action[sig].sa_handler ||
		    was->action[sig].sa_flags != is->action[sig].sa_flags)
			printf("changed action: %d\n", sig);
	}
	if (strcmp(was->maps, is->maps))
		printf("changed mappings from\n%sto\n%s", was->maps, is->maps);
	compare_place(was, is);
}

/* A child that has not been waited for, of whichever sort. */
static void look_for_children(void)
{
	int status;
	int pid = waitpid(-1, &status, __WALL | WNOHANG);

	if (pid >= 0)
		printf("changed children: %d, status %x\n", pid, status);
	else if (errno != ECHILD)
		printf("changed children: %m\n");
}

#endif
