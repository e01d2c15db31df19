/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel that lacks a system call, or a container that forbids it. */
#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/prctl.h>

/* As <linux/filter.h> has them; not every libc comes with the kernel's headers. */
struct filter_op {
	uint16_t code;
	uint8_t if_true, if_false;
	uint32_t value;
};

struct filter {
	uint16_t n;
	const struct filter_op *ops;
};

enum {
	FILTER_LOAD = 0x20,
	FILTER_EQUAL = 0x15,
	FILTER_RETURN = 0x06,
	FILTER_ALLOW = 0x7fff0000,
	FILTER_ERRNO = 0x00050000,
	FILTER_MODE = 2,
};

/*
 * From now on, system call @nr fails with @err in this process; so it should be a
 * child.  Return: false where no filter can be had.
 */
static inline bool filter_fail(int nr, int err)
{
	const struct filter_op ops[] = {
		{ .code = FILTER_LOAD }, /* the number of the call */
		{ .code = FILTER_EQUAL, .if_false = 1, .value = (uint32_t)nr },
		{ .code = FILTER_RETURN, .value = FILTER_ERRNO | (uint32_t)err },
		{ .code = FILTER_RETURN, .value = FILTER_ALLOW },
	};
	const struct filter filter = { sizeof(ops) / sizeof(*ops), ops };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, FILTER_MODE, &filter) == 0;
}

#endif
