/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does libc still know its own process?  What libc remembers about the main
 * thread (its id, the address that the kernel clears when it ends, its list of
 * robust mutexes) goes wrong when a process is made behind its back, and almost
 * nothing shows it: only what is tried here.
 *
 *	libc_intact [nojoin]
 *
 * "nojoin" leaves out joining the main thread, which hangs where libc has lost it.
 * Prints "ok - NAME" or "not ok - NAME: why" for each check ("# skip" behind those
 * that cannot be made here), and before that the lines about signals of
 * /proc/self/status as they were when main began.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { PATIENCE = 20 /* seconds for everything together */ };

static const char *volatile checking = "start";
static int failures;
static bool was_skipped;

/* ---- saying it ---- */

__attribute__((format(printf, 1, 2))) static void failed(const char *why, ...)
{
	va_list args;

	failures++;
	printf("not ok - %s: ", checking);
	va_start(args, why);
	vprintf(why, args);
	va_end(args);
	puts("");
}

static void skipped(const char *why)
{
	was_skipped = true;
	printf("ok - %s # skip %s\n", checking, why);
}

/* True if @got is what it should be; says so only if it is not. */
static bool is(const char *what, long got, long wanted)
{
	if (got != wanted)
		failed("%s is %ld, not %ld", what, got, wanted);
	return got == wanted;
}

/* Async-signal-safe: a check that hangs, aborts or crashes is named too. */
static void fatal(int signal)
{
	static const char *const why[] = {
		[SIGALRM] = ": hangs\n",
		[SIGABRT] = ": aborted by libc\n",
		[SIGSEGV] = ": crashes\n",
		[SIGBUS] = ": crashes\n",
	};
	ssize_t unused;

	unused = write(1, "not ok - ", 9);
	unused = write(1, checking, strlen(checking));
	unused = write(1, why[signal], strlen(why[signal]));
	(void)unused;
	_exit(1);
}

static struct timespec in_seconds(int seconds)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += seconds;
	return t;
}

static long kernel_tid(void)
{
	return syscall(SYS_gettid);
}

/* Whom a locked error-checking or recursive mutex names as its owner. */
static long owner_of(const pthread_mutex_t *m)
{
#ifdef __GLIBC__
	return m->__data.__owner;
#else
	int word;

	memcpy(&word, (const char *)m + sizeof(int), sizeof(word));
	return word & 0x3fffffff;
#endif
}

static void make_mutex(pthread_mutex_t *m, int type, int protocol, int robust)
{
	pthread_mutexattr_t a;

	pthread_mutexattr_init(&a);
	pthread_mutexattr_settype(&a, type);
	pthread_mutexattr_setprotocol(&a, protocol);
	pthread_mutexattr_setrobust(&a, robust);
	pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(m, &a);
	pthread_mutexattr_destroy(&a);
}

/* ---- the checks; each may fail more than once, and is ok if it did not ---- */

static void *unlock_it(void *mutex)
{
	return (void *)(intptr_t)pthread_mutex_unlock(mutex);
}

static int unlock_in_other_thread(pthread_mutex_t *m)
{
	pthread_t thread;
	void *result;

	pthread_create(&thread, NULL, unlock_it, m);
	pthread_join(thread, &result);
	return (int)(intptr_t)result;
}

static void error_checking_mutex(void)
{
	pthread_mutex_t m;

	make_mutex(&m, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED);
	is("lock", pthread_mutex_lock(&m), 0);
	is("owner", owner_of(&m), kernel_tid());
	is("second lock", pthread_mutex_lock(&m), EDEADLK);
	is("unlock by another thread", unlock_in_other_thread(&m), EPERM);
	is("unlock", pthread_mutex_unlock(&m), 0);
}

static void recursive_mutex(void)
{
	pthread_mutex_t m;

	make_mutex(&m, PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED);
	is("lock", pthread_mutex_lock(&m), 0);
	is("owner", owner_of(&m), kernel_tid());
	is("second lock", pthread_mutex_lock(&m), 0);
	is("unlock by another thread", unlock_in_other_thread(&m), EPERM);
	is("unlock", pthread_mutex_unlock(&m), 0);
	is("second unlock", pthread_mutex_unlock(&m), 0);
}

