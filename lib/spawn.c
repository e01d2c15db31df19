/* SPDX-License-Identifier: Apache-2.0 */
#include "spawn.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ended.h"
#include "files.h"
#include "listen.h"
#include "orphan.h"
#include "ourselves.h"
#include "room.h"
#include "sys_clone.h"
#include "sys_fd.h"
#include "sys_pidfd.h"
#include "sys_process.h"
#include "sys_signal.h"
#include "target.h"
#include "text.h"

int nsx_spawn_read(const struct nsexec_options *options, struct nsx_how *how, struct nsx_error *e)
{
	if (nsx_how_read(options, how, e) < 0)
		return -1;
	if (how->rq.kill_child)
		return nsx_fail(e, NSX_STEP_OPTIONS, 0,
				"the thread that spawns may end before the program",
				"--kill-child");
	/* Whatever is spawned is a new process already, with nobody in front. */
	how->rq.detach = false;
	if (how->rq.fork == NSX_FORK_ALWAYS)
		how->rq.fork = NSX_FORK_AUTO;
	return 0;
}

static void prepare(struct nsx_call *c)
{
	c->log = (struct nsx_log){ .level = NSX_LOG_OFF, .fd = NSX_NOFD };
	c->channel[0] = c->channel[1] = c->image = NSX_NOFD;
	c->middle_pidfd = c->program_pidfd = NSX_NOFD;
	nsx_engine_init(&c->en, &c->how->rq, &c->log, c->envp);
	c->en.shares = true;
	c->in = &c->en;
}

/* The process in between has done its part.  It ends silently, so nobody else has waited for it. */
static void reap(int pid)
{
	(void)nsx_sys_wait(pid, NULL, NSX_WAIT_ALL);
}

/* As in own_pidfd(), for the keeper is there for a while; no way to lift it is no reason to end. */
static void lift_middle(struct nsx_call *c)
{
	const int low = c->middle_pidfd;
	const int high = low < 0 || low > 2 ? -1 : nsx_sys_fcntl(low, F_DUPFD_CLOEXEC, 3);

	if (high < 0)
		return;
	c->middle_pidfd = high;
	(void)nsx_sys_close(low); /* the number is free either way */
}

/*
 * All signals are held, in us and so in all that is born: a handler of the host would run
 * in its memory without being it.
 */
static int bear(struct nsx_call *c, nsx_born_fn *middle, struct nsx_error *e)
{
	const struct nsx_birth birth = {
		.flags = NSX_CLONE_VM | NSX_CLONE_FILES |
			 (c->kept ? NSX_CLONE_PIDFD : NSX_CLONE_VFORK),
		.stack = c->stack,
		.stack_bytes = NSX_CALL_STACK_BYTES,
		.pidfd = &c->middle_pidfd,
	};
	int pid = nsx_sys_clone_on(&birth, false, middle, c);

	if (pid == -ENOSYS || pid == -EINVAL || pid == -EPERM) {
		c->plain = true;
		pid = nsx_sys_clone_on(&birth, true, middle, c);
	}
	if (pid < 0)
		return nsx_fail(e, NSX_STEP_FORK, -pid, "process that enters", NULL);
	c->middle = pid;
	lift_middle(c);
	if (c->middle_pidfd == NSX_NOFD)
		c->deadline = 0; /* before Linux 5.3 nobody could end the program behind it */
	if (!c->kept || nsx_keep_hear(c, e) == 0)
		return 0;
	if (!c->haunted) {
		reap(pid);
		nsx_orphan_end(c);
	}
	nsx_fd_close(&c->middle_pidfd);
	return -1;
}

static void hold(struct nsx_call *c)
{
	const uint64_t all = ~(uint64_t)0;

	(void)nsx_sys_sigmask(SIG_SETMASK, &all, &c->mask); /* cannot fail: a valid set */
}

static void release(const struct nsx_call *c)
{
	(void)nsx_sys_sigmask(SIG_SETMASK, &c->mask, NULL); /* likewise */
}

/* Has it become what it was made for?  Otherwise it ends, or has ended. */
static int find_out(struct nsx_call *c, const struct nsexec_child *child, struct nsx_error *e)
{
	if (c->e.step != NSX_STEP_NONE) {
		*e = c->e;
		return -1;
	}
	if (c->launched)
		return nsx_listen(c, child, e);
	if (!c->executes || (!c->kept && nsx_ended_unseen(child->pid)))
		return nsx_fail(e, NSX_STEP_EXEC, ECHILD, "the program's process was killed",
				c->argv[0]);
	return 0;
}

/* A descriptor below 3 would be taken for a standard stream that the host has closed. */
static int own_pidfd(struct nsexec_child *child, int32_t *pidfd, struct nsx_error *e)
{
	child->pidfd = *pidfd == NSX_NOFD ? nsx_fd_pidfd(child->pid) : nsx_fd_lift(*pidfd);
	*pidfd = NSX_NOFD;
	if (child->pidfd == -ENOSYS)
		child->pidfd = NSX_NOFD; /* before Linux 5.3 */
	if (child->pidfd >= NSX_NOFD)
		return 0;
	return nsx_fail(e, NSX_STEP_OPEN, -child->pidfd, "pidfd of the program", NULL);
}

/* Nothing is left.  One that is kept is not ours, but ends before its keeper. */
static void clear_away(struct nsx_call *c, const struct nsexec_child *child, bool runs)
{
	if (runs)
		(void)nsx_sys_kill(child->pid, SIGKILL); /* nobody could say how it is called */
	reap(c->kept ? c->middle : child->pid);
	nsx_fd_close(&c->middle_pidfd);
	nsx_fd_close(&c->program_pidfd);
}

