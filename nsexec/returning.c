/* SPDX-License-Identifier: Apache-2.0 */
#include "returning.h"

#include <errno.h>

#include "sys.h"

/*
 * In musl the thread's structure begins at the thread pointer, or, where the ABI
 * has thread-local data above that, ends at it.  About 200 bytes of it matter.
 */
enum { SEARCHED_BYTES = 256 };

/* Return: the one place that holds @tid; NULL: none, or more than one. */
static int32_t *search(int32_t tid)
{
	int32_t *at = (int32_t *)(NSX_THREAD_ABOVE ? nsx_thread_pointer()
						   : nsx_thread_pointer() - SEARCHED_BYTES);
	int32_t *found = NULL;

	for (size_t i = 0; i < SEARCHED_BYTES / sizeof(*at); i++) {
		if (at[i] != tid)
			continue;
		/* Since musl 1.1.20; pointers and flags may look like an id by chance. */
		if (NSX_MUSL_TID_AT && i == NSX_MUSL_TID_AT / sizeof(*at))
			return &at[i];
		if (found)
			return NULL;
		found = &at[i];
	}
	return found;
}

int nsx_returning_look(struct nsx_returning *r, struct nsx_error *e)
{
	const int tid = nsx_sys_getpid(); /* there is one thread */
	int rc;

	*r = (struct nsx_returning){ 0 };
	rc = nsx_sys_prctl(NSX_PR_GET_TID_ADDRESS, (unsigned long)&r->tid_address);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_FORK, -rc, "where libc keeps its thread id", NULL);
	if (!r->tid_address)
		return 0;
	r->cached = (int32_t *)r->tid_address;
	if (*r->cached != tid)
		r->cached = search(tid);
	if (!r->cached)
		return nsx_fail(e, NSX_STEP_FORK, 0,
				"a libc that does not show where it keeps its thread id", NULL);
	if (nsx_sys_get_robust_list(&r->robust, &r->robust_size) < 0)
		r->robust = 0; /* a kernel without futexes has no such list either */
	return 0;
}

static void introduce(const struct nsx_returning *r)
{
	/* Cannot fail, and returns our thread id as we see it. */
	*r->cached = (int32_t)nsx_sys_set_tid_address(r->tid_address);
	if (r->robust)
		(void)nsx_sys_set_robust_list(r->robust, r->robust_size); /* as it was before */
}

int nsx_returning_clone(const struct nsx_returning *r, unsigned long flags)
{
	int pid = nsx_sys_clone_bare(flags | SIGCHLD);

	if (pid == 0 && r && r->cached)
		introduce(r);
	return pid;
}
