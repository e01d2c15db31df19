/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that nobody can guess.  The contract is that of sys.h. */
#ifndef NSX_SYS_RANDOM_H
#define NSX_SYS_RANDOM_H

#include "sys.h"

/* Never but for a moment after the machine's start does it wait. */
static inline long nsx_sys_getrandom(void *buf, size_t size)
{
	long rc;

	do
		rc = nsx_syscall3(__NR_getrandom, buf, size, 0);
	while (rc == -EINTR);
	return rc;
}

#endif
