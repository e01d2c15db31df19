/* SPDX-License-Identifier: Apache-2.0 */
/* Options about the limits with which the program runs. */
#include "parser.h"
#include "text.h"

static int set_limit(struct nsx_parser *p, const char *value)
{
	struct nsx_confines *c = &p->rq.confines;
	enum nsx_resource resource = 0;
	struct nsx_limit limit = { 0 };
	const char *wrong = nsx_limit_parse(value, &resource, &limit);

	if (!wrong && (c->limit[resource].soft_given || c->limit[resource].hard_given))
		wrong = "takes each limit once only";
	if (wrong)
		return nsx_parser_fail_value(p, NSX_OPT_RLIMIT, wrong, value);
	c->limit[resource] = limit;
	c->any_limit = true;
	return 0;
}

/* The kernel reads the text itself; here, only whether it will. */
static int set_oom_score_adj(struct nsx_parser *p, const char *value)
{
	uint64_t n;

	if (!nsx_text_number(*value == '-' ? value + 1 : value, 1000, &n))
		return nsx_parser_fail_value(p, NSX_OPT_OOM_SCORE_ADJ,
					     "takes a number from -1000 to 1000", value);
	p->rq.confines.oom_score_adj = value;
	return 0;
}

static int set_cpus(struct nsx_parser *p, const char *value)
{
	uint64_t mask[NSX_CPU_WORDS];

	if (!nsx_cpus_parse(value, mask))
		return nsx_parser_fail_value(p, NSX_OPT_CPU_AFFINITY,
					     "takes numbers of processors, as in 0-3,7", value);
	p->rq.confines.cpus = value;
	return 0;
}

static int set_umask(struct nsx_parser *p, const char *value)
{
	unsigned mask = 0;

	for (const char *c = value; *c; c++) {
		if (*c < '0' || *c > '7' || mask > 0777)
			mask = 01000;
		mask = mask * 8 + (unsigned)(*c - '0');
	}
	if (mask > 0777)
		return nsx_parser_fail_value(p, NSX_OPT_UMASK,
					     "takes an octal number from 0 to 777", value);
	p->rq.confines.umask_given = true;
	p->rq.confines.umask = mask;
	return 0;
}

static int set_persona(struct nsx_parser *p, const char *value)
{
	if (!nsx_persona_parse(value, &p->rq.confines.persona))
		return nsx_parser_fail_value(p, NSX_OPT_PERSONALITY,
					     "takes names of personality(2), or a number", value);
	p->rq.confines.persona_text = value;
	return 0;
}

int nsx_apply_limits(struct nsx_parser *p, enum nsx_option opt, const char *value)
{
	switch (opt) {
	case NSX_OPT_RLIMIT:
		return set_limit(p, value);
	case NSX_OPT_OOM_SCORE_ADJ:
		return set_oom_score_adj(p, value);
	case NSX_OPT_CPU_AFFINITY:
		return set_cpus(p, value);
	case NSX_OPT_UMASK:
		return set_umask(p, value);
	case NSX_OPT_PERSONALITY:
		return set_persona(p, value);
	default:
		return nsx_parser_fail_option(p, "unknown option", opt);
	}
}
