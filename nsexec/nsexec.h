/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nsexec: put a program into other Linux namespaces before its first line runs.
 *
 * What programs that start others through nsexec need to know of it: the names of
 * its variables and files, and what its exit statuses mean.  See nsexec(1).
 */
#ifndef NSEXEC_H
#define NSEXEC_H

#define NSEXEC_VERSION_MAJOR 0
#define NSEXEC_VERSION_MINOR 1

/* Option words in one string, split as a shell splits words, nothing expanded. */
#define NSEXEC_ENV_WORDS "NSEXEC"

/* Number of a descriptor from which the words come, each ended by a NUL byte. */
#define NSEXEC_ENV_FD "NSEXEC_FD"

/* off, error, info or debug, with or without :FD behind it. */
#define NSEXEC_ENV_LOG "NSEXEC_LOG"

/* Bytes that NSEXEC or NSEXEC_FD may bring, and the number of words in them. */
#define NSEXEC_WORDS_MAX 65536
#define NSEXEC_WORDS_COUNT_MAX 4096

/* runc's, for programs that speak its bootstrap protocol: see nsexec-bootstrap(7). */
#define NSEXEC_ENV_INITPIPE "_LIBCONTAINER_INITPIPE"
#define NSEXEC_ENV_LOGPIPE "_LIBCONTAINER_LOGPIPE"
#define NSEXEC_ENV_LOGLEVEL "_LIBCONTAINER_LOGLEVEL"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * nsexec() - what runc's function of this name does; in libnsexec-runc.a
 *
 * Carries out the bootstrap that _LIBCONTAINER_INITPIPE asks for, and returns in the
 * process that is inside; without that variable it returns at once.  A failure ends the
 * process with status 1 and one line in the log.
 *
 * Context: a constructor of the program, while there is one thread.
 */
void nsexec(void);

#ifdef __cplusplus
}
#endif

/* Exit statuses that are not the program's own. */
#define NSEXEC_EXIT_FAILED 125	   /* nsexec could not do what was asked */
#define NSEXEC_EXIT_CANNOT_RUN 126 /* the program was found but cannot be executed */
#define NSEXEC_EXIT_NOT_FOUND 127  /* the program was not found */

#endif
