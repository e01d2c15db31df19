/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

#include "as_runc.h"

#include "bootstrap.h"
#include "gate.h"
#include "runc.h"
#include "sys_process.h"
#include "trace.h"

enum { EXIT_BOOTSTRAP_FAILED = 1 }; /* runc's */

static _Noreturn void end(const struct nsx_log *log, const struct nsx_error *e)
{
	nsx_log_error(log, e);
	nsx_sys_exit(EXIT_BOOTSTRAP_FAILED);
}

bool nsx_as_runc(const struct nsx_initpipe *p, const struct nsx_auxv *auxv)
{
	struct nsx_error e = { 0 };
	struct nsx_request rq;
	struct nsx_message m;
	struct nsx_log log = nsx_log_default();
	struct nsx_trace trace; /* @log's */
	int pipe;

	switch (nsx_gate(auxv, &e)) {
	case NSX_GATE_IGNORE:
		nsx_log(&log, NSX_LOG_ERROR,
			"_LIBCONTAINER_INITPIPE is ignored: the program has more privileges than "
			"its caller",
			NULL);
		return false;
	case NSX_GATE_REFUSE:
	case NSX_GATE_ENTER:
		break;
	}
	if (nsx_initpipe_log(p, &log, &e) < 0 || e.step != NSX_STEP_NONE)
		end(&log, &e);
	nsx_trace_begin(&trace, &log, p->trace);
	nsx_runc_begin(&log);
	if (nsx_initpipe_read(p, &pipe, &m, &e) < 0 ||
	    nsx_bootstrap_decode(m.bytes, m.len, &rq, &e) < 0 ||
	    nsx_trace_open(&log, NSX_STEP_MESSAGE, p->trace, "stage-0", false, &e) < 0)
		end(&log, &e);
	if (nsx_runc_enter(&rq, pipe, &log) < 0)
		nsx_sys_exit(EXIT_BOOTSTRAP_FAILED); /* it has logged why */
	nsx_message_free(&m);
	return true;
}
