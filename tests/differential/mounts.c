/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of mounts, without the numbers that differ from one copy of it to the next. */
#define _GNU_SOURCE
#include "probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a line of mountinfo: see proc(5). */
enum { FIELD_ROOT = 3, FIELD_POINT, FIELD_OPTIONS, FIELD_TAGS, FIELDS_MAX = 20 };

static size_t split(char *line, char **field)
{
	size_t n = 0;

	for (char *it = strtok(line, " "); it && n < FIELDS_MAX; it = strtok(NULL, " "))
		field[n++] = it;
	return n;
}

/* "net:[4026532332]" is the root of a mount that keeps a namespace: but which one? */
static void forget_inode(char *root)
{
	char *bracket = strstr(root, ":[");

	if (bracket)
		bracket[1] = '\0';
}

/* "shared:12 master:3" without the numbers of the peer groups; returns the field behind. */
static size_t propagation(char **field, size_t n, char *out)
{
	size_t i = FIELD_TAGS, at = 0;

	out[0] = '\0';
	for (; i < n && strcmp(field[i], "-"); i++) {
		field[i][strcspn(field[i], ":")] = '\0';
		at += (size_t)sprintf(out + at, "%s%s", at ? "+" : "", field[i]);
	}
	if (!at)
		strcpy(out, "private");
	return i + 1;
}

static void say_mount(char *line, char **seen, size_t nth)
{
	char *field[FIELDS_MAX] = { NULL }, key[4200], tags[256];
	size_t n = split(line, field), type, times = 1;

	if (n < FIELD_TAGS)
		return;
	type = propagation(field, n, tags);
	if (type + 2 >= n)
		return;
	for (size_t i = 0; i < nth; i++)
		times += !strcmp(seen[i], field[FIELD_POINT]);
	seen[nth] = field[FIELD_POINT];
	forget_inode(field[FIELD_ROOT]);
	snprintf(key, sizeof(key), "mount:%s#%zu", field[FIELD_POINT], times);
	say(key, "%s from %s of %s, %s, %s, %s", field[type], field[FIELD_ROOT], field[type + 1],
	    tags, field[FIELD_OPTIONS], field[type + 2]);
}

void say_mounts(void)
{
	static char *lines[512], *seen[512];
	char *text = proc_text("self/mountinfo", NULL);
	size_t n = 0;

	for (char *it = text ? strtok(text, "\n") : NULL; it && n < 512; it = strtok(NULL, "\n"))
		lines[n++] = it;
	for (size_t i = 0; i < n; i++) {
		seen[i] = "";
		say_mount(lines[i], seen, i);
	}
}
