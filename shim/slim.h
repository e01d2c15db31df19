/* SPDX-License-Identifier: Apache-2.0 */
/* Slim: what a waiter that was a host a moment ago need not keep in memory. */
#ifndef NSX_SLIM_H
#define NSX_SLIM_H

/**
 * nsx_slim() - let go of the host's pages: its libraries, heap and data
 *
 * The mappings stay, because the kernel still writes to some of them (restartable
 * sequences, the thread id that is cleared at the end); what they held is gone.
 * Only this object and the stack in use are kept.
 *
 * Context: in a process that will never run the host's code again.
 */
__attribute__((visibility("hidden"))) void nsx_slim(void);

#endif
