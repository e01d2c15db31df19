/* SPDX-License-Identifier: Apache-2.0 */
#include "elffile.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "arch.h"
#include "unit.h"

static struct nsx_elf elf;
static struct nsx_error error;

static int look(int fd)
{
	memset(&elf, 0x55, sizeof(elf));
	memset(&error, 0, sizeof(error));
	return nsx_elf_look(fd, "NAME", &elf, &error);
}

static int look_at(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc;

	unit_case = path;
	check(fd >= 0);
	rc = look(fd);
	(void)close(fd);
	return rc;
}

/* A file of these bytes; closed by the caller. */
static int file_of(const void *bytes, size_t len)
{
	char path[] = "/tmp/nsexec-unit.XXXXXX";
	const int fd = mkstemp(path);

	check(fd >= 0);
	check_int(unlink(path), 0);
	check_int(write(fd, bytes, len), len);
	return fd;
}

static int look_at_bytes(const void *bytes, size_t len)
{
	const int fd = file_of(bytes, len);
	const int rc = look(fd);

	(void)close(fd);
	return rc;
}

/* The program at hand is what every build makes: dynamic, of this machine. */
static void a_dynamic_program_names_its_loader(void)
{
	if (!check_int(look_at("/proc/self/exe"), 0))
		return;
	check_int(elf.kind, NSX_ELF_DYNAMIC);
	check_int(elf.bits, 64);
	check_int(elf.machine, NSX_MACHINE);
	check(elf.native);
	check(!elf.set_id && !elf.caps);
	check(strstr(elf.interpreter, "/ld") != NULL);
	check_text(elf.argument, "");
}

/* A loader is a shared object: of type DYN, and names no interpreter. */
static void a_loader_is_static(void)
{
	char loader[NSX_ELF_INTERPRETER_BYTES];

	if (!check_int(look_at("/proc/self/exe"), 0))
		return;
	(void)snprintf(loader, sizeof(loader), "%s", elf.interpreter);
	if (!check_int(look_at(loader), 0))
		return;
	check_int(elf.kind, NSX_ELF_STATIC);
	check(elf.native);
	check_text(elf.interpreter, "");
}

static void what_is_no_file_of_bytes_cannot_be_looked_at(void)
{
	check_int(look_at("/tmp"), -1);
	check_int(error.step, NSX_STEP_EXEC);
	check_int(error.err, EISDIR);
	check_text(error.subject, "NAME");
	check_int(look(-1), -1);
	check_int(error.err, EBADF);
}

/* ---- made by hand ----------------------------------------------------------- */

static struct program {
	Elf64_Ehdr header;
	Elf64_Phdr segment[3];
	char interpreter[16];
} program;

static const char loader[] = "/lib/ld-test.so";
_Static_assert(sizeof(loader) == sizeof(program.interpreter), "NUL included");

static void make_program(void)
{
	program = (struct program){
		.header = {
			.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_DYN,
			.e_machine = NSX_MACHINE,
			.e_version = EV_CURRENT,
			.e_phoff = offsetof(struct program, segment),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 3,
		},
		.segment = {
			{ .p_type = PT_PHDR },
			{ .p_type = PT_LOAD },
			{ .p_type = PT_INTERP,
			  .p_offset = offsetof(struct program, interpreter),
			  .p_filesz = sizeof(loader) },
		},
	};
	memcpy(program.interpreter, loader, sizeof(loader));
}

static int look_at_program(void)
{
	return look_at_bytes(&program, sizeof(program));
}

static void a_program_by_hand_is_one(void)
{
	make_program();
	if (!check_int(look_at_program(), 0))
		return;
	check_int(elf.kind, NSX_ELF_DYNAMIC);
	check(elf.native);
	check_text(elf.interpreter, loader);

	program.header.e_type = ET_EXEC;
	check_int(look_at_program(), 0);
	check_int(elf.kind, NSX_ELF_DYNAMIC);
}

