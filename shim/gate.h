/* SPDX-License-Identifier: Apache-2.0 */
/* Gate: may this process be changed at all? */
#ifndef NSX_GATE_H
#define NSX_GATE_H

#include "auxv.h"
#include "error.h"

enum nsx_gate {
	NSX_GATE_IGNORE, /* AT_SECURE: whoever set our variables has no say here */
	NSX_GATE_REFUSE, /* the kernel would do half of it; @e filled, step GATE */
	NSX_GATE_ENTER,
};

/* Context: one system call, or two. */
enum nsx_gate nsx_gate(const struct nsx_auxv *auxv, struct nsx_error *e);

#endif
