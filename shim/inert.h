/* SPDX-License-Identifier: Apache-2.0 */
/* Inert: what runs in each and every process that loads us, most of which ask nothing. */
#ifndef NSX_INERT_H
#define NSX_INERT_H

/*
 * Linkers put such functions in front of the others, and so, in the preload, beside what
 * the loader reads: no page is touched for them alone.  They use no constants that would
 * lie elsewhere, and call nothing but each other before something is asked.
 */
#define NSX_INERT __attribute__((hot))

/* What they call then: else its frame would be part of theirs. */
#define NSX_ASKED __attribute__((noinline))

#endif
