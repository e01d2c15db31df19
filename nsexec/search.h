/* SPDX-License-Identifier: Apache-2.0 */
/* Search: where a program is, as execvp(3) looks for it. */
#ifndef NSX_SEARCH_H
#define NSX_SEARCH_H

#include <stdbool.h>

#include "text.h"

/* Value of @name in @envp, or NULL. */
const char *nsx_env_get(char *const *envp, const char *name);

/* Where execvp(3) looks without PATH. */
extern const char nsx_search_default[] __attribute__((visibility("hidden")));

/* Cut the next directory off PATH and put @name into it; an empty one means the cwd. */
const char *nsx_search_next(const char *dirs, const char *name, struct nsx_text *t);

/* Is it a name for PATH, and no path itself? */
bool nsx_search_needed(const char *name);

/* May @path be executed?  Return: as nsx_search(). */
int nsx_search_check(const char *path);

/**
 * nsx_search() - find a program that may be executed
 * @path: out: where it is
 *
 * Return: 0; -EACCES: what is there may not be executed; else -errno.
 */
int nsx_search(const char *name, char *const *envp, char *path, size_t size);

#endif
