/* SPDX-License-Identifier: Apache-2.0 */
#include "returning.h"

#include <errno.h>

#include "arch.h"
#include "sys_clone.h"
#include "sys_process.h"
#include "sys_thread.h"

/*
 * musl's struct pthread has about 200 bytes, with the id in its first half.  It begins
 * at the thread pointer, or, where the ABI has thread-local data above that, ends at
 * it.  Not a byte more is looked at than there surely is.
 */
enum { SEARCHED_BYTES = NSX_THREAD_ABOVE ? 128 : 208 };

/* Return: the first place that can be @tid; NULL: none. */
static int32_t *search(int32_t tid)
{
	const uintptr_t start = nsx_thread_pointer() - (NSX_THREAD_ABOVE ? 0 : SEARCHED_BYTES);
	int32_t *at = (int32_t *)start;
	int32_t *known = at + NSX_MUSL_TID_AT / sizeof(*at);

	/* Half of a pointer may look like the id by chance; where it has always been, it is. */
	if (NSX_MUSL_TID_AT && *known == tid)
		return known;
	/*
	 * Aligned to 8 bytes, it is never the upper half of a pointer, and it comes before
	 * errno and detach_state (2), which may have the same value.
	 */
	for (size_t i = 0; i < SEARCHED_BYTES / sizeof(*at); i += 2)
		if (at[i] == tid)
			return &at[i];
	return NULL;
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
	else
		r->pid_too = r->cached[1] == tid;
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
	if (r->pid_too)
		r->cached[1] = *r->cached;
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

/* A sibling's signal is that of our own end, and clone3(2) takes no other. */
int nsx_returning_clone_into(const struct nsx_returning *r, unsigned long flags, int cgroup)
{
	int pid = nsx_sys_clone_into(flags, flags & NSX_CLONE_PARENT ? 0 : SIGCHLD, cgroup);

	if (pid == 0 && r && r->cached)
		introduce(r);
	return pid;
}
