/* SPDX-License-Identifier: Apache-2.0 */
/* Init pipe: runc's variables, and the message that comes through the pipe. */
#ifndef NSX_INITPIPE_H
#define NSX_INITPIPE_H

#include <stdbool.h>

#include "error.h"
#include "log.h"

/* Values of runc's variables; NULL: absent or empty. */
struct nsx_initpipe {
	const char *pipe;  /* _LIBCONTAINER_INITPIPE */
	const char *log;   /* _LIBCONTAINER_LOGPIPE */
	const char *level; /* _LIBCONTAINER_LOGLEVEL */
	const char *trace; /* NSEXEC_TRACE, which is ours */
};

/* Is a bootstrap asked of us?  Context: any; no system call. */
bool nsx_initpipe_find(char *const *env, struct nsx_initpipe *out);

/**
 * nsx_initpipe_log() - where errors of a bootstrap go
 * @out: always usable: without a log pipe, errors go to stderr
 * @e:   step READ: a variable is not a number
 *
 * The pipe becomes O_CLOEXEC: its reader waits for end of file.
 */
int nsx_initpipe_log(const struct nsx_initpipe *p, struct nsx_log *out, struct nsx_error *e);

enum { NSX_MESSAGE_SMALL = 2048 }; /* bytes; a usual one has some hundred */

/* A message; a large one has memory of its own, so that nothing of it stays in a host. */
struct nsx_message {
	char *bytes; /* what follows the header */
	size_t len;
	char small[NSX_MESSAGE_SMALL];
};

/**
 * nsx_initpipe_read() - have the message
 * @fd: out: the pipe, still open: the reply goes there, and what the host reads later
 * @m:  out; ended by nsx_message_free()
 * @e:  step READ or MESSAGE
 *
 * However slowly and in whatever pieces it comes.
 */
int nsx_initpipe_read(const struct nsx_initpipe *p, int *fd, struct nsx_message *m,
		      struct nsx_error *e);

void nsx_message_free(struct nsx_message *m);

#endif
