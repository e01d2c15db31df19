/* SPDX-License-Identifier: Apache-2.0 */
/* What is wanted: filled by options.c, read by all rooms after it. */
#ifndef NSX_REQUEST_H
#define NSX_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "fd.h"
#include "kinds.h"

enum nsx_fork {
	NSX_FORK_AUTO,	 /* a new process where the kernel demands one */
	NSX_FORK_ALWAYS, /* --fork */
	NSX_FORK_NEVER,	 /* --no-fork: only later children enter the PID namespace */
};

enum nsx_dumpable { NSX_DUMPABLE_AUTO, NSX_DUMPABLE_YES, NSX_DUMPABLE_NO };

/* Answered instead of entering anything. */
enum nsx_show { NSX_SHOW_NOTHING, NSX_SHOW_HELP, NSX_SHOW_VERSION, NSX_SHOW_PRELOAD_PATH };

/* An id to become; not @given: the caller's, or 0 in a user namespace that is joined. */
struct nsx_id {
	bool given;
	uint32_t id;
};

/* What only a process outside of a new namespace can write into it.  NULL: nothing. */
struct nsx_outside {
	const char *uid_map; /* lines "INSIDE OUTSIDE COUNT" */
	const char *gid_map;
	const char *newuidmap; /* path of the tool that writes what we may not */
	const char *newgidmap;
	bool deny_setgroups; /* for ever, before the group map; see user_namespaces(7) */
	const char *offsets; /* lines "CLOCK SECONDS NANOSECONDS", see time_namespaces(7) */
};

/* Options that may be given more than once: their values, in the order they were said. */
enum nsx_said_of {
	NSX_SAID_SETENV,
	NSX_SAID_UNSETENV,
	NSX_SAID_CLEARENV, /* without a value */
	NSX_SAID_COUNT
};

enum { NSX_SAID_MAX = 128 };

struct nsx_said {
	enum nsx_said_of of;
	const char *value;
};

/* How runc's bootstrap differs from what words can ask for. */
struct nsx_runc {
	bool asked;		   /* its order, its credentials, its three stages */
	bool hide;		   /* be non-dumpable: it named namespaces to join */
	bool drop_groups;	   /* supplementary groups, in the returning process */
	const char *oom_score_adj; /* to be written first of all; NULL: stays */
};

/* All strings belong to the words, or the message, and live as long as they do. */
struct nsx_request {
	const char *target; /* "who", as typed; NULL: nobody */

	bool all;			  /* every kind of the target that differs from ours */
	nsx_kinds join;			  /* kinds named one by one */
	const char *file[NSX_KIND_COUNT]; /* NULL: that kind comes from the target */
	nsx_kinds unshare;		  /* kinds to create, after the joins */
	struct nsx_outside outside;

	bool root; /* change root: to @root_dir, NULL: to the target's root */
	const char *root_dir;
	bool wd;	      /* change cwd: to @wd_dir, NULL: to the target's cwd */
	const char *wd_dir;   /* opened before the joins */
	const char *wdns_dir; /* opened after the joins and the new root; NULL: not asked */

	struct nsx_id uid, gid;
	bool preserve_credentials;

	bool target_env; /* the target's environment, to be edited by what was said */

	enum nsx_fork fork;
	bool detach; /* the new process is our parent's child, and we do not wait for it */
	enum nsx_dumpable dumpable;
	int report_fd; /* the caller's descriptor for the report line, or NSX_NOFD */
	bool plan;     /* print the plan, change nothing */
	enum nsx_show show;

	struct nsx_runc runc;

	size_t n_said;
	struct nsx_said said[NSX_SAID_MAX];

	char **program; /* words to execute, ended by NULL; NULL: none were given */
};

/* Kinds that may be joined: with -a all of them, else those that were named. */
static inline nsx_kinds nsx_request_kinds(const struct nsx_request *rq)
{
	return rq->all ? NSX_KINDS_ALL : rq->join;
}

/* Does this kind come from the target process, not from a FILE? */
static inline bool nsx_from_target(const struct nsx_request *rq, enum nsx_kind kind)
{
	return !rq->file[kind] && (nsx_request_kinds(rq) & NSX_KIND_BIT(kind));
}

#endif
