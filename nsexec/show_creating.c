/* SPDX-License-Identifier: Apache-2.0 */
#include "show_creating.h"

#include "sys_mount.h"

/* Lines, one behind the other: "0 1000 1, 1 100000 65535" */
static void put_lines(struct nsx_text *t, const char *lines)
{
	for (; *lines; lines++)
		if (*lines != '\n')
			nsx_text_bytes(t, lines, 1);
		else if (lines[1])
			nsx_text_str(t, ", ");
}

static void put_map(struct nsx_text *t, const char *name, const char *map)
{
	if (!map)
		return;
	if (t->len)
		nsx_text_str(t, "; ");
	nsx_text_str(t, name);
	put_lines(t, map);
}

static const char *propagation_name(unsigned long flags)
{
	return flags & NSX_MS_SHARED ? "shared" : flags & NSX_MS_SLAVE ? "slave" : "private";
}

static void put_persistent(struct nsx_text *t, const struct nsx_request *rq, nsx_kinds kinds)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		if (!(kinds & NSX_KIND_BIT(k)))
			continue;
		nsx_text_str(t, t->len ? ", " : "");
		nsx_text_str(t, nsx_kind_table[k].name);
		nsx_text_str(t, " ");
		nsx_text_str(t, rq->create.file[k]);
	}
}

bool nsx_show_creating(struct nsx_text *t, const struct nsx_act *act, const struct nsx_outside *o,
		       const struct nsx_request *rq)
{
	switch (act->step) {
	case NSX_STEP_UNSHARE:
		nsx_kinds_put(t, act->kinds);
		break;
	case NSX_STEP_MAP:
		nsx_text_str(t, o->deny_setgroups    ? "setgroups deny"
				: o->allow_setgroups ? "setgroups allow"
						     : "");
		put_map(t, "uid ", o->uid_map);
		put_map(t, "gid ", o->gid_map);
		break;
	case NSX_STEP_OFFSETS:
		put_lines(t, o->offsets);
		break;
	case NSX_STEP_PERSIST:
		put_persistent(t, rq, act->kinds);
		break;
	case NSX_STEP_PROPAGATE:
		nsx_text_str(t, propagation_name(act->flags));
		break;
	case NSX_STEP_MOUNT:
		nsx_text_str(t, act->text);
		nsx_text_str(t, " on ");
		nsx_text_str(t, act->path);
		nsx_text_str(t, act->if_none ? ", unless it is there" : "");
		break;
	case NSX_STEP_REGISTER:
		nsx_text_str(t, act->text);
		break;
	case NSX_STEP_HOSTNAME:
		nsx_text_str(t, act->path);
		break;
	case NSX_STEP_LOOPBACK:
		nsx_text_str(t, "up");
		break;
	default:
		return false;
	}
	return true;
}
