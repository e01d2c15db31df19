/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints what surrounds it, sorted.  Linked statically, so that it runs in a root
 * that holds nothing else; system calls are asked before /proc, which may be
 * missing or another's.
 *
 *	probe			print
 *	probe ends NUMBER	print, and end with this status
 *	probe dies NUMBER	print, and end by this signal
 *	probe wait		be there for five minutes
 *	probe dressed COMMAND	run COMMAND in unusual attributes
 *	probe awaited COMMAND	the same, while a signal is pending
 *
 * Descriptor 9 is the caller's /proc, and PROBE_CALLER in the environment the PID
 * of the process that compares.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES_MAX = 1024, TEXT_MAX = 1 << 16 };

static char *lines[LINES_MAX];
static size_t count;

static void give_up(const char *what)
{
	perror(what);
	exit(2);
}

/* In place: each run of blanks, newlines and NULs becomes one blank, none at the end. */
static void squeeze(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (!strchr(" \t\n", *from))
			*to++ = *from;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	}
	while (to > text && to[-1] == ' ')
		to--;
	*to = '\0';
}

void say(const char *key, const char *format, ...)
{
	char *value;
	va_list args;

	va_start(args, format);
	if (vasprintf(&value, format, args) < 0)
		give_up("memory");
	va_end(args);
	squeeze(value);
	if (count == LINES_MAX || asprintf(&lines[count++], "%s %s", key, value) < 0)
		give_up("too many lines");
	free(value);
}

char *proc_text(const char *path, size_t *len)
{
	static char text[TEXT_MAX];
	int fd = openat(CALLERS_PROC, path, O_RDONLY | O_CLOEXEC);
	size_t at = 0;
	ssize_t n;

	if (fd < 0)
		return NULL;
	while ((n = read(fd, text + at, sizeof(text) - 1 - at)) > 0)
		at += (size_t)n;
	close(fd);
	if (n < 0)
		return NULL;
	text[at] = '\0';
	if (len)
		*len = at;
	return text;
}

void say_own(const char *key, const char *name)
{
	char path[64];
	const char *text;

	snprintf(path, sizeof(path), "self/%s", name);
	text = proc_text(path, NULL);
	say(key, "%s", text ? text : "-");
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int print(void)
{
	qsort(lines, count, sizeof(*lines), by_text);
	for (size_t i = 0; i < count; i++)
		puts(lines[i]);
	return fflush(stdout) ? 2 : 0;
}

int main(int argc, char **argv, char **envp)
{
	if (argc == 2 && !strcmp(argv[1], "wait")) {
		sleep(300);
		return 0;
	}
	if (argc > 2 && !strcmp(argv[1], "dressed"))
		return dressed(argv + 2);
	if (argc > 2 && !strcmp(argv[1], "awaited"))
		return awaited(argv + 2);

	/* First of all, before we open anything. */
	say_descriptors();
	say_signals();
	say_program(argv, envp);
	say_relatives();
	say_attributes();
	say_ids();
	say_capabilities();
	say_user_namespace();
	say_namespaces();
	say_directories();
	say_mounts();
	say_network();
	say_clocks();
	if (print())
		return 2;
	if (argc == 3 && !strcmp(argv[1], "dies"))
		raise(atoi(argv[2]));
	return argc == 3 && !strcmp(argv[1], "ends") ? atoi(argv[2]) : 0;
}
