/* SPDX-License-Identifier: Apache-2.0 */
/* What is wanted: filled by options.c, read by all rooms after it. */
#ifndef NSX_REQUEST_H
#define NSX_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "caps.h"
#include "fd.h"
#include "kinds.h"
#include "limits.h"

enum nsx_fork {
	NSX_FORK_AUTO,	 /* a new process where the kernel demands one */
	NSX_FORK_ALWAYS, /* --fork */
	NSX_FORK_NEVER,	 /* --no-fork: only later children enter the PID namespace */
};

enum nsx_dumpable { NSX_DUMPABLE_AUTO, NSX_DUMPABLE_YES, NSX_DUMPABLE_NO };

/* Answered instead of entering anything. */
enum nsx_show {
	NSX_SHOW_NOTHING,
	NSX_SHOW_HELP,
	NSX_SHOW_VERSION,
	NSX_SHOW_PRELOAD_PATH,
	NSX_SHOW_LIST,
};

/* An id to become; not @given: the caller's, or 0 in a user namespace that is joined. */
struct nsx_id {
	bool given;
	uint32_t id;
};

/* The label that a security module gives to the program. */
enum nsx_label_of { NSX_LABEL_STAYS, NSX_LABEL_OF_TARGET, NSX_LABEL_OF_TARGET_IF_ANY };

/* What only a process outside of a new namespace can write into it.  NULL: nothing. */
struct nsx_outside {
	const char *uid_map; /* lines "INSIDE OUTSIDE COUNT" */
	const char *gid_map;
	const char *newuidmap; /* path of the tool that writes what we may not */
	const char *newgidmap;
	bool allow_setgroups; /* as it is by default, but for where it is denied already */
	bool deny_setgroups;  /* for ever, before the group map; see user_namespaces(7) */
	const char *offsets;  /* lines "CLOCK SECONDS NANOSECONDS", see time_namespaces(7) */
};

/* What id of ours is called in a new user namespace. */
enum nsx_own { NSX_OWN_UNMAPPED, NSX_OWN_SAME, NSX_OWN_NAMED };

/* May processes in a new user namespace call setgroups(2)? */
enum nsx_setgroups { NSX_SETGROUPS_AS_IT_IS, NSX_SETGROUPS_ALLOW, NSX_SETGROUPS_DENY };

/* What is mounted or unmounted out here, and in there; see mount_namespaces(7). */
enum nsx_propagation {
	NSX_PROPAGATION_PRIVATE,
	NSX_PROPAGATION_SLAVE,
	NSX_PROPAGATION_SHARED,
	NSX_PROPAGATION_UNCHANGED,
};

/* By how much a clock differs: @sec + @nsec / 1e9 seconds, @nsec never negative. */
struct nsx_offset {
	bool given;
	int64_t sec;
	uint32_t nsec;
};

/* How the new namespaces are to be; which ones is in nsx_request.unshare. */
struct nsx_new {
	const char *file[NSX_KIND_COUNT]; /* to be bound to, so that it persists; NULL: not */
	enum nsx_own user, group;
	const char *user_name, *group_name; /* if named: an id inside, or a name of ours */
	enum nsx_setgroups setgroups;
	struct nsx_id owner_uid, owner_gid;
	struct nsx_offset monotonic, boottime;
	enum nsx_propagation propagation;
	const char *proc;	 /* directory on which to mount a proc; NULL: none */
	const char *binfmt;	 /* directory on which to mount a binfmt_misc; NULL: none */
	const char *load_interp; /* to be registered there: ":name:type:..."; NULL: nothing */
	const char *hostname;
	bool loopback; /* up */
};

/* Options that may be given more than once: their values, in the order they were said. */
enum nsx_said_of {
	NSX_SAID_UIDS, /* "INSIDE:OUTSIDE:COUNT", "OUTSIDE,INSIDE,COUNT", or a word */
	NSX_SAID_GIDS,
	NSX_SAID_SETENV,
	NSX_SAID_UNSETENV,
	NSX_SAID_CLEARENV, /* without a value */
	NSX_SAID_GRAFT,	   /* "PATH[:DEST][:rw]" */
};

enum { NSX_SAID_MAX = 128 };

struct nsx_said {
	enum nsx_said_of of;
	const char *value;
};

/* What the program may do.  A set that was not given: as the kernel leaves it. */
struct nsx_credentials {
	struct nsx_cap_set caps; /* permitted and effective */
	struct nsx_cap_set bounding;
	struct nsx_cap_set ambient; /* inheritable too */
	bool keep_caps;		    /* what the entered user namespace gives stays across exec */
	bool no_new_privs;
	bool as_target; /* what exec makes of the target's sets is right as well */
};

/* With which limits it runs. */
struct nsx_confines {
	bool any_limit;
	struct nsx_limit limit[NSX_LIMIT_COUNT];
	const char *oom_score_adj; /* NULL: stays */
	const char *cpus;	   /* NULL: stays */
	bool umask_given;
	unsigned umask;
	struct nsx_persona persona;
	const char *persona_text; /* as it was typed */
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
	bool net_socket;		  /* NET comes from the target's descriptor @socket */
	int socket;
	bool net_named;	  /* the file of NET is "netns:NAME", which was the target */
	bool join_cgroup; /* run the program in the cgroups of the target */
	bool user_parent; /* USER is the parent of that, or if it is not named, the others' owner */
	nsx_kinds unshare; /* kinds to create, after the joins */
	struct nsx_new create;
	struct nsx_outside outside; /* runc's; the words' is made of @create, see maps.h */

	bool host;   /* the program, and what it needs, is the caller's */
	bool grafts; /* at least one was said */

	bool root; /* change root: to @root_dir, NULL: to the target's root */
	const char *root_dir;
	bool wd;	      /* change cwd: to @wd_dir, NULL: to the target's cwd */
	const char *wd_dir;   /* opened before the joins */
	const char *wdns_dir; /* opened after the joins and the new root; NULL: not asked */

	struct nsx_id uid, gid;
	bool uid_of_target, gid_of_target; /* in place of @uid, @gid */
	bool groups_of_target;		   /* supplementary ones; else none */
	bool preserve_credentials;
	struct nsx_credentials credentials;
	struct nsx_confines confines;
	enum nsx_label_of label;
	bool as_target; /* whatever of the target is not said to be otherwise */

	bool target_env; /* the target's environment, to be edited by what was said */

	enum nsx_fork fork;
	bool detach;	/* the new process is our parent's child, and we do not wait for it */
	int kill_child; /* signal for the program when the waiter ends; 0: SIGKILL */
	bool init;	/* a process of ours is the first of the new PID namespace */
	bool pty;	/* a terminal of its own; the first process relays */
	enum nsx_dumpable dumpable;
	int report_fd;	   /* the caller's descriptor for the report line, or NSX_NOFD */
	bool report_bytes; /* a struct nsx_outcome each instead, for libnsexec */
	const char *trace; /* file for it, see trace.h; NULL: none */
	bool plan;	   /* print the plan, change nothing */
	enum nsx_show show;
	bool json; /* the list, as such */

	struct nsx_runc runc;

	size_t n_said;
	struct nsx_said said[NSX_SAID_MAX];

	char **preload; /* the word that asks for it, among those of the command; NULL: none */
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
