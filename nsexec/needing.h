/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the room `needs` share while they list what programs need. */
#ifndef NSX_NEEDING_H
#define NSX_NEEDING_H

#include "needs.h"

enum {
	NSX_NEEDING_PROGRAMS = 8,	    /* scripts, interpreters and what env(1) looks for */
	NSX_NEEDING_TEXT_BYTES = 24 * 1024, /* paths of 256 libraries, if they are not too long */
};

/* One program that takes part: the first, or the interpreter of one before. */
struct nsx_needing_program {
	const char *real;  /* absolute, no symbolic links */
	const char *named; /* absolute: where it is looked for in there */
	struct nsx_elf elf;
};

struct nsx_needing {
	char *const *envp;
	struct nsx_grafts *g;
	struct nsx_error *e;
	size_t first; /* of @g, that is ours */
	size_t n_programs;
	struct nsx_needing_program program[NSX_NEEDING_PROGRAMS];
	size_t used; /* bytes of @text */
	size_t n_homes;
	const char *home[NSX_NEEDING_PROGRAMS];
	size_t n_libraries;
	const char *library[256];	   /* absolute, as the loaders name them */
	char text[NSX_NEEDING_TEXT_BYTES]; /* not initialised */
};

/* Keep a text.  Return: the copy, or NULL with the error filled. */
const char *nsx_needing_keep(struct nsx_needing *n, const char *text);

/* What a line of a loader's "--list" says. */
enum nsx_needing_line {
	NSX_LINE_OTHER,
	NSX_LINE_LIBRARY, /* is used: its path, with a slash in it */
	NSX_LINE_MISSING, /* is not there: its name */
};

/* @line: is written into.  @what: out: into @line; for OTHER: without blanks around it. */
enum nsx_needing_line nsx_needing_line(char *line, const char **what);

/*
 * What env(1) is to execute, by the rest of a "#!" line, which -S has it split; then there may
 * be options, variables and quotes.  Return: false: nothing, or the value of a variable is to
 * tell, and the target has to have it.
 */
bool nsx_needing_env_name(const char *argument, char name[NSX_ELF_INTERPRETER_BYTES]);

/* May a whole directory be taken for a library that is in it? */
enum nsx_needing_libdir {
	NSX_LIBDIR_NONE,  /* it is none of the system's: the file alone */
	NSX_LIBDIR_TOP,	  /* "/usr/lib": there may be everything in it */
	NSX_LIBDIR_WHOLE, /* "/usr/lib/x86_64-linux-gnu", "/usr/lib64" */
};
enum nsx_needing_libdir nsx_needing_libdir(const char *dir);

/* Does @name, of a program or a library "libNAME", stand for a @runtime of some version? */
bool nsx_needing_is(const char *name, const char *runtime);

/* Ask the loader of a dynamic program for its libraries. */
int nsx_needing_ask(struct nsx_needing *n, const struct nsx_needing_program *p);

/* List: directories of libraries; then libraries, interpreters and what these read. */
int nsx_needing_directories(struct nsx_needing *n);
int nsx_needing_libraries(struct nsx_needing *n);

/*
 * List: where the runtimes among the programs and libraries have their own files; then, all
 * directories being listed, what symbolic links in there lead to.
 */
int nsx_needing_homes(struct nsx_needing *n);
int nsx_needing_links(struct nsx_needing *n);

/* Is @path, out here, seen at the same path in there by what is listed? */
bool nsx_needing_covers(const struct nsx_needing *n, const char *path);

/* A path below another, in the caller's storage; empty if there is no room for it. */
const char *nsx_needing_below(char out[NSX_PATH_BYTES], const char *dir, const char *name);
bool nsx_needing_is_file(const char *dir, const char *name);
bool nsx_needing_is_dir(const char *dir, const char *name);

/* Is @prefix a directory that all programs share?  It is never taken as a whole. */
bool nsx_needing_is_shared(const char *prefix);

/* List: a tree that belongs to a runtime, if it is there; or what may be below it. */
int nsx_needing_add_home(struct nsx_needing *n, const char *dir);
int nsx_needing_add_home_below(struct nsx_needing *n, const char *dir, const char *name);
int nsx_needing_add_below(struct nsx_needing *n, const char *dir, const char *name,
			  enum nsx_graft_how how);

/*
 * List: the Python of a program or library, whose prefix is one of the directories around
 * it; and the venv that a program was called in, not that where its links lead to.
 */
int nsx_needing_python(struct nsx_needing *n, const char *path);
int nsx_needing_venv(struct nsx_needing *n, const char *found, const char *real);

/* What is added: optional or not. */
int nsx_needing_add(struct nsx_needing *n, const char *from, const char *to,
		    enum nsx_graft_how how);
int nsx_needing_add_optional(struct nsx_needing *n, const char *path, enum nsx_graft_how how);

/* @path: a symbolic link, and then what it says, absolute.  Return: is it one? */
bool nsx_needing_step(char path[NSX_PATH_BYTES]);

enum { NSX_LINKS_MAX = 40 }; /* steps to follow, as the kernel has it */

/* A file that is looked for as @named: it, or where the symbolic link leads that is covered. */
int nsx_needing_add_file(struct nsx_needing *n, const char *named);

#endif
