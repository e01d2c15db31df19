/* SPDX-License-Identifier: Apache-2.0 */
/* Words: what argv, NSEXEC and NSEXEC_FD all become. */
#ifndef NSX_WORDS_H
#define NSX_WORDS_H

#include <stddef.h>

#include "error.h"

enum {
	NSX_WORDS_MAX = 64 * 1024,  /* bytes that NSEXEC or NSEXEC_FD may bring */
	NSX_WORDS_COUNT_MAX = 4096, /* words in them */
};

/*
 * A list of words, ended by NULL; points into argv or into a store.  The slot in
 * front of the first word exists and is free: a script without "#!" is executed
 * by putting its shell there.
 */
struct nsx_words {
	char **word;
	size_t n;
};

/* Room for the words of one carrier. */
struct nsx_words_store {
	char *word[1 + NSX_WORDS_COUNT_MAX + 1]; /* one in front, see struct nsx_words */
	char bytes[NSX_WORDS_MAX + 1];		 /* one more: to see that there was too much */
};

/**
 * nsx_words_split() - split the text of NSEXEC into words
 * @text:  @len bytes, not NUL-terminated, trusted for nothing
 * @len:   length in bytes; more than NSX_WORDS_MAX is refused
 * @store: overwritten; the words point into it
 * @out:   written only on success
 * @e:     filled on failure: step WORDS, errno 0 or E2BIG, subject "byte 17: quote not closed"
 *
 * Blanks, '...', "..." and backslash as in sh(1); nothing is expanded.
 *
 * Context: any; pure; no allocation, no system call.
 * Return: 0, or -1 with @e filled.
 */
int nsx_words_split(const char *text, size_t len, struct nsx_words_store *store,
		    struct nsx_words *out, struct nsx_error *e);

/**
 * nsx_words_cut() - cut what NSEXEC_FD brought into words
 * @store: its first @len bytes are the words, each ended by a NUL byte
 *
 * A last word without its NUL means that the writer died half-way.
 *
 * Context, errors and return as above; @len 0 is an error too.
 */
int nsx_words_cut(struct nsx_words_store *store, size_t len, struct nsx_words *out,
		  struct nsx_error *e);

/* Add one to a list in a store.  Return: 0, or -1, step WORDS with E2BIG: too many. */
int nsx_words_add(struct nsx_words *words, char *word, struct nsx_error *e);

/* Step WORDS with E2BIG: more than NSX_WORDS_MAX bytes.  Return: -1. */
int nsx_words_too_long(struct nsx_error *e);

#endif
