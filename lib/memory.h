/* SPDX-License-Identifier: Apache-2.0 */
/* Memory from the kernel itself: the heap is the host's, and another thread may hold it. */
#ifndef NSX_MEMORY_H
#define NSX_MEMORY_H

#include "error.h"
#include "sys_memory.h"

/* @bytes of it, zeroed, of pages; @what: for an error of step FORK.  Return: NULL: @e filled. */
static inline void *nsx_memory_map(size_t bytes, const char *what, struct nsx_error *e)
{
	const long where = nsx_sys_mmap(bytes);

	if (where > 0)
		return (void *)where;
	(void)nsx_fail(e, NSX_STEP_FORK, (int)-where, what, NULL);
	return NULL;
}

#endif
