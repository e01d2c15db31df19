/* SPDX-License-Identifier: Apache-2.0 */
#include "process.h"

#include <errno.h>
#include <stdbool.h>

#include "sys_clone.h"
#include "sys_fd.h"
#include "sys_process.h"
#include "sys_signal.h"
#include "sys_socket.h"
#include "sys_thread.h"

/* One datagram: it arrives whole or not at all. */
struct message {
	int32_t inside;
	struct nsx_error error;
};

/* By which a process sees that another has ended; the second end is the other's. */
struct lifeline {
	int watch; /* readable or hung up: it has ended */
	int hold;  /* kept open by the one that is watched; NSX_NOFD: @watch is a pidfd */
};

void nsx_process_init(struct nsx_process *p)
{
	*p = (struct nsx_process){
		.channel = NSX_NOFD,
		.watch = NSX_NOFD,
		.hold = NSX_NOFD,
		.room = NULL,
		.cgroup = NSX_NOFD,
		.death_signal = SIGKILL,
	};
}

static int fail(int err, const char *what, struct nsx_error *e)
{
	return nsx_fail(e, NSX_STEP_FORK, err, what, NULL);
}

static int lifeline_open(int *pidfd, struct lifeline *l)
{
	int pair[2], rc;

	*l = (struct lifeline){ nsx_fd_take(pidfd), NSX_NOFD };
	if (l->watch == NSX_NOFD)
		l->watch = nsx_fd_pidfd(nsx_sys_getpid());
	if (l->watch >= 0)
		return 0;
	rc = nsx_sys_pipe(pair, O_CLOEXEC); /* before Linux 5.3 */
	if (rc == 0)
		rc = nsx_fd_lift_pair(pair);
	if (rc == 0)
		*l = (struct lifeline){ pair[0], pair[1] };
	return rc;
}

static bool lives(int watch)
{
	struct nsx_pollfd poll = { .fd = watch, .events = 1 };
	int rc;

	do
		rc = nsx_sys_poll(&poll, 1, 0);
	while (rc == -EINTR); /* though it does not wait */
	return rc == 0;
}

void nsx_process_bind(const struct nsx_process *p)
{
	if (p->watch == NSX_NOFD && !p->room)
		return;
	(void)nsx_sys_prctl(NSX_PR_SET_PDEATHSIG,
			    (unsigned long)p->death_signal); /* cannot fail: a valid signal */
	if (p->room ? __atomic_load_n(&p->room->alive, __ATOMIC_ACQUIRE) : lives(p->watch))
		return;
	(void)nsx_sys_kill(nsx_sys_getpid(), SIGKILL);
	nsx_sys_exit(125); /* the first process of a PID namespace survives its own SIGKILL */
}

/*
 * libc's fork() has the thread id right, but musl before 1.2.4 forgets where the
 * kernel should clear it when the thread ends; glibc has set the same address.
 */
int nsx_process_fork_host(nsx_fork_fn *make)
{
	unsigned long tid_address = 0;
	int pid;

	(void)nsx_sys_prctl(NSX_PR_GET_TID_ADDRESS, (unsigned long)&tid_address); /* stays 0 */
	pid = make();
	if (pid == 0 && tid_address)
		(void)nsx_sys_set_tid_address(tid_address); /* cannot fail */
	return pid;
}

/* libc keeps the errno of its fork() to itself; the kernel tells it again. */
static int why_no_fork(void)
{
	int pid = nsx_sys_clone_bare(SIGCHLD);

	if (pid == 0)
		nsx_sys_exit(0);
	if (pid < 0)
		return -pid;
	(void)nsx_sys_wait(pid, NULL, 0); /* it has nothing to tell */
	return EAGAIN;
}

int nsx_process_fork_again(nsx_fork_fn *make, int *pid, struct nsx_error *e)
{
	*pid = make ? nsx_process_fork_host(make) : nsx_sys_clone_bare(SIGCHLD);
	if (*pid >= 0)
		return *pid > 0;
	return fail(make ? why_no_fork() : -*pid, "program behind its init", e);
}

/*
 * Born in its cgroup, a process never counts elsewhere, and is spared the move, which
 * takes a lock of the whole machine.  Whoever is refused that is born here, and moves.
 */
static int make_bare(const struct nsx_returning *libc, unsigned long flags, struct nsx_process *p)
{
	int pid = -ENOSYS;

	if (p->cgroup != NSX_NOFD)
		pid = nsx_returning_clone_into(libc, flags, p->cgroup);
	p->born = pid == 0;
	return pid < 0 ? nsx_returning_clone(libc, flags) : pid;
}

