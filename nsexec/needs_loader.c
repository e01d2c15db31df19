/* SPDX-License-Identifier: Apache-2.0 */
#include "needing.h"

#include <errno.h>
#include <signal.h>

#include "fd.h"
#include "sys_clone.h"
#include "sys_fd.h"
#include "sys_file.h"
#include "sys_identity.h"
#include "sys_pidfd.h"
#include "sys_process.h"

enum { OUTPUT_BYTES = 32 * 1024 }; /* of a loader: 200 libraries are half of that */

/*
 * It runs out here with all that we may do, though the program is only to run in there:
 * so it is to be the system's, or our own.  The root of a container may have another
 * owner than 0, as we see it.
 */
static int check_loader(const struct nsx_needing_program *p, struct nsx_error *e)
{
	nsx_autofd fd = nsx_fd_openat(AT_FDCWD, p->elf.interpreter, O_PATH);
	struct nsx_stat st = { 0 }, root = { 0 };
	int rc = fd < 0 ? fd : nsx_sys_fstat(fd, &st);

	if (rc == 0)
		rc = nsx_sys_stat("/", &root);
	if (rc < 0) {
		(void)nsx_fail(e, NSX_STEP_EXEC, -rc, p->elf.interpreter, p->real);
		return nsx_hint(e, rc == -ENOENT ? NSX_HINT_INTERPRETER : NSX_HINT_NONE, 0);
	}
	if ((st.uid && st.uid != root.uid && st.uid != nsx_sys_geteuid()) || (st.mode & 0022))
		return nsx_fail(e, NSX_STEP_EXEC, EACCES, p->elf.interpreter,
				"loader that others may write");
	return 0;
}

/* A loader at work. */
struct asked {
	char *words[4]; /* LOADER --list PROGRAM */
	char *const *envp;
	int in, out;
	volatile int refused; /* -errno of its execve */
};

static void be_loader(void *arg)
{
	struct asked *a = arg;

	/* Above 2 all of them, so that none is closed by the next. */
	(void)nsx_sys_dup3(a->in, 0, 0);
	(void)nsx_sys_dup3(a->out, 1, 0);
	(void)nsx_sys_dup3(a->out, 2, 0);
	(void)nsx_sys_close_range(3, ~0u);
	a->refused = nsx_sys_execve(a->words[0], a->words, a->envp);
	nsx_sys_exit(127);
}

/* Return: bytes, or -errno; -E2BIG: there is more. */
static long read_all(int fd, char *buf, size_t size)
{
	size_t len = 0;
	long rc;

	do {
		rc = nsx_sys_read(fd, buf + len, size - len);
		len += rc > 0 ? (size_t)rc : 0;
	} while (rc > 0 && len < size);
	buf[len < size ? len : size - 1] = '\0';
	return rc < 0 ? rc : len < size ? (long)len : -E2BIG;
}

/* Return: its wait status, or -1 with @e filled. */
static int run(struct asked *a, char *output, size_t size, struct nsx_error *e)
{
	nsx_autofd null = nsx_fd_openat(AT_FDCWD, "/dev/null", O_RDONLY);
	nsx_autofd reading = NSX_NOFD, writing = NSX_NOFD, loader = NSX_NOFD;
	int pipe[2] = { NSX_NOFD, NSX_NOFD }, status = 0, pid, rc;
	long len;

	rc = nsx_sys_pipe(pipe, O_CLOEXEC);
	if (rc == 0)
		rc = nsx_fd_lift_pair(pipe);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_OPEN, -rc, "pipe", a->words[0]);
	reading = pipe[0];
	writing = pipe[1];
	a->in = null >= 0 ? null : reading; /* of which there will be nothing to read, either */
	a->out = writing;
	pid = nsx_sys_clone_apart(be_loader, a, &loader);
	if (pid < 0)
		return nsx_fail(e, NSX_STEP_FORK, -pid, a->words[0], NULL);
	nsx_fd_close(&writing);
	len = read_all(reading, output, size);
	nsx_fd_close(&reading);
	if (len < 0) /* who has more to say may never come to an end, if SIGPIPE is ignored */
		(void)nsx_sys_pidfd_send_signal(loader, SIGKILL); /* or it has ended */
	rc = nsx_sys_wait(pid, &status, NSX_WAIT_ALL);
	if (a->refused)
		return nsx_fail(e, NSX_STEP_EXEC, -a->refused, a->words[0], a->words[2]);
	/* Once it has executed it is a child as any: who ignores SIGCHLD has its status lost. */
	if (rc < 0 && rc != -ECHILD)
		return nsx_fail(e, NSX_STEP_WAIT, -rc, a->words[0], NULL);
	if (len < 0)
		return nsx_fail(e, NSX_STEP_EXEC, (int)-len, "what the loader says of",
				a->words[2]);
	return status;
}

