/* SPDX-License-Identifier: Apache-2.0 */
/* An error is step, errno and subject, filled in where the subject is known. */
#ifndef NSX_ERROR_H
#define NSX_ERROR_H

#include <stddef.h>
#include <stdint.h>

/*
 * What few runs call.  Compilers put it, and the branches that lead to it, away from what
 * all runs walk through, which so takes fewer pages of the file.
 */
#define NSX_SELDOM __attribute__((cold))

/* What was being attempted: one vocabulary for errors, plans and logs. */
enum nsx_step {
	NSX_STEP_NONE,
	NSX_STEP_GATE,	  /* may this process be changed at all? */
	NSX_STEP_READ,	  /* read the words */
	NSX_STEP_WORDS,	  /* split them */
	NSX_STEP_OPTIONS, /* understand them */
	NSX_STEP_MESSAGE, /* understand runc's message */
	NSX_STEP_TARGET,  /* find and pin the target */
	NSX_STEP_OPEN,	  /* open what will be needed later */
	NSX_STEP_CHECK,	  /* ask the kernel about it */
	NSX_STEP_GUARD,	  /* become non-dumpable, or dumpable again */
	NSX_STEP_ENVIRON, /* make another environment */
	NSX_STEP_PLAN,	  /* from what is known to what will be done */
	NSX_STEP_OOM,	  /* how soon to be killed when memory runs out */
	NSX_STEP_CGROUP,  /* join the cgroups of the target */
	NSX_STEP_JOIN,
	NSX_STEP_UNSHARE, /* create */
	NSX_STEP_MAP,	  /* write id maps */
	NSX_STEP_OFFSETS, /* write clock offsets */
	NSX_STEP_PERSIST, /* bind a new namespace to a file */
	NSX_STEP_PROPAGATE,
	NSX_STEP_GRAFT, /* trees of ours among the target's files */
	NSX_STEP_MOUNT,
	NSX_STEP_REGISTER, /* an interpreter, in binfmt_misc */
	NSX_STEP_HOSTNAME,
	NSX_STEP_LOOPBACK,
	NSX_STEP_BECOME,   /* change user and group id */
	NSX_STEP_BOUNDING, /* drop from the bounding set */
	NSX_STEP_CAPS,
	NSX_STEP_LIMIT,
	NSX_STEP_PRIVS, /* no new ones */
	NSX_STEP_CPUS,
	NSX_STEP_UMASK,
	NSX_STEP_PERSONA,
	NSX_STEP_LABEL, /* of a security module, for what is executed */
	NSX_STEP_ROOT,
	NSX_STEP_CWD,
	NSX_STEP_FORK,
	NSX_STEP_SESSION, /* lead a session of its own */
	NSX_STEP_PTY,	  /* have a terminal of its own */
	NSX_STEP_WAIT,
	NSX_STEP_REPORT,
	NSX_STEP_FILES,	 /* set up descriptors */
	NSX_STEP_LAUNCH, /* have memory of its own first */
	NSX_STEP_EXEC,
	NSX_STEP_PRELOAD, /* have a host load us */
	NSX_STEP_COUNT
};

const char *nsx_step_name(enum nsx_step step);

