/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

#include "preload.h"

#include <errno.h>

#include "elffile.h"
#include "elfnote.h"
#include "fd.h"
#include "handoff.h"
#include "identity.h"
#include "sys_file.h"
#include "sys_identity.h"

/* How often one script can have another as its interpreter, or a little more. */
enum { SCRIPTS_MAX = 8 };

static int refuse(const char *why, const char *file, enum nsx_hint hint, struct nsx_error *e)
{
	(void)nsx_fail(e, NSX_STEP_PRELOAD, 0, why, file);
	return nsx_hint(e, hint, 0);
}

/* So the build is tried out before it is installed. */
void nsx_preload_path(struct nsx_text *t)
{
	long len = nsx_sys_readlink("/proc/self/exe", t->buf, t->size - 1);
	struct nsx_stat st;

	while (len > 0 && t->buf[len - 1] != '/')
		len--;
	t->len = len > 0 ? (size_t)len : 0;
	nsx_text_str(t, "libnsexec-preload.so");
	if (t->cut || len <= 0 || nsx_sys_stat(t->buf, &st) < 0) {
		*t = nsx_text_on(t->buf, t->size);
		nsx_text_str(t, NSX_PRELOAD_PATH);
	}
}

/* In LD_PRELOAD blanks and colons separate, and a dollar sign begins a name of the loader's. */
static bool can_be_said(const char *path)
{
	for (; *path; path++)
		if (*path == ':' || *path == ' ' || *path == '\t' || *path == '\n' || *path == '$')
			return false;
	return true;
}

/* A FIFO in its place must not hold us up. */
static int open_file(const char *path)
{
	return nsx_fd_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

static bool is_regular(int fd)
{
	struct nsx_stat st;

	return nsx_sys_fstat(fd, &st) == 0 && (st.mode & NSX_S_IFMT) == 0100000;
}

static int look_at_object(const char *path, struct nsx_error *e)
{
	static const char not_ours[] = "the object is not the one of this nsexec";
	const struct nsx_identity *us = nsx_identity();
	struct nsx_error broken = { 0 };
	struct nsx_elf elf;
	nsx_autofd fd = NSX_NOFD;

	if (!can_be_said(path))
		return refuse("LD_PRELOAD cannot hold that path", path, NSX_HINT_NONE, e);
	fd = open_file(path);
	if (fd < 0) {
		(void)nsx_fail(e, NSX_STEP_PRELOAD, -fd, path, NULL);
		return nsx_hint(e, NSX_HINT_PRELOAD_OBJECT, 0);
	}
	if (!is_regular(fd))
		return refuse("the object is no regular file", path, NSX_HINT_PRELOAD_OBJECT, e);
	if (nsx_elf_look(fd, path, &elf, &broken) < 0 || !elf.native ||
	    !nsx_elf_note(fd, NSX_IDENTITY_OWNER, NSX_IDENTITY_TYPE, us, sizeof(*us)))
		return refuse(not_ours, path, NSX_HINT_PRELOAD_OBJECT, e);
	return 0;
}

/* Those of glibc and musl: of others it is not known what LD_PRELOAD is to them. */
static bool is_known_loader(const char *path)
{
	const char *base = path;

	for (const char *c = path; *c; c++)
		if (*c == '/')
			base = c + 1;
	return nsx_text_after(base, "ld-linux") || nsx_text_after(base, "ld64") ||
	       nsx_text_after(base, "ld-musl-");
}

static int look_at_program(const char *path, const struct nsx_elf *elf, struct nsx_error *e)
{
	if (elf->bits == 32)
		return refuse("a 32-bit program cannot load the object", path,
			      NSX_HINT_PRELOAD_WITHOUT, e);
	if (!elf->native)
		return refuse("a program of another machine cannot load the object", path,
			      NSX_HINT_PRELOAD_WITHOUT, e);
	if (elf->kind == NSX_ELF_STATIC)
		return refuse("a static program loads no object", path, NSX_HINT_PRELOAD_STATIC, e);
	if (elf->set_id)
		return refuse("a set-user-ID or set-group-ID program loads no object", path,
			      NSX_HINT_PRELOAD_WITHOUT, e);
	if (elf->caps)
		return refuse("a program with file capabilities loads no object", path,
			      NSX_HINT_PRELOAD_WITHOUT, e);
	if (!is_known_loader(elf->interpreter)) {
		(void)nsx_fail(e, NSX_STEP_PRELOAD, 0, "a loader that is not known", path);
		return nsx_hint(e, NSX_HINT_PRELOAD_WITHOUT, 0);
	}
	return 0;
}

/* @of: the file that names it as its interpreter, or NULL */
static int look_at_file(const char *path, const char *of, struct nsx_elf *elf, struct nsx_error *e)
{
	nsx_autofd fd = open_file(path);

	if (fd == -ENOENT && of) {
		(void)nsx_fail(e, NSX_STEP_EXEC, ENOENT, of, NULL);
		return nsx_hint(e, NSX_HINT_INTERPRETER, 0);
	}
	if (fd < 0)
		return nsx_fail(e, NSX_STEP_PRELOAD, -fd, "what the host is cannot be seen", path);
	return nsx_elf_look(fd, path, elf, e);
}

/*
 * A script loads nothing, its interpreter does: that is the host.  Rights of a script's file
 * are no rights of the process.
 */
static int look_at_host(const char *path, struct nsx_error *e)
{
	char names[2][NSX_ELF_INTERPRETER_BYTES];
	struct nsx_elf elf = { .kind = NSX_ELF_OTHER };
	const char *of = NULL;

	for (unsigned i = 0; i < SCRIPTS_MAX; i++) {
		struct nsx_text name = nsx_text_on(names[i % 2], sizeof(names[0]));

		if (look_at_file(path, of, &elf, e) < 0)
			return -1;
		if (elf.kind == NSX_ELF_STATIC || elf.kind == NSX_ELF_DYNAMIC)
			return look_at_program(path, &elf, e);
		/* Without "#!", it is the shell's. */
		nsx_text_str(&name, elf.kind == NSX_ELF_SCRIPT ? elf.interpreter : "/bin/sh");
		of = path;
		path = name.buf;
	}
	return nsx_fail(e, NSX_STEP_EXEC, ELOOP, path, NULL);
}

/* A process whose real and effective ids differ has rights that its caller has not. */
static bool ids_differ(void)
{
	return nsx_sys_getuid() != nsx_sys_geteuid() || nsx_sys_getgid() != nsx_sys_getegid();
}

int nsx_preload_look(const char *program, char *const *envp, char object[NSX_PRELOAD_BYTES],
		     struct nsx_error *e)
{
	struct nsx_text t = nsx_text_on(object, NSX_PRELOAD_BYTES);
	char path[NSX_PRELOAD_BYTES];

	nsx_preload_path(&t);
	if (look_at_object(object, e) < 0)
		return -1;
	if (nsx_handoff_look(program, envp, e) < 0)
		return -1;
	(void)nsx_search(program, envp, path, sizeof(path)); /* as it was looked for just now */
	if (ids_differ())
		return refuse("real and effective ids differ, so the host loads no object", program,
			      NSX_HINT_PRELOAD_WITHOUT, e);
	return look_at_host(path, e);
}
