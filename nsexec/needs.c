/* SPDX-License-Identifier: Apache-2.0 */
#include "needs.h"

#include <errno.h>

#include "fd.h"
#include "needing.h"
#include "search.h"
#include "sys_file.h"
#include "sys_mount.h"

void nsx_needs_init(struct nsx_needs *needs)
{
	needs->path = "";
	needs->fd = NSX_NOFD;
	needs->elf = (struct nsx_elf){ 0 };
}

void nsx_needs_close(struct nsx_needs *needs)
{
	nsx_fd_close(&needs->fd);
}

/* Away from the others: most programs are called by a path from the root. */
static __attribute__((noinline)) int put_relative(const char *name, struct nsx_text *to)
{
	char cwd[NSX_PATH_BYTES];
	const int rc = nsx_path_cwd(cwd);

	if (rc == 0)
		nsx_path_put(to, cwd, name);
	return rc;
}

/* What is there if no symbolic link leads to it, and it was called by that very path. */
static int open_real(const char *name, const char *found)
{
	const struct nsx_open_how how = {
		.flags = O_RDONLY | O_CLOEXEC,
		.resolve = NSX_RESOLVE_NO_SYMLINKS,
	};

	if (!nsx_text_same(name, found))
		return -ELOOP;
	return nsx_fd_lift(nsx_sys_openat2(AT_FDCWD, found, &how));
}

/* Where it is, with and without symbolic links, and what it is. */
static int look(const char *name, struct nsx_needs *out, struct nsx_error *e)
{
	struct nsx_text t = nsx_text_on(out->found, sizeof(out->found));
	int rc = 0;

	if (*name == '/')
		nsx_path_put(&t, "/", name);
	else
		rc = put_relative(name, &t);
	out->path = out->found;
	out->fd = rc < 0 ? rc : open_real(name, out->found);
	if (out->fd < 0) { /* of /proc, which has to make the files of this process first */
		out->path = out->real;
		out->fd = nsx_fd_openat(AT_FDCWD, name, O_RDONLY);
		rc = out->fd < 0 || rc < 0 ? rc : nsx_path_of_fd(out->fd, out->real);
	}
	if (out->fd == -EACCES)
		return nsx_fail(e, NSX_STEP_EXEC, EACCES, name, "not readable: what does it need?");
	if (out->fd < 0)
		return nsx_fail(e, NSX_STEP_EXEC, -out->fd, name, NULL);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_EXEC, -rc, name, "no path from the root");
	if (t.cut)
		return nsx_fail(e, NSX_STEP_EXEC, ENAMETOOLONG, name, NULL);
	return nsx_elf_look(out->fd, out->path, &out->elf, e);
}

/* Likewise. */
static __attribute__((noinline)) int look_in_path(const char *program, char *const *envp,
						  struct nsx_needs *out, struct nsx_error *e)
{
	char path[NSX_PATH_BYTES];
	const int rc = nsx_search(program, envp, path, sizeof(path));

	return rc < 0 ? nsx_fail(e, NSX_STEP_EXEC, -rc, program, NULL) : look(path, out, e);
}

int nsx_needs_program(const char *program, char *const *envp, struct nsx_needs *out,
		      struct nsx_error *e)
{
	int rc;

	if (!*program)
		return nsx_fail(e, NSX_STEP_EXEC, ENOENT, "an empty name", NULL);
	if (nsx_text_len(program) >= NSX_PATH_BYTES)
		return nsx_fail(e, NSX_STEP_EXEC, ENAMETOOLONG, program, NULL);
	if (nsx_search_needed(program))
		return look_in_path(program, envp, out, e);
	rc = nsx_search_check(program);
	return rc < 0 ? nsx_fail(e, NSX_STEP_EXEC, -rc, program, NULL) : look(program, out, e);
}

const char *nsx_needing_keep(struct nsx_needing *n, const char *text)
{
	char *copy = n->text + n->used;
	struct nsx_text t;

	if (n->used < sizeof(n->text)) {
		t = nsx_text_on(copy, sizeof(n->text) - n->used);
		nsx_text_str(&t, text);
		n->used += t.len + 1;
		if (!t.cut)
			return copy;
	}
	(void)nsx_fail(n->e, NSX_STEP_GRAFT, E2BIG, "too many paths", text);
	return NULL;
}

static int add_program(struct nsx_needing *n, const char *real, const char *named,
		       const struct nsx_elf *elf)
{
	struct nsx_needing_program *p;

	for (size_t i = 0; i < n->n_programs; i++)
		if (nsx_text_same(n->program[i].named, named))
			return 0;
	if (n->n_programs == NSX_NEEDING_PROGRAMS)
		return nsx_fail(n->e, NSX_STEP_EXEC, ELOOP, real, "too many interpreters");
	p = &n->program[n->n_programs];
	p->elf = *elf;
	p->real = nsx_needing_keep(n, real);
	p->named = p->real ? nsx_needing_keep(n, named) : NULL;
	if (!p->named)
		return -1;
	n->n_programs++;
	return 0;
}

/* An interpreter, or the NAME of "#!/usr/bin/env NAME". */
static int add_other(struct nsx_needing *n, const char *name, const char *of)
{
	struct nsx_needs other;
	struct nsx_error why = { 0 };
	int rc;

	nsx_needs_init(&other);
	rc = nsx_needs_program(name, n->envp, &other, &why);
	if (rc < 0) /* the script is what they know who asked */
		(void)nsx_fail(n->e, why.step, why.err, why.subject, of);
	else
		rc = add_program(n, other.path, other.found, &other.elf);
	nsx_needs_close(&other);
	return rc;
}

