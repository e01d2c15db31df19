/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identity: by which the command knows the preload that was built with it.  Both carry it as
 * a note (elf(5)); the constructor says it in its answer.
 */
#ifndef NSX_IDENTITY_H
#define NSX_IDENTITY_H

#include <stdint.h>

#define NSX_IDENTITY_OWNER "nsexec"

enum { NSX_IDENTITY_TYPE = 1, NSX_IDENTITY_BYTES = 64 };

/* Version, and checksum and length of the sources; the rest is NUL. */
struct nsx_identity {
	char text[NSX_IDENTITY_BYTES];
};

const struct nsx_identity *nsx_identity(void);

/* What the constructor says on the descriptor of NSEXEC_ANSWER, "FD:NONCE". */
struct nsx_answer {
	uint64_t nonce;
	struct nsx_identity identity;
};

#endif
