/* SPDX-License-Identifier: Apache-2.0 */
/* A program that has threads before its main begins: see libstarts.c. */
#include "report.h"

extern int libstarts_threads_before;

int main(int argc, char **argv)
{
	sigset_t set;

	report_block(&set);
	printf("before-library %d\n", libstarts_threads_before);
	report();
	return report_then(argc, argv, &set);
}
