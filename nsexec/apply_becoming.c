/* SPDX-License-Identifier: Apache-2.0 */
/* Options about who the program is, once it is inside. */
#include "parser.h"
#include "text.h"

/* A number, or that of the target. */
static int set_id(struct nsx_parser *p, enum nsx_option opt, const char *value, struct nsx_id *out,
		  bool *of_target)
{
	*of_target = nsx_text_same(value, "follow");
	return *of_target ? 0 : nsx_parser_id(p, opt, value, out);
}

int nsx_apply_becoming(struct nsx_parser *p, enum nsx_option opt, const char *value)
{
	switch (opt) {
	case NSX_OPT_SETUID:
		return set_id(p, opt, value, &p->rq.uid, &p->rq.uid_of_target);
	case NSX_OPT_SETGID:
		return set_id(p, opt, value, &p->rq.gid, &p->rq.gid_of_target);
	case NSX_OPT_PRESERVE_CREDENTIALS:
		p->rq.preserve_credentials = true;
		return 0;
	case NSX_OPT_FOLLOW_CONTEXT:
		p->rq.label = NSX_LABEL_OF_TARGET;
		return 0;
	case NSX_OPT_AS_TARGET:
		p->rq.as_target = true;
		return 0;
	default:
		return nsx_parser_fail_option(p, "unknown option", opt);
	}
}
