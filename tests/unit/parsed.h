/* SPDX-License-Identifier: Apache-2.0 */
/* Words as a user types them, and the request or the refusal that they become. */
#ifndef PARSED_H
#define PARSED_H

#include <string.h>

#include "options.h"
#include "unit.h"

enum { WORDS_MAX = 12, FILLER = 0x55 };

static char *argument[1 + WORDS_MAX];
static struct nsx_request rq;
static struct nsx_error error;
static char text[512];

/*
 * The words of @line, which are separated by blanks; "_" stands for an empty one.
 * They stay until the next call but one, so that two requests can be compared.
 */
static inline int parse(const char *line)
{
	static char bufs[2][512];
	static int turn;
	char *buf = bufs[turn ^= 1];
	struct nsx_words words = { .word = argument + 1 };
	char *save = NULL;

	(void)snprintf(buf, sizeof(bufs[0]), "%s", line);
	for (char *w = strtok_r(buf, " ", &save); w; w = strtok_r(NULL, " ", &save))
		words.word[words.n++] = strcmp(w, "_") ? w : w + 1;
	words.word[words.n] = NULL;
	memset(&error, 0, sizeof(error));
	memset(&rq, FILLER, sizeof(rq));
	return nsx_options_parse(&words, NSX_DIALECT_OURS, &rq, &error);
}

/* What the user reads. */
static inline const char *refusal(const char *line)
{
	unit_case = line;
	check_int(parse(line), -1);
	check_int(error.step, NSX_STEP_OPTIONS);
	check_int(error.err, 0);
	nsx_error_text(&error, text, sizeof(text));
	return text;
}

static inline bool accepted(const char *line)
{
	unit_case = line;
	if (parse(line) == 0)
		return true;
	nsx_error_text(&error, text, sizeof(text));
	return check_text(text, "no error");
}

#endif
