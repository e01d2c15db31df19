/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor join KINDS PID PROGRAM [ARGUMENT]...
 * floor enter KINDS PID PROGRAM [ARGUMENT]...
 * floor create KINDS UIDMAP GIDMAP PROGRAM [ARGUMENT]...
 *
 * What the kernel asks of any command that runs PROGRAM in namespaces of process PID, or in
 * new ones, and waits for it or, by "enter", becomes it: no libc, no proof, nothing set up, no error but a status.
 * KINDS are CLONE_NEW* as one number of hexadecimal digits; an empty map is none.
 */
#include "sys.h"

enum { FAILED = 125, NOT_EXECUTED = 127, STACK_BYTES = 1024 };

struct program {
	char **argv, **envp;
};

_Noreturn void floor_start(const long *stack);

static unsigned long number(const char *text, unsigned base)
{
	unsigned long n = 0;

	for (; *text; text++)
		n = n * base + (unsigned long)(*text <= '9' ? *text - '0' : *text - 'a' + 10);
	return n;
}

static void check(long rc)
{
	if (rc < 0)
		nsx_sys_exit(FAILED);
}

static void write_text(const char *file, const char *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	/* Never closed: that would be another call. */
	check(nsx_sys_write(nsx_sys_open(file, O_WRONLY | O_CLOEXEC, 0), text, n));
}

static void execute(void *arg)
{
	const struct program *p = arg;

	(void)nsx_sys_execve(p->argv[0], p->argv, p->envp); /* returns only if it fails */
	nsx_sys_exit(NOT_EXECUTED);
}

static _Noreturn void run(struct program *p)
{
	/* On the page of the stack that is there already. */
	char stack[STACK_BYTES] __attribute__((aligned(16)));
	int status = 0;
	const int pid = (int)NSX_CLONE_CALLING(NSX_CLONE_VM | NSX_CLONE_VFORK | SIGCHLD,
					       stack + sizeof(stack), NULL, execute, p);

	check(pid);
	check(nsx_sys_wait(pid, &status, 0));
	nsx_sys_exit(status & 0x7f ? FAILED : status >> 8 & 0xff);
}

static void join(char **words)
{
	check(nsx_sys_setns(nsx_sys_pidfd_open((int)number(words[1], 10)),
			    (unsigned)number(words[0], 16)));
}

static void create(char **words)
{
	check(nsx_sys_unshare((unsigned)number(words[0], 16)));
	if (*words[1])
		write_text("/proc/self/uid_map", words[1]);
	if (*words[2]) {
		/* Or nobody may map a group for himself. */
		write_text("/proc/self/setgroups", "deny");
		write_text("/proc/self/gid_map", words[2]);
	}
}

_Noreturn void floor_start(const long *stack)
{
	const long argc = stack[0];
	char **argv = (char **)(stack + 1);
	struct program p = { argv + 4, argv + argc + 1 };

	if (argc < 5)
		nsx_sys_exit(2);
	if (argv[1][0] == 'c') {
		create(argv + 2);
		p.argv++;
	} else {
		join(argv + 2);
		if (argv[1][0] == 'e')
			execute(&p); /* never returns */
	}
	run(&p);
}

NSX_START(floor_start);
