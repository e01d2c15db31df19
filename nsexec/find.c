/* SPDX-License-Identifier: Apache-2.0 */
#include "find.h"

#include <errno.h>

#include "cgroups.h"
#include "dir.h"
#include "sys_file.h"
#include "text.h"

static int fail_proc(struct nsx_error *e, int rc, const char *path)
{
	(void)nsx_fail(e, NSX_STEP_OPEN, -rc, path, NULL);
	return nsx_hint(e, rc == -ENOENT ? NSX_HINT_PROC : NSX_HINT_NONE, 0);
}

int nsx_find_open(struct nsx_find *f, const char *name, struct nsx_error *e)
{
	f->name = name;
	f->proc = nsx_fd_openat(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY);
	if (f->proc < 0)
		return fail_proc(e, f->proc, "/proc");
	f->self = nsx_procfs_self(f->proc);
	return f->self < 0 ? fail_proc(e, f->self, "/proc/self") : 0;
}

void nsx_find_close(struct nsx_find *f)
{
	nsx_candidates_close(&f->found);
	nsx_fd_close(&f->proc);
}

/* ---- processes ------------------------------------------------------------------- */

int nsx_find_walk(struct nsx_find *f, nsx_find_look_fn *look, struct nsx_error *e)
{
	struct nsx_dir d;
	int rc = nsx_dir_open(&d, f->proc, "."), pid;

	while (rc == 0 && (pid = nsx_dir_next_number(&d))) {
		f->looked++;
		if (pid != f->self)
			look(f, pid);
	}
	nsx_dir_close(&d);
	return rc < 0 ? fail_proc(e, rc, "/proc") : 0;
}

int nsx_find_cgroups_of(struct nsx_lines *l, int dir, int pid)
{
	char path[NSX_PROCFS_PATH_BYTES];

	nsx_procfs_path(path, pid, "cgroup");
	return nsx_lines_open(l, dir, path);
}

bool nsx_find_is_in(int dir, int pid, const struct nsx_find_cgroup *c)
{
	struct nsx_lines l;
	struct nsx_hierarchy h;
	char *line;
	bool is = false;

	if (nsx_find_cgroups_of(&l, dir, pid) == 0)
		while (!is && (line = nsx_lines_next(&l)))
			is = nsx_hierarchy_parse(line, &h) &&
			     (!c->controllers || nsx_text_same(c->controllers, h.controllers)) &&
			     nsx_cgroup_is_in(h.path, c->path, c->len, c->exactly);
	nsx_lines_close(&l);
	return is;
}

/* Of which PID namespace it is the first process; not that of this /proc. */
static bool is_first(struct nsx_find *f, int pid)
{
	int pids[NSX_PROCFS_PIDS_MAX];
	const int n = nsx_procfs_pids(f->proc, pid, pids);

	return n > 1 && pids[n - 1] == 1;
}

/* Whoever has a parent in the same cgroup does not lead it. */
void nsx_find_note(struct nsx_find *f, int pid, const struct nsx_find_claim *claim)
{
	struct nsx_candidate c = { .rank = claim->rank,
				   .exactly = claim->cgroup.exactly,
				   .runtime = claim->runtime };

	if (nsx_procfs_stat(f->proc, pid, &c.stat) < 0 || c.stat.ended)
		return;
	if (c.stat.parent && nsx_find_is_in(f->proc, c.stat.parent, &claim->cgroup))
		return;
	c.first = claim->id_len && is_first(f, pid);
	nsx_candidates_note(&f->found, &c, claim->cgroup.path, claim->cgroup.len, claim->id,
			    claim->id_len);
}

/* ---- comm ------------------------------------------------------------------------- */

bool nsx_find_has_comm(int dir, int pid, const char *name)
{
	enum { KEPT = 15 };
	char comm[NSX_PROCFS_COMM_BYTES];
	size_t i = 0;

	if (nsx_procfs_comm(dir, pid, comm) < 0)
		return false;
	while (i < KEPT && comm[i] && comm[i] == name[i])
		i++;
	return i == KEPT || comm[i] == name[i];
}

static void look_at_comm(struct nsx_find *f, int pid)
{
	struct nsx_candidate c = { 0 };

	if (!nsx_find_has_comm(f->proc, pid, f->name))
		return;
	if (nsx_procfs_stat(f->proc, pid, &c.stat) < 0 || c.stat.ended)
		return;
	nsx_candidates_note(&f->found, &c, "", 0, "", 0);
}

int nsx_find_comm(struct nsx_find *f, struct nsx_error *e)
{
	return nsx_find_walk(f, look_at_comm, e);
}

/* ---- unit ------------------------------------------------------------------------- */

static bool is_systemds(const struct nsx_hierarchy *h)
{
	return !*h->controllers || nsx_text_same(h->controllers, "name=systemd");
}

