/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Letters: what two processes tell each other until one of them goes its own way.
 *
 * The end of a channel is no news: a process that another thread forks meanwhile has copies
 * of both its ends.  So either side watches the other by its pidfd.
 */
#ifndef NSX_LETTER_H
#define NSX_LETTER_H

#include <stdbool.h>

#include "error.h"

enum nsx_letter_about {
	NSX_LETTER_GO,	    /* to the child: begin, or go on */
	NSX_LETTER_STOP,    /* to the child: end */
	NSX_LETTER_SIBLING, /* from the child: there is another one, and here is its pidfd */
	NSX_LETTER_INSIDE,  /* from the child that goes on: it is where it should be */
	NSX_LETTER_FAILED,  /* from either child: @error */
};

struct nsx_letter {
	enum nsx_letter_about about;
	struct nsx_error error;
};

/* One that has arrived. */
struct nsx_mail {
	struct nsx_letter letter;
	int sender; /* as we see it; 0: the channel does not tell */
	int fd;	    /* that came with it, O_CLOEXEC, or NSX_NOFD */
};

/* @fd: to be handed over, or NSX_NOFD.  Who is gone gets nothing. */
void nsx_letter_send(int channel, const struct nsx_letter *letter, int fd);

/**
 * nsx_letter_await() - wait for the next one
 * @watch: pidfd of the other side; NSX_NOFD: the end of the channel must do
 *
 * Return: false: the other side is gone, and has left nothing.
 */
bool nsx_letter_await(int channel, int watch, struct nsx_mail *out);

#endif
