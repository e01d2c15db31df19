/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Needs: what a program of ours has to find in there to run where its files are not.
 *
 * Nothing is kept from one call to the next.  What is found is what the program would
 * have out here and now: its loader is asked, and what is known of runtimes is looked for.
 */
#ifndef NSX_NEEDS_H
#define NSX_NEEDS_H

#include "elffile.h"
#include "graft.h"
#include "path.h"

struct nsx_needs {
	int fd; /* it, open for reading */
	struct nsx_elf elf;
	const char *path;	    /* absolute, no symbolic links: what is executed in there */
	char found[NSX_PATH_BYTES]; /* absolute: as it was called, or found by PATH */
	char real[NSX_PATH_BYTES];  /* @path, if it is another */
};

void nsx_needs_init(struct nsx_needs *needs);
void nsx_needs_close(struct nsx_needs *needs);

/**
 * nsx_needs_program() - find the program and look at it
 * @program: as for execvp(3)
 * @envp:    the caller's: its PATH is searched
 * @out:     initialised, to be closed either way
 * @e:       step EXEC: not found (127), or there and of no use (126)
 */
int nsx_needs_program(const char *program, char *const *envp, struct nsx_needs *out,
		      struct nsx_error *e);

/**
 * nsx_needs_grafts() - list what it needs
 * @envp: the program's: LD_LIBRARY_PATH, LD_PRELOAD; PATH for "#!/usr/bin/env NAME"
 * @g:    what is listed already stays in front, and before ours
 * @e:    step EXEC: it cannot run out here either, or not in there, and why; step FORK, WAIT:
 *        its loader could not be asked; step GRAFT: there is no room for so much
 *
 * Of a static program nothing: it is executed by its descriptor.  Library directories come
 * first, then homes of runtimes, then files, then what is there for want of anything else.
 *
 * Starts the program's loader with "--list", once for each program that takes part, and
 * waits for it, whatever is done with SIGCHLD.
 */
int nsx_needs_grafts(const struct nsx_needs *needs, char *const *envp, struct nsx_grafts *g,
		     struct nsx_error *e);

#endif