static void look_at_unit(struct nsx_find *f, int pid)
{
	struct nsx_lines l;
	struct nsx_hierarchy h;
	struct nsx_cgroup_part part;
	enum nsx_unit_of of;
	char *line;

	if (nsx_find_cgroups_of(&l, f->proc, pid) == 0)
		while ((line = nsx_lines_next(&l))) {
			if (!nsx_hierarchy_parse(line, &h) || !is_systemds(&h) ||
			    !nsx_cgroup_unit(h.path, f->path, &part, &of))
				continue;
			nsx_find_note(f, pid,
				      &(const struct nsx_find_claim){
					      .rank = of,
					      .cgroup = { h.controllers, h.path, part.end, false },
					      .id = "",
				      });
			break;
		}
	nsx_lines_close(&l);
}

int nsx_find_unit(struct nsx_find *f, struct nsx_error *e)
{
	struct nsx_text t = nsx_text_on(f->path, sizeof(f->path));

	nsx_text_str(&t, f->name);
	if (!nsx_is_unit(f->name, nsx_text_len(f->name)))
		nsx_text_str(&t, ".service");
	return nsx_find_walk(f, look_at_unit, e);
}

/* ---- cgroup ----------------------------------------------------------------------- */

static bool is_meant(const struct nsx_find *f, const struct nsx_hierarchy *h)
{
	const struct nsx_cgroup_mount m = { .unified = f->unified, .options = f->options };

	return !f->mounted || nsx_cgroup_mounts(&m, h);
}

/* That of v2 before systemd's before others; in each of them, those below last of all. */
static void look_at_cgroup(struct nsx_find *f, int pid)
{
	enum { HIERARCHIES = 3 };
	const size_t len = nsx_text_len(f->path);
	struct nsx_lines l;
	struct nsx_hierarchy h;
	char *line;

	if (nsx_find_cgroups_of(&l, f->proc, pid) == 0)
		while ((line = nsx_lines_next(&l))) {
			struct nsx_find_claim claim = {
				.cgroup = { .path = f->path, .len = len },
				.id = "",
			};

			if (!nsx_hierarchy_parse(line, &h) || !is_meant(f, &h) ||
			    !nsx_cgroup_is_in(h.path, f->path, len, false))
				continue;
			claim.cgroup.controllers = h.controllers;
			claim.cgroup.exactly = nsx_cgroup_is_in(h.path, f->path, len, true);
			claim.rank = !*h.controllers ? 0 : is_systemds(&h) ? 1 : 2;
			claim.rank += claim.cgroup.exactly ? 0 : HIERARCHIES;
			nsx_find_note(f, pid, &claim);
		}
	nsx_lines_close(&l);
}

/* Where is @path in that mount?  The longest mount point wins, as in the file system. */
static bool is_below_mount(struct nsx_find *f, const struct nsx_cgroup_mount *m, const char *path,
			   size_t *longest)
{
	const char *below = nsx_cgroup_below(m->point, path);
	struct nsx_text t;

	if (!below || nsx_text_len(m->point) <= *longest)
		return false;
	*longest = nsx_text_len(m->point);
	f->mounted = true;
	f->unified = m->unified;
	t = nsx_text_on(f->options, sizeof(f->options));
	nsx_text_str(&t, m->options);
	t = nsx_text_on(f->path, sizeof(f->path));
	if (!nsx_text_same(m->root, "/") || !*below)
		nsx_text_str(&t, m->root);
	nsx_text_str(&t, below);
	return !t.cut;
}

static void translate(struct nsx_find *f, const char *path)
{
	struct nsx_lines l;
	struct nsx_cgroup_mount m;
	size_t longest = 0;
	char *line;

	if (nsx_lines_open(&l, AT_FDCWD, "/proc/self/mountinfo") == 0)
		while ((line = nsx_lines_next(&l)))
			if (nsx_cgroup_mount_parse(line, &m))
				(void)is_below_mount(f, &m, path, &longest); /* else as it is */
	nsx_lines_close(&l);
}

int nsx_find_cgroup(struct nsx_find *f, struct nsx_error *e)
{
	char path[NSX_FIND_PATH_BYTES];
	struct nsx_text t = nsx_text_on(path, sizeof(path));

	nsx_text_str(&t, f->name);
	if (*f->name != '/' || t.cut)
		return nsx_fail(e, NSX_STEP_TARGET, 0,
				"not a path of a cgroup, which begins with /", f->name);
	while (t.len > 1 && path[t.len - 1] == '/')
		path[--t.len] = '\0';
	t = nsx_text_on(f->path, sizeof(f->path));
	nsx_text_str(&t, path);
	translate(f, path);
	return nsx_find_walk(f, look_at_cgroup, e);
}
