/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cgroups: those of the target, found and opened before anything changes.  There is one in
 * each hierarchy: the unified one (cgroup v2), and where there are any, those of v1.
 */
#ifndef NSX_CGROUPS_H
#define NSX_CGROUPS_H

#include <stdbool.h>

#include "target.h"

enum {
	NSX_CGROUPS_MAX = 24, /* Linux has 14 controllers of v1; others are named hierarchies */
	NSX_CGROUP_NAME_BYTES = 40,
	NSX_CGROUP_PATH_BYTES = 120,
};

/* One that is to be joined. */
struct nsx_cgroup {
	int procs; /* its cgroup.procs, for writing; NSX_NOFD: we are in it already */
	bool unified;
	char name[NSX_CGROUP_NAME_BYTES]; /* "cgroup2", "cpu,cpuacct", "name=systemd" */
	char path[NSX_CGROUP_PATH_BYTES]; /* as /proc shows it; cut short if long */
};

struct nsx_cgroups {
	size_t n;
	int dir;	       /* of the unified one, for clone3(2); NSX_NOFD: none of @at is */
	struct nsx_cgroup *at; /* NSX_CGROUPS_MAX of them */
};

/* @at: NULL where none will be joined. */
void nsx_cgroups_init(struct nsx_cgroups *c, struct nsx_cgroup *at);
void nsx_cgroups_close(struct nsx_cgroups *c);

/**
 * nsx_cgroups_open() - open those of the target that are not ours as well
 * @c: initialised; owns its descriptors afterwards, also on failure
 * @e: step TARGET or OPEN
 */
int nsx_cgroups_open(struct nsx_target *t, struct nsx_cgroups *c, struct nsx_error *e);

/* We have been born in the unified one: that is done. */
void nsx_cgroups_were_born_in(struct nsx_cgroups *c);

/* Join them all, ourselves alone.  Step CGROUP; some may have been joined on failure. */
int nsx_cgroups_join(const struct nsx_cgroups *c, struct nsx_error *e);

/* One hierarchy, in a line of /proc/PID/cgroup: "ID:CONTROLLERS:PATH". */
struct nsx_hierarchy {
	const char *controllers; /* "cpu,cpuacct", "name=systemd"; "": the unified one */
	const char *path;	 /* from the root of our cgroup namespace; "/.." leads above it */
};

/* Split up @line, which is overwritten.  Return: false: it is no such line. */
bool nsx_hierarchy_parse(char *line, struct nsx_hierarchy *out);

/* A line of mountinfo that mounts cgroups; see proc_pid_mountinfo(5). */
struct nsx_cgroup_mount {
	uint64_t dev; /* as fstat(2) tells it of everything in there */
	bool unified;
	const char *root;    /* which cgroup is mounted, as /proc/PID/cgroup would show it */
	const char *point;   /* where */
	const char *options; /* its own: controllers are among them */
};

/* Split up @line, which is overwritten.  Return: false: it mounts something else. */
bool nsx_cgroup_mount_parse(char *line, struct nsx_cgroup_mount *out);

/* Is it that hierarchy which is mounted there? */
bool nsx_cgroup_mounts(const struct nsx_cgroup_mount *m, const struct nsx_hierarchy *h);

/* How @path is called below a mount of @root: "", "/a/b"; NULL: it is not below it. */
const char *nsx_cgroup_below(const char *root, const char *path);

#endif
