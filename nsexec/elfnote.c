/* SPDX-License-Identifier: Apache-2.0 */
#include "elfnote.h"

#include <elf.h>

#include "sys_fd.h"
#include "text.h"

enum { SEGMENT_BYTES = 2048 }; /* notes are few and short */

/* As the file has it: Elf64_Nhdr; its name and its bytes follow, each padded to 4. */
struct wanted {
	Elf64_Nhdr header;
	const char *owner;
	const unsigned char *what;
};

static size_t padded(uint32_t bytes)
{
	return ((size_t)bytes + 3) / 4 * 4;
}

static bool among(const unsigned char *notes, size_t len, const struct wanted *w)
{
	while (len >= sizeof(Elf64_Nhdr)) {
		const Elf64_Nhdr *n = (const Elf64_Nhdr *)notes;
		const unsigned char *name = notes + sizeof(*n);
		const size_t name_bytes = padded(n->n_namesz), bytes = padded(n->n_descsz);
		const size_t rest = len - sizeof(*n);

		if (name_bytes > rest || bytes > rest - name_bytes)
			return false;
		if (nsx_bytes_same(notes, &w->header, sizeof(w->header)) &&
		    nsx_bytes_same(name, w->owner, n->n_namesz) &&
		    nsx_bytes_same(name + name_bytes, w->what, n->n_descsz))
			return true;
		notes = name + name_bytes + bytes;
		len = rest - name_bytes - bytes;
	}
	return false;
}

static bool in_segment(int fd, const Elf64_Phdr *segment, const struct wanted *w)
{
	/* Aligned as the headers of notes are. */
	uint32_t notes[SEGMENT_BYTES / 4];

	if (segment->p_type != PT_NOTE || segment->p_align > 4 || segment->p_filesz > sizeof(notes))
		return false;
	if (nsx_sys_pread(fd, notes, segment->p_filesz, segment->p_offset) !=
	    (long)segment->p_filesz)
		return false;
	return among((const unsigned char *)notes, segment->p_filesz, w);
}

bool nsx_elf_note(int fd, const char *owner, uint32_t type, const void *what, size_t size)
{
	const struct wanted w = {
		.header = { (uint32_t)nsx_text_len(owner) + 1, (uint32_t)size, type },
		.owner = owner,
		.what = what,
	};
	Elf64_Ehdr header;

	if (nsx_sys_pread(fd, &header, sizeof(header), 0) != sizeof(header) ||
	    header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phoff > INT32_MAX)
		return false;
	for (size_t i = 0; i < header.e_phnum; i++) {
		Elf64_Phdr segment;

		if (nsx_sys_pread(fd, &segment, sizeof(segment),
				  header.e_phoff + i * sizeof(segment)) != sizeof(segment))
			return false;
		if (in_segment(fd, &segment, &w))
			return true;
	}
	return false;
}
