/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runc: the three stages of its bootstrap.
 *
 *	caller ──── stage-0, the process that it made: writes from outside, replies, ends
 *	       ├─── stage-1, its sibling: joins and creates, ends
 *	       └─── stage-2, their sibling: leads a session, is root, goes on as the host
 *
 * Where nothing has to be written from outside, stage-0 joins and creates by itself,
 * and stage-1 ends as soon as it has begun.
 */
#ifndef NSX_RUNC_H
#define NSX_RUNC_H

#include "log.h"
#include "request.h"

/* Log what callers look for at debug level, before there are stages. */
void nsx_runc_begin(const struct nsx_log *log);

/**
 * nsx_runc_enter() - do what runc's message asks for
 * @rq:       from nsx_bootstrap_decode()
 * @initpipe: where the reply goes
 * @log:      errors are logged here
 *
 * A stage ends when its channel to stage-0 does, so none of them outlives a stage-0
 * that fails or is killed before it has replied; stage-2 goes on only after that.  That
 * all went well is told by stage-0's exit status, as runc does it.
 *
 * Entered: in stage-0, one thread.
 * Left:    0 in stage-2 alone.  -1: this stage has failed, and must end.
 */
int nsx_runc_enter(const struct nsx_request *rq, int initpipe, const struct nsx_log *log);

#endif
