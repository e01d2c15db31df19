/* SPDX-License-Identifier: Apache-2.0 */
#include "parser.h"

#include "text.h"

int nsx_parser_fail(struct nsx_parser *p, const char *what, const char *word)
{
	return nsx_fail(p->e, NSX_STEP_OPTIONS, 0, what, word);
}

int nsx_parser_fail_option(struct nsx_parser *p, const char *what, enum nsx_option opt)
{
	char buf[32];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_text_str(&t, "--");
	nsx_text_str(&t, nsx_option_rows[opt].name);
	return nsx_parser_fail(p, what, buf);
}

int nsx_parser_fail_value(struct nsx_parser *p, enum nsx_option opt, const char *takes,
			  const char *value)
{
	char buf[128];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_text_str(&t, "--");
	nsx_text_str(&t, nsx_option_rows[opt].name);
	nsx_text_str(&t, " ");
	nsx_text_str(&t, takes);
	return nsx_parser_fail(p, buf, value);
}

int nsx_parser_number(struct nsx_parser *p, enum nsx_option opt, const char *value, uint64_t max,
		      uint64_t *out)
{
	char buf[64];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	if (nsx_text_number(value, max, out))
		return 0;
	nsx_text_str(&t, "takes a number from 0 to ");
	nsx_text_u64(&t, max);
	return nsx_parser_fail_value(p, opt, buf, value);
}

int nsx_parser_id(struct nsx_parser *p, enum nsx_option opt, const char *value, struct nsx_id *out)
{
	uint64_t id;

	/* 4294967295 means "leave it" to the kernel. */
	if (nsx_parser_number(p, opt, value, UINT32_MAX - 1, &id) < 0)
		return -1;
	*out = (struct nsx_id){ true, (uint32_t)id };
	return 0;
}

int nsx_parser_say(struct nsx_parser *p, enum nsx_option opt, enum nsx_said_of of,
		   const char *value)
{
	struct nsx_request *rq = &p->rq;

	if (rq->n_said == NSX_SAID_MAX)
		return nsx_parser_fail_option(p, "given too often, with the others of its kind",
					      opt);
	rq->said[rq->n_said++] = (struct nsx_said){ of, value };
	return 0;
}
