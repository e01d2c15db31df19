/* SPDX-License-Identifier: Apache-2.0 */
#include "environment.h"

#include <errno.h>

#include "sys_fd.h"
#include "sys_memory.h"
#include "text.h"

bool nsx_environment_asked(const struct nsx_request *rq)
{
	if (rq->target_env)
		return true;
	for (size_t i = 0; i < rq->n_said; i++)
		switch (rq->said[i].of) {
		case NSX_SAID_SETENV:
		case NSX_SAID_UNSETENV:
		case NSX_SAID_CLEARENV:
			return true;
		default:
			break;
		}
	return false;
}

/* A variable that asks something of us, of the Go package, or of runc's bootstrap. */
static bool asks_us(const char *variable)
{
	static const char beginnings[][16] = {
		"NSEXEC=",	 "NSEXEC_FD=",	   "NSEXEC_LOG=",   "NSEXEC_PATH=",
		"NSEXEC_TRACE=", "NSEXEC_ANSWER=", "NSEXEC_GUARD=", "_LIBCONTAINER_",
	};

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++)
		if (nsx_text_after(variable, beginnings[i]))
			return true;
	return false;
}

/* Bytes of the name; of a text without "=" all there are. */
static size_t name_len(const char *variable)
{
	size_t len = 0;

	while (variable[len] && variable[len] != '=')
		len++;
	return len;
}

static bool is_variable(const char *text)
{
	const size_t len = name_len(text);

	return len && text[len];
}

static bool is_called(const char *variable, const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (variable[i] != name[i])
			return false;
	return variable[len] == '=';
}

/* ---- edits ---- */

/* From @from on.  The others stay in their order. */
static void unset(struct nsx_environment *env, size_t from, const char *name)
{
	const size_t len = name_len(name);
	size_t put = from;

	for (size_t i = from; i < env->n; i++)
		if (!is_called(env->variable[i], name, len))
			env->variable[put++] = env->variable[i];
	env->n = put;
}

/* Where it has been, if it was there. */
static void set(struct nsx_environment *env, const char *variable)
{
	const size_t len = name_len(variable);
	size_t at = 0;

	while (at < env->n && !is_called(env->variable[at], variable, len))
		at++;
	env->variable[at] = (char *)variable;
	if (at == env->n)
		env->n++;
	else
		unset(env, at + 1, variable);
}

/* The words are gone when a host goes on, and its variables stay. */
static int map_for_said(const struct nsx_request *rq, struct nsx_environment *env)
{
	long where;

	for (size_t i = 0; i < rq->n_said; i++)
		if (rq->said[i].of == NSX_SAID_SETENV)
			env->said_bytes += nsx_text_len(rq->said[i].value) + 1;
	where = env->said_bytes ? nsx_sys_mmap(env->said_bytes) : 0;
	if (where < 0)
		return (int)where;
	env->said = env->said_end = (char *)where;
	return 0;
}

static const char *keep(struct nsx_environment *env, const char *variable)
{
	const size_t bytes = nsx_text_len(variable) + 1;

	if (!env->said)
		return variable;
	variable = __builtin_memcpy(env->said_end, variable, bytes);
	env->said_end += bytes;
	return variable;
}

static void edit(struct nsx_environment *env, const struct nsx_said *said)
{
	switch (said->of) {
	case NSX_SAID_SETENV:
		set(env, keep(env, said->value));
		break;
	case NSX_SAID_UNSETENV:
		unset(env, 0, said->value);
		break;
	case NSX_SAID_CLEARENV:
		env->n = 0;
		break;
	default:
		break;
	}
}

/* ---- of the target ---- */

static int fail_read(int err, const struct nsx_target *t, struct nsx_error *e)
{
	if (nsx_target_alive(t, e) < 0)
		return -1;
	(void)nsx_fail_number(e, NSX_STEP_OPEN, err, "environment of the target", "PID ",
			      (uint64_t)t->pid, "");
	return nsx_hint(e, err == EACCES || err == EPERM ? NSX_HINT_PTRACE : NSX_HINT_NONE, 0);
}

/* Return: bytes read, -E2BIG if there are more than may be. */
static long read_all(int fd, char *text)
{
	size_t size = 0;

	while (size <= NSX_ENVIRONMENT_MAX) {
		long rc = nsx_sys_read(fd, text + size, NSX_ENVIRONMENT_MAX + 1 - size);

		if (rc < 0)
			return rc;
		if (rc == 0)
			return (long)size;
		size += (size_t)rc;
	}
	return -E2BIG;
}

