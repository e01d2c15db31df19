/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

#include "list.h"

#include <errno.h>

#include "dir.h"
#include "nsfile.h"
#include "sys_file.h"
#include "text.h"

/* In the order of their numbers, as /proc has them. */
struct process {
	struct nsx_procfs_stat stat;
	size_t set;
};

void nsx_list_close(struct nsx_list *l)
{
	nsx_pile_close(&l->sets);
	nsx_pile_close(&l->processes);
	nsx_pile_close(&l->texts);
	nsx_fd_close(&l->proc);
}

size_t nsx_list_count(const struct nsx_list *l)
{
	return l->sets.used / sizeof(struct nsx_list_set);
}

struct nsx_list_set *nsx_list_at(const struct nsx_list *l, size_t i)
{
	return (struct nsx_list_set *)(void *)l->sets.at + i;
}

static size_t count_processes(const struct nsx_list *l)
{
	return l->processes.used / sizeof(struct process);
}

static struct process *process_at(const struct nsx_list *l, size_t i)
{
	return (struct process *)(void *)l->processes.at + i;
}

/* ---- sets ------------------------------------------------------------------------ */

/* "net:[4026531840]".  Return: 0; -ENOENT: this kernel has no such kind, or it has ended. */
static int read_inode(int proc, int pid, enum nsx_kind kind, uint64_t *out)
{
	char path[NSX_PROCFS_PATH_BYTES], file[16], link[48];
	struct nsx_text t = nsx_text_on(file, sizeof(file));
	const char *at = link;
	long len;

	nsx_text_str(&t, "ns/");
	nsx_text_str(&t, nsx_kind_table[kind].name);
	nsx_procfs_path(path, pid, file);
	len = nsx_sys_readlinkat(proc, path, link, sizeof(link) - 1);
	if (len < 0)
		return (int)len;
	link[len] = '\0';
	while (*at && *at++ != '[')
		;
	return nsx_text_digits(at, UINT64_MAX, out) ? 0 : -ENOENT;
}

/* Return: 0 or -errno, -ESRCH if it is gone. */
static int read_inodes(int proc, int pid, uint64_t ino[NSX_KIND_COUNT])
{
	bool any = false;

	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		int rc;

		ino[k] = 0;
		rc = read_inode(proc, pid, k, &ino[k]);
		if (rc < 0 && rc != -ENOENT)
			return rc;
		any = any || rc == 0;
	}
	return any ? 0 : -ESRCH;
}

static nsx_kinds differences(const uint64_t a[NSX_KIND_COUNT], const uint64_t b[NSX_KIND_COUNT])
{
	nsx_kinds differs = 0;

	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (a[k] != b[k])
			differs |= NSX_KIND_BIT(k);
	return differs;
}

static struct nsx_list_set *add_set(struct nsx_list *l, const uint64_t ino[NSX_KIND_COUNT])
{
	struct nsx_list_set *set = nsx_pile_add(&l->sets, sizeof(*set));

	if (!set) {
		l->lost = true;
		return NULL;
	}
	__builtin_memcpy(set->ino, ino, sizeof(set->ino));
	set->differs = differences(ino, nsx_list_at(l, 0)->ino);
	return set;
}

/* Neighbours in /proc are mostly of one set: the last one is the first to be asked. */
static size_t set_of(struct nsx_list *l, const uint64_t ino[NSX_KIND_COUNT])
{
	const size_t n = nsx_list_count(l);

	for (size_t i = n; i-- > 0;)
		if (!differences(nsx_list_at(l, i)->ino, ino))
			return i;
	(void)add_set(l, ino); /* or @lost */
	return n;
}

/* ---- processes -------------------------------------------------------------------- */

static void look(struct nsx_list *l, int pid)
{
	uint64_t ino[NSX_KIND_COUNT];
	struct process p = { .set = 0 };
	struct process *row;
	int rc = nsx_procfs_stat(l->proc, pid, &p.stat);

	if (rc < 0 || p.stat.ended || p.stat.kernel)
		return;
	rc = read_inodes(l->proc, pid, ino);
	if (rc == -EACCES || rc == -EPERM)
		l->denied++;
	if (rc < 0)
		return; /* or it has ended meanwhile */
	p.set = set_of(l, ino);
	row = l->lost ? NULL : nsx_pile_add(&l->processes, sizeof(*row));
	if (row)
		*row = p;
	else
		l->lost = true;
}

