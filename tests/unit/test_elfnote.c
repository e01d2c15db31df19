/* SPDX-License-Identifier: Apache-2.0 */
#include "elfnote.h"

#include <elf.h>
#include <stddef.h>
#include <unistd.h>

#include "identity.h"
#include "unit.h"

static struct file {
	Elf64_Ehdr header;
	Elf64_Phdr segment[2];
	struct {
		Elf64_Nhdr header;
		char owner[4], what[4];
	} note[2];
} file;

static void make_file(void)
{
	file = (struct file){
		.header = {
			.e_phoff = offsetof(struct file, segment),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 2,
		},
		.segment = {
			{ .p_type = PT_LOAD },
			{ .p_type = PT_NOTE,
			  .p_align = 4,
			  .p_offset = offsetof(struct file, note),
			  .p_filesz = sizeof(file.note) },
		},
		.note = {
			{ { 2, 3, 7 }, "a", "xyz" },
			{ { 4, 4, 8 }, "own", "1234" },
		},
	};
}

static bool has(const char *owner, uint32_t type, const char *what, size_t size)
{
	char path[] = "/tmp/nsexec-unit.XXXXXX";
	const int fd = mkstemp(path);
	bool found;

	check(fd >= 0);
	check_int(unlink(path), 0);
	check_int(write(fd, &file, sizeof(file)), sizeof(file));
	found = nsx_elf_note(fd, owner, type, what, size);
	(void)close(fd);
	return found;
}

static bool has_ours(void)
{
	return has("own", 8, "1234", 4);
}

static void a_note_is_found_among_others(void)
{
	make_file();
	check(has("a", 7, "xyz", 3));
	check(has_ours());
}

static void another_note_is_not_taken_for_it(void)
{
	make_file();
	check(!has("own", 8, "1235", 4));
	check(!has("own", 8, "123", 3));
	check(!has("own", 7, "1234", 4));
	check(!has("owm", 8, "1234", 4));
	check(!has("ow", 8, "1234", 4));
}

static void broken_files_have_none(void)
{
	static const struct {
		const char *what;
		size_t at;
		uint64_t value;
	} rows[] = {
		{ "no such segment", offsetof(struct file, segment[1].p_type), PT_LOAD },
		{ "longer than the file", offsetof(struct file, segment[1].p_filesz),
		  sizeof(file.note) + 1 },
		{ "endless", offsetof(struct file, segment[1].p_filesz), UINT64_MAX },
		{ "cut", offsetof(struct file, segment[1].p_filesz), sizeof(file.note) - 1 },
		{ "elsewhere", offsetof(struct file, segment[1].p_offset), UINT64_MAX },
		{ "headers elsewhere", offsetof(struct file, header.e_phoff), UINT64_MAX },
		{ "headers behind the end", offsetof(struct file, header.e_phoff), 5000 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		make_file();
		unit_case = rows[i].what;
		memcpy((char *)&file + rows[i].at, &rows[i].value,
		       i ? sizeof(uint64_t) : sizeof(uint32_t));
		check(!has_ours());
	}
}

static void broken_notes_hide_nothing_but_themselves(void)
{
	static const uint32_t sizes[] = { 5, 100, INT32_MAX, UINT32_MAX, UINT32_MAX - 3 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		make_file();
		file.note[0].header.n_namesz = sizes[i];
		check(!has("a", 7, "xyz", 3));
		make_file();
		file.note[0].header.n_descsz = sizes[i];
		check(!has("a", 7, "xyz", 3));
		make_file();
		file.note[1].header.n_descsz = sizes[i];
		check(!has_ours());
	}
}

static void nothing_is_no_file(void)
{
	check(!nsx_elf_note(-1, "own", 8, "1234", 4));
}

static void identity_fits_its_place(void)
{
	check(memchr(nsx_identity()->text, '\0', NSX_IDENTITY_BYTES) != NULL);
	check(strlen(nsx_identity()->text) > 10);
}

int main(void)
{
	unit("a note is found among others", a_note_is_found_among_others);
	unit("another note is not taken for it", another_note_is_not_taken_for_it);
	unit("broken files have none", broken_files_have_none);
	unit("broken notes hide nothing but themselves", broken_notes_hide_nothing_but_themselves);
	unit("nothing is no file", nothing_is_no_file);
	unit("identity fits its place", identity_fits_its_place);
	return unit_end();
}
