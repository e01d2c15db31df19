/* SPDX-License-Identifier: Apache-2.0 */
/*
 * library [-n ROUNDS] [-c CORE] [-o FILE] [-t TITLE] [-m MIB] [-p AT_ONCE] CASE PID PROGRAM
 *
 * A race of ways to run PROGRAM inside of six namespaces of process PID, from a process with
 * MIB resident: by libnsexec and by others, from the call until the program has been waited
 * for.  The floor is what the kernel asks of anybody who copies no memory: no proof, no error
 * but a status, nothing set up for the program.
 *
 * With -p so many at once do so again and again: threads, or processes where a way is not
 * for threads.  The figures are for one program then.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "race.h"
#include "together.h"
#include "ways.h"

enum {
	FORK_MIB = 64, /* one round of so many for each of these: it copies them */
	MIB_MAX = 1024 * 1024,
};

static int at_once;

static void run_together(void *arg)
{
	const struct way_row *way = arg;

	(way->in_threads ? together_threads : together_processes)(
		at_once, TOGETHER_PROGRAMS / at_once, way->run, NULL);
}

static void enter(struct race *r, int mib)
{
	for (enum way w = 0; w < WAY_COUNT; w++) {
		struct contestant *c;

		if (w == NSENTER && !way_has_nsenter())
			continue;
		if (at_once)
			c = race_add(r, ways[w].name, run_together, (void *)&ways[w]);
		else
			c = race_add(r, ways[w].name, ways[w].run, NULL);
		if (w == FORK)
			c->every = mib / FORK_MIB;
	}
}

static void be_large(int mib)
{
	const size_t bytes = (size_t)mib << 20;
	char *p = bytes ? mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0)
			: NULL;

	if (p == MAP_FAILED)
		err(1, "%d MiB", mib);
	if (!p)
		return;
	(void)madvise(p, bytes, MADV_NOHUGEPAGE); /* no such pages here: as well */
	memset(p, 1, bytes);
}

int main(int argc, char **argv)
{
	static struct race race = { .rounds = 1000, .core = -1 };
	struct nsexec_options options = { .size = sizeof(options), .kinds = WAY_KINDS };
	struct nsexec_error e;
	int mib = 0, c;

	while ((c = getopt(argc, argv, RACE_OPTIONS "m:p:")) != -1)
		if (c == 'm')
			mib = race_number(optarg, 0, MIB_MAX);
		else if (c == 'p')
			at_once = race_number(optarg, 1, TOGETHER_MAX);
		else if (!race_option(&race, c, optarg))
			return 2;
	if (argc - optind != 3)
		errx(2, "the words are [OPTION]... CASE PID PROGRAM");
	race.name = argv[optind];
	options.target_pid = target = race_number(argv[optind + 1], 1, 1 << 30);
	program = argv[optind + 2];
	if (at_once)
		race.per_run = TOGETHER_PROGRAMS / at_once * at_once;
	how = &options;
	session = nsexec_session_open(how, &e);
	way_check(session ? 0 : -1, "nsexec_session_open", &e);
	be_large(mib);
	enter(&race, mib);
	race_run(&race);
	nsexec_session_close(session);
	return 0;
}
