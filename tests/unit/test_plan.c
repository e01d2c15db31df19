/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include <sys/mount.h>

#include "graft.h"
#include "unit.h"

/* Descriptors in the facts below; a namespace has FD_NS and its kind. */
enum { FD_PIDFD = 9, FD_ROOT = 50, FD_WD = 51, FD_NS = 100 };

#define C NSX_KIND_BIT(NSX_CGROUP)
#define I NSX_KIND_BIT(NSX_IPC)
#define M NSX_KIND_BIT(NSX_MNT)
#define N NSX_KIND_BIT(NSX_NET)
#define P NSX_KIND_BIT(NSX_PID)
#define T NSX_KIND_BIT(NSX_TIME)
#define U NSX_KIND_BIT(NSX_USER)
#define H NSX_KIND_BIT(NSX_UTS)
#define ALL NSX_KINDS_ALL

static struct nsx_request rq;
static struct nsx_facts f;
static struct nsx_plan plan;

/* Nothing asked; of the target everything differs, and @below is owned from inside. */
static void given(nsx_kinds wanted, nsx_kinds below)
{
	rq = (struct nsx_request){ .target = "1", .join = wanted, .report_fd = NSX_NOFD };
	f = (struct nsx_facts){ .wanted = wanted, .complete = true, .pidfd = FD_PIDFD, .pid = 1 };
	f.root = f.wd = NSX_NOFD;
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		f.ns[k].fd = FD_NS + (int)k;
		f.ns[k].below = below & NSX_KIND_BIT(k);
	}
}

static void want_root(void)
{
	rq.root = true;
	f.root = FD_ROOT;
}

/* Append to the text in @buf. */
#define put(buf, size, ...) ((void)snprintf((buf) + strlen(buf), (size)-strlen(buf), __VA_ARGS__))

/* "net uts" */
static void put_kinds(char *buf, size_t size, nsx_kinds kinds)
{
	const char *between = "";

	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (kinds & NSX_KIND_BIT(k)) {
			put(buf, size, "%s%s", between, nsx_kind_table[k].name);
			between = " ";
		}
}

static void put_join(char *buf, size_t size, const struct nsx_act *act)
{
	put(buf, size, act->way == NSX_WAY_PIDFD ? "pidfd(" : "each(");
	if (act->way == NSX_WAY_PIDFD)
		check_int(act->fd, FD_PIDFD);
	check_int(act->pid, rq.runc.asked ? 0 : 1);
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (act->way == NSX_WAY_EACH && (act->kinds & NSX_KIND_BIT(k))) {
			check_int(act->fd, FD_NS + (int)k);
			check_text(act->path, rq.file[k]);
		}
	put_kinds(buf, size, act->kinds);
	put(buf, size, ")");
}

static void put_id(char *buf, size_t size, struct nsx_id id)
{
	if (id.given)
		put(buf, size, "%u", id.id);
	else
		put(buf, size, "-");
}

/* As mount(2) has them. */
static void put_propagation(char *buf, size_t size, unsigned long flags)
{
	check(flags & MS_REC);
	check_int(flags & ~(unsigned long)(MS_REC | MS_PRIVATE | MS_SLAVE | MS_SHARED), 0);
	put(buf, size, "propagate(%s%s%s)", flags & MS_PRIVATE ? "private" : "",
	    flags & MS_SLAVE ? "slave" : "", flags & MS_SHARED ? "shared" : "");
}

static void put_act(char *buf, size_t size, const struct nsx_act *act)
{
	switch (act->step) {
	case NSX_STEP_JOIN:
		put_join(buf, size, act);
		break;
	case NSX_STEP_BECOME:
		put(buf, size, "become(");
		put_id(buf, size, act->uid);
		put(buf, size, " ");
		put_id(buf, size, act->gid);
		put(buf, size, act->keep_groups ? " groups)" : act->must_drop ? " none)" : ")");
		break;
	case NSX_STEP_UNSHARE:
		put(buf, size, "unshare(");
		put_kinds(buf, size, act->kinds);
		put(buf, size, ")");
		break;
	case NSX_STEP_ROOT:
		put(buf, size, "root(%d)", act->fd);
		break;
	case NSX_STEP_CWD:
		if (act->path)
			put(buf, size, "cwd(%s)", act->path);
		else
			put(buf, size, "cwd(%d)", act->fd);
		break;
	case NSX_STEP_MAP:
	case NSX_STEP_OFFSETS:
		put(buf, size, "%s", nsx_step_name(act->step));
		if (!rq.runc.asked)
			put(buf, size, act->ourselves ? "(ourselves)" : "(outside)");
		break;
	case NSX_STEP_PERSIST:
		put(buf, size, "persist(");
		put_kinds(buf, size, act->kinds);
		put(buf, size, ")");
		break;
	case NSX_STEP_PROPAGATE:
		put_propagation(buf, size, act->flags);
		break;
	case NSX_STEP_MOUNT:
		put(buf, size, "mount(%s %s%s)", act->text, act->path,
		    act->if_none ? " if none" : "");
		break;
	case NSX_STEP_REGISTER:
		put(buf, size, "register(%s %s)", act->path, act->text);
		break;
	case NSX_STEP_HOSTNAME:
		put(buf, size, "hostname(%s)", act->path);
		break;
	default:
		put(buf, size, "%s", nsx_step_name(act->step));
	}
}

