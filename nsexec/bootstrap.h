/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bootstrap: runc's message, decoded into a request.
 *
 * A netlink message in native byte order: a header of 16 bytes, then attributes,
 * each of a header of 4 bytes (u16 length, the header included; u16 type), a value,
 * and padding to a multiple of 4.
 */
#ifndef NSX_BOOTSTRAP_H
#define NSX_BOOTSTRAP_H

#include "error.h"
#include "request.h"

enum {
	NSX_BOOTSTRAP_HEADER = 16,	/* bytes */
	NSX_BOOTSTRAP_MAX = 1024 * 1024 /* bytes of a whole message */
};

/**
 * nsx_bootstrap_length() - how many bytes follow the header?
 * @header: NSX_BOOTSTRAP_HEADER bytes, trusted for nothing
 * @out:    written only on success; at most NSX_BOOTSTRAP_MAX less the header
 * @e:      step MESSAGE
 *
 * Context: any; pure.
 */
int nsx_bootstrap_length(const char *header, size_t *out, struct nsx_error *e);

/**
 * nsx_bootstrap_decode() - turn what follows the header into a request
 * @bytes: @len bytes, trusted for nothing; lists in them are cut into strings in place
 * @len:   length in bytes
 * @out:   written only on success; its strings point into @bytes
 * @e:     step MESSAGE, errno 0, subject "byte 20: ...", counted from the header on
 *
 * Of an attribute that is there twice the last one counts.
 *
 * Context: any; pure; no allocation, no system call.
 */
int nsx_bootstrap_decode(char *bytes, size_t len, struct nsx_request *out, struct nsx_error *e);

#endif
