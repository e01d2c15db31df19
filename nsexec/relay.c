/* SPDX-License-Identifier: Apache-2.0 */
#include "relay.h"

#include "sys_fd.h"
#include "sys_process.h"
#include "sys_signal.h"
#include "sys_terminal.h"
#include "sys_time.h"
#include "trace.h"

enum {
	STREAM_BYTES = 4096,	 /* as much as a terminal gives at once */
	DRAIN_BYTES = 1 << 20,	 /* more than it can hold, if others go on writing to it */
	BACKGROUND_MILLIS = 250, /* how often we look whether it is our turn */
	QUIET_MILLIS = 100,	 /* and whether somebody has opened the terminal again */
	EOF_MILLIS_MIN = 100,	 /* and whether an end of file is to be said once more */
	EOF_MILLIS_MAX = 1600,
	READABLE = 1,
	WRITABLE = 4,
	GONE = 8 | 16 | 32, /* error, hung up, not open */
};

static const uint64_t every_signal = ~(uint64_t)0;
static const struct nsx_timespec now = { 0, 0 };

/* Bytes under way. */
struct stream {
	size_t at, end;
	unsigned char bytes[STREAM_BYTES];
};

struct relay {
	struct nsx_console *console;
	const struct nsx_log *log;
	struct nsx_program program;
	int signals;	    /* readable while one is pending */
	bool is_job;	    /* the program has no terminal of its own, and is of our group */
	int master;	    /* NSX_NOFD: there is none, or it is hung up */
	struct stream keys; /* to the program */
	struct stream text; /* from the program */
	bool ours;	    /* nobody else's turn at the console */
	bool in_ended;
	bool out_closed;    /* from the beginning: what the program writes goes nowhere */
	bool quiet;	    /* nobody has the program's side open */
	unsigned char last; /* byte from the console; 0: none yet */
	uint32_t eof_mode;  /* of the terminal when the end of file was said */
	int eof_millis;	    /* until we look at it again */
};

static bool empty(const struct stream *s)
{
	return s->at == s->end;
}

/* Return: as read(2). */
static long fill(struct stream *s, int fd)
{
	long rc = nsx_sys_read(fd, s->bytes, sizeof(s->bytes));

	s->at = 0;
	s->end = rc > 0 ? (size_t)rc : 0;
	return rc;
}

/* Return: 0, or -errno; -EAGAIN: not now. */
static int drain_to(struct stream *s, int fd, size_t size)
{
	long rc = nsx_sys_write(fd, s->bytes + s->at, size);

	if (rc < 0)
		return (int)rc;
	s->at += (size_t)rc;
	return 0;
}

/* The kernel tells whoever has it for a controlling terminal. */
static void hang_up(struct relay *r)
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
static void say_eof(struct relay *r)
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
static void repeat_eof(struct relay *r)
{
	struct nsx_termios settings;

	if (!empty(&r->keys) || !nsx_terminal_get(r->master, &settings))
		return;
	if ((settings.lflag & NSX_ICANON) != r->eof_mode) {
		r->last = 0;
		say_eof(r);
	} else if (r->eof_millis < EOF_MILLIS_MAX) {
		r->eof_millis *= 2;
	}
}

static void read_keys(struct relay *r)
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
		hang_up(r);
}

static void write_keys(struct relay *r)
{
	int rc = drain_to(&r->keys, r->master, r->keys.end - r->keys.at);

	r->quiet = rc < 0 && rc != -EAGAIN;
}

/* Return: was there something? */
static bool read_text(struct relay *r)
{
	long rc = fill(&r->text, r->master);

	r->quiet = rc < 0 && rc != -EAGAIN;
	return rc > 0;
}

/* The program is told of a failure as of a terminal that is gone: it has no other. */
static void write_text(struct relay *r)
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
	hang_up(r);
}

