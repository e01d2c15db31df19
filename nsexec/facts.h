/* SPDX-License-Identifier: Apache-2.0 */
/* Facts: what is true now.  Asked of the kernel before anything changes. */
#ifndef NSX_FACTS_H
#define NSX_FACTS_H

#include <stdbool.h>

#include "cgroups.h"
#include "error.h"
#include "follow.h"
#include "log.h"
#include "nsfile.h"
#include "request.h"
#include "self.h"
#include "source.h"
#include "target.h"

/* What is known of one kind that is to be joined. */
struct nsx_ns_fact {
	struct nsx_ns_id ours;
	struct nsx_ns_id theirs;
	uint64_t owner; /* inode of the user namespace that owns theirs; 0: not ours to see */
	bool below;	/* the right to join it is gained by joining the user namespace */
	int fd;		/* theirs, open; NSX_NOFD: not needed */
	char from[NSX_FROM_BYTES]; /* whose it is, if neither the target's nor a FILE's */
};

struct nsx_standing;
struct nsx_grafts;

struct nsx_facts {
	struct nsx_ns_fact ns[NSX_KIND_COUNT];
	nsx_kinds wanted; /* of those asked for, what this kernel has */
	nsx_kinds shared; /* of those, where ours and theirs are the same */
	bool complete;	  /* false: only USER, MNT and PID have been compared */
	int pid;	  /* by which /proc knows the target; 0: there is none */
	int pidfd;	  /* borrowed from the target; NSX_NOFD: not everything comes from it */
	int root;	  /* directory to become root, or NSX_NOFD */
	int wd;		  /* directory to become cwd, or NSX_NOFD */
	int proc;	  /* our /proc, for what is created, and an LSM label; or NSX_NOFD */
	int file[NSX_KIND_COUNT];	     /* where a new one persists, O_PATH; or NSX_NOFD */
	struct nsx_outside outside;	     /* what to write for new ones, see maps.h */
	bool alone;			     /* we may write the maps ourselves */
	const struct nsx_standing *standing; /* ours and the program's; NULL: not asked */
	struct nsx_grafts *grafts;	     /* to be laid; NULL: none */
	uint64_t our_user;		     /* inode of our own user namespace, if @complete */
	struct nsx_follow follow;	     /* of the target, if asked for */
	struct nsx_cgroups cgroups;	     /* likewise */
	struct nsx_facts_room *room;	     /* for both */
};

/* What of the facts takes a lot of memory, and is seldom asked for. */
struct nsx_facts_room {
	struct nsx_follow_room follow;
	struct nsx_cgroup cgroup[NSX_CGROUPS_MAX];
};

/* Who the program is to be: as it is said, or as the target is. */
static inline struct nsx_id nsx_facts_uid(const struct nsx_request *rq, const struct nsx_facts *f)
{
	return rq->uid_of_target ? f->follow.uid : rq->uid;
}

/* @room: NULL where nothing but namespaces will be asked for. */
void nsx_facts_init(struct nsx_facts *f, struct nsx_facts_room *room);
void nsx_facts_close(struct nsx_facts *f);

/**
 * nsx_facts_quick() - the least that one setns(pidfd, mask) needs to be right
 * @shares: this process has the memory of another.  It cannot join a time namespace, be it
 *          its own, so that is compared too; a PID namespace is not, for there will be a
 *          new process anyway
 * @self:   initialised; asked which namespaces of our own there are
 * @f:      initialised; names of our own that are there already need not be asked for
 *
 * The kernel checks the rest itself and joins all or nothing; only these it
 * would not refuse: our own mount namespace (root and cwd would move), and a PID
 * namespace that needs no new process.  Our own user namespace it would refuse.
 *
 * Return: 0, or -1 where only the complete facts will do; they then name the error.
 */
int nsx_facts_quick(const struct nsx_request *rq, bool shares, struct nsx_self *self,
		    struct nsx_target *t, struct nsx_facts *f);

/**
 * nsx_facts_complete() - open and check everything, and ask who owns it
 * @t: the target; used only if @rq names one
 * @f: initialised; owns its descriptors afterwards, also on failure
 * @e: step TARGET, OPEN or CHECK
 */
int nsx_facts_complete(const struct nsx_request *rq, struct nsx_target *t, struct nsx_facts *f,
		       struct nsx_error *e);

/**
 * nsx_facts_new() - open what namespaces that are to be created will need
 * @f: complete
 * @e: step OPEN or CHECK
 */
int nsx_facts_new(const struct nsx_request *rq, struct nsx_facts *f, struct nsx_error *e);

/* Identify new namespaces, which are ours by now, or our children's (pid, time). */
void nsx_facts_created(struct nsx_facts *f, nsx_kinds kinds);

/**
 * nsx_facts_paths() - the least that is needed where every FILE is one process's own
 * @t: out; pinned, and the owner's to close: the process, if @rq names "/proc/PID/ns/KIND"
 *     for each kind, always with the same PID, and /proc knows it by our PIDs
 *
 * One setns() by its pidfd is then as good as one for each of the files.
 *
 * Return: as nsx_facts_quick().
 */
int nsx_facts_paths(const struct nsx_request *rq, struct nsx_target *t, struct nsx_facts *f);

/**
 * nsx_facts_files() - the least that is needed where every kind comes from a FILE
 *
 * Opens and checks them all; asks who owns them only if a user namespace is one.
 * @rq, @f, @e: as above
 */
int nsx_facts_files(const struct nsx_request *rq, struct nsx_facts *f, struct nsx_error *e);

#endif
