/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"

#include <errno.h>

#include "sys.h"

enum nsx_gate nsx_gate(const struct nsx_auxv *auxv, struct nsx_error *e)
{
	/* Where nobody can tell, the caution is for both. */
	if (!auxv->known || auxv->secure)
		return NSX_GATE_IGNORE;
	/* With one thread this changes nothing; with more it is EINVAL. */
	if (nsx_sys_unshare(NSX_CLONE_THREAD) < 0) {
		(void)nsx_fail(e, NSX_STEP_GATE, EBUSY, "the host program has threads already",
			       NULL);
		(void)nsx_hint(e, NSX_HINT_THREADS, 0);
		return NSX_GATE_REFUSE;
	}
	return NSX_GATE_ENTER;
}
