/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "fd.h"
#include "needing.h"
#include "sys_file.h"

bool nsx_needing_covers(const struct nsx_needing *n, const char *path)
{
	for (size_t i = n->first; i < n->g->n; i++) {
		const struct nsx_graft *graft = &n->g->at[i];

		if ((graft->how == NSX_GRAFT_OVER || graft->how == NSX_GRAFT_MERGE) &&
		    nsx_path_within(path, graft->to))
			return true;
	}
	return false;
}

int nsx_needing_add(struct nsx_needing *n, const char *from, const char *to, enum nsx_graft_how how)
{
	return nsx_grafts_add(n->g, from, to, how, n->e) ? 0 : -1;
}

int nsx_needing_add_optional(struct nsx_needing *n, const char *path, enum nsx_graft_how how)
{
	const size_t before = n->g->n;
	struct nsx_graft *graft;
	struct nsx_stat st;

	if (nsx_sys_stat(path, &st) < 0 || nsx_needing_covers(n, path))
		return 0;
	graft = nsx_grafts_add(n->g, path, NULL, how, n->e);
	if (graft && n->g->n > before)
		graft->optional = true;
	return graft ? 0 : -1;
}

bool nsx_needing_step(char path[NSX_PATH_BYTES])
{
	char text[NSX_PATH_BYTES], dir[NSX_PATH_BYTES];
	const long len = nsx_sys_readlink(path, text, sizeof(text) - 1);
	struct nsx_text t = nsx_text_on(dir, sizeof(dir));

	if (len <= 0)
		return false;
	text[len] = '\0';
	nsx_text_str(&t, path);
	nsx_path_up(&t);
	t = nsx_text_on(path, NSX_PATH_BYTES);
	nsx_path_put(&t, dir, text);
	return !t.cut;
}

/*
 * Of a link that leads out of what is listed, the first step that does.  Its directory's
 * symbolic links are not of interest: what is listed is listed by all its names.
 */
static bool leads_out(const struct nsx_needing *n, char path[NSX_PATH_BYTES])
{
	for (int i = 0; i < NSX_LINKS_MAX && nsx_needing_step(path); i++)
		if (!nsx_needing_covers(n, path))
			return true;
	return false;
}

int nsx_needing_add_file(struct nsx_needing *n, const char *named)
{
	char path[NSX_PATH_BYTES], real[NSX_PATH_BYTES];
	struct nsx_text t = nsx_text_on(path, sizeof(path));
	int rc;

	nsx_text_str(&t, named);
	if (nsx_needing_covers(n, path) && !leads_out(n, path))
		return 0;
	rc = nsx_path_real(path, real);
	if (rc < 0)
		return nsx_fail(n->e, NSX_STEP_EXEC, -rc, path, NULL);
	return nsx_needing_add(n, real, path, NSX_GRAFT_OVER);
}

/*
 * Configuration that a distribution keeps below /etc for a home: all of it, since most
 * files of it are linked to.
 */
static void widen(char path[NSX_PATH_BYTES])
{
	char *rest = path + sizeof("/etc/") - 1;

	if (!nsx_text_after(path, "/etc/java") && !nsx_text_after(path, "/etc/python"))
		return;
	while (*rest && *rest != '/')
		rest++;
	*rest = '\0';
}

static int add_link(struct nsx_needing *n, char path[NSX_PATH_BYTES])
{
	if (!leads_out(n, path) || nsx_text_after(path, "/usr/share/doc/") ||
	    nsx_text_after(path, "/usr/share/man/") || nsx_text_after(path, "/usr/src/"))
		return 0;
	widen(path);
	return nsx_needing_add_optional(n, path, NSX_GRAFT_OVER);
}

/* Directories still to be looked at: each a digit, its depth, and its path. */
struct queue {
	size_t at, end;
	unsigned entries; /* that have been seen */
	char text[8192];
};

enum { DEPTH_MAX = 4, ENTRIES_MAX = 4096 };

static void enqueue(struct queue *q, int depth, const char *dir, const char *name)
{
	const char digit[2] = { (char)('0' + depth), '\0' };
	struct nsx_text t;

	if (depth >= DEPTH_MAX || q->end >= sizeof(q->text))
		return;
	t = nsx_text_on(q->text + q->end, sizeof(q->text) - q->end);
	nsx_text_str(&t, digit);
	nsx_text_str(&t, dir);
	if (*name)
		nsx_text_str(&t, "/");
	nsx_text_str(&t, name);
	if (!t.cut) /* else there is more than we look at */
		q->end += t.len + 1;
}

static int take_entry(struct nsx_needing *n, struct queue *q, const char *dir,
		      const struct nsx_dirent *entry)
{
	char path[NSX_PATH_BYTES];
	struct nsx_text t = nsx_text_on(path, sizeof(path));

	if (nsx_text_same(entry->name, ".") || nsx_text_same(entry->name, ".."))
		return 0;
	if (entry->type == NSX_DT_DIR || entry->type == NSX_DT_UNKNOWN)
		enqueue(q, dir[-1] - '0' + 1, dir, entry->name);
	if (entry->type != NSX_DT_LNK && entry->type != NSX_DT_UNKNOWN)
		return 0;
	nsx_text_str(&t, dir);
	nsx_text_str(&t, "/");
	nsx_text_str(&t, entry->name);
	return t.cut ? 0 : add_link(n, path);
}

