/* SPDX-License-Identifier: Apache-2.0 */
/* Report: the outcome as one JSON line for the caller's program. */
#ifndef NSX_REPORT_H
#define NSX_REPORT_H

#include "facts.h"
#include "process.h"

enum { NSX_REPORT_BYTES = 1536 }; /* a subject of control characters only, and some */

/**
 * nsx_report_success() - {"pid":N,"pid_inside":N,"namespaces":{"net":INODE,...}}
 * @rq:     says where to: its report_fd, if there is one, as a line or as bytes
 * @pid:    of the program, as the caller sees it
 * @inside: of the program, as it sees itself
 * @joins:  kinds that were joined, with their inodes in @f
 *
 * Return: 0, or -1 with @e filled (step REPORT): the caller waits for this line.
 */
int nsx_report_success(const struct nsx_request *rq, int pid, int inside, nsx_kinds joins,
		       const struct nsx_facts *f, struct nsx_error *e);

/* runc's: {"stage1_pid":N,"stage2_pid":N} */
int nsx_report_stages(int fd, int stage1, int stage2, struct nsx_error *e);

/**
 * nsx_report_error() - {"error":{"step":S,"errno":E,"subject":T}}
 * @pid: a process that the caller has to wait for all the same; then "pid":N stands
 *       behind the error; 0: none
 *
 * Best effort: stderr has it too.
 */
void nsx_report_error(const struct nsx_request *rq, const struct nsx_error *e, int pid);

#endif
