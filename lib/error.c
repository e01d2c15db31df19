/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "api.h"
#include "errname.h"
#include "text.h"

int nsx_api_fail(struct nsexec_error *out, const struct nsx_error *e)
{
	struct nsx_text step;

	if (!out)
		return -1;
	*out = (struct nsexec_error){ .err = e->err };
	step = nsx_text_on(out->step, sizeof(out->step));
	nsx_text_str(&step, nsx_step_name(e->step));
	memcpy(out->subject, e->subject, sizeof(out->subject));
	nsx_error_hint(e, out->hint, sizeof(out->hint));
	return -1;
}

size_t nsexec_error_text(const struct nsexec_error *e, char *buf, size_t size)
{
	char whole
		[1024]; /* a subject of bytes that are shown as four each, and the words around it */
	struct nsx_text t = nsx_text_on(whole, sizeof(whole));

	nsx_text_str(&t, e->step);
	nsx_text_str(&t, e->err ? " " : ": ");
	nsx_text_plain(&t, e->subject);
	if (e->err) {
		nsx_text_str(&t, ": ");
		nsx_text_str(&t, nsx_errname(e->err));
		nsx_text_str(&t, " ");
		nsx_text_str(&t, nsx_errtext(e->err));
	}
	return nsx_api_give(&t, buf, size);
}

size_t nsx_api_give(const struct nsx_text *t, char *buf, size_t size)
{
	const size_t n = t->len < size ? t->len : size - 1;

	if (size) {
		memcpy(buf, t->buf, n);
		buf[n] = '\0';
	}
	return t->len;
}

const char *nsexec_version(void)
{
	return NSEXEC_VERSION;
}
