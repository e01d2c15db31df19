/* SPDX-License-Identifier: Apache-2.0 */
#include "waiter.h"

#include <stdbool.h>

#include "fd.h"

/* Options and status of wait(2), as the kernel has them. */
enum {
	WAIT_NOHANG = 1,
	WAIT_UNTRACED = 2,
	WAIT_CONTINUED = 8,
	WAIT_ALL = 0x40000000, /* whatever signal a child was made with */
	STATUS_STOPPED = 0x7f,
	STATUS_CONTINUED = 0xffff,
	FDS_WITHOUT_CLOSE_RANGE = 1024,
};

static uint64_t bit(int sig)
{
	return (uint64_t)1 << (sig - 1);
}

static const uint64_t every_signal = ~(uint64_t)0;

/* Let @sig have its default action on us, now. */
static void suffer(int sig)
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
static _Noreturn void end_like(int status)
{
	const int sig = status & 0x7f;

	if (sig == 0)
		nsx_sys_exit((status >> 8) & 0xff);
	(void)nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 0);
	suffer(sig);
	nsx_sys_exit(128 + sig);
}

/* The program, as far as its stops and continuations have been told. */
struct program {
	int pid;
	bool stopped;
	bool continued; /* by somebody else, and we have not seen a SIGCONT since */
	bool resumed;	/* by us, and that has not been told yet */
};

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

static bool program_has_it(const struct nsx_siginfo *info, int pid)
{
	/* What it has sent to its own group it has sent to itself. */
	if (info->code <= 0)
		return info->pid == pid;
	return info->code == NSX_SI_KERNEL && terminal_sends(info->signo) &&
	       !told_as_leader(info->signo) && nsx_sys_getpgid(pid) == nsx_sys_getpgid(0);
}

/* The program may have become another user by exec: then its sender fails as well. */
static void forward(const struct nsx_siginfo *info, int pid)
{
	if (program_has_it(info, pid))
		return;
	if (info->code == NSX_SI_KERNEL || info->signo == SIGCONT)
		forward_to_job(info->signo, pid);
	else if (info->code == NSX_SI_QUEUE)
		(void)nsx_sys_sigqueue(pid, info->signo, info); /* with its value */
	else
		(void)nsx_sys_kill(pid, info->signo);
}

/*
 * Take all that there is to know: of the program, and of orphans, if we are the
 * first process of a PID namespace, or a child was there before exec.
 * Return: the signal by which the program is stopped now, if it was not before.
 */
static int look(struct program *p)
{
	const int options = WAIT_NOHANG | WAIT_UNTRACED | WAIT_CONTINUED | WAIT_ALL;
	int status = 0, stopped_by = 0, pid;

	while ((pid = nsx_sys_wait(-1, &status, options)) > 0) {
		if (pid != p->pid)
			continue;
		if (status == STATUS_CONTINUED) {
			p->stopped = false;
			p->continued = !p->resumed;
			p->resumed = false;
			stopped_by = 0;
		} else if ((status & 0xff) == STATUS_STOPPED) {
			p->stopped = true;
			p->continued = false;
			p->resumed = false;
			stopped_by = status >> 8;
		} else {
			end_like(status);
		}
	}
	return stopped_by;
}

/*
 * The shell continues a job as a group, so the program gets its own SIGCONT, maybe
 * a moment after us; kill(1) may continue the waiter alone, and only then must it
 * be passed on.
 */
static void pass_continue(struct program *p, const struct nsx_siginfo *info)
{
	const uint64_t child = bit(SIGCHLD);
	const struct nsx_timespec soon = { 0, 20000000 };

	if (p->stopped) {
		(void)nsx_sys_sigtimedwait(&child, NULL, &soon);
		(void)look(p); /* stopped anew by then: that is told once more */
	}
	if (!p->continued) {
		p->resumed = p->stopped;
		forward(info, p->pid);
	}
	p->stopped = false;
	p->continued = false;
}

/* Stop as the program did, and return when we are continued. */
static void stop_like(int sig, struct program *p)
{
	const uint64_t cont = bit(SIGCONT);
	const struct nsx_timespec now = { 0, 0 };
	struct nsx_siginfo info;

	/* A continuation that is here already would be discarded by the stop. */
	if (nsx_sys_sigtimedwait(&cont, &info, &now) < 0) {
		suffer(sig);
		/* None: the stop had no effect, as in an orphaned process group. */
		if (nsx_sys_sigtimedwait(&cont, &info, &now) < 0)
			return;
	}
	(void)look(p);
	pass_continue(p, &info);
}

static void mirror(struct program *p)
{
	int sig;

	while ((sig = look(p)) != 0)
		stop_like(sig, p);
}

static void close_all_but(int keep)
{
	if (keep == NSX_NOFD && nsx_sys_close_range(0, ~0u) == 0)
		return;
	/* Before Linux 5.9; most of these are not open. */
	for (int fd = 0; fd < FDS_WITHOUT_CLOSE_RANGE; fd++)
		if (fd != keep)
			(void)nsx_sys_close(fd);
}

_Noreturn void nsx_waiter_run(int pid, int keep)
{
	struct program program = { .pid = pid };

	close_all_but(keep);
	for (;;) {
		struct nsx_siginfo info;

		if (nsx_sys_sigtimedwait(&every_signal, &info, NULL) < 0)
			continue;
		if (info.signo == SIGCHLD)
			mirror(&program);
		if (info.signo == SIGCONT)
			pass_continue(&program, &info);
		else if (info.signo != SIGCHLD || info.code <= 0) /* a process's, not a child's */
			forward(&info, pid);
	}
}
