/* SPDX-License-Identifier: Apache-2.0 */
/* Path: paths as texts.  Nothing is looked up but where it says so. */
#ifndef NSX_PATH_H
#define NSX_PATH_H

#include "text.h"

enum { NSX_PATH_BYTES = 4096 }; /* PATH_MAX, its NUL included */

/* What follows the last slash. */
const char *nsx_path_base(const char *path);

/* Is an absolute @path @dir, or below it? */
bool nsx_path_within(const char *path, const char *dir);

/**
 * nsx_path_put() - an absolute path without ".", "..", and with one slash each
 * @t:    empty
 * @dir:  absolute: where a relative @path begins
 *
 * What ".." leaves is taken for a directory, not a symbolic link.
 */
void nsx_path_put(struct nsx_text *t, const char *dir, const char *path);

/* Take the last component away; of "/" nothing. */
void nsx_path_up(struct nsx_text *t);

/**
 * nsx_path_of_fd() - where an open file is: absolute, no symbolic links
 *
 * Looked up in /proc.  Return: 0 or -errno; -ENOENT: it is below no root of ours.
 */
int nsx_path_of_fd(int fd, char out[NSX_PATH_BYTES]);

/* The same of a path, which is followed to its end.  Return: 0 or -errno. */
int nsx_path_real(const char *path, char out[NSX_PATH_BYTES]);

/* The caller's working directory.  Return: 0 or -errno. */
int nsx_path_cwd(char out[NSX_PATH_BYTES]);

#endif
