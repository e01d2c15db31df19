/* SPDX-License-Identifier: Apache-2.0 */
#include "console.h"

#include "sys_file.h"
#include "text.h"

enum {
	FILE_TYPE = 0170000,
	FIFO = 0010000,
	PTMX_DEVICE = 5 << 8 | 2, /* as stat(2) has it: major 5, minor 2 */
	CAREFUL_BYTES = 256,
};

void nsx_console_init(struct nsx_console *c)
{
	*c = (struct nsx_console){ .in = 0, .out = 1, .terminal = NSX_NOFD };
}

void nsx_console_close(struct nsx_console *c)
{
	if (c->in > 2)
		nsx_fd_close(&c->in);
	if (c->out > 2)
		nsx_fd_close(&c->out);
}

/*
 * A regular file would lose its offset, which others go on from; and the master of a
 * terminal opened once more is the master of a new one.
 * Return: a description of our own, or @fd.
 */
static int open_again(int fd, int own_fds, int flags, bool terminal)
{
	char name[4];
	struct nsx_text t = nsx_text_on(name, sizeof(name));
	struct nsx_stat st;
	int rc;

	if (own_fds == NSX_NOFD || nsx_sys_fstat(fd, &st) < 0)
		return fd;
	if ((st.mode & FILE_TYPE) != FIFO && (!terminal || st.rdev == PTMX_DEVICE))
		return fd;
	nsx_text_u64(&t, (uint64_t)fd);
	rc = nsx_fd_openat(own_fds, name, flags | O_NONBLOCK | O_NOCTTY);
	return rc < 0 ? fd : rc;
}

void nsx_console_open(struct nsx_console *c, int own_fds)
{
	struct nsx_termios settings;

	c->typed = nsx_terminal_get(0, &settings);
	c->seen = nsx_terminal_get(1, &settings);
	c->in = open_again(0, own_fds, O_RDONLY, c->typed);
	c->out = open_again(1, own_fds, O_WRONLY, c->seen);
	if (c->typed)
		c->terminal = c->in;
	else if (c->seen)
		c->terminal = c->out;
	else if (nsx_terminal_get(2, &settings))
		c->terminal = 2;
}

size_t nsx_console_room(const struct nsx_console *c, size_t wanted)
{
	return c->out == 1 && wanted > CAREFUL_BYTES ? CAREFUL_BYTES : wanted;
}

bool nsx_console_is_ours(const struct nsx_console *c)
{
	return !c->typed || nsx_terminal_is_ours(c->terminal);
}

static bool same(const struct nsx_termios *a, const struct nsx_termios *b)
{
	return a->iflag == b->iflag && a->oflag == b->oflag && a->lflag == b->lflag;
}

/* Who was stopped by SIGSTOP may find the shell's settings, or still its own. */
void nsx_console_take(struct nsx_console *c)
{
	struct nsx_termios now, raw;

	if (!c->typed || !nsx_console_is_ours(c) || !nsx_terminal_get(c->terminal, &now))
		return;
	raw = nsx_terminal_raw(&now);
	if (c->raw && same(&now, &raw))
		return;
	c->settings = now;
	c->raw = true;
	nsx_terminal_set(c->terminal, &raw);
}

void nsx_console_leave(struct nsx_console *c)
{
	if (c->raw && nsx_console_is_ours(c))
		nsx_terminal_set(c->terminal, &c->settings);
	c->raw = false;
}
