/* SPDX-License-Identifier: Apache-2.0 */
/* Options about what the program may do. */
#include "parser.h"

static int set_caps(struct nsx_parser *p, enum nsx_option opt, const char *value,
		    struct nsx_cap_set *out)
{
	char item[64];
	struct nsx_text bad = nsx_text_on(item, sizeof(item));
	const char *wrong = nsx_caps_parse(value, out, &bad);

	return wrong ? nsx_parser_fail_value(p, opt, wrong, item) : 0;
}

int nsx_apply_credentials(struct nsx_parser *p, enum nsx_option opt, const char *value)
{
	struct nsx_credentials *c = &p->rq.credentials;

	switch (opt) {
	case NSX_OPT_CAPS:
		return set_caps(p, opt, value, &c->caps);
	case NSX_OPT_BOUNDING:
		return set_caps(p, opt, value, &c->bounding);
	case NSX_OPT_AMBIENT:
		return set_caps(p, opt, value, &c->ambient);
	case NSX_OPT_KEEP_CAPS:
		c->keep_caps = true;
		return 0;
	case NSX_OPT_NO_NEW_PRIVS:
		c->no_new_privs = true;
		return 0;
	default:
		return nsx_parser_fail_option(p, "unknown option", opt);
	}
}
