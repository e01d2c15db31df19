/* SPDX-License-Identifier: Apache-2.0 */
/* What --plan says about acts that change what the program may do. */
#ifndef NSX_SHOW_STANDING_H
#define NSX_SHOW_STANDING_H

#include "plan.h"

/* Write it.  Return: false: the act is about something else. */
bool nsx_show_standing(struct nsx_text *t, const struct nsx_act *act, const struct nsx_facts *f);

#endif
