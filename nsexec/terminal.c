/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal.h"

#include "sys_fd.h"
#include "sys_process.h"

/* <termios.h>, which has a struct of libc's, not of the kernel's. */
enum {
	IGNBRK_BIT = 0000001,
	BRKINT_BIT = 0000002,
	PARMRK_BIT = 0000010,
	ISTRIP_BIT = 0000040,
	INLCR_BIT = 0000100,
	IGNCR_BIT = 0000200,
	ICRNL_BIT = 0000400,
	IXON_BIT = 0002000,
	OPOST_BIT = 0000001,
	CSIZE_BITS = 0000060,
	CS8_BITS = 0000060,
	PARENB_BIT = 0000400,
	ISIG_BIT = 0000001,
	ECHONL_BIT = 0000100,
	IEXTEN_BIT = 0100000,
	VTIME_AT = 5,
	VMIN_AT = 6,
};

bool nsx_terminal_get(int fd, struct nsx_termios *out)
{
	return nsx_sys_ioctl(fd, NSX_TCGETS, out) == 0;
}

void nsx_terminal_set(int fd, const struct nsx_termios *settings)
{
	(void)nsx_sys_ioctl(fd, NSX_TCSETS, (void *)settings); /* best effort: or it is gone */
}

/* What cfmakeraw(3) does. */
struct nsx_termios nsx_terminal_raw(const struct nsx_termios *settings)
{
	struct nsx_termios raw = *settings;

	raw.iflag &= ~(uint32_t)(IGNBRK_BIT | BRKINT_BIT | PARMRK_BIT | ISTRIP_BIT | INLCR_BIT |
				 IGNCR_BIT | ICRNL_BIT | IXON_BIT);
	raw.oflag &= ~(uint32_t)OPOST_BIT;
	raw.lflag &= ~(uint32_t)(NSX_ECHO | ECHONL_BIT | NSX_ICANON | ISIG_BIT | IEXTEN_BIT);
	raw.cflag &= ~(uint32_t)(CSIZE_BITS | PARENB_BIT);
	raw.cflag |= CS8_BITS;
	raw.cc[VMIN_AT] = 1;
	raw.cc[VTIME_AT] = 0;
	return raw;
}

bool nsx_terminal_is_ours(int fd)
{
	int32_t group = 0;

	return nsx_sys_ioctl(fd, NSX_TIOCGPGRP, &group) < 0 || group == nsx_sys_getpgid(0);
}

void nsx_terminal_copy_size(int from, int to)
{
	struct nsx_winsize size = { 0 };

	/* A terminal that does not know its size says 0, as a serial line does. */
	if (nsx_sys_ioctl(from, NSX_TIOCGWINSZ, &size) < 0 || !size.rows || !size.columns)
		size = (struct nsx_winsize){ .rows = NSX_ROWS, .columns = NSX_COLUMNS };
	/* The kernel sends SIGWINCH if this is a change; refused if it is gone. */
	(void)nsx_sys_ioctl(to, NSX_TIOCSWINSZ, &size);
}
