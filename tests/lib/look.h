/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the programs for nsexec_enter() and for runners have in common: entries from words,
 * and a look at where a thread is.
 *
 *	pid:PID=KINDS  thread:TID=KINDS  path:PATH=KINDS  fd:PATH=KINDS  nothing=KINDS
 *
 * KINDS are names, or a number; fd: opens the file and hands that in; with "nothing",
 * neither a path nor a process is said.
 */
#ifndef LOOK_H
#define LOOK_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nsexec.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int my_tid(void)
{
	return (int)syscall(SYS_gettid);
}

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(99);
}

/* ---- entries ------------------------------------------------------------------ */

enum { ENTRIES_MAX = 8 };

static const char *after(const char *s, const char *start)
{
	const size_t n = strlen(start);

	return strncmp(s, start, n) == 0 ? s + n : NULL;
}

static struct nsexec_entry read_entry(char *word)
{
	struct nsexec_entry entry = { { 0, 0, NULL }, 0 };
	char *kinds = strrchr(word, '=');
	const char *rest;

	if (!kinds)
		die(word);
	*kinds++ = '\0';
	if (nsexec_kinds_parse(kinds, &entry.kinds, NULL) < 0)
		entry.kinds = (int)strtol(kinds, NULL, 0);
	if ((rest = after(word, "pid:")))
		entry.where = (struct nsexec_where){ NSEXEC_OF_PID, atoi(rest), NULL };
	else if ((rest = after(word, "thread:")))
		entry.where = (struct nsexec_where){ NSEXEC_OF_THREAD, atoi(rest), NULL };
	else if ((rest = after(word, "path:")))
		entry.where = (struct nsexec_where){ NSEXEC_AT_PATH, 0, rest };
	else if ((rest = after(word, "fd:")))
		entry.where = (struct nsexec_where){ NSEXEC_AT_FD, open(rest, O_RDONLY | O_CLOEXEC),
						     NULL };
	return entry;
}

struct entries {
	struct nsexec_entry entry[ENTRIES_MAX];
	size_t n;
};

static struct entries read_entries(char **words)
{
	struct entries all = { .n = 0 };

	for (; *words && all.n < ENTRIES_MAX; words++)
		all.entry[all.n++] = read_entry(*words);
	return all;
}

/* ---- a look at a thread ---------------------------------------------------------- */

static const char *const links[] = { "ns/cgroup", "ns/ipc",  "ns/mnt",
				     "ns/net",	  "ns/pid",  "ns/pid_for_children",
				     "ns/time",	  "ns/user", "ns/uts" };

struct look {
	char link[COUNT(links)][48];
	struct stat root, cwd;
};

/* /proc/self/task, which stays ours where another /proc is mounted. */
static int tasks = -1;

static void open_tasks(void)
{
	tasks = open("/proc/self/task", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (tasks < 0)
		die("/proc/self/task");
}

static struct look look_at(int tid)
{
	struct look l;
	char path[64];

	memset(&l, 0, sizeof(l));
	for (size_t i = 0; i < COUNT(links); i++) {
		snprintf(path, sizeof(path), "%d/%s", tid, links[i]);
		if (readlinkat(tasks, path, l.link[i], sizeof(l.link[i]) - 1) < 0)
			snprintf(l.link[i], sizeof(l.link[i]), "none");
	}
	snprintf(path, sizeof(path), "%d/root", tid);
	if (fstatat(tasks, path, &l.root, 0) < 0)
		die(path);
	snprintf(path, sizeof(path), "%d/cwd", tid);
	if (fstatat(tasks, path, &l.cwd, 0) < 0)
		die(path);
	return l;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* One line: @what, and what is not the same. */
static void print_difference(const char *what, const struct look *a, const struct look *b)
{
	printf("%s", what);
	for (size_t i = 0; i < COUNT(links); i++)
		if (strcmp(a->link[i], b->link[i]) != 0)
			printf(" %s", links[i] + strlen("ns/"));
	if (!same_file(&a->root, &b->root))
		printf(" root");
	if (!same_file(&a->cwd, &b->cwd))
		printf(" cwd");
	printf("\n");
}

/* Lines "PREFIX KIND INODE". */
static void print_look(const char *prefix, const struct look *l)
{
	for (size_t i = 0; i < COUNT(links); i++) {
		const char *at = strchr(l->link[i], '[');

		if (at)
			printf("%s %s %.*s\n", prefix, links[i] + strlen("ns/"),
			       (int)strcspn(at + 1, "]"), at + 1);
	}
}

static int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	if (!dir)
		die("/proc/self/fd");
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void print_error(const struct nsexec_error *e)
{
	char text[512];

	nsexec_error_text(e, text, sizeof(text));
	printf("error %s\n", text);
	printf("hint %s\n", e->hint);
}

/* ---- somebody who only watches ---------------------------------------------------- */

static int bystander_tid;
static pthread_barrier_t bystander_is_there;

static void *stand_by(void *arg)
{
	(void)arg;
	bystander_tid = my_tid();
	pthread_barrier_wait(&bystander_is_there);
	for (;;)
		pause();
	return NULL;
}

static struct look begin_bystander(void)
{
	pthread_t thread;

	pthread_barrier_init(&bystander_is_there, NULL, 2);
	if (pthread_create(&thread, NULL, stand_by, NULL) != 0)
		die("pthread_create");
	pthread_detach(thread);
	pthread_barrier_wait(&bystander_is_there);
	return look_at(bystander_tid);
}

#endif
