/* SPDX-License-Identifier: Apache-2.0 */
/* Child: wait for one process of ours, and for no other. */
#ifndef NSX_CHILD_H
#define NSX_CHILD_H

#include "api.h"

/**
 * nsx_child_wait() - wait for the end of a child
 * @pidfd: borrowed; NSX_NOFD where a kernel has none (before 5.3): by @pid then
 * @timeout_ms: < 0: until it ends
 * @status: out, may be NULL: as wait(2) writes it
 * @e: step WAIT
 *
 * No errno, and no point of cancellation.
 *
 * Return: 0; NSEXEC_GONE: it has ended and its status is lost; -1, with ETIMEDOUT.
 */
int nsx_child_wait(int pid, int pidfd, int timeout_ms, int *status, struct nsx_error *e);

#endif
