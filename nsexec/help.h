/* SPDX-License-Identifier: Apache-2.0 */
/* Help: what the command says about itself. */
#ifndef NSX_HELP_H
#define NSX_HELP_H

#include "request.h"
#include "error.h"

/* Print what @show asks for on standard output.  Step REPORT if it cannot be written. */
int nsx_help(enum nsx_show show, struct nsx_error *e);

#endif
