/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF: what a file is that is going to be executed.  It is read, never run or trusted.
 * (A header elf.h of ours would be found in place of the system's by cgo.)
 */
#ifndef NSX_ELFFILE_H
#define NSX_ELFFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

enum nsx_elf_kind {
	NSX_ELF_STATIC,	 /* names no interpreter: the kernel runs it by itself */
	NSX_ELF_DYNAMIC, /* names one */
	NSX_ELF_SCRIPT,	 /* "#!" */
	NSX_ELF_OTHER,	 /* a shell script without "#!", or what binfmt_misc may know */
};

enum { NSX_ELF_INTERPRETER_BYTES = 256 }; /* as binfmt_script has it, or more */

struct nsx_elf {
	enum nsx_elf_kind kind;
	unsigned bits;	  /* 32 or 64; 0: no ELF */
	uint16_t machine; /* EM_* */
	bool native;	  /* bits, byte order and machine of this build */
	bool set_id;	  /* set-user-ID, or set-group-ID of who may execute it */
	bool caps;	  /* has file capabilities, see capabilities(7) */
	char interpreter[NSX_ELF_INTERPRETER_BYTES]; /* DYNAMIC: PT_INTERP; SCRIPT: behind "#!" */
	char argument[NSX_ELF_INTERPRETER_BYTES];    /* SCRIPT: the one behind that; or empty */
};

/**
 * nsx_elf_look() - what is this file?
 * @fd:   open for reading
 * @name: for the subject of an error
 * @e:    step EXEC: it cannot be read, or is an ELF file that is cut short or nonsense
 *
 * All sizes and offsets of the file are checked before they are used.
 */
int nsx_elf_look(int fd, const char *name, struct nsx_elf *out, struct nsx_error *e);

#endif