static void without_an_interpreter_it_is_static(void)
{
	make_program();
	program.segment[2].p_type = PT_NOTE;
	check_int(look_at_program(), 0);
	check_int(elf.kind, NSX_ELF_STATIC);
	check_text(elf.interpreter, "");
	check(elf.native);

	/* Behind the last header there may be what looks like one. */
	make_program();
	program.header.e_phnum = 2;
	check_int(look_at_program(), 0);
	check_int(elf.kind, NSX_ELF_STATIC);
}

static void the_first_interpreter_counts(void)
{
	make_program();
	program.segment[0] = program.segment[2];
	program.segment[2].p_offset = UINT64_MAX;
	check_int(look_at_program(), 0);
	check_text(elf.interpreter, loader);
}

static void other_machines_are_told_apart(void)
{
	make_program();
	program.header.e_machine = EM_PPC64;
	check_int(look_at_program(), 0);
	check_int(elf.kind, NSX_ELF_DYNAMIC);
	check_int(elf.bits, 64);
	check_int(elf.machine, EM_PPC64);
	check(!elf.native);
}

static void in_32_bits_the_numbers_are_elsewhere(void)
{
	struct {
		Elf32_Ehdr header;
		Elf32_Phdr segment[2];
		char interpreter[sizeof(loader)];
	} small = {
		.header = {
			.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_EXEC,
			.e_machine = EM_386,
			.e_phoff = sizeof(Elf32_Ehdr),
			.e_phentsize = sizeof(Elf32_Phdr),
			.e_phnum = 2,
		},
		.segment = {
			{ .p_type = PT_LOAD },
			{ .p_type = PT_INTERP,
			  .p_offset = sizeof(Elf32_Ehdr) + 2 * sizeof(Elf32_Phdr),
			  .p_filesz = sizeof(loader) },
		},
	};

	memcpy(small.interpreter, loader, sizeof(loader));
	if (!check_int(look_at_bytes(&small, sizeof(small)), 0))
		return;
	check_int(elf.kind, NSX_ELF_DYNAMIC);
	check_int(elf.bits, 32);
	check_int(elf.machine, EM_386);
	check(!elf.native);
	check_text(elf.interpreter, loader);

	/* x32: our machine, and not our class. */
	small.header.e_machine = NSX_MACHINE;
	check_int(look_at_bytes(&small, sizeof(small)), 0);
	check(!elf.native);
}

static void swap(void *bytes, size_t len)
{
	unsigned char *b = bytes;

	for (size_t i = 0; i < len / 2; i++) {
		const unsigned char c = b[i];

		b[i] = b[len - 1 - i];
		b[len - 1 - i] = c;
	}
}

#define SWAP(number) swap(&(number), sizeof(number))

static void with_the_other_byte_order_it_is_read_too(void)
{
	make_program();
	program.header.e_ident[EI_DATA] = ELFDATA2MSB;
	SWAP(program.header.e_type);
	SWAP(program.header.e_machine);
	SWAP(program.header.e_phoff);
	SWAP(program.header.e_phentsize);
	SWAP(program.header.e_phnum);
	for (size_t i = 0; i < 3; i++) {
		SWAP(program.segment[i].p_type);
		SWAP(program.segment[i].p_offset);
		SWAP(program.segment[i].p_filesz);
	}
	if (!check_int(look_at_program(), 0))
		return;
	check_int(elf.machine, NSX_MACHINE);
	check(!elf.native);
	check_text(elf.interpreter, loader);
}

/* At every length; no byte behind its end may be read as if it were there. */
static void cut_short_it_is_refused(void)
{
	char where[32];

	make_program();
	for (size_t len = 4; len < sizeof(program); len++) {
		(void)snprintf(where, sizeof(where), "%zu bytes", len);
		unit_case = where;
		if (!check_int(look_at_bytes(&program, len), -1))
			return;
		check_int(error.step, NSX_STEP_EXEC);
		check_int(error.err, ENOEXEC);
		check_text(error.subject, "NAME (an ELF file that is cut short)");
	}
}

static void refused(const char *why, int err, const char *subject)
{
	unit_case = why;
	check_int(look_at_program(), -1);
	check_int(error.step, NSX_STEP_EXEC);
	check_int(error.err, err);
	check_text(error.subject, subject);
	make_program();
}

