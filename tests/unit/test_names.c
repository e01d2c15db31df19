/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dir.h"
#include "unit.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID2 "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static struct nsx_error error;

/* ---- /proc ----------------------------------------------------------------------- */

static void stat_is_understood_whatever_the_name(void)
{
	static const char line[] = "7 (a) b) R 0 0) S 3 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 "
				   "1234567 100 200 18446744073709551615 1 1 0\n";
	struct nsx_procfs_stat s;

	check(nsx_procfs_parse_stat(line, &s));
	check_int(s.pid, 7);
	check_int(s.parent, 3);
	check_int(s.start, 1234567);
	check(!s.ended && !s.kernel);
	check(nsx_procfs_parse_stat("2 (k) Z 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 9", &s));
	check(s.ended && s.kernel);
	check_int(s.parent, 0);
	check_int(s.start, 9);
}

static void what_is_no_stat_is_refused(void)
{
	static const char *const lines[] = {
		"",
		"7",
		"7 (a",
		"7 (a)",
		"7 (a) ",
		"7 (a) S",
		"7 (a) S ",
		"(a) S 3 7 7 0 -1",
		"7 (a) S 3 7 7 0 -1 0 0 0 0 0 0 0 0 0 0 0 0 0",
		"7 (a) S x 7 7 0 -1 0 0 0 0 0 0 0 0 0 0 0 0 0 5",
		"7 (a) S 99999999999 7 7 0 -1 0 0 0 0 0 0 0 0 0 0 0 0 0 5",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct nsx_procfs_stat s;

		unit_case = lines[i];
		check(!nsx_procfs_parse_stat(lines[i], &s));
	}
}

static int proc(void)
{
	static int fd = NSX_NOFD;

	if (fd == NSX_NOFD)
		fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd;
}

static void we_are_seen_as_we_are(void)
{
	int pids[NSX_PROCFS_PIDS_MAX];
	struct nsx_procfs_stat s;
	char comm[NSX_PROCFS_COMM_BYTES], command[64];
	uint32_t uid = 77;

	check_int(nsx_procfs_self(proc()), getpid());
	check_int(nsx_procfs_stat(proc(), getpid(), &s), 0);
	check_int(s.pid, getpid());
	check_int(s.parent, getppid());
	check(!s.ended && !s.kernel && s.start > 0);
	check_int(nsx_procfs_pids(proc(), getpid(), pids), 1);
	check_int(pids[0], getpid());
	check(nsx_procfs_uid(proc(), getpid(), &uid));
	check_int(uid, geteuid());
	check_int(prctl(PR_SET_NAME, "a) R 1\n"), 0);
	check_int(nsx_procfs_comm(proc(), getpid(), comm), 0);
	check_text(comm, "a) R 1\n");
	check_int(nsx_procfs_stat(proc(), getpid(), &s), 0);
	check_int(s.parent, getppid());
	nsx_procfs_command(proc(), getpid(), command, 8);
	check_int(strlen(command), 7);
	check(nsx_procfs_stat(proc(), INT32_MAX, &s) < 0);
	check_int(nsx_procfs_pids(proc(), INT32_MAX, pids), 0);
}

/* ---- candidates ------------------------------------------------------------------ */

static struct nsx_candidates all;

static void note(int pid, uint64_t start, bool first, unsigned rank, const char *cgroup,
		 const char *id)
{
	const struct nsx_candidate c = {
		.stat = { .pid = pid, .start = start },
		.first = first,
		.rank = rank,
	};

	nsx_candidates_note(&all, &c, cgroup, strlen(cgroup), id, strlen(id));
}

/* Who is chosen, and nobody any more afterwards. */
static int chosen(void)
{
	const struct nsx_candidate *c;
	int pid;

	memset(&error, 0, sizeof(error));
	c = nsx_candidates_choose(&all, "container:ab", proc(), &error);
	pid = c ? c->stat.pid : error.step == NSX_STEP_NONE ? 0 : -1;
	nsx_candidates_close(&all);
	return pid;
}

