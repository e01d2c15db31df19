/* SPDX-License-Identifier: Apache-2.0 */
/* The keeper's side is of those parts that use no libc, and the other one needs none. */
#include "keep.h"

#include <errno.h>

#include "deadline.h"
#include "sys.h"
#include "sys_clone.h"
#include "sys_pidfd.h"
#include "sys_process.h"
#include "sys_signal.h"
#include "sys_socket.h"
#include "sys_time.h"

enum {
	FUTEX_WAIT_PRIVATE_OP = 0 | 128,
	FUTEX_WAKE_PRIVATE_OP = 1 | 128,
	CLOSE_RANGE_UNSHARE_BIT = 2,
};

/* Still to be waited for. */
static bool has_ended(int pid)
{
	enum { UNTOLD = 0x01000000 };
	const int options = NSX_WAIT_EXITED | NSX_WAIT_ALL | NSX_WAIT_NOHANG | UNTOLD;
	struct nsx_siginfo info = { 0 };

	return nsx_sys_waitid(NSX_P_PID, pid, &info, options) == 0 && info.pid;
}

static bool has_told(const struct nsx_call *c)
{
	return __atomic_load_n(&c->told, __ATOMIC_ACQUIRE);
}

int nsx_keep_fail_late(const struct nsx_call *c, struct nsx_error *e)
{
	return nsx_fail(e, NSX_STEP_EXEC, ETIMEDOUT, "not executed in time", c->argv[0]);
}

/*
 * Whoever controls a file that is opened or executed can make that take for ever.  The keeper
 * waits for it killably; if not, and it cannot be killed, its stack is left to it.
 */
static int end_late(struct nsx_call *c, struct nsx_error *e)
{
	const int64_t deadline = nsx_now_millis() + NSX_DEATH_MILLIS;

	(void)nsx_sys_kill(c->middle, SIGKILL);
	while (!has_ended(c->middle) && !c->haunted) {
		(void)nsx_sys_poll(NULL, 0, 1);
		c->haunted = nsx_millis_until(deadline) == 0;
	}
	return nsx_keep_fail_late(c, e);
}

/* Killed, it cannot wake us: hence the look now and then. */
int nsx_keep_hear(struct nsx_call *c, struct nsx_error *e)
{
	const struct nsx_timespec a_while = { 0, 20000000 };

	while (!has_told(c)) {
		(void)nsx_syscall4(__NR_futex, &c->told, FUTEX_WAIT_PRIVATE_OP, 0, &a_while);
		if (has_told(c))
			break;
		if (has_ended(c->middle) && !has_told(c))
			return nsx_fail(e, NSX_STEP_FORK, ECHILD,
					"the process that enters was killed", NULL);
		if (c->deadline && nsx_millis_until(c->deadline) == 0)
			return end_late(c, e);
	}
	return 0;
}

void nsx_keep_tell(struct nsx_call *c)
{
	__atomic_store_n(&c->told, 1, __ATOMIC_RELEASE);
	(void)nsx_syscall3(__NR_futex, &c->told, FUTEX_WAKE_PRIVATE_OP,
			   1); /* nobody may wait yet */
}

void nsx_keep_begin(struct nsx_call *c)
{
	const struct nsx_sigaction by_default = { 0 };
	struct nsx_sigaction old = { 0 };

	(void)nsx_sys_prctl(NSX_PR_SET_PDEATHSIG, SIGKILL);  /* cannot fail: a valid signal */
	(void)nsx_sys_sigaction(SIGCHLD, &by_default, &old); /* likewise */
	c->ignores_chld = old.handler == 1;
}

/* Whoever waits for the end of a pipe must not wait for us.  @but: NSX_NOFD: none is kept */
static void drop_files(int but)
{
	if (nsx_syscall3(__NR_close_range, but + 1, ~0u, CLOSE_RANGE_UNSHARE_BIT) == 0) {
		if (but > 0)
			(void)nsx_syscall3(__NR_close_range, 0, but - 1, 0); /* as above */
		return;
	}
	if (nsx_syscall1(__NR_unshare, NSX_CLONE_FILES) == 0) /* else they are the host's */
		nsx_fd_close_all_but(&but, 1);
}

/*
 * Entered: with descriptors of our own.  So nobody else has the end of the pipe that comes now:
 * a process that another thread of the host forks would keep it open, and the program would
 * wait for the end of its input for as long as that lives.
 */