static void nonsense_is_refused(void)
{
	static const char broken[] = "NAME (a broken ELF file)";
	static const char unnamed[] = "NAME (an ELF file that names no interpreter)";

	make_program();
	program.header.e_ident[EI_CLASS] = 3;
	refused("class", ENOEXEC, broken);
	program.header.e_ident[EI_DATA] = 0;
	refused("byte order", ENOEXEC, broken);
	program.header.e_type = ET_REL;
	refused("an object", ENOEXEC, "NAME (an ELF file, but no program)");
	program.header.e_phnum = 0;
	refused("no headers", ENOEXEC, broken);
	program.header.e_phnum = UINT16_MAX;
	refused("many headers", ENOEXEC, broken);
	program.header.e_phnum = 65536 / sizeof(Elf64_Phdr);
	program.segment[2].p_type = PT_NOTE;
	refused("more headers than bytes", ENOEXEC, "NAME (an ELF file that is cut short)");
	program.header.e_phentsize = sizeof(Elf32_Phdr);
	refused("headers of another size", ENOEXEC, broken);
	program.header.e_phoff = UINT64_MAX - 8;
	refused("headers around the end of numbers", ENOEXEC, broken);
	program.header.e_phoff = INT64_MAX;
	refused("headers around the end of offsets", ENOEXEC, broken);
	program.segment[2].p_offset = UINT64_MAX - 4;
	refused("interpreter around the end of numbers", ENOEXEC, broken);
	program.segment[2].p_offset = INT64_MAX;
	refused("interpreter around the end of offsets", ENOEXEC, broken);
	program.segment[2].p_filesz = sizeof(loader) - 1;
	refused("interpreter without NUL", ENOEXEC, unnamed);
	program.segment[2].p_filesz = 1;
	refused("short interpreter", ENOEXEC, unnamed);
	program.segment[2].p_filesz = 0;
	refused("no interpreter", ENOEXEC, unnamed);
	program.interpreter[0] = '\0';
	refused("empty interpreter", ENOEXEC, unnamed);
	program.segment[2].p_filesz = NSX_ELF_INTERPRETER_BYTES + 1;
	refused("long interpreter", ENAMETOOLONG, "NAME (the interpreter that it names)");
	program.segment[2].p_filesz = UINT64_MAX;
	refused("endless interpreter", ENAMETOOLONG, "NAME (the interpreter that it names)");
}

static void bytes_of_noise_do_no_harm(void)
{
	uint32_t noise = 1;

	for (unsigned i = 0; i < 5000; i++) {
		unsigned char *bytes = (unsigned char *)&program;

		make_program();
		for (unsigned n = 0; n < 4; n++) {
			noise = noise * 1664525u + 1013904223u;
			bytes[4 + (noise >> 8) % (sizeof(program) - 4)] =
				(unsigned char)(noise >> 24);
		}
		if (look_at_program() < 0)
			check_int(error.step, NSX_STEP_EXEC);
		else
			check(memchr(elf.interpreter, '\0', sizeof(elf.interpreter)) != NULL);
	}
}

/* ---- scripts ---------------------------------------------------------------- */

static void look_at_text(const char *text)
{
	unit_case = text;
	check_int(look_at_bytes(text, strlen(text)), 0);
	check_int(elf.bits, 0);
	check(!elf.native);
}

static void check_script(const char *text, const char *interpreter, const char *argument)
{
	look_at_text(text);
	check_int(elf.kind, NSX_ELF_SCRIPT);
	check_text(elf.interpreter, interpreter);
	check_text(elf.argument, argument);
}

static void check_other(const char *text)
{
	look_at_text(text);
	check_int(elf.kind, NSX_ELF_OTHER);
	check_text(elf.interpreter, "");
}

static void scripts_name_an_interpreter_and_one_argument(void)
{
	check_script("#!/bin/sh\necho\n", "/bin/sh", "");
	check_script("#! /x y z\r\n", "/x", "y z\r");
	check_script("#!/bin/sh\r\n", "/bin/sh\r", "");
	check_script("#!\t/x\ty \t \n", "/x", "y");
	check_script("#!/x", "/x", "");
	check_script("#!/x  \n", "/x", "");
	check_script("#!/x -e", "/x", "-e");
	check_script("#!/usr/bin/env -S a b\nc", "/usr/bin/env", "-S a b");
}