/* "pidfd(user net) become(0 0) fork" */
static const char *planned(enum nsx_way way)
{
	static char buf[1024];

	memset(&plan, 0x55, sizeof(plan));
	nsx_plan_make(&rq, &f, way, &plan);
	buf[0] = '\0';
	for (size_t i = 0; i < plan.n; i++) {
		put(buf, sizeof(buf), i ? " " : "");
		put_act(buf, sizeof(buf), &plan.act[i]);
	}
	return buf;
}

static void nothing_wanted_is_nothing_done(void)
{
	given(0, 0);
	check_text(planned(NSX_WAY_PIDFD), "");
	check(!plan.forks && plan.joins == 0);
}

/* A user namespace may deny later to drop groups: it is done first. */
#define DROP "become(- -) "

static void all_without_user_is_one_act(void)
{
	given(ALL & ~U, 0);
	check_text(planned(NSX_WAY_PIDFD), "pidfd(cgroup ipc mnt net pid time uts) fork");
	check_int(plan.joins, ALL & ~U);
	check(plan.forks);
	given(ALL, 0);
	f.shared = U; /* -a, and the user namespace is ours already */
	check_text(planned(NSX_WAY_PIDFD), "pidfd(cgroup ipc mnt net pid time uts) fork");
}

static void all_with_user_is_one_act_and_root(void)
{
	given(ALL, ALL);
	check_text(planned(NSX_WAY_PIDFD),
		   DROP "pidfd(cgroup ipc mnt net pid time user uts) become(0 0) fork");
}

static void what_user_does_not_own_goes_before(void)
{
	given(ALL, ALL & ~N);
	check_text(planned(NSX_WAY_PIDFD),
		   DROP "pidfd(cgroup ipc mnt net pid time user uts) become(0 0) fork");
	check_text(planned(NSX_WAY_EACH),
		   DROP "each(net) each(user) become(0 0) each(cgroup) each(ipc) each(pid) "
			"each(time) each(uts) each(mnt) fork");
	given(U | N | H, N);
	check_text(planned(NSX_WAY_EACH), DROP "each(uts) each(user) become(0 0) each(net)");
}

/* Who owns it matters only to those who change their user namespace. */
static void owners_do_not_matter_without_user(void)
{
	given(M | N, M);
	check_text(planned(NSX_WAY_PIDFD), "pidfd(mnt net)");
	given(U | M | N, M);
	f.shared = U;
	check_text(planned(NSX_WAY_PIDFD), "pidfd(mnt net)");
	check_text(planned(NSX_WAY_EACH), "each(net) each(mnt)");
}

static void each_by_itself_keeps_the_order(void)
{
	given(ALL, ALL);
	check_text(planned(NSX_WAY_EACH),
		   DROP "each(user) become(0 0) each(cgroup) each(ipc) each(net) "
			"each(pid) each(time) each(uts) each(mnt) fork");
	given(ALL & ~U, 0);
	check_text(planned(NSX_WAY_EACH), "each(cgroup) each(ipc) each(net) each(pid) each(time) "
					  "each(uts) each(mnt) fork");
}

static void mnt_is_last_in_its_group(void)
{
	given(ALL, ALL & ~(M | N));
	check_text(planned(NSX_WAY_EACH),
		   DROP "each(net) each(mnt) each(user) become(0 0) each(cgroup) "
			"each(ipc) each(pid) each(time) each(uts) fork");
	given(U | M | H, M | H);
	check_text(planned(NSX_WAY_EACH), DROP "each(user) become(0 0) each(uts) each(mnt)");
}

static void files_are_joined_one_by_one(void)
{
	given(N | H | U, N);
	rq.file[NSX_NET] = "/run/netns/blue";
	f.pidfd = NSX_NOFD; /* the facts have none where a FILE is among them */
	check_text(planned(NSX_WAY_PIDFD), DROP "each(uts) each(user) become(0 0) each(net)");
}

static void shared_kinds_are_left_out(void)
{
	given(ALL, ALL);
	f.shared = ALL & ~N;
	check_text(planned(NSX_WAY_PIDFD), "pidfd(net)");
	check_int(plan.joins, N);
	f.shared = ALL;
	check_text(planned(NSX_WAY_PIDFD), "");
	f.shared = P; /* our own PID namespace needs no new process */
	planned(NSX_WAY_PIDFD);
	check(!plan.forks);
}

/* Facts that were not asked for come from one process: the kernel decides by itself. */
static void incomplete_facts_trust_the_kernel(void)
{
	given(ALL, 0);
	f.complete = false;
	check_text(planned(NSX_WAY_PIDFD),
		   DROP "pidfd(cgroup ipc mnt net pid time user uts) become(0 0) fork");
	f.shared = U;
	check_text(planned(NSX_WAY_PIDFD), "pidfd(cgroup ipc mnt net pid time uts) fork");
	f.shared = U | P | M;
	check_text(planned(NSX_WAY_PIDFD), "pidfd(cgroup ipc net time uts)");
}

static void credentials_may_be_kept(void)
{
	given(U | N, N);
	rq.preserve_credentials = true;
	check_text(planned(NSX_WAY_PIDFD), "pidfd(net user)");
	check_text(planned(NSX_WAY_EACH), "each(user) each(net)");
}

