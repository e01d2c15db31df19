/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel, without libc: inline system calls, and the constants that older headers
 * lack, in a file sys_NOUN.h for each noun that they are about.  Here is what all of these
 * need; who makes calls includes the nouns.
 *
 * Contract for every nsx_sys_*: the result on success (>= 0), -errno on
 * failure; EINTR stays inside wherever the call may simply be repeated.  From
 * libc these headers take numbers only, never a function or a struct.  A call
 * since Linux 5.1 has one number on every architecture, for where its name is not known.
 */
#ifndef NSX_SYS_H
#define NSX_SYS_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "arch.h"

#endif
