/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Id maps: which ids of a user namespace stand for which outside of it, as
 * user_namespaces(7) has them.  Pure.
 */
#ifndef NSX_IDMAP_H
#define NSX_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

/* Ids @inside, @inside + 1, ... are @outside, @outside + 1, ...; @count of them. */
struct nsx_range {
	uint32_t inside;
	uint32_t outside;
	uint32_t count;
};

/* In place of numbers: ranges that are looked up. */
enum nsx_range_word {
	NSX_RANGE_NUMBERS,
	NSX_RANGE_AUTO,	  /* the first range of subordinate ids, from 0 on */
	NSX_RANGE_SUBIDS, /* all subordinate ids, each called as outside */
	NSX_RANGE_ALL,	  /* all ids that there are, each called as outside */
};

enum nsx_range_word nsx_range_word(const char *text);

/**
 * nsx_range_parse() - "INSIDE:OUTSIDE:COUNT", or as older unshare(1) "OUTSIDE,INSIDE,COUNT"
 *
 * Return: 0; -1: something else, or more ids than there are.
 */
int nsx_range_parse(const char *text, struct nsx_range *out);

enum {
	NSX_IDMAP_MAX = 340,	 /* ranges in one map (Linux 4.15); see user_namespaces(7) */
	NSX_IDMAP_BYTES = 12288, /* that many lines of three numbers of ten digits */
};

/* A map that is being made; but for the ranges all zero at first. */
struct nsx_idmap {
	bool own;  /* the first range is our own id */
	bool full; /* more ranges than NSX_IDMAP_MAX */
	size_t n;
	struct nsx_range range[NSX_IDMAP_MAX];
};

/**
 * nsx_idmap_own() - let one id of ours be called @inside; before all ranges
 * nsx_idmap_add() - let a whole range be called so too
 *
 * One id cannot be two on either side: what of a range collides with our own is left
 * out, and the ids of its two sides without that are paired in their order.
 */
void nsx_idmap_own(struct nsx_idmap *map, uint32_t inside, uint32_t outside);
void nsx_idmap_add(struct nsx_idmap *map, const struct nsx_range *range);

/* As the kernel reads it: lines "INSIDE OUTSIDE COUNT". */
void nsx_idmap_text(const struct nsx_idmap *map, struct nsx_text *t);

#endif
