/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroups.h"

#include <errno.h>

#include "lines.h"
#include "sys_fd.h"
#include "sys_file.h"
#include "text.h"

enum { PATH_BYTES = 8192 };

static const char unified_name[] = "cgroup2";

void nsx_cgroups_init(struct nsx_cgroups *c, struct nsx_cgroup *at)
{
	*c = (struct nsx_cgroups){ .dir = NSX_NOFD, .at = at };
}

void nsx_cgroups_close(struct nsx_cgroups *c)
{
	for (size_t i = 0; i < c->n; i++)
		nsx_fd_close(&c->at[i].procs);
	nsx_fd_close(&c->dir);
	c->n = 0;
}

bool nsx_hierarchy_parse(char *line, struct nsx_hierarchy *out)
{
	char *at = line;

	while (*at && *at != ':')
		at++;
	if (!*at)
		return false;
	out->controllers = ++at;
	while (*at && *at != ':')
		at++;
	if (!*at)
		return false;
	*at++ = '\0';
	out->path = at;
	return true;
}

/*
 * Are we there already?  Then nothing is to be done, nor any right needed.  The hierarchies
 * are everybody's, and in one order; was one of them added just now, we join the rest of
 * them for nothing.
 */
static bool is_ours(struct nsx_lines *ours, const struct nsx_hierarchy *theirs)
{
	char *line = nsx_lines_next(ours);
	struct nsx_hierarchy h;

	return line && nsx_hierarchy_parse(line, &h) &&
	       nsx_text_same(h.controllers, theirs->controllers) &&
	       nsx_text_same(h.path, theirs->path);
}

/* Is @word one of @list, which are separated by commas?  @word itself ends with one too. */
static bool lists(const char *list, const char *word)
{
	while (*list) {
		const char *w = word;

		while (*w && *w != ',' && *list == *w) {
			list++;
			w++;
		}
		if ((!*w || *w == ',') && (!*list || *list == ','))
			return true;
		while (*list && *list != ',')
			list++;
		list += *list == ',';
	}
	return false;
}

bool nsx_cgroup_mounts(const struct nsx_cgroup_mount *m, const struct nsx_hierarchy *h)
{
	if (m->unified || !*h->controllers)
		return m->unified && !*h->controllers;
	return lists(m->options, h->controllers); /* no controller is in two hierarchies */
}

/* Is it what the line of mountinfo says, not something that is mounted above it? */
static bool is_of(int dir, const struct nsx_cgroup_mount *m)
{
	struct nsx_stat st;

	return nsx_sys_fstat(dir, &st) == 0 && st.dev == m->dev;
}

/* Return: the directory, or -errno, ENOENT also where it is out of sight. */
static int open_below(const struct nsx_cgroup_mount *m, const char *path)
{
	const char *below = nsx_cgroup_below(m->root, path);
	char name[PATH_BYTES];
	struct nsx_text t = nsx_text_on(name, sizeof(name));
	nsx_autofd dir = NSX_NOFD;

	if (!below)
		return -ENOENT;
	nsx_text_str(&t, m->point);
	nsx_text_str(&t, below);
	if (t.cut)
		return -ENAMETOOLONG;
	dir = nsx_fd_openat(AT_FDCWD, name, O_PATH | O_DIRECTORY);
	if (dir >= 0 && !is_of(dir, m))
		return -ENOENT;
	return nsx_fd_take(&dir);
}

/* Of several mounts any will do that shows it.  Return: as above. */
static int find(const struct nsx_hierarchy *h)
{
	struct nsx_lines l;
	struct nsx_cgroup_mount m;
	int dir = nsx_lines_open(&l, AT_FDCWD, "/proc/self/mountinfo");
	char *line;

	if (dir == 0)
		dir = -ENOENT;
	while (dir < 0 && (line = nsx_lines_next(&l))) {
		int rc;

		if (!nsx_cgroup_mount_parse(line, &m) || !nsx_cgroup_mounts(&m, h))
			continue;
		rc = open_below(&m, h->path);
		if (rc >= 0 || dir == -ENOENT)
			dir = rc; /* why one cannot be opened is a better reason than none */
	}
	nsx_lines_close(&l);
	return dir;
}

