/* SPDX-License-Identifier: Apache-2.0 */
/*
 *	stress ROUNDS PLAIN USERNS HOSTNAME [old]
 *
 * The library from 64 threads at once, each of which makes ROUNDS calls, in a process that
 * forks, uses its heap, gets signals and opens descriptors all the time.  PLAIN and USERNS
 * are PIDs; USERNS has a user namespace, and that HOSTNAME.  0: there is none.  old: on a
 * kernel without clone3(2), where handlers stay in place in all that is born.
 *
 * Prints what is wrong, and the numbers of what was done.
 */
#include <dirent.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stress.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || \
	__has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define IS_SANITIZED 1 /* its own memory comes and goes */
#else
#define IS_SANITIZED 0
#endif

atomic_int programs;

static atomic_int failures, made;
static atomic_bool over;
static int rounds;

void wrong(const char *format, ...)
{
	va_list ap;

	if (atomic_fetch_add(&failures, 1) >= 20)
		return;
	va_start(ap, format);
	flockfile(stdout);
	printf("wrong: ");
	vprintf(format, ap);
	printf("\n");
	funlockfile(stdout);
	va_end(ap);
}

/* ---- what must be as it was ---------------------------------------------------------- */

static int count_entries(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		(void)closedir(d); /* it is open */
	return n;
}

static const char *const kinds[] = { "cgroup", "ipc", "mnt",
				     "net",    "pid", "time",
				     "user",   "uts", "pid_for_children" };
enum { N_KINDS = sizeof(kinds) / sizeof(*kinds) };

struct thread_state {
	unsigned long long mask; /* bit N-1 for signal N: libc's own too */
	ino_t ns[N_KINDS];	 /* 0: the kernel has no such */
	char cwd[256];
};

static void look_at_thread(struct thread_state *s)
{
	*s = (struct thread_state){ .cwd = "" };
	(void)syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &s->mask,
		      sizeof(s->mask)); /* cannot fail */
	for (int i = 0; i < N_KINDS; i++) {
		char path[64];
		struct stat st;

		(void)snprintf(path, sizeof(path), "/proc/thread-self/ns/%s", kinds[i]);
		if (stat(path, &st) == 0)
			s->ns[i] = st.st_ino;
	}
	if (!getcwd(s->cwd, sizeof(s->cwd)))
		wrong("getcwd: %s", strerror(errno));
}

static void compare_thread(const struct thread_state *was, const char *who, int number)
{
	struct thread_state is;

	look_at_thread(&is);
	if (is.mask != was->mask)
		wrong("%s %d: signals %016llx are blocked, were %016llx", who, number, is.mask,
		      was->mask);
	for (int i = 0; i < N_KINDS; i++)
		if (is.ns[i] != was->ns[i])
			wrong("%s %d: in another namespace: %s", who, number, kinds[i]);
	if (strcmp(is.cwd, was->cwd) != 0)
		wrong("%s %d: in %s, was in %s", who, number, is.cwd, was->cwd);
}

/* How many processes are in the PID namespace of @pid? */
static int count_inside(int pid)
{
	DIR *d = opendir("/proc");
	struct dirent *entry;
	struct stat theirs, st;
	char path[300];
	int n = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	if (!d || stat(path, &theirs) < 0) {
		wrong("%s: %s", path, strerror(errno));
		return -1;
	}
	while ((entry = readdir(d))) {
		(void)snprintf(path, sizeof(path), "/proc/%s/ns/pid", entry->d_name);
		if (entry->d_name[0] <= '9' && stat(path, &st) == 0 && st.st_ino == theirs.st_ino)
			n++;
	}
	(void)closedir(d);
	return n;
}

static void await_inside(const struct target *t, int want)
{
	int n = 0;

	for (int i = 0; t->pid && i < 100; i++) {
		const struct timespec briefly = { 0, 10000000 };

		n = count_inside(t->pid);
		if (n == want)
			return;
		(void)nanosleep(&briefly, NULL);
	}
	if (t->pid)
		wrong("%d processes in %s, not %d", n, t->hostname, want);
}

static void check_no_child(void)
{
	int status;
	const pid_t pid = waitpid(-1, &status, __WALL | WNOHANG);

	if (pid >= 0 || errno != ECHILD)
		wrong("a child is left: %d, status 0x%x", (int)pid, pid > 0 ? status : 0);
}

static long mapped_kb(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[200];
	long kb = -1;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmSize: %ld", &kb) == 1)
			break;
	if (f)
		(void)fclose(f); /* read only */
	return kb;
}

/* ---- all at once --------------------------------------------------------------------- */

static bool may(const struct call *c)
{
	return (!c->needs_plain || plain.pid) && (!c->needs_userns || userns.pid);
}

/* Every thread makes each of the calls in its turn, but begins elsewhere. */
static void *work(void *arg)
{
	const int me = (int)(uintptr_t)arg;
	struct thread_state was;
	sigset_t set;

	/* Not all alike. */
	(void)sigemptyset(&set);
	(void)sigaddset(&set, me % 2 ? SIGUSR2 : SIGHUP);
	if (me % 7 == 0)
		(void)sigaddset(&set, SIGALRM);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL); /* cannot fail: a valid set */
	look_at_thread(&was);
	noise_name_thread(me);
	for (int done = 0, i = me; done < rounds; i++) {
		const struct call *c = &calls[i % n_calls];

		if (!may(c))
			continue;
		c->make(me * 1000 + done++);
		compare_thread(&was, c->name, me * 1000 + done);
		atomic_fetch_add(&made, 1);
	}
	noise_forget_thread(me);
	return NULL;
}

