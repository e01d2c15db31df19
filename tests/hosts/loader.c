/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A loader that loads nothing: whatever the kernel starts with it does what ACT says before
 * anything else, and then ends with status 0.  Without libc, and at any address.
 */
#include <stddef.h>

#include "sys.h"
#include "sys_clone.h"
#include "sys_fd.h"
#include "sys_file.h"
#include "sys_process.h"
#include "sys_socket.h"

static const char *variable(char **env, const char *name)
{
	for (; *env; env++) {
		const char *a = *env, *b = name;

		while (*b && *a == *b) {
			a++;
			b++;
		}
		if (!*b)
			return a;
	}
	return NULL;
}

/* Has something happened?  Then this says so. */
static void touch(char **env)
{
	const char *path = variable(env, "TOUCH=");
	const int fd =
		path ? (int)nsx_syscall4(__NR_openat, AT_FDCWD, path, O_CREAT | O_WRONLY, 0600)
		     : -1;

	(void)nsx_sys_close(fd);
}

static int descriptor(char **env, const char *name)
{
	const char *value = variable(env, name);
	int fd = 0;

	while (value && *value >= '0' && *value <= '9')
		fd = fd * 10 + (*value++ - '0');
	return fd;
}

enum act { END, TOUCH, WRITE, READ, FORK, EXEC, SHARE, ANSWER, WORDS, CLOSE, WAIT };

static void act(char **env)
{
	static const char false_answer[72];
	char buf[4], *argv[] = { buf, NULL };
	const char *wait = variable(env, "WAIT=");

	switch (ACT) {
	case TOUCH:
		touch(env);
		break;
	case WRITE:
		(void)nsx_sys_write(1, "the host ran\n", 13);
		break;
	case READ:
		(void)nsx_sys_read(0, buf, 1);
		break;
	case FORK:
		if (nsx_sys_clone_bare(SIGCHLD) == 0)
			touch(env);
		break;
	case EXEC:
		(void)nsx_sys_execve("/bin/true", argv, env);
		break;
	case SHARE: /* of an open file of somebody's */
		(void)nsx_syscall6(__NR_mmap, 0, 4096, 3, 1, 0, 0);
		break;
	case ANSWER:
		(void)nsx_sys_send(descriptor(env, "NSEXEC_ANSWER="), false_answer,
				   sizeof(false_answer));
		break;
	case WORDS:
		(void)nsx_sys_read(descriptor(env, "NSEXEC_FD="), buf, 1);
		break;
	case CLOSE:
		(void)nsx_sys_close(0);
		break;
	case WAIT: /* for a file to be there; may_execute() is one of a loader's calls */
		while (wait && nsx_sys_may_execute(wait) < 0)
			;
		break;
	default:
		return;
	}
	/* Nobody should come so far, but behind WAIT and ANSWER. */
	touch(env);
}

_Noreturn void start(long *stack);
_Noreturn void start(long *stack)
{
	act((char **)(stack + 1 + stack[0] + 1));
	nsx_sys_exit(0);
}

NSX_START(start);
