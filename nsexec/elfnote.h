/* SPDX-License-Identifier: Apache-2.0 */
/* Notes of an ELF file: what its maker says about it. */
#ifndef NSX_ELFNOTE_H
#define NSX_ELFNOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * nsx_elf_note() - does the file have this very note?
 * @fd:    open for reading; nsx_elf_look() has found it native
 * @owner: its name
 * @what:  the @size bytes that it must hold
 *
 * Foreign bytes: whatever is broken or too long is no note.
 */
bool nsx_elf_note(int fd, const char *owner, uint32_t type, const void *what, size_t size);

#endif