static void feed(const struct nsx_feed *f, int program)
{
	enum { READABLE = 1, WRITABLE = 4, NO_PIDFD_MILLIS = 10 };
	struct nsx_pollfd come = { .fd = f->channel, .events = READABLE };
	nsx_autofd input = NSX_NOFD, pidfd = nsx_fd_pidfd(program);
	size_t fed = 0;
	char byte;

	if (nsx_sys_poll(&come, 1, 0) != 1)
		return;						/* it has not got so far */
	(void)nsx_sys_receive_fd(f->channel, &byte, 1, &input); /* else there is none */
	while (input >= 0 && fed < f->in_bytes) {
		struct nsx_pollfd poll[] = { { .fd = input, .events = WRITABLE },
					     { .fd = pidfd, .events = READABLE } };
		long n;

		(void)nsx_sys_poll(poll, 2, pidfd >= 0 ? -1 : NO_PIDFD_MILLIS); /* we look */
		if (poll[1].revents || (pidfd < 0 && has_ended(program)))
			return;
		n = nsx_sys_write(input, f->in + fed, f->in_bytes - fed);
		if (n < 0 && n != -EAGAIN)
			return; /* a program that does not read all of it is no error */
		fed += n > 0 ? (size_t)n : 0;
	}
}

void nsx_keep_stay(struct nsx_call *c)
{
	const int program = c->program_pid;

	nsx_keep_tell(c);
	drop_files(c->feed.channel);
	if (c->feed.channel != NSX_NOFD)
		feed(&c->feed, program);
	if (nsx_sys_wait(program, &c->status, NSX_WAIT_ALL) == program)
		__atomic_store_n(&c->ended, true, __ATOMIC_RELEASE);
	nsx_sys_exit(0);
}

bool nsx_keep_end_orphan(int pidfd)
{
	const int64_t deadline = nsx_now_millis() + NSX_DEATH_MILLIS;
	struct nsx_pollfd poll = { .fd = pidfd, .events = 1 };
	int rc;

	if (pidfd == NSX_NOFD)
		return true;
	(void)nsx_sys_pidfd_send_signal(pidfd, SIGKILL); /* or it has ended */
	do
		rc = nsx_sys_poll(&poll, 1, nsx_millis_until(deadline));
	while (rc == -EINTR);
	return rc != 0;
}

void nsx_kept_kill(const struct nsx_kept *k)
{
	int rc = -EBADF;

	if (k->program.pidfd != NSX_NOFD)
		rc = nsx_sys_pidfd_send_signal(k->program.pidfd, SIGKILL);
	if (rc < 0 && rc != -ESRCH) /* a filter may forbid it */
		(void)nsx_sys_kill(k->program.pid, SIGKILL);
	(void)nsx_sys_kill(k->pid, SIGCONT); /* somebody may have stopped the keeper, our child */
}

int nsx_kept_ended(struct nsx_kept *k, bool waits, int *status, struct nsx_error *e)
{
	const int options = NSX_WAIT_ALL | (waits ? 0 : NSX_WAIT_NOHANG);

	if (nsx_sys_wait(k->pid, NULL, options) == 0)
		return 0;
	if (!__atomic_load_n(&k->room->call.ended, __ATOMIC_ACQUIRE)) {
		(void)nsx_keep_end_orphan(k->program.pidfd); /* executed long ago: off our stack */
		return nsx_fail(e, NSX_STEP_WAIT, ECHILD, "the process that waits was killed",
				NULL);
	}
	*status = k->room->call.status;
	return 1;
}

int nsx_kept_abandon(struct nsx_kept *k, int *status, struct nsx_error *e)
{
	(void)nsx_sys_kill(k->pid, SIGKILL);
	(void)nsx_sys_wait(k->pid, NULL, NSX_WAIT_ALL);
	if (!__atomic_load_n(&k->room->call.ended, __ATOMIC_ACQUIRE))
		return nsx_fail(e, NSX_STEP_WAIT, ETIMEDOUT, "killed, and it does not end", NULL);
	*status = k->room->call.status;
	return 1;
}

void nsx_kept_close(struct nsx_kept *k)
{
	nsx_fd_close(&k->ends.fd);
	nsx_fd_close(&k->program.pidfd);
	nsx_room_give(k->spares, k->room);
}
