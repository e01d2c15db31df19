/* SPDX-License-Identifier: Apache-2.0 */
/* The members of struct nsexec_options, and what each of them says. */
#ifndef NSX_HOW_ROWS_H
#define NSX_HOW_ROWS_H

#include "nsexec.h"
#include "options.h"

/* What kind of member it is; the form of its option is that of nsx_option_rows. */
enum nsx_says {
	NSX_SAYS_FLAG,	/* int, not 0 */
	NSX_SAYS_TEXT,	/* const char *; "" is the option without what it may go without */
	NSX_SAYS_TEXTS, /* const char *const *, ended by NULL */
	NSX_SAYS_PID,	/* int */
	NSX_SAYS_PIDFD, /* int */
	NSX_SAYS_KINDS, /* int: a set, to join; its option is that of each kind */
	NSX_SAYS_NEW,	/* int: a set, to create */
};

struct nsx_how_row {
	unsigned short offset;
	unsigned char bytes;
	unsigned char says; /* enum nsx_says */
	unsigned char opt;  /* enum nsx_option */
};

/* In the order of the struct, without its size, its words and what is reserved. */
enum { NSX_HOW_ROWS = 62 };

extern const struct nsx_how_row nsx_how_rows[NSX_HOW_ROWS];

#endif
