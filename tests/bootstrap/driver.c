/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The caller's side of the runc protocol: starts a host program as a container
 * runtime starts itself, and prints what it saw.
 *
 *	driver [OPTION]... -- HOST [ARG]...
 *
 * Options about the message are in message.h, the others in the table below.  The
 * host's own output goes where ours goes; other descriptors of ours that an exec
 * would keep are the host's too.
 *
 * One bootstrap is printed as lines "NAME VALUE", sorted by name.  A status is a
 * number, "signal N", "not mine" for what was no child of ours, or "never".
 *
 *	descriptors N M		that we had open before and after
 *	late WHAT		did not happen in time
 *	left N			processes that did not end by themselves
 *	log TEXT		each line of the log pipe
 *	log_eof, said_eof yes|no	nobody holds these open when all have ended
 *	said TEXT		each line of INITPIPE behind the reply
 *	reply TEXT		the first line, as it is; absent if there was none
 *	stage0, stage1, stage2	their statuses
 *	stage1_pid, stage2_pid	out of the reply
 *	unannounced N		children that were not in the reply
 *
 * With "times" or "parallel" only sums are printed: "good N" and "bad N" bootstraps,
 * those "replied N", and descriptors and left as above; and why, for the first bad one.
 */
#include "call.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct call c = { .say = "go", .init_fd = 3, .log_fd = 4, .kill_us = -1, .seconds = 10 };
static struct message m;
static struct seen seen;
static unsigned times = 1, parallel = 1;
static unsigned kill_within_us; /* 0: not killed */

/* ---- one bootstrap in words ---- */

static void print_status(const char *name, int status)
{
	if (status == NEVER)
		printf("%s never\n", name);
	else if (status == NOT_MINE)
		printf("%s not mine\n", name);
	else if (WIFSIGNALED(status))
		printf("%s signal %d\n", name, WTERMSIG(status));
	else
		printf("%s %d\n", name, WEXITSTATUS(status));
}

static void print_lines(const char *name, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		printf("%s %.*s%s\n", name, (int)len, text, text[len] ? "" : " (no newline)");
		text += len + !!text[len];
	}
}

static void print_seen(int before, int after)
{
	char *behind = seen.said;

	printf("descriptors %d %d\n", before, after);
	if (seen.late)
		printf("late %s\n", seen.late);
	printf("left %d\n", seen.left);
	print_lines("log", seen.log);
	printf("log_eof %s\n", seen.log_eof ? "yes" : "no");
	if (seen.stage2_pid) {
		behind = strchr(seen.said, '\n');
		printf("reply %.*s\n", (int)(behind - seen.said), seen.said);
		behind++;
	}
	print_lines("said", behind);
	printf("said_eof %s\n", seen.said_eof ? "yes" : "no");
	print_status("stage0", seen.stage0);
	print_status("stage1", seen.stage1);
	if (seen.stage2_pid)
		printf("stage1_pid %d\n", (int)seen.stage1_pid);
	print_status("stage2", seen.stage2);
	if (seen.stage2_pid)
		printf("stage2_pid %d\n", (int)seen.stage2_pid);
	printf("unannounced %d\n", seen.unannounced);
}

/* ---- many bootstraps in numbers ---- */

struct sums {
	unsigned good, bad, replied, left, leaked;
	struct seen first; /* of the bad ones */
};

/*
 * A stage-0 that is killed may leave nothing at all.  Even after its reply stage-2 may
 * miss the word that it may go on; then it fails.
 */
static bool is_good(void)
{
	bool was_killed = kill_within_us && seen.stage0 == SIGKILL;

	if (seen.late || seen.left || !seen.log_eof || !seen.said_eof)
		return false;
	if (was_killed && !seen.stage2_pid)
		return true;
	return (seen.stage0 == 0 || was_killed) && seen.stage1 == 0 &&
	       (seen.stage2 == 0 || (was_killed && WEXITSTATUS(seen.stage2) == 1));
}

static void run_some(unsigned count, unsigned seed, struct sums *sums)
{
	int before = open_descriptors();

	call_prepare();
	srandom(seed);
	while (count--) {
		if (kill_within_us)
			c.kill_us = random() % kill_within_us;
		call(&c, &m, &seen);
		if (is_good())
			sums->good++;
		else if (!sums->bad++)
			sums->first = seen;
		sums->replied += seen.stage2_pid != 0;
		sums->left += (unsigned)seen.left;
	}
	sums->leaked = (unsigned)(open_descriptors() - before);
}

