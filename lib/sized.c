/* SPDX-License-Identifier: Apache-2.0 */
#include "sized.h"

#include <errno.h>
#include <string.h>

#include "text.h"

/* More than any version will have; what says that it is bigger has not been filled in. */
enum { BYTES_MAX = 4096 };

static int fail(struct nsx_error *e, int err, const char *why, const char *name, size_t size)
{
	char what[96];
	struct nsx_text t = nsx_text_on(what, sizeof(what));

	nsx_text_str(&t, name);
	nsx_text_str(&t, why);
	return nsx_fail_number(e, NSX_STEP_OPTIONS, err, what, "", size, " bytes");
}

int nsx_sized_check(const void *from, const char *name, size_t ours, size_t least,
		    struct nsx_error *e)
{
	const char *bytes = from;
	size_t size;

	if (!from)
		return nsx_fail(e, NSX_STEP_OPTIONS, 0, "missing", name);
	memcpy(&size, from, sizeof(size));
	if (size < least)
		return fail(e, 0, ": its size is not said", name, size);
	if (size > BYTES_MAX)
		return fail(e, E2BIG, " of a later version", name, size);
	for (size_t i = ours; i < size; i++)
		if (bytes[i])
			return fail(e, E2BIG, " of a later version", name, size);
	return 0;
}
