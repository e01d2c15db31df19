/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "api.h"
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
	char whole[1024]; /* of the subject every byte may be shown as four */
	struct nsx_text t = nsx_text_on(whole, sizeof(whole));

	nsx_error_put(&t, e->step, e->err, e->subject);
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
