/* SPDX-License-Identifier: Apache-2.0 */
/* Options about whose namespaces to join. */
#include "parser.h"

static int set_kind(struct nsx_parser *p, enum nsx_kind kind, const char *file)
{
	p->rq.join |= NSX_KIND_BIT(kind);
	p->rq.file[kind] = file;
	return 0;
}

static int set_socket(struct nsx_parser *p, const char *value)
{
	uint64_t fd;

	if (nsx_parser_number(p, NSX_OPT_NET_SOCKET, value, INT32_MAX, &fd) < 0)
		return -1;
	p->rq.net_socket = true;
	p->rq.socket = (int)fd;
	p->rq.join |= NSX_KIND_BIT(NSX_NET);
	return 0;
}

int nsx_apply_joining(struct nsx_parser *p, enum nsx_option opt, const char *value)
{
	switch (opt) {
	case NSX_OPT_TARGET:
		p->rq.target = value;
		return 0;
	case NSX_OPT_ALL:
		p->rq.all = true;
		return 0;
	case NSX_OPT_MOUNT:
		return set_kind(p, NSX_MNT, value);
	case NSX_OPT_UTS:
		return set_kind(p, NSX_UTS, value);
	case NSX_OPT_IPC:
		return set_kind(p, NSX_IPC, value);
	case NSX_OPT_NET:
		return set_kind(p, NSX_NET, value);
	case NSX_OPT_PID:
		return set_kind(p, NSX_PID, value);
	case NSX_OPT_CGROUP:
		return set_kind(p, NSX_CGROUP, value);
	case NSX_OPT_USER:
		return set_kind(p, NSX_USER, value);
	case NSX_OPT_TIME:
		return set_kind(p, NSX_TIME, value);
	case NSX_OPT_NET_SOCKET:
		return set_socket(p, value);
	case NSX_OPT_USER_PARENT:
		p->rq.user_parent = true;
		return 0;
	case NSX_OPT_JOIN_CGROUP:
		p->rq.join_cgroup = true;
		return 0;
	default:
		return nsx_parser_fail_option(p, "unknown option", opt);
	}
}
