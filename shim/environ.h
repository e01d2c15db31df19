/* SPDX-License-Identifier: Apache-2.0 */
/* Environment: every trace of ours leaves it before the host reads it. */
#ifndef NSX_ENVIRON_H
#define NSX_ENVIRON_H

#include <stddef.h>

#include "auxv.h"

/**
 * nsx_environ() - the environment that the host is going to see
 * @envp: what the constructor was given
 *
 * glibc gives constructors the array, but the very first one runs before
 * "environ" is set; musl gives them nothing, but has set "environ".
 */
char **nsx_environ(char **envp);

/**
 * nsx_environ_scrub() - remove our variables, and our entry of LD_PRELOAD
 * @env:  edited in place, since a setenv(3) before libc's own start is lost
 * @auxv: of this process
 *
 * The bytes are overwritten too, so that /proc/self/environ does not show them.
 * Other entries of LD_PRELOAD stay, in their order.
 *
 * Return: variables that the array has room for, as it was.
 */
size_t nsx_environ_scrub(char **env, const struct nsx_auxv *auxv);

/**
 * nsx_environ_put() - give the host other variables
 * @env, @auxv: as above; scrubbed
 * @room:       what nsx_environ_scrub() said
 * @variables:  ended by NULL, no more than @room; they are the host's from now on
 *
 * The array itself stays where it is, since a libc that has not begun yet will take no
 * other, and nothing behind it can move.  The bytes of variables that are no longer
 * there are overwritten.
 */
void nsx_environ_put(char **env, size_t room, char *const *variables, const struct nsx_auxv *auxv);

#endif
