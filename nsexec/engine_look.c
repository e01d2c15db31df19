/* SPDX-License-Identifier: Apache-2.0 */
/* From the request to the plan: all that changes nothing. */
#include "entering.h"

#include "names.h"
#include "settle.h"
#include "sys_identity.h"
#include "trace.h"
#include "watched.h"

int nsx_engine_target(struct nsx_engine *en, struct nsx_error *e)
{
	struct nsx_who who;

	if (!en->rq->target || en->target.pid)
		return 0;
	if (nsx_who_parse(en->rq->target, &who, e) < 0)
		return -1;
	if ((who.named ? nsx_named_open(&who, &en->target, e)
		       : nsx_target_open(&who, &en->target, e)) < 0)
		return -1;
	nsx_trace_step(en->log, NSX_STEP_TARGET, 0, en->rq->target);
	return 0;
}

/* Labels are for what is executed, and a host has been executed already. */
static int check_label(const struct nsx_engine *en, struct nsx_error *e)
{
	if (!en->host_fork || !en->facts.follow.labelled)
		return 0;
	return nsx_fail(
		e, NSX_STEP_CHECK, 0,
		"the LSM label of the target is for a PROGRAM, and there is a host that goes on",
		en->facts.follow.room->label.text);
}

int nsx_engine_learn(struct nsx_engine *en, struct nsx_error *e)
{
	const nsx_kinds written = NSX_KIND_BIT(NSX_USER) | NSX_KIND_BIT(NSX_TIME);

	if (nsx_facts_complete(en->rq, &en->target, &en->facts, e) < 0)
		return -1;
	if (nsx_facts_new(en->rq, &en->facts, e) < 0 || check_label(en, e) < 0)
		return -1;
	if (!(en->rq->unshare & written))
		return 0;
	if (nsx_maps_make(en->rq, &en->target, &en->facts, en->callers_envp, &en->maps, e) < 0)
		return -1;
	en->facts.outside = en->maps.outside;
	en->facts.alone = en->maps.alone;
	return 0;
}

int nsx_engine_make_environment(struct nsx_engine *en, struct nsx_error *e)
{
	if (nsx_environment_make(en->rq, en->envp, en->env_room, &en->target, &en->environment, e) <
	    0)
		return -1;
	if (!en->environment.variable)
		return 0;
	en->envp = en->environment.variable;
	nsx_trace_step(en->log, NSX_STEP_ENVIRON, 0, NULL);
	return 0;
}

int nsx_engine_make_plan(struct nsx_engine *en, enum nsx_way way, struct nsx_error *e)
{
	if (nsx_settle(en->rq, &en->target, &en->facts, &en->standing, !en->host_fork, e) < 0)
		return -1;
	en->facts.grafts = nsx_guest_grafts(&en->guest);
	nsx_plan_make(en->rq, &en->facts, way, &en->plan);
	return 0;
}

/*
 * A script there may name /proc/self/exe as its interpreter: that is the host's own file as
 * long as nothing else has been executed, loaded with the libraries that are found there.
 * It matters to whoever has rights by that file which the program has not.
 */
static bool lends_its_file(const struct nsx_engine *en)
{
	return ((en->plan.joins & NSX_KIND_BIT(NSX_MNT)) || en->rq->root) && nsx_sys_geteuid() != 0;
}

void nsx_engine_look_who_watches(struct nsx_engine *en)
{
	const nsx_kinds joins = en->plan.joins;

	if (!en->shares)
		return;
	en->watched = (joins & NSX_KIND_BIT(NSX_PID)) && !(joins & NSX_KIND_BIT(NSX_USER)) &&
		      nsx_watched(&en->target, &en->facts);
	en->apart = en->watched || en->rq->host || en->rq->grafts || lends_its_file(en) ||
		    !nsx_plan_may_share_memory(&en->plan);
}

int nsx_engine_look(struct nsx_engine *en, struct nsx_error *e)
{
	if (nsx_engine_target(en, e) < 0 || nsx_engine_make_environment(en, e) < 0)
		return -1;
	/* Who shares memory makes way for the launcher, which looks by itself. */
	if (!en->shares &&
	    nsx_guest_look(en->rq, en->callers_envp, en->host_fork, &en->guest, e) < 0)
		return -1;
	if (nsx_engine_learn(en, e) < 0)
		return -1;
	if (nsx_engine_make_plan(en, NSX_WAY_PIDFD, e) < 0)
		return -1;
	nsx_engine_look_who_watches(en);
	return 0;
}
