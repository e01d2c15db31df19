/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <errno.h>
#include <stdbool.h>

#include "sys_fd.h"
#include "sys_file.h"
#include "sys_pidfd.h"
#include "text.h"

static const char prefixes[NSX_NAMED_COUNT][12] = {
	[NSX_NAMED_NOT] = "",		[NSX_NAMED_UNIT] = "unit:",
	[NSX_NAMED_CGROUP] = "cgroup:", [NSX_NAMED_CONTAINER] = "container:",
	[NSX_NAMED_COMM] = "comm:",	[NSX_NAMED_NETNS] = "netns:",
};

/* All but paths and comm are names of files somewhere. */
static bool is_name(enum nsx_named named, const char *bare)
{
	if (!*bare)
		return false;
	if (named == NSX_NAMED_CGROUP || named == NSX_NAMED_COMM)
		return true;
	if (nsx_text_same(bare, ".") || nsx_text_same(bare, ".."))
		return false;
	while (*bare && *bare != '/')
		bare++;
	return !*bare;
}

static int parse_name(const char *text, struct nsx_who *out, struct nsx_error *e)
{
	for (enum nsx_named n = NSX_NAMED_NOT + 1; n < NSX_NAMED_COUNT; n++) {
		const char *bare = nsx_text_after(text, prefixes[n]);

		if (!bare)
			continue;
		if (!is_name(n, bare))
			return nsx_fail(e, NSX_STEP_TARGET, 0,
					"not a name of one: empty, or of several parts", text);
		*out = (struct nsx_who){
			.pidfd = NSX_NOFD, .named = n, .name = text, .bare = bare
		};
		return 0;
	}
	return nsx_fail(e, NSX_STEP_TARGET, 0,
			"not a PID, PID:INODE, pidfd:N or a name such as container:ID", text);
}

