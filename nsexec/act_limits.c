/* SPDX-License-Identifier: Apache-2.0 */
/* Acts about the limits with which the program runs. */
#include "acts.h"

#include <errno.h>

#include "oom.h"
#include "standing.h"
#include "sys_file.h"
#include "sys_process.h"
#include "sys_sched.h"

static bool is_given(const struct nsx_limit *limit)
{
	return limit->soft_given || limit->hard_given;
}

static int set_limit(enum nsx_resource r, const struct nsx_rlimit *limit, struct nsx_error *e)
{
	char values[64];
	struct nsx_text t = nsx_text_on(values, sizeof(values));
	int rc = nsx_sys_prlimit(r, limit, NULL);

	if (rc >= 0)
		return 0;
	nsx_limit_put(&t, limit->soft);
	nsx_text_str(&t, ":");
	nsx_limit_put(&t, limit->hard);
	(void)nsx_fail(e, NSX_STEP_LIMIT, -rc, nsx_limit_names[r], values);
	return nsx_hint(e, rc == -EPERM ? NSX_HINT_RESOURCE : NSX_HINT_NONE, 0);
}

/*
 * Entered: before the joins, act->early: only the hard limits that rise, since the
 *          right to raise them is lost in another user namespace.  Or as the program,
 *          at the end: so none of them hits the waiter, or what we open ourselves.
 */
int nsx_act_limit(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	const struct nsx_standing *s = w->f->standing;

	for (enum nsx_resource r = 0; r < NSX_LIMIT_COUNT; r++) {
		const struct nsx_limit *wanted = &act->confines->limit[r];
		struct nsx_rlimit limit = nsx_standing_limit(wanted, &s->limit[r]);

		if (!is_given(wanted))
			continue;
		if (act->early && limit.hard <= s->limit[r].hard)
			continue;
		if (act->early)
			limit.soft = s->limit[r].soft;
		if (set_limit(r, &limit, e) < 0)
			return -1;
	}
	return 0;
}

int nsx_act_oom(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	return nsx_oom_write(w->f->standing->oom, act->confines->oom_score_adj, e);
}

int nsx_act_cpus(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	uint64_t mask[NSX_CPU_WORDS];
	int rc;

	(void)w;
	(void)nsx_cpus_parse(act->confines->cpus, mask); /* it was understood before */
	rc = nsx_sys_setaffinity(mask, sizeof(mask));
	return rc < 0 ? nsx_fail(e, NSX_STEP_CPUS, -rc, "run on", act->confines->cpus) : 0;
}

int nsx_act_umask(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	(void)w;
	(void)e;
	(void)nsx_sys_umask(act->confines->umask); /* cannot fail */
	return 0;
}

int nsx_act_personality(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	const uint32_t now = (uint32_t)nsx_sys_personality(NSX_PERSONALITY_ASK);
	const long rc = nsx_sys_personality(nsx_persona_of(&act->confines->persona, now));

	(void)w;
	return rc < 0 ? nsx_fail(e, NSX_STEP_PERSONA, (int)-rc,
				 "this kernel, or this machine, does not have it", NULL)
		      : 0;
}
