/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that has a secret for a program, and forgets it once that has been started:
 *
 *	secret PID PROGRAM	in the PID namespace of PID, by the environment
 *
 * Says "exited N", and "left at ADDRESS in MAPPING" for each copy that is still in its memory.
 */
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nsexec.h"

enum { SECRET_BYTES = 16, KEY = 0x5a, CHUNK_BYTES = 1 << 20 };

/* Never written as it is, but where it is said. */
static char hidden[SECRET_BYTES];

static int is_it(const unsigned char *at)
{
	int i = 0;

	while (i < SECRET_BYTES && at[i] == (unsigned char)(hidden[i] ^ KEY))
		i++;
	return i == SECRET_BYTES;
}

/* What is searched lies in a buffer of ours for a moment, which is searched too. */
static void search(int mem, unsigned long from, unsigned long to, const char *line)
{
	static unsigned char chunk[CHUNK_BYTES + SECRET_BYTES];

	for (; from < to; from += CHUNK_BYTES) {
		const size_t want = to - from < sizeof(chunk) ? to - from : sizeof(chunk);
		const ssize_t n = pread(mem, chunk, want, (off_t)from);

		for (ssize_t i = 0; i + SECRET_BYTES <= n; i++)
			if (is_it(chunk + i))
				printf("left at %lx in %s", from + (unsigned long)i, line);
		explicit_bzero(chunk, sizeof(chunk));
	}
}

static void search_all(void)
{
	const int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	if (mem < 0 || !maps)
		err(1, "/proc/self");
	while (fgets(line, sizeof(line), maps)) {
		unsigned long from, to;
		char may[5];

		if (sscanf(line, "%lx-%lx %4s", &from, &to, may) == 3 && may[1] == 'w')
			search(mem, from, to, line);
	}
	(void)fclose(maps); /* it was only read */
	(void)close(mem);
}

int main(int argc, char **argv)
{
	char said[4 + SECRET_BYTES + 1] = "KEY=";
	const char *const env[] = { said, NULL };
	const char *const words[] = { argc > 2 ? argv[2] : "true", NULL };
	const struct nsexec_program program = { .size = sizeof(program), .argv = words };
	struct nsexec_options how = { .size = sizeof(how), .kinds = CLONE_NEWPID, .env = env };
	struct nsexec_child child;
	struct nsexec_error e;
	int status = 0;

	how.target_pid = argc > 1 ? atoi(argv[1]) : 0;
	srand((unsigned)getpid());
	for (int i = 0; i < SECRET_BYTES; i++) {
		hidden[i] = (char)(('a' + rand() % 26) ^ KEY);
		said[4 + i] = (char)(hidden[i] ^ KEY);
	}
	if (nsexec_spawn(&how, &program, &child, &e) < 0)
		errx(1, "%s", e.subject);
	explicit_bzero(said, sizeof(said));
	if (waitpid(child.pid, &status, 0) != child.pid)
		err(1, "waitpid");
	printf("exited %d\n", WEXITSTATUS(status));
	search_all();
	return 0;
}
