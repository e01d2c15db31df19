/* SPDX-License-Identifier: Apache-2.0 */
/* Candidates: who may be meant by a name, until one is left or it has to be said who they are. */
#ifndef NSX_CANDIDATES_H
#define NSX_CANDIDATES_H

#include "cgroup_names.h"
#include "error.h"
#include "pile.h"
#include "procfs.h"

/* A process that leads all that are in one cgroup; texts are in the pile of texts. */
struct nsx_candidate {
	struct nsx_procfs_stat stat;
	unsigned rank; /* those of the lowest count, and no others */
	bool first;    /* in a PID namespace of its own, of which it is PID 1 */
	bool exactly;  /* below that cgroup does not count */
	size_t cgroup; /* the cgroup; "": any */
	size_t id;     /* of the container; "": none */
	enum nsx_runtime runtime;
};

struct nsx_candidates {
	struct nsx_pile rows, texts;
	bool lost; /* no memory for one of them */
};

/* Start with @c all zero. */
void nsx_candidates_close(struct nsx_candidates *c);

size_t nsx_candidates_count(const struct nsx_candidates *c);
struct nsx_candidate *nsx_candidates_at(const struct nsx_candidates *c, size_t i);
const char *nsx_candidates_text(const struct nsx_candidates *c, size_t text);

/**
 * nsx_candidates_note() - one more, or a better one of the same cgroup
 * @cgroup: its cgroup, the first @len bytes; in place of what @new says
 * @id:     likewise, of @id_len bytes
 *
 * Of two that lead the same cgroup it is PID 1 of its namespace, else the older one: runtimes
 * put processes into a container later (docker exec), whose parent is outside as well.
 */
void nsx_candidates_note(struct nsx_candidates *c, const struct nsx_candidate *new,
			 const char *cgroup, size_t len, const char *id, size_t id_len);

/**
 * nsx_candidates_choose() - the only one of the lowest rank
 * @name: what was looked for, as in "container:ab"
 * @proc: /proc, in which to see what tells them apart
 * @e:    step TARGET: they are several, and who they are
 *
 * Return: it; NULL: @e filled, or there is none.
 */
const struct nsx_candidate *nsx_candidates_choose(const struct nsx_candidates *c, const char *name,
						  int proc, struct nsx_error *e);

#endif
