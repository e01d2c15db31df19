/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller says of a program, of whichever version it is. */
#include "spawn.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "sized.h"

int nsx_program_take(const struct nsexec_program *from, struct nsexec_program *out,
		     struct nsx_error *e)
{
	static const char *const nothing[] = { NULL };
	const unsigned flags = NSEXEC_PROGRAM_SETSID | NSEXEC_PROGRAM_SETPGROUP |
			       NSEXEC_PROGRAM_SIGMASK | NSEXEC_PROGRAM_SIGDEFAULT;

	if (nsx_sized_check(from, "struct nsexec_program", sizeof(*out),
			    offsetof(struct nsexec_program, envp), e) < 0)
		return -1;
	*out = (struct nsexec_program){ 0 };
	memcpy(out, from, from->size < sizeof(*out) ? from->size : sizeof(*out));
	if (!out->argv || !out->argv[0])
		return nsx_fail(e, NSX_STEP_OPTIONS, 0, "no program", NULL);
	if (out->flags & ~flags)
		return nsx_fail_number(e, NSX_STEP_OPTIONS, E2BIG, "flags of a program", "",
				       out->flags & ~flags, "");
	if (out->pgroup < 0)
		return nsx_fail(e, NSX_STEP_OPTIONS, 0, "a negative process group", NULL);
	if (!out->envp)
		out->envp = environ ? (const char *const *)environ : nothing; /* clearenv(3) */
	return nsx_files_check(out, e);
}
