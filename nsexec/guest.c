/* SPDX-License-Identifier: Apache-2.0 */
#include "guest.h"

#include <errno.h>

#include "handoff.h"
#include "sealed.h"
#include "search.h"
#include "sys.h"
#include "sys_file.h"
#include "sys_identity.h"
#include "sys_mount.h"

enum { AT_EACCESS_BIT = 0x200 };

void nsx_guest_init(struct nsx_guest *g, struct nsx_guest_room *room)
{
	*g = (struct nsx_guest){ .fd = NSX_NOFD, .room = room };
}

void nsx_guest_close(struct nsx_guest *g)
{
	nsx_fd_close(&g->fd);
	if (g->asked)
		nsx_needs_close(&g->room->needs);
	if (g->lays)
		nsx_grafts_close(&g->room->grafts);
	g->asked = g->lays = false;
}

/* ---- what is asked ------------------------------------------------------------------- */

/* Will the program see other files than we do? */
static bool moves(const struct nsx_request *rq)
{
	return (nsx_request_kinds(rq) & NSX_KIND_BIT(NSX_MNT)) || rq->root;
}

static struct nsx_graft *find(struct nsx_grafts *all, const char *to)
{
	for (size_t i = 0; i < all->n; i++)
		if (nsx_text_same(all->at[i].to, to))
			return &all->at[i];
	return NULL;
}

/* What was said once more to the same place has covered it, and all that lay in it. */
static void forget_covered(struct nsx_grafts *all, size_t automatic, const char *to)
{
	struct nsx_graft *covered = find(all, to);

	if (!covered || covered < all->at + automatic)
		return;
	for (all->n--; covered < all->at + all->n; covered++)
		covered[0] = covered[1];
}

/* What was said goes before what comes by itself to the same place: the first @automatic. */
static int add_said(struct nsx_grafts *all, size_t automatic, const char *value,
		    struct nsx_error *e)
{
	char from[NSX_GRAFT_PATH_BYTES], to[NSX_GRAFT_PATH_BYTES];
	struct nsx_graft *graft;
	bool writable = false;

	(void)nsx_graft_split(value, from, to, &writable); /* the parser did so before */
	forget_covered(all, automatic, to);
	graft = find(all, to);
	if (graft)
		graft->from = nsx_grafts_keep(all, from, e);
	else
		graft = nsx_grafts_add(all, from, to, NSX_GRAFT_OVER, e);
	if (!graft || !graft->from)
		return -1;
	graft->how = NSX_GRAFT_OVER;
	graft->writable = writable;
	graft->optional = false;
	return 0;
}

static int add_all_said(const struct nsx_request *rq, struct nsx_grafts *all, struct nsx_error *e)
{
	const size_t automatic = all->n;

	for (size_t i = 0; i < rq->n_said; i++)
		if (rq->said[i].of == NSX_SAID_GRAFT &&
		    add_said(all, automatic, rq->said[i].value, e) < 0)
			return -1;
	return 0;
}

/* Where one is mounted if there is none, see plan_create.c. */
static int add_proc(struct nsx_grafts *all, struct nsx_error *e)
{
	struct nsx_graft *proc = nsx_grafts_add(all, NULL, "/proc", NSX_GRAFT_DIRECTORY, e);

	if (!proc)
		return -1;
	proc->optional = true;
	proc->mode = 0555;
	return 0;
}

static const char *name_of(const struct nsx_request *rq, char *const *callers, bool stays)
{
	if (rq->program)
		return rq->program[0];
	return stays ? "/proc/self/exe" : nsx_handoff_shell_name(callers);
}

int nsx_guest_look(const struct nsx_request *rq, char *const *callers, bool stays,
		   struct nsx_guest *g, struct nsx_error *e)
{
	struct nsx_guest_room *room = g->room;

	if (!rq->grafts && !(rq->host && moves(rq)))
		return 0;
	if (rq->host && moves(rq)) {
		nsx_needs_init(&room->needs);
		if (nsx_needs_program(name_of(rq, callers, stays), callers, &room->needs, e) < 0)
			return -1;
		g->asked = true;
		if (room->needs.elf.kind == NSX_ELF_STATIC && !rq->grafts)
			return 0; /* it needs nothing, so the rest of the room stays untouched */
	}
	nsx_grafts_init(&room->grafts);
	if (g->asked && room->needs.elf.kind != NSX_ELF_STATIC &&
	    nsx_needs_grafts(&room->needs, callers, &room->grafts, e) < 0)
		return -1;
	if (add_all_said(rq, &room->grafts, e) < 0)
		return -1;
	g->lays = room->grafts.n > 0;
	return g->lays && rq->host ? add_proc(&room->grafts, e) : 0;
}

/* ---- to take along ------------------------------------------------------------------- */

