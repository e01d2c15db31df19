/* SPDX-License-Identifier: Apache-2.0 */
/* What runc's own constructor would do, for each object of ours that has one. */
#ifndef NSX_AS_RUNC_H
#define NSX_AS_RUNC_H

#include "auxv.h"
#include "initpipe.h"

/**
 * nsx_as_runc() - carry out a bootstrap
 * @p:    what is asked, from nsx_initpipe_find()
 * @auxv: of this process
 *
 * Once in a process, which is for the caller to see to: runc's variables stay, since its
 * Go half reads them too.
 *
 * Left: true in stage-2; false in a process of which nothing may be asked, since it
 * has more privileges than its caller.  A failure ends the process with status 1.
 */
bool nsx_as_runc(const struct nsx_initpipe *p, const struct nsx_auxv *auxv);

#endif
