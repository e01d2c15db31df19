/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host [FD]: write the time (CLOCK_MONOTONIC, nanoseconds, 8 bytes) to descriptor FD.
 *
 * Programs are made of this file without a constructor, with the model's, and with ours.
 */
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct timespec now;
	uint64_t ns;

	if (argc < 2)
		return 0;
	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail: a clock that is there */
	ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	return write(atoi(argv[1]), &ns, sizeof(ns)) == sizeof(ns) ? 0 : 1;
}