static void root_and_cwd_follow_the_joins(void)
{
	given(ALL, ALL);
	want_root();
	rq.wd = true;
	f.wd = FD_WD;
	check_text(planned(NSX_WAY_PIDFD), DROP "pidfd(cgroup ipc mnt net pid time user uts) "
						"become(0 0) root(50) fork cwd(51)");
	rq.wd = false;
	rq.wdns_dir = "/srv";
	check_text(planned(NSX_WAY_PIDFD), DROP "pidfd(cgroup ipc mnt net pid time user uts) "
						"become(0 0) root(50) fork cwd(/srv)");
	given(0, 0);
	rq.wdns_dir = "/srv";
	check_text(planned(NSX_WAY_PIDFD), "cwd(/srv)");
}

/* chroot(2) needs a privilege that the wanted user may not have. */
static void ids_come_last(void)
{
	given(U | M, M);
	want_root();
	rq.wdns_dir = "/srv";
	rq.uid = (struct nsx_id){ true, 1000 };
	rq.gid = (struct nsx_id){ true, 100 };
	check_text(planned(NSX_WAY_PIDFD),
		   DROP "pidfd(mnt user) become(0 0) root(50) cwd(/srv) become(1000 100)");
	given(N, 0);
	rq.uid = (struct nsx_id){ true, 0 };
	check_text(planned(NSX_WAY_PIDFD), "pidfd(net) become(0 -)");
	given(P, 0);
	rq.gid = (struct nsx_id){ true, 7 };
	check_text(planned(NSX_WAY_PIDFD), "pidfd(pid) fork become(- 7)");
}

static void fork_is_asked_or_needed(void)
{
	given(P, 0);
	rq.fork = NSX_FORK_NEVER;
	check_text(planned(NSX_WAY_PIDFD), "pidfd(pid)");
	check(!plan.forks);
	given(N, 0);
	rq.fork = NSX_FORK_ALWAYS;
	check_text(planned(NSX_WAY_PIDFD), "pidfd(net) fork");
	check(plan.forks);
	given(0, 0);
	rq.fork = NSX_FORK_ALWAYS;
	check_text(planned(NSX_WAY_PIDFD), "fork");
	given(T, 0); /* time is joined without a new process */
	check_text(planned(NSX_WAY_PIDFD), "pidfd(time)");
}

static void detached_is_a_new_process_too(void)
{
	given(N, 0);
	rq.detach = true;
	check_text(planned(NSX_WAY_PIDFD), "pidfd(net) fork");
	check(plan.forks && !plan.outside);
	check_int(plan.n_first, 1);
	given(0, 0);
	rq.detach = true;
	check_text(planned(NSX_WAY_PIDFD), "fork");
	check_int(plan.n_first, 0);
}

/* The acts before the fork, which the first process carries out. */
static void fork_is_not_among_the_first(void)
{
	given(N, 0);
	planned(NSX_WAY_PIDFD);
	check_int(plan.n_first, 1);
	given(ALL, ALL);
	planned(NSX_WAY_EACH);
	check_int(plan.n_first, plan.n - 1);
	check_int(plan.act[plan.n_first].step, NSX_STEP_FORK);
	check(!plan.outside);
}

/* ---- runc's ---- */

/* As its message says: every kind from a file, and stages. */
static void given_runc(nsx_kinds wanted, nsx_kinds below, nsx_kinds unshare)
{
	given(wanted, below);
	rq.target = NULL;
	rq.runc.asked = true;
	rq.unshare = unshare;
	f.complete = false;
	f.pidfd = NSX_NOFD;
	f.pid = 0;
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (wanted & NSX_KIND_BIT(k))
			rq.file[k] = nsx_kind_table[k].name;
}

/* What stage-2 does in any case, and keeps its groups unless told otherwise. */
#define STAGE_2 "fork session become(0 0 groups)"

static void runc_is_always_a_new_process_with_a_session(void)
{
	given_runc(0, 0, 0);
	check_text(planned(NSX_WAY_EACH), STAGE_2);
	check(plan.forks && !plan.outside);
	check_int(plan.n_first, 0);
	check_int(plan.joins, 0);
}

static void runc_joins_by_owner(void)
{
	given_runc(ALL & ~U, 0, 0);
	check_text(planned(NSX_WAY_EACH), "each(cgroup) each(ipc) each(net) each(pid) each(time) "
					  "each(uts) each(mnt) " STAGE_2);
	check_int(plan.n_first, 7);
	check(!plan.outside);
	given_runc(ALL, ALL & ~(N | M), 0);
	check_text(planned(NSX_WAY_EACH),
		   "each(net) each(mnt) each(user) become(0 - groups) each(cgroup) each(ipc) "
		   "each(pid) each(time) each(uts) " STAGE_2);
	check_int(plan.n_first, 9);
	check(!plan.outside);
}

/* Its own groups are the returning process's to give up, and so is its group id. */
static void runc_becomes_only_the_user_at_once(void)
{
	given_runc(U, 0, 0);
	check_text(planned(NSX_WAY_EACH), "each(user) become(0 - groups) " STAGE_2);
	given_runc(U, 0, 0);
	f.shared = U;
	check_text(planned(NSX_WAY_EACH), STAGE_2);
}

static void runc_drops_groups_in_the_new_process(void)
{
	given_runc(U | N, N, U);
	rq.runc.drop_groups = true;
	check_text(planned(NSX_WAY_EACH),
		   "each(user) become(0 - groups) each(net) unshare(user) map "
		   "become(0 - groups) fork session become(0 0 none)");
}