/* Others may be in the foreground afterwards, and the size be another. */
static void take_console(struct relay *r)
{
	r->ours = nsx_console_is_ours(r->console);
	nsx_console_take(r->console);
	if (r->ours && r->console->terminal != NSX_NOFD)
		nsx_terminal_copy_size(r->console->terminal, r->master);
}

static void stop(struct relay *r, int sig)
{
	nsx_console_leave(r->console);
	nsx_suffer(sig);
	take_console(r);
}

static void mirror(struct relay *r)
{
	int sig;

	while ((sig = nsx_program_look(&r->program)) != 0) {
		nsx_console_leave(r->console);
		nsx_program_stop_like(&r->program, sig);
		take_console(r);
	}
}

/* A program that is alone in its session cannot be stopped from the terminal; we can. */
static void take_signal(struct relay *r, const struct nsx_siginfo *info)
{
	switch (info->signo) {
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		if (r->is_job)
			break;
		stop(r, info->signo);
		return;
	case SIGCONT:
		take_console(r);
		nsx_program_continue(&r->program, info);
		return;
	case SIGWINCH:
		take_console(r);
		if (info->code > 0 && !r->is_job)
			return; /* the program's own terminal tells it */
		break;
	case SIGCHLD:
		if (info->code > 0) {
			mirror(r);
			return;
		}
		break;
	case SIGPIPE:
		if (info->pid == nsx_sys_getpid()) /* standard output's */
			return;
		break;
	default:
		break;
	}
	nsx_program_forward(&r->program, info);
}

/* Return: shall we end without the rest? */
static bool ends_us(int sig)
{
	switch (sig) {
	case SIGHUP:
	case SIGINT:
	case SIGQUIT:
	case SIGTERM:
		return true;
	default:
		return false;
	}
}

/* Nobody is left to forward a signal to.  Return: false: it is enough. */
static bool wait_to_write(struct relay *r)
{
	struct nsx_pollfd fds[] = {
		{ .fd = r->signals, .events = READABLE },
		{ .fd = r->console->out, .events = WRITABLE },
	};
	struct nsx_siginfo info;

	(void)nsx_sys_poll(fds, 2, -1); /* if it fails, writing will tell */
	while (nsx_sys_sigtimedwait(&every_signal, &info, &now) > 0) {
		if (ends_us(info.signo))
			return false;
		if (info.signo == SIGTSTP)
			stop(r, SIGTSTP);
	}
	return true;
}

/*
 * All that the program has written, but not what a process that it has left behind may
 * go on to write.  The pty's own buffer is flushed by the kernel before it says that
 * nothing is there.
 */
static _Noreturn void finish(struct relay *r)
{
	size_t read = 0;
	bool go_on = true;

	if (!r->console->seen)
		nsx_console_leave(r->console);
	while (go_on && r->master != NSX_NOFD) {
		if (!empty(&r->text)) {
			go_on = wait_to_write(r);
			if (go_on)
				write_text(r);
			continue;
		}
		go_on = read < DRAIN_BYTES && read_text(r);
		read += r->text.end;
	}
	nsx_console_leave(r->console);
	/* An init that has told of the program's end takes everybody with it. */
	(void)nsx_sys_wait(r->program.pid, NULL, NSX_WAIT_ALL); /* or it is reaped already */
	nsx_trace_end(r->log, r->program.inside ? r->program.inside : r->program.pid,
		      r->program.status);
	nsx_end_like(r->program.status);
}

enum { AT_SIGNALS, AT_INIT, AT_IN, AT_MASTER, AT_OUT, AT_COUNT };

