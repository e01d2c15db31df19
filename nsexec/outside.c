/* SPDX-License-Identifier: Apache-2.0 */
#include "outside.h"

#include <errno.h>

#include "sys_clone.h"
#include "sys_fd.h"
#include "sys_process.h"
#include "sys_socket.h"
#include "text.h"

enum {
	RANGES_MAX = 340,	 /* in one map, since Linux 4.15; see user_namespaces(7) */
	TOOL_TEXT_BYTES = 12288, /* 340 lines of three numbers of ten digits */
	PATH_BYTES = 48,	 /* "/proc/2147483647/timens_offsets" */
	STEP_BITS = 8,		 /* of a question; above them the kinds */
};

/* A process whose files are written. */
struct whose {
	int proc; /* a /proc that shows it, or NSX_NOFD: the one that is mounted */
	int pid;  /* 0: ourselves */
};

/* What is answered: a word if all is well, else an error. */
union answer {
	int32_t word;
	struct nsx_error error;
};

int nsx_outside_ask(int channel, enum nsx_step step, nsx_kinds kinds, struct nsx_error *e)
{
	const int dumpable = nsx_sys_prctl(NSX_PR_GET_DUMPABLE, 0);
	const int32_t word = (int32_t)step | (int32_t)(kinds << STEP_BITS);
	union answer answer;
	long n = -1;

	/* To bind a file takes rights that need no such help. */
	if (step != NSX_STEP_PERSIST)
		(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 1); /* cannot fail: a valid value */
	if (nsx_sys_send(channel, &word, sizeof(word)) == sizeof(word))
		n = nsx_sys_read(channel, &answer, sizeof(answer));
	if (dumpable != 1 && step != NSX_STEP_PERSIST)
		(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 0);
	if (n == sizeof(answer.error))
		*e = answer.error;
	return n == sizeof(answer.word) ? 0 : -1;
}

void nsx_outside_question(int32_t word, enum nsx_step *step, nsx_kinds *kinds)
{
	*step = (enum nsx_step)(word & ((1 << STEP_BITS) - 1));
	*kinds = (nsx_kinds)word >> STEP_BITS;
}

bool nsx_outside_answer(int channel, enum nsx_step step)
{
	const int32_t word = (int32_t)step;

	return nsx_sys_send(channel, &word, sizeof(word)) == sizeof(word);
}

bool nsx_outside_refuse(int channel, const struct nsx_error *e)
{
	return nsx_sys_send(channel, e, sizeof(*e)) == sizeof(*e);
}

static void put_path(char path[PATH_BYTES], int pid, const char *file)
{
	struct nsx_text t = nsx_text_on(path, PATH_BYTES);

	nsx_text_str(&t, "/proc/");
	if (pid)
		nsx_text_i64(&t, pid);
	else
		nsx_text_str(&t, "self");
	nsx_text_str(&t, "/");
	nsx_text_str(&t, file);
}

/* These files take all or nothing in one write.  Return: 0 or -errno. */
static int write_file(const struct whose *w, const char *path, const char *text)
{
	const size_t len = nsx_text_len(text);
	const bool other = w->proc != NSX_NOFD;
	nsx_autofd fd = nsx_fd_openat(other ? w->proc : AT_FDCWD,
				      other ? nsx_text_after(path, "/proc/") : path, O_WRONLY);
	long rc = fd < 0 ? fd : nsx_sys_write(fd, text, len);

	if (rc < 0)
		return (int)rc;
	return (size_t)rc == len ? 0 : -EIO;
}

/* A map tool as it is called: TOOL PID INSIDE OUTSIDE COUNT ... */
struct call {
	char text[TOOL_TEXT_BYTES]; /* the numbers, each ended by NUL */
	char pid[12];
	char *word[2 + 3 * RANGES_MAX + 1];
	size_t n;
	volatile int refused; /* -errno of its execve */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Return: 0; -1: more than fits, or not three numbers a line. */
static int add_map(struct call *call, const char *map)
{
	struct nsx_text t = nsx_text_on(call->text, sizeof(call->text));
	const size_t first = call->n;

	while (*map) {
		size_t len = 0;

		while (is_blank(*map))
			map++;
		while (map[len] >= '0' && map[len] <= '9')
			len++;
		if (!len && !*map)
			break;
		if (!len || (map[len] && !is_blank(map[len])) ||
		    call->n + 1 >= sizeof(call->word) / sizeof(*call->word))
			return -1;
		call->word[call->n++] = t.buf + t.len;
		nsx_text_bytes(&t, map, len + 1); /* what follows it, blank or NUL, becomes NUL */
		if (t.cut)
			return -1;
		t.buf[t.len - 1] = '\0';
		map += len;
	}
	call->word[call->n] = NULL;
	return (call->n - first) % 3 ? -1 : 0;
}

static int fail_tool(int status, const char *tool, struct nsx_error *e)
{
	const int sig = status & 0x7f;

	if (sig)
		return nsx_fail_number(e, NSX_STEP_MAP, 0, tool, "killed by signal ", (uint64_t)sig,
				       "");
	(void)nsx_fail_number(e, NSX_STEP_MAP, 0, tool, "exit status ",
			      (uint64_t)(status >> 8 & 0xff), "");
	return nsx_hint(e, NSX_HINT_MAP_TOOL, 0);
}

static void be_tool(void *arg)
{
	char *const no_environment[] = { NULL };
	struct call *call = arg;

	/* What the caller has given to the host is none of the tool's; before Linux 5.9 it stays. */
	(void)nsx_sys_close_range(3, ~0u);
	call->refused = nsx_sys_execve(call->word[0], call->word, no_environment);
	nsx_sys_exit(127);
}

static int run_tool(struct call *call, struct nsx_error *e)
{
	int status = 0, rc, pid;

	call->refused = 0;
	pid = nsx_sys_clone_apart(be_tool, call, NULL);
	if (pid < 0)
		return nsx_fail(e, NSX_STEP_FORK, -pid, call->word[0], NULL);
	rc = nsx_sys_wait(pid, &status, NSX_WAIT_ALL);
	if (call->refused)
		return nsx_fail(e, NSX_STEP_EXEC, -call->refused, call->word[0], NULL);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_WAIT, -rc, call->word[0], NULL);
	return status ? fail_tool(status, call->word[0], e) : 0;
}