static void runc_creates_user_first_and_alone(void)
{
	given_runc(0, 0, ALL);
	check_text(planned(NSX_WAY_EACH), "unshare(user) map become(0 - groups) "
					  "unshare(cgroup ipc mnt net pid time uts) " STAGE_2);
	check_int(plan.n_first, 4);
	check(plan.outside);
	given_runc(0, 0, U);
	check_text(planned(NSX_WAY_EACH), "unshare(user) map become(0 - groups) " STAGE_2);
	check(plan.outside);
}

/* Nothing has to be written from outside for these. */
static void runc_creates_the_others_together(void)
{
	given_runc(0, 0, ALL & ~U);
	check_text(planned(NSX_WAY_EACH), "unshare(cgroup ipc mnt net pid time uts) " STAGE_2);
	check(!plan.outside);
	given_runc(N | H, 0, M | P);
	check_text(planned(NSX_WAY_EACH), "each(net) each(uts) unshare(mnt pid) " STAGE_2);
	check(!plan.outside);
}

/* The kernel takes them until the first process is in there. */
static void runc_writes_offsets_before_the_fork(void)
{
	given_runc(N, 0, T);
	rq.outside.offsets = "boottime 1 0";
	check_text(planned(NSX_WAY_EACH), "each(net) unshare(time) offsets " STAGE_2);
	check(plan.outside);
	check_int(plan.n_first, 3);
	rq.unshare = U | T | M;
	check_text(planned(NSX_WAY_EACH), "each(net) unshare(user) map become(0 - groups) "
					  "unshare(mnt time) offsets " STAGE_2);
	rq.outside.offsets = NULL;
	check_text(planned(NSX_WAY_EACH), "each(net) unshare(user) map become(0 - groups) "
					  "unshare(mnt time) " STAGE_2);
}

static size_t count(enum nsx_step step, size_t from)
{
	size_t n = 0;

	for (size_t i = from; i < plan.n; i++)
		n += plan.act[i].step == step;
	return n;
}

static void check_one_of_runc(nsx_kinds wanted, nsx_kinds unshare, bool offsets)
{
	given_runc(wanted, wanted & (M | N | H), unshare);
	rq.outside.offsets = offsets ? "boottime 1 0" : NULL;
	planned(NSX_WAY_EACH);
	check(plan.n <= NSX_PLAN_MAX);
	check_int(plan.outside, offsets || (unshare & U));
	check_int(plan.n, plan.n_first + 3);
	check_int(plan.act[plan.n_first].step, NSX_STEP_FORK);
	check_int(plan.act[plan.n_first + 1].step, NSX_STEP_SESSION);
	check_int(plan.act[plan.n_first + 2].step, NSX_STEP_BECOME);
	check_int(count(NSX_STEP_JOIN, 0), __builtin_popcount(wanted));
	check_int(count(NSX_STEP_MAP, 0), (unshare & U) != 0);
	check_int(count(NSX_STEP_OFFSETS, 0), offsets);
	check_int(count(NSX_STEP_UNSHARE, 0), ((unshare & U) != 0) + ((unshare & ~U) != 0));
}

static void every_combination_of_runc_keeps_the_rules(void)
{
	for (nsx_kinds wanted = 0; wanted <= ALL; wanted++)
		for (nsx_kinds unshare = 0; unshare <= ALL; unshare++) {
			check_one_of_runc(wanted, unshare, false);
			check_one_of_runc(wanted, unshare, true);
		}
}

/* ---- new ones, from words ---- */

/* Joined is @wanted, created is @unshare, and maps are such as an ordinary user may write. */
static void given_new(nsx_kinds wanted, nsx_kinds unshare)
{
	given(wanted, wanted & ~N);
	if (!wanted)
		rq.target = NULL;
	rq.unshare = unshare;
	f.alone = true;
}

static void want_maps(bool alone)
{
	f.outside.uid_map = f.outside.gid_map = "0 1000 1\n";
	f.alone = alone;
}

static void user_is_created_first_and_alone(void)
{
	given_new(0, ALL);
	want_maps(true);
	check_text(planned(NSX_WAY_PIDFD), "unshare(user) map(ourselves) "
					   "unshare(cgroup ipc mnt net pid time uts) "
					   "propagate(private) fork");
	check(!plan.outside && !plan.outside_late && plan.forks);
	check_int(plan.unshares, ALL);
	check_int(plan.joins, 0);
	given_new(0, ALL & ~U);
	check_text(planned(NSX_WAY_PIDFD),
		   "unshare(cgroup ipc mnt net pid time uts) propagate(private) fork");
	given_new(0, U);
	check_text(planned(NSX_WAY_PIDFD), "unshare(user)");
	check(!plan.outside && !plan.forks);
	given_new(0, N | H | I | C);
	check_text(planned(NSX_WAY_PIDFD), "unshare(cgroup ipc net uts)");
	check(!plan.forks);
}

static void what_is_written_is_written_at_once(void)
{
	given_new(0, U | N);
	want_maps(false);
	check_text(planned(NSX_WAY_PIDFD), "unshare(user) map(outside) unshare(net)");
	check(plan.outside && !plan.outside_late);
	given_new(0, U);
	f.outside.gid_map = "0 0 1\n";
	check_text(planned(NSX_WAY_PIDFD), "unshare(user) map(ourselves)");
	given_new(0, U);
	f.outside.uid_map = "0 0 1\n";
	check_text(planned(NSX_WAY_PIDFD), "unshare(user) map(ourselves)");
	given_new(0, U);
	f.outside.deny_setgroups = true;
	check_text(planned(NSX_WAY_PIDFD), "unshare(user) map(ourselves)");
	given_new(0, U);
	f.outside.allow_setgroups = true;
	check_text(planned(NSX_WAY_PIDFD), "unshare(user) map(ourselves)");
}

