/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parser: what the files that make up options.h share.  options.c reads the words,
 * apply_*.c say what each option means, by subject, and option_checks.c what they
 * mean together.
 */
#ifndef NSX_PARSER_H
#define NSX_PARSER_H

#include "options.h"

struct nsx_parser {
	enum nsx_dialect dialect;
	struct nsx_request rq;
	bool seen[NSX_OPT_COUNT];
	struct nsx_error *e;
};

/* "options: WHAT (WORD)".  Return: -1. */
int nsx_parser_fail(struct nsx_parser *p, const char *what, const char *word);

/* "options: WHAT (--NAME)": as errors call an option, however it was typed. */
int nsx_parser_fail_option(struct nsx_parser *p, const char *what, enum nsx_option opt);

/* "options: --NAME TAKES (VALUE)" */
int nsx_parser_fail_value(struct nsx_parser *p, enum nsx_option opt, const char *takes,
			  const char *value);

/* Read @value as a number from 0 to @max.  Return: 0, or -1 with the error filled. */
int nsx_parser_number(struct nsx_parser *p, enum nsx_option opt, const char *value, uint64_t max,
		      uint64_t *out);

/* Read @value as a user or group id. */
int nsx_parser_id(struct nsx_parser *p, enum nsx_option opt, const char *value, struct nsx_id *out);

/* Add @value to what was said of @of.  Return: 0, or -1 with the error filled: too many. */
int nsx_parser_say(struct nsx_parser *p, enum nsx_option opt, enum nsx_said_of of,
		   const char *value);

/**
 * nsx_apply_*() - what an option of that subject means
 * @value: NULL if there is none, never empty
 *
 * Return: 0, or -1 with the error filled.
 */
int nsx_apply_joining(struct nsx_parser *p, enum nsx_option opt, const char *value);
int nsx_apply_creating(struct nsx_parser *p, enum nsx_option opt, const char *value);
int nsx_apply_becoming(struct nsx_parser *p, enum nsx_option opt, const char *value);
int nsx_apply_environment(struct nsx_parser *p, enum nsx_option opt, const char *value);
int nsx_apply_credentials(struct nsx_parser *p, enum nsx_option opt, const char *value);
int nsx_apply_limits(struct nsx_parser *p, enum nsx_option opt, const char *value);
int nsx_apply_running(struct nsx_parser *p, enum nsx_option opt, const char *value);

/* What a letter or a long name stands for, and in which form it takes what it takes. */
struct nsx_meaning {
	enum nsx_option opt; /* NSX_OPT_COUNT: nothing */
	enum nsx_takes takes;
	enum nsx_kind create; /* for NSX_OPT_UNSHARE by its kind; else NSX_KIND_COUNT */
};

/**
 * nsx_unshare_letter() - what a letter means to unshare(1)
 * nsx_unshare_name()   - what a long name means to it, up to its '=' or end
 *
 * Return: false: nothing else than to us.
 */
bool nsx_unshare_letter(char letter, struct nsx_meaning *out);
bool nsx_unshare_name(const char *name, struct nsx_meaning *out);

/* Create a namespace of @kind; @file: to persist in, or NULL. */
int nsx_parser_create(struct nsx_parser *p, enum nsx_kind kind, const char *file);

/* What only all options together can tell: conflicts, and what is missing. */
int nsx_options_check(struct nsx_parser *p);

#endif
