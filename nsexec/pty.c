/* SPDX-License-Identifier: Apache-2.0 */
#include "pty.h"

#include "sys_fd.h"
#include "sys_file.h"
#include "sys_process.h"
#include "sys_terminal.h"
#include "terminal.h"
#include "text.h"

enum {
	FLAGS = O_RDWR | O_NOCTTY,
	FILE_TYPE = 0170000,
	CHARACTER_DEVICE = 0020000,
	PTMX_DEVICE = 5 << 8 | 2, /* as stat(2) has it: major 5, minor 2 */
	SLAVE_DEVICE = 136 << 8,  /* minor 0 */
	PATH_BYTES = 32,
};

void nsx_pty_init(struct nsx_pty *p)
{
	*p = (struct nsx_pty){ .own_fds = NSX_NOFD, .master = NSX_NOFD, .slave = NSX_NOFD };
}

void nsx_pty_close(struct nsx_pty *p)
{
	nsx_fd_close(&p->own_fds);
	nsx_fd_close(&p->master);
	nsx_fd_close(&p->slave);
}

static int fail(int rc, const char *what, const char *which, struct nsx_error *e)
{
	(void)nsx_fail(e, NSX_STEP_PTY, -rc, what, which);
	return nsx_hint(e, NSX_HINT_PTY, 0);
}

/* Return: the very file that @look shows, opened, or -errno. */
static int open_again(const struct nsx_pty *p, int look, int flags)
{
	char name[16];
	struct nsx_text t = nsx_text_on(name, sizeof(name));

	nsx_text_u64(&t, (uint64_t)look);
	return nsx_fd_openat(p->own_fds, name, flags);
}

/*
 * To open a file is to act on it, so it must be known before what it is: a path of
 * other mounts may lead to anything.
 * @first, @last: of device numbers
 * Return: the device, opened, or -errno.
 */
static int open_device(const struct nsx_pty *p, const char *path, uint64_t first, uint64_t last,
		       int flags)
{
	nsx_autofd look = nsx_fd_openat(AT_FDCWD, path, O_PATH | O_NOFOLLOW);
	struct nsx_stat st;
	int rc;

	if (look < 0)
		return look;
	rc = nsx_sys_fstat(look, &st);
	if (rc < 0)
		return rc;
	if ((st.mode & FILE_TYPE) != CHARACTER_DEVICE || st.rdev < first || st.rdev > last)
		return -ENODEV;
	return open_again(p, look, flags);
}

static bool on_devpts(int fd)
{
	uint64_t st[16];

	return nsx_sys_fstatfs(fd, st) == 0 && st[0] == NSX_DEVPTS_MAGIC;
}

/* Before Linux 4.13 there is but its name. */
static int open_slave_by_name(const struct nsx_pty *p)
{
	char path[PATH_BYTES];
	struct nsx_text t = nsx_text_on(path, sizeof(path));
	uint32_t number;
	uint64_t device;
	int rc = nsx_sys_ioctl(p->master, (unsigned)NSX_TIOCGPTN, &number);

	if (rc < 0)
		return rc;
	nsx_text_str(&t, "/dev/pts/");
	nsx_text_u64(&t, number);
	device = SLAVE_DEVICE | (number & 0xff) | (uint64_t)(number & ~0xffu) << 12;
	rc = open_device(p, path, device, device, FLAGS);
	if (rc >= 0 && !on_devpts(rc)) {
		(void)nsx_sys_close(rc);
		return -ENODEV;
	}
	return rc;
}

/* Return: 0; -errno: @p has none. */
static int open_slave(struct nsx_pty *p)
{
	int32_t lock = 0;
	int rc = nsx_sys_ioctl(p->master, NSX_TIOCSPTLCK, &lock);

	if (rc == 0)
		rc = nsx_fd_lift(nsx_sys_ioctl(p->master, NSX_TIOCGPTPEER,
					       (void *)(long)(FLAGS | O_CLOEXEC)));
	if (rc == -ENOTTY || rc == -EINVAL)
		rc = open_slave_by_name(p);
	if (rc < 0)
		return rc;
	p->slave = rc;
	return 0;
}

/* Of our own mounts there is nothing to fear. */
int nsx_pty_open(struct nsx_pty *p, bool moves, struct nsx_error *e)
{
	static const char path[] = "/dev/ptmx";
	int fds = nsx_fd_openat(AT_FDCWD, "/proc/self/fd", O_PATH | O_DIRECTORY);
	int rc = nsx_fd_openat(AT_FDCWD, path, FLAGS | O_NONBLOCK);

	p->own_fds = fds < 0 ? NSX_NOFD : fds;
	if (rc >= 0) {
		p->master = rc;
		rc = open_slave(p);
	}
	if (rc == 0 || moves)
		return 0;
	return fail(rc, path, NULL, e);
}

/*
 * In /dev/pts it is devpts's own, but only root may open it unless that was mounted
 * with ptmxmode.  In /dev it is a link to that, which we do not follow, or a node for
 * which the kernel takes the devpts beside it.
 */
static int open_inside(struct nsx_pty *p)
{
	static const char paths[][16] = { "/dev/pts/ptmx", "/dev/ptmx" };
	int rc = -ENOENT;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		rc = open_device(p, paths[i], PTMX_DEVICE, PTMX_DEVICE, FLAGS | O_NONBLOCK);
		if (rc < 0)
			continue;
		p->master = rc;
		if (i > 0 || on_devpts(rc))
			rc = open_slave(p);
		else
			rc = -ENODEV;
		if (rc == 0)
			return 0;
		nsx_fd_close(&p->master);
	}
	return rc;
}

int nsx_pty_settle(struct nsx_pty *p, bool moved, struct nsx_error *e)
{
	struct nsx_pty inside;
	int rc = -ENOENT;

	if (!moved)
		return 0;
	nsx_pty_init(&inside);
	inside.own_fds = p->own_fds;
	if (p->own_fds != NSX_NOFD)
		rc = open_inside(&inside);
	if (rc == 0) {
		nsx_fd_close(&p->master);
		nsx_fd_close(&p->slave);
		*p = inside;
	}
	return p->slave == NSX_NOFD ? fail(rc, "neither here nor in there", NULL, e) : 0;
}

void nsx_pty_dress(struct nsx_pty *p, int terminal, bool echo, const uint32_t *uid)
{
	struct nsx_termios settings;

	if (nsx_terminal_get(terminal, &settings) || nsx_terminal_get(p->slave, &settings)) {
		if (!echo)
			settings.lflag &= ~(uint32_t)NSX_ECHO;
		nsx_terminal_set(p->slave, &settings);
	}
	nsx_terminal_copy_size(terminal, p->slave);
	if (uid)
		(void)nsx_sys_fchown(p->slave, *uid); /* best effort: it is open all the same */
}

int nsx_pty_take(int slave, struct nsx_error *e)
{
	int rc = nsx_sys_setsid();

	if (rc >= 0)
		rc = nsx_sys_ioctl(slave, NSX_TIOCSCTTY, NULL);
	for (int fd = 0; fd <= 2 && rc >= 0; fd++)
		rc = nsx_sys_dup3(slave, fd, 0);
	return rc < 0 ? fail(rc, "make it the controlling terminal", NULL, e) : 0;
}
