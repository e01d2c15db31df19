/* SPDX-License-Identifier: Apache-2.0 */
/* What a process hands on to the program: words, descriptors, signals, relatives. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void say_program(char **argv, char **envp)
{
	char key[32];

	for (int i = 0; argv[i]; i++) {
		snprintf(key, sizeof(key), "argv:%d", i);
		say(key, "%s", argv[i]);
	}
	for (int i = 0; envp[i]; i++) {
		snprintf(key, sizeof(key), "env:%02d", i);
		say(key, "%s", envp[i]);
	}
	say("program:file", "%s", (const char *)getauxval(AT_EXECFN));
	say("program:secure", "%lu", getauxval(AT_SECURE));
	say_own("program:comm", "comm");
}

/* The numbers of pipes, sockets and namespaces are new each time. */
static void say_descriptor(int fd)
{
	char path[64], key[64], link[4096];
	ssize_t n;

	snprintf(path, sizeof(path), "self/fd/%d", fd);
	n = readlinkat(CALLERS_PROC, path, link, sizeof(link) - 1);
	link[n < 0 ? 0 : n] = '\0';
	if (strstr(link, ":["))
		strstr(link, ":[")[1] = '\0';
	snprintf(key, sizeof(key), "fd:%d", fd);
	say(key, "%s mode %o", link, fcntl(fd, F_GETFL));
}

void say_descriptors(void)
{
	for (int fd = 0; fd < 1024; fd++)
		if (fd != CALLERS_PROC && fcntl(fd, F_GETFD) >= 0)
			say_descriptor(fd);
}

static const char *disposition(int number)
{
	struct {
		void *handler;
		unsigned long rest[16];
	} action = { 0 };

	syscall(SYS_rt_sigaction, number, NULL, &action, sizeof(uint64_t));
	if (action.handler == (void *)SIG_DFL)
		return "default";
	return action.handler == (void *)SIG_IGN ? "ignored" : "caught";
}

/* The kernel's own words, since libc hides two signals; only those that are not as ever. */
void say_signals(void)
{
	uint64_t blocked = 0, pending = 0;

	syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, sizeof(blocked));
	syscall(SYS_rt_sigpending, &pending, sizeof(pending));
	for (int it = 1; it <= 64; it++) {
		const uint64_t bit = UINT64_C(1) << (it - 1);
		const char *action = disposition(it);
		char key[32];

		if (!((blocked | pending) & bit) && !strcmp(action, "default"))
			continue;
		snprintf(key, sizeof(key), "signal:%02d", it);
		say(key, "%s%s%s", action, blocked & bit ? " blocked" : "",
		    pending & bit ? " pending" : "");
	}
}

/* Fields of /proc/PID/stat, in the PIDs of the caller. */
struct relative {
	int pid, parent, group, session, terminal;
};

static int relative_of(int pid, struct relative *out)
{
	char path[64];
	const char *text;

	snprintf(path, sizeof(path), "%d/stat", pid);
	text = proc_text(path, NULL);
	text = text ? strrchr(text, ')') : NULL;
	out->pid = pid;
	return text && sscanf(text, ") %*c %d %d %d %d", &out->parent, &out->group, &out->session,
			      &out->terminal) == 4;
}

static const char *whose(int id, int own, int callers)
{
	if (id == callers)
		return "the caller's";
	return id == own ? "its own" : "another";
}

/* How many processes from the caller to us, or whether we have another parent. */
static void say_descent(struct relative it, const struct relative *caller)
{
	int steps = 0;

	for (; it.pid != caller->pid; steps++) {
		if (it.parent == 0 || !relative_of(it.parent, &it)) {
			say("descent", "not from the caller");
			return;
		}
	}
	say("descent", "%d", steps);
}

/* NSpid has one PID for each level from the caller's PID namespace down to ours. */
static void say_levels(void)
{
	const char *text = proc_text("self/status", NULL);
	int levels = -1;

	text = text ? strstr(text, "NSpid:") : NULL;
	for (; text && *text && *text != '\n'; text++)
		levels += *text == '\t';
	say("levels", "%d", levels);
}

void say_relatives(void)
{
	const char *told = getenv("PROBE_CALLER");
	struct relative own, caller;
	char link[16] = "";

	say("first", getpid() == 1 ? "yes" : "no");
	say("parent", getppid() == 0 ? "outside" : getppid() == 1 ? "the first" : "inside");
	errno = 0;
	waitpid(-1, NULL, WNOHANG | __WALL);
	say("children", errno == ECHILD ? "none" : "some");
	say_levels();
	if (readlinkat(CALLERS_PROC, "self", link, sizeof(link) - 1) < 0 ||
	    !relative_of(atoi(link), &own) || !told || !relative_of(atoi(told), &caller))
		return;
	say_descent(own, &caller);
	say("group", "%s", whose(own.group, own.pid, caller.group));
	say("session", "%s", whose(own.session, own.pid, caller.session));
	say("terminal", "%s", own.terminal == caller.terminal ? "the caller's" : "another");
}