/* The kernel takes them until the first process is in there. */
static void offsets_are_written_before_the_fork(void)
{
	given_new(0, T | U);
	want_maps(true);
	f.outside.offsets = "monotonic 1 0\n";
	check_text(planned(NSX_WAY_PIDFD),
		   "unshare(user) map(ourselves) unshare(time) offsets(ourselves) fork");
	check(!plan.outside);
	check_int(plan.n_first, 4);
}

static void an_owner_creates_the_user_namespace(void)
{
	given_new(0, U | N);
	want_maps(true);
	rq.create.owner_uid = (struct nsx_id){ true, 1000 };
	rq.create.owner_gid = (struct nsx_id){ true, 100 };
	check_text(planned(NSX_WAY_PIDFD),
		   "become(1000 100) unshare(user) map(ourselves) unshare(net)");
}

static void propagation_is_changed_before_anything_is_bound(void)
{
	static const char *const names[] = { "private", "slave", "shared" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char want[128];

		given_new(0, M | N);
		rq.create.propagation = (enum nsx_propagation)i;
		rq.create.file[NSX_NET] = "/f";
		(void)snprintf(want, sizeof(want), "unshare(mnt net) propagate(%s) persist(net)",
			       names[i]);
		check_text(planned(NSX_WAY_PIDFD), want);
		check(plan.outside && !plan.outside_late);
	}
	given_new(0, M);
	rq.create.propagation = NSX_PROPAGATION_UNCHANGED;
	check_text(planned(NSX_WAY_PIDFD), "unshare(mnt)");
	given_new(0, N);
	check_text(planned(NSX_WAY_PIDFD), "unshare(net)");
}

static void pid_persists_behind_the_fork(void)
{
	given_new(0, ALL);
	want_maps(true);
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		rq.create.file[k] = "/f";
	check_text(planned(NSX_WAY_PIDFD), "unshare(user) map(ourselves) "
					   "unshare(cgroup ipc mnt net pid time uts) "
					   "propagate(private) "
					   "persist(cgroup ipc mnt net time user uts) "
					   "fork persist(pid)");
	check(plan.outside && plan.outside_late);
	given_new(0, P | N);
	rq.create.file[NSX_PID] = "/f";
	check_text(planned(NSX_WAY_PIDFD), "unshare(net pid) fork persist(pid)");
	check(plan.outside && plan.outside_late);
	given_new(0, P);
	check_text(planned(NSX_WAY_PIDFD), "unshare(pid) fork");
	check(!plan.outside && !plan.outside_late);
	/* Nobody is to persist who is not created. */
	given_new(N, H);
	rq.create.file[NSX_NET] = "/f";
	check_text(planned(NSX_WAY_PIDFD), "pidfd(net) unshare(uts)");
}

static void names_and_loopback_are_set_before_the_fork(void)
{
	given_new(0, H | N | P);
	rq.create.hostname = "box";
	rq.create.loopback = true;
	check_text(planned(NSX_WAY_PIDFD), "unshare(net pid uts) hostname(box) loopback fork");
}

/* A proc shows the PID namespace of who mounts it; the ids may forbid to mount. */
static void mounts_come_behind_the_fork_and_before_cwd_and_ids(void)
{
	given_new(0, M | P);
	rq.create.proc = "/proc";
	rq.create.binfmt = "/b";
	rq.create.load_interp = ":x:M::x::/i:";
	rq.wd = true;
	f.wd = FD_WD;
	rq.uid = (struct nsx_id){ true, 7 };
	want_root();
	check_text(planned(NSX_WAY_PIDFD),
		   "unshare(mnt pid) propagate(private) root(50) fork mount(proc /proc) "
		   "mount(binfmt_misc /b) register(/b :x:M::x::/i:) cwd(51) become(7 -)");
	rq.create.file[NSX_PID] = "/f";
	check_text(planned(NSX_WAY_PIDFD),
		   "unshare(mnt pid) propagate(private) root(50) fork persist(pid) "
		   "mount(proc /proc) mount(binfmt_misc /b) register(/b :x:M::x::/i:) "
		   "cwd(51) become(7 -)");
}

/* With flag F the interpreter is opened at once: out here, not below the new root. */
static void an_interpreter_of_out_here_is_registered_before_the_new_root(void)
{
	static const char early[] = "unshare(mnt) propagate(private) "
				    "mount(binfmt_misc /proc/sys/fs/binfmt_misc) "
				    "register(/proc/sys/fs/binfmt_misc %s) root(50) "
				    "mount(binfmt_misc /b)";
	static const char late[] = "unshare(mnt) propagate(private) root(50) "
				   "mount(binfmt_misc /b) register(/b %s)";
	static const struct {
		const char *definition, *form;
	} rows[] = {
		{ ":x:M::x::/i:F", early },  { ":x:M::x::/i:OCF", early },
		{ ",x,M,,x,,/i,FP", early }, { ":x:M::x::/i:", late },
		{ ":x:M::x::/i:OCP", late }, { ":x:M::F::/F:C", late },
		{ ":F:M::x::/iF:", late },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char want[256];

		unit_case = rows[i].definition;
		given_new(0, M);
		want_root();
		rq.create.binfmt = "/b";
		rq.create.load_interp = rows[i].definition;
		(void)snprintf(want, sizeof(want), rows[i].form == early ? early : late,
			       rows[i].definition);
		check_text(planned(NSX_WAY_PIDFD), want);
	}
	given_new(0, M); /* it is all the same without a new root */
	rq.create.binfmt = "/b";
	rq.create.load_interp = ":x:M::x::/i:F";
	check_text(planned(NSX_WAY_PIDFD), "unshare(mnt) propagate(private) "
					   "mount(binfmt_misc /b) register(/b :x:M::x::/i:F)");
}