/* What is only waited for if there is something to do with it; a terminal may hang up. */
static void prepare(const struct relay *r, struct nsx_pollfd fds[AT_COUNT])
{
	const bool may_read = !r->in_ended && empty(&r->keys) && r->ours;
	const bool watch = may_read || (r->console->typed && !r->in_ended);
	const int master = (empty(&r->text) ? READABLE : 0) | (empty(&r->keys) ? 0 : WRITABLE);

	fds[AT_SIGNALS] = (struct nsx_pollfd){ .fd = r->signals, .events = READABLE };
	fds[AT_INIT] = (struct nsx_pollfd){ .fd = r->program.channel, .events = READABLE };
	fds[AT_IN] = (struct nsx_pollfd){ .fd = watch ? r->console->in : NSX_NOFD,
					  .events = may_read ? READABLE : 0 };
	fds[AT_MASTER] = (struct nsx_pollfd){ .fd = r->quiet || !master ? NSX_NOFD : r->master,
					      .events = (int16_t)master };
	fds[AT_OUT] = (struct nsx_pollfd){ .fd = empty(&r->text) ? NSX_NOFD : r->console->out,
					   .events = WRITABLE };
}

static int patience(const struct relay *r)
{
	if (r->master == NSX_NOFD)
		return -1;
	if (r->quiet)
		return QUIET_MILLIS;
	if (!r->ours)
		return BACKGROUND_MILLIS;
	return r->in_ended ? r->eof_millis : -1;
}

/* Nothing has happened for a while. */
static void look_around(struct relay *r)
{
	if (r->quiet && empty(&r->text))
		(void)read_text(r); /* quiet no more, if somebody has it open again */
	if (!r->ours)
		take_console(r);
	if (r->in_ended)
		repeat_eof(r);
}

static void turn(struct relay *r)
{
	struct nsx_pollfd fds[AT_COUNT];
	struct nsx_siginfo info;

	prepare(r, fds);
	if (nsx_sys_poll(fds, AT_COUNT, patience(r)) == 0)
		look_around(r);
	if (fds[AT_SIGNALS].revents)
		while (!r->program.ended && nsx_sys_sigtimedwait(&every_signal, &info, &now) > 0)
			take_signal(r, &info);
	if (fds[AT_INIT].revents)
		mirror(r);
	if (r->console->typed && (fds[AT_IN].revents & GONE))
		hang_up(r);
	else if (fds[AT_IN].revents)
		read_keys(r);
	if (fds[AT_MASTER].revents & WRITABLE)
		write_keys(r);
	if (fds[AT_MASTER].revents & GONE)
		r->quiet = true; /* and else it would be told again and again */
	if (fds[AT_OUT].revents)
		write_text(r);
	if ((r->quiet || (fds[AT_MASTER].revents & READABLE)) && empty(&r->text))
		(void)read_text(r);
}

/* Out of descriptors, with next to none open: only if the whole system is. */
static _Noreturn void give_up(const struct relay *r)
{
	struct nsx_error e = { 0 };

	(void)nsx_fail(&e, NSX_STEP_PTY, -r->signals, "descriptor for signals", NULL);
	nsx_log_error(r->log, &e);
	(void)nsx_sys_kill(r->program.pid, SIGKILL);
	nsx_sys_exit(nsx_error_status(&e));
}

_Noreturn void nsx_relay_run(struct nsx_console *console, const struct nsx_program *program,
			     int master, int keep, const struct nsx_log *log)
{
	const bool pty = master != NSX_NOFD;
	const int kept[] = { pty ? console->in : NSX_NOFD,
			     pty ? console->out : NSX_NOFD,
			     pty ? console->terminal : NSX_NOFD,
			     master,
			     keep,
			     program->channel,
			     pty ? log->fd : NSX_NOFD,
			     nsx_trace_file(log),
			     nsx_trace_timer(log) };
	struct relay r = { .console = console,
			   .log = log,
			   .program = *program,
			   .is_job = !pty,
			   .in_ended = !pty,
			   .master = master,
			   .eof_millis = -1 };

	nsx_fd_close_all_but(kept, sizeof(kept) / sizeof(*kept));
	r.signals = nsx_fd_lift(nsx_sys_signalfd(&every_signal));
	if (r.signals < 0)
		give_up(&r);
	take_console(&r);
	while (!r.program.ended)
		turn(&r);
	finish(&r);
}
