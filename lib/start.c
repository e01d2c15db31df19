/* SPDX-License-Identifier: Apache-2.0 */
/* Entered: in the process that will execute, all signals held, with descriptors of its own. */
#include "call.h"

#include <errno.h>

#include "files.h"
#include "sys.h"
#include "sys_fd.h"
#include "sys_process.h"
#include "sys_signal.h"
#include "sys_socket.h"

enum { CLOSE_RANGE_CLOEXEC_BIT = 4 };

static int fail(enum nsx_step step, int rc, const char *what, int number, struct nsx_error *e)
{
	return nsx_fail_number(e, step, -rc, what, "", (uint64_t)number, "");
}

/*
 * To be closed by execve(2) is as good as closed, and leaves us those that we still need.
 * Before Linux 5.11 one by one, as far as there can be any.
 */
static int close_from(int first, struct nsx_error *e)
{
	enum { RLIMIT_FILES = 7, ENOUGH = 1 << 20 };
	struct nsx_rlimit limit = { 0 };
	int rc = (int)nsx_syscall3(__NR_close_range, first, ~0u, CLOSE_RANGE_CLOEXEC_BIT);

	if (rc == 0)
		return 0;
	rc = nsx_sys_prlimit(RLIMIT_FILES, NULL, &limit);
	if (rc < 0)
		return fail(NSX_STEP_FILES, rc, "close from", first, e);
	for (int fd = first; fd < ENOUGH && (uint64_t)fd < limit.soft; fd++)
		(void)nsx_sys_fcntl(fd, F_SETFD, FD_CLOEXEC); /* most are not open */
	return 0;
}

/* The end to write into is sent away before any other process could have a copy of it. */
static int be_fed(const struct nsexec_file *file, struct nsx_error *e)
{
	int pair[2] = { NSX_NOFD, NSX_NOFD };
	long rc = nsx_sys_pipe(pair, O_CLOEXEC);

	if (rc == 0)
		rc = nsx_fd_lift_pair(pair);
	if (rc == 0)
		rc = nsx_sys_fcntl(pair[1], F_SETFL, O_NONBLOCK);
	if (rc == 0)
		rc = nsx_sys_send_fd(file->from, "", 1, pair[1]);
	if (rc >= 0)
		rc = nsx_sys_dup3(pair[0], file->fd, 0);
	nsx_fd_close(&pair[0]);
	nsx_fd_close(&pair[1]);
	return rc < 0 ? nsx_fail(e, NSX_STEP_FILES, (int)-rc, "pipe to the program", NULL) : 0;
}

static int set_up(const struct nsexec_file *file, int opened, struct nsx_error *e)
{
	const int from = file->action == NSEXEC_FILE_OPEN ? opened : file->from;
	int rc;

	switch (file->action) {
	case NSEXEC_FILE_DUP:
	case NSEXEC_FILE_OPEN:
		rc = from == file->fd ? nsx_sys_fcntl(from, F_SETFD, 0)
				      : nsx_sys_dup3(from, file->fd, 0);
		return rc < 0 ? fail(NSX_STEP_FILES, rc, "descriptor", from, e) : 0;
	case NSEXEC_FILE_CLOSE:
		(void)nsx_sys_close(file->fd); /* open or not */
		return 0;
	case NSX_FILE_FEED:
		return be_fed(file, e);
	default:
		return close_from(file->fd, e);
	}
}

static int set_group(int group, struct nsx_error *e)
{
	int rc = (int)nsx_syscall2(__NR_setpgid, 0, group);

	return rc < 0 ? fail(NSX_STEP_SESSION, rc, "process group", group, e) : 0;
}

int nsx_start_in_group(struct nsx_call *c, struct nsx_error *e)
{
	const struct nsexec_program *p = c->program;

	if (!(p->flags & NSEXEC_PROGRAM_SETPGROUP) || (p->flags & NSEXEC_PROGRAM_SETSID) ||
	    !p->pgroup)
		return 0;
	c->grouped = true;
	return set_group(p->pgroup, e);
}

static int lead(const struct nsx_call *c, struct nsx_error *e)
{
	const struct nsexec_program *p = c->program;
	int rc = 0;

	if (p->flags & NSEXEC_PROGRAM_SETSID)
		rc = nsx_sys_setsid();
	if (rc < 0)
		return fail(NSX_STEP_SESSION, rc, "session of its own", 0, e);
	if ((p->flags & NSEXEC_PROGRAM_SETPGROUP) && !c->grouped)
		return set_group(p->pgroup, e);
	return 0;
}

/*
 * A handler of the host would run in here, in its memory.  What is ignored stays so, but
 * for what is to be at its default.
 */
static void reset_signals(const struct nsx_call *c)
{
	const struct nsexec_program *p = c->program;
	const uint64_t to_default = p->flags & NSEXEC_PROGRAM_SIGDEFAULT ? p->sigdefault : 0;
	const struct nsx_sigaction by_default = { 0 };
	const struct nsx_sigaction ignored = { .handler = 1 };
	struct nsx_sigaction now;

	if (c->ignores_chld)
		(void)nsx_sys_sigaction(SIGCHLD, &ignored, NULL); /* cannot fail: a valid signal */
	for (int sig = 1; sig <= NSX_SIG_COUNT; sig++) {
		bool reset = to_default >> (sig - 1) & 1;

		if (!reset && c->plain)
			reset = nsx_sys_sigaction(sig, NULL, &now) == 0 && now.handler > 1;
		if (reset)
			(void)nsx_sys_sigaction(sig, &by_default, NULL); /* but SIGKILL, SIGSTOP */
	}
}

int nsx_start(const struct nsx_call *c, struct nsx_error *e)
{
	const struct nsexec_program *p = c->program;

	if (lead(c, e) < 0)
		return -1;
	for (size_t i = 0; i < p->n_files; i++)
		if (set_up(&p->file[i], c->opened[i], e) < 0)
			return -1;
	reset_signals(c);
	(void)nsx_sys_sigmask(SIG_SETMASK,
			      p->flags & NSEXEC_PROGRAM_SIGMASK ? &p->sigmask : &c->mask,
			      NULL); /* cannot fail: a valid set */
	return 0;
}
