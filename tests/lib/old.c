/* SPDX-License-Identifier: Apache-2.0 */
/* old CALL PROGRAM [ARGUMENT]...: run it as on a kernel that lacks that system call. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../unit/filter.h"

int main(int argc, char **argv)
{
	const struct {
		const char *name;
		int nr;
	} calls[] = { { "open_tree", SYS_open_tree },
		      { "mount_setattr", 442 },
		      { "fsopen", SYS_fsopen } };

	for (int i = 0; argc > 2 && i < 3; i++)
		if (!strcmp(argv[1], calls[i].name)) {
			if (!filter_fail(calls[i].nr, ENOSYS))
				return 99;
			(void)execvp(argv[2], argv + 2);
			perror(argv[2]);
		}
	return 98;
}
