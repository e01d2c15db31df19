/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the engine share: engine.c calls, in order, what these do. */
#ifndef NSX_ENTERING_H
#define NSX_ENTERING_H

#include "engine.h"

/* The variables of the program, if they are to be others than the caller's. */
int nsx_engine_make_environment(struct nsx_engine *en, struct nsx_error *e);

/* All facts that there are, into facts that know nothing yet. */
int nsx_engine_learn(struct nsx_engine *en, struct nsx_error *e);

/* From the facts at hand to the plan. */
int nsx_engine_make_plan(struct nsx_engine *en, enum nsx_way way, struct nsx_error *e);

/* Who watches is asked only where somebody would be born there with our user namespace. */
void nsx_engine_look_who_watches(struct nsx_engine *en);

/*
 * From the first join until exec, processes in the target could otherwise trace
 * us, or reach our files through /proc/PID/exe and /proc/PID/fd (proc(5)).  The
 * old value matters only to a host; exec makes a process dumpable by itself.  Whoever
 * shares our memory would become it too: see nsx_plan_may_share_memory().
 */
void nsx_engine_guard(struct nsx_engine *en);

/* A refused attempt has joined nothing; looking on needs our own files in /proc. */
void nsx_engine_unguard_to_look(struct nsx_engine *en);

/* For a host that goes on, unless somebody in there could reach it then. */
void nsx_engine_unguard(const struct nsx_engine *en);

#endif
