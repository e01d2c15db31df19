/* SPDX-License-Identifier: Apache-2.0 */
#include "show_standing.h"

#include "standing.h"
#include "sys_process.h"

static void put_set(struct nsx_text *t, const char *name, nsx_caps set, nsx_caps known)
{
	nsx_text_str(t, name);
	nsx_caps_put(t, set, known);
}

static void put_sets(struct nsx_text *t, const struct nsx_standing *s)
{
	const struct nsx_cap_sets *w = &s->wanted;

	put_set(t, "", w->permitted, s->known);
	if (w->effective != w->permitted)
		put_set(t, "; effective ", w->effective, s->known);
	if (w->inheritable != w->ambient)
		put_set(t, "; inheritable ", w->inheritable, s->known);
	if (w->ambient)
		put_set(t, "; ambient ", w->ambient, s->known);
}

/* "nofile 1024:4096, core 0:0"; early: "raise hard nofile 4096" */
static void put_limits(struct nsx_text *t, const struct nsx_act *act, const struct nsx_standing *s)
{
	const char *between = act->early ? "raise hard " : "";

	for (enum nsx_resource r = 0; r < NSX_LIMIT_COUNT; r++) {
		const struct nsx_limit *wanted = &act->confines->limit[r];
		const struct nsx_rlimit limit = nsx_standing_limit(wanted, &s->limit[r]);

		if (!wanted->soft_given && !wanted->hard_given)
			continue;
		if (act->early && limit.hard <= s->limit[r].hard)
			continue;
		nsx_text_str(t, between);
		nsx_text_str(t, nsx_limit_names[r]);
		nsx_text_str(t, " ");
		if (!act->early) {
			nsx_limit_put(t, limit.soft);
			nsx_text_str(t, ":");
		}
		nsx_limit_put(t, limit.hard);
		between = ", ";
	}
}

static void put_octal(struct nsx_text *t, unsigned mode)
{
	for (int shift = 9; shift >= 0; shift -= 3) {
		const char digit = (char)('0' + (mode >> shift & 7));

		nsx_text_bytes(t, &digit, 1);
	}
}

bool nsx_show_standing(struct nsx_text *t, const struct nsx_act *act, const struct nsx_facts *f)
{
	const struct nsx_standing *s = f->standing;

	switch (act->step) {
	case NSX_STEP_BOUNDING:
		put_set(t, "", s->wanted.bounding, s->known);
		return true;
	case NSX_STEP_CAPS:
		put_sets(t, s);
		return true;
	case NSX_STEP_LIMIT:
		put_limits(t, act, s);
		return true;
	case NSX_STEP_OOM:
		nsx_text_str(t, act->confines->oom_score_adj);
		return true;
	case NSX_STEP_PRIVS:
		nsx_text_str(t, "no new ones");
		return true;
	case NSX_STEP_CPUS:
		nsx_text_str(t, act->confines->cpus);
		return true;
	case NSX_STEP_UMASK:
		put_octal(t, act->confines->umask);
		return true;
	case NSX_STEP_PERSONA:
		nsx_text_str(t, act->confines->persona_text);
		return true;
	default:
		return false;
	}
}
