/* SPDX-License-Identifier: Apache-2.0 */
/* Session: a target that was looked at once, to spawn into it many times. */
#ifndef NSX_SESSION_H
#define NSX_SESSION_H

#include "keep.h"

/* As nsexec_session_spawn(), for others of this library; @program has been taken. */
int nsx_session_spawn(struct nsexec_session *s, const struct nsexec_program *program,
		      struct nsexec_child *child, struct nsx_kept *kept, struct nsx_error *e);

#endif
