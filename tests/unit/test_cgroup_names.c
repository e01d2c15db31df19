/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup_names.h"

#include "unit.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID2 "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define POD "pod01234567_89ab_cdef_0123_456789abcdef"
#define PODC "pod01234567-89ab-cdef-0123-456789abcdef"

/* Paths of cgroups as they are met, the innermost container in them, and whose it is. */
static const struct {
	const char *path, *id;
	enum nsx_runtime runtime;
} known[] = {
	{ "/system.slice/docker-" ID ".scope", ID, NSX_RUNTIME_DOCKER },
	{ "/docker/" ID, ID, NSX_RUNTIME_DOCKER },
	{ "/docker/" ID "/init.scope", ID, NSX_RUNTIME_DOCKER },
	{ "/docker/" ID "/system.slice/ssh.service", ID, NSX_RUNTIME_DOCKER },
	{ "/my.slice/docker-" ID ".scope/init", ID, NSX_RUNTIME_DOCKER },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope", ID,
	  NSX_RUNTIME_DOCKER },
	{ "/docker/" ID "/docker/" ID2, ID2, NSX_RUNTIME_DOCKER },
	{ "/../" ID, ID, NSX_RUNTIME_UNKNOWN }, /* from inside of another one */
	{ "/../../system.slice/docker-" ID ".scope", ID, NSX_RUNTIME_DOCKER },
	{ "/ecs/0410eff7c7894ab784b7d2a1c9d6d2c6/" ID, ID, NSX_RUNTIME_DOCKER },
	{ "/actions_job/" ID, ID, NSX_RUNTIME_UNKNOWN },
	{ "/machine.slice/libpod-" ID ".scope", ID, NSX_RUNTIME_PODMAN },
	{ "/machine.slice/libpod-" ID ".scope/container", ID, NSX_RUNTIME_PODMAN },
	{ "/machine.slice/machine-libpod_pod_" ID2 ".slice/libpod-" ID ".scope/container", ID,
	  NSX_RUNTIME_PODMAN },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope/container",
	  ID, NSX_RUNTIME_PODMAN },
	{ "/libpod_parent/libpod-" ID, ID, NSX_RUNTIME_PODMAN },
	{ "/libpod_parent/" ID2 "/" ID, ID, NSX_RUNTIME_PODMAN },
	{ "/system.slice/web.service/libpod-payload-" ID, ID, NSX_RUNTIME_PODMAN },
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-" POD
	  ".slice/cri-containerd-" ID ".scope",
	  ID, NSX_RUNTIME_CONTAINERD },
	{ "/kubepods/besteffort/" PODC "/" ID, ID, NSX_RUNTIME_CONTAINERD },
	{ "/kubepods/" PODC "/" ID, ID, NSX_RUNTIME_CONTAINERD },
	{ "/kubepods.slice/kubepods-" POD ".slice/docker-" ID ".scope", ID, NSX_RUNTIME_DOCKER },
	{ "/kubepods.slice/kubepods-" POD ".slice/crio-" ID ".scope", ID, NSX_RUNTIME_CRIO },
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-" POD ".slice/crio-" ID
	  ".scope/container",
	  ID, NSX_RUNTIME_CRIO },
	{ "/kubepods/burstable/" PODC "/crio-" ID, ID, NSX_RUNTIME_CRIO },
	{ "/system.slice/containerd.service/kubepods-burstable-" POD ".slice:cri-containerd:" ID,
	  ID, NSX_RUNTIME_CONTAINERD },
	{ "/system.slice/containerd.service/kubepods-" POD ".slice:cri-containerd:" ID "/x", ID,
	  NSX_RUNTIME_CONTAINERD },
	{ "/docker/" ID2 "/kubelet/kubepods/burstable/" PODC "/" ID, ID, NSX_RUNTIME_CONTAINERD },
	{ "/docker/" ID2 "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-" POD
	  ".slice/cri-containerd-" ID ".scope",
	  ID, NSX_RUNTIME_CONTAINERD },
	{ "/system.slice/nerdctl-" ID ".scope", ID, NSX_RUNTIME_CONTAINERD },
	{ "/k8s.io/" ID, ID, NSX_RUNTIME_CONTAINERD },
	{ "/default/" ID, ID, NSX_RUNTIME_UNKNOWN },
	{ "/system.slice/runc-web.scope", "web", NSX_RUNTIME_RUNC },
	{ "/user.slice/user-0.slice/runc-my-web.1.scope", "my-web.1", NSX_RUNTIME_RUNC },
	{ "/system.slice/crun-web.scope", "web", NSX_RUNTIME_CRUN },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/crun-a.scope/container", "a",
	  NSX_RUNTIME_CRUN },
	{ "/system.slice/youki-web.scope", "web", NSX_RUNTIME_YOUKI },
	{ "/lxc.payload.web", "web", NSX_RUNTIME_LXC },
	{ "/lxc.payload.my.web/system.slice/cron.service", "my.web", NSX_RUNTIME_LXC },
	{ "/lxc/101", "101", NSX_RUNTIME_LXC },
	{ "/lxc/101/ns/init.scope", "101", NSX_RUNTIME_LXC },
	{ "/lxc.payload/web", "web", NSX_RUNTIME_LXC },
	{ "/user.slice/user-1000.slice/session-2.scope/lxc/web", "web", NSX_RUNTIME_LXC },
	{ "/lxc.payload.host/docker/" ID, ID, NSX_RUNTIME_DOCKER },
};

