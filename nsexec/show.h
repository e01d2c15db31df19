/* SPDX-License-Identifier: Apache-2.0 */
/* Show: the plan as a table for people. */
#ifndef NSX_SHOW_H
#define NSX_SHOW_H

#include "engine.h"
#include "text.h"

/**
 * nsx_show() - write a whole text to standard output
 * @e: step REPORT; a closed or full output is an error, never silence
 */
int nsx_show(const char *text, size_t len, struct nsx_error *e);

/**
 * nsx_show_plan() - print what would be done: act, kind, inode, owner
 * @en: after nsx_engine_look()
 */
int nsx_show_plan(const struct nsx_engine *en, struct nsx_error *e);

#endif
