/* SPDX-License-Identifier: Apache-2.0 */
/* What ioctl(2) asks of terminals. */
#ifndef NSX_SYS_TERMINAL_H
#define NSX_SYS_TERMINAL_H

#include <stdint.h>

enum {
	NSX_TCGETS = 0x5401, /* struct nsx_termios */
	NSX_TCSETS = 0x5402,
	NSX_TIOCSCTTY = 0x540e,	 /* become the controlling terminal */
	NSX_TIOCGPGRP = 0x540f,	 /* foreground process group */
	NSX_TIOCGWINSZ = 0x5413, /* struct nsx_winsize */
	NSX_TIOCSWINSZ = 0x5414,
	NSX_TIOCGPTPEER = 0x5441,	/* open the other side of a master (Linux 4.13) */
	NSX_TIOCGPTN = (int)0x80045430, /* its number in /dev/pts */
	NSX_TIOCSPTLCK = 0x40045431,	/* lock or unlock it */
};

#define NSX_DEVPTS_MAGIC 0x1cd1u

/* struct termios as the kernel has it on our architectures; c_cc by index. */
struct nsx_termios {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line;
	uint8_t cc[19];
};

struct nsx_winsize {
	uint16_t rows, columns;
	uint16_t x_pixels, y_pixels;
};

#endif