static int run_many(void)
{
	struct sums *sums = mmap(NULL, parallel * sizeof(*sums), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sums all = { 0 };
	int before = open_descriptors();

	for (unsigned i = 0; parallel > 1 && i < parallel; i++) {
		if (!fork()) {
			run_some(times / parallel, i + 1, &sums[i]);
			_exit(0);
		}
	}
	if (parallel == 1) /* by the process that others know, and may kill */
		run_some(times, 1, sums);
	while (wait(NULL) > 0)
		;
	for (unsigned i = 0; i < parallel; i++) {
		if (sums[i].bad && !all.bad)
			seen = sums[i].first;
		all.good += sums[i].good;
		all.bad += sums[i].bad;
		all.replied += sums[i].replied;
		all.left += sums[i].left;
		all.leaked += sums[i].leaked;
	}
	printf("bad %u\ndescriptors %d %d\ngood %u\nleft %u\nreplied %u\n", all.bad, before,
	       open_descriptors() + (int)all.leaked, all.good, all.left, all.replied);
	if (all.bad)
		print_seen(0, 0);
	return 0;
}

/* ---- options ---- */

static void set_die(const char *value)
{
	static const char *const points[] = {
		[AFTER_SPAWN] = "spawn",     [AFTER_HEADER] = "header", [AFTER_HALF] = "half",
		[AFTER_MESSAGE] = "message", [AFTER_REPLY] = "reply",
	};

	for (size_t i = AFTER_SPAWN; i <= AFTER_REPLY; i++)
		if (!strcmp(points[i], value))
			c.die = (enum point)i;
}

static void set_env(const char *value)
{
	if (c.env_count < ENV_MAX)
		c.env[c.env_count++] = value;
}

/* Exactly one place takes the value. */
static const struct {
	const char *name;
	bool *flag;
	unsigned *number;
	int *fd;
	size_t *size;
	const char **text;
	void (*set)(const char *value);
} options[] = {
	{ "say", .text = &c.say },	 /* to the host, when it is there */
	{ "env", .set = set_env },	 /* NAME=VALUE for the host */
	{ "level", .text = &c.level },	 /* _LIBCONTAINER_LOGLEVEL */
	{ "init-fd", .fd = &c.init_fd }, /* its number: 3 */
	{ "log-fd", .fd = &c.log_fd },	 /* its number: 4 */
	{ "seconds", .fd = &c.seconds }, /* for everything: 10 */
	{ "split", .size = &c.split },	 /* a pause after so many bytes */
	{ "chop", .size = &c.chop },	 /* only so many bytes */
	{ "die", .set = set_die },	 /* be killed after spawn, header, half, message, reply */
	{ "times", .number = &times },	 /* how many bootstraps */
	{ "parallel", .number = &parallel },	       /* of those, so many at once */
	{ "kill-within", .number = &kill_within_us },  /* kill stage-0 before so many us */
	{ "no-log", .flag = &c.no_log },	       /* no _LIBCONTAINER_LOGPIPE */
	{ "no-init", .flag = &c.no_init },	       /* no _LIBCONTAINER_INITPIPE */
	{ "closed-init", .flag = &c.closed_init },     /* its descriptor is not open */
	{ "nonblock", .flag = &c.nonblock },	       /* the host's end does not block */
	{ "close-std", .flag = &c.close_std },	       /* without descriptors 0 to 2 */
	{ "ignore-child", .flag = &c.ignore_child },   /* with SIGCHLD ignored */
	{ "block-signals", .flag = &c.block_signals }, /* with all signals blocked */
	{ "slow", .flag = &c.slow },		       /* byte by byte */
	{ "interrupt", .flag = &c.interrupt },	       /* at the split */
};

/* How many words it took; 0: there is no such option. */
static int take_option(const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		if (strcmp(options[i].name, name))
			continue;
		if (options[i].flag) {
			*options[i].flag = true;
			return 1;
		}
		if (!value)
			return 0;
		if (options[i].text)
			*options[i].text = value;
		else if (options[i].set)
			options[i].set(value);
		else if (options[i].size)
			*options[i].size = strtoul(value, NULL, 0);
		else if (options[i].fd)
			*options[i].fd = atoi(value);
		else
			*options[i].number = (unsigned)strtoul(value, NULL, 0);
		return 2;
	}
	return value && message_option(&m, name, value) ? 2 : 0;
}

int main(int argc, char **argv)
{
	int at = 1, before;

	(void)argc;
	message_start(&m);
	while (argv[at] && !strncmp(argv[at], "--", 2) && argv[at][2]) {
		int words = take_option(argv[at] + 2, argv[at + 1]);

		if (!words) {
			fprintf(stderr, "driver: what is %s?\n", argv[at]);
			return 2;
		}
		at += words;
	}
	if (!argv[at] || !argv[at + 1]) {
		fprintf(stderr, "usage: driver [OPTION]... -- HOST [ARG]...\n");
		return 2;
	}
	c.host = argv + at + 1;
	if (times > 1 || parallel > 1)
		return run_many();

	before = open_descriptors();
	call_prepare();
	if (kill_within_us)
		c.kill_us = kill_within_us;
	call(&c, &m, &seen);
	print_seen(before, open_descriptors());
	return 0;
}