/* It may have ended, and then there would be nothing to read; so a look at that behind it. */
static int read_target(struct nsx_target *t, struct nsx_environment *env, struct nsx_error *e)
{
	enum { PAGES = NSX_ENVIRONMENT_MAX + 65536, PAGE = 65536 };
	nsx_autofd fd = NSX_NOFD;
	long where, size;

	if (nsx_target_proc(t, e) < 0)
		return -1;
	fd = nsx_fd_openat(t->proc, "environ", O_RDONLY);
	if (fd < 0)
		return fail_read(-fd, t, e);
	where = nsx_sys_mmap(PAGES);
	if (where < 0)
		return fail_read((int)-where, t, e);
	env->text = (char *)where;
	env->text_bytes = (size_t)PAGES;
	size = read_all(fd, env->text);
	if (size < 0)
		return fail_read((int)-size, t, e);
	env->size = (size_t)size;
	/* At least one byte stays behind the text: a NUL byte. */
	size = (size / PAGE + 1) * PAGE;
	(void)nsx_sys_munmap(env->text + size, (size_t)(PAGES - size)); /* cannot fail */
	env->text_bytes = (size_t)size;
	return nsx_target_alive(t, e);
}

/* The next piece of the text that is a variable for the program; NULL: no more. */
static char *next_of_target(const struct nsx_environment *env, char **at)
{
	while (*at < env->text + env->size) {
		char *piece = *at;

		*at += nsx_text_len(piece) + 1;
		if (is_variable(piece) && !asks_us(piece))
			return piece;
	}
	return NULL;
}

/* ---- all together ---- */

static size_t count_base(const struct nsx_request *rq, char *const *envp,
			 const struct nsx_environment *env)
{
	char *at = env->text;
	size_t n = 0;

	if (rq->target_env)
		while (next_of_target(env, &at))
			n++;
	else
		while (envp[n])
			n++;
	return n;
}

static void copy_base(const struct nsx_request *rq, char *const *envp, struct nsx_environment *env)
{
	char *at = env->text, *piece;

	if (rq->target_env)
		while ((piece = next_of_target(env, &at)))
			env->variable[env->n++] = piece;
	else
		while (*envp)
			env->variable[env->n++] = *envp++;
}

/* A host may have a second constructor of ours, and that must find nothing asked. */
static int check_host(const struct nsx_request *rq, struct nsx_error *e)
{
	for (size_t i = 0; i < rq->n_said; i++)
		if (rq->said[i].of == NSX_SAID_SETENV && asks_us(rq->said[i].value))
			return nsx_fail(e, NSX_STEP_OPTIONS, 0,
					"--env of a host program cannot ask something of nsexec",
					rq->said[i].value);
	return 0;
}

static int fail_room(size_t n, size_t room, struct nsx_error *e)
{
	char buf[96];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_text_u64(&t, n);
	nsx_text_str(&t, " variables, and the host's environment has room for ");
	nsx_text_u64(&t, room);
	(void)nsx_fail(e, NSX_STEP_ENVIRON, 0, buf, NULL);
	return nsx_hint(e, NSX_HINT_HOST_ENVIRON, 0);
}

int nsx_environment_make(const struct nsx_request *rq, char *const *envp, size_t room,
			 struct nsx_target *t, struct nsx_environment *out, struct nsx_error *e)
{
	long where;

	if (!nsx_environment_asked(rq))
		return 0;
	if (room != NSX_ENVIRONMENT_ANY && check_host(rq, e) < 0)
		return -1;
	if (rq->target_env && read_target(t, out, e) < 0)
		return -1;
	out->bytes = (count_base(rq, envp, out) + rq->n_said + 1) * sizeof(*out->variable);
	where = nsx_sys_mmap(out->bytes);
	if (where < 0)
		return nsx_fail(e, NSX_STEP_ENVIRON, (int)-where, "memory for the variables", NULL);
	out->variable = (char **)where;
	where = room == NSX_ENVIRONMENT_ANY ? 0 : map_for_said(rq, out);
	if (where < 0)
		return nsx_fail(e, NSX_STEP_ENVIRON, (int)-where, "memory for what was said", NULL);
	copy_base(rq, envp, out);
	for (size_t i = 0; i < rq->n_said; i++)
		edit(out, &rq->said[i]);
	out->variable[out->n] = NULL;
	return out->n > room ? fail_room(out->n, room, e) : 0;
}

void nsx_environment_close(struct nsx_environment *env)
{
	if (env->variable)
		nsx_environment_copied(env);
	if (env->text)
		(void)nsx_sys_munmap(env->text, env->text_bytes); /* cannot fail, likewise */
	if (env->said)
		(void)nsx_sys_munmap(env->said, env->said_bytes); /* likewise */
	env->text = env->said = NULL;
}

void nsx_environment_copied(struct nsx_environment *env)
{
	(void)nsx_sys_munmap(env->variable, env->bytes); /* cannot fail: it is all of a mapping */
	env->variable = NULL;
}
