/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

#include "gate.h"

#include <errno.h>

#include "sys.h"

/*
 * With one thread this changes nothing; with more it is EINVAL.  A seccomp filter
 * may forbid the call altogether (EPERM): then the directory of our threads has
 * a link from each, and two of its own.
 */
static bool single_threaded(void)
{
	struct nsx_stat st;
	int rc = nsx_sys_unshare(NSX_CLONE_THREAD);

	if (rc == 0 || rc == -EINVAL)
		return rc == 0;
	return nsx_sys_stat("/proc/self/task", &st) == 0 && st.nlink == 3;
}

enum nsx_gate nsx_gate(const struct nsx_auxv *auxv, struct nsx_error *e)
{
	/* Where nobody can tell, the caution is for both. */
	if (!auxv->known || auxv->secure)
		return NSX_GATE_IGNORE;
	if (!single_threaded()) {
		(void)nsx_fail(e, NSX_STEP_GATE, EBUSY, "the host program has threads already",
			       NULL);
		(void)nsx_hint(e, NSX_HINT_THREADS, 0);
		return NSX_GATE_REFUSE;
	}
	return NSX_GATE_ENTER;
}
