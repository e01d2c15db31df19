/* SPDX-License-Identifier: Apache-2.0 */
/* Files: what a program is to have as descriptors, opened out here before anything changes. */
#ifndef NSX_FILES_H
#define NSX_FILES_H

#include "error.h"
#include "nsexec.h"

/* Are all actions such as there are?  Step OPTIONS. */
int nsx_files_check(const struct nsexec_program *p, struct nsx_error *e);

/* The first descriptor that is above all that are named; at least 3. */
int nsx_files_above(const struct nsexec_program *p);

/* Open above @above: @opened has an element for each file.  On failure nothing is left open. */
int nsx_files_open(const struct nsexec_program *p, int above, int *opened, struct nsx_error *e);

void nsx_files_close(const struct nsexec_program *p, int *opened);

#endif
