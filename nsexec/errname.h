/* SPDX-License-Identifier: Apache-2.0 */
/* Names and texts of errno values, since there is no libc to ask. */
#ifndef NSX_ERRNAME_H
#define NSX_ERRNAME_H

#include <stddef.h>

/**
 * nsx_errname() - symbol of an errno value: "EPERM"
 * nsx_errtext() - its meaning: "Operation not permitted"
 * @err: positive errno
 *
 * Context: any; pure.
 * Return: static text, never NULL; "E?" for a number that Linux does not use.
 */
const char *nsx_errname(int err);
const char *nsx_errtext(int err);

#endif
