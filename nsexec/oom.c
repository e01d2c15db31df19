/* SPDX-License-Identifier: Apache-2.0 */
#include "oom.h"

#include <errno.h>

#include "fd.h"
#include "sys_fd.h"
#include "text.h"

static const char path[] = "/proc/self/oom_score_adj";

int nsx_oom_open(int flags)
{
	return nsx_fd_openat(AT_FDCWD, path, flags);
}

int nsx_oom_write(int fd, const char *text, struct nsx_error *e)
{
	const long rc = fd < 0 ? fd : nsx_sys_write(fd, text, nsx_text_len(text));

	if (rc >= 0)
		return 0;
	(void)nsx_fail(e, NSX_STEP_OOM, (int)-rc, path, text);
	return nsx_hint(e, rc == -EACCES && fd >= 0 ? NSX_HINT_RESOURCE : NSX_HINT_NONE, 0);
}
