/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

#include "carrier.h"

#include <errno.h>

#include "fd.h"
#include "inert.h"
#include "sys_fd.h"
#include "text.h"

NSX_INERT bool nsx_carrier_find(char *const *env, struct nsx_carrier *out)
{
	*out = (struct nsx_carrier){ 0 };
	for (; *env; env++) {
		const char *rest, *value;

		if (!nsx_text_begins(*env, 'N', 'S') || !(rest = nsx_text_after(*env, "NSEXEC")))
			continue;
		if ((value = nsx_text_after(rest, "=")) && *value)
			out->words = value;
		else if ((value = nsx_text_after(rest, "_FD=")) && *value)
			out->fd = value;
		else if ((value = nsx_text_after(rest, "_LOG=")) && *value)
			out->log = value;
		else if ((value = nsx_text_after(rest, "_PATH=")) && *value)
			out->path = value;
		else if ((value = nsx_text_after(rest, "_ANSWER=")) && *value)
			out->answer = value;
	}
	return out->words || out->fd;
}

static int fail(const struct nsx_carrier *c, int err, struct nsx_error *e)
{
	return nsx_fail(e, NSX_STEP_READ, err, "NSEXEC_FD", c->fd);
}

/* Return: bytes read, at most one more than are allowed; or -errno. */
static long read_all(int fd, struct nsx_words_store *store)
{
	size_t len = 0;

	while (len < sizeof(store->bytes)) {
		long rc = nsx_sys_read(fd, store->bytes + len, sizeof(store->bytes) - len);

		if (rc == -EAGAIN)
			rc = nsx_fd_await(fd);
		else if (rc == 0)
			break;
		if (rc < 0)
			return rc;
		len += (size_t)rc;
	}
	return (long)len;
}

int nsx_carrier_read(const struct nsx_carrier *c, struct nsx_words_store *store,
		     struct nsx_words *out, struct nsx_error *e)
{
	uint64_t fd;
	long len;

	if (c->words && c->fd)
		return nsx_fail(e, NSX_STEP_READ, 0, "both NSEXEC and NSEXEC_FD are set", NULL);
	if (c->words)
		return nsx_words_split(c->words, nsx_text_len(c->words), store, out, e);
	if (!nsx_text_number(c->fd, INT32_MAX, &fd))
		return nsx_fail(e, NSX_STEP_READ, 0, "NSEXEC_FD is not a descriptor", c->fd);
	len = read_all((int)fd, store);
	if (len < 0)
		return fail(c, (int)-len, e);
	(void)nsx_sys_close((int)fd); /* it has been read to its end */
	return nsx_words_cut(store, (size_t)len, out, e);
}
