/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <errno.h>
#include <stdbool.h>

#include "text.h"

int nsx_who_parse(const char *text, struct nsx_who *out, struct nsx_error *e)
{
	uint64_t pid;

	if (!nsx_text_number(text, INT32_MAX, &pid) || pid == 0)
		return nsx_fail(e, NSX_STEP_TARGET, 0, "not a PID", text);
	out->pid = (int)pid;
	return 0;
}

void nsx_target_init(struct nsx_target *t)
{
	*t = (struct nsx_target){ .pidfd = NSX_NOFD, .proc = NSX_NOFD };
}

void nsx_target_close(struct nsx_target *t)
{
	nsx_fd_close(&t->pidfd);
	nsx_fd_close(&t->proc);
}

static int fail(const struct nsx_target *t, int err, struct nsx_error *e)
{
	return nsx_fail_number(e, NSX_STEP_TARGET, err, "process", "PID ", (uint64_t)t->pid, "");
}

/* Errors of our own process; any other means that this kernel has no pidfd for it. */
static bool out_of_room(int err)
{
	return err == EMFILE || err == ENFILE || err == ENOMEM;
}

int nsx_target_open(const struct nsx_who *who, struct nsx_target *t, struct nsx_error *e)
{
	int fd = nsx_fd_pidfd(who->pid);

	t->pid = who->pid;
	if (fd == -ESRCH || (fd < 0 && out_of_room(-fd)))
		return fail(t, -fd, e);
	if (fd < 0)
		return nsx_target_proc(t, e);
	t->pidfd = fd;
	return 0;
}

int nsx_target_alive(const struct nsx_target *t, struct nsx_error *e)
{
	struct nsx_pollfd poll = { .fd = t->pidfd, .events = 1 /* POLLIN: it has ended */ };

	if (t->pidfd == NSX_NOFD || nsx_sys_poll(&poll, 1, 0) == 0)
		return 0;
	(void)fail(t, ESRCH, e);
	return nsx_hint(e, NSX_HINT_GONE, 0);
}

/* The number behind "Pid:" in the text of /proc/self/fdinfo/PIDFD; 0: none there. */
static int parse_fdinfo(const char *text)
{
	for (; *text; text++) {
		const char *value = nsx_text_after(text, "\nPid:\t");
		uint64_t pid = 0;

		if (!value)
			continue;
		for (; *value >= '0' && *value <= '9' && pid <= INT32_MAX; value++)
			pid = pid * 10 + (uint64_t)(*value - '0');
		return pid <= INT32_MAX ? (int)pid : 0;
	}
	return 0;
}

int nsx_target_proc_pid(const struct nsx_target *t)
{
	char path[48], text[1024];
	struct nsx_text p = nsx_text_on(path, sizeof(path));
	nsx_autofd fd = NSX_NOFD;
	long len;

	if (t->pidfd == NSX_NOFD)
		return 0;
	nsx_text_str(&p, "/proc/self/fdinfo/");
	nsx_text_u64(&p, (uint64_t)t->pidfd);
	fd = nsx_fd_openat(AT_FDCWD, path, O_RDONLY);
	len = fd < 0 ? fd : nsx_sys_read(fd, text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = '\0';
	return parse_fdinfo(text);
}

int nsx_target_proc(struct nsx_target *t, struct nsx_error *e)
{
	char path[32];
	struct nsx_text text = nsx_text_on(path, sizeof(path));
	int fd;

	if (t->proc != NSX_NOFD)
		return 0;
	t->proc_pid = t->pidfd == NSX_NOFD ? t->pid : nsx_target_proc_pid(t);
	nsx_text_str(&text, "/proc/");
	nsx_text_u64(&text, (uint64_t)t->proc_pid);
	fd = nsx_fd_openat(AT_FDCWD, path, O_PATH | O_DIRECTORY);
	/* While it lives, its PID is its own, so the directory is its own too. */
	if (nsx_target_alive(t, e) < 0) {
		nsx_fd_close(&fd);
		return -1;
	}
	if (fd == -ENOENT && t->pidfd == NSX_NOFD)
		return fail(t, ESRCH, e);
	if (fd < 0) {
		(void)nsx_fail_number(e, NSX_STEP_OPEN, -fd, "directory of the target in /proc",
				      "PID ", (uint64_t)t->pid, "");
		return nsx_hint(e, fd == -ENOENT ? NSX_HINT_PROC : NSX_HINT_NONE, 0);
	}
	t->proc = fd;
	return 0;
}
