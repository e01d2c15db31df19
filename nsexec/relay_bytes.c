/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that the relay carries, and the end of them. */
#include "relaying.h"

#include <errno.h>

#include "sys_fd.h"
#include "sys_terminal.h"

enum {
	EOF_MILLIS_MIN = 100, /* how often we look whether an end of file is to be said once more */
	EOF_MILLIS_MAX = 1600,
};

/* Return: as read(2). */
static long fill(struct nsx_relay_stream *s, int fd)
{
	long rc = nsx_sys_read(fd, s->bytes, sizeof(s->bytes));

	s->at = 0;
	s->end = rc > 0 ? (size_t)rc : 0;
	return rc;
}

/* Return: 0, or -errno; -EAGAIN: not now. */
static int drain_to(struct nsx_relay_stream *s, int fd, size_t size)
{
	long rc = nsx_sys_write(fd, s->bytes + s->at, size);

	if (rc < 0)
		return (int)rc;
	s->at += (size_t)rc;
	return 0;
}

void nsx_relay_hang_up(struct nsx_relay *r)
{
	nsx_fd_close(&r->master);
	r->in_ended = true;
	r->text.at = r->text.end;
	r->keys.at = r->keys.end;
}

/*
 * A terminal has no end of file, only a character that says so: at the beginning of a
 * line, or once to end a line without newline and then once more.  A program that
 * edits lines itself takes it for the same.
 */
static void say_eof(struct nsx_relay *r)
{
	struct nsx_termios settings;
	unsigned char eof;

	if (!nsx_terminal_get(r->master, &settings))
		return;
	eof = settings.cc[NSX_VEOF];
	r->eof_mode = settings.lflag & NSX_ICANON;
	r->eof_millis = EOF_MILLIS_MIN;
	if (!eof)
		return;
	r->keys.at = 0;
	r->keys.end = 0;
	r->keys.bytes[r->keys.end++] = eof;
	if (r->eof_mode && r->last && r->last != '\n' && r->last != eof)
		r->keys.bytes[r->keys.end++] = eof;
}

/*
 * What was said in one mode may be lost in the other: a program that begins to edit
 * lines reads it as a zero byte.  And a file that has ended has ended for whoever
 * reads next, too.
 */
void nsx_relay_repeat_eof(struct nsx_relay *r)
{
	struct nsx_termios settings;

	if (!nsx_relay_empty(&r->keys) || !nsx_terminal_get(r->master, &settings))
		return;
	if ((settings.lflag & NSX_ICANON) != r->eof_mode) {
		r->last = 0;
		say_eof(r);
	} else if (r->eof_millis < EOF_MILLIS_MAX) {
		r->eof_millis *= 2;
	}
}

void nsx_relay_read_keys(struct nsx_relay *r)
{
	long rc = fill(&r->keys, r->console->in);

	if (rc > 0) {
		r->last = r->keys.bytes[rc - 1];
		return;
	}
	if (rc == -EAGAIN)
		return;
	if (!r->console->typed) {
		r->in_ended = true;
		say_eof(r);
		return;
	}
	/* A terminal has no other end; and nothing can be read in the background. */
	r->ours = nsx_console_is_ours(r->console);
	if (r->ours)
		nsx_relay_hang_up(r);
}

void nsx_relay_write_keys(struct nsx_relay *r)
{
	int rc = drain_to(&r->keys, r->master, r->keys.end - r->keys.at);

	r->quiet = rc < 0 && rc != -EAGAIN;
}

bool nsx_relay_read_text(struct nsx_relay *r)
{
	long rc = fill(&r->text, r->master);

	r->quiet = rc < 0 && rc != -EAGAIN;
	return rc > 0;
}

/* The program is told of a failure as of a terminal that is gone: it has no other. */
void nsx_relay_write_text(struct nsx_relay *r)
{
	const size_t size = nsx_console_room(r->console, r->text.end - r->text.at);
	struct nsx_error e = { 0 };
	int rc = r->out_closed ? -EBADF : drain_to(&r->text, r->console->out, size);

	if (rc == 0 || rc == -EAGAIN)
		return;
	r->text.at = r->text.end;
	if (rc == -EBADF) {
		r->out_closed = true;
		return;
	}
	if (rc != -EPIPE && rc != -EIO) {
		(void)nsx_fail(&e, NSX_STEP_PTY, -rc, "standard output", NULL);
		nsx_log_error(r->log, &e);
	}
	nsx_relay_hang_up(r);
}
