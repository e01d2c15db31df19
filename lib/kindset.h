/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of kinds: as callers of libnsexec write them, CLONE_NEW*, and as the engine does. */
#ifndef NSX_KINDSET_H
#define NSX_KINDSET_H

#include "error.h"
#include "kinds.h"

/**
 * nsx_api_kinds() - the set that the caller means; 0 is the empty one
 * @e: step OPTIONS: bits that are no kind
 *
 * Return: 0, or -1.
 */
int nsx_api_kinds(int flags, nsx_kinds *out, struct nsx_error *e);

/* The same for exactly one kind. */
int nsx_api_kind(int flag, enum nsx_kind *out, struct nsx_error *e);

/* Write "net", "ipc,net", "net,0x100" or "0x100"; nothing for 0. */
void nsx_api_kinds_put(struct nsx_text *t, int flags);

/**
 * nsx_api_kernel_kinds() - those that this kernel has
 * @e: step CHECK: /proc does not show the calling thread
 */
int nsx_api_kernel_kinds(nsx_kinds *out, struct nsx_error *e);

/* "/proc/thread-self/ns/KIND@tail": of the calling thread, which need not be as its process. */
enum { NSX_OUR_PATH_BYTES = 48 };
void nsx_api_our_path(char path[NSX_OUR_PATH_BYTES], enum nsx_kind kind, const char *tail);

#endif
