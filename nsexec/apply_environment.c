/* SPDX-License-Identifier: Apache-2.0 */
/* Options about the environment of the program. */
#include "parser.h"

static bool has_equals(const char *value)
{
	while (*value && *value != '=')
		value++;
	return *value;
}

/* nsenter(1) calls by this name what is --target-env here. */
static int set(struct nsx_parser *p, const char *value)
{
	if (!has_equals(value))
		return nsx_parser_fail_value(
			p, NSX_OPT_ENV, "takes NAME=VALUE; the target's environment is -e", value);
	if (*value == '=')
		return nsx_parser_fail_value(p, NSX_OPT_ENV, "takes a NAME before the \"=\"",
					     value);
	return nsx_parser_say(p, NSX_OPT_ENV, NSX_SAID_SETENV, value);
}

static int unset(struct nsx_parser *p, const char *value)
{
	if (has_equals(value))
		return nsx_parser_fail_value(p, NSX_OPT_UNSETENV, "takes a NAME without \"=\"",
					     value);
	return nsx_parser_say(p, NSX_OPT_UNSETENV, NSX_SAID_UNSETENV, value);
}

int nsx_apply_environment(struct nsx_parser *p, enum nsx_option opt, const char *value)
{
	switch (opt) {
	case NSX_OPT_TARGET_ENV:
		p->rq.target_env = true;
		return 0;
	case NSX_OPT_CLEARENV:
		return nsx_parser_say(p, opt, NSX_SAID_CLEARENV, NULL);
	case NSX_OPT_ENV:
		return set(p, value);
	case NSX_OPT_UNSETENV:
		return unset(p, value);
	default:
		return nsx_parser_fail_option(p, "unknown option", opt);
	}
}
