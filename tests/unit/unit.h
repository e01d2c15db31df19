/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A unit test is a function full of checks, with a sentence that says what they
 * prove.  It prints "ok - sentence", or "not ok - sentence: the first check that
 * failed", or "ok - sentence # SKIP reason" where unit_skip() was called.  A program
 * of tests is a main() of unit() lines that ends in unit_end().
 */
#ifndef UNIT_H
#define UNIT_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char unit_reason[8192];	   /* of the test at hand; empty: nothing has failed yet */
static const char *unit_case = ""; /* which row of a table, say, is being checked */
static const char *unit_skipped;   /* why the test at hand cannot be made here, or NULL */
static int unit_failures;

/* True if it holds, so that a test can stop where going on makes no sense. */
#define check(claim) unit_check((claim), __LINE__, "not so", #claim, NULL)
#define check_int(got, want) unit_check_int((intmax_t)(got), (intmax_t)(want), __LINE__, #got)
#define check_text(got, want) unit_check_text((got), (want), __LINE__, #got)

static inline bool unit_check(bool holds, int line, const char *what, const char *got,
			      const char *want)
{
	char number[16];
	const char *const parts[] = {
		number, unit_case, *unit_case ? ": " : "", what,
		": ",	got,	   want ? ", not " : "",   want ? want : "",
	};

	if (holds || unit_reason[0])
		return holds;
	(void)snprintf(number, sizeof(number), "line %d: ", line);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		strncat(unit_reason, parts[i], sizeof(unit_reason) - 1 - strlen(unit_reason));
	return false;
}

static inline bool unit_check_int(intmax_t got, intmax_t want, int line, const char *what)
{
	char g[32], w[32];

	(void)snprintf(g, sizeof(g), "%" PRIdMAX, got);
	(void)snprintf(w, sizeof(w), "%" PRIdMAX, want);
	return unit_check(got == want, line, what, g, w);
}

static inline bool unit_check_text(const char *got, const char *want, int line, const char *what)
{
	const bool same = got && want ? strcmp(got, want) == 0 : got == want;

	return unit_check(same, line, what, got ? got : "NULL", want ? want : "NULL");
}

static inline void unit_skip(const char *reason)
{
	unit_skipped = reason;
}

/* One line, whatever there is in the texts that were compared. */
static inline void unit(const char *sentence, void (*test)(void))
{
	unit_reason[0] = '\0';
	unit_case = "";
	unit_skipped = NULL;
	test();
	printf("%sok - %s%s", unit_reason[0] ? "not " : "", sentence, unit_reason[0] ? ": " : "");
	for (const char *c = unit_reason; *c; c++)
		printf((unsigned char)*c < 0x20 ? "\\x%02x" : "%c", (unsigned char)*c);
	if (unit_skipped && !unit_reason[0])
		printf(" # SKIP %s", unit_skipped);
	printf("\n");
	(void)fflush(stdout);
	unit_failures += unit_reason[0] != '\0';
}

static inline int unit_end(void)
{
	return unit_failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
