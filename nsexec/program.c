/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <errno.h>

#include "sys_fd.h"
#include "sys_process.h"
#include "sys_socket.h"
#include "sys_time.h"

/* What wait(2) says of a process that has not ended. */
enum { STATUS_STOPPED = 0x7f, STATUS_CONTINUED = 0xffff };

static const uint64_t every_signal = ~(uint64_t)0;

static uint64_t bit(int sig)
{
	return (uint64_t)1 << (sig - 1);
}

void nsx_suffer(int sig)
{
	const struct nsx_sigaction by_default = { 0 };
	const uint64_t others = every_signal & ~bit(sig);

	/* Refused for SIGKILL and SIGSTOP, which have no other action anyway. */
	(void)nsx_sys_sigaction(sig, &by_default, NULL);
	(void)nsx_sys_kill(nsx_sys_getpid(), sig);
	(void)nsx_sys_sigmask(SIG_SETMASK, &others, NULL);
	(void)nsx_sys_sigmask(SIG_SETMASK, &every_signal, NULL);
}

/*
 * As PID 1 of a PID namespace we survive our own signals; the shell's 128 + N is
 * what is left then.  We are non-dumpable, so there is no second core file.
 */
_Noreturn void nsx_end_like(int status)
{
	const int sig = status & 0x7f;

	if (sig == 0)
		nsx_sys_exit((status >> 8) & 0xff);
	(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 0);
	nsx_suffer(sig);
	nsx_sys_exit(128 + sig);
}

bool nsx_program_is_over(int status)
{
	return status != STATUS_CONTINUED && (status & 0xff) != STATUS_STOPPED;
}

/* What the terminal driver sends goes to the whole foreground group. */
static bool terminal_sends(int sig)
{
	switch (sig) {
	case SIGINT:
	case SIGQUIT:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
	case SIGHUP:
	case SIGCONT:
	case SIGWINCH:
		return true;
	default:
		return false;
	}
}

/* Of a hang-up the leader of the session is told by itself, with a SIGCONT behind it. */
static bool told_as_leader(int sig)
{
	return (sig == SIGHUP || sig == SIGCONT) && nsx_sys_getsid(0) == nsx_sys_getpid();
}

/*
 * A program alone would lead its group, and the group would get what the terminal
 * sends, and what continues a job.  One that has left our group, to lead another,
 * gets it from us, with all its group.
 */
static void forward_to_job(int sig, int pid)
{
	const int group = nsx_sys_getpgid(pid);

	(void)nsx_sys_kill(group == pid && group != nsx_sys_getpgid(0) ? -pid : pid, sig);
}

static bool in_our_group(int pid)
{
	return nsx_sys_getpgid(pid) == nsx_sys_getpgid(0);
}

static bool program_has_it(const struct nsx_siginfo *info, int pid)
{
	/* What it has sent to its own group it has sent to itself. */
	if (info->code <= 0)
		return info->pid == pid;
	return info->code == NSX_SI_KERNEL && terminal_sends(info->signo) &&
	       !told_as_leader(info->signo) && in_our_group(pid);
}

/* The program may have become another user by exec: then its sender fails as well. */
void nsx_program_send(const struct nsx_siginfo *info, int pid)
{
	if (info->code == NSX_SI_KERNEL || info->signo == SIGCONT)
		forward_to_job(info->signo, pid);
	else if (info->code == NSX_SI_QUEUE)
		(void)nsx_sys_sigqueue(pid, info->signo, info); /* with its value */
	else
		(void)nsx_sys_kill(pid, info->signo);
}

/* The init is the program's parent, so there a PID cannot have been given to another. */
void nsx_program_forward(const struct nsx_program *p, const struct nsx_siginfo *info)
{
	struct nsx_siginfo there = *info;

	if (program_has_it(info, p->channel == NSX_NOFD ? p->pid : p->inside))
		return;
	if (p->channel == NSX_NOFD) {
		nsx_program_send(info, p->pid);
		return;
	}
	there.pid = 0;					       /* the sender has no PID in there */
	(void)nsx_sys_send(p->channel, &there, sizeof(there)); /* or it has ended */
}

