/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

#include "starter.h"

#include <errno.h>
#include <signal.h>

#include "handoff.h"
#include "overseer.h"
#include "preload.h"
#include "report.h"
#include "sys_fd.h"
#include "sys_memory.h"
#include "sys_random.h"
#include "sys_socket.h"
#include "trace.h"
#include "waiter.h"

/* Ours, on both sides; those of the host are closed out here as soon as it has them. */
struct sockets {
	int answer, answer_of_host;
	int words, words_of_host;
};

enum {
	OUR_VARIABLES = 3,	 /* LD_PRELOAD, NSEXEC_FD, NSEXEC_ANSWER */
	TARGETS_VARIABLES = 256, /* of a target, more than there usually are */
};

/* What the constructor has to know of us. */
struct asked {
	int words_fd, answer_fd;
	uint64_t nonce;
};

/*
 * A host keeps the array that it has got: where the constructor is to set variables, there
 * must be some that it removes.
 */
static const char spare[] = "NSEXEC_ANSWER=";

static size_t count_spare(const struct nsx_request *rq)
{
	size_t n = rq->target_env ? TARGETS_VARIABLES : 0;

	for (size_t i = 0; i < rq->n_said; i++)
		n += rq->said[i].of == NSX_SAID_SETENV;
	return n;
}

/* Variables that are made anew, or that would ask something else of the constructor. */
static bool is_ours(const char *variable)
{
	static const char names[][16] = { "LD_PRELOAD=", "NSEXEC=", "NSEXEC_FD=",
					  "NSEXEC_ANSWER=" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (nsx_text_after(variable, names[i]))
			return true;
	return false;
}

static size_t count(char *const *envp)
{
	size_t n = 0;

	while (envp[n])
		n++;
	return n;
}

static size_t count_variables(const struct nsx_engine *en)
{
	return count(en->envp) + OUR_VARIABLES + count_spare(en->rq);
}

/* Of several, loaders take the last one. */
static const char *callers_preload(char *const *envp)
{
	const char *list = "";

	for (; *envp; envp++) {
		const char *value = nsx_text_after(*envp, "LD_PRELOAD=");

		list = value ? value : list;
	}
	return list;
}

static void end_variable(struct nsx_text *t)
{
	nsx_text_bytes(t, "", 1);
}

/* What tells loader and constructor of us.  Return: the slot behind it. */
static char **put_ours(char **put, struct nsx_text *t, const char *object, const char *list,
		       const struct asked *a)
{
	*put++ = t->buf + t->len;
	nsx_text_str(t, "LD_PRELOAD=");
	nsx_text_str(t, object);
	nsx_text_str(t, *list ? ":" : "");
	nsx_text_str(t, list);
	end_variable(t);
	*put++ = t->buf + t->len;
	nsx_text_str(t, "NSEXEC_FD=");
	nsx_text_i64(t, a->words_fd);
	end_variable(t);
	*put++ = t->buf + t->len;
	nsx_text_str(t, "NSEXEC_ANSWER=");
	nsx_text_i64(t, a->answer_fd);
	nsx_text_str(t, ":");
	nsx_text_u64(t, a->nonce);
	return put;
}

/* The environment of the host.  Its memory is let go of by exec, or by our end. */
static char **make_environment(const struct nsx_engine *en, const char *object,
			       const struct asked *a, struct nsx_error *e)
{
	const char *list = callers_preload(en->envp);
	const size_t slots = (count_variables(en) + 1) * sizeof(char *);
	const size_t text_bytes = nsx_text_len(object) + nsx_text_len(list) + 128;
	const long at = nsx_sys_mmap(slots + text_bytes);
	char **variable = (char **)at, **put = variable;
	struct nsx_text t;

	if (at < 0) {
		(void)nsx_fail(e, NSX_STEP_ENVIRON, (int)-at, "memory", NULL);
		return NULL;
	}
	for (char *const *from = en->envp; *from; from++)
		if (!is_ours(*from))
			*put++ = *from;
	t = nsx_text_on((char *)at + slots, text_bytes);
	put = put_ours(put, &t, object, list, a);
	for (size_t n = count_spare(en->rq); n; n--)
		*put++ = (char *)spare; /* for execve(2), which only reads it */
	return variable;
}

static int open_sockets(struct sockets *s, struct nsx_error *e)
{
	enum { STREAM_CLOEXEC = 1 | 02000000 };
	int answer[2], words[2];
	int rc = nsx_fd_channel(answer);

	if (rc == 0)
		rc = nsx_sys_socketpair(STREAM_CLOEXEC, words);
	if (rc == 0)
		rc = nsx_fd_lift_pair(words);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_PRELOAD, -rc, "sockets to the host", NULL);
	*s = (struct sockets){ answer[0], answer[1], words[0], words[1] };
	return 0;
}

/* Return: only on failure. */
static int become_host(struct nsx_engine *en, char *const *envp, const struct sockets *s,
		       struct nsx_error *e)
{
	nsx_process_stand(&en->process);
	nsx_trace_moment(en->log, "exec", en->rq->program[0]);
	(void)nsx_sys_fcntl(s->answer_of_host, F_SETFD, 0); /* open: they cannot fail */
	(void)nsx_sys_fcntl(s->words_of_host, F_SETFD, 0);
	nsx_engine_release(en);
	return nsx_handoff_exec(en->rq->program, envp, e);
}

