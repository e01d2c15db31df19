/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities: their names, and sets of them as they are typed.  Pure. */
#ifndef NSX_CAPS_H
#define NSX_CAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

enum {
	NSX_CAP_SETPCAP = 8,
	NSX_CAP_SYS_RESOURCE = 24,
	NSX_CAP_NAMED = 41, /* those that have a name here; newer ones have their number */
	NSX_CAP_MAX = 63,
};

/* A set of capabilities: one bit each, as the kernel numbers them. */
typedef uint64_t nsx_caps;

#define NSX_CAP_BIT(cap) ((nsx_caps)1 << (cap))

/* What a typed set begins with. */
enum nsx_caps_from {
	NSX_CAPS_AS_IT_IS, /* what it would be, were it not typed */
	NSX_CAPS_NONE,
	NSX_CAPS_ALL, /* that can be had */
	NSX_CAPS_TARGET,
};

/* A set as it is typed, for what is not known before the target is looked at. */
struct nsx_cap_set {
	bool given;
	enum nsx_caps_from from;
	nsx_caps add, drop; /* disjoint */
};

/**
 * nsx_caps_parse() - understand "net_admin,CAP_CHOWN,12", "all,-sys_admin", "+kill", "none"
 * @out: written only on success
 * @bad: if an item is not understood, this is where it is written
 *
 * Items are separated by commas.  "all", "none" and "target" can only be the first.
 * A set that begins with a sign is what it would be otherwise, but for the items, which
 * all have a sign then, as in setpriv(1); "+all" and "-all" forget what came before.
 *
 * Context: any; pure.
 * Return: NULL, or what is wrong.
 */
const char *nsx_caps_parse(const char *text, struct nsx_cap_set *out, struct nsx_text *bad);

/* The set, once it is known what it is to be made from. */
nsx_caps nsx_caps_of(const struct nsx_cap_set *set, nsx_caps as_it_is, nsx_caps all,
		     nsx_caps target);

/* The first of a set that is not empty. */
unsigned nsx_caps_first(nsx_caps set);

/* "cap_net_admin", or "cap 63". */
void nsx_cap_put(struct nsx_text *t, unsigned cap);

/* "none", "cap_chown,cap_kill", "all", "all but cap_sys_admin"; @known: all that there are. */
void nsx_caps_put(struct nsx_text *t, nsx_caps set, nsx_caps known);

#endif
