/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

#include "slim.h"

#include <errno.h>
#include <stdint.h>

#include "linked.h"
#include "sys_memory.h"

enum { PAGE_BYTES = 65536 }; /* the largest page of our architectures */

/* The linker's names for where the object that we are part of begins and ends. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
extern const char __ehdr_start[] NSX_LINKED;
extern const char _end[] NSX_LINKED;
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static uintptr_t page_down(uintptr_t at)
{
	return at & ~(uintptr_t)(PAGE_BYTES - 1);
}

/*
 * Holes are passed over.  A mapping that cannot be let go of, such as the kernel's
 * own of the clocks (vvar), is an EINVAL: smaller steps lead up to it and past it.
 */
static void let_go(uintptr_t from, uintptr_t to)
{
	uintptr_t step = to > from ? to - from : 0;

	while (from < to) {
		if (step > to - from)
			step = to - from;
		if (nsx_sys_madvise_dontneed(from, step) == -EINVAL && step > PAGE_BYTES) {
			step = page_down(step / 2);
			continue;
		}
		from += step;
		step *= 2;
	}
}

void nsx_slim(void)
{
	const char *first = __ehdr_start, *last = _end;
	const uintptr_t begin = page_down((uintptr_t)first);
	const uintptr_t end = page_down((uintptr_t)last) + PAGE_BYTES;
	/* A page more: registers are saved below the frame's address. */
	const uintptr_t stack = page_down((uintptr_t)__builtin_frame_address(0)) - PAGE_BYTES;

	/* cppcheck-suppress knownConditionTrueFalse ; weak names may be absent */
	if (!first || !last || end > stack)
		return;
	let_go(PAGE_BYTES, begin);
	let_go(end, stack);
}