static void the_oldest_leads_unless_one_is_first(void)
{
	note(30, 300, false, 0, "/a", ID);
	note(20, 200, false, 0, "/a", ID);
	note(40, 200, false, 0, "/a", ID);
	check_int(chosen(), 20);
	note(20, 200, false, 0, "/a", ID);
	note(50, 500, true, 0, "/a", ID);
	note(10, 100, false, 0, "/a", ID);
	check_int(chosen(), 50);
	check_int(chosen(), 0);
}

static void lower_ranks_go_before(void)
{
	note(30, 300, false, 1, "/a", ID);
	note(31, 300, false, 1, "/b", ID2);
	note(20, 400, false, 0, "/c", ID);
	check_int(chosen(), 20);
	/* One process by two cgroups is one. */
	note(30, 300, false, 2, "/a", ID);
	note(30, 300, false, 2, "/b", ID);
	check_int(chosen(), 30);
}

static void several_are_told_apart(void)
{
	note(12, 1, false, 0, "/docker/" ID, ID);
	note(34, 2, false, 0, "/docker/" ID2, ID2);
	check_int(chosen(), -1);
	check_int(error.step, NSX_STEP_TARGET);
	check_int(error.err, 0);
	check_int(error.hint, NSX_HINT_AMBIGUOUS);
	check_text(error.subject, "ambiguous (container:ab): 12 0123456789ab, 34 fedcba987654");
	/* The same id: somebody has called his cgroup so. */
	note(12, 1, false, 0, "/docker-x", "x");
	note(34, 2, false, 0, "/u/docker-x", "x");
	check_int(chosen(), -1);
	check_text(error.subject, "ambiguous (container:ab): 12 /docker-x, 34 /u/docker-x");
}

static void many_are_counted(void)
{
	for (int i = 0; i < 1000; i++) {
		char cgroup[32];

		(void)snprintf(cgroup, sizeof(cgroup), "/%d", i);
		note(1000 + i, 1, false, 0, cgroup, "");
	}
	check_int(chosen(), -1);
	check(strstr(error.subject, "ambiguous (container:ab): 1000 /0, 1001 /1, ") ==
	      error.subject);
	check(strstr(error.subject, " more") != NULL);
	check(strlen(error.subject) < sizeof(error.subject) - 1);
}

static void piles_grow(void)
{
	struct nsx_pile p = { 0 };
	bool lost = false;

	for (size_t i = 0; i < 100000; i++) {
		uint64_t *at = nsx_pile_add(&p, sizeof(*at));

		if (!check(at != NULL))
			return;
		check(*at == 0);
		*at = i;
	}
	for (size_t i = 0; i < 100000; i++)
		if (!check(((uint64_t *)(void *)p.at)[i] == i))
			return;
	check(!nsx_pile_add(&p, SIZE_MAX / 2));
	check_int(nsx_pile_text(&p, "", SIZE_MAX / 2, &lost), 0);
	check(lost);
	nsx_pile_close(&p);
	check(!p.at);
}

/* ---- files of runtimes ------------------------------------------------------------ */

static char tree[] = "/tmp/nsexec-unit.XXXXXX";
static int root = NSX_NOFD;

