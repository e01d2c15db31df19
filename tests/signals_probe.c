/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signals_probe all|SIGNAL...: take these signals, all others having the action
 * that was inherited, and print a line for each:
 *
 *	ready			from now on it takes them
 *	got SIGNAL user		by kill(2) or tkill(2)
 *	got SIGNAL queue VALUE	by sigqueue(3)
 *	got SIGNAL kernel
 *	got SIGNAL other
 *
 * "all" are 1 to 64, also the two that libc keeps to itself: hence the system calls.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SIGSET_BYTES = 8 };

static uint64_t chosen(char **words)
{
	uint64_t set = 0;

	for (; *words; words++)
		set |= strcmp(*words, "all") ? 1ull << (atoi(*words) - 1) : ~0ull;
	return set;
}

static void print(const siginfo_t *info)
{
	printf("got %d ", info->si_signo);
	if (info->si_code == SI_QUEUE)
		printf("queue %d\n", info->si_value.sival_int);
	else if (info->si_code == SI_USER || info->si_code == SI_TKILL)
		puts("user");
	else if (info->si_code == SI_KERNEL)
		puts("kernel");
	else
		puts("other");
}

int main(int argc, char **argv)
{
	uint64_t set = argc > 1 ? chosen(argv + 1) : 0;
	siginfo_t info;

	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, SIGSET_BYTES);
	puts("ready");
	for (;;)
		if (syscall(SYS_rt_sigtimedwait, &set, &info, NULL, SIGSET_BYTES) > 0)
			print(&info);
}
