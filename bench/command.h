/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contestants of a command line that are programs:
 *
 *	NAME[@EVERY] [VARIABLE=VALUE]... /COMMAND [ARGUMENT]... ';'
 *
 * takes part in one round of EVERY, with these variables and all that we have.
 */
#ifndef BENCH_COMMAND_H
#define BENCH_COMMAND_H

#include <sys/types.h>

#include "race.h"

struct command {
	const char *name;
	char **argv, **env;
};

/* Enter all of @words; @run gets a struct command each. */
void command_enter(struct race *r, char **words, void (*run)(void *command));

/* Return: its PID. Neither our size is measured, nor what posix_spawn() does for every signal. */
pid_t command_start(const struct command *c);

/* Or the end, if it has failed. */
void command_wait(const struct command *c, pid_t pid);

#endif