int nsx_who_parse(const char *text, struct nsx_who *out, struct nsx_error *e)
{
	const char *at = nsx_text_after(text, "pidfd:");
	uint64_t number = 0, inode = 0;
	bool good;

	if (at && nsx_text_number(at, INT32_MAX, &number)) {
		*out = (struct nsx_who){ .pidfd = (int)number };
		return 0;
	}
	at = nsx_text_digits(text, INT32_MAX, &number);
	good = at && number;
	if (good && *at)
		good = *at == ':' && nsx_text_number(at + 1, UINT64_MAX, &inode) && inode;
	if (!good)
		return parse_name(text, out, e);
	*out = (struct nsx_who){ .pid = (int)number, .inode = inode, .pidfd = NSX_NOFD };
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

/* What /proc says of a descriptor, of a thread that may have a table of its own. */
struct seen {
	int err; /* why it cannot be read; 0: it can */
	bool is_pidfd;
	bool has_ended;
	int pid; /* by which /proc knows the process; 0: it does not */
};

/* Only a pidfd has "Pid:"; -1 behind it: has ended; 0: in no PID namespace of this /proc. */
static struct seen parse_fdinfo(const char *text)
{
	struct seen seen = { 0 };

	for (; *text; text++) {
		const char *value = nsx_text_after(text, "\nPid:\t");
		uint64_t pid = 0;

		if (!value)
			continue;
		seen.is_pidfd = true;
		seen.has_ended = *value == '-';
		if (nsx_text_digits(value, INT32_MAX, &pid))
			seen.pid = (int)pid;
		break;
	}
	return seen;
}

static struct seen see(int fd)
{
	char path[48], text[1024];
	struct nsx_text p = nsx_text_on(path, sizeof(path));
	nsx_autofd info = NSX_NOFD;
	long len;

	nsx_text_str(&p, "/proc/thread-self/fdinfo/");
	nsx_text_u64(&p, (uint64_t)fd);
	info = nsx_fd_openat(AT_FDCWD, path, O_RDONLY);
	len = info < 0 ? info : nsx_sys_read(info, text, sizeof(text) - 1);
	if (len < 0)
		return (struct seen){ .err = (int)-len };
	text[len] = '\0';
	return parse_fdinfo(text);
}

/* "PID:INODE" of a process that ended long ago is told from whoever has its PID now. */
static int check_inode(const struct nsx_target *t, uint64_t inode, struct nsx_error *e)
{
	uint64_t fs[16] = { 0 };
	struct nsx_stat st;
	char which[48];
	struct nsx_text text = nsx_text_on(which, sizeof(which));

	nsx_text_u64(&text, (uint64_t)t->pid);
	nsx_text_str(&text, ":");
	nsx_text_u64(&text, inode);
	if (t->pidfd == NSX_NOFD || nsx_sys_fstatfs(t->pidfd, fs) < 0 || fs[0] != NSX_PIDFS_MAGIC) {
		(void)nsx_fail(e, NSX_STEP_TARGET, EOPNOTSUPP, "inode of its pidfd", which);
		return nsx_hint(e, NSX_HINT_PIDFS, 0);
	}
	if (nsx_sys_fstat(t->pidfd, &st) < 0 || st.ino != inode)
		return nsx_fail(e, NSX_STEP_TARGET, 0, "PID is another process now", which);
	return 0;
}

static int open_pid(const struct nsx_who *who, struct nsx_target *t, struct nsx_error *e)
{
	int fd = nsx_fd_pidfd(who->pid);

	t->pid = who->pid;
	if (fd == -ESRCH || (fd < 0 && out_of_room(-fd)))
		return fail(t, -fd, e);
	if (fd >= 0)
		t->pidfd = fd;
	if (who->inode)
		return check_inode(t, who->inode, e);
	return fd < 0 ? nsx_target_proc(t, e) : 0;
}

static int fail_given(const struct nsx_who *who, enum nsx_step step, int err, const char *what,
		      struct nsx_error *e)
{
	return nsx_fail_number(e, step, err, what, "pidfd:", (uint64_t)who->pidfd, "");
}

/*
 * The caller's own descriptor stays as it is, open for the program or not; what is ours
 * is another one.
 */
static int open_given(const struct nsx_who *who, struct nsx_target *t, struct nsx_error *e)
{
	int fd = nsx_sys_fcntl(who->pidfd, F_DUPFD_CLOEXEC, 3);
	struct seen seen;

	if (fd < 0)
		return fail_given(who, NSX_STEP_TARGET, -fd, "descriptor", e);
	t->pidfd = fd;
	seen = see(fd);
	if (seen.err) {
		(void)fail_given(who, NSX_STEP_OPEN, seen.err, "/proc/thread-self/fdinfo of", e);
		return nsx_hint(e, NSX_HINT_PROC, 0);
	}
	if (!seen.is_pidfd)
		return fail_given(who, NSX_STEP_TARGET, 0, "not a pidfd", e);
	if (seen.has_ended)
		return fail_given(who, NSX_STEP_TARGET, ESRCH, "process", e);
	if (!seen.pid) {
		(void)fail_given(who, NSX_STEP_TARGET, ESRCH, "process, as /proc shows it", e);
		return nsx_hint(e, NSX_HINT_PROC, 0);
	}
	t->pid = seen.pid;
	return 0;
}

int nsx_target_open(const struct nsx_who *who, struct nsx_target *t, struct nsx_error *e)
{
	return who->pid ? open_pid(who, t, e) : open_given(who, t, e);
}

int nsx_target_alive(const struct nsx_target *t, struct nsx_error *e)
{
	struct nsx_pollfd poll = { .fd = t->pidfd, .events = 1 /* POLLIN: it has ended */ };
	int rc;

	if (t->pidfd == NSX_NOFD)
		return 0;
	/* A signal interrupts it though it does not wait; that is no news of the target. */
	do
		rc = nsx_sys_poll(&poll, 1, 0);
	while (rc == -EINTR);
	if (rc == 0)
		return 0;
	if (rc < 0)
		return fail(t, -rc, e);
	(void)fail(t, ESRCH, e);
	return nsx_hint(e, NSX_HINT_GONE, 0);
}

int nsx_target_proc_pid(const struct nsx_target *t)
{
	return t->pidfd == NSX_NOFD ? 0 : see(t->pidfd).pid;
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
