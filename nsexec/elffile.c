/* SPDX-License-Identifier: Apache-2.0 */
#include "elffile.h"

#include <elf.h>
#include <errno.h>

#include "arch.h"
#include "sys_fd.h"
#include "sys_file.h"
#include "text.h"

enum {
	SCRIPT_BYTES = 256,    /* what the kernel looks at, see binfmt_script */
	BEGINNING_BYTES = 832, /* with it come the program headers of most files */
	HEADERS_BYTES = 65536, /* it takes no more program headers than that */
};

/* A file, and how its numbers are to be read. */
struct reader {
	int fd;
	const char *name;
	bool big_endian;
	struct nsx_error *e;
	size_t len; /* bytes of @beginning that are in the file */
	unsigned char beginning[BEGINNING_BYTES];
};

/* Where things are in a file of that class: offset and bytes of each number. */
struct place {
	uint8_t at, bytes;
};

struct layout {
	size_t header;
	struct place phoff, phentsize, phnum;
	size_t phdr;
	struct place offset, filesz;
};

static const struct layout layout_32 = {
	.header = sizeof(Elf32_Ehdr),
	.phoff = { offsetof(Elf32_Ehdr, e_phoff), 4 },
	.phentsize = { offsetof(Elf32_Ehdr, e_phentsize), 2 },
	.phnum = { offsetof(Elf32_Ehdr, e_phnum), 2 },
	.phdr = sizeof(Elf32_Phdr),
	.offset = { offsetof(Elf32_Phdr, p_offset), 4 },
	.filesz = { offsetof(Elf32_Phdr, p_filesz), 4 },
};

static const struct layout layout_64 = {
	.header = sizeof(Elf64_Ehdr),
	.phoff = { offsetof(Elf64_Ehdr, e_phoff), 8 },
	.phentsize = { offsetof(Elf64_Ehdr, e_phentsize), 2 },
	.phnum = { offsetof(Elf64_Ehdr, e_phnum), 2 },
	.phdr = sizeof(Elf64_Phdr),
	.offset = { offsetof(Elf64_Phdr, p_offset), 8 },
	.filesz = { offsetof(Elf64_Phdr, p_filesz), 8 },
};

/* The same in both classes. */
static const struct place type_at = { offsetof(Elf64_Ehdr, e_type), 2 };
static const struct place machine_at = { offsetof(Elf64_Ehdr, e_machine), 2 };
static const struct place segment_type_at = { offsetof(Elf64_Phdr, p_type), 4 };

static int fail(const struct reader *r, int err, const char *why)
{
	return nsx_fail(r->e, NSX_STEP_EXEC, err, r->name, why);
}

/* Return: bytes, fewer than @size only where the file ends; or -1. */
static long read_at(const struct reader *r, void *buf, size_t size, uint64_t offset)
{
	size_t len = 0;

	while (len < size) {
		const long rc = nsx_sys_pread(r->fd, (char *)buf + len, size - len, offset + len);

		if (rc < 0)
			return fail(r, (int)-rc, NULL);
		if (rc == 0)
			break;
		len += (size_t)rc;
	}
	return (long)len;
}

/* All of it, or it is an error. */
static int read_whole(const struct reader *r, void *buf, size_t size, uint64_t offset)
{
	long n;

	/* What an offset can be for the kernel, and the sum cannot overflow. */
	if (offset > INT64_MAX - HEADERS_BYTES)
		return fail(r, ENOEXEC, "a broken ELF file");
	if (offset + size <= r->len) {
		__builtin_memcpy(buf, r->beginning + offset, size);
		return 0;
	}
	n = read_at(r, buf, size, offset);
	if (n < 0)
		return -1;
	return (size_t)n == size ? 0 : fail(r, ENOEXEC, "an ELF file that is cut short");
}

static uint64_t number(const struct reader *r, const unsigned char *from, struct place p)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < p.bytes; i++)
		n = n << 8 | from[p.at + (r->big_endian ? i : p.bytes - 1u - i)];
	return n;
}

static int read_interpreter(const struct reader *r, uint64_t offset, uint64_t bytes,
			    struct nsx_elf *out)
{
	char *name = out->interpreter;

	if (bytes > sizeof(out->interpreter))
		return fail(r, ENAMETOOLONG, "the interpreter that it names");
	if (bytes < 2 || read_whole(r, name, bytes, offset) < 0)
		return fail(r, ENOEXEC, "an ELF file that names no interpreter");
	/* As the kernel has it: the last byte must be NUL, and one before may be. */
	if (name[bytes - 1] || !*name)
		return fail(r, ENOEXEC, "an ELF file that names no interpreter");
	out->kind = NSX_ELF_DYNAMIC;
	return 0;
}

