/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

#include "gate.h"

#include <errno.h>

#include "sys_thread.h"

enum nsx_gate nsx_gate(const struct nsx_auxv *auxv, struct nsx_error *e)
{
	/* Where nobody can tell, the caution is for both. */
	if (!auxv->known || auxv->secure)
		return NSX_GATE_IGNORE;
	if (!nsx_sys_is_single_threaded()) {
		(void)nsx_fail(e, NSX_STEP_GATE, EBUSY, "the host program has threads already",
			       NULL);
		(void)nsx_hint(e, NSX_HINT_THREADS, 0);
		return NSX_GATE_REFUSE;
	}
	return NSX_GATE_ENTER;
}
