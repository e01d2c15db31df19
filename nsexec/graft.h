/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grafts: trees of ours that the program sees among the target's files, in a mount
 * namespace of its own that nobody else is in.
 */
#ifndef NSX_GRAFT_H
#define NSX_GRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "text.h"

enum nsx_graft_how {
	NSX_GRAFT_OVER,	 /* in place of what is there */
	NSX_GRAFT_MERGE, /* a directory: what is there stays to be seen, but ours goes before it */
	NSX_GRAFT_IF_NONE,   /* where the target has something, that stays */
	NSX_GRAFT_HIDE,	     /* a file, only where the target has one, in place of that */
	NSX_GRAFT_DIRECTORY, /* nothing of ours: an empty directory, if there is none; see @mode */
};

/* One of them.  Its texts lie in nsx_grafts.text. */
struct nsx_graft {
	const char *from; /* absolute path out here; for a DIRECTORY NULL */
	const char *to;	  /* absolute path in there, looked up below the program's root */
	enum nsx_graft_how how;
	bool writable;
	bool optional; /* automatic, and the program may well do without: no failure */
	unsigned mode; /* of a DIRECTORY */
	int fd;	       /* the tree, once it is cut: a detached mount; else NSX_NOFD */
};

enum { NSX_GRAFT_MAX = 256, NSX_GRAFT_TEXT_BYTES = 19 * 1024, NSX_GRAFT_PATH_BYTES = 4096 };

/*
 * In the order in which they are laid; the caller's storage.  Its text is not initialised,
 * and is filled from its end, so that few grafts are near to their texts.
 */
struct nsx_grafts {
	char text[NSX_GRAFT_TEXT_BYTES];
	size_t n;
	size_t used; /* bytes of @text */
	struct nsx_graft at[NSX_GRAFT_MAX];
};

void nsx_grafts_init(struct nsx_grafts *g);

/* Close the trees that have been cut and not laid. */
void nsx_grafts_close(struct nsx_grafts *g);

/**
 * nsx_grafts_add() - one more, behind the others
 * @from, @to: are copied; @from may be NULL; @to NULL: the same as @from
 * @e:         step GRAFT, errno E2BIG: there is no room for more
 *
 * What is there already, with the same @to, is not added again.
 *
 * Return: the graft, or NULL with @e filled.
 */
struct nsx_graft *nsx_grafts_add(struct nsx_grafts *g, const char *from, const char *to,
				 enum nsx_graft_how how, struct nsx_error *e);

/* Keep a text as long as @g lives.  Return: the copy, or NULL with @e filled. */
const char *nsx_grafts_keep(struct nsx_grafts *g, const char *text, struct nsx_error *e);

/**
 * nsx_graft_split() - understand "PATH[:DEST][:rw]"
 * @from, @to: out; NSX_GRAFT_PATH_BYTES each
 * @writable:  out
 *
 * A backslash takes what follows it as it is: "\\:" is a colon of a path.
 *
 * Return: NULL, or what it should have been, as an option's error puts it.
 */
const char *nsx_graft_split(const char *text, char *from, char *to, bool *writable);

/**
 * nsx_graft_tree() - the tree or file of @fd as a detached mount
 *
 * Read-only for good unless @writable: it is no mount any more whose flags somebody could
 * change, and nobody can name it but by its descriptor.
 *
 * Return: a descriptor, or -errno.
 */
int nsx_graft_tree(int fd, bool writable);

/**
 * nsx_grafts_cut() - have each tree as a detached mount, read-only unless it is writable
 *
 * @lock: somebody else may have rights over mounts where they are laid, see graft_lock.h
 * @e:    step GRAFT, with the path; ENOSYS: needs Linux 5.12
 *
 * Entered: out here, before the first join; one thread.  Who has no CAP_SYS_ADMIN over
 * our mounts has a process cut them for it that has made a user namespace of its own; and
 * then they are locked, too.
 */
int nsx_grafts_cut(struct nsx_grafts *g, bool lock, struct nsx_error *e);

/**
 * nsx_grafts_lay() - mount them
 *
 * Entered: in a mount namespace of our own whose mounts tell nobody else's (slaves), with
 * the program's root as ours.  Where a mount point is missing, a tmpfs is laid over the
 * directory that lacks it, in which every other entry is mounted again: nothing is
 * written to the target.
 * Left:    all laid, their descriptors closed; root is the new one, cwd is "/".
 */
int nsx_grafts_lay(struct nsx_grafts *g, struct nsx_error *e);

#endif