/* The first PT_INTERP counts, says the kernel. */
static int find_interpreter(const struct reader *r, const struct layout *l,
			    const unsigned char *header, struct nsx_elf *out)
{
	const uint64_t phoff = number(r, header, l->phoff);
	const uint64_t phnum = number(r, header, l->phnum);
	unsigned char phdr[sizeof(Elf64_Phdr)];

	if (number(r, header, l->phentsize) != l->phdr || !phnum || phnum > HEADERS_BYTES / l->phdr)
		return fail(r, ENOEXEC, "a broken ELF file");
	/* Else the sums below could begin again at 0. */
	if (phoff > INT64_MAX - HEADERS_BYTES)
		return fail(r, ENOEXEC, "a broken ELF file");
	for (uint64_t i = 0; i < phnum; i++) {
		if (read_whole(r, phdr, l->phdr, phoff + i * l->phdr) < 0)
			return -1;
		if (number(r, phdr, segment_type_at) == PT_INTERP)
			return read_interpreter(r, number(r, phdr, l->offset),
						number(r, phdr, l->filesz), out);
	}
	return 0;
}

static int look_at_elf(struct reader *r, struct nsx_elf *out)
{
	const unsigned char *beginning = r->beginning;
	const bool is_64 = beginning[EI_CLASS] == ELFCLASS64;
	const struct layout *l = is_64 ? &layout_64 : &layout_32;
	uint64_t type;

	if (r->len < l->header)
		return fail(r, ENOEXEC, "an ELF file that is cut short");
	r->big_endian = beginning[EI_DATA] == ELFDATA2MSB;
	if ((!is_64 && beginning[EI_CLASS] != ELFCLASS32) ||
	    (!r->big_endian && beginning[EI_DATA] != ELFDATA2LSB))
		return fail(r, ENOEXEC, "a broken ELF file");
	type = number(r, beginning, type_at);
	if (type != ET_EXEC && type != ET_DYN)
		return fail(r, ENOEXEC, "an ELF file, but no program");
	out->kind = NSX_ELF_STATIC;
	out->bits = is_64 ? 64 : 32;
	out->machine = (uint16_t)number(r, beginning, machine_at);
	out->native = is_64 && !r->big_endian && out->machine == NSX_MACHINE;
	return find_interpreter(r, l, beginning, out);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static const char *skip_blanks(const char *from, const char *end)
{
	while (from < end && is_blank(*from))
		from++;
	return from;
}

static const char *skip_word(const char *from, const char *end)
{
	while (from < end && *from && !is_blank(*from))
		from++;
	return from;
}

static void keep(char *to, const char *from, const char *end)
{
	struct nsx_text t = nsx_text_on(to, NSX_ELF_INTERPRETER_BYTES);

	nsx_text_bytes(&t, from, (size_t)(end - from));
}

/*
 * As the kernel reads it: one name, and all that is behind it is one argument.  Where the
 * name may be longer than what it looks at, it takes the file for no script at all; an
 * argument is cut short.
 */
static void look_at_script(const char *beginning, size_t len, struct nsx_elf *out)
{
	const char *const last = beginning + len;
	const char *end = beginning;
	const char *name, *name_end, *argument;
	bool has_end = len < SCRIPT_BYTES; /* or behind the file, which reads as NUL */

	while (end < last && *end != '\n')
		end++;
	has_end = has_end || end < last;
	name = skip_blanks(beginning + 2, end);
	name_end = skip_word(name, end);
	if (name == name_end || (!has_end && name_end == end))
		return;
	if (!has_end)
		end--; /* its buffer ends in a NUL of its own */
	while (end > name_end && is_blank(end[-1]))
		end--;
	out->kind = NSX_ELF_SCRIPT;
	keep(out->interpreter, name, name_end);
	argument = name_end < end && *name_end ? skip_blanks(name_end, end) : end;
	keep(out->argument, argument, end);
}

/* What execve(2) would give away; that a mount or no_new_privs forbids it is not looked at. */
static int look_at_rights(const struct reader *r, struct nsx_elf *out)
{
	enum { SET_UID = 04000, SET_GID = 02000, GROUP_EXECUTES = 010 };
	struct nsx_stat st;
	int rc = nsx_sys_fstat(r->fd, &st);

	if (rc < 0)
		return fail(r, -rc, NULL);
	out->set_id = (st.mode & SET_UID) ||
		      (st.mode & (SET_GID | GROUP_EXECUTES)) == (SET_GID | GROUP_EXECUTES);
	rc = nsx_sys_fgetxattr(r->fd, "security.capability", NULL, 0);
	/* EOVERFLOW: they are there, for root of a user namespace that is not ours. */
	out->caps = rc >= 0 || rc == -EOVERFLOW;
	return out->caps || rc == -ENODATA || rc == -EOPNOTSUPP ? 0 : fail(r, -rc, "capabilities");
}

int nsx_elf_look(int fd, const char *name, struct nsx_elf *out, struct nsx_error *e)
{
	struct reader r = { .fd = fd, .name = name, .e = e };
	struct nsx_elf found = { .kind = NSX_ELF_OTHER };
	const long len = read_at(&r, r.beginning, sizeof(r.beginning), 0);
	const char *text = (const char *)r.beginning;

	if (len < 0 || look_at_rights(&r, &found) < 0)
		return -1;
	r.len = (size_t)len;
	if (nsx_text_after(text, "\177ELF")) {
		if (look_at_elf(&r, &found) < 0)
			return -1;
	} else if (text[0] == '#' && text[1] == '!') {
		look_at_script(text, r.len < SCRIPT_BYTES ? r.len : SCRIPT_BYTES, &found);
	}
	*out = found;
	return 0;
}