static void put(const char *path, const char *content)
{
	char full[512];
	FILE *file;

	(void)snprintf(full, sizeof(full), "%s/%s", tree, path);
	for (char *at = strchr(full + sizeof(tree), '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		(void)mkdir(full, 0755);
		*at = '/';
	}
	file = fopen(full, "we");
	if (!check(file != NULL))
		return;
	(void)fputs(content, file);
	(void)fclose(file);
}

static const char *named(const char *home, const char *name)
{
	static char buf[1024];
	struct nsx_container_ids ids = { 0 };
	struct nsx_denied denied = { 0 };

	nsx_containers_named(root, home, name, &ids, &denied);
	check_int(denied.err, 0);
	buf[0] = '\0';
	for (size_t i = 0; i < ids.n; i++) {
		strncat(buf, *buf ? " " : "", sizeof(buf) - 1 - strlen(buf));
		strncat(buf, ids.id[i], sizeof(buf) - 1 - strlen(buf));
	}
	return buf;
}

static void names_are_those_of_docker_and_podman(void)
{
	put("var/lib/docker/containers/" ID "/config.v2.json",
	    "{\"State\":{\"Name\":\"/no\"},\"ID\":\"x\",\"Name\":\"/web\",\"More\":[1]}");
	put("var/lib/docker/containers/" ID2 "/config.v2.json", "{\"Name\":\"/db\"");
	put("var/lib/docker/containers/short/config.v2.json", "{\"Name\":\"/web\"}");
	put("var/lib/containers/storage/overlay-containers/containers.json",
	    "[{\"id\":\"" ID2 "\",\"names\":[\"a\",\"pod\"],\"x\":{\"names\":[\"no\"]}},"
	    "{\"names\":[\"web\"],\"id\":\"../../x\"},{\"id\":\"" ID "\",\"image\":\"web\"}]");
	put("home/me/.local/share/containers/storage/overlay-containers/volatile-containers.json",
	    "[{\"id\":\"" ID "\",\"names\":[\"mine\"]}]");
	put("home/me/.local/share/docker/containers/" ID2 "/config.v2.json", "{\"Name\":\"/web\"}");
	check_text(named("", "web"), ID);
	check_text(named("", "no"), "");
	check_text(named("", "db"), ""); /* half written */
	check_text(named("", "/web"), "");
	check_text(named("", "we"), "");
	check_text(named("", "pod"), ID2);
	check_text(named("", "mine"), "");
	check_text(named("home/me", "mine"), ID);
	check_text(named("home/me", "web"), ID " " ID2);
}

static char reported[1024];

static void report(void *arg, const struct nsx_container *c)
{
	const size_t at = strlen(reported);

	check(arg == tree);
	(void)snprintf(reported + at, sizeof(reported) - at, "%s%s %.8s %d %llu", at ? ", " : "",
		       nsx_runtime_name(c->runtime), c->id, c->pid, (unsigned long long)c->start);
}

static const char *states(const char *id, bool whole)
{
	struct nsx_denied denied = { 0 };

	reported[0] = '\0';
	nsx_containers_states(root, 1000, id, whole, report, tree, &denied);
	check_int(denied.err, 0);
	return reported;
}

static void states_are_those_of_runc_and_crun(void)
{
	put("run/runc/web/state.json",
	    "{\"id\":\"web\",\"init_process_pid\":12,\"init_process_start\":345,"
	    "\"config\":{\"init_process_pid\":99}}");
	put("run/runc/half/state.json", "{\"init_process_pid\":12,\"init_process_start\":345");
	put("run/runc/none/state.json", "{\"init_process_pid\":12}");
	put("run/runc/zero/state.json", "{\"init_process_pid\":0,\"init_process_start\":345}");
	put("run/runc/text/state.json", "{\"init_process_pid\":\"12\",\"init_process_start\":345}");
	put("run/crun/web2/status", "{\"pid\":13,\"process-start-time\":346,\"rootfs\":\"/\"}");
	put("run/containerd/runc/k8s.io/" ID "/state.json",
	    "{\"init_process_pid\":14,\"init_process_start\":347}");
	put("run/docker/runtime-runc/moby/" ID2 "/state.json",
	    "{\"init_process_pid\":15,\"init_process_start\":348}");
	put("run/user/1000/crun/mine/status", "{\"pid\":16,\"process-start-time\":349}");
	put("run/user/1001/crun/mine/status", "{\"pid\":17,\"process-start-time\":350}");
	check_text(states("web", true), "runc web 12 345");
	check_text(states("web", false), "runc web 12 345, crun web2 13 346");
	check_text(states("0123", false), "runc 01234567 14 347");
	check_text(states(ID2, true), "runc fedcba98 15 348");
	check_text(states("mine", true), "crun mine 16 349");
	check_text(states("half", true), "");
	check_text(states("none", true), "");
	check_text(states("zero", true), "");
	check_text(states("text", true), "");
	check_text(states("../runc/web", true), "");
	check_text(states("..", true), "");
}

/* Only what root or we have written is believed. */
static void files_of_others_are_not_believed(void)
{
	char path[128];

	if (geteuid() != 0) {
		unit_skip("needs root");
		return;
	}
	(void)snprintf(path, sizeof(path), "%s/run/runc/web/state.json", tree);
	check_int(chown(path, 1000, 1000), 0);
	check_text(states("web", true), "");
	check_int(chown(path, 0, 0), 0);
	check_text(states("web", true), "runc web 12 345");
	check_int(unlink(path), 0);
	check_int(mkfifo(path, 0644), 0);
	check_text(states("web", true), "");
}

static void directories_are_read_whatever_their_size(void)
{
	struct nsx_dir d;
	char name[64];
	int n = 0;

	for (int i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "many/a-name-of-some-length-%d", i);
		put(name, "");
	}
	put("many/7", "");
	check_int(nsx_dir_open(&d, root, "many"), 0);
	while (nsx_dir_next(&d))
		n++;
	check_int(n, 1001);
	nsx_dir_close(&d);
	check_int(d.fd, NSX_NOFD);
	check_int(nsx_dir_open(&d, root, "many"), 0);
	check_int(nsx_dir_next_number(&d), 7);
	check_int(nsx_dir_next_number(&d), 0);
	nsx_dir_close(&d);
	check_int(nsx_dir_open(&d, root, "many/7"), -ENOTDIR);
	nsx_dir_close(&d);
}