/* And those that are of nobody's containers. */
static const char *const unknown[] = {
	"/",
	"",
	"/..",
	"/init.scope",
	"/system.slice/docker.service",
	"/system.slice/containerd.service",
	"/system.slice/docker-" ID ".mount",
	"/system.slice/docker-" ID "0.scope",
	"/system.slice/docker-0123456789ab.scope",
	"/system.slice/docker-.scope",
	"/machine.slice/libpod-conmon-" ID ".scope",
	"/libpod_parent/conmon",
	"/kubepods.slice/kubepods-" POD ".slice",
	"/kubepods.slice/kubepods-" POD ".slice/crio-conmon-" ID ".scope",
	"/kubepods/burstable/" PODC "/crio-conmon-" ID,
	"/machine.slice/machine-libpod_pod_" ID ".slice",
	"/lxc.monitor.web",
	"/lxc.monitor/web",
	"/lxc",
	"/docker",
	"/docker/buildkit",
	"/user.slice/user-1000.slice/session-2.scope",
	"/system.slice/runc-.scope",
	"/system.slice/runc-web",
	("/a" ID),
	"/0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
};

static const char *text(const struct nsx_cgroup_part *part)
{
	static char buf[256];

	(void)snprintf(buf, sizeof(buf), "%.*s", (int)part->len, part->name);
	return buf;
}

static void containers_are_recognised(void)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct nsx_cgroup_part part;

		unit_case = known[i].path;
		if (!check(nsx_cgroup_innermost(known[i].path, &part)))
			continue;
		check_text(text(&part), known[i].id);
		check_text(nsx_runtime_name(part.runtime), nsx_runtime_name(known[i].runtime));
		check(known[i].path[part.end] == '\0' || known[i].path[part.end] == '/');
		check(part.name + part.len <= known[i].path + part.end);
	}
}

static void nothing_else_is_a_container(void)
{
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		struct nsx_cgroup_part part;

		unit_case = unknown[i];
		check(!nsx_cgroup_innermost(unknown[i], &part));
	}
}

static void containers_in_containers_are_all_named(void)
{
	static const char path[] = "/docker/" ID "/docker/" ID2 "/x";
	struct nsx_cgroup_part part;

	check(nsx_cgroup_container(path, 0, &part));
	check_text(text(&part), ID);
	check_int(part.end, 8 + 64);
	check(nsx_cgroup_container(path, part.end, &part));
	check_text(text(&part), ID2);
	check_int(part.end, 8 + 64 + 8 + 64);
	check(!nsx_cgroup_container(path, part.end, &part));
}

static void bare_ids_are_whole_parts(void)
{
	struct nsx_cgroup_part part;

	check(nsx_cgroup_bare("/a/web/b", "web", &part));
	check_text(text(&part), "web");
	check_int(part.end, 6);
	check(nsx_cgroup_bare("/web", "web", &part));
	check(!nsx_cgroup_bare("/web2", "web", &part));
	check(!nsx_cgroup_bare("/we", "web", &part));
	check(!nsx_cgroup_bare("/docker/" ID, "docker", &part));
	check(!nsx_cgroup_bare("/system.slice/a.service", "system.slice", &part));
	check(!nsx_cgroup_bare("/system.slice/a.service", "a.service", &part));
	check(!nsx_cgroup_bare("/init.scope", "init.scope", &part));
}