/* So that a loader's words cannot name just any file of ours. */
static bool is_elf(const char *path)
{
	nsx_autofd fd = nsx_fd_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
	char magic[5] = "";

	return fd >= 0 && nsx_sys_read(fd, magic, 4) == 4 && nsx_text_same(magic, "\177ELF");
}

/* @loader: which names itself, too */
static int take(struct nsx_needing *n, const char *path, const char *loader)
{
	char cwd[NSX_PATH_BYTES] = "/", name[NSX_PATH_BYTES];
	struct nsx_text t = nsx_text_on(name, sizeof(name));
	const char *kept;

	if (*path != '/' && nsx_path_cwd(cwd) < 0)
		return 0;
	nsx_path_put(&t, cwd, path);
	if (t.cut || nsx_text_same(path, loader) || !is_elf(name))
		return 0;
	for (size_t i = 0; i < n->n_libraries; i++)
		if (nsx_text_same(n->library[i], name))
			return 0;
	if (n->n_libraries == sizeof(n->library) / sizeof(*n->library))
		return nsx_fail(n->e, NSX_STEP_GRAFT, E2BIG, "too many libraries", name);
	if (!(kept = nsx_needing_keep(n, name)))
		return -1;
	n->library[n->n_libraries++] = kept;
	return 0;
}

static int fail_status(int status, const struct nsx_needing_program *p, const char *said,
		       struct nsx_error *e)
{
	const int sig = status & 0x7f;

	if (sig)
		return nsx_fail_number(e, NSX_STEP_EXEC, 0, p->elf.interpreter, "killed by signal ",
				       (uint64_t)sig, "");
	return nsx_fail(e, NSX_STEP_EXEC, ENOEXEC, *said ? said : p->real, p->elf.interpreter);
}

static int fail_missing(const char *name, const struct nsx_needing_program *p, struct nsx_error *e)
{
	char subject[96];
	struct nsx_text t = nsx_text_on(subject, sizeof(subject));

	nsx_text_str(&t, "library ");
	nsx_text_str(&t, name);
	return nsx_fail(e, NSX_STEP_EXEC, ENOENT, subject, p->real);
}

int nsx_needing_ask(struct nsx_needing *n, const struct nsx_needing_program *p)
{
	char output[OUTPUT_BYTES];
	char option[] = "--list";
	struct asked a = {
		/* for execve(2), which only reads them */
		.words = { (char *)p->elf.interpreter, option, (char *)p->real, NULL },
		.envp = n->envp,
	};
	const char *what, *said = "";
	char *line = output, *end;
	int status;

	output[0] = '\0';
	if (check_loader(p, n->e) < 0)
		return -1;
	status = run(&a, output, sizeof(output), n->e);
	if (status < 0)
		return -1;
	for (; *line; line = end) {
		for (end = line; *end && *end != '\n'; end++)
			;
		if (*end)
			*end++ = '\0';
		switch (nsx_needing_line(line, &what)) {
		case NSX_LINE_MISSING:
			return fail_missing(what, p, n->e);
		case NSX_LINE_LIBRARY:
			if (take(n, what, p->elf.interpreter) < 0)
				return -1;
			break;
		case NSX_LINE_OTHER:
			said = *what ? what : said;
			break;
		}
	}
	return status ? fail_status(status, p, said, n->e) : 0;
}
