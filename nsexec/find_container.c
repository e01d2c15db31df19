/* SPDX-License-Identifier: Apache-2.0 */
/* Find a container: by what its cgroup is called, and by what runtimes have written down. */
#include "cgroups.h"
#include "colon.h"
#include "find.h"
#include "sys_file.h"
#include "sys_identity.h"
#include "text.h"

/* Whoever says all of an id, or a name, means no other's id that begins so. */
enum { RANK_WHOLE, RANK_PART };

/* In /etc/passwd, where "GECOS:HOME:SHELL" is behind the user's ids. */
static void find_home(char *home, size_t size)
{
	struct nsx_text t = nsx_text_on(home, size);
	struct nsx_colon c;
	const uint32_t uid = nsx_sys_geteuid();
	uint64_t number;
	const char *at;

	if (nsx_colon_open(&c, "/etc/passwd") < 0)
		return;
	while (nsx_colon_next(&c)) {
		if (!nsx_text_number(c.field[2], UINT32_MAX, &number) || number != uid)
			continue;
		at = c.rest;
		while (*at && *at++ != ':')
			;
		at += *at == '/';
		while (*at && *at != ':')
			nsx_text_bytes(&t, at++, 1);
		break;
	}
	nsx_colon_close(&c);
}

/* The whole id, or the beginning of one. */
static bool is_meant(const struct nsx_find *f, const struct nsx_cgroup_part *part, unsigned *rank)
{
	const size_t len = nsx_text_len(f->name);

	for (size_t i = 0; i < f->ids.n; i++)
		if (part->len == NSX_CONTAINER_ID_BYTES &&
		    nsx_text_after(part->name, f->ids.id[i])) {
			*rank = RANK_WHOLE;
			return true;
		}
	*rank = part->len == len ? RANK_WHOLE : RANK_PART;
	return len <= part->len && nsx_text_after(part->name, f->name);
}

static void note(struct nsx_find *f, int pid, const struct nsx_hierarchy *h,
		 const struct nsx_cgroup_part *part, unsigned rank)
{
	nsx_find_note(f, pid,
		      &(const struct nsx_find_claim){
			      .rank = rank,
			      .cgroup = { h->controllers, h->path, part->end, false },
			      .id = part->name,
			      .id_len = part->len,
			      .runtime = part->runtime,
		      });
}

/* Containers are inside of containers, so one cgroup may belong to several. */
static bool look_at_path(struct nsx_find *f, int pid, const struct nsx_hierarchy *h)
{
	struct nsx_cgroup_part part;
	bool any = false;
	unsigned rank;

	for (size_t at = 0; nsx_cgroup_container(h->path, at, &part); at = part.end)
		if (is_meant(f, &part, &rank)) {
			note(f, pid, h, &part, rank);
			any = true;
		}
	if (any || !nsx_cgroup_bare(h->path, f->name, &part))
		return any;
	note(f, pid, h, &part, RANK_PART);
	return true;
}

/* In the other hierarchies it is called the same, or has none. */
static void look(struct nsx_find *f, int pid)
{
	struct nsx_lines l;
	struct nsx_hierarchy h;
	char *line;

	if (nsx_find_cgroups_of(&l, f->proc, pid) == 0)
		while ((line = nsx_lines_next(&l)))
			if (nsx_hierarchy_parse(line, &h) && look_at_path(f, pid, &h))
				break;
	nsx_lines_close(&l);
}

/* One that has been found already by its cgroup: who leads that, if not its first process? */
static bool settle(struct nsx_find *f, const struct nsx_container *c, unsigned rank)
{
	for (size_t i = 0; i < nsx_candidates_count(&f->found); i++) {
		struct nsx_candidate *row = nsx_candidates_at(&f->found, i);
		const char *cgroup = nsx_candidates_text(&f->found, row->cgroup);
		const struct nsx_find_cgroup in = { NULL, cgroup, nsx_text_len(cgroup), false };

		if (!*cgroup || !nsx_text_same(nsx_candidates_text(&f->found, row->id), c->id) ||
		    !nsx_find_is_in(f->proc, c->pid, &in))
			continue;
		row->stat.pid = c->pid;
		row->stat.start = c->start;
		row->rank = rank;
		return true;
	}
	return false;
}

/* A number that is somebody else's by now has another start. */
static void take_state(void *arg, const struct nsx_container *c)
{
	struct nsx_find *f = arg;
	struct nsx_candidate new = { .rank = RANK_PART, .runtime = c->runtime };

	if (nsx_procfs_stat(f->proc, c->pid, &new.stat) < 0 || new.stat.ended ||
	    new.stat.start != c->start)
		return;
	if (nsx_text_same(c->id, f->name))
		new.rank = RANK_WHOLE;
	for (size_t i = 0; i < f->ids.n; i++)
		if (nsx_text_same(c->id, f->ids.id[i]))
			new.rank = RANK_WHOLE;
	if (!settle(f, c, new.rank))
		nsx_candidates_note(&f->found, &new, "", 0, c->id, nsx_text_len(c->id));
}

int nsx_find_container(struct nsx_find *f, struct nsx_error *e)
{
	const uint32_t uid = nsx_sys_geteuid();
	nsx_autofd root = nsx_fd_openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY);
	char home[256] = "";

	find_home(home, sizeof(home));
	if (!nsx_is_container_id(f->name, nsx_text_len(f->name)))
		nsx_containers_named(root, home, f->name, &f->ids, &f->denied);
	if (nsx_find_walk(f, look, e) < 0)
		return -1;
	nsx_containers_states(root, uid, f->name, false, take_state, f, &f->denied);
	for (size_t i = 0; i < f->ids.n; i++)
		nsx_containers_states(root, uid, f->ids.id[i], true, take_state, f, &f->denied);
	return 0;
}