static void what_names_none_is_no_script(void)
{
	check_other("");
	check_other("#");
	check_other("#!");
	check_other("#! \t\n/bin/sh\n");
	check_other("# !/bin/sh\n");
	check_other("echo a shell script\n");
	check_other("\177EL");
	check_other("MZ");
}

/* The kernel looks at 256 bytes, and an interpreter that may go on behind them is none. */
static void a_name_that_is_too_long_is_none(void)
{
	char text[400];

	memset(text, 'x', sizeof(text));
	memcpy(text, "#!/", 3);
	unit_case = "endless";
	check_int(look_at_bytes(text, sizeof(text)), 0);
	check_int(elf.kind, NSX_ELF_OTHER);

	unit_case = "to the last byte";
	text[256] = '\n';
	check_int(look_at_bytes(text, sizeof(text)), 0);
	check_int(elf.kind, NSX_ELF_OTHER);

	unit_case = "one less";
	text[255] = ' ';
	check_int(look_at_bytes(text, sizeof(text)), 0);
	check_int(elf.kind, NSX_ELF_SCRIPT);
	check_int(strlen(elf.interpreter), 253);
	check_text(elf.argument, "");

	unit_case = "an argument is cut";
	text[5] = ' ';
	text[255] = 'x';
	check_int(look_at_bytes(text, sizeof(text)), 0);
	check_int(elf.kind, NSX_ELF_SCRIPT);
	check_text(elf.interpreter, "/xx");
	check_int(strlen(elf.argument), 255 - 6);
}

/* ---- rights ----------------------------------------------------------------- */

static bool set_id(mode_t mode)
{
	const int fd = file_of("", 0);

	check_int(fchmod(fd, mode), 0);
	check_int(look(fd), 0);
	(void)close(fd);
	return elf.set_id;
}

static void set_id_bits_are_seen(void)
{
	check(!set_id(0755));
	check(set_id(04700));
	check(set_id(02750));
	/* Without "x" for the group it once meant mandatory locks. */
	check(!set_id(02705));
}

static void file_capabilities_are_seen(void)
{
	/* struct vfs_cap_data, revision 2: effective, CAP_NET_BIND_SERVICE */
	const uint32_t caps[5] = { 0x02000001, 1u << 10 };
	const int fd = file_of("#!/bin/sh\n", 10);

	if (fsetxattr(fd, "security.capability", caps, sizeof(caps), 0) < 0) {
		(void)close(fd);
		unit_skip("file capabilities cannot be set here");
		return;
	}
	check_int(look(fd), 0);
	check(elf.caps);
	check_int(elf.kind, NSX_ELF_SCRIPT);
	(void)close(fd);
}

int main(void)
{
	unit("a dynamic program names its loader", a_dynamic_program_names_its_loader);
	unit("a loader is static", a_loader_is_static);
	unit("what is no file of bytes cannot be looked at",
	     what_is_no_file_of_bytes_cannot_be_looked_at);
	unit("a program by hand is one", a_program_by_hand_is_one);
	unit("without an interpreter it is static", without_an_interpreter_it_is_static);
	unit("the first interpreter counts", the_first_interpreter_counts);
	unit("other machines are told apart", other_machines_are_told_apart);
	unit("in 32 bits the numbers are elsewhere", in_32_bits_the_numbers_are_elsewhere);
	unit("with the other byte order it is read too", with_the_other_byte_order_it_is_read_too);
	unit("cut short it is refused", cut_short_it_is_refused);
	unit("nonsense is refused", nonsense_is_refused);
	unit("bytes of noise do no harm", bytes_of_noise_do_no_harm);
	unit("scripts name an interpreter and one argument",
	     scripts_name_an_interpreter_and_one_argument);
	unit("what names none is no script", what_names_none_is_no_script);
	unit("a name that is too long is none", a_name_that_is_too_long_is_none);
	unit("set-id bits are seen", set_id_bits_are_seen);
	unit("file capabilities are seen", file_capabilities_are_seen);
	return unit_end();
}
