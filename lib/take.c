/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller says of a program, of whichever version it is. */
#include "spawn.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "files.h"

static int fail_size(const struct nsexec_program *from, int err, struct nsx_error *e)
{
	return nsx_fail_number(e, NSX_STEP_OPTIONS, err, "size of struct nsexec_program", "",
			       from->size, " bytes");
}

/* Of a later version, only what it says besides would be lost. */
static int take_sized(const struct nsexec_program *from, struct nsexec_program *out,
		      struct nsx_error *e)
{
	enum { PROGRAM_BYTES_MAX = 4096 };
	const char *bytes = (const char *)from;

	if (from->size < offsetof(struct nsexec_program, envp))
		return fail_size(from, 0, e);
	if (from->size > PROGRAM_BYTES_MAX)
		return fail_size(from, E2BIG, e);
	for (size_t i = sizeof(*from); i < from->size; i++)
		if (bytes[i])
			return fail_size(from, E2BIG, e);
	memcpy(out, from, from->size < sizeof(*out) ? from->size : sizeof(*out));
	return 0;
}

int nsx_program_take(const struct nsexec_program *from, struct nsexec_program *out,
		     struct nsx_error *e)
{
	static const char *const nothing[] = { NULL };
	const unsigned flags = NSEXEC_PROGRAM_SETSID | NSEXEC_PROGRAM_SETPGROUP |
			       NSEXEC_PROGRAM_SIGMASK | NSEXEC_PROGRAM_SIGDEFAULT;

	*out = (struct nsexec_program){ 0 };
	if (!from)
		return nsx_fail(e, NSX_STEP_OPTIONS, 0, "no program", NULL);
	if (take_sized(from, out, e) < 0)
		return -1;
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
