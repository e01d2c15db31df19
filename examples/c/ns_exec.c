/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run a program in the namespaces that FILEs stand for, of any kind and in any order:
 *
 *	ns_exec /proc/1234/ns/uts /run/netns/blue -- hostname
 *
 *	cc -Wall -Wextra -o ns_exec ns_exec.c $(pkg-config --cflags --libs nsexec)
 *
 * The library puts the user namespace where it belongs, and makes the process that a
 * PID namespace takes.
 */
#define _GNU_SOURCE
#include <nsexec.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILES_MAX 16

static int failed(const struct nsexec_error *e)
{
	char text[512];

	nsexec_error_text(e, text, sizeof(text));
	fprintf(stderr, "ns_exec: %s\n", text);
	if (e->hint[0])
		fprintf(stderr, "ns_exec: %s\n", e->hint);
	return NSEXEC_EXIT_FAILED;
}

/* Which kind is this file?  A file of another kind, or none at all, is an error of "check". */
static const char *kind_of(const char *file, struct nsexec_error *e)
{
	int known = nsexec_kinds_known();

	for (int bit = 0; bit < 31; bit++) {
		int kind = known & (1 << bit);
		int fd = kind ? nsexec_open(NSEXEC_PATH(file), kind, e) : -1;

		if (fd >= 0) {
			close(fd);
			return nsexec_kind_name(kind);
		}
		if (kind && strcmp(e->step, "check") != 0)
			break;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	char word[FILES_MAX][4096];
	const char *words[FILES_MAX + 1] = { NULL };
	struct nsexec_options how = { .size = sizeof(how), .words = words };
	struct nsexec_program program = { .size = sizeof(program) };
	struct nsexec_child child;
	struct nsexec_error e;
	int i, status;

	for (i = 1; i < argc && i <= FILES_MAX && strcmp(argv[i], "--") != 0; i++) {
		const char *kind = kind_of(argv[i], &e);

		if (!kind)
			return failed(&e);
		/* As options are named: --net=FILE, but --mount=FILE. */
		snprintf(word[i - 1], sizeof(word[0]), "--%s=%s",
			 strcmp(kind, "mnt") == 0 ? "mount" : kind, argv[i]);
		words[i - 1] = word[i - 1];
	}
	if (i == 1 || i + 1 >= argc || strcmp(argv[i], "--") != 0) {
		fprintf(stderr, "usage: ns_exec FILE... -- PROGRAM [ARG]...\n");
		return NSEXEC_EXIT_FAILED;
	}
	program.argv = (const char *const *)argv + i + 1;
	if (nsexec_spawn(&how, &program, &child, &e) || nsexec_wait(&child, -1, &status, &e))
		return failed(&e);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
