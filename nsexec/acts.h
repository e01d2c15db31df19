/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acts: what the files that make up stage.h share.  stage.c walks through the plan,
 * act_*.c say how each act is done, by subject.
 */
#ifndef NSX_ACTS_H
#define NSX_ACTS_H

#include "stage.h"

/* What every act of one walk may look at. */
struct nsx_walk {
	const struct nsx_plan *plan;
	const struct nsx_facts *f;
	int outer; /* channel to the process outside, for MAP, OFFSETS and PERSIST */
	const struct nsx_log *log;
};

/*
 * A directory, before and after a new mount namespace is created: a descriptor stays
 * among the mounts of the old one, where nothing can be mounted any more, so it is
 * opened again under its name.  Nothing is done about one that is NSX_NOFD.
 */
struct nsx_place {
	enum nsx_step step; /* ROOT or CWD, of an error */
	int fd;		    /* stays this number */
	bool covered;	    /* by then something else may be in its place, and is meant */
	char name[4096];    /* not initialised */
};

int nsx_place_remember(const struct nsx_walk *w, struct nsx_place *p, struct nsx_error *e);

/* Nothing is done about one among other mounts than ours, as the caller's are after a join. */
void nsx_place_leave_others(struct nsx_place *p);

int nsx_place_find_again(const struct nsx_place *p, struct nsx_error *e);

/* Carry out one act.  Return: 0, or -1 with the error filled. */
typedef int nsx_act_fn(const struct nsx_walk *w, const struct nsx_act *act, struct nsx_error *e);

nsx_act_fn nsx_act_cgroup;
nsx_act_fn nsx_act_join;
nsx_act_fn nsx_act_unshare;
nsx_act_fn nsx_act_write;
nsx_act_fn nsx_act_persist;
nsx_act_fn nsx_act_propagate;
nsx_act_fn nsx_act_graft;
nsx_act_fn nsx_act_mount;
nsx_act_fn nsx_act_register;
nsx_act_fn nsx_act_hostname;
nsx_act_fn nsx_act_loopback;
nsx_act_fn nsx_act_become;
nsx_act_fn nsx_act_bounding;
nsx_act_fn nsx_act_caps;
nsx_act_fn nsx_act_privs;
nsx_act_fn nsx_act_limit;
nsx_act_fn nsx_act_oom;
nsx_act_fn nsx_act_cpus;
nsx_act_fn nsx_act_umask;
nsx_act_fn nsx_act_personality;
nsx_act_fn nsx_act_label;
nsx_act_fn nsx_act_root;
nsx_act_fn nsx_act_cwd;
nsx_act_fn nsx_act_session;
nsx_act_fn nsx_act_pty;

#endif
