/* SPDX-License-Identifier: Apache-2.0 */
/* Maps: what is to be written for new user and time namespaces, from request and kernel. */
#ifndef NSX_MAPS_H
#define NSX_MAPS_H

#include "facts.h"
#include "idmap.h"
#include "request.h"

enum { NSX_MAP_TOOL_BYTES = 256, NSX_OFFSETS_BYTES = 96 };

/* @outside points to the texts behind it, which are not initialised. */
struct nsx_maps {
	struct nsx_outside outside;
	bool alone; /* nothing but our own ids: no process has to stay outside for them */
	char uid_map[NSX_IDMAP_BYTES];
	char gid_map[NSX_IDMAP_BYTES];
	char newuidmap[NSX_MAP_TOOL_BYTES];
	char newgidmap[NSX_MAP_TOOL_BYTES];
	char offsets[NSX_OFFSETS_BYTES];
};

/**
 * nsx_maps_make() - find out what to write
 * @t, @f: target and complete facts
 * @envp:  PATH in there says where newuidmap(1) and newgidmap(1) are
 * @m:     overwritten
 * @e:     step MAP
 *
 * Reads /etc/passwd, /etc/group, /etc/subuid, /etc/subgid and uid_map files, as far as
 * they are needed.
 */
int nsx_maps_make(const struct nsx_request *rq, struct nsx_target *t, const struct nsx_facts *f,
		  char *const *envp, struct nsx_maps *m, struct nsx_error *e);

#endif
