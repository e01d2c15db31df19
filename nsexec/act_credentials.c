/* SPDX-License-Identifier: Apache-2.0 */
/* Acts about what the program may do: capabilities(7). */
#include "acts.h"

#include <errno.h>

#include "standing.h"
#include "sys_identity.h"
#include "sys_process.h"

static int fail_cap(enum nsx_step step, const char *what, unsigned cap, int err,
		    struct nsx_error *e)
{
	char name[32];
	struct nsx_text t = nsx_text_on(name, sizeof(name));

	nsx_cap_put(&t, cap);
	return nsx_fail(e, step, err, what, name);
}

int nsx_act_bounding(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	const struct nsx_standing *s = w->f->standing;
	const nsx_caps dropped = s->before.bounding & ~s->wanted.bounding;

	(void)act;
	for (unsigned cap = 0; cap <= NSX_CAP_MAX; cap++) {
		const int rc =
			dropped & NSX_CAP_BIT(cap) ? nsx_sys_prctl(NSX_PR_CAPBSET_DROP, cap) : 0;

		if (rc < 0)
			return fail_cap(NSX_STEP_BOUNDING, "drop", cap, -rc, e);
	}
	return 0;
}

static int set_ambient(const struct nsx_standing *s, struct nsx_error *e)
{
	for (unsigned cap = 0; cap <= NSX_CAP_MAX; cap++) {
		const bool wanted = s->wanted.ambient & NSX_CAP_BIT(cap);
		int rc;

		if (!(s->known & NSX_CAP_BIT(cap)))
			continue;
		rc = nsx_sys_ambient(NSX_AMBIENT_IS_SET, cap);
		if (rc == wanted || (rc < 0 && !wanted)) /* before Linux 4.3 there are none */
			continue;
		rc = nsx_sys_ambient(wanted ? NSX_AMBIENT_RAISE : NSX_AMBIENT_LOWER, cap);
		if (rc < 0)
			return fail_cap(NSX_STEP_CAPS,
					wanted ? "make ambient" : "drop from ambient", cap, -rc, e);
	}
	return 0;
}

/* The word of each half of a set. */
static void split(nsx_caps set, uint32_t *low, uint32_t *high)
{
	*low = (uint32_t)set;
	*high = (uint32_t)(set >> 32);
}

/*
 * Entered: with the wanted ids, and what PR_SET_KEEPCAPS has kept of root's.
 * Left:    with exactly the wanted sets, and that flag as it was before.
 */
int nsx_act_caps(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	const struct nsx_standing *s = w->f->standing;
	struct nsx_capdata data[2];
	int rc;

	(void)act;
	split(s->wanted.permitted, &data[0].permitted, &data[1].permitted);
	split(s->wanted.effective, &data[0].effective, &data[1].effective);
	split(s->wanted.inheritable, &data[0].inheritable, &data[1].inheritable);
	rc = nsx_sys_capset(data);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_CAPS, -rc, "permitted, effective and inheritable",
				NULL);
	if (set_ambient(s, e) < 0)
		return -1;
	if (s->keep)
		(void)nsx_sys_prctl(NSX_PR_SET_KEEPCAPS, 0); /* could be set, so can be unset */
	return 0;
}

int nsx_act_privs(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	int rc = nsx_sys_prctl(NSX_PR_SET_NO_NEW_PRIVS, 1);

	(void)w;
	(void)act;
	return rc < 0 ? nsx_fail(e, NSX_STEP_PRIVS, -rc, "no new ones", NULL) : 0;
}
