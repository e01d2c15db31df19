/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor join[+PIECES] KINDS PID PROGRAM [ARGUMENT]...
 * floor enter KINDS PID PROGRAM [ARGUMENT]...
 * floor create KINDS UIDMAP GIDMAP PROGRAM [ARGUMENT]...
 *
 * What the kernel asks of any command that runs PROGRAM in namespaces of process PID, or in
 * new ones, and waits for it or, by "enter", becomes it: no libc, no proof, nothing set up, no error but a status.
 * KINDS are CLONE_NEW* as one number of hexadecimal digits; an empty map is none.
 *
 * PIECES are letters, each for calls that the command makes beside those, with the same
 * results but not looked at, to tell what each costs:
 *
 *   t  names of three of the target's namespaces, from /proc
 *   o  two of our own, by a pidfd
 *   g  not to be looked into from inside
 *   s  signals held, and given back to the program
 *   d  the program dies with us
 *   w  with s: no descriptor kept, and a wait for signals that would be passed on
 *   p  four more pages of the stack
 */
#include "sys_clone.h"
#include "sys_fd.h"
#include "sys_file.h"
#include "sys_namespace.h"
#include "sys_pidfd.h"
#include "sys_process.h"
#include "sys_signal.h"

enum { FAILED = 125, NOT_EXECUTED = 127, STACK_BYTES = 1024 };

struct program {
	char **argv, **envp;
	const char *pieces;
	struct nsx_sigaction child;
	uint64_t mask;
};

static bool has(const struct program *p, char piece)
{
	const char *at = p->pieces;

	while (*at && *at != piece)
		at++;
	return *at;
}

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

	if (has(p, 'd'))
		check(nsx_sys_prctl(NSX_PR_SET_PDEATHSIG, SIGKILL));
	if (has(p, 's'))
		check(nsx_sys_sigmask(SIG_SETMASK, &p->mask, NULL));
	(void)nsx_sys_execve(p->argv[0], p->argv, p->envp); /* returns only if it fails */
	nsx_sys_exit(NOT_EXECUTED);
}

static const uint64_t every_signal = ~(uint64_t)0;

static void await_signal(void)
{
	struct nsx_siginfo info;

	check(nsx_sys_close_range(0, INT32_MAX - 1));
	check(nsx_sys_sigtimedwait(&every_signal, &info, NULL));
}

static _Noreturn void run(struct program *p)
{
	/* On the page of the stack that is there already. */
	char stack[STACK_BYTES] __attribute__((aligned(16)));
	int status = 0;
	int pid;

	if (has(p, 's')) {
		const struct nsx_sigaction by_default = { 0 };

		check(nsx_sys_sigaction(SIGCHLD, &by_default, &p->child));
		check(nsx_sys_sigmask(SIG_SETMASK, &every_signal, &p->mask));
	}
	pid = (int)NSX_CLONE_CALLING(NSX_CLONE_VM | NSX_CLONE_VFORK | SIGCHLD,
				     stack + sizeof(stack), NULL, execute, p);

	check(pid);
	if (has(p, 'w'))
		await_signal();
	check(nsx_sys_wait(pid, &status, 0));
	nsx_sys_exit(status & 0x7f ? FAILED : status >> 8 & 0xff);
}

static void look_at_theirs(const char *pid, const char *kind)
{
	const char *const parts[] = { "/proc/", pid, "/ns/", kind };
	char path[64], name[64], *to = path;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		for (const char *from = parts[i]; *from;)
			*to++ = *from++;
	*to = '\0';
	check(nsx_sys_readlink(path, name, sizeof(name)));
}

static void look_at_ours(void)
{
	enum { MNT = 3, PID = 5 };
	static const unsigned char kinds[] = { MNT, PID };
	const int self = nsx_sys_pidfd_open(nsx_sys_getpid());

	for (size_t i = 0; i < sizeof(kinds); i++) {
		struct nsx_stat st;

		check(nsx_sys_fstat(nsx_sys_ioctl(self, NSX_PIDFD_GET_NAMESPACE + kinds[i], NULL),
				    &st));
	}
}

static void touch_pages(void)
{
	enum { PAGE = 4096, PAGES = 4 };
	volatile char pages[PAGES * PAGE];

	for (size_t i = 0; i < sizeof(pages); i += PAGE)
		pages[i] = 0;
}

static void join(const struct program *p, char **words)
{
	const int target = nsx_sys_pidfd_open((int)number(words[1], 10));

	if (has(p, 't')) {
		look_at_theirs(words[1], "user");
		look_at_theirs(words[1], "mnt");
		look_at_theirs(words[1], "pid");
	}
	if (has(p, 'o'))
		look_at_ours();
	if (has(p, 'p'))
		touch_pages();
	if (has(p, 'g'))
		check(nsx_sys_prctl(NSX_PR_SET_DUMPABLE, 0));
	check(nsx_sys_setns(target, (unsigned)number(words[0], 16)));
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
	struct program p = { .argv = argv + 4, .envp = argv + argc + 1, .pieces = "" };

	if (argc < 5)
		nsx_sys_exit(2);
	if (argv[1][0] == 'c') {
		create(argv + 2);
		p.argv++;
	} else {
		if (argv[1][0] == 'j' && argv[1][4])
			p.pieces = argv[1] + 5;
		join(&p, argv + 2);
		if (argv[1][0] == 'e')
			execute(&p); /* never returns */
	}
	run(&p);
}

NSX_START(floor_start);
