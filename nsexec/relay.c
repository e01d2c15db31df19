/* SPDX-License-Identifier: Apache-2.0 */
#include "relay.h"

#include "relaying.h"
#include "sys_fd.h"
#include "sys_process.h"
#include "sys_signal.h"
#include "sys_time.h"
#include "trace.h"

enum {
	DRAIN_BYTES = 1 << 20,	 /* more than it can hold, if others go on writing to it */
	BACKGROUND_MILLIS = 250, /* how often we look whether it is our turn */
	QUIET_MILLIS = 100,	 /* and whether somebody has opened the terminal again */
	READABLE = 1,
	WRITABLE = 4,
	GONE = 8 | 16 | 32, /* error, hung up, not open */
};

static const uint64_t every_signal = ~(uint64_t)0;
static const struct nsx_timespec now = { 0, 0 };

/* Others may be in the foreground afterwards, and the size be another. */
static void take_console(struct nsx_relay *r)
{
	r->ours = nsx_console_is_ours(r->console);
	nsx_console_take(r->console);
	if (r->ours && r->console->terminal != NSX_NOFD)
		nsx_terminal_copy_size(r->console->terminal, r->master);
}

static void stop(struct nsx_relay *r, int sig)
{
	nsx_console_leave(r->console);
	nsx_suffer(sig);
	take_console(r);
}

static void mirror(struct nsx_relay *r)
{
	int sig;

	while ((sig = nsx_program_look(&r->program)) != 0) {
		nsx_console_leave(r->console);
		nsx_program_stop_like(&r->program, sig);
		take_console(r);
	}
}

/* A program that is alone in its session cannot be stopped from the terminal; we can. */
static void take_signal(struct nsx_relay *r, const struct nsx_siginfo *info)
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
static bool wait_to_write(struct nsx_relay *r)
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
static _Noreturn void finish(struct nsx_relay *r)
{
	size_t read = 0;
	bool go_on = true;

	if (!r->console->seen)
		nsx_console_leave(r->console);
	while (go_on && r->master != NSX_NOFD) {
		if (!nsx_relay_empty(&r->text)) {
			go_on = wait_to_write(r);
			if (go_on)
				nsx_relay_write_text(r);
			continue;
		}
		go_on = read < DRAIN_BYTES && nsx_relay_read_text(r);
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
static void prepare(const struct nsx_relay *r, struct nsx_pollfd fds[AT_COUNT])
{
	const bool may_read = !r->in_ended && nsx_relay_empty(&r->keys) && r->ours;
	const bool watch = may_read || (r->console->typed && !r->in_ended);
	const int master = (nsx_relay_empty(&r->text) ? READABLE : 0) |
			   (nsx_relay_empty(&r->keys) ? 0 : WRITABLE);

	fds[AT_SIGNALS] = (struct nsx_pollfd){ .fd = r->signals, .events = READABLE };
	fds[AT_INIT] = (struct nsx_pollfd){ .fd = r->program.channel, .events = READABLE };
	fds[AT_IN] = (struct nsx_pollfd){ .fd = watch ? r->console->in : NSX_NOFD,
					  .events = may_read ? READABLE : 0 };
	fds[AT_MASTER] = (struct nsx_pollfd){ .fd = r->quiet || !master ? NSX_NOFD : r->master,
					      .events = (int16_t)master };
	fds[AT_OUT] =
		(struct nsx_pollfd){ .fd = nsx_relay_empty(&r->text) ? NSX_NOFD : r->console->out,
				     .events = WRITABLE };
}

static int patience(const struct nsx_relay *r)
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
static void look_around(struct nsx_relay *r)
{
	if (r->quiet && nsx_relay_empty(&r->text))
		(void)nsx_relay_read_text(r); /* quiet no more, if somebody has it open again */
	if (!r->ours)
		take_console(r);
	if (r->in_ended)
		nsx_relay_repeat_eof(r);
}

static void turn(struct nsx_relay *r)
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
		nsx_relay_hang_up(r);
	else if (fds[AT_IN].revents)
		nsx_relay_read_keys(r);
	if (fds[AT_MASTER].revents & WRITABLE)
		nsx_relay_write_keys(r);
	if (fds[AT_MASTER].revents & GONE)
		r->quiet = true; /* and else it would be told again and again */
	if (fds[AT_OUT].revents)
		nsx_relay_write_text(r);
	if ((r->quiet || (fds[AT_MASTER].revents & READABLE)) && nsx_relay_empty(&r->text))
		(void)nsx_relay_read_text(r);
}

/* Out of descriptors, with next to none open: only if the whole system is. */
static _Noreturn void give_up(const struct nsx_relay *r)
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
	struct nsx_relay r = { .console = console,
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