static void *lock_it(void *mutex)
{
	struct timespec limit = in_seconds(5);
	int result = pthread_mutex_timedlock(mutex, &limit);

	if (!result)
		pthread_mutex_unlock(mutex);
	return (void *)(intptr_t)result;
}

/* The kernel looks for the owner by the id that libc wrote into the mutex. */
static void priority_inheriting_mutex(void)
{
	pthread_mutexattr_t a;
	pthread_mutex_t m;
	pthread_t thread;
	void *result;

	pthread_mutexattr_init(&a);
	if (pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT)) {
		skipped("this libc has none");
		return;
	}
	make_mutex(&m, PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT, PTHREAD_MUTEX_STALLED);
	is("lock", pthread_mutex_lock(&m), 0);
	pthread_create(&thread, NULL, lock_it, &m);
	usleep(50000); /* until the other thread waits for us in the kernel */
	is("unlock", pthread_mutex_unlock(&m), 0);
	pthread_join(thread, &result);
	is("lock in another thread", (intptr_t)result, 0);
}

static pthread_mutex_t *shared_robust_mutex(void)
{
	pthread_mutex_t *m =
		mmap(NULL, sizeof(*m), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	make_mutex(m, PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_ROBUST);
	return m;
}

static void robust_mutex_of_a_dead_child(void)
{
	pthread_mutex_t *m = shared_robust_mutex();
	struct timespec limit = in_seconds(5);
	pid_t child = fork();

	if (!child)
		_exit(pthread_mutex_lock(m));
	waitpid(child, NULL, 0);
	is("lock", pthread_mutex_timedlock(m, &limit), EOWNERDEAD);
	is("consistent", pthread_mutex_consistent(m), 0);
	is("unlock", pthread_mutex_unlock(m), 0);
}

/* The kernel must know where this thread keeps its list: the one libc uses. */
static void robust_list_of_this_thread(void)
{
	struct list {
		struct list *next;
	} *head = NULL;
	pthread_mutex_t *m = shared_robust_mutex();
	size_t size = 0;

	is("lock", pthread_mutex_lock(m), 0);
	if (syscall(SYS_get_robust_list, 0, &head, &size) < 0)
		failed("get_robust_list: %s", strerror(errno));
	else if (!head)
		failed("the kernel has no list of this thread");
	else if (head->next == head)
		failed("a locked mutex is not in the list");
	is("unlock", pthread_mutex_unlock(m), 0);
}

static volatile sig_atomic_t caught_by;

static void note(int signal)
{
	(void)signal;
	caught_by = (sig_atomic_t)kernel_tid();
}

static void raise_reaches_itself(void)
{
	signal(SIGUSR1, note);
	caught_by = 0;
	is("raise", raise(SIGUSR1), 0);
	is("caught by thread", caught_by, kernel_tid());
	caught_by = 0;
	is("pthread_kill", pthread_kill(pthread_self(), SIGUSR1), 0);
	is("caught by thread", caught_by, kernel_tid());
	signal(SIGUSR1, SIG_DFL);
}

static void thread_id(void)
{
	struct sched_param param;
	struct timespec spent;
	clockid_t clock;
	cpu_set_t cpus;
	int policy;

	is("process id", getpid(), kernel_tid());
	is("pthread_kill of signal 0", pthread_kill(pthread_self(), 0), 0);
	is("pthread_getaffinity_np", pthread_getaffinity_np(pthread_self(), sizeof(cpus), &cpus),
	   0);
	is("pthread_getschedparam", pthread_getschedparam(pthread_self(), &policy, &param), 0);
	is("pthread_setschedparam", pthread_setschedparam(pthread_self(), policy, &param), 0);
	is("pthread_getcpuclockid", pthread_getcpuclockid(pthread_self(), &clock), 0);
	is("its clock", clock_gettime(clock, &spent), 0);
}

static void stack_of_the_main_thread(void)
{
	pthread_attr_t a;
	void *from;
	size_t size;
	char here;

	if (!is("pthread_getattr_np", pthread_getattr_np(pthread_self(), &a), 0))
		return;
	pthread_attr_getstack(&a, &from, &size);
	if (&here < (char *)from || &here >= (char *)from + size)
		failed("this is not on the stack");
	pthread_attr_destroy(&a);
}

static __thread int mine = 7;

static void *use_thread(void *number)
{
	jmp_buf there;
	char *volatile memory = malloc(100000);

	mine += (int)(intptr_t)number;
	if (!memory || kernel_tid() == getpid())
		return NULL;
	free(memory);
	if (!setjmp(there))
		longjmp(there, 1);
	return (void *)(intptr_t)mine;
}

static void threads_start_and_join(void)
{
	pthread_t thread[8];
	void *result;

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 8; i++)
			is("pthread_create",
			   pthread_create(&thread[i], NULL, use_thread, (void *)(intptr_t)i), 0);
		for (int i = 0; i < 8; i++) {
			is("pthread_join", pthread_join(thread[i], &result), 0);
			is("result", (intptr_t)result, 7 + i);
		}
	}
	is("variable of this thread", mine, 7);
}

