/* SPDX-License-Identifier: Apache-2.0 */
/* Environment: every trace of ours leaves it before the host reads it. */
#ifndef NSX_ENVIRON_H
#define NSX_ENVIRON_H

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
 */
void nsx_environ_scrub(char **env, const struct nsx_auxv *auxv);

#endif
