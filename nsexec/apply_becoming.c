/* SPDX-License-Identifier: Apache-2.0 */
/* Options about who the program is, once it is inside. */
#include "parser.h"

int nsx_apply_becoming(struct nsx_parser *p, enum nsx_option opt, const char *value)
{
	switch (opt) {
	case NSX_OPT_SETUID:
		return nsx_parser_id(p, opt, value, &p->rq.uid);
	case NSX_OPT_SETGID:
		return nsx_parser_id(p, opt, value, &p->rq.gid);
	case NSX_OPT_PRESERVE_CREDENTIALS:
		p->rq.preserve_credentials = true;
		return 0;
	default:
		return nsx_parser_fail_option(p, "unknown option", opt);
	}
}
