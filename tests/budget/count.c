/* SPDX-License-Identifier: Apache-2.0 */
/*
 * count [-n RUNS] [-o TRACE] [-e NAME=VALUE]... [-p PATHS] COMMAND [ARG]...
 *
 * Run COMMAND RUNS times (1), with nothing but those variables in its environment, and print
 * the fewest minor page faults that it and all that it started took.  With -o strace(1) runs
 * it, and writes its system calls to TRACE; its faults are not counted well then.  With -p it
 * finds runc's message on descriptor 3: join these namespaces.
 *
 * Addresses are not random, so that a stack or a heap begins at the same place of a page
 * each time; what still differs is what others did to the caches meanwhile: hence the fewest.
 */
#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../bootstrap/message.h"

enum { WORDS_MAX = 64, RUN_LIMIT_SECONDS = 20, INIT_FD = 3, ABOVE = 16 };

static int runs = 1;
static char *variables[WORDS_MAX + 1];
static char *command[WORDS_MAX + 1];
static struct message message;

static void add(char **list, char *word)
{
	int n = 0;

	while (list[n])
		n++;
	if (n == WORDS_MAX)
		errx(2, "too many words");
	list[n] = word;
}

/* ---- one run ------------------------------------------------------------------------- */

static long faults(void)
{
	struct rusage of;

	if (getrusage(RUSAGE_CHILDREN, &of) < 0)
		err(2, "getrusage");
	return of.ru_minflt;
}

/* All of it waits in the socket; what is replied stays there too.  Return: our end. */
static int offer_message(void)
{
	int ends[2], ours;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 ||
	    write(ends[0], message.bytes, message.len) != (ssize_t)message.len)
		err(2, "message");
	ours = fcntl(ends[0], F_DUPFD_CLOEXEC, ABOVE);
	close(ends[0]);
	if (ours < 0 || fcntl(ends[1], F_DUPFD, INIT_FD) != INIT_FD)
		err(2, "descriptor %d", INIT_FD);
	close(ends[1]);
	return ours;
}

/* Nobody is left whose faults would not be counted: orphans come to us. */
static void wait_for_all(void)
{
	int status;

	while (waitpid(-1, &status, __WALL) > 0)
		if (status)
			errx(1, "a process has status 0x%x", (unsigned)status);
}

static long run(void)
{
	const long before = faults();
	int end = -1;
	pid_t pid;

	if (message.len)
		end = offer_message();
	alarm(RUN_LIMIT_SECONDS);
	/* It copies no memory of ours, so that our own size is not counted. */
	if (posix_spawnp(&pid, command[0], NULL, NULL, command, variables))
		err(2, "%s", command[0]);
	if (message.len)
		close(INIT_FD);
	wait_for_all();
	if (end >= 0)
		close(end);
	return faults() - before;
}

/* ---- the command line ---------------------------------------------------------------- */

static void set_paths(const char *paths)
{
	message_start(&message);
	if (!message_option(&message, "flags", "0") || !message_option(&message, "paths", paths))
		errx(2, "paths: %s", paths);
}

/* The variables are the command's, and not those of strace(1). */
static void trace_to(char *file)
{
	static char *const strace[] = { "strace", "-f", "-qq", "-o" };

	for (size_t i = 0; i < sizeof(strace) / sizeof(*strace); i++)
		add(command, strace[i]);
	add(command, file);
	for (int i = 0; variables[i]; i++) {
		add(command, "-E");
		add(command, variables[i]);
	}
	variables[0] = NULL;
}

static void take_words(int argc, char **argv)
{
	char *trace = NULL;
	int letter;

	while ((letter = getopt(argc, argv, "+n:o:e:p:")) != -1)
		switch (letter) {
		case 'n':
			runs = atoi(optarg);
			break;
		case 'o':
			trace = optarg;
			break;
		case 'e':
			add(variables, optarg);
			break;
		case 'p':
			set_paths(optarg);
			break;
		default:
			exit(2);
		}
	if (optind == argc || runs < 1)
		errx(2, "the words are: [OPTION]... COMMAND [ARG]...");
	if (trace)
		trace_to(trace);
	for (int i = optind; i < argc; i++)
		add(command, argv[i]);
}

int main(int argc, char **argv)
{
	long fewest = -1;

	take_words(argc, argv);
	if (personality(ADDR_NO_RANDOMIZE) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		err(2, "prepare");
	for (int i = 0; i < runs; i++) {
		const long these = run();

		if (fewest < 0 || these < fewest)
			fewest = these;
	}
	printf("%ld\n", fewest);
	return 0;
}
