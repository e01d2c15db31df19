/* SPDX-License-Identifier: Apache-2.0 */
/* How the model joins: all opened first, and three passes. */
#include "model.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	int flag;
} kinds[] = {
	{ "cgroup", CLONE_NEWCGROUP }, { "ipc", CLONE_NEWIPC }, { "mnt", CLONE_NEWNS },
	{ "net", CLONE_NEWNET },       { "pid", CLONE_NEWPID }, { "time", 0x80 },
	{ "user", CLONE_NEWUSER },     { "uts", CLONE_NEWUTS },
};

struct namespace
{
	int fd;
	int flag;
	const char *name, *path;
};

static int flag_of(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(name, kinds[i].name) == 0)
			return kinds[i].flag;
	model_die("no such kind: %s", name);
}

/* All of them are opened before the first is joined.  Return: how many. */
static size_t open_all(char *list, struct namespace **out)
{
	struct namespace *all = NULL;
	char *saved = NULL;
	size_t n = 0;

	for (char *one = strtok_r(list, ",", &saved); one; one = strtok_r(NULL, ",", &saved)) {
		char *path = strchr(one, ':');

		if (!path)
			model_die("no path in %s", one);
		*path++ = '\0';
		all = realloc(all, (n + 1) * sizeof(*all));
		if (!all)
			model_die("no memory");
		all[n].fd = open(path, O_RDONLY);
		if (all[n].fd < 0)
			model_die("cannot open %s", path);
		all[n].flag = flag_of(one);
		all[n].name = one;
		all[n++].path = path;
	}
	*out = all;
	return n;
}

/* One pass: join those of @wanted; EPERM is for a later pass, if there is one. */
static int pass(struct namespace *all, size_t n, int wanted, bool last)
{
	int joined = 0;

	for (size_t i = 0; i < n; i++) {
		struct namespace *ns = &all[i];

		if (ns->fd < 0 || !(ns->flag & wanted))
			continue;
		model_say(MODEL_DEBUG, "joining the %s namespace (0x%x) of %s", ns->name, ns->flag,
			  ns->path);
		if (setns(ns->fd, ns->flag) < 0) {
			if (errno != EPERM || last)
				model_die("cannot join %s", ns->path);
			continue;
		}
		joined |= ns->flag;
		if (ns->flag == CLONE_NEWUSER && setresuid(0, 0, 0) < 0)
			model_die("cannot become root");
		close(ns->fd);
		ns->fd = -1;
	}
	return joined;
}

void model_join(char *list)
{
	struct namespace *all;
	size_t n = open_all(list, &all);

	(void)pass(all, n, ~CLONE_NEWUSER, false);
	(void)pass(all, n, CLONE_NEWUSER, true);
	(void)pass(all, n, ~CLONE_NEWUSER, true);
	free(all);
}
