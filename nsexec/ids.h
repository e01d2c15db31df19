/* SPDX-License-Identifier: Apache-2.0 */
/* Ids of another process, in the kernel's own words.  Pure. */
#ifndef NSX_IDS_H
#define NSX_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "idmap.h"

enum { NSX_GROUPS_MAX = 256 /* supplementary groups that are taken over */ };

/* The numbers of one line of /proc/PID/status. */
struct nsx_ids {
	size_t n;
	uint32_t id[NSX_GROUPS_MAX];
};

/* Of line "@name\t1 2 3\n".  Return: false: no such line, or too many numbers. */
bool nsx_status_ids(const char *status, const char *name, struct nsx_ids *out);

/* The next line of a map as the kernel shows it.  Return: false: @at is at none. */
bool nsx_map_next(const char **at, struct nsx_range *out);

/* What @outside is called inside, by lines "INSIDE OUTSIDE COUNT".  Return: false: nothing. */
bool nsx_map_inside(const char *map, uint32_t outside, uint32_t *inside);

/* Does such a map give @inside a meaning? */
bool nsx_map_has(const char *map, uint32_t inside);

#endif
