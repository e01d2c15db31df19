/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watched: may somebody in the target's PID namespace look into a process that is born there
 * with our rights, and with memory that is not its own alone?
 *
 * From outside of it we have no number there, so nobody can name us.  Who is born inside has
 * one, and whoever has CAP_SYS_PTRACE in our user namespace, or all that we may do, can open
 * its memory (ptrace(2), "Ptrace access mode checking"), dumpable or not.
 */
#ifndef NSX_WATCHED_H
#define NSX_WATCHED_H

#include "facts.h"

/**
 * nsx_watched() - ask what processes of the target may come to
 * @t, @f: the target, and what is known of it; /proc knows it by @f's PID
 *
 * The bounding set of one process need not be that of all in its PID namespace.
 *
 * Return: true also where it cannot be told.
 */
bool nsx_watched(const struct nsx_target *t, const struct nsx_facts *f);

#endif
