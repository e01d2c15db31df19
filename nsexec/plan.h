/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plan: from request and facts to an ordered list of acts.  Pure: no system
 * call, so it is tested without privilege and printed by --plan.
 */
#ifndef NSX_PLAN_H
#define NSX_PLAN_H

#include "facts.h"
#include "request.h"

/* How joins are made: together through the target's pidfd, or one by one. */
enum nsx_way { NSX_WAY_PIDFD, NSX_WAY_EACH };

/* One change.  Which members count depends on @step. */
struct nsx_act {
	enum nsx_step step;
	nsx_kinds kinds;	   /* JOIN: what one setns() joins; UNSHARE: what is created */
	enum nsx_way way;	   /* JOIN */
	int fd;			   /* JOIN: namespace or pidfd; ROOT, CWD: directory; borrowed;
				 * PTY: filled in by the engine, which opens it after the joins */
	int pid;		   /* JOIN: whose namespaces, for the subject of an error */
	const char *path;	   /* JOIN: instead of @pid; CWD: instead of @fd, resolved inside;
				   MOUNT, REGISTER: directory; HOSTNAME: the name */
	bool if_none;		   /* MOUNT: where there is none, and it may be refused */
	struct nsx_grafts *grafts; /* GRAFT */
	const char *text;	   /* MOUNT: type of file system; REGISTER: what;
				   LABEL: to write to @path */
	unsigned long flags;	   /* PROPAGATE: MS_* of mount(2) */
	bool ourselves;		   /* MAP, OFFSETS: not by a process outside */
	struct nsx_id uid, gid;	   /* BECOME */
	bool keep_groups;	   /* BECOME: the supplementary ones */
	bool must_drop;		   /* BECOME: even where a new user namespace denies it */
	bool keep_caps;		   /* BECOME: what root has, until CAPS */
	bool early;		   /* LIMIT: before the joins, and only what rises */
	const struct nsx_confines *confines; /* OOM, LIMIT, CPUS, UMASK, PERSONALITY */
	const uint32_t *groups;		     /* BECOME: to have instead; NULL: none */
	size_t n_groups;
};

/* eight joins, and each other act at most as often as it is in plan.c */
enum { NSX_PLAN_MAX = 48 };

struct nsx_plan {
	size_t n;
	size_t n_first; /* of them, those before the fork; what is behind it is the new process's */
	nsx_kinds joins;    /* all that will be joined */
	nsx_kinds unshares; /* all that will be created */
	bool outside;	    /* an act needs a process that stays outside: MAP, OFFSETS, PERSIST */
	bool outside_late;  /* such an act is behind the fork */
	bool born;	    /* the new process may be born in the cgroup that it is to join */
	bool forks;	    /* the program is a new process */
	bool init;	    /* one in front of the program */
	struct nsx_act act[NSX_PLAN_MAX]; /* last: of most plans few pages are ever touched */
};

/**
 * nsx_plan_make() - decide what to do, in which order
 * @rq:  what is wanted
 * @f:   what is true; descriptors are borrowed, not taken over
 * @way: NSX_WAY_PIDFD is used where @f has a pidfd, else each by itself
 * @out: overwritten
 *
 * Joining needs CAP_SYS_ADMIN over the owner of the namespace.  What the user
 * namespace to be joined owns comes with or after it, because only there is that
 * capability gained; everything else with or before it, because there it would be
 * lost.
 */
void nsx_plan_make(const struct nsx_request *rq, const struct nsx_facts *f, enum nsx_way way,
		   struct nsx_plan *out);

/**
 * nsx_plan_may_share_memory() - may a process do this that shares the memory of its parent?
 *
 * Such a process cannot hide behind being non-dumpable: its parent would be it too.  What
 * keeps others from tracing it, and so from reading and writing that memory, is that it has
 * the rights of its parent, in the parent's user namespace: who can trace it there could
 * trace the parent (ptrace(2), "Ptrace access mode checking"), if he could name it: for who
 * cannot, see watched.h.  So it must change neither ids nor capabilities nor the user
 * namespace.  Nor may it join or create a time namespace, which the kernel refuses, or ask
 * for a process outside, which would see what we change.
 */
bool nsx_plan_may_share_memory(const struct nsx_plan *p);

#endif
