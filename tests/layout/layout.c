/* SPDX-License-Identifier: Apache-2.0 */
/* Where the members are of the structs that other languages declare: NAME OFFSET BYTES. */
#include <nsexec.h>

#include <stddef.h>
#include <stdio.h>

#define SHOW(s, member)                                                             \
	printf("%s.%s %zu %zu\n", #s, #member, offsetof(struct nsexec_##s, member), \
	       sizeof(((struct nsexec_##s *)0)->member))

int main(void)
{
	SHOW(error, step);
	SHOW(error, err);
	SHOW(error, reserved);
	SHOW(error, subject);
	SHOW(error, hint);
	printf("error %zu\n", sizeof(struct nsexec_error));
	SHOW(options, size);
	SHOW(options, words);
	SHOW(program, size);
	SHOW(program, argv);
	SHOW(program, envp);
	SHOW(io, size);
	SHOW(io, in);
	SHOW(io, in_bytes);
	SHOW(io, timeout_ms);
	SHOW(io, out_bytes_max);
	SHOW(io, status);
	SHOW(io, timed_out);
	SHOW(io, truncated);
	SHOW(io, out);
	SHOW(io, out_bytes);
	SHOW(io, err);
	SHOW(io, err_bytes);
	return 0;
}
