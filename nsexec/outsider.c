/* SPDX-License-Identifier: Apache-2.0 */
#include "outsider.h"

#include <errno.h>

#include "outside.h"
#include "sys_clone.h"
#include "sys_fd.h"
#include "sys_file.h"
#include "sys_mount.h"
#include "sys_namespace.h"
#include "sys_process.h"
#include "sys_signal.h"
#include "text.h"
#include "trace.h"

enum { PATH_BYTES = 64, WAIT_ALL = 0x40000000 /* of wait(2): also one that sends no signal */ };

/* What the outsider knows. */
struct outsider {
	int channel;
	int asker; /* as /proc calls it */
	const struct nsx_facts *f;
	nsx_kinds joins;
	const struct nsx_log *log;
};

void nsx_outsider_init(struct nsx_outsider *o)
{
	*o = (struct nsx_outsider){ 0, NSX_NOFD };
}

/* "/proc/PID/ns/KIND", or what only children of that process get. */
static void put_path(char path[PATH_BYTES], int pid, enum nsx_kind kind)
{
	struct nsx_text t = nsx_text_on(path, PATH_BYTES);

	nsx_text_str(&t, "/proc/");
	nsx_text_i64(&t, pid);
	nsx_text_str(&t, "/ns/");
	nsx_text_str(&t, nsx_kind_table[kind].name);
	if (kind == NSX_PID || kind == NSX_TIME)
		nsx_text_str(&t, "_for_children");
}

static int persist(const struct outsider *self, nsx_kinds kinds, struct nsx_error *e)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		char path[PATH_BYTES], file[PATH_BYTES];
		struct nsx_text t = nsx_text_on(file, sizeof(file));
		int rc;

		if (!(kinds & NSX_KIND_BIT(k)))
			continue;
		put_path(path, self->asker, k);
		nsx_text_str(&t, "/proc/self/fd/");
		nsx_text_i64(&t, self->f->file[k]);
		rc = nsx_sys_mount(path, file, NULL, NSX_MS_BIND);
		if (rc < 0) {
			(void)nsx_fail(e, NSX_STEP_PERSIST, -rc, nsx_kind_table[k].name, path);
			return nsx_hint(e,
					k == NSX_MNT && rc == -EINVAL ? NSX_HINT_NEWER
								      : NSX_HINT_PERSIST,
					0);
		}
	}
	return 0;
}

/* Only from its parent namespace can a user namespace get its maps. */
static int enter_parent(const struct outsider *self, struct nsx_error *e)
{
	char path[PATH_BYTES];
	nsx_autofd user = NSX_NOFD, parent = NSX_NOFD;
	int rc;

	put_path(path, self->asker, NSX_USER);
	user = nsx_fd_openat(AT_FDCWD, path, O_RDONLY);
	if (user < 0)
		return nsx_fail(e, NSX_STEP_MAP, -user, path, NULL);
	parent = nsx_fd_lift(nsx_sys_ioctl(user, NSX_NS_GET_PARENT, NULL));
	if (parent < 0)
		return nsx_fail(e, NSX_STEP_MAP, -parent, "parent of the new user namespace", path);
	rc = nsx_sys_setns(parent, NSX_CLONE_NEWUSER);
	return rc < 0 ? nsx_fail(e, NSX_STEP_MAP, -rc, "join the user namespace around the new one",
				 path)
		      : 0;
}

/* Return: false: who has asked cannot be told, but sees our end. */
static bool answer(const struct outsider *self, enum nsx_step step, int rc,
		   const struct nsx_error *e)
{
	return rc == 0 ? nsx_outside_answer(self->channel, step)
		       : nsx_outside_refuse(self->channel, e);
}

static int write_maps(const struct outsider *self, struct nsx_error *e)
{
	return nsx_outside_write(self->asker, NSX_STEP_MAP, &self->f->outside, self->log, e);
}

static void trace(const struct outsider *self, enum nsx_step step, nsx_kinds kinds, int rc,
		  const struct nsx_error *e)
{
	if (rc < 0)
		nsx_trace_failure(self->log, e);
	else
		nsx_trace_act(self->log, step, kinds, NULL);
}

