/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect.h"
#include "deadline.h"
#include "files.h"
#include "session.h"
#include "sized.h"
#include "spawn.h"
#include "sys_fd.h"

/* Where a program is to run. */
struct place {
	const struct nsexec_options *how;
	struct nsexec_session *session; /* or NULL */
};

/*
 * The standard streams of a program: its ends, and ours.  The pipe of its input, if it is fed,
 * is made by its own process, and these are of a channel: see keep.c.
 */
struct streams {
	int its[3];
	int ours[3];
};

static void close_all(int fd[3])
{
	for (int i = 0; i < 3; i++)
		nsx_fd_close(&fd[i]);
}

static int open_pipe(int *its, int *ours, struct nsx_error *e)
{
	int pair[2];
	int rc = nsx_sys_pipe(pair, O_CLOEXEC);

	if (rc == 0)
		rc = nsx_fd_lift_pair(pair);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_FILES, -rc, "pipe to the program", NULL);
	*its = pair[1];
	*ours = pair[0];
	rc = nsx_sys_fcntl(*ours, F_SETFL, O_NONBLOCK); /* ours alone: it is another file */
	return rc < 0 ? nsx_fail(e, NSX_STEP_FILES, -rc, "pipe to the program", NULL) : 0;
}

static int open_streams(struct streams *s, bool feeds, struct nsx_error *e)
{
	if (feeds) {
		int pair[2];
		const int rc = nsx_fd_channel(pair);

		if (rc < 0)
			return nsx_fail(e, NSX_STEP_FILES, -rc, "channel to the program", NULL);
		s->ours[0] = pair[0];
		s->its[0] = pair[1];
	} else {
		s->its[0] = nsx_fd_openat(AT_FDCWD, "/dev/null", O_RDONLY);
		if (s->its[0] < 0)
			return nsx_fail(e, NSX_STEP_FILES, -s->its[0], "/dev/null", NULL);
	}
	if (open_pipe(&s->its[1], &s->ours[1], e) < 0)
		return -1;
	return open_pipe(&s->its[2], &s->ours[2], e);
}

/* The streams first, and then what the program's own files say. */
static int spawn_with(const struct place *place, const struct nsexec_program *program,
		      const struct streams *s, struct nsx_kept *kept, struct nsx_error *e)
{
	const size_t n = program->n_files + 3;
	struct nsexec_program with = *program;
	struct nsexec_file *file = calloc(n, sizeof(*file));
	struct nsexec_child child;
	int rc;

	if (!file)
		return nsx_fail(e, NSX_STEP_FILES, ENOMEM, "memory", NULL);
	for (int i = 0; i < 3; i++)
		file[i] = (struct nsexec_file){ .action = NSEXEC_FILE_DUP,
						.fd = i,
						.from = s->its[i] };
	if (s->ours[0] != NSX_NOFD)
		file[0].action = NSX_FILE_FEED;
	if (program->n_files)
		memcpy(file + 3, program->file, program->n_files * sizeof(*file));
	with.file = file;
	with.n_files = n;
	if (place->session)
		rc = nsx_session_spawn(place->session, &with, &child, kept, e);
	else
		rc = nsx_spawn(&(const struct nsx_spawning){ .options = place->how, .kept = kept },
			       &with, &child, e);
	free(file);
	return rc;
}

static int take_io(struct nsexec_io *io, struct nsx_error *e)
{
	if (nsx_sized_check(io, "struct nsexec_io", sizeof(*io), sizeof(*io), e) < 0)
		return -1;
	io->status = io->timed_out = io->truncated = 0;
	io->out = io->err = NULL;
	io->out_bytes = io->err_bytes = 0;
	return 0;
}

static int run(const struct place *place, const struct nsexec_program *program,
	       struct nsexec_io *io, struct nsx_error *e)
{
	struct streams s = { { NSX_NOFD, NSX_NOFD, NSX_NOFD }, { NSX_NOFD, NSX_NOFD, NSX_NOFD } };
	struct nsexec_program taken;
	struct nsx_kept kept = { .deadline = 0 };
	int rc;

	if (take_io(io, e) < 0 || nsx_program_take(program, &taken, e) < 0)
		return -1;
	if (io->timeout_ms > 0)
		kept.deadline = nsx_now_millis() + io->timeout_ms;
	if (nsx_files_check_copies(&taken, 3, e) < 0)
		return -1;
	rc = open_streams(&s, io->in_bytes, e);
	kept.feed = (struct nsx_feed){ s.ours[0], io->in, io->in_bytes };
	if (rc == 0)
		rc = spawn_with(place, &taken, &s, &kept, e);
	close_all(s.its);
	if (rc == 0) {
		rc = nsx_collect(io, &s.ours[1], &kept, e);
		nsx_kept_close(&kept);
	}
	close_all(s.ours);
	if (rc < 0 && e->err == ETIMEDOUT && kept.deadline && !nsx_millis_until(kept.deadline))
		io->timed_out = 1;
	if (rc < 0)
		nsexec_io_free(io);
	return rc;
}

/* malloc(3) and its like may change errno. */
static int run_quietly(const struct place *place, const struct nsexec_program *program,
		       struct nsexec_io *io, struct nsexec_error *error)
{
	const int saved = errno;
	struct nsx_error e = { 0 };
	int rc = run(place, program, io, &e);

	errno = saved;
	return rc < 0 ? nsx_api_fail(error, &e) : 0;
}

int nsexec_run(const struct nsexec_options *how, const struct nsexec_program *program,
	       struct nsexec_io *io, struct nsexec_error *error)
{
	const struct place place = { .how = how };

	return run_quietly(&place, program, io, error);
}

int nsexec_session_run(struct nsexec_session *s, const struct nsexec_program *program,
		       struct nsexec_io *io, struct nsexec_error *error)
{
	const struct place place = { .session = s };

	return run_quietly(&place, program, io, error);
}

void nsexec_io_free(struct nsexec_io *io)
{
	const int saved = errno;

	if (!io)
		return;
	free(io->out);
	free(io->err);
	io->out = io->err = NULL;
	io->out_bytes = io->err_bytes = 0;
	errno = saved;
}
