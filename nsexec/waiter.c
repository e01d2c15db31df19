/* SPDX-License-Identifier: Apache-2.0 */
#include "waiter.h"

#include <stdbool.h>

#include "fd.h"

/* Options and status of wait(2), as the kernel has them. */
enum {
	WAIT_NOHANG = 1,
	WAIT_UNTRACED = 2,
	WAIT_CONTINUED = 8,
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

/* What the terminal driver sends goes to the whole foreground group: the program has it. */
static bool from_terminal(int sig)
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

/*
 * A session leader is told of a hang-up by itself, not as one of a group; the
 * program would have been that leader without us.
 */
static bool program_has_it(const struct nsx_siginfo *info)
{
	if (info->code != NSX_SI_KERNEL || !from_terminal(info->signo))
		return false;
	return info->signo != SIGHUP || nsx_sys_getsid(0) != nsx_sys_getpid();
}

/* The program may have become another user by exec: then its sender fails as well. */
static void forward(const struct nsx_siginfo *info, int pid)
{
	if (program_has_it(info))
		return;
	if (info->code == NSX_SI_QUEUE)
		(void)nsx_sys_sigqueue(pid, info->signo, info); /* with its value */
	else
		(void)nsx_sys_kill(pid, info->signo);
}

/* Has the program been continued, by whomever, since it stopped? */
static bool continued(int pid)
{
	int status = 0;

	if (nsx_sys_wait(pid, &status, WAIT_NOHANG | WAIT_CONTINUED) != pid)
		return false;
	if (status != STATUS_CONTINUED)
		end_like(status);
	return true;
}

/*
 * Stop as the program did; return when we are continued.  The shell continues a
 * job as a group, so the program gets its own SIGCONT, maybe a moment after us;
 * kill(1) may continue the waiter alone, and only then it must be passed on.
 */
static void stop_like(int sig, int pid)
{
	const uint64_t cont = bit(SIGCONT), child = bit(SIGCHLD);
	const struct nsx_timespec now = { 0, 0 }, soon = { 0, 20000000 };
	struct nsx_siginfo info;

	suffer(sig);
	/* None: the stop had no effect, as in an orphaned process group. */
	if (nsx_sys_sigtimedwait(&cont, &info, &now) < 0 || continued(pid))
		return;
	(void)nsx_sys_sigtimedwait(&child, NULL, &soon);
	if (!continued(pid))
		forward(&info, pid);
}

/* Take all that there is to know of the program, and act on where it stands now. */
static void look_at(int pid)
{
	const int options = WAIT_NOHANG | WAIT_UNTRACED | WAIT_CONTINUED;
	int status = 0, stopped_by = 0;

	for (;;) {
		while (nsx_sys_wait(pid, &status, options) == pid) {
			if (status == STATUS_CONTINUED)
				stopped_by = 0;
			else if ((status & 0xff) == STATUS_STOPPED)
				stopped_by = status >> 8;
			else
				end_like(status);
		}
		if (!stopped_by)
			return;
		stop_like(stopped_by, pid);
		stopped_by = 0;
	}
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
	close_all_but(keep);
	for (;;) {
		struct nsx_siginfo info;

		if (nsx_sys_sigtimedwait(&every_signal, &info, NULL) < 0)
			continue;
		if (info.signo == SIGCHLD)
			look_at(pid);
		if (info.signo != SIGCHLD || info.code <= 0) /* <= 0: from a process, not of one */
			forward(&info, pid);
	}
}
