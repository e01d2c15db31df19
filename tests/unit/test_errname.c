/* SPDX-License-Identifier: Apache-2.0 */
#include "errname.h"

#include <errno.h>
#include <limits.h>

#include "unit.h"

/* glibc has it since 2.32; musl has not. */
extern const char *strerrorname_np(int err) __attribute__((weak));

static const char *libc_name(int err)
{
	return strerrorname_np ? strerrorname_np(err) : NULL;
}

static bool known(int err)
{
	return strcmp(nsx_errname(err), "E?") != 0;
}

static void names_are_those_of_libc(void)
{
	int n = 0;

	for (int err = 1; err < 4096; err++) {
		const char *want = libc_name(err);

		if (!want)
			continue;
		check_text(nsx_errname(err), want);
		n++;
	}
	check(!strerrorname_np || n > 130);
}

/* musl says some of them in other words. */
static void texts_are_those_of_libc(void)
{
	for (int err = 1; err < 4096 && strerrorname_np; err++)
		if (known(err))
			check_text(nsx_errtext(err), strerror(err));
}

static void nothing_is_named_that_libc_does_not_know(void)
{
	for (int err = 1; err < 4096 && strerrorname_np; err++)
		if (known(err))
			check(libc_name(err) != NULL);
}

static void other_numbers_are_harmless(void)
{
	static const int numbers[] = { 0, -1, -EPERM, INT_MIN, INT_MAX, 41, 58, 134, 512, 4096 };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		check_text(nsx_errname(numbers[i]), "E?");
		check_text(nsx_errtext(numbers[i]), "error unknown to nsexec");
	}
}

static void no_row_fills_its_place(void)
{
	for (int err = 1; err < 4096; err++) {
		unit_case = nsx_errname(err);
		check(strlen(nsx_errname(err)) < 16);
		check(strlen(nsx_errtext(err)) < 52 && nsx_errtext(err)[0]);
	}
}

int main(void)
{
	unit("every errno has the name that libc gives it", names_are_those_of_libc);
	unit("every errno has the text that libc gives it", texts_are_those_of_libc);
	unit("no number is named that libc does not name",
	     nothing_is_named_that_libc_does_not_know);
	unit("numbers that Linux does not use are harmless", other_numbers_are_harmless);
	unit("every name and text ends in its row", no_row_fills_its_place);
	return unit_end();
}
