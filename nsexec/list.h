/* SPDX-License-Identifier: Apache-2.0 */
/* List: who is there to be joined, one for each set of namespaces that differs from ours. */
#ifndef NSX_LIST_H
#define NSX_LIST_H

#include "error.h"
#include "kinds.h"
#include "pile.h"
#include "procfs.h"

/* Some namespaces that processes have in common, or one of network by its name. */
struct nsx_list_set {
	uint64_t ino[NSX_KIND_COUNT];  /* 0: not known, or this kernel has no such kind */
	nsx_kinds differs;	       /* from ours */
	struct nsx_procfs_stat leader; /* .pid 0: there is no process */
	bool led;		       /* @leader is one */
	bool first;		       /* and PID 1 of a PID namespace */
	uint32_t processes;
	size_t netns; /* in the texts; 0: none */
};

struct nsx_list {
	struct nsx_pile sets; /* of struct nsx_list_set; the first one is ours */
	struct nsx_pile processes, texts;
	uint64_t denied; /* processes that could not be looked at */
	bool hidden;	 /* and there may be more, whom /proc hides */
	bool lost;	 /* no memory */
	int proc;	 /* /proc */
};

/* @l: zeroed by the caller, and closed by him also on failure. */
int nsx_list_make(struct nsx_list *l, struct nsx_error *e);
void nsx_list_close(struct nsx_list *l);

size_t nsx_list_count(const struct nsx_list *l);
struct nsx_list_set *nsx_list_at(const struct nsx_list *l, size_t i);

/**
 * nsx_list_show() - print them on standard output, and on standard error what is missing
 * @json: as an array of objects, else as a table
 */
int nsx_list_show(struct nsx_list *l, bool json, struct nsx_error *e);

/* Both of these. */
int nsx_list(bool json, struct nsx_error *e);

#endif
