/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes of a process that survive execve(2), some of them fork(2): said, and set. */
#define _GNU_SOURCE
#include "probe.h"

#include <fcntl.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

enum { DRESSED_FD = 7 };

static void say_limits(void)
{
	for (int it = 0; it < RLIM_NLIMITS; it++) {
		struct rlimit limit;
		char key[32];

		if (getrlimit((__rlimit_resource_t)it, &limit) < 0)
			continue;
		snprintf(key, sizeof(key), "limit:%02d", it);
		say(key, "%lld %lld", (long long)limit.rlim_cur, (long long)limit.rlim_max);
	}
}

static void say_scheduling(void)
{
	struct sched_param param = { 0 };
	cpu_set_t cpus;

	say("sched:policy", "%d", sched_getscheduler(0));
	if (sched_getparam(0, &param) == 0)
		say("sched:priority", "%d", param.sched_priority);
	say("sched:nice", "%d", getpriority(PRIO_PROCESS, 0));
	if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0)
		say("sched:cpus", "%d, %s", CPU_COUNT(&cpus),
		    CPU_ISSET(0, &cpus) ? "0 too" : "not 0");
	say("sched:io", "%lx", syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0));
	say("sched:slack", "%d", prctl(PR_GET_TIMERSLACK));
}

/* Lines of /proc/PID/status that no system call tells. */
static void say_status(void)
{
	static const char *const names[] = { "Seccomp", "Seccomp_filters", "Threads", "TracerPid",
					     "Mems_allowed" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char wanted[32], key[48];
		const char *text = proc_text("self/status", NULL);

		snprintf(wanted, sizeof(wanted), "\n%s:", names[i]);
		snprintf(key, sizeof(key), "status:%s", names[i]);
		text = text ? strstr(text, wanted) : NULL;
		if (text) {
			text += strlen(wanted);
			say(key, "%.*s", (int)strcspn(text, "\n"), text);
		}
	}
}

void say_attributes(void)
{
	int signal = 0, reaper = 0;
	struct itimerval timer = { 0 };
	mode_t mask = umask(077);

	umask(mask);
	prctl(PR_GET_PDEATHSIG, &signal);
	prctl(PR_GET_CHILD_SUBREAPER, &reaper);
	getitimer(ITIMER_REAL, &timer);
	say("umask", "%03o", mask);
	say("pdeathsig", "%d", signal);
	say("subreaper", "%d", reaper);
	say("timer", timer.it_value.tv_sec ? "runs" : "none");
	say("dumpable", "%d", prctl(PR_GET_DUMPABLE));
	say("personality", "%x", personality(0xffffffff));
	say_own("oom_score_adj", "oom_score_adj");
	say_own("coredump_filter", "coredump_filter");
	say_own("label", "attr/current");
	say_limits();
	say_scheduling();
	say_status();
}

static void dress_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGRTMIN + 3);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGHUP, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
}

static void dress_scheduling(void)
{
	struct sched_param param = { 0 };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	sched_setscheduler(0, SCHED_BATCH, &param);
	setpriority(PRIO_PROCESS, 0, 3);
	syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 6));
	prctl(PR_SET_TIMERSLACK, 123456);
}

/* An environment of which not every program believes that it can be. */
static void dress_environment(void)
{
	static char *odd[64] = { "TWICE=1", "TWICE=2", "=nameless", "VALUELESS", "LINES=a\nb" };

	for (size_t i = 0, at = 5; environ[i] && at < 63; i++, at++)
		odd[at] = environ[i];
	environ = odd;
}

static int run(char **command)
{
	execvp(*command, command);
	perror(*command);
	return 2;
}

int awaited(char **command)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR2);
	return run(command);
}

int dressed(char **command)
{
	struct rlimit files = { .rlim_cur = 500, .rlim_max = 600 }, core = { 0 };
	struct itimerval timer = { .it_value = { .tv_sec = 1000 } };
	int fd = openat(CALLERS_PROC, "self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, "77", 2) < 0)
		perror("oom_score_adj");
	close(fd);
	dress_signals();
	dress_scheduling();
	dress_environment();
	setpgid(0, 0);
	umask(027);
	setrlimit(RLIMIT_NOFILE, &files);
	setrlimit(RLIMIT_CORE, &core);
	setitimer(ITIMER_REAL, &timer, NULL);
	personality(ADDR_NO_RANDOMIZE);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	dup2(CALLERS_PROC, DRESSED_FD);
	return run(command);
}
