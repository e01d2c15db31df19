/* SPDX-License-Identifier: Apache-2.0 */
/* Auxiliary vector: what the kernel told this process at its start. */
#ifndef NSX_AUXV_H
#define NSX_AUXV_H

#include <stdbool.h>
#include <stdint.h>

/* What we need of it. */
struct nsx_auxv {
	uint64_t *on_stack; /* the vector behind @envp, or NULL: @envp has moved elsewhere */
	bool known;	    /* the members below hold; false: not even /proc/self/auxv was there */
	bool secure;	    /* AT_SECURE: set-id, or file capabilities */
	uint64_t phdr;	    /* AT_PHDR: program headers of the main program */
	uint64_t phnum;	    /* AT_PHNUM */
};

/**
 * nsx_auxv_find() - find the vector
 * @envp: the environment; at the start of a process the vector lies behind its
 *        NULL, later setenv(3) may have moved it: then /proc/self/auxv is read
 */
void nsx_auxv_find(char **envp, struct nsx_auxv *out);

/**
 * nsx_auxv_own_name() - under which name did the loader load this very object?
 *
 * Read from the loader's list of objects (DT_DEBUG of the main program), which
 * glibc and musl both keep for debuggers.
 *
 * Return: the name, or NULL where there is no loader or no list.
 */
const char *nsx_auxv_own_name(const struct nsx_auxv *auxv);

#endif