static int add_interpreters(struct nsx_needing *n, const struct nsx_needing_program *script)
{
	const char *interpreter = script->elf.interpreter;
	char name[NSX_ELF_INTERPRETER_BYTES];

	if (script->elf.kind == NSX_ELF_OTHER)
		return add_other(n, "/bin/sh", script->real);
	if (*interpreter != '/')
		return nsx_fail(n->e, NSX_STEP_EXEC, ENOEXEC, script->real,
				"its interpreter is no absolute path");
	if (add_other(n, interpreter, script->real) < 0)
		return -1;
	if (!nsx_text_same(nsx_path_base(interpreter), "env") ||
	    !nsx_needing_env_name(script->elf.argument, name))
		return 0;
	return add_other(n, name, script->real);
}

/* Machines that the kernel runs beside our own, or may. */
static bool is_for_another_machine(const struct nsx_elf *elf)
{
	enum { EM_386_NUMBER = 3, EM_ARM_NUMBER = 40, EM_X86_64_NUMBER = 62 };

	return !elf->native && elf->machine != EM_386_NUMBER && elf->machine != EM_ARM_NUMBER &&
	       !(elf->machine == EM_X86_64_NUMBER && elf->bits == 32);
}

static int add_needed(struct nsx_needing *n, const struct nsx_needing_program *p)
{
	switch (p->elf.kind) {
	case NSX_ELF_STATIC:
		return 0;
	case NSX_ELF_DYNAMIC:
		if (is_for_another_machine(&p->elf))
			return nsx_fail(n->e, NSX_STEP_EXEC, ENOEXEC, p->real,
					"for another machine");
		return nsx_needing_ask(n, p);
	case NSX_ELF_SCRIPT:
	case NSX_ELF_OTHER:
		return add_interpreters(n, p);
	}
	return 0;
}

/* The program itself, and interpreters where they are called. */
static int add_files(struct nsx_needing *n)
{
	for (size_t i = 0; i < n->n_programs; i++)
		if (nsx_needing_add_file(n, i ? n->program[i].named : n->program[i].real) < 0)
			return -1;
	return nsx_needing_libraries(n);
}

static int add_directory(struct nsx_needing *n, const char *to, unsigned mode)
{
	struct nsx_graft *graft = nsx_grafts_add(n->g, NULL, to, NSX_GRAFT_DIRECTORY, n->e);

	if (!graft)
		return -1;
	if (graft->how == NSX_GRAFT_DIRECTORY) {
		graft->mode = mode;
		graft->optional = true;
	}
	return 0;
}

/* What hardly a program does without, and hardly a target has not. */
static int add_common(struct nsx_needing *n)
{
	static const char paths[][24] = {
		"/usr/lib/locale",   "/usr/share/terminfo", "/lib/terminfo",
		"/usr/lib/terminfo", "/dev/null",	    "/dev/zero",
		"/dev/full",	     "/dev/random",	    "/dev/urandom",
		"/dev/tty",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (nsx_needing_add_optional(n, paths[i], NSX_GRAFT_IF_NONE) < 0)
			return -1;
	if (add_directory(n, "/tmp", 01777) < 0)
		return -1;
	return add_directory(n, "/proc", 0555);
}

/* Before all others of ours, so that what is laid over a part of one comes behind it. */
static void put_merged_first(struct nsx_grafts *g, size_t first)
{
	for (size_t i = first; i < g->n; i++) {
		const struct nsx_graft merged = g->at[i];

		if (merged.how != NSX_GRAFT_MERGE)
			continue;
		for (size_t j = i; j > first; j--)
			g->at[j] = g->at[j - 1];
		g->at[first++] = merged;
	}
}

/* What has been deleted, replaced or covered, or has never had a name, cannot be laid. */
static int check_path(const struct nsx_needs *needs, struct nsx_error *e)
{
	struct nsx_stat open, named;
	int rc = nsx_sys_fstat(needs->fd, &open);

	if (rc == 0)
		rc = nsx_sys_stat(needs->path, &named);
	if (rc == 0 && (open.dev != named.dev || open.ino != named.ino))
		rc = -ESTALE;
	return rc < 0 ? nsx_fail(e, NSX_STEP_EXEC, -rc, needs->path,
				 "no path leads to it, which only static ones can do without")
		      : 0;
}

int nsx_needs_grafts(const struct nsx_needs *needs, char *const *envp, struct nsx_grafts *g,
		     struct nsx_error *e)
{
	struct nsx_needing n;

	if (needs->elf.kind == NSX_ELF_STATIC)
		return 0;
	if (check_path(needs, e) < 0)
		return -1;
	n.envp = envp;
	n.g = g;
	n.e = e;
	n.first = g->n;
	n.n_programs = n.n_libraries = n.n_homes = n.used = 0;
	if (add_program(&n, needs->path, needs->found, &needs->elf) < 0)
		return -1;
	for (size_t i = 0; i < n.n_programs; i++)
		if (add_needed(&n, &n.program[i]) < 0)
			return -1;
	if (nsx_needing_homes(&n) < 0 || nsx_needing_directories(&n) < 0)
		return -1;
	put_merged_first(g, n.first);
	if (nsx_needing_links(&n) < 0 || add_files(&n) < 0)
		return -1;
	return add_common(&n);
}