/* Return: the signal by which the program is stopped now, if that is what @status tells. */
static int note(struct nsx_program *p, int status)
{
	if (status == STATUS_CONTINUED) {
		p->stopped = false;
		p->continued = !p->resumed;
		p->resumed = false;
		return 0;
	}
	if (!nsx_program_is_over(status)) {
		p->stopped = true;
		p->continued = false;
		p->resumed = false;
		return status >> 8;
	}
	p->ended = true;
	p->status = status;
	return 0;
}

/*
 * An init that ends before it has read a signal of ours leaves an error in front of what it
 * has told, and the error is told once (unix(7), ECONNRESET).
 */
static bool hear(int channel, int32_t *status)
{
	long n = nsx_sys_read(channel, status, sizeof(*status));

	if (n == -ECONNRESET)
		n = nsx_sys_read(channel, status, sizeof(*status));
	return n == sizeof(*status);
}

/* What the init tells comes first: its own status is but an echo of that. */
static int look_at_channel(struct nsx_program *p)
{
	struct nsx_pollfd poll = { .fd = p->channel, .events = 1 };
	int32_t status;
	int stopped_by = 0;

	while (!p->ended && p->channel != NSX_NOFD && nsx_sys_poll(&poll, 1, 0) > 0)
		if (hear(p->channel, &status))
			stopped_by = note(p, status);
		else
			nsx_fd_close(&p->channel);
	return stopped_by;
}

int nsx_program_look(struct nsx_program *p)
{
	const int options = NSX_WAIT_NOHANG | NSX_WAIT_UNTRACED | NSX_WAIT_CONTINUED | NSX_WAIT_ALL;
	int status = 0, pid;
	int stopped_by = look_at_channel(p);

	while (!p->ended && (pid = nsx_sys_wait(-1, &status, options)) > 0)
		if (pid == p->pid) {
			stopped_by = look_at_channel(p); /* it may have told meanwhile */
			if (!p->ended)
				stopped_by = note(p, status);
		}
	return stopped_by;
}

/* Its continuation, by somebody else, may be on its way. */
static void await_news(const struct nsx_program *p)
{
	enum { SOON_MILLIS = 20 };
	const uint64_t child = bit(SIGCHLD);
	const struct nsx_timespec soon = { 0, SOON_MILLIS * 1000000L };
	struct nsx_pollfd poll = { .fd = p->channel, .events = 1 };

	if (p->channel == NSX_NOFD)
		(void)nsx_sys_sigtimedwait(&child, NULL, &soon);
	else
		(void)nsx_sys_poll(&poll, 1, SOON_MILLIS);
}

/*
 * The shell continues a job as a group, so the program gets its own SIGCONT, maybe
 * a moment after us; kill(1) may continue the waiter alone, and only then must it
 * be passed on.
 */
void nsx_program_continue(struct nsx_program *p, const struct nsx_siginfo *info)
{
	if (p->stopped) {
		await_news(p);
		(void)nsx_program_look(p); /* stopped anew by then: that is told once more */
	}
	if (!p->continued) {
		p->resumed = p->stopped;
		nsx_program_forward(p, info);
	}
	p->stopped = false;
	p->continued = false;
}

void nsx_program_stop_like(struct nsx_program *p, int sig)
{
	const uint64_t cont = bit(SIGCONT);
	const struct nsx_timespec now = { 0, 0 };
	struct nsx_siginfo info;

	/* A continuation that is here already would be discarded by the stop. */
	if (nsx_sys_sigtimedwait(&cont, &info, &now) < 0) {
		nsx_suffer(sig);
		/* None: the stop had no effect, as in an orphaned process group. */
		if (nsx_sys_sigtimedwait(&cont, &info, &now) < 0)
			return;
	}
	(void)nsx_program_look(p);
	nsx_program_continue(p, &info);
}