static int prepared;

static void prepare(void)
{
	prepared++;
}

static int check_child(pid_t parent)
{
	pthread_mutex_t m;
	pthread_t thread;
	void *result;

	failures = 0;
	is("getppid", getppid(), parent);
	is("process id", getpid(), kernel_tid());
	make_mutex(&m, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED);
	pthread_mutex_lock(&m);
	is("owner", owner_of(&m), kernel_tid());
	is("pthread_create", pthread_create(&thread, NULL, use_thread, (void *)1), 0);
	is("pthread_join", pthread_join(thread, &result), 0);
	signal(SIGUSR1, note);
	raise(SIGUSR1);
	is("caught by thread", caught_by, kernel_tid());
	fflush(stdout);
	return failures ? 1 : 17;
}

static void fork_and_wait(void)
{
	pid_t parent = getpid(), child;
	int status;

	pthread_atfork(prepare, NULL, NULL);
	fflush(stdout);
	child = fork();
	if (!child)
		_exit(check_child(parent));
	is("waitpid", waitpid(child, &status, 0), child);
	is("status", status, 17 << 8);
	is("handlers of pthread_atfork", prepared, 1);
	is("waitpid without children", waitpid(-1, &status, 0) < 0 ? errno : 0, ECHILD);
	is("system", system("exit 3"), 3 << 8);
}

/* The clock that is read without a system call follows the time namespace too. */
static void clocks(void)
{
	struct timespec fast, slow;

	clock_gettime(CLOCK_BOOTTIME, &fast);
	syscall(SYS_clock_gettime, CLOCK_BOOTTIME, &slow);
	if (slow.tv_sec - fast.tv_sec > 1 || fast.tv_sec - slow.tv_sec > 1)
		failed("boot time is %lld in the process, %lld in the kernel",
		       (long long)fast.tv_sec, (long long)slow.tv_sec);
}

static void environment(void)
{
	static char text[1 << 20];
	FILE *f = fopen("/proc/self/environ", "r");
	size_t size = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
	char **mine_now = environ;

	if (!f) {
		skipped("/proc/self/environ cannot be read");
		return;
	}
	fclose(f);
	for (char *at = text; at < text + size; at += strlen(at) + 1) {
		if (!*at)
			continue;
		if (!*mine_now || strcmp(*mine_now, at)) {
			failed("the kernel shows \"%s\", the process has \"%s\"", at,
			       *mine_now ? *mine_now : "(end)");
			return;
		}
		mine_now++;
	}
	if (*mine_now)
		failed("the kernel does not show \"%s\"", *mine_now);
	setenv("LIBC_INTACT", "yes", 1);
	if (!getenv("LIBC_INTACT"))
		failed("setenv has no effect");
	unsetenv("LIBC_INTACT");
}