/*
 * ThreadSanitizer takes pthread_join(3) for a call that does nothing but wait, and runs
 * handlers at once that it puts off elsewhere.  But libc frees the stacks of other threads in
 * there, and clang's waits for ever then: the handler needs what free(3) has locked.  So the
 * signals are for all other threads.
 */
static void join_all(const pthread_t *thread)
{
	sigset_t before;

	noise_hold_signals(&before);
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(thread[i], NULL); /* it is one */
	atomic_store(&over, true);
	noise_stop();
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* cannot fail: as it was */
}

static void all_at_once(void)
{
	pthread_t thread[THREADS];
	int deaths;

	noise_start(&over);
	for (uintptr_t i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, work, (void *)i))
			abort();
	join_all(thread);
	check_no_child();
	if (noise_has_strayed())
		wrong("a handler ran in another process");
	deaths = noise_take_deaths();
	if (deaths > atomic_load(&programs))
		wrong("SIGCHLD %d times, for %d programs", deaths, atomic_load(&programs));
}

/* ---- one after the other: exactly ---------------------------------------------------- */

static void await_deaths(int want, const struct call *c)
{
	int n = 0;

	for (int i = 0; i < 200 && (n < want || i == 0); i++) {
		const struct timespec briefly = { 0, c->fails ? 10000 : 10000000 };

		if (i)
			(void)nanosleep(&briefly, NULL);
		n += noise_take_deaths();
	}
	if (n > want || (n < want && !c->fails))
		wrong("%s: SIGCHLD %d times, for %d programs", c->name, n, want);
}

static void one_by_one(const struct call *c)
{
	enum { TIMES = 6 };
	const int fds = count_entries("/proc/self/fd");
	struct thread_state was;
	long kb;

	if (!may(c))
		return;
	look_at_thread(&was);
	c->make(1);
	c->make(2);
	kb = mapped_kb();
	(void)noise_take_deaths();
	for (int i = 0; i < TIMES; i++) {
		atomic_store(&programs, 0);
		c->make(i);
		await_deaths(atomic_load(&programs), c);
		check_no_child();
		compare_thread(&was, c->name, i);
	}
	if (!IS_SANITIZED && mapped_kb() != kb)
		wrong("%s: %ld KiB mapped, %ld before", c->name, mapped_kb(), kb);
	if (count_entries("/proc/self/fd") != fds)
		wrong("%s: a descriptor is left", c->name);
}

/* So many signals that each system call is interrupted at some time: no target ends by that. */
static void ask_under_alarms(const struct target *t)
{
	const int us = IS_SANITIZED ? 200 : 20;
	const struct itimerval often = { { 0, us }, { 0, us } }, never = { { 0, 0 }, { 0, 0 } };
	struct nsexec_id id;
	struct nsexec_error e;

	if (!t->session)
		return;
	(void)setitimer(ITIMER_REAL, &often, NULL); /* these cannot fail: valid arguments */
	for (int i = 0; i < 2000; i++) {
		if (nsexec_session_alive(t->session) != 1)
			wrong("%d: %s looks dead", i, t->hostname);
		if (nsexec_identify(NSEXEC_PID(t->pid), CLONE_NEWNET, &id, &e) != 0)
			wrong("%d: %s cannot be identified: %s %s %d", i, t->hostname, e.step,
			      e.subject, e.err);
	}
	(void)setitimer(ITIMER_REAL, &never, NULL);
}

/* As before Linux 5.3. */
static void have_no_clone3(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
		wrong("seccomp: %s", strerror(errno));
}

static void start_and_stop(void)
{
	close_targets();
	open_targets();
}

int main(int argc, char **argv)
{
	struct thread_state was;
	int inside_plain = 0, inside_userns = 0, fds;

	if (argc < 5 || argc > 6)
		return 2;
	if (argc == 6)
		have_no_clone3();
	rounds = atoi(argv[1]);
	plain.pid = atoi(argv[2]);
	userns.pid = atoi(argv[3]);
	userns.hostname = argv[4];
	(void)mallopt(M_ARENA_MAX, 1); /* an arena for each thread would look like a leak */
	install_handlers();
	open_targets();
	if (plain.pid)
		inside_plain = count_inside(plain.pid);
	if (userns.pid)
		inside_userns = count_inside(userns.pid);
	look_at_thread(&was);
	fds = count_entries("/proc/self/fd");

	ask_under_alarms(&plain);
	ask_under_alarms(&userns);
	all_at_once();
	for (int i = 0; i < n_calls; i++)
		one_by_one(&calls[i]);
	start_and_stop();

	if (count_entries("/proc/self/fd") != fds)
		wrong("%d descriptors, %d before", count_entries("/proc/self/fd"), fds);
	compare_thread(&was, "main thread", 0);
	await_inside(&plain, inside_plain);
	await_inside(&userns, inside_userns);
	close_targets();
	printf("%d calls, %d signals heard: %d%s\n", atomic_load(&made), noise_take_heard(),
	       atomic_load(&failures), atomic_load(&failures) ? "" : " wrong");
	return atomic_load(&failures) != 0;
}
