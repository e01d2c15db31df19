/* SPDX-License-Identifier: Apache-2.0 */
/* Signals by name. */
#ifndef NSX_SIGNAME_H
#define NSX_SIGNAME_H

/* "TERM", "SIGTERM", in any case, or a number from 1 to 64.  Return: its number; 0: none. */
int nsx_signal_by_name(const char *text);

#endif
