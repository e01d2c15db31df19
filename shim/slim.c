/* SPDX-License-Identifier: Apache-2.0 */
#include "slim.h"

#include <stdint.h>

#include "sys.h"

enum { PAGE_BYTES = 65536 }; /* the largest page of our architectures */

/* The linker's names for where the object that we are part of begins and ends. */
extern const char __ehdr_start[] __attribute__((weak, visibility("hidden")));
extern const char _end[] __attribute__((weak, visibility("hidden")));

static uintptr_t page_down(uintptr_t at)
{
	return at & ~(uintptr_t)(PAGE_BYTES - 1);
}

/* Holes are passed over; a mapping that cannot be let go of ends the walk: no harm. */
static void let_go(uintptr_t from, uintptr_t to)
{
	if (from < to)
		(void)nsx_sys_madvise_dontneed(from, to - from);
}

void nsx_slim(void)
{
	const uintptr_t begin = page_down((uintptr_t)__ehdr_start);
	const uintptr_t end = page_down((uintptr_t)_end) + PAGE_BYTES;
	const uintptr_t stack = page_down((uintptr_t)__builtin_frame_address(0));

	if (!__ehdr_start || !_end || end > stack)
		return;
	let_go(PAGE_BYTES, begin);
	let_go(end, stack);
}
