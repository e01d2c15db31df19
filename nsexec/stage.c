/* SPDX-License-Identifier: Apache-2.0 */
#include "stage.h"

#include <errno.h>

#include "acts.h"
#include "text.h"
#include "trace.h"

static int stage(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e)
{
	switch (act->step) {
	case NSX_STEP_CGROUP:
		return nsx_act_cgroup(w, act, e);
	case NSX_STEP_JOIN:
		return nsx_act_join(w, act, e);
	case NSX_STEP_UNSHARE:
		return nsx_act_unshare(w, act, e);
	case NSX_STEP_MAP:
	case NSX_STEP_OFFSETS:
		return nsx_act_write(w, act, e);
	case NSX_STEP_PERSIST:
		return nsx_act_persist(w, act, e);
	case NSX_STEP_PROPAGATE:
		return nsx_act_propagate(w, act, e);
	case NSX_STEP_GRAFT:
		return nsx_act_graft(w, act, e);
	case NSX_STEP_MOUNT:
		return nsx_act_mount(w, act, e);
	case NSX_STEP_REGISTER:
		return nsx_act_register(w, act, e);
	case NSX_STEP_HOSTNAME:
		return nsx_act_hostname(w, act, e);
	case NSX_STEP_LOOPBACK:
		return nsx_act_loopback(w, act, e);
	case NSX_STEP_SESSION:
		return nsx_act_session(w, act, e);
	case NSX_STEP_BECOME:
		return nsx_act_become(w, act, e);
	case NSX_STEP_BOUNDING:
		return nsx_act_bounding(w, act, e);
	case NSX_STEP_CAPS:
		return nsx_act_caps(w, act, e);
	case NSX_STEP_LIMIT:
		return nsx_act_limit(w, act, e);
	case NSX_STEP_OOM:
		return nsx_act_oom(w, act, e);
	case NSX_STEP_PRIVS:
		return nsx_act_privs(w, act, e);
	case NSX_STEP_CPUS:
		return nsx_act_cpus(w, act, e);
	case NSX_STEP_UMASK:
		return nsx_act_umask(w, act, e);
	case NSX_STEP_PERSONA:
		return nsx_act_personality(w, act, e);
	case NSX_STEP_LABEL:
		return nsx_act_label(w, act, e);
	case NSX_STEP_ROOT:
		return nsx_act_root(w, act, e);
	case NSX_STEP_CWD:
		return nsx_act_cwd(w, act, e);
	case NSX_STEP_PTY:
		return nsx_act_pty(w, act, e);
	default:
		return nsx_fail(e, act->step, EINVAL, "not an act", NULL);
	}
}

static void log_act(const struct nsx_log *log, const struct nsx_act *act)
{
	char kinds[64];
	struct nsx_text t = nsx_text_on(kinds, sizeof(kinds));

	nsx_kinds_put(&t, act->kinds);
	nsx_log(log, NSX_LOG_INFO, nsx_step_name(act->step), act->kinds ? kinds : NULL);
}

static int carry_out(const struct nsx_walk *w, const struct nsx_act *act, const struct nsx_log *log,
		     struct nsx_error *e)
{
	if (stage(w, act, e) < 0)
		return -1;
	nsx_trace_act(log, act->step, act->kinds, act->path);
	if (log->level >= NSX_LOG_INFO)
		log_act(log, act);
	return 0;
}

int nsx_stage_walk(const struct nsx_plan *plan, const struct nsx_facts *f, int outer,
		   const struct nsx_log *log, size_t *done, struct nsx_error *e)
{
	const struct nsx_walk w = { plan, f, outer, log };

	for (*done = 0; *done < plan->n_first; ++*done)
		if (carry_out(&w, &plan->act[*done], log, e) < 0)
			return -1;
	return 0;
}

int nsx_stage_walk_new(const struct nsx_plan *plan, const struct nsx_facts *f, int outer,
		       const struct nsx_log *log, struct nsx_error *e)
{
	const struct nsx_walk w = { plan, f, outer, log };

	for (size_t i = plan->n_first + 1; i < plan->n; i++)
		if (carry_out(&w, &plan->act[i], log, e) < 0)
			return -1;
	return 0;
}