/* ---- pinned ------------------------------------------------------------------------ */

static struct nsx_target target;
static int child;

/* As found by a search, and what it is by the time it is pinned. */
static struct nsx_found found_child(void)
{
	struct nsx_found f = { .name = "comm:unit", .proc = proc() };
	int ends[2];
	char byte;

	if (!check_int(pipe(ends), 0))
		return f;
	child = fork();
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)prctl(PR_SET_NAME, "nsx-unit-child");
		if (write(ends[1], "", 1) == 1)
			for (;;)
				(void)pause();
		_exit(1);
	}
	check_int(read(ends[0], &byte, 1), 1);
	(void)close(ends[0]);
	(void)close(ends[1]);
	check_int(nsx_procfs_stat(proc(), child, &f.stat), 0);
	nsx_target_init(&target);
	memset(&error, 0, sizeof(error));
	return f;
}

static void end_child(void)
{
	nsx_target_close(&target);
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
}

static void found_ones_are_pinned(void)
{
	struct nsx_found f = found_child();

	f.comm = "nsx-unit-child";
	check_int(nsx_found_pin(&f, &target, &error), 0);
	check_int(target.pid, child);
	check(nsx_found_is(&f, &target));
	end_child();
}

static void numbers_of_others_by_now_are_not_joined(void)
{
	struct nsx_found f = found_child();

	f.stat.start++;
	check_int(nsx_found_pin(&f, &target, &error), -1);
	check_int(error.step, NSX_STEP_TARGET);
	check_int(error.err, ESRCH);
	check(strstr(error.subject, "has changed while it was looked for") != NULL);
	check(strstr(error.subject, "comm:unit") != NULL);
	end_child();
}

static void names_that_changed_are_noticed(void)
{
	struct nsx_found f = found_child();

	f.comm = "another";
	check_int(nsx_found_pin(&f, &target, &error), -1);
	check_int(error.err, ESRCH);
	f.comm = "nsx-unit-child and what is cut"; /* 15 bytes count */
	check(!nsx_found_is(&f, &target));
	end_child();
}

