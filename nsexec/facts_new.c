/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about namespaces that are created. */
#include <errno.h>

#include "facts.h"
#include "sys_file.h"
#include "text.h"

/* A namespace that only children get. */
static bool of_children(enum nsx_kind kind)
{
	return kind == NSX_PID || kind == NSX_TIME;
}

/* Maps, offsets and the report are about files of ours in there. */
static int open_proc(const struct nsx_request *rq, struct nsx_facts *f, struct nsx_error *e)
{
	const nsx_kinds written = NSX_KIND_BIT(NSX_USER) | NSX_KIND_BIT(NSX_TIME);
	const bool grafts = rq->grafts || rq->host;
	const bool reopened =
		((rq->unshare & NSX_KIND_BIT(NSX_MNT)) || grafts) && (rq->root || rq->wd);

	if (!(rq->unshare & written) && rq->report_fd == NSX_NOFD && !reopened)
		return 0;
	if (f->proc == NSX_NOFD)
		f->proc = nsx_fd_openat(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY);
	if (f->proc < 0) {
		(void)nsx_fail(e, NSX_STEP_OPEN, -f->proc, "/proc", NULL);
		return nsx_hint(e, NSX_HINT_PROC, 0);
	}
	return 0;
}

int nsx_facts_new(const struct nsx_request *rq, struct nsx_facts *f, struct nsx_error *e)
{
	if (!rq->unshare && !rq->grafts && !rq->host)
		return 0;
	/* The kernel creates it below the one that we are in, not where our children go. */
	if (f->wanted & ~f->shared & rq->unshare & NSX_KIND_BIT(NSX_PID))
		return nsx_fail(e, NSX_STEP_CHECK, 0,
				"cannot be created by the process that joins another", "pid");
	if (open_proc(rq, f, e) < 0)
		return -1;
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		if (!rq->create.file[k])
			continue;
		f->file[k] = nsx_fd_openat(AT_FDCWD, rq->create.file[k], O_PATH);
		if (f->file[k] < 0) {
			(void)nsx_fail(e, NSX_STEP_OPEN, -f->file[k], rq->create.file[k], NULL);
			return nsx_hint(e, f->file[k] == -ENOENT ? NSX_HINT_TOUCH : NSX_HINT_NONE,
					0);
		}
	}
	return 0;
}

void nsx_facts_created(struct nsx_facts *f, nsx_kinds kinds)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		char path[NSX_NS_PATH_BYTES];
		struct nsx_text t = nsx_text_on(path, sizeof(path));
		struct nsx_stat st;

		if (!(kinds & NSX_KIND_BIT(k)))
			continue;
		nsx_text_str(&t, "self/ns/");
		nsx_text_str(&t, nsx_kind_table[k].name);
		if (of_children(k))
			nsx_text_str(&t, "_for_children");
		if (nsx_sys_statat(f->proc, path, &st) == 0) /* else it stays unknown, 0 */
			f->ns[k].theirs = (struct nsx_ns_id){ st.dev, st.ino };
	}
}