/* What usually helps; the text may hold one number, the error's @fact. */
enum nsx_hint {
	NSX_HINT_NONE,
	NSX_HINT_THREADS,
	NSX_HINT_OTHER_THREADS,
	NSX_HINT_ONE_THREAD,
	NSX_HINT_SHARED_DIRS,
	NSX_HINT_ADD_USER,
	NSX_HINT_CAPABLE,
	NSX_HINT_PTRACE,
	NSX_HINT_KERNEL,
	NSX_HINT_GONE,
	NSX_HINT_NOT_A_NAMESPACE,
	NSX_HINT_UNMAPPED,
	NSX_HINT_HOST_FILE,
	NSX_HINT_PROC,
	NSX_HINT_HELP,
	NSX_HINT_INTERPRETER,
	NSX_HINT_FIRST_PROCESS,
	NSX_HINT_CREATE,
	NSX_HINT_LIMIT,
	NSX_HINT_MAP,
	NSX_HINT_MAP_TOOL,
	NSX_HINT_SUBIDS,
	NSX_HINT_UNSHARE,
	NSX_HINT_MAP_ROOT,
	NSX_HINT_PERSIST,
	NSX_HINT_NEWER,
	NSX_HINT_TOUCH,
	NSX_HINT_PROPAGATE,
	NSX_HINT_MOUNT_PROC,
	NSX_HINT_HOST_ENVIRON,
	NSX_HINT_PIDFS,
	NSX_HINT_NS_ID,
	NSX_HINT_NS_ID_KERNEL,
	NSX_HINT_PTY,
	NSX_HINT_GETFD,
	NSX_HINT_GETFD_KERNEL,
	NSX_HINT_SOCKET_NET,
	NSX_HINT_OUTSIDE_OURS,
	NSX_HINT_OWNERS,
	NSX_HINT_CGROUP_MOUNT,
	NSX_HINT_CGROUP_RIGHT,
	NSX_HINT_CGROUP_BUSY,
	NSX_HINT_CGROUP_GONE,
	NSX_HINT_CGROUP_CPUSET,
	NSX_HINT_RESOURCE,
	NSX_HINT_SETPCAP,
	NSX_HINT_AMBIENT,
	NSX_HINT_EXEC_AS_ROOT,
	NSX_HINT_GAINED,
	NSX_HINT_NO_WAY_BACK,
	NSX_HINT_OUTER_HOME,
	NSX_HINT_FIRST_CHILD,
	NSX_HINT_IN_CALL,
	NSX_HINT_GRAFT_KERNEL,
	NSX_HINT_GRAFT_RIGHT,
	NSX_HINT_GUEST_DENIED,
	NSX_HINT_AMBIGUOUS,
	NSX_HINT_NETNS,
	NSX_HINT_NO_UNIT,
	NSX_HINT_NO_CGROUP,
	NSX_HINT_NO_CONTAINER,
	NSX_HINT_NO_COMM,
	NSX_HINT_HIDEPID,
	NSX_HINT_DENIED,
	NSX_HINT_PRELOAD_OBJECT,
	NSX_HINT_PRELOAD_STATIC,
	NSX_HINT_PRELOAD_WITHOUT,
	NSX_HINT_PRELOAD_ANSWER,
	NSX_HINT_PRELOAD_TRACE,
	NSX_HINT_PRELOAD_KERNEL,
	NSX_HINT_COUNT
};

/* Plain bytes on purpose: it crosses process boundaries inside a message. */
struct nsx_error {
	enum nsx_step step;
	int err; /* positive errno; 0: the request itself is wrong */
	enum nsx_hint hint;
	uint64_t fact;	   /* number inside the hint: an inode */
	char subject[184]; /* which thing: "net (/proc/1234/ns/net)"; cut short if long */
};

/**
 * nsx_fail() - record the first failure; a later call cannot hide the cause
 * @e:     the error, zeroed at the beginning
 * @step:  what was being attempted
 * @err:   positive errno, or 0 if the request itself is wrong
 * @what:  the subject
 * @which: put behind it in parentheses, or NULL
 *
 * Return: -1, so that a caller can return nsx_fail(...).
 */
NSX_SELDOM int nsx_fail(struct nsx_error *e, enum nsx_step step, int err, const char *what,
			const char *which);

/* The same with "@what (@which@number@tail)" as its subject. */
NSX_SELDOM int nsx_fail_number(struct nsx_error *e, enum nsx_step step, int err, const char *what,
			       const char *which, uint64_t number, const char *tail);

/* Add what usually helps to a failure that has just been recorded.  Return: -1. */
NSX_SELDOM int nsx_hint(struct nsx_error *e, enum nsx_hint hint, uint64_t fact);

/**
 * nsx_error_text() - "join net (/proc/1/ns/net): EPERM Operation not permitted"
 * nsx_error_hint() - the hint as a sentence, empty if there is none
 * @buf, @size: where the text goes; cut short if it does not fit
 *
 * Bytes of the subject that could steer a terminal are shown as \xHH.
 */
void nsx_error_text(const struct nsx_error *e, char *buf, size_t size);
void nsx_error_hint(const struct nsx_error *e, char *buf, size_t size);

/* The same of its parts, for who has them otherwise. */
struct nsx_text;
void nsx_error_put(struct nsx_text *t, const char *step, int err, const char *subject);

/* Exit status that the error stands for: 125, or for EXEC 126 or 127. */
int nsx_error_status(const struct nsx_error *e);

#endif
