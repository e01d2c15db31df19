/* SPDX-License-Identifier: Apache-2.0 */
/* Starter: the command starts a host with the preload, and never one without. */
#ifndef NSX_STARTER_H
#define NSX_STARTER_H

#include "engine.h"
#include "words.h"

/**
 * nsx_starter_look() - may the host be started so?  Nothing has begun.
 * @words:  of the command, whose program is the host
 *
 * Left: what the constructor will plan can be planned here too (nsx_engine_look()).
 */
int nsx_starter_look(struct nsx_engine *en, struct nsx_error *e);

/**
 * nsx_starter_run() - start the host, see that the constructor has it, hand the words over
 *
 * Left: in the first process never, since it waits for the host; in the host's only on
 * failure.  -1: @e filled, and there is no host any more.
 */
int nsx_starter_run(struct nsx_engine *en, const struct nsx_words *words, struct nsx_error *e);

#endif
