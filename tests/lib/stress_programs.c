/* SPDX-License-Identifier: Apache-2.0 */
/* Stress: the calls that start programs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stress_checks.h"

enum { INPUT_BYTES = 80000 }; /* more than a pipe holds */

/* "3007 nsx-plain": who has asked, and where we are. */
static const char script[] = "read -r host </proc/sys/kernel/hostname; echo $0 $host";

struct words {
	char number[16];
	const char *argv[5];
	char said[64]; /* what the script is to print */
};

static struct nsexec_program say(struct words *w, const struct target *t, int number)
{
	(void)snprintf(w->number, sizeof(w->number), "%d", number);
	(void)snprintf(w->said, sizeof(w->said), "%d %s\n", number, t->hostname);
	w->argv[0] = "/bin/sh";
	w->argv[1] = "-c";
	w->argv[2] = script;
	w->argv[3] = w->number;
	w->argv[4] = NULL;
	return (struct nsexec_program){ .size = sizeof(struct nsexec_program), .argv = w->argv };
}

/* ---- run ----------------------------------------------------------------------------- */

static void check_io(struct nsexec_io *io, const char *want, const char *what, int number)
{
	check_status(io->status, 0, what, number);
	if (io->timed_out || io->truncated)
		wrong("%s %d: late or cut", what, number);
	check_said(io->out, want, what);
	check_said(io->err, "", what);
	nsexec_io_free(io);
}

static void run_in_session(struct nsexec_session *s, const struct target *t, int number)
{
	struct words w;
	const struct nsexec_program program = say(&w, t, number);
	struct nsexec_io io = { .size = sizeof(io), .timeout_ms = WAIT_MS };
	struct nsexec_error e;
	int rc;

	errno = ERRNO;
	rc = nsexec_session_run(s, &program, &io, &e);
	if (fine(rc, "session_run", number, &e))
		check_io(&io, w.said, "session_run", number);
}

void session_run_plain(int number)
{
	run_in_session(plain.session, &plain, number);
}

void session_run_userns(int number)
{
	run_in_session(userns.session, &userns, number);
}

void session_of_its_own(int number)
{
	const struct target *t = plain.pid ? &plain : &userns;
	const struct nsexec_options how = all_of(t);
	struct nsexec_error e;
	struct nsexec_session *s;

	errno = ERRNO;
	s = nsexec_session_open(&how, &e);
	if (!fine(s ? 0 : -1, "session_open", number, &e))
		return;
	if (nsexec_session_alive(s) != 1)
		wrong("session_alive %d", number);
	run_in_session(s, t, number);
	errno = ERRNO;
	nsexec_session_close(s);
	if (errno != ERRNO)
		wrong("session_close %d: errno is %d", number, errno);
}

static void run_with_input(const struct target *t, int number)
{
	const struct nsexec_options how = all_of(t);
	const char *argv[] = { "/bin/cat", NULL };
	const struct nsexec_program program = { .size = sizeof(program), .argv = argv };
	struct nsexec_io io = { .size = sizeof(io), .timeout_ms = WAIT_MS };
	const size_t bytes = number % 2 ? 20 : INPUT_BYTES;
	char *text = malloc(bytes + 1);
	struct nsexec_error e;
	int rc;

	if (!text)
		abort();
	for (size_t i = 0; i < bytes; i += 10)
		(void)snprintf(text + i, 11, "%09d\n", number);
	io.in = text;
	io.in_bytes = bytes;
	errno = ERRNO;
	rc = nsexec_run(&how, &program, &io, &e);
	if (fine(rc, "run", number, &e))
		check_io(&io, text, "run", number);
	free(text);
}

void run_plain(int number)
{
	run_with_input(&plain, number);
}

void run_userns(int number)
{
	run_with_input(&userns, number);
}

/* ---- spawn --------------------------------------------------------------------------- */

static void spawn_there(const struct target *t, bool in_session, int number)
{
	const struct nsexec_options how = all_of(t);
	struct words w;
	struct nsexec_program program = say(&w, t, number);
	struct nsexec_file file = { .action = NSEXEC_FILE_DUP, .fd = 1 };
	struct nsexec_child child;
	struct nsexec_error e;
	char said[100];
	int fd[2], rc;

	open_pipe(fd);
	file.from = fd[1];
	program.file = &file;
	program.n_files = 1;
	errno = ERRNO;
	atomic_fetch_add(&programs, 1);
	rc = in_session ? nsexec_session_spawn(t->session, &program, &child, &e)
			: nsexec_spawn(&how, &program, &child, &e);
	if (fine(rc, "spawn", number, &e)) {
		finish(&child, 0, "spawn", number);
		take(fd[0], said, sizeof(said));
		check_said(said, w.said, "spawn");
	}
	close_pipe(fd);
}

void spawn_plain(int number)
{
	spawn_there(&plain, false, number);
}

void spawn_userns(int number)
{
	spawn_there(&userns, false, number);
}

void session_spawn_plain(int number)
{
	spawn_there(&plain, true, number);
}

void session_spawn_userns(int number)
{
	spawn_there(&userns, true, number);
}

/* Each is told of its own failure. */
void spawn_nothing(int number)
{
	const struct target *t = plain.pid && number % 2 ? &plain : &userns;
	char path[64];
	const char *argv[] = { path, NULL };
	const struct nsexec_program program = { .size = sizeof(program), .argv = argv };
	struct nsexec_child child;
	struct nsexec_error e;

	(void)snprintf(path, sizeof(path), "/none/such/%d", number);
	errno = ERRNO;
	atomic_fetch_add(&programs, 1);
	if (nsexec_session_spawn(t->session, &program, &child, &e) != -1)
		wrong("%s was found", path);
	else if (e.err != ENOENT || strcmp(e.step, "exec") != 0 || !strstr(e.subject, path))
		wrong("%s: %s %s %d", path, e.step, e.subject, e.err);
	if (errno != ERRNO)
		wrong("%s: errno is %d", path, errno);
}
