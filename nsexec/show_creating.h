/* SPDX-License-Identifier: Apache-2.0 */
/* What --plan says about acts that create, and about what is done in what is new. */
#ifndef NSX_SHOW_CREATING_H
#define NSX_SHOW_CREATING_H

#include "plan.h"
#include "text.h"

/* Write it.  Return: false: the act is about something else. */
bool nsx_show_creating(struct nsx_text *t, const struct nsx_act *act, const struct nsx_outside *o,
		       const struct nsx_request *rq);

#endif