/* In a process of its own, since what is bound later needs the rights of out here. */
static int write_maps_below(const struct outsider *self, struct nsx_error *e)
{
	int status = 0;
	int pid = nsx_sys_clone_bare(SIGCHLD);

	if (pid == 0) {
		int rc;

		nsx_trace_birth(self->log, "map writer");
		rc = enter_parent(self, e);
		if (rc == 0)
			rc = write_maps(self, e);
		trace(self, NSX_STEP_MAP, 0, rc, e);
		nsx_sys_exit(answer(self, NSX_STEP_MAP, rc, e) ? 0 : 1);
	}
	if (pid < 0)
		return nsx_fail(e, NSX_STEP_FORK, -pid, "process that writes the maps", NULL);
	(void)nsx_sys_wait(pid, &status, 0); /* it is our child */
	return status ? nsx_fail(e, NSX_STEP_MAP, 0, "the process that writes them was killed",
				 NULL)
		      : 1;
}

/* Return: 0: done; 1: done, and answered already; -1: @e filled. */
static int carry_out(const struct outsider *self, enum nsx_step step, nsx_kinds kinds,
		     struct nsx_error *e)
{
	if (step == NSX_STEP_PERSIST)
		return persist(self, kinds, e);
	if (self->joins & NSX_KIND_BIT(NSX_USER))
		return write_maps_below(self, e);
	return write_maps(self, e);
}

/*
 * Entered: a bare clone, outside of everything.
 * Left:    never; when the channel ends.
 */
static _Noreturn void serve(const struct outsider *self)
{
	const struct nsx_sigaction by_default = { 0 };
	int32_t word;

	nsx_trace_birth(self->log, "outsider");
	(void)nsx_sys_sigaction(SIGCHLD, &by_default, NULL); /* a map tool is waited for */
	while (nsx_sys_read(self->channel, &word, sizeof(word)) == sizeof(word)) {
		struct nsx_error e = { 0 };
		enum nsx_step step;
		nsx_kinds kinds;
		int rc;

		nsx_outside_question(word, &step, &kinds);
		nsx_trace_pass(self->log);
		rc = carry_out(self, step, kinds, &e);
		trace(self, step, kinds, rc, &e);
		if (rc <= 0 && !answer(self, step, rc, &e))
			break;
	}
	nsx_sys_exit(0);
}

/*
 * As the mounted /proc calls us: it may be that of a PID namespace around ours, where
 * our own number is somebody else's.  Return: 0: it does not show us.
 */
static int called_by_proc(void)
{
	char text[16];
	uint64_t pid;
	const long n = nsx_sys_readlink("/proc/self", text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return nsx_text_number(text, INT32_MAX, &pid) ? (int)pid : 0;
}

/* With no signal at its end: nobody who minds SIGCHLD hears of it. */
int nsx_outsider_start(struct nsx_outsider *o, const struct nsx_facts *f, nsx_kinds joins,
		       const struct nsx_log *log, struct nsx_error *e)
{
	struct outsider self = { .f = f, .joins = joins, .log = log, .asker = called_by_proc() };
	int pair[2], rc;

	if (!self.asker) {
		(void)nsx_fail(e, NSX_STEP_OPEN, ENOENT, "/proc/self", NULL);
		return nsx_hint(e, NSX_HINT_PROC, 0);
	}
	rc = nsx_fd_channel(pair);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_FORK, -rc, "channel to the process outside", NULL);
	self.channel = pair[1];
	o->pid = nsx_sys_clone_bare(0);
	if (o->pid == 0) {
		nsx_fd_close(&pair[0]); /* or it would never end */
		serve(&self);
	}
	nsx_fd_close(&pair[1]);
	o->channel = pair[0];
	if (o->pid > 0)
		return 0;
	rc = -o->pid;
	nsx_fd_close(&o->channel);
	o->pid = 0;
	return nsx_fail(e, NSX_STEP_FORK, rc, "process outside", NULL);
}

void nsx_outsider_gone(struct nsx_error *e, enum nsx_step step)
{
	if (e->step == NSX_STEP_NONE)
		(void)nsx_fail(e, step, 0, "the process outside was killed", NULL);
}

void nsx_outsider_end(struct nsx_outsider *o)
{
	nsx_fd_close(&o->channel);
	if (o->pid)
		(void)nsx_sys_wait(o->pid, NULL, WAIT_ALL); /* it ends with the channel */
	o->pid = 0;
}