/* Return: NULL: not ours to see, or none. */
static const struct process *by_pid(const struct nsx_list *l, int pid)
{
	size_t from = 0, to = count_processes(l);

	while (from < to) {
		const size_t middle = from + (to - from) / 2;
		const struct process *p = process_at(l, middle);

		if (p->stat.pid == pid)
			return p;
		if (p->stat.pid < pid)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

/* As for a container by its name: PID 1 before the oldest, of those whose parent is elsewhere. */
static void lead(struct nsx_list *l, const struct process *p)
{
	struct nsx_list_set *set = nsx_list_at(l, p->set);
	const struct process *parent = by_pid(l, p->stat.parent);
	int pids[NSX_PROCFS_PIDS_MAX], n;
	bool first, older;

	set->processes++;
	if (!set->differs || (parent && parent->set == p->set))
		return;
	n = nsx_procfs_pids(l->proc, p->stat.pid, pids);
	first = n > 1 && pids[n - 1] == 1;
	older = p->stat.start < set->leader.start;
	if (set->led && (first == set->first ? !older : !first))
		return;
	set->leader = p->stat;
	set->first = first;
	set->led = true;
}

static int look_at_processes(struct nsx_list *l, struct nsx_error *e)
{
	struct nsx_dir d;
	int rc = nsx_dir_open(&d, l->proc, "."), pid;

	while (rc == 0 && (pid = nsx_dir_next_number(&d)))
		look(l, pid);
	nsx_dir_close(&d);
	for (size_t i = 0; i < count_processes(l); i++)
		lead(l, process_at(l, i));
	return rc < 0 ? nsx_fail(e, NSX_STEP_OPEN, -rc, "/proc", NULL) : 0;
}

/* ---- names of network namespaces --------------------------------------------------- */

static bool has_netns(struct nsx_list *l, uint64_t ino, const char *name)
{
	bool has = false;
	size_t text = 0;

	for (size_t i = 0; i < nsx_list_count(l); i++) {
		struct nsx_list_set *set = nsx_list_at(l, i);

		if (set->ino[NSX_NET] != ino)
			continue;
		if (!has)
			text = nsx_pile_text(&l->texts, name, nsx_text_len(name), &l->lost);
		if (!set->netns)
			set->netns = text;
		has = true;
	}
	return has;
}

static void look_at_netns(struct nsx_list *l, int dir, const char *name, uint64_t dev)
{
	uint64_t ino[NSX_KIND_COUNT];
	struct nsx_list_set *set;
	struct nsx_stat st;

	/* A file on which nothing is mounted, any more or yet. */
	if (nsx_sys_statat(dir, name, &st) < 0 || st.dev != dev)
		return;
	if (has_netns(l, st.ino, name))
		return;
	__builtin_memset(ino, 0, sizeof(ino));
	ino[NSX_NET] = st.ino;
	set = add_set(l, ino);
	if (!set)
		return;
	set->differs = NSX_KIND_BIT(NSX_NET);
	set->netns = nsx_pile_text(&l->texts, name, nsx_text_len(name), &l->lost);
}

static void look_at_names(struct nsx_list *l)
{
	static const char dirs[][16] = { "/run/netns", "/var/run/netns" };
	struct nsx_ns_id ours = { 0, 0 };

	(void)nsx_ns_identify(0, NSX_NET, &ours); /* else no file is one */
	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		struct nsx_dir d;
		const char *name;

		if (nsx_dir_open(&d, AT_FDCWD, dirs[i]) == 0)
			while ((name = nsx_dir_next(&d)))
				look_at_netns(l, d.fd, name, ours.dev);
		nsx_dir_close(&d);
	}
}

int nsx_list_make(struct nsx_list *l, struct nsx_error *e)
{
	uint64_t ours[NSX_KIND_COUNT];
	int self, rc;

	l->proc = nsx_fd_openat(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY);
	self = l->proc < 0 ? l->proc : nsx_procfs_self(l->proc);
	rc = self < 0 ? self : read_inodes(l->proc, self, ours);
	if (rc < 0) {
		(void)nsx_fail(e, NSX_STEP_OPEN, -rc, "/proc/self", NULL);
		return nsx_hint(e, NSX_HINT_PROC, 0);
	}
	(void)nsx_pile_text(&l->texts, "", 0, &l->lost); /* 0 is no text */
	(void)nsx_pile_add(&l->sets, sizeof(struct nsx_list_set));
	if (!l->sets.at)
		return nsx_fail(e, NSX_STEP_OPEN, ENOMEM, "memory for the list", NULL);
	__builtin_memcpy(nsx_list_at(l, 0)->ino, ours, sizeof(ours));
	if (look_at_processes(l, e) < 0)
		return -1;
	look_at_names(l);
	l->hidden = nsx_procfs_hides();
	return l->lost ? nsx_fail(e, NSX_STEP_OPEN, ENOMEM, "memory for the list", NULL) : 0;
}

int nsx_list(bool json, struct nsx_error *e)
{
	struct nsx_list l = { .proc = NSX_NOFD };
	int rc = nsx_list_make(&l, e);

	if (rc == 0)
		rc = nsx_list_show(&l, json, e);
	nsx_list_close(&l);
	return rc;
}