static bool send(int fd, const char *bytes, size_t len)
{
	while (len) {
		const long rc = nsx_sys_send(fd, bytes, len);

		if (rc <= 0)
			return false;
		bytes += rc;
		len -= (size_t)rc;
	}
	return true;
}

/*
 * All of the command's words but --preload itself; "--" may be among them, with nothing
 * behind it.  A host that has ended takes none, and the waiter tells of that.
 */
static void send_words(const struct nsx_request *rq, const struct nsx_words *words, int fd)
{
	bool all = true, any = false;

	for (char **at = words->word; at < rq->program && all; at++)
		if (at != rq->preload) {
			all = send(fd, *at, nsx_text_len(*at) + 1);
			any = true;
		}
	if (!any)
		(void)send(fd, "--", sizeof("--")); /* nothing at all would be an error */
}

/* It has not become a host, and has logged why; or somebody has killed it. */
static _Noreturn void end_for(struct nsx_engine *en, int status)
{
	struct nsx_outcome out = { 0 };

	while (nsx_process_hear(&en->process, &out))
		; /* what it tells last counts */
	if (out.error.step != NSX_STEP_NONE)
		nsx_report_error(en->rq, &out.error, 0);
	nsx_trace_end(en->log, (int)out.pid, status);
	nsx_end_like(status);
}

/* Entered: beside a new process that stands.  Left: never, but on failure. */
static int oversee(struct nsx_engine *en, const struct nsx_words *words, struct sockets *s,
		   struct nsx_overseer *o, struct nsx_error *e)
{
	int status = 0;

	nsx_fd_close(&s->answer_of_host);
	nsx_fd_close(&s->words_of_host);
	if (nsx_overseer_hold(o, e) < 0) {
		nsx_overseer_kill(o);
		return -1;
	}
	nsx_process_release(&en->process);
	switch (nsx_overseer_run(o, &status, e)) {
	case NSX_OVERSEEN_FAILED:
		return -1;
	case NSX_OVERSEEN_ENDED:
		end_for(en, status);
	case NSX_OVERSEEN_ANSWERED:
		break;
	}
	send_words(en->rq, words, s->words);
	nsx_trace_step(en->log, NSX_STEP_PRELOAD, 0, "the host has answered");
	nsx_trace_role(en->log, "waiter");
	nsx_waiter_run(o->pid, en->process.hold, NULL, en->log);
}

static int check_words(const struct nsx_request *rq, const struct nsx_words *words,
		       struct nsx_error *e)
{
	size_t bytes = 0;

	for (char **at = words->word; at < rq->program; at++)
		bytes += nsx_text_len(*at) + 1;
	return bytes > NSX_WORDS_MAX ? nsx_words_too_long(e) : 0;
}

static int look(const struct nsx_engine *en, char object[NSX_PRELOAD_BYTES], struct nsx_error *e)
{
	if (!en->rq->program)
		return nsx_fail(e, NSX_STEP_OPTIONS, 0, "needs a PROGRAM", *en->rq->preload);
	return nsx_preload_look(en->rq->program[0], en->envp, object, e);
}

/* Of a host that goes on; it is asked for nowhere but in a constructor. */
static int no_fork(void)
{
	return -ENOSYS;
}

int nsx_starter_look(struct nsx_engine *en, struct nsx_error *e)
{
	char object[NSX_PRELOAD_BYTES];

	en->host_fork = no_fork;
	en->env_room = count_variables(en);
	return look(en, object, e);
}

int nsx_starter_run(struct nsx_engine *en, const struct nsx_words *words, struct nsx_error *e)
{
	struct nsx_overseer o = { 0 };
	char object[NSX_PRELOAD_BYTES];
	struct sockets s = { NSX_NOFD, NSX_NOFD, NSX_NOFD, NSX_NOFD };
	char **envp;
	int rc;

	if (look(en, object, e) < 0 || check_words(en->rq, words, e) < 0 || open_sockets(&s, e) < 0)
		return -1;
	rc = (int)nsx_sys_getrandom(&o.nonce, sizeof(o.nonce));
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_PRELOAD, -rc, "random bytes", NULL);
	envp = make_environment(en, object,
				&(struct asked){ s.words_of_host, s.answer_of_host, o.nonce }, e);
	if (!envp)
		return -1;
	en->process.death_signal = en->rq->kill_child ? en->rq->kill_child : SIGKILL;
	o.name = en->rq->program[0];
	o.answer = s.answer;
	o.loader.answer = s.answer_of_host;
	nsx_trace_step(en->log, NSX_STEP_PRELOAD, 0, o.name);
	rc = nsx_process_fork(NULL, true, &en->process, &o.pid, e);
	if (rc < 0)
		return -1;
	if (rc > 0)
		return oversee(en, words, &s, &o, e);
	nsx_trace_birth(en->log, "host");
	return become_host(en, envp, &s, e);
}
