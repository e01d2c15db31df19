/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to run a program inside of a container, each until it has been waited for. */
#ifndef BENCH_WAYS_H
#define BENCH_WAYS_H

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

#include "nsexec.h"

enum {
	WAY_KINDS = CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID |
		    CLONE_NEWUTS,
};

enum way { FLOOR, SPAWN, SESSION_SPAWN, SESSION_RUN, NSENTER, FORK, WAY_COUNT };

struct way_row {
	char name[32];
	bool in_threads; /* any number of threads may do so at once */
	void (*run)(void *unused);
};

extern const struct way_row ways[WAY_COUNT];

/* What all of them are about. */
extern pid_t target;
extern const char *program;
extern struct nsexec_session *session;
extern const struct nsexec_options *how;

bool way_has_nsenter(void);

/* End with the error, if there is one. */
void way_check(int rc, const char *who, const struct nsexec_error *e);

#endif
