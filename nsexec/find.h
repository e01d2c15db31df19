/* SPDX-License-Identifier: Apache-2.0 */
/* Find: all candidates for a name, among the processes that /proc shows. */
#ifndef NSX_FIND_H
#define NSX_FIND_H

#include "candidates.h"
#include "containers.h"
#include "lines.h"
#include "target.h"

enum { NSX_FIND_PATH_BYTES = 4096, NSX_FIND_OPTIONS_BYTES = 256 };

/* A search; some of it is for one way of naming only. */
struct nsx_find {
	const char *name; /* without what says how it is one, as in "unit:" */
	struct nsx_candidates found;
	int proc;		      /* /proc */
	int self;		      /* the number by which it knows us, who are no candidate */
	uint64_t looked;	      /* processes that were there */
	struct nsx_container_ids ids; /* CONTAINER: that it is the name of, */
	struct nsx_denied denied;     /* as far as we could see */
	bool mounted; /* CGROUP: by where it is mounted, so in one hierarchy alone: */
	bool unified; /* that of v2, */
	char options[NSX_FIND_OPTIONS_BYTES]; /* or the one with these mount options; */
	char path[NSX_FIND_PATH_BYTES];	      /* CGROUP: as /proc/PID/cgroup has it; UNIT */
};

/* @f: zeroed by the caller. */
int nsx_find_open(struct nsx_find *f, const char *name, struct nsx_error *e);
void nsx_find_close(struct nsx_find *f);

/**
 * nsx_find_*() - note all candidates
 * @e: step TARGET: what @f names cannot be the name of any
 */
int nsx_find_comm(struct nsx_find *f, struct nsx_error *e);
int nsx_find_unit(struct nsx_find *f, struct nsx_error *e);
int nsx_find_cgroup(struct nsx_find *f, struct nsx_error *e);
int nsx_find_container(struct nsx_find *f, struct nsx_error *e);

/* A cgroup, and all below it unless @exactly. */
struct nsx_find_cgroup {
	const char *controllers; /* as in struct nsx_hierarchy; NULL: in any */
	const char *path;
	size_t len; /* bytes of @path that name it */
	bool exactly;
};

/* Is the process in there? */
bool nsx_find_is_in(int dir, int pid, const struct nsx_find_cgroup *c);

/* Does it go by that name?  Only as much of it counts as the kernel keeps of any. */
bool nsx_find_has_comm(int dir, int pid, const char *name);

/* For the ways to find: call @look for every process but ourselves. */
typedef void nsx_find_look_fn(struct nsx_find *f, int pid);
int nsx_find_walk(struct nsx_find *f, nsx_find_look_fn *look, struct nsx_error *e);

/* Its cgroups, one a line.  Return: as nsx_lines_open(). */
int nsx_find_cgroups_of(struct nsx_lines *l, int dir, int pid);

/* A cgroup of a process that may be the one. */
struct nsx_find_claim {
	unsigned rank; /* as in struct nsx_candidate */
	struct nsx_find_cgroup cgroup;
	const char *id; /* of a container */
	size_t id_len;	/* 0: it is none */
	enum nsx_runtime runtime;
};

/* Note it if it leads that cgroup. */
void nsx_find_note(struct nsx_find *f, int pid, const struct nsx_find_claim *claim);

#endif