static void grafts_come_into_a_copy_of_the_mounts(void)
{
	static struct nsx_grafts grafts;

	given(M | P, 0);
	f.grafts = &grafts;
	check_text(planned(NSX_WAY_PIDFD),
		   "pidfd(mnt pid) unshare(mnt) propagate(slave) graft fork");
	check_int(plan.unshares, M);
	check_int(plan.joins, M | P);
	rq.host = true; /* which may need a proc: of the PID namespace, so behind the fork */
	check_text(planned(NSX_WAY_PIDFD), "pidfd(mnt pid) unshare(mnt) propagate(slave) graft "
					   "fork mount(proc /proc if none)");
	rq.create.proc = "/p";
	check_text(planned(NSX_WAY_PIDFD),
		   "pidfd(mnt pid) unshare(mnt) propagate(slave) graft fork mount(proc /p)");

	given(M | U, M);
	f.grafts = &grafts;
	check_text(planned(NSX_WAY_EACH), DROP "each(user) become(0 0) each(mnt) unshare(mnt) "
					       "propagate(slave) graft");

	/* Another root is looked for by its name, which is of the mounts above it. */
	given(0, 0);
	f.grafts = &grafts;
	want_root();
	check_text(planned(NSX_WAY_PIDFD), "unshare(mnt) propagate(slave) root(50) graft");

	/* Those that are new are the program's own already. */
	given_new(0, M | N);
	f.grafts = &grafts;
	want_root();
	check_text(planned(NSX_WAY_PIDFD), "unshare(mnt net) propagate(private) root(50) graft");

	/* Without any, nothing is to be copied. */
	given(M | P, 0);
	rq.host = true;
	check_text(planned(NSX_WAY_PIDFD), "pidfd(mnt pid) fork");
}

static void what_is_joined_is_joined_before(void)
{
	given_new(U | M | N, ALL & ~P);
	want_maps(false);
	check_text(planned(NSX_WAY_PIDFD),
		   DROP "pidfd(mnt net user) become(0 0) unshare(user) map(outside) "
			"unshare(cgroup ipc mnt net time uts) propagate(private) fork");
	check_text(planned(NSX_WAY_EACH),
		   DROP "each(net) each(user) become(0 0) each(mnt) unshare(user) map(outside) "
			"unshare(cgroup ipc mnt net time uts) propagate(private) fork");
	given_new(U | M, N);
	rq.preserve_credentials = true;
	check_text(planned(NSX_WAY_PIDFD), "pidfd(mnt user) unshare(net)");
}

static void a_new_process_is_made_for_pid_and_time(void)
{
	given_new(0, T);
	check_text(planned(NSX_WAY_PIDFD), "unshare(time) fork");
	given_new(0, P | T);
	rq.fork = NSX_FORK_NEVER;
	check_text(planned(NSX_WAY_PIDFD), "unshare(pid time)");
	check(!plan.forks);
	check_int(plan.n_first, plan.n);
	given_new(0, N);
	rq.fork = NSX_FORK_ALWAYS;
	check_text(planned(NSX_WAY_PIDFD), "unshare(net) fork");
	given_new(0, N);
	rq.detach = true;
	check_text(planned(NSX_WAY_PIDFD), "unshare(net) fork");
}

/* Place of the first act like that, or the number of acts. */
static size_t first(enum nsx_step step)
{
	size_t i = 0;

	while (i < plan.n && plan.act[i].step != step)
		i++;
	return i;
}

/* All that can be asked of them at once. */
static void want_everything(nsx_kinds unshare)
{
	rq.uid = rq.gid = (struct nsx_id){ true, 1 };
	rq.wdns_dir = "/";
	want_root();
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		rq.create.file[k] = unshare & NSX_KIND_BIT(k) ? "/f" : NULL;
	if (unshare & U) {
		want_maps(false);
		rq.create.owner_uid = rq.create.owner_gid = (struct nsx_id){ true, 2 };
	}
	if (unshare & T)
		f.outside.offsets = "monotonic 1 0\n";
	if (unshare & M)
		rq.create.proc = rq.create.binfmt = "/";
	if (unshare & M)
		rq.create.load_interp = ":x:M::x::/i:F";
	if (unshare & H)
		rq.create.hostname = "x";
	rq.create.loopback = unshare & N;
}

