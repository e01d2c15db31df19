/* SPDX-License-Identifier: Apache-2.0 */
#include "how_rows.h"

#define MEMBER_BYTES(member) sizeof(((struct nsexec_options *)0)->member)

#define ROW_OF(member, says, opt)                                                         \
	{ offsetof(struct nsexec_options, member), MEMBER_BYTES(member), NSX_SAYS_##says, \
	  NSX_OPT_##opt },
#define BYTES_OF(member, says, opt) char member[MEMBER_BYTES(member)];

const struct nsx_how_row nsx_how_rows[NSX_HOW_ROWS] = { NSX_HOW_MEMBERS(ROW_OF) };

/* All of it, without anything between. */
struct bytes {
	BYTES_OF(size, , )
	BYTES_OF(words, , )
	NSX_HOW_MEMBERS(BYTES_OF)
	BYTES_OF(reserved, , )
};

/* A hole would be garbage of the caller, where a later version has a member perhaps. */
_Static_assert(sizeof(struct nsexec_options) == sizeof(struct bytes),
	       "struct nsexec_options has a hole, or a member without a row");
