/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers: what is laid over a directory of the target that lacks a name, so that it can be
 * had there without anybody else seeing it.  For graft_lay.c alone.
 */
#ifndef NSX_GRAFT_COVER_H
#define NSX_GRAFT_COVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "graft.h"
#include "sys_file.h"

/* One that is laid.  New names in it are ours to make. */
struct nsx_cover {
	int fd;		/* its root */
	uint64_t dev;	/* as stat(2) has it; no other file system is called so */
	bool read_only; /* as what is below it; once all is laid */
};

enum { NSX_COVER_MAX = 96 }; /* directories that lack something, or are merged */

/* What laying knows. */
struct nsx_laying {
	int root; /* ours, and the program's */
	size_t n;
	struct nsx_cover cover[NSX_COVER_MAX];
};

/* Step GRAFT, subject "@path (@doing)", and the hint that belongs to it.  For graft_cut.c too. */
int nsx_graft_fail(struct nsx_error *e, int rc, const char *path, const char *doing);

/**
 * nsx_cover_lay() - lay a tmpfs over a directory, with the same entries
 * @dir:   the directory, O_PATH: what is mounted on it too, if something is
 * @first: another, whose entries go before those of @dir with the same name; else NSX_NOFD
 * @where: what it is called, for errors
 *
 * Each entry is mounted again, with all that is mounted below it, so that what is written
 * there goes where it always went; but for symbolic links, which are made again.
 *
 * Left: if @dir is the root directory, the cover is.  On failure nothing has changed.
 *
 * Return: the cover, or NULL with @e filled.
 */
struct nsx_cover *nsx_cover_lay(struct nsx_laying *l, int dir, int first, const char *where,
				struct nsx_error *e);

/* Is this directory one in which names are ours to make?  Return: its cover, or NULL. */
struct nsx_cover *nsx_cover_of(struct nsx_laying *l, int dir);

/* Those which have to be are made read-only; all are let go. */
int nsx_covers_finish(struct nsx_laying *l, struct nsx_error *e);

/**
 * nsx_cover_overlay() - the same for a directory of very many entries, as an overlay
 *
 * The program's own changes in there stay in memory, and so with the program.
 *
 * Return: the cover; NULL: overlays cannot be had there, nothing has changed.
 */
struct nsx_cover *nsx_cover_overlay(struct nsx_laying *l, int dir);

/* A copy of @dir/@name, or if @name is "" of @dir, with all that is mounted below; or -errno. */
int nsx_cover_copy(int dir, const char *name);

/**
 * nsx_cover_merge() - lay an overlay over a directory: read-only, one before the other
 * @ours: mounted there already
 * @dir:  what is below it
 * @copy: nsx_cover_copy() of @dir, taken before anything was mounted there; is used up
 *
 * Return: 0, or -errno: overlays cannot be had there, nothing has changed.
 */
int nsx_cover_merge(const struct nsx_laying *l, int ours, int dir, int *copy);

/* Are there more than this many entries in the directory?  False: or it cannot be read. */
bool nsx_cover_is_big(int dir);

/* For the two rooms of covers. */

/* Return: 0: go on; anything else ends it and is returned. */
typedef int nsx_entry_fn(void *arg, int dir, const char *name, unsigned type);

/* Call @each for all entries but "." and "..".  Return: 0, what @each returned, or -errno. */
int nsx_entries_walk(int dir, nsx_entry_fn *each, void *arg);

/* An empty file system in memory, mounted nowhere yet.  Return: its root, or -errno. */
int nsx_cover_tmpfs(void);

/* Mode and owner, as far as that owner has a number here; best effort. */
int nsx_cover_dress(int dir, const char *name, const struct nsx_stat *like);

/* Remember what is laid over @dir. */
struct nsx_cover *nsx_cover_add(struct nsx_laying *l, int fd, int dir);

/* A copy of @dir/@name with all below it, as @to/@name, which is there.  Return: 0 or -errno. */
int nsx_cover_mount_again(int dir, const char *name, int to);

/* Detach what is mounted with this root. */
void nsx_cover_undo(const struct nsx_laying *l, int fd);

#endif
