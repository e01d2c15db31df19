/* SPDX-License-Identifier: Apache-2.0 */
#include "files.h"

#include <errno.h>

#include "sys_file.h"

static int fail_number(const char *what, size_t i, struct nsx_error *e)
{
	return nsx_fail_number(e, NSX_STEP_OPTIONS, 0, what, "file ", i, "");
}

int nsx_files_check(const struct nsexec_program *p, struct nsx_error *e)
{
	for (size_t i = 0; i < p->n_files; i++) {
		const struct nsexec_file *f = &p->file[i];

		if (f->action < NSEXEC_FILE_DUP || f->action > NSEXEC_FILE_CLOSE_FROM)
			return fail_number("no such action", i, e);
		if (f->fd < 0 || (f->action == NSEXEC_FILE_DUP && f->from < 0))
			return fail_number("a negative descriptor", i, e);
		if (f->action == NSEXEC_FILE_OPEN && !f->path)
			return fail_number("no path", i, e);
	}
	return 0;
}

void nsx_files_close(const struct nsexec_program *p, int *opened)
{
	for (size_t i = 0; i < p->n_files; i++)
		nsx_fd_close(&opened[i]);
}

/* Return: a descriptor, or -errno. */
static int open_apart(const struct nsexec_program *p, const struct nsexec_file *f)
{
	nsx_autofd fd = nsx_sys_open(f->path, f->flags | O_CLOEXEC, f->mode);

	return fd < 0 ? fd : nsx_files_apart(p, fd);
}

/* What file @i is a copy of: is it open by then? */
static bool is_open(const struct nsexec_program *p, int streams, size_t i)
{
	const int from = p->file[i].from;

	while (i--) {
		const struct nsexec_file *f = &p->file[i];

		if (f->action == NSEXEC_FILE_CLOSE_FROM ? from >= f->fd : from == f->fd)
			return f->action != NSEXEC_FILE_CLOSE &&
			       f->action != NSEXEC_FILE_CLOSE_FROM;
	}
	return from < streams || nsx_sys_fcntl(from, F_GETFD, 0) >= 0;
}

int nsx_files_check_copies(const struct nsexec_program *p, int streams, struct nsx_error *e)
{
	for (size_t i = 0; i < p->n_files; i++)
		if (p->file[i].action == NSEXEC_FILE_DUP && !is_open(p, streams, i))
			return nsx_fail_number(e, NSX_STEP_FILES, EBADF, "descriptor", "",
					       (uint64_t)p->file[i].from, "");
	return 0;
}

int nsx_files_open(const struct nsexec_program *p, int *opened, struct nsx_error *e)
{
	for (size_t i = 0; i < p->n_files; i++)
		opened[i] = NSX_NOFD;
	if (nsx_files_check_copies(p, 0, e) < 0)
		return -1;
	for (size_t i = 0; i < p->n_files; i++) {
		if (p->file[i].action != NSEXEC_FILE_OPEN)
			continue;
		opened[i] = open_apart(p, &p->file[i]);
		if (opened[i] < 0) {
			const int err = -opened[i];

			opened[i] = NSX_NOFD;
			nsx_files_close(p, opened);
			return nsx_fail(e, NSX_STEP_FILES, err, p->file[i].path, NULL);
		}
	}
	return 0;
}