static int map_by_tool(int pid, const char *tool, const char *map, struct nsx_error *e)
{
	struct call call;
	struct nsx_text t = nsx_text_on(call.pid, sizeof(call.pid));
	struct nsx_text path;
	char name[4096];

	path = nsx_text_on(name, sizeof(name));
	nsx_text_str(&path, tool);
	if (path.cut)
		return nsx_fail(e, NSX_STEP_MAP, ENAMETOOLONG, tool, NULL);
	nsx_text_i64(&t, pid);
	call.word[0] = name;
	call.word[1] = call.pid;
	call.n = 2;
	if (add_map(&call, map) < 0)
		return nsx_fail(e, NSX_STEP_MAP, 0,
				"a map that is not up to 340 lines of three numbers", tool);
	return run_tool(&call, e);
}

static int write_map(const struct whose *w, const char *file, const char *map, const char *tool,
		     const struct nsx_log *log, struct nsx_error *e)
{
	char path[PATH_BYTES];
	int rc;

	if (!map)
		return 0;
	put_path(path, w->pid, file);
	rc = write_file(w, path, map);
	if (rc == -EPERM && tool) {
		nsx_log(log, NSX_LOG_DEBUG, "not ours to write, so the tool does", tool);
		return map_by_tool(w->pid, tool, map, e);
	}
	if (rc == 0)
		return 0;
	(void)nsx_fail(e, NSX_STEP_MAP, -rc, path, NULL);
	return nsx_hint(e, rc == -EPERM ? NSX_HINT_MAP : NSX_HINT_NONE, 0);
}

/* There is no such file before Linux 3.19, and nothing to deny then. */
static int set_setgroups(const struct whose *w, const char *word, struct nsx_error *e)
{
	char path[PATH_BYTES];
	int rc;

	put_path(path, w->pid, "setgroups");
	rc = write_file(w, path, word);
	return rc == 0 || rc == -ENOENT ? 0 : nsx_fail(e, NSX_STEP_MAP, -rc, path, NULL);
}

static int write_maps(const struct whose *w, const struct nsx_outside *o, const struct nsx_log *log,
		      struct nsx_error *e)
{
	if (o->deny_setgroups && set_setgroups(w, "deny", e) < 0)
		return -1;
	if (o->allow_setgroups && set_setgroups(w, "allow", e) < 0)
		return -1;
	if (write_map(w, "uid_map", o->uid_map, o->newuidmap, log, e) < 0)
		return -1;
	return write_map(w, "gid_map", o->gid_map, o->newgidmap, log, e);
}

static int write_offsets(const struct whose *w, const struct nsx_outside *o, struct nsx_error *e)
{
	char path[PATH_BYTES];
	int rc;

	put_path(path, w->pid, "timens_offsets");
	rc = write_file(w, path, o->offsets);
	return rc < 0 ? nsx_fail(e, NSX_STEP_OFFSETS, -rc, path, NULL) : 0;
}

static int write_all(const struct whose *w, enum nsx_step step, const struct nsx_outside *o,
		     const struct nsx_log *log, struct nsx_error *e)
{
	return step == NSX_STEP_MAP ? write_maps(w, o, log, e) : write_offsets(w, o, e);
}

int nsx_outside_write(int pid, enum nsx_step step, const struct nsx_outside *o,
		      const struct nsx_log *log, struct nsx_error *e)
{
	return write_all(&(struct whose){ NSX_NOFD, pid }, step, o, log, e);
}

int nsx_outside_write_own(int proc, enum nsx_step step, const struct nsx_outside *o,
			  const struct nsx_log *log, struct nsx_error *e)
{
	const int dumpable = nsx_sys_prctl(NSX_PR_GET_DUMPABLE, 0);
	int rc;

	(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 1); /* cannot fail: a valid value */
	rc = write_all(&(struct whose){ proc, 0 }, step, o, log, e);
	if (dumpable != 1)
		(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 0);
	return rc;
}
