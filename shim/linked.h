/* SPDX-License-Identifier: Apache-2.0 */
/* Linked: names that a linker gives to places in the object that we are part of. */
#ifndef NSX_LINKED_H
#define NSX_LINKED_H

/*
 * Hidden, so that nobody has to look for them.  What is linked into a static program may
 * find that there are none; in the preload there always are, and a weak name would be an
 * address for its loader to write.
 */
#ifdef NSX_PRELOAD
#define NSX_LINKED __attribute__((visibility("hidden")))
#else
#define NSX_LINKED __attribute__((weak, visibility("hidden")))
#endif

#endif
