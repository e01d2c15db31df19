/* SPDX-License-Identifier: Apache-2.0 */
/* Target: from "who" to a process that is pinned and cannot be another one. */
#ifndef NSX_TARGET_H
#define NSX_TARGET_H

#include "error.h"
#include "fd.h"

/* Ways to say "who" by a name, which is looked for: see names.h. */
enum nsx_named {
	NSX_NAMED_NOT,
	NSX_NAMED_UNIT,	     /* the main process of a unit of systemd */
	NSX_NAMED_CGROUP,    /* the first process of a cgroup */
	NSX_NAMED_CONTAINER, /* the first process of a container */
	NSX_NAMED_COMM,	     /* the only process that goes by that name */
	NSX_NAMED_NETNS,     /* no process at all: a network namespace of ip-netns(8) */
	NSX_NAMED_COUNT
};

/* "Who", understood but not looked for yet. */
struct nsx_who {
	int pid;	/* as the caller sees it; 0: @pidfd has it, or it is @named */
	uint64_t inode; /* of its pidfd, so that it is no other; 0: any process of that PID */
	int pidfd;	/* the caller's descriptor, if @pid is 0 */
	enum nsx_named named;
	const char *name; /* all that was said, "unit:sshd", */
	const char *bare; /* and without what says how, "sshd" */
};

/**
 * nsx_who_parse() - understand the value of --target
 * @text: "PID", "PID:INODE" or "pidfd:N", numbers in decimal; or a name; outlives @out
 * @e:    filled on failure: step TARGET, errno 0
 *
 * Context: any; pure.
 * Return: 0, or -1 with @e filled.
 */
int nsx_who_parse(const char *text, struct nsx_who *out, struct nsx_error *e);

/* A process, pinned by @pidfd, or where the kernel has none by @proc alone. */
struct nsx_target {
	int pid;      /* 0: not known yet */
	int pidfd;    /* NSX_NOFD: older than Linux 5.3, or a thread that leads no process */
	int proc;     /* O_PATH directory /proc/PID; NSX_NOFD until it is needed */
	int proc_pid; /* the PID by which /proc knows it, if @proc is open */
};

void nsx_target_init(struct nsx_target *t);
void nsx_target_close(struct nsx_target *t);

/**
 * nsx_target_open() - pin the process
 * @who: not by a name; its pidfd, if it names one, stays the caller's: it is duplicated
 * @t:   initialised; owns its descriptors afterwards, also on failure
 * @e:   step TARGET; ESRCH: no such process; errno 0: the PID is another process now
 */
int nsx_target_open(const struct nsx_who *who, struct nsx_target *t, struct nsx_error *e);

/**
 * nsx_target_proc() - have /proc/PID of the pinned process open
 *
 * The directory belongs to one process for ever: once that is gone, every look
 * into it fails with ESRCH, whoever has the PID by then.  Opened once.  A /proc
 * that was mounted for another PID namespace calls the process by another PID,
 * which the kernel tells for a pidfd.
 */
int nsx_target_proc(struct nsx_target *t, struct nsx_error *e);

/**
 * nsx_target_proc_pid() - by which PID does /proc know the pinned process?
 *
 * Not always by ours: /proc may have been mounted for another PID namespace.
 *
 * Return: the PID; 0: /proc does not show it, or it has ended, or has no pidfd.
 */
int nsx_target_proc_pid(const struct nsx_target *t);

/* Is the pinned process still there?  -1 and step TARGET, ESRCH, if not. */
int nsx_target_alive(const struct nsx_target *t, struct nsx_error *e);

#endif
