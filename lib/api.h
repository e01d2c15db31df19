/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside libnsexec: what its files share.  This side of the door may use libc; errors are
 * the engine's, struct nsx_error, until a public function returns.
 */
#ifndef NSX_API_H
#define NSX_API_H

#include "error.h"
#include "kinds.h"
#include "nsexec.h"
#include "text.h"

/* Tell the caller, if there is anybody to tell.  Return: -1. */
int nsx_api_fail(struct nsexec_error *out, const struct nsx_error *e);

/* Copy what fits, as snprintf(3) does.  Return: bytes of the whole. */
size_t nsx_api_give(const struct nsx_text *t, char *buf, size_t size);

#endif
