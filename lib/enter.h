/* SPDX-License-Identifier: Apache-2.0 */
/* Enter: a function on this thread inside other namespaces, and the way back. */
#ifndef NSX_ENTER_H
#define NSX_ENTER_H

#include "error.h"
#include "visit.h"

/**
 * nsx_enter() - go there, call, and come back
 * @result: out, may be NULL; set if @call has run
 * @e: step OPEN, CHECK or JOIN; ROOT or CWD only if we are stranded
 *
 * Return: 0, -1 or NSEXEC_STRANDED, as nsexec_enter().
 */
int nsx_enter(const struct nsx_visit *v, int (*call)(void *), void *arg, int *result,
	      struct nsx_error *e);

#endif