int nsx_process_fork(nsx_fork_fn *make, bool report, struct nsx_process *p, int *pid,
		     struct nsx_error *e)
{
	int channel[2] = { NSX_NOFD, NSX_NOFD };
	struct lifeline life;
	int rc = lifeline_open(&p->watch, &life);

	if (rc < 0)
		return fail(-rc, "lifeline to the waiter", e);
	if (report)
		rc = nsx_fd_channel(channel);
	if (report && rc == 0)
		rc = nsx_sys_pass_sender(channel[0]);
	if (rc < 0) {
		nsx_fd_close(&life.watch);
		nsx_fd_close(&life.hold);
		return fail(-rc, "channel to the waiter", e);
	}
	nsx_signals_hold(&p->signals);
	p->held = true;
	*pid = make ? nsx_process_fork_host(make) : make_bare(NULL, 0, p);
	if (*pid == 0) {
		nsx_fd_close(&life.hold); /* else the pipe would never hang up */
		nsx_fd_close(&channel[0]);
		p->channel = channel[1];
		p->watch = life.watch;
		p->forked = true;
		nsx_process_bind(p);
		return 0;
	}
	nsx_fd_close(&channel[1]); /* else the channel would never end */
	p->channel = channel[0];
	p->watch = life.watch;
	p->hold = life.hold;
	if (*pid > 0)
		return 1;
	nsx_signals_restore(&p->signals);
	p->held = false;
	nsx_process_close(p);
	return fail(make ? why_no_fork() : -*pid, "returning process", e);
}

/* The waiter is in its room by the time that the new process is back here. */
int nsx_process_fork_leaving(struct nsx_process *p, struct nsx_waiter_room *room)
{
	nsx_signals_hold(&p->signals);
	p->held = true;
	p->room = room;
	if (nsx_sys_clone_leaving(room->stack + sizeof(room->stack), nsx_waiter_stay, room) == 0) {
		p->forked = true;
		nsx_process_bind(p);
		return 0;
	}
	p->room = NULL;
	nsx_signals_restore(&p->signals);
	p->held = false;
	return -1;
}

/* The first process of a PID namespace has no siblings, says clone(2) with EINVAL. */
static int fail_detach(int err, struct nsx_error *e)
{
	(void)fail(err, "detached process", e);
	return nsx_hint(e, err == EINVAL ? NSX_HINT_FIRST_PROCESS : NSX_HINT_NONE, 0);
}

int nsx_process_detach(const struct nsx_returning *libc, struct nsx_process *p, int *pid,
		       struct nsx_error *e)
{
	int channel[2];
	int rc = nsx_fd_channel(channel);

	if (rc < 0)
		return fail(-rc, "channel to the detached process", e);
	*pid = make_bare(libc, NSX_CLONE_PARENT, p);
	nsx_fd_close(&channel[*pid != 0]); /* each closes the other's, or it would never end */
	p->channel = channel[*pid == 0];
	p->forked = *pid == 0;
	if (*pid >= 0)
		return *pid > 0;
	nsx_process_close(p);
	return fail_detach(-*pid, e);
}

void nsx_process_release(struct nsx_process *p)
{
	const char go = 1;

	(void)nsx_sys_send(p->channel, &go, sizeof(go)); /* if it has died, that is heard next */
}

void nsx_process_stand(struct nsx_process *p)
{
	char go;

	if (nsx_sys_read(p->channel, &go, sizeof(go)) != sizeof(go))
		nsx_sys_exit(125);
}

void nsx_process_close(struct nsx_process *p)
{
	nsx_fd_close(&p->channel);
	nsx_fd_close(&p->watch);
	nsx_fd_close(&p->hold);
}

void nsx_process_tell(struct nsx_process *p, const struct nsx_error *error)
{
	struct message m;

	if (p->channel == NSX_NOFD)
		return;
	m = (struct message){ .inside = nsx_sys_getpid(), .error = *error };
	(void)nsx_sys_send(p->channel, &m, sizeof(m)); /* a dead waiter hears nothing */
}

bool nsx_process_hear(struct nsx_process *p, struct nsx_outcome *out)
{
	struct message m = { 0 };

	if (nsx_sys_receive(p->channel, &m, sizeof(m), &out->pid) != sizeof(m)) {
		nsx_fd_close(&p->channel);
		return false;
	}
	out->inside = m.inside;
	out->error = m.error;
	return true;
}