static void check_order_of_new(nsx_kinds unshare)
{
	const size_t fork = first(NSX_STEP_FORK), unshared = first(NSX_STEP_UNSHARE);
	size_t unshares = 0;

	for (size_t i = 0; i < plan.n; i++) {
		const struct nsx_act *act = &plan.act[i];

		if (act->step == NSX_STEP_JOIN)
			check(i < unshared);
		if (act->step == NSX_STEP_UNSHARE) {
			check(i < fork && !(unshares & act->kinds));
			check(!(act->kinds & U) || (act->kinds == U && !unshares));
			unshares |= act->kinds;
		}
		if (act->step == NSX_STEP_MAP)
			check(plan.act[i - 1].step == NSX_STEP_UNSHARE &&
			      plan.act[i - 1].kinds == U);
		if (act->step == NSX_STEP_PERSIST)
			check((i > fork) == (act->kinds == P) && !(act->kinds & ~unshares));
	}
	check_int(unshares, unshare);
	check(first(NSX_STEP_OFFSETS) < fork || !(unshare & T));
	check(first(NSX_STEP_PROPAGATE) <= first(NSX_STEP_PERSIST) || !(unshare & M));
	check(first(NSX_STEP_CWD) > fork || fork == plan.n);
	check(first(NSX_STEP_ROOT) < fork);
	check_int(plan.act[plan.n - 1].step, NSX_STEP_BECOME);
	check_int(plan.act[plan.n - 2].step, NSX_STEP_CWD);
}

static void check_one_new(nsx_kinds wanted, nsx_kinds unshare, enum nsx_way way)
{
	given_new(wanted, unshare);
	want_everything(unshare);
	planned(way);
	check(plan.n <= NSX_PLAN_MAX);
	check_order_of_new(unshare);
	check_int(plan.forks, ((unshare & (P | T)) || (wanted & P)) != 0);
	check_int(plan.n_first, plan.forks ? first(NSX_STEP_FORK) : plan.n);
	check_int(plan.outside, unshare != 0);
	check_int(plan.outside_late, (unshare & P) != 0);
	check_int(count(NSX_STEP_MAP, 0), (unshare & U) != 0);
	check_int(count(NSX_STEP_OFFSETS, 0), (unshare & T) != 0);
	check_int(count(NSX_STEP_PERSIST, 0), ((unshare & P) != 0) + ((unshare & ~P) != 0));
	check_int(count(NSX_STEP_MOUNT, 0), unshare & M ? 3 : 0);
	check_int(count(NSX_STEP_REGISTER, 0), (unshare & M) != 0);
}

static void every_combination_of_new_and_joined_keeps_the_rules(void)
{
	for (nsx_kinds wanted = 0; wanted <= ALL; wanted++)
		for (nsx_kinds unshare = 0; unshare <= ALL; unshare++) {
			check_one_new(wanted, unshare, NSX_WAY_PIDFD);
			check_one_new(wanted, unshare, NSX_WAY_EACH);
		}
}

/* ---- every combination of what words ask for ---- */

/* Place of the act that joins @kind, or -1; @times counts them. */
static int place_of(enum nsx_kind kind, int *times)
{
	int place = -1;

	*times = 0;
	for (size_t i = 0; i < plan.n; i++)
		if (plan.act[i].step == NSX_STEP_JOIN && (plan.act[i].kinds & NSX_KIND_BIT(kind))) {
			place = (int)i;
			++*times;
		}
	return place;
}

static bool in_order(enum nsx_kind kind, int user, enum nsx_way way, int *times)
{
	const int at = place_of(kind, times);

	if (at < 0 || user < 0 || kind == NSX_USER)
		return true;
	if (way == NSX_WAY_PIDFD)
		return at == user;
	return f.ns[kind].below ? at > user + 1 : at < user;
}

static void check_one(nsx_kinds wanted, nsx_kinds below, nsx_kinds shared, enum nsx_way way)
{
	int times, user;

	given(wanted, below);
	f.shared = shared & wanted;
	want_root();
	rq.wd = true;
	f.wd = FD_WD;
	rq.wdns_dir = "/";
	rq.uid = rq.gid = (struct nsx_id){ true, 1 };
	planned(way);
	user = place_of(NSX_USER, &times);
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		const bool joined = wanted & ~shared & NSX_KIND_BIT(k);

		check(in_order(k, user, way, &times));
		check_int(times, joined);
	}
	if (user >= 0) {
		check_int(plan.act[user + 1].step, NSX_STEP_BECOME);
		check_int(plan.act[0].step, NSX_STEP_BECOME);
		check(!plan.act[0].uid.given && !plan.act[0].gid.given);
	}
	check_int(plan.act[plan.n - 1].step, NSX_STEP_BECOME);
	if (plan.forks)
		check_int(plan.act[plan.n_first].step, NSX_STEP_FORK);
	else
		check_int((int)plan.n_first, (int)plan.n);
	check(plan.n <= NSX_PLAN_MAX);
}

static void every_combination_keeps_the_rules(void)
{
	for (nsx_kinds wanted = 0; wanted <= ALL; wanted++)
		for (nsx_kinds below = 0; below <= ALL; below++) {
			if (below & ~wanted)
				continue;
			check_one(wanted, below, 0, NSX_WAY_PIDFD);
			check_one(wanted, below, 0, NSX_WAY_EACH);
			check_one(wanted, below, U | H, NSX_WAY_PIDFD);
			check_one(wanted, below, P | N, NSX_WAY_EACH);
		}
}

static void cgroups_are_joined_by_the_one_that_goes(void)
{
	given(N, 0);
	f.cgroups.n = 1;
	check_text(planned(NSX_WAY_PIDFD), "cgroup pidfd(net)");
	check(!plan.born);
	check_int(plan.n_first, 2);
	rq.fork = NSX_FORK_ALWAYS;
	rq.uid = (struct nsx_id){ true, 5 };
	check_text(planned(NSX_WAY_PIDFD), "pidfd(net) fork cgroup become(5 -)");
	check(plan.born);
	rq.unshare = P; /* a new PID namespace would end with a first process that is refused */
	check_text(planned(NSX_WAY_PIDFD), "pidfd(net) unshare(pid) fork cgroup become(5 -)");
	check(!plan.born);
	f.cgroups.n = 0;
	check_text(planned(NSX_WAY_PIDFD), "pidfd(net) unshare(pid) fork become(5 -)");
	check(!plan.born);
}

