/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands [-n ROUNDS] [-c CORE] [-o FILE] [-t TITLE] [-p AT_ONCE] CASE CONTESTANT...
 *
 * A race of programs; CONTESTANT is as command.h says.  With -p so many processes at once run
 * it again and again, and the figures are for one program.
 */
#include <err.h>
#include <unistd.h>

#include "command.h"
#include "race.h"
#include "together.h"

static int at_once;

static void run(void *arg)
{
	const struct command *c = arg;

	command_wait(c, command_start(c));
}

static void run_together(void *arg)
{
	together_processes(at_once, TOGETHER_PROGRAMS / at_once, run, arg);
}

int main(int argc, char **argv)
{
	static struct race race = { .rounds = 1000, .core = -1 };
	int c;

	while ((c = getopt(argc, argv, "+" RACE_OPTIONS "p:")) != -1)
		if (c == 'p')
			at_once = race_number(optarg, 1, TOGETHER_MAX);
		else if (!race_option(&race, c, optarg))
			return 2;
	if (optind == argc)
		errx(2, "the words are [OPTION]... CASE CONTESTANT...");
	race.name = argv[optind];
	if (at_once)
		race.per_run = TOGETHER_PROGRAMS / at_once * at_once;
	command_enter(&race, argv + optind + 1, at_once ? run_together : run);
	race_run(&race);
	return 0;
}