static int look_into(struct nsx_needing *n, struct queue *q, const char *dir)
{
	char buf[4096] __attribute__((aligned(8)));
	nsx_autofd fd = nsx_fd_openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	long len;

	while (fd >= 0 && (len = nsx_sys_getdents(fd, buf, sizeof(buf))) > 0)
		for (long at = 0; at < len;) {
			const struct nsx_dirent *entry = (const void *)(buf + at);

			if (q->entries++ == ENTRIES_MAX)
				return 0;
			if (take_entry(n, q, dir, entry) < 0)
				return -1;
			at += entry->size;
		}
	return 0;
}

static int add_links_of(struct nsx_needing *n, const char *tree)
{
	struct queue q;

	q.at = q.end = 0;
	q.entries = 0;
	enqueue(&q, 0, tree, "");
	for (; q.at < q.end && q.entries < ENTRIES_MAX; q.at += nsx_text_len(q.text + q.at) + 1)
		if (look_into(n, &q, q.text + q.at + 1) < 0)
			return -1;
	return 0;
}

int nsx_needing_links(struct nsx_needing *n)
{
	for (size_t i = 0; i < n->n_homes; i++)
		if (add_links_of(n, n->home[i]) < 0)
			return -1;
	return 0;
}

/*
 * Files by which the loader of glibc finds libraries: where we have none, the target's must
 * not be read, or its libraries would be in our program.
 */
static int add_readings_of_glibc(struct nsx_needing *n)
{
	static const char files[][20] = { "/etc/ld.so.cache", "/etc/ld.so.preload" };
	static const char empty[] = "/dev/null";

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (nsx_needing_is_file(files[i], "")) {
			if (nsx_needing_add_optional(n, files[i], NSX_GRAFT_OVER) < 0)
				return -1;
		} else if (nsx_needing_add(n, empty, files[i], NSX_GRAFT_HIDE) < 0) {
			return -1;
		}
	}
	return 0;
}

/* A file that is read by the loader itself, out here and in there. */
static int add_readings(struct nsx_needing *n, const struct nsx_needing_program *p)
{
	static const char musl[] = "/lib/ld-musl-";
	char path[NSX_ELF_INTERPRETER_BYTES + 16];
	struct nsx_text t = nsx_text_on(path, sizeof(path));
	const char *arch = nsx_text_after(p->elf.interpreter, musl);
	size_t len = 0;

	if (p->elf.kind != NSX_ELF_DYNAMIC)
		return 0;
	if (!arch)
		return nsx_needing_libdir(p->elf.interpreter) == NSX_LIBDIR_NONE
			       ? 0
			       : add_readings_of_glibc(n);
	while (arch[len] && arch[len] != '.')
		len++;
	nsx_text_str(&t, "/etc/ld-musl-");
	nsx_text_bytes(&t, arch, len);
	nsx_text_str(&t, ".path");
	return nsx_needing_add_optional(n, path, NSX_GRAFT_OVER);
}

static bool has_libc(const char *dir)
{
	char path[NSX_PATH_BYTES];
	struct nsx_text t = nsx_text_on(path, sizeof(path));
	struct nsx_stat st;

	nsx_text_str(&t, dir);
	nsx_text_str(&t, "/libc.so.6");
	return !t.cut && nsx_sys_stat(path, &st) == 0;
}

static bool is_whole(const char *dir)
{
	const enum nsx_needing_libdir what = nsx_needing_libdir(dir);

	return what == NSX_LIBDIR_WHOLE || (what == NSX_LIBDIR_TOP && has_libc(dir));
}

/* As the loader names it, and as it is: something else may well be looked for there. */
static int add_libdir(struct nsx_needing *n, const char *library)
{
	char dir[NSX_PATH_BYTES], real[NSX_PATH_BYTES];
	struct nsx_text t = nsx_text_on(dir, sizeof(dir));

	nsx_text_str(&t, library);
	nsx_path_up(&t);
	if (nsx_needing_covers(n, dir) || !is_whole(dir) || nsx_path_real(dir, real) < 0 ||
	    !is_whole(real))
		return 0;
	if (!nsx_needing_covers(n, real) && nsx_needing_add(n, real, real, NSX_GRAFT_MERGE) < 0)
		return -1;
	return nsx_needing_add(n, real, dir, NSX_GRAFT_MERGE);
}

int nsx_needing_directories(struct nsx_needing *n)
{
	for (size_t i = 0; i < n->n_libraries; i++)
		if (add_libdir(n, n->library[i]) < 0)
			return -1;
	return 0;
}

int nsx_needing_libraries(struct nsx_needing *n)
{
	for (size_t i = 0; i < n->n_programs; i++)
		if (n->program[i].elf.kind == NSX_ELF_DYNAMIC &&
		    nsx_needing_add_file(n, n->program[i].elf.interpreter) < 0)
			return -1;
	for (size_t i = 0; i < n->n_libraries; i++)
		if (nsx_needing_add_file(n, n->library[i]) < 0)
			return -1;
	for (size_t i = 0; i < n->n_programs; i++)
		if (add_readings(n, &n->program[i]) < 0)
			return -1;
	return 0;
}
