/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

#include "identity.h"

#include "config.h"
#include "nsexec/identity_text.h" /* made from the sources: NSX_SOURCES */

/* As elf(5) lays out a note; the kind of the section comes from its name. */
struct note {
	uint32_t owner_bytes, identity_bytes, type;
	char owner[(sizeof(NSX_IDENTITY_OWNER) + 3) / 4 * 4];
	struct nsx_identity identity;
};

__attribute__((used, section(".note.nsexec"), aligned(4))) static const struct note note = {
	.owner_bytes = sizeof(NSX_IDENTITY_OWNER),
	.identity_bytes = sizeof(struct nsx_identity),
	.type = NSX_IDENTITY_TYPE,
	.owner = NSX_IDENTITY_OWNER,
	.identity = { PACKAGE_VERSION " " NSX_SOURCES },
};

const struct nsx_identity *nsx_identity(void)
{
	return &note.identity;
}
