/* SPDX-License-Identifier: Apache-2.0 */
#include "handoff.h"

#include <errno.h>
#include <stdbool.h>

#include "search.h"
#include "sys_file.h"
#include "sys_process.h"
#include "text.h"

enum { PATH_BYTES = 4096 };

static bool exists(const char *path)
{
	struct nsx_stat st;

	return nsx_sys_stat(path, &st) == 0;
}

static int fail(const char *program, int err, bool is_there, struct nsx_error *e)
{
	(void)nsx_fail(e, NSX_STEP_EXEC, err, program, NULL);
	return nsx_hint(e, is_there && err == ENOENT ? NSX_HINT_INTERPRETER : NSX_HINT_NONE, 0);
}

/* A text file without "#!" is a shell script, as for execvp(3).  Return: -errno. */
static int try(const char *path, char **program, char *const *envp)
{
	static const char shell[] = "/bin/sh";
	char *name = program[0];
	int rc = nsx_sys_execve(path, program, envp);

	if (rc != -ENOEXEC)
		return rc;
	program[-1] = (char *)shell; /* for execve(2), which only reads it */
	program[0] = (char *)path;
	rc = nsx_sys_execve(shell, program - 1, envp);
	program[0] = name;
	return rc;
}

/* Errors after which the next directory of PATH may still have the program. */
static bool look_further(int rc)
{
	return rc == -ENOENT || rc == -ENOTDIR || rc == -EACCES || rc == -ENAMETOOLONG ||
	       rc == -ESTALE || rc == -ENODEV || rc == -ETIMEDOUT;
}

/* Away from the other way, which needs no such buffer. */
static __attribute__((noinline)) int exec_by_path(char **program, char *const *envp,
						  struct nsx_error *e)
{
	const char *dirs = nsx_env_get(envp, "PATH");
	char path[PATH_BYTES];
	int worst = -ENOENT;
	bool is_there = false;

	for (dirs = dirs ? dirs : nsx_search_default; dirs;) {
		struct nsx_text t = nsx_text_on(path, sizeof(path));
		int rc;

		dirs = nsx_search_next(dirs, program[0], &t);
		rc = t.cut ? -ENAMETOOLONG : try(path, program, envp);
		if (!look_further(rc))
			return fail(path, -rc, true, e);
		/* A file that may not be executed is a better reason than none at all. */
		if (rc == -EACCES)
			worst = rc;
		is_there = is_there || (rc == -ENOENT && exists(path));
	}
	return fail(program[0], -worst, is_there, e);
}

int nsx_handoff_exec(char **program, char *const *envp, struct nsx_error *e)
{
	int rc;

	if (!*program[0])
		return fail("an empty name", ENOENT, false, e);
	if (nsx_search_needed(program[0]))
		return exec_by_path(program, envp, e);
	rc = try(program[0], program, envp);
	return fail(program[0], -rc, exists(program[0]), e);
}

int nsx_handoff_look(const char *program, char *const *envp, struct nsx_error *e)
{
	char path[PATH_BYTES];
	int rc = nsx_search(program, envp, path, sizeof(path));

	return rc < 0 ? fail(program, -rc, false, e) : 0;
}

int nsx_handoff_at(const char *path, char **program, char *const *envp, struct nsx_error *e)
{
	int rc = try(path, program, envp);

	return fail(path, -rc, exists(path), e);
}

static const char fallback[] = "/bin/sh";

const char *nsx_handoff_shell_name(char *const *envp)
{
	const char *wish = nsx_env_get(envp, "SHELL");

	return wish && *wish ? wish : fallback;
}

void nsx_handoff_login(const char *shell, char name[NSX_LOGIN_BYTES])
{
	struct nsx_text t = nsx_text_on(name, NSX_LOGIN_BYTES);
	const char *base = shell;

	for (const char *c = shell; *c; c++)
		if (*c == '/')
			base = c + 1;
	nsx_text_str(&t, "-");
	nsx_text_str(&t, base);
}

static int exec_login(const char *shell, char *const *envp)
{
	char name[NSX_LOGIN_BYTES];
	char *words[3] = { NULL, name, NULL }; /* the first slot is the free one */

	nsx_handoff_login(shell, name);
	return try(shell, words + 1, envp);
}

int nsx_handoff_shell(char *const *envp, struct nsx_error *e)
{
	const char *shell = nsx_handoff_shell_name(envp);
	int rc = exec_login(shell, envp);

	/* The caller's favourite shell is often not in the container. */
	if (rc == -ENOENT && !nsx_text_same(shell, fallback)) {
		shell = fallback;
		rc = exec_login(shell, envp);
	}
	return fail(shell, -rc, exists(shell), e);
}

void nsx_host_remember(struct nsx_host *h)
{
	long len = nsx_sys_readlink("/proc/self/exe", h->exe, sizeof(h->exe) - 1);

	h->exe[len > 0 ? len : 0] = '\0';
}

/* A file that was deleted while running has " (deleted)" behind its name. */
int nsx_host_check(const struct nsx_host *h, struct nsx_error *e)
{
	const size_t len = nsx_text_len(h->exe);

	if (!len || exists(h->exe) || h->exe[len - 1] == ')')
		return 0;
	(void)nsx_fail(e, NSX_STEP_CHECK, ENOENT, "host program in the target's mounts", h->exe);
	return nsx_hint(e, NSX_HINT_HOST_FILE, 0);
}