/*
 * Middle knows it by another number if the children of this thread are born in another PID
 * namespace, as after nsexec_join(); there its parent has none.  The kernel tells ours
 * (Linux 6.13), else /proc.
 */
static void name_program(struct nsx_call *c)
{
	struct nsx_pidfd_info info = { .mask = NSX_PIDFD_EXIT }; /* what else there is comes too */
	struct nsx_target t = { .pidfd = c->program_pidfd, .proc = NSX_NOFD };
	int pid = 0;

	if (!c->elsewhere || !c->program_pid || c->program_pidfd == NSX_NOFD)
		return;
	if (nsx_sys_ioctl(c->program_pidfd, NSX_PIDFD_GET_INFO, &info) == 0)
		pid = (int)info.pid;
	else
		pid = nsx_target_proc_pid(&t);
	if (pid > 0)
		c->program_pid = pid;
}

static int conclude(struct nsx_call *c, struct nsexec_child *child, struct nsx_error *e)
{
	int32_t *pidfd = c->program_pid ? &c->program_pidfd : &c->middle_pidfd;
	int rc;

	if (!c->kept && !c->program_pid)
		nsx_orphan_end(c);
	name_program(c);
	child->pid = c->program_pid ? c->program_pid : c->middle;
	child->pidfd = *pidfd;
	rc = find_out(c, child, e);
	if (c->program_pid && !c->kept)
		reap(c->middle);
	if (rc == 0 && own_pidfd(child, pidfd, e) == 0)
		return 0;
	clear_away(c, child, rc == 0);
	return -1;
}

static int spawn(struct nsx_call *c, struct nsexec_child *child, struct nsx_error *e)
{
	int rc;

	prepare(c);
	hold(c);
	if (c->ready && !nsx_ourselves_as_planned(&c->ready->facts))
		c->ready = NULL;
	if (!c->ready)
		nsx_ourselves_tell(&c->how->rq, &c->en.facts);
	rc = bear(c, nsx_middle, e);
	if (rc == 0)
		rc = conclude(c, child, e);
	release(c);
	nsx_fd_close(&c->channel[0]);
	nsx_fd_close(&c->channel[1]);
	nsx_fd_close(&c->image);
	nsx_engine_close(&c->en);
	return rc;
}

int nsx_spawn_look(struct nsx_call *c, struct nsx_error *e)
{
	int rc;

	prepare(c);
	hold(c);
	rc = bear(c, nsx_middle_looks, e);
	release(c);
	if (rc < 0)
		return -1;
	reap(c->middle);
	if (c->e.step == NSX_STEP_NONE && !c->looked)
		(void)nsx_fail(&c->e, NSX_STEP_TARGET, ECHILD, "who looks at it was killed",
			       c->how->rq.target);
	if (c->e.step == NSX_STEP_NONE)
		return 0;
	*e = c->e;
	return -1;
}

/* Tools that write id maps are found where the caller finds them, not where its program would. */
static char *our_path(void)
{
	static const char none[] = "";

	for (char **at = environ; at && *at; at++)
		if (nsx_text_after(*at, "PATH="))
			return *at;
	return (char *)(uintptr_t)none; /* execve(2) only reads */
}

static size_t count(const char *const *words)
{
	size_t n = 0;

	while (words[n])
		n++;
	return n;
}

int nsx_spawn(const struct nsx_spawning *s, const struct nsexec_program *program,
	      struct nsexec_child *child, struct nsx_error *e)
{
	const size_t argc = count(program->argv);
	struct nsx_room *room = nsx_room_take(s->spares, argc, program->n_files, e);
	struct nsx_call *c;
	int rc = 0;

	if (!room)
		return -1;
	c = &room->call;
	memcpy(c->argv, program->argv, (argc + 1) * sizeof(char *));
	if (!s->how)
		rc = nsx_spawn_read(s->options, &room->how, e);
	if (!s->how && s->kept && room->how.rq.fork == NSX_FORK_AUTO)
		room->how.rq.fork = NSX_FORK_ALWAYS; /* what is the program's is not its keeper's */
	c->how = s->how ? s->how : &room->how;
	c->ready = s->ready;
	c->lent_image = s->lent_image;
	c->kept = s->kept;
	if (s->kept) {
		c->deadline = s->kept->deadline;
		c->feed = s->kept->feed;
	}
	c->program = program;
	c->envp = (char *const *)(uintptr_t)program->envp;
	c->path = our_path();
	if (rc == 0)
		rc = nsx_files_open(program, c->opened, e);
	if (rc == 0) {
		rc = spawn(c, child, e);
		nsx_files_close(program, c->opened);
	}
	if (!s->how && !c->haunted)
		nsx_how_forget(&room->how);
	if (rc == 0 && s->kept)
		*s->kept = (struct nsx_kept){
			.deadline = c->deadline,
			.room = room,
			.spares = s->spares,
			.ends = { .fd = c->middle_pidfd, .events = 1 },
			.pid = c->middle,
			.program = *child,
		};
	else if (!c->haunted)
		nsx_room_give(s->spares, room);
	return rc;
}

int nsexec_spawn(const struct nsexec_options *how, const struct nsexec_program *program,
		 struct nsexec_child *child, struct nsexec_error *error)
{
	struct nsexec_program taken;
	struct nsx_error e = { 0 };

	if (nsx_program_take(program, &taken, &e) < 0 ||
	    nsx_spawn(&(const struct nsx_spawning){ .options = how }, &taken, child, &e) < 0)
		return nsx_api_fail(error, &e);
	return 0;
}
