/* SPDX-License-Identifier: Apache-2.0 */
/*
 * needs PROGRAM: print what a program needs where its files are not, a line each:
 *
 *	program PATH
 *	OVER|MERGE|IF_NONE|HIDE FROM TO
 *	DIRECTORY MODE TO
 *
 * with "optional " in front of what it may do without.  With a number in REPEAT: find that
 * out so many times, and print the microseconds of one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "needs.h"

extern char **environ;

static struct nsx_grafts grafts;

static int find_out(const char *program, struct nsx_needs *needs)
{
	struct nsx_error e = { 0 };
	char text[512];

	nsx_needs_init(needs);
	nsx_grafts_init(&grafts);
	if (nsx_needs_program(program, environ, needs, &e) == 0 &&
	    nsx_needs_grafts(needs, environ, &grafts, &e) == 0)
		return 0;
	nsx_error_text(&e, text, sizeof(text));
	(void)fprintf(stderr, "%s\n", text);
	return nsx_error_status(&e);
}

static void print(const struct nsx_needs *needs)
{
	static const char *const how[] = { "OVER", "MERGE", "IF_NONE", "HIDE", "DIRECTORY" };

	printf("program %s\n", needs->path);
	for (size_t i = 0; i < grafts.n; i++) {
		const struct nsx_graft *graft = &grafts.at[i];

		printf("%s%s ", graft->optional ? "optional " : "", how[graft->how]);
		if (graft->from)
			printf("%s %s\n", graft->from, graft->to);
		else
			printf("%o %s\n", graft->mode, graft->to);
	}
}

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	static struct nsx_needs needs;
	const char *repeat = getenv("REPEAT");
	const int n = repeat ? (int)strtol(repeat, NULL, 10) : 0;
	const double before = now();
	int rc = 125;

	for (int i = 0; argc == 2 && i <= n; i++) {
		rc = find_out(argv[1], &needs);
		nsx_needs_close(&needs);
	}
	if (rc == 0 && n)
		printf("%.0f\n", (now() - before) / (n + 1));
	else if (rc == 0)
		print(&needs);
	return rc;
}