/* Its creator's cgroup is its root. */
static void cgroups_are_joined_before_a_cgroup_namespace_is_created(void)
{
	given(N, 0);
	f.cgroups.n = 2;
	rq.unshare = C | H;
	check_text(planned(NSX_WAY_PIDFD), "cgroup pidfd(net) unshare(cgroup uts)");
	rq.fork = NSX_FORK_ALWAYS;
	check_text(planned(NSX_WAY_PIDFD), "cgroup pidfd(net) unshare(cgroup uts) fork");
	check(!plan.born);
}

/* A socket's, say: by which name it is known then. */
static void a_namespace_from_elsewhere_has_that_name(void)
{
	given(N, 0);
	f.pidfd = NSX_NOFD;
	(void)snprintf(f.ns[NSX_NET].from, sizeof(f.ns[NSX_NET].from), "descriptor 3 of PID 1");
	memset(&plan, 0x55, sizeof(plan));
	nsx_plan_make(&rq, &f, NSX_WAY_PIDFD, &plan);
	check_int(plan.n, 1);
	check_text(plan.act[0].path, "descriptor 3 of PID 1");
}

int main(void)
{
	unit("nothing wanted is nothing done", nothing_wanted_is_nothing_done);
	unit("all kinds but user are one act", all_without_user_is_one_act);
	unit("with user they are one act, and root at once", all_with_user_is_one_act_and_root);
	unit("what the user namespace does not own is joined with or before it",
	     what_user_does_not_own_goes_before);
	unit("owners do not matter without a user namespace", owners_do_not_matter_without_user);
	unit("one by one, user and root come first of what it owns",
	     each_by_itself_keeps_the_order);
	unit("mnt is the last of its group", mnt_is_last_in_its_group);
	unit("with a FILE among them they are joined one by one", files_are_joined_one_by_one);
	unit("kinds that are ours already are left out", shared_kinds_are_left_out);
	unit("incomplete facts leave the order to the kernel", incomplete_facts_trust_the_kernel);
	unit("credentials may be kept", credentials_may_be_kept);
	unit("root and working directory follow the joins", root_and_cwd_follow_the_joins);
	unit("the wanted ids come last, in the new process", ids_come_last);
	unit("a new process is made if asked for or needed", fork_is_asked_or_needed);
	unit("a detached one is a new process too", detached_is_a_new_process_too);
	unit("cgroups are joined by the process that goes, not by a waiter",
	     cgroups_are_joined_by_the_one_that_goes);
	unit("cgroups are joined before a cgroup namespace is created",
	     cgroups_are_joined_before_a_cgroup_namespace_is_created);
	unit("a namespace from elsewhere is named so", a_namespace_from_elsewhere_has_that_name);
	unit("the fork is not among the acts of the first process", fork_is_not_among_the_first);
	unit("every combination of kinds and owners keeps these rules",
	     every_combination_keeps_the_rules);
	unit("of new ones user is created first and alone", user_is_created_first_and_alone);
	unit("what is written for it is written at once", what_is_written_is_written_at_once);
	unit("clock offsets are written before the fork", offsets_are_written_before_the_fork);
	unit("an owner creates the user namespace", an_owner_creates_the_user_namespace);
	unit("propagation is changed before anything is bound",
	     propagation_is_changed_before_anything_is_bound);
	unit("a PID namespace persists behind the fork, all others before it",
	     pid_persists_behind_the_fork);
	unit("names and loopback are set before the fork",
	     names_and_loopback_are_set_before_the_fork);
	unit("mounts come behind the fork, and before directory and ids",
	     mounts_come_behind_the_fork_and_before_cwd_and_ids);
	unit("an interpreter of out here is registered before the new root",
	     an_interpreter_of_out_here_is_registered_before_the_new_root);
	unit("grafts come into a copy of the mounts that is the program's own",
	     grafts_come_into_a_copy_of_the_mounts);
	unit("what is joined is joined before anything is created",
	     what_is_joined_is_joined_before);
	unit("a new process is made for pid and time", a_new_process_is_made_for_pid_and_time);
	unit("every combination of new and joined kinds keeps these rules",
	     every_combination_of_new_and_joined_keeps_the_rules);
	unit("runc's is always a new process, with a session and as root",
	     runc_is_always_a_new_process_with_a_session);
	unit("runc's joins follow the owners too", runc_joins_by_owner);
	unit("runc's becomes only the user at once, and keeps the groups",
	     runc_becomes_only_the_user_at_once);
	unit("runc's groups are dropped in the new process", runc_drops_groups_in_the_new_process);
	unit("runc's user namespace is created first and alone, and mapped",
	     runc_creates_user_first_and_alone);
	unit("runc's other kinds are created together, with nobody outside",
	     runc_creates_the_others_together);
	unit("runc's clock offsets are written before the fork",
	     runc_writes_offsets_before_the_fork);
	unit("every combination of kinds keeps runc's rules",
	     every_combination_of_runc_keeps_the_rules);
	return unit_end();
}