/* Return: bytes, 0 at the end, or -errno. */
static int copy(int from, int to)
{
	enum { AT_ONCE = 0x7ffff000 }; /* the most that one call does */
	long n;

	do
		n = nsx_syscall4(__NR_sendfile, to, from, NULL, AT_ONCE);
	while (n > 0 || n == -EINTR);
	return (int)n;
}

static int seal(struct nsx_guest *g, struct nsx_error *e)
{
	const char *path = g->room->needs.path;
	const char *name = path;
	int rc;

	for (const char *c = path; *c; c++)
		if (*c == '/')
			name = c + 1;
	g->fd = nsx_sealed_open(name);
	rc = g->fd < 0 ? g->fd : copy(g->room->needs.fd, g->fd);
	if (rc < 0) {
		nsx_fd_close(&g->fd);
		return nsx_fail(e, NSX_STEP_EXEC, -rc, "copy of it in memory", path);
	}
	nsx_sealed_close(g->fd);
	return 0;
}

/* Who can neither write to it nor make it so lends nobody the right to. */
static bool may_write(int fd)
{
	enum { W_OK_BIT = 2 };
	struct nsx_stat st;
	long rc;

	if (nsx_sys_fstat(fd, &st) < 0 || st.uid == nsx_sys_geteuid())
		return true;
	rc = nsx_syscall4(__NR_faccessat2, fd, "", W_OK_BIT, NSX_AT_EMPTY_PATH | AT_EACCESS_BIT);
	return rc != -EACCES && rc != -EROFS;
}

/* Where the program is in another user namespace, root of that has rights over its mounts. */
static bool meets_another_root(const struct nsx_request *rq, struct nsx_target *t)
{
	nsx_autofd ours = NSX_NOFD, theirs = NSX_NOFD;
	struct nsx_error none = { 0 };
	struct nsx_stat a, b;

	if (rq->unshare & NSX_KIND_BIT(NSX_USER))
		return true;
	if (!(nsx_request_kinds(rq) & NSX_KIND_BIT(NSX_USER)))
		return false;
	if (!nsx_from_target(rq, NSX_USER) || nsx_target_proc(t, &none) < 0)
		return true; /* or it is ours: then it only costs time */
	ours = nsx_fd_openat(AT_FDCWD, "/proc/self/ns/user", O_PATH);
	theirs = nsx_fd_openat(t->proc, "ns/user", O_PATH);
	return ours < 0 || theirs < 0 || nsx_sys_fstat(ours, &a) < 0 ||
	       nsx_sys_fstat(theirs, &b) < 0 || a.dev != b.dev || a.ino != b.ino;
}

/* To take a mount down, the kernel waits longer than it takes to copy so much. */
static bool is_small(int fd)
{
	enum { SMALL_BYTES = 64 * 1024 };
	struct nsx_stat st;

	return nsx_sys_fstat(fd, &st) == 0 && st.size <= SMALL_BYTES;
}

int nsx_guest_pack(const struct nsx_request *rq, struct nsx_target *t, struct nsx_guest *g,
		   struct nsx_error *e)
{
	struct nsx_error unsaid = { 0 }; /* there is another way */
	int rc;

	if (g->lays && nsx_grafts_cut(&g->room->grafts, meets_another_root(rq, t), e) < 0)
		return -1;
	if (!g->asked || g->room->needs.elf.kind != NSX_ELF_STATIC)
		return 0;
	if (is_small(g->room->needs.fd) && seal(g, &unsaid) == 0)
		return 0;
	rc = nsx_graft_tree(g->room->needs.fd, false);
	if (rc < 0 && may_write(g->room->needs.fd))
		return seal(g, e);
	if (rc < 0)
		rc = nsx_fd_take(&g->room->needs.fd);
	g->fd = rc;
	return 0;
}

/* ---- at last ------------------------------------------------------------------------- */

int nsx_guest_exec(const struct nsx_guest *g, char **program, char *const *envp,
		   struct nsx_error *e)
{
	const char *path = g->room->needs.path, *found = g->room->needs.found;
	char name[NSX_LOGIN_BYTES];
	char *words[3] = { NULL, name, NULL }; /* the first slot is the free one */
	int rc;

	if (!program) { /* by what it was called: one file may be many programs */
		nsx_handoff_login(found, name);
		program = words + 1;
	} else if (**program != '/' && !nsx_search_needed(*program)) {
		*program = (char *)found; /* for execve(2), which only reads it */
	}
	if (g->fd == NSX_NOFD) {
		(void)nsx_handoff_at(path, program, envp, e);
	} else {
		rc = (int)nsx_syscall5(__NR_execveat, g->fd, "", program, envp, NSX_AT_EMPTY_PATH);
		(void)nsx_fail(e, NSX_STEP_EXEC, -rc, path, NULL);
	}
	return nsx_hint(e, e->err == EACCES ? NSX_HINT_GUEST_DENIED : NSX_HINT_NONE, 0);
}
