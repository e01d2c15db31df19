/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers: what the files of runtimes say about them.  Nobody is asked but these files,
 * which must be those of root, or of ourselves.
 */
#ifndef NSX_CONTAINERS_H
#define NSX_CONTAINERS_H

#include "cgroup_names.h"
#include "json.h"
#include "procfs.h"

/* Ids that have been found by a name: almost always one, and never taken for more. */
enum { NSX_IDS_MAX = 8 };

struct nsx_container_ids {
	size_t n;
	char id[NSX_IDS_MAX][NSX_CONTAINER_ID_BYTES + 1];
};

/* The first file or directory that may not be read. */
struct nsx_denied {
	int err; /* 0: none */
	char path[96];
};

/**
 * nsx_containers_named() - the containers that docker or podman call by a name
 * @root: the root directory, below which everything is looked for
 * @home: our home directory, without the leading '/', or "": there a user's are
 */
void nsx_containers_named(int root, const char *home, const char *name,
			  struct nsx_container_ids *out, struct nsx_denied *denied);

/* What a runtime has written down of a running container. */
struct nsx_container {
	const char *id;
	enum nsx_runtime runtime;
	int pid;	/* of its first process */
	uint64_t start; /* as nsx_procfs_stat: the number may be another's by now */
};

typedef void nsx_container_fn(void *arg, const struct nsx_container *c);

/**
 * nsx_containers_states() - the states that runc and crun have written
 * @uid:    our user id, whose directory in /run/user is looked at
 * @id:     all whose id begins with it; if @whole, the one that has it
 * @report: is called for each
 */
void nsx_containers_states(int root, uint32_t uid, const char *id, bool whole,
			   nsx_container_fn *report, void *arg, struct nsx_denied *denied);

/* The parsers of these files, for tests.  Return: is it there, and is all of it JSON? */
bool nsx_containers_read_state(struct nsx_json *j, bool crun, int *pid, uint64_t *start);
bool nsx_containers_read_docker(struct nsx_json *j, const char *name);
bool nsx_containers_read_podman(struct nsx_json *j, const char *name,
				struct nsx_container_ids *out);

#endif
