/* SPDX-License-Identifier: Apache-2.0 */
/* Carriers: where the words of a host program come from. */
#ifndef NSX_CARRIER_H
#define NSX_CARRIER_H

#include <stdbool.h>

#include "words.h"

/* Values of our variables; NULL: absent or empty. */
struct nsx_carrier {
	const char *words;  /* NSEXEC */
	const char *fd;	    /* NSEXEC_FD */
	const char *log;    /* NSEXEC_LOG */
	const char *answer; /* NSEXEC_ANSWER */
	const char *path;   /* NSEXEC_PATH */
};

/**
 * nsx_carrier_find() - is anything asked of us?
 *
 * Context: any; no system call: almost every process that loads us is not ours.
 * Return: true if there is a carrier of words.
 */
bool nsx_carrier_find(char *const *env, struct nsx_carrier *out);

/**
 * nsx_carrier_read() - have the words
 * @store: holds them afterwards; nothing points into the environment any more
 * @e:     step READ or WORDS
 *
 * Reads NSEXEC_FD until end of file, however slowly it comes, and closes it.
 */
int nsx_carrier_read(const struct nsx_carrier *c, struct nsx_words_store *store,
		     struct nsx_words *out, struct nsx_error *e);

#endif