static int fail_open(const struct nsx_cgroup *cg, int err, struct nsx_error *e)
{
	char what[NSX_CGROUP_NAME_BYTES + 24];
	struct nsx_text t = nsx_text_on(what, sizeof(what));

	nsx_text_str(&t, "cgroup.procs of ");
	nsx_text_str(&t, cg->name);
	(void)nsx_fail(e, NSX_STEP_OPEN, err, what, cg->path);
	return nsx_hint(e,
			err == ENOENT			? NSX_HINT_CGROUP_MOUNT
			: err == EACCES || err == EPERM ? NSX_HINT_CGROUP_RIGHT
							: NSX_HINT_NONE,
			0);
}

static int add(struct nsx_cgroups *c, const struct nsx_hierarchy *h, struct nsx_error *e)
{
	struct nsx_cgroup *cg = &c->at[c->n];
	struct nsx_text name = nsx_text_on(cg->name, sizeof(cg->name));
	struct nsx_text path = nsx_text_on(cg->path, sizeof(cg->path));
	nsx_autofd dir = NSX_NOFD;

	cg->unified = !*h->controllers;
	nsx_text_str(&name, cg->unified ? unified_name : h->controllers);
	nsx_text_str(&path, h->path);
	dir = find(h);
	if (dir < 0)
		return fail_open(cg, -dir, e);
	cg->procs = nsx_fd_openat(dir, "cgroup.procs", O_WRONLY);
	if (cg->procs < 0)
		return fail_open(cg, -cg->procs, e);
	if (cg->unified)
		c->dir = nsx_fd_take(&dir);
	c->n++;
	return 0;
}

int nsx_cgroups_open(struct nsx_target *t, struct nsx_cgroups *c, struct nsx_error *e)
{
	struct nsx_lines theirs, ours;
	struct nsx_hierarchy h;
	char *line;
	int rc;

	if (nsx_target_proc(t, e) < 0)
		return -1;
	rc = nsx_lines_open(&theirs, t->proc, "cgroup");
	if (rc < 0)
		return nsx_fail_number(e, NSX_STEP_OPEN, -rc, "cgroups of the target", "PID ",
				       (uint64_t)t->pid, "");
	rc = nsx_lines_open(&ours, AT_FDCWD, "/proc/self/cgroup");
	if (rc < 0)
		(void)nsx_fail(e, NSX_STEP_OPEN, -rc, "/proc/self/cgroup", NULL);
	while (rc == 0 && (line = nsx_lines_next(&theirs))) {
		if (!nsx_hierarchy_parse(line, &h) || is_ours(&ours, &h))
			continue;
		if (c->n == NSX_CGROUPS_MAX)
			rc = nsx_fail(e, NSX_STEP_OPEN, E2BIG, "cgroups of the target", NULL);
		else
			rc = add(c, &h, e);
	}
	nsx_lines_close(&theirs);
	nsx_lines_close(&ours);
	return rc < 0 ? -1 : 0;
}

void nsx_cgroups_were_born_in(struct nsx_cgroups *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->at[i].unified)
			nsx_fd_close(&c->at[i].procs);
}

static enum nsx_hint hint_join(int err)
{
	switch (err) {
	case EBUSY:
		return NSX_HINT_CGROUP_BUSY;
	case EACCES:
	case EPERM:
	case ENOENT: /* as it is said to who is in another delegated part of the tree */
		return NSX_HINT_CGROUP_RIGHT;
	case ENODEV:
		return NSX_HINT_CGROUP_GONE;
	case ENOSPC:
		return NSX_HINT_CGROUP_CPUSET;
	default:
		return NSX_HINT_NONE;
	}
}

/*
 * "0" is whoever writes it, by whatever number it is known in there.  What counts is who
 * has opened the file, and in which cgroup namespace that was; before Linux 5.16, who
 * writes.
 */
int nsx_cgroups_join(const struct nsx_cgroups *c, struct nsx_error *e)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct nsx_cgroup *cg = &c->at[i];
		long rc = cg->procs == NSX_NOFD ? 0 : nsx_sys_write(cg->procs, "0", 1);

		if (rc >= 0)
			continue;
		(void)nsx_fail(e, NSX_STEP_CGROUP, (int)-rc, cg->name, cg->path);
		return nsx_hint(e, hint_join((int)-rc), 0);
	}
	return 0;
}