/* It is in none of that name; and in the root of all there are. */
static void cgroups_that_were_left_are_noticed(void)
{
	struct nsx_found f = found_child();

	f.cgroup = (struct nsx_find_cgroup){ NULL, "/nsx-unit-nowhere", 17, false };
	check_int(nsx_found_pin(&f, &target, &error), -1);
	check_int(error.err, ESRCH);
	f.cgroup = (struct nsx_find_cgroup){ NULL, "/", 1, false };
	check(nsx_found_is(&f, &target));
	end_child();
}

static void the_dead_are_noticed(void)
{
	struct nsx_found f = found_child();

	check_int(nsx_found_pin(&f, &target, &error), 0);
	(void)kill(child, SIGKILL);
	check_int(waitid(P_PID, (id_t)child, &(siginfo_t){ 0 }, WEXITED | WNOWAIT), 0);
	check(!nsx_found_is(&f, &target)); /* a zombie */
	(void)waitpid(child, NULL, 0);
	check(!nsx_found_is(&f, &target));
	nsx_target_close(&target);
	nsx_target_init(&target);
	check_int(nsx_found_pin(&f, &target, &error), -1);
	check_int(error.err, ESRCH);
	nsx_target_close(&target);
}

static void comm_counts_up_to_fifteen_bytes(void)
{
	check_int(prctl(PR_SET_NAME, "0123456789abcde"), 0);
	check(nsx_find_has_comm(proc(), getpid(), "0123456789abcde"));
	check(nsx_find_has_comm(proc(), getpid(), "0123456789abcdef and more"));
	check(!nsx_find_has_comm(proc(), getpid(), "0123456789abcd"));
	check(!nsx_find_has_comm(proc(), getpid(), "0123456789abcdX"));
	check_int(prctl(PR_SET_NAME, "short"), 0);
	check(nsx_find_has_comm(proc(), getpid(), "short"));
	check(!nsx_find_has_comm(proc(), getpid(), "shor"));
	check(!nsx_find_has_comm(proc(), getpid(), "shorter"));
	check(!nsx_find_has_comm(proc(), INT32_MAX, "short"));
}

static void remove_tree(void)
{
	char command[64];

	(void)snprintf(command, sizeof(command), "rm -rf %s", tree);
	check_int(system(command), 0); /* NOLINT(cert-env33-c): our own directory */
}

int main(void)
{
	if (!mkdtemp(tree))
		return EXIT_FAILURE;
	root = open(tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
	unit("stat is understood, whatever the name in it", stat_is_understood_whatever_the_name);
	unit("what is no stat is refused", what_is_no_stat_is_refused);
	unit("we are seen as we are", we_are_seen_as_we_are);
	unit("the oldest leads, unless one is the first of its PID namespace",
	     the_oldest_leads_unless_one_is_first);
	unit("lower ranks go before", lower_ranks_go_before);
	unit("several are told apart", several_are_told_apart);
	unit("many are counted", many_are_counted);
	unit("a pile grows", piles_grow);
	unit("names are those of docker and podman", names_are_those_of_docker_and_podman);
	unit("states are those of runc and crun", states_are_those_of_runc_and_crun);
	unit("what others have written is not believed", files_of_others_are_not_believed);
	unit("a directory is read whatever its size", directories_are_read_whatever_their_size);
	unit("who was found is pinned", found_ones_are_pinned);
	unit("a number that is another's by now is not joined",
	     numbers_of_others_by_now_are_not_joined);
	unit("a name that has changed is noticed", names_that_changed_are_noticed);
	unit("a cgroup that was left is noticed", cgroups_that_were_left_are_noticed);
	unit("who has ended is noticed", the_dead_are_noticed);
	unit("comm counts up to 15 bytes", comm_counts_up_to_fifteen_bytes);
	unit("nothing is left", remove_tree);
	return unit_end();
}
