/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One bootstrap, from the caller's side: start the host program, send it the
 * message, and look at everything that comes of it.
 */
#ifndef CALL_H
#define CALL_H

#include "message.h"

#include <sys/types.h>

/* Where the caller itself ends, all of a sudden. */
enum point {
	NOWHERE,
	AFTER_SPAWN,
	AFTER_HEADER,
	AFTER_HALF, /* half of the attributes */
	AFTER_MESSAGE,
	AFTER_REPLY
};

enum { ENV_MAX = 32, TEXT_MAX = 1 << 17, NOT_MINE = -1, NEVER = -2 };

struct call {
	char **host;		  /* its argv */
	const char *say;	  /* to the host, once it is there */
	const char *env[ENV_MAX]; /* NAME=VALUE, behind what the protocol demands */
	size_t env_count;
	int init_fd, log_fd; /* numbers that the host gets */
	const char *level;   /* of logging; NULL: not said */
	bool no_log;	     /* there is no pipe for it */
	bool no_init;	     /* the variable is not set */
	bool closed_init;    /* it names a descriptor that is not open */
	bool nonblock, close_std, ignore_child, block_signals;
	bool slow;	/* byte by byte */
	size_t split;	/* a pause after that many bytes; 0: none */
	bool interrupt; /* stopped and continued in that pause, so that read() fails with EINTR */
	size_t chop;	/* nothing after that many bytes, but end of file; 0: all is sent */
	enum point die;
	long kill_us; /* stage-0 is killed so many microseconds after the message; -1: not */
	int seconds;  /* for everything together */
};

struct seen {
	const char *late;		    /* what did not happen in time; NULL: all did */
	int stage0, stage1, stage2;	    /* as waitpid() has them, or NOT_MINE, or NEVER */
	pid_t stage1_pid, stage2_pid;	    /* out of the reply; 0: none came */
	char said[TEXT_MAX], log[TEXT_MAX]; /* by INITPIPE and by the log pipe */
	size_t said_len, log_len;
	bool said_eof, log_eof; /* seen while we had our ends open */
	int unannounced;	/* children that ended and were not in the reply */
	int left;		/* that did not even end: killed by us */
};

/* Descriptors that this process has open. */
int open_descriptors(void);

/* Makes the caller the one to whom orphans of its children go, so that none is missed. */
void call_prepare(void);

void call(const struct call *c, const struct message *m, struct seen *out);

#endif
