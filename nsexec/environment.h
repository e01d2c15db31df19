/* SPDX-License-Identifier: Apache-2.0 */
/* Environment: the variables of the program, made before anything changes. */
#ifndef NSX_ENVIRONMENT_H
#define NSX_ENVIRONMENT_H

#include "error.h"
#include "request.h"
#include "target.h"

/*
 * Bytes of a target's environment: more than execve(2) lets through, which is three
 * quarters of 8 MiB for arguments and environment together.
 */
enum { NSX_ENVIRONMENT_MAX = 8 * 1024 * 1024 };

/* What was made; the memory stays until the program is executed, or for ever in a host. */
struct nsx_environment {
	char **variable; /* ended by NULL; NULL: nothing was asked, nothing was made */
	size_t n;
	size_t bytes;	   /* that the array takes */
	char *text;	   /* what was read of a target, each variable ended by a NUL byte */
	size_t size;	   /* its bytes */
	size_t text_bytes; /* those that are mapped for it */
	char *said;	   /* likewise, of --env, for a host; NULL: it is where the words are */
	char *said_end;
	size_t said_bytes;
};

/* How many variables the array of a host has room for; any number where a program is executed. */
#define NSX_ENVIRONMENT_ANY SIZE_MAX

/* Is another environment wanted than the one that is there? */
bool nsx_environment_asked(const struct nsx_request *rq);

/**
 * nsx_environment_make() - take the caller's variables or the target's, and edit them
 * @envp: the caller's
 * @room: of a host that goes on, see above
 * @t:    pinned; looked at only if its environment is asked for
 * @out:  zeroed by the caller
 * @e:    step OPEN, ENVIRON or OPTIONS
 *
 * What another process calls its environment is any bytes: what has no name and no "="
 * is left out, and so is what asks something of nsexec, or of runc's bootstrap: what
 * asked it of the target does not ask it of the program.
 *
 * Changes nothing but @out.
 */
int nsx_environment_make(const struct nsx_request *rq, char *const *envp, size_t room,
			 struct nsx_target *t, struct nsx_environment *out, struct nsx_error *e);

/* Unmap all of it. */
void nsx_environment_close(struct nsx_environment *env);

/* The array has been copied: let go of it, but not of what it points to. */
void nsx_environment_copied(struct nsx_environment *env);

#endif
