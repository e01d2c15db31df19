/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <errno.h>

#include "signals.h"
#include "sys_fd.h"
#include "text.h"

/* Return: 0 or -errno. */
static long write_all(int fd, const char *at, size_t left)
{
	while (left) {
		long rc = nsx_sys_write(fd, at, left);

		if (rc <= 0)
			return rc ? rc : -EIO;
		at += rc;
		left -= (size_t)rc;
	}
	return 0;
}

static int put(int fd, const char *bytes, size_t len, struct nsx_error *e)
{
	uint64_t old;
	long rc;

	nsx_signals_hold_pipe(&old);
	rc = write_all(fd, bytes, len);
	nsx_signals_release_pipe(&old, rc == -EPIPE);
	if (rc == 0)
		return 0;
	return nsx_fail_number(e, NSX_STEP_REPORT, (int)-rc, "write it", "descriptor ",
			       (uint64_t)fd, "");
}

static int put_bytes(const struct nsx_request *rq, const struct nsx_outcome *out,
		     struct nsx_error *e)
{
	return put(rq->report_fd, (const char *)out, sizeof(*out), e);
}

int nsx_report_success(const struct nsx_request *rq, int pid, int inside, nsx_kinds joins,
		       const struct nsx_facts *f, struct nsx_error *e)
{
	char line[NSX_REPORT_BYTES];
	struct nsx_text t = nsx_text_on(line, sizeof(line));
	const char *between = "";

	if (rq->report_fd == NSX_NOFD)
		return 0;
	if (rq->report_bytes)
		return put_bytes(rq, &(struct nsx_outcome){ .pid = pid, .inside = inside }, e);
	nsx_text_str(&t, "{\"pid\":");
	nsx_text_i64(&t, pid);
	nsx_text_str(&t, ",\"pid_inside\":");
	nsx_text_i64(&t, inside);
	nsx_text_str(&t, ",\"namespaces\":{");
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		if (!(joins & NSX_KIND_BIT(k)))
			continue;
		nsx_text_str(&t, between);
		nsx_text_json(&t, nsx_kind_table[k].name);
		nsx_text_str(&t, ":");
		nsx_text_u64(&t, f->ns[k].theirs.ino);
		between = ",";
	}
	nsx_text_str(&t, "}}\n");
	return put(rq->report_fd, t.buf, t.len, e);
}

int nsx_report_stages(int fd, int stage1, int stage2, struct nsx_error *e)
{
	char line[80];
	struct nsx_text t = nsx_text_on(line, sizeof(line));

	nsx_text_str(&t, "{\"stage1_pid\":");
	nsx_text_i64(&t, stage1);
	nsx_text_str(&t, ",\"stage2_pid\":");
	nsx_text_i64(&t, stage2);
	nsx_text_str(&t, "}\n");
	return put(fd, t.buf, t.len, e);
}

void nsx_report_error(const struct nsx_request *rq, const struct nsx_error *error, int pid)
{
	char line[NSX_REPORT_BYTES];
	struct nsx_text t = nsx_text_on(line, sizeof(line));
	struct nsx_error ignored = { 0 };

	if (rq->report_fd == NSX_NOFD)
		return;
	if (rq->report_bytes) {
		(void)put_bytes(rq, &(struct nsx_outcome){ .pid = pid, .error = *error },
				&ignored); /* whoever waits for it sees its end */
		return;
	}
	nsx_text_str(&t, "{\"error\":{\"step\":");
	nsx_text_json(&t, nsx_step_name(error->step));
	nsx_text_str(&t, ",\"errno\":");
	nsx_text_i64(&t, error->err);
	nsx_text_str(&t, ",\"subject\":");
	nsx_text_json(&t, error->subject);
	nsx_text_str(&t, "}");
	if (pid) {
		nsx_text_str(&t, ",\"pid\":");
		nsx_text_i64(&t, pid);
	}
	nsx_text_str(&t, "}\n");
	(void)put(rq->report_fd, t.buf, t.len, &ignored); /* best effort: stderr has the same */
}
