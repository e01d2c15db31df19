/* SPDX-License-Identifier: Apache-2.0 */
/* Listen: what the launcher tells the thread that waits for it. */
#ifndef NSX_LISTEN_H
#define NSX_LISTEN_H

#include "call.h"

/* Wait until the program has been executed, or will not be: -1 with the launcher's own error. */
int nsx_listen(struct nsx_call *c, const struct nsexec_child *child, struct nsx_error *e);

#endif
