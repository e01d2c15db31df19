/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include "graft.h"
#include "unit.h"

static struct nsx_request rq;
static struct nsx_facts f;

static void given(nsx_kinds joins)
{
	rq = (struct nsx_request){ .target = "1", .join = joins, .report_fd = NSX_NOFD };
	nsx_facts_init(&f, NULL);
	f.wanted = joins;
	f.complete = true;
	f.pidfd = 9;
	f.pid = 1;
}

static bool may_share(void)
{
	struct nsx_plan plan;

	nsx_plan_make(&rq, &f, NSX_WAY_PIDFD, &plan);
	return nsx_plan_may_share_memory(&plan);
}

static void every_kind_but_user_and_time(void)
{
	const nsx_kinds own = NSX_KIND_BIT(NSX_USER) | NSX_KIND_BIT(NSX_TIME);

	for (nsx_kinds kinds = 1; kinds <= NSX_KINDS_ALL; kinds++) {
		given(kinds);
		check_int(may_share(), !(kinds & own));
		given(0);
		rq.unshare = kinds;
		check_int(may_share(), !(kinds & own));
	}
	given(NSX_KINDS_ALL);
	f.shared = own; /* as it is where the target is in our own ones */
	check_int(may_share(), true);
}

static void no_other_ids(void)
{
	given(NSX_KIND_BIT(NSX_NET));
	check_int(may_share(), true);
	rq.uid = (struct nsx_id){ true, 0 };
	check_int(may_share(), false);
	given(NSX_KIND_BIT(NSX_NET));
	rq.gid = (struct nsx_id){ true, 7 };
	check_int(may_share(), false);
}

static void no_trees_that_are_taken_along(void)
{
	static struct nsx_grafts grafts;

	given(NSX_KIND_BIT(NSX_MNT));
	f.grafts = &grafts;
	check_int(may_share(), false);
}

static void nobody_outside(void)
{
	given(0);
	rq.unshare = NSX_KIND_BIT(NSX_NET);
	rq.create.file[NSX_NET] = "/run/x";
	check_int(may_share(), false);
}

static void no_init_in_front(void)
{
	given(0);
	rq.unshare = NSX_KIND_BIT(NSX_PID);
	check_int(may_share(), true);
	rq.init = true;
	check_int(may_share(), false);
}

static void what_is_the_programs_alone(void)
{
	given(NSX_KIND_BIT(NSX_MNT));
	rq.root = rq.wd = true;
	f.root = 50;
	f.wd = 51;
	rq.confines.umask_given = true;
	rq.credentials.no_new_privs = true;
	check_int(may_share(), true);
}

int main(void)
{
	unit("every kind may be joined or created but user and time", every_kind_but_user_and_time);
	unit("ids are not changed in the memory of others", no_other_ids);
	unit("nor with trees that are taken along", no_trees_that_are_taken_along);
	unit("nobody outside is asked", nobody_outside);
	unit("an init needs memory of its own", no_init_in_front);
	unit("what is the program's alone is done there", what_is_the_programs_alone);
	return unit_end();
}