static void *become_user_1(void *unused)
{
	(void)unused;
	return (void *)(intptr_t)(setuid(1) ? errno : 0);
}

/* setuid() in one thread must change all: libc signals each by its id. */
static void setuid_changes_all_threads(void)
{
	DIR *tasks;
	struct dirent *task;
	pthread_t thread;
	void *result;

	if (getuid()) {
		skipped("needs root");
		return;
	}
	pthread_create(&thread, NULL, become_user_1, NULL);
	pthread_join(thread, &result);
	if (result == (void *)(intptr_t)EINVAL) {
		skipped("user 1 does not exist here");
		return;
	}
	is("setuid", (intptr_t)result, 0);
	is("getuid", getuid(), 1);
	tasks = opendir("/proc/self/task");
	while (tasks && (task = readdir(tasks))) {
		char path[300], line[256];
		FILE *f;

		snprintf(path, sizeof(path), "/proc/self/task/%s/status", task->d_name);
		f = task->d_name[0] == '.' ? NULL : fopen(path, "r");
		while (f && fgets(line, sizeof(line), f))
			if (!strncmp(line, "Uid:", 4) && strcmp(line, "Uid:\t1\t1\t1\t1\n"))
				failed("thread %s has %.*s", task->d_name, (int)strcspn(line, "\n"),
				       line);
		if (f)
			fclose(f);
	}
	if (tasks)
		closedir(tasks);
}

/* ---- the end: the main thread goes, another one sees it ---- */

static pthread_t main_thread;
static pthread_mutex_t *mutex_of_main;
static bool join_main;

static void *finish(void *unused)
{
	struct timespec limit;

	(void)unused;
	checking = "the main thread can be joined";
	if (!join_main)
		skipped("not tried");
	else if (is("pthread_join", pthread_join(main_thread, NULL), 0))
		printf("ok - %s\n", checking);
	checking = "robust mutex of the dead main thread";
	limit = in_seconds(5);
	if (is("lock", pthread_mutex_timedlock(mutex_of_main, &limit), EOWNERDEAD))
		printf("ok - %s\n", checking);
	fflush(stdout);
	_exit(failures ? 1 : 0);
}

static void leave_the_main_thread(void)
{
	pthread_t thread;

	main_thread = pthread_self();
	mutex_of_main = shared_robust_mutex();
	pthread_mutex_lock(mutex_of_main);
	pthread_create(&thread, NULL, finish, NULL);
	pthread_exit(NULL);
}

static const struct {
	const char *name;
	void (*check)(void);
} checks[] = {
	{ "error-checking mutex", error_checking_mutex },
	{ "recursive mutex", recursive_mutex },
	{ "priority-inheriting mutex", priority_inheriting_mutex },
	{ "robust mutex of a dead child", robust_mutex_of_a_dead_child },
	{ "robust list of this thread", robust_list_of_this_thread },
	{ "raise reaches itself", raise_reaches_itself },
	{ "thread id", thread_id },
	{ "stack of the main thread", stack_of_the_main_thread },
	{ "threads start and join", threads_start_and_join },
	{ "fork and wait", fork_and_wait },
	{ "clocks", clocks },
	{ "environment", environment },
	{ "setuid changes all threads", setuid_changes_all_threads },
};

static void show_signals(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "Sig", 3) || !strncmp(line, "Shd", 3))
			printf("status %s", line);
	if (f)
		fclose(f);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	show_signals();
	signal(SIGALRM, fatal);
	signal(SIGABRT, fatal);
	signal(SIGSEGV, fatal);
	signal(SIGBUS, fatal);
	join_main = argc < 2 || strcmp(argv[1], "nojoin");
	alarm(PATIENCE);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		int before = failures;

		checking = checks[i].name;
		was_skipped = false;
		checks[i].check();
		if (failures == before && !was_skipped)
			printf("ok - %s\n", checking);
	}
	leave_the_main_thread();
}