static void units_are_found_by_their_managers(void)
{
	static const struct {
		const char *path, *name;
		int of; /* enum nsx_unit_of; -1: it is none */
		size_t end;
	} rows[] = {
		{ "/system.slice/a.service", "a.service", NSX_UNIT_OF_SYSTEM, 23 },
		{ "/system.slice/a.service/sub", "a.service", NSX_UNIT_OF_SYSTEM, 23 },
		{ "/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service",
		  NSX_UNIT_OF_SYSTEM, 51 },
		{ "/system.slice/a\\x2db.service", "a\\x2db.service", NSX_UNIT_OF_SYSTEM, 28 },
		{ "/system.slice/_cpu.service", "cpu.service", NSX_UNIT_OF_SYSTEM, 26 },
		{ "/init.scope", "init.scope", NSX_UNIT_OF_SYSTEM, 11 },
		{ "/../system.slice/a.service", "a.service", NSX_UNIT_OF_SYSTEM, 26 },
		{ "/user.slice/user-1000.slice/session-2.scope", "session-2.scope",
		  NSX_UNIT_OF_SYSTEM, 43 },
		{ "/user.slice/user-1000.slice/user@1000.service/init.scope", "user@1000.service",
		  NSX_UNIT_OF_SYSTEM, 45 },
		{ "/user.slice/user-1000.slice/user@1000.service/app.slice/a.service", "a.service",
		  NSX_UNIT_OF_USER, 65 },
		{ "/user.slice/user-1000.slice/user@1000.service/a.service", "a.service",
		  NSX_UNIT_OF_USER, 55 },
		/* Whoever may make cgroups below his service may call them as he likes. */
		{ "/user.slice/user-1000.slice/user@1000.service/user@0.service/a.service",
		  "a.service", NSX_UNIT_ELSEWHERE, 70 },
		{ "/user.slice/user-1000.slice/user@1000.service/app.slice/b.service/a.service",
		  "a.service", NSX_UNIT_ELSEWHERE, 75 },
		{ "/docker/" ID "/system.slice/a.service", "a.service", NSX_UNIT_ELSEWHERE, 95 },
		{ "/machine.slice/libpod-" ID ".scope/system.slice/a.service", "a.service",
		  NSX_UNIT_ELSEWHERE, 115 },
		{ "/system.slice/a.service", "a", -1, 0 },
		{ "/system.slice/aa.service", "a.service", -1, 0 },
		{ "/system.slice/__a.service", "a.service", -1, 0 },
		{ "/", "a.service", -1, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct nsx_cgroup_part part;
		enum nsx_unit_of of;

		unit_case = rows[i].path;
		if (!check_int(nsx_cgroup_unit(rows[i].path, rows[i].name, &part, &of),
			       rows[i].of >= 0) ||
		    rows[i].of < 0)
			continue;
		check_int(of, rows[i].of);
		check_int(part.end, rows[i].end);
	}
}

static void innermost_units_are_services_and_scopes(void)
{
	struct nsx_cgroup_part part;

	check(nsx_cgroup_innermost_unit("/u.slice/user@1.service/a.slice/b.service/c", &part));
	check_text(text(&part), "b.service");
	check(nsx_cgroup_innermost_unit("/init.scope", &part));
	check_text(text(&part), "init.scope");
	check(!nsx_cgroup_innermost_unit("/a.slice/b", &part));
	check(!nsx_cgroup_innermost_unit("/.service", &part));
}

static void who_is_in_a_cgroup(void)
{
	check(nsx_cgroup_is_in("/a/b", "/a", 2, false));
	check(nsx_cgroup_is_in("/a", "/a/b", 2, true));
	check(nsx_cgroup_is_in("/a", "/a", 2, true));
	check(!nsx_cgroup_is_in("/a/b", "/a", 2, true));
	check(!nsx_cgroup_is_in("/ab", "/a", 2, false));
	check(!nsx_cgroup_is_in("/", "/a", 2, false));
	check(!nsx_cgroup_is_in("", "/a", 2, false));
	check(nsx_cgroup_is_in("/a", "/", 1, false));
	check(!nsx_cgroup_is_in("/a", "/", 1, true));
	check(nsx_cgroup_is_in("/", "/", 1, true));
	check(!nsx_cgroup_is_in("/a (deleted)", "/a", 2, false));
}

int main(void)
{
	unit("containers are recognised by the names of their cgroups", containers_are_recognised);
	unit("nothing else is a container", nothing_else_is_a_container);
	unit("a path names each of the containers in containers",
	     containers_in_containers_are_all_named);
	unit("an id by itself is a whole part of a path, and no unit", bare_ids_are_whole_parts);
	unit("a unit is that of the system, of a user, or of somebody else",
	     units_are_found_by_their_managers);
	unit("the innermost unit is a service or a scope", innermost_units_are_services_and_scopes);
	unit("who is in a cgroup, or below it", who_is_in_a_cgroup);
	return unit_end();
}
