/* SPDX-License-Identifier: Apache-2.0 */
/* Stress: the calls that run functions, and the list of all. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stress_checks.h"

/* ---- functions ----------------------------------------------------------------------- */

struct visit {
	int number, fd;
	char said[100];
};

static void note(struct visit *v)
{
	char host[65] = "";

	if (gethostname(host, sizeof(host)) < 0)
		_exit(99);
	(void)snprintf(v->said, sizeof(v->said), "%d %s\n", v->number, host);
}

static int note_and_return(void *arg)
{
	struct visit *v = arg;

	note(v);
	return v->number;
}

static int note_and_write(void *arg)
{
	struct visit *v = arg;

	note(v);
	if (write(v->fd, v->said, strlen(v->said)) < 0)
		_exit(98);
	return v->number % 100;
}

static void clone_plain(int number)
{
	const struct nsexec_options how = all_of(&plain);
	struct visit v = { .number = number };
	char want[100];
	struct nsexec_child child;
	struct nsexec_error e;
	int fd[2], rc;

	(void)snprintf(want, sizeof(want), "%d %s\n", number, plain.hostname);
	open_pipe(fd);
	v.fd = fd[1];
	errno = ERRNO;
	atomic_fetch_add(&programs, 1);
	rc = nsexec_clone(&how, note_and_write, &v, 0, &child, &e);
	if (fine(rc, "clone", number, &e)) {
		finish(&child, number % 100, "clone", number);
		take(fd[0], v.said, sizeof(v.said));
		check_said(v.said, want, "clone");
	}
	close_pipe(fd);
}

static void check_visit(const struct visit *v, int result, const char *what)
{
	char want[100];

	(void)snprintf(want, sizeof(want), "%d %s\n", v->number, plain.hostname);
	check_said(v->said, want, what);
	if (result != v->number)
		wrong("%s %d: %d", what, v->number, result);
}

static void runner_run(int number)
{
	const struct nsexec_entry entry = { { NSEXEC_OF_PID, plain.pid, NULL },
					    CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET |
						    CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS };
	struct visit v = { .number = number };
	struct nsexec_error e;
	int result = -1, rc;

	errno = ERRNO;
	rc = nsexec_runner_run(runner, &entry, 1, note_and_return, &v, &result, &e);
	if (fine(rc, "runner_run", number, &e))
		check_visit(&v, result, "runner_run");
}

static void enter(int number)
{
	const struct nsexec_entry entry = { { NSEXEC_OF_PID, plain.pid, NULL },
					    CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS };
	struct visit v = { .number = number };
	struct nsexec_error e;
	int result = -1, rc;

	errno = ERRNO;
	rc = nsexec_enter(&entry, 1, note_and_return, &v, &result, &e);
	if (fine(rc, "enter", number, &e))
		check_visit(&v, result, "enter");
}

static void identify(int number)
{
	const struct target *t = plain.pid && number % 2 ? &plain : &userns;
	struct nsexec_id id = { 0, 0 }, ours = { 0, 0 };
	struct nsexec_error e;
	int set = 0, fd, rc;

	errno = ERRNO;
	fd = nsexec_open(NSEXEC_PID(t->pid), CLONE_NEWNET, &e);
	if (!fine(fd < 0 ? fd : 0, "open", number, &e))
		return;
	rc = nsexec_identify(NSEXEC_FD(fd), CLONE_NEWNET, &id, &e);
	if (fine(rc, "identify", number, &e) && (id.ino != t->net.ino || id.dev != t->net.dev))
		wrong("identify %d: another one", number);
	if (close(fd) < 0)
		wrong("open %d: closed by somebody else", number);
	errno = ERRNO;
	rc = nsexec_identify(NSEXEC_THREAD(0), CLONE_NEWNET, &ours, &e);
	if (fine(rc, "identify", number, &e) && ours.ino == t->net.ino)
		wrong("identify %d: this thread is in there", number);
	rc = nsexec_kinds(&set, &e);
	if (fine(rc, "kinds", number, &e) && !(set & CLONE_NEWNET))
		wrong("kinds %d: 0x%x", number, (unsigned)set);
}

const struct call calls[] = {
	{ "session_run", session_run_plain, .needs_plain = true },
	{ "session_run by the launcher", session_run_userns, .needs_userns = true },
	{ "spawn", spawn_plain, .needs_plain = true },
	{ "spawn by the launcher", spawn_userns, .needs_userns = true },
	{ "session_spawn", session_spawn_plain, .needs_plain = true },
	{ "session_spawn by the launcher", session_spawn_userns, .needs_userns = true },
	{ "spawn of what is not there", spawn_nothing, .needs_userns = true, .fails = true },
	{ "session", session_of_its_own, .needs_userns = true },
	{ "run with input", run_plain, .needs_plain = true },
	{ "run with input by the launcher", run_userns, .needs_userns = true },
	{ "clone", clone_plain, .needs_plain = true },
	{ "runner_run", runner_run, .needs_plain = true },
	{ "enter", enter, .needs_plain = true },
	{ "identify, open, kinds", identify, .needs_userns = true },
};
const int n_calls = sizeof(calls) / sizeof(*calls);

/* ---- targets ------------------------------------------------------------------------- */

struct target plain = { .hostname = "nsx-plain" }, userns = { .hostname = "" };
struct nsexec_runner *runner;

static void open_target(struct target *t)
{
	const struct nsexec_options how = all_of(t);
	struct nsexec_error e;

	if (!t->pid)
		return;
	errno = ERRNO;
	t->session = nsexec_session_open(&how, &e);
	(void)fine(t->session ? 0 : -1, "session_open", 0, &e); /* said */
	(void)fine(nsexec_identify(NSEXEC_PID(t->pid), CLONE_NEWNET, &t->net, &e), "identify", 0,
		   &e);
}

void open_targets(void)
{
	struct nsexec_error e;

	open_target(&plain);
	open_target(&userns);
	errno = ERRNO;
	runner = nsexec_runner_start(&e);
	(void)fine(runner ? 0 : -1, "runner_start", 0, &e);
}

void close_targets(void)
{
	nsexec_session_close(plain.session);
	nsexec_session_close(userns.session);
	nsexec_runner_stop(runner);
}
