/* SPDX-License-Identifier: Apache-2.0 */
/* Files: what a program is to have as descriptors, opened out here before anything changes. */
#ifndef NSX_FILES_H
#define NSX_FILES_H

#include "error.h"
#include "fd.h"
#include "nsexec.h"
#include "sys_fd.h"

/*
 * One more action, of nsexec_run(): @fd becomes a pipe, whose other end goes through the
 * channel @from to who will write into it, see keep.c.
 */
enum { NSX_FILE_FEED = NSEXEC_FILE_CLOSE_FROM + 1 };

/* Is one of the files about this number? */
static inline bool nsx_files_name(const struct nsexec_program *p, int fd)
{
	for (size_t i = 0; i < p->n_files; i++) {
		const struct nsexec_file *f = &p->file[i];

		if (f->fd == fd || (f->action == NSEXEC_FILE_DUP && f->from == fd))
			return true;
	}
	return false;
}

/*
 * The same file by a number that no action closes, replaces or takes for the caller's.  The
 * first above all of them may be more than the process may have.
 *
 * Return: a descriptor above 2, the caller's to close; or -errno.
 */
static inline int nsx_files_apart(const struct nsexec_program *p, int fd)
{
	for (int at = 3;;) {
		int copy;

		while (nsx_files_name(p, at))
			at++;
		copy = nsx_sys_fcntl(fd, F_DUPFD_CLOEXEC, at);
		if (copy < 0 || !nsx_files_name(p, copy))
			return copy;
		(void)nsx_sys_close(copy); /* the number is free either way */
		at = copy + 1;
	}
}

/* Are all actions such as there are?  Step OPTIONS. */
int nsx_files_check(const struct nsexec_program *p, struct nsx_error *e);

/**
 * nsx_files_check_copies() - is each descriptor open of which there shall be a copy?
 * @streams: as many, from 0 on, will be opened before
 * @e: step FILES
 *
 * To be asked before anything of ours is open, which might have that number.
 */
int nsx_files_check_copies(const struct nsexec_program *p, int streams, struct nsx_error *e);

/**
 * nsx_files_open() - open what is to be opened, apart from what is named
 * @opened: has an element for each file
 * @e: step FILES; also for a descriptor to be copied that is none.  That is looked at now:
 *     later it may be one of ours
 *
 * On failure nothing is left open.
 */
int nsx_files_open(const struct nsexec_program *p, int *opened, struct nsx_error *e);

void nsx_files_close(const struct nsexec_program *p, int *opened);

#endif
