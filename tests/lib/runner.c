/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a runner does, seen by a program with threads.
 *
 *	runner SCENE [ENTRY]...		for ENTRY see look.h
 *
 * Each SCENE is a function below, and prints what its comment says; at the end there is
 * always
 *
 *	bystander WHAT...	where a thread that does nothing is not where it was before
 *	descriptors N		how many there are more than before
 */
#include <linux/capability.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "look.h"

static struct entries all;
static struct nsexec_runner *runner;

static struct nsexec_runner *start(void)
{
	struct nsexec_error e;
	struct nsexec_runner *r;

	errno = 4000;
	r = nsexec_runner_start(&e);
	if (errno != 4000)
		printf("errno changed\n");
	if (!r)
		print_error(&e);
	return r;
}

/* Line "NAME RC RESULT", and the error. */
static int run(const char *name, size_t n, int (*call)(void *), void *arg)
{
	struct nsexec_error e;
	int result = -7, rc, err;

	memset(&e, 0, sizeof(e));
	errno = 4000;
	rc = nsexec_runner_run(runner, all.entry, n, call, arg, &result, &e);
	err = errno;
	printf("%s %d %d\n", name, rc, result);
	if (rc)
		print_error(&e);
	if (err != 4000)
		printf("errno changed\n");
	return rc;
}

static int answer(void *arg)
{
	(void)arg;
	errno = 4001; /* of the runner's thread, and nobody else's */
	return 42;
}

/* ---- one call after the other ------------------------------------------------------ */

static struct look its_home;
static int its_tid;

static int look_home(void *arg)
{
	(void)arg;
	its_tid = my_tid();
	its_home = look_at(its_tid);
	return 0;
}

static int look_around(void *arg)
{
	struct look now = look_at(my_tid());

	(void)arg;
	print_look("in", &now);
	printf("thread %s\n", my_tid() == its_tid ? "same" : "other");
	return 42;
}

static int look_again(void *arg)
{
	struct look now = look_at(my_tid());

	(void)arg;
	print_difference("runner", &its_home, &now);
	return 0;
}

/* "in KIND INODE", "thread same", "run RC RESULT", and "runner WHAT..." moved after it. */
static void scene_run(void)
{
	struct look before = look_at(my_tid()), after;

	run("home", 0, look_home, NULL);
	run("run", all.n, look_around, NULL);
	run("home", 0, look_again, NULL);
	after = look_at(my_tid());
	print_difference("caller", &before, &after);
}

/* The same call with each ENTRY alone: "entry RC RESULT". */
static void scene_each(void)
{
	const struct entries wanted = all;

	for (size_t i = 0; i < wanted.n; i++) {
		all.entry[0] = wanted.entry[i];
		run("entry", 1, answer, NULL);
	}
}

static int drop_admin(void *arg)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	(void)arg;
	if (syscall(SYS_capget, &header, data) < 0)
		die("capget");
	data[0].effective &= ~(1u << CAP_SYS_ADMIN);
	data[0].permitted &= ~(1u << CAP_SYS_ADMIN);
	data[0].inheritable &= ~(1u << CAP_SYS_ADMIN);
	if (syscall(SYS_capset, &header, data) < 0)
		die("capset");
	return 43;
}

/* The thread cannot come back from its call: "drop RC RESULT", then as scene_run(). */
static void scene_strand(void)
{
	const int n = (int)all.n;

	run("home", 0, look_home, NULL);
	run("drop", (size_t)n, drop_admin, NULL);
	run("run", all.n, look_around, NULL);
	run("home", 0, look_again, NULL);
}

/* A cwd of the host's that the runner does not share, and an own namespace of the thread. */
static void scene_callers_own(void)
{
	struct look now;

	if (unshare(CLONE_FS | CLONE_NEWNET) < 0 || chdir("/proc/thread-self/ns") < 0)
		die("unshare, chdir");
	now = look_at(my_tid());
	print_look("caller", &now);
	run("run", all.n, look_around, NULL);
}

/* ---- queueing ----------------------------------------------------------------------- */

enum { QUEUED_MAX = 8 };

static sem_t inside, go_on;
static int order[QUEUED_MAX], n_ordered;

static int block(void *arg)
{
	(void)arg;
	sem_post(&inside);
	while (sem_wait(&go_on) < 0)
		;
	return 42;
}

static int put_down(void *arg)
{
	order[n_ordered++] = *(int *)arg;
	return *(int *)arg;
}

struct caller {
	pthread_t thread;
	int number;
	int tid;
	int rc, result;
	int (*call)(void *);
	struct nsexec_error e;
	sem_t there;
};

static void *be_caller(void *arg)
{
	struct caller *c = arg;

	c->result = -7;
	c->tid = my_tid();
	sem_post(&c->there);
	c->rc = nsexec_runner_run(runner, all.entry, all.n, c->call, &c->number, &c->result, &c->e);
	return NULL;
}

/* Does it sleep in the kernel?  Then it waits for the runner: there is nothing else. */
static void await_sleep(int tid)
{
	char path[64], state = 0;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	while (state != 'S') {
		FILE *f = fopen(path, "re");

		if (!f || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
			die(path);
		fclose(f);
		usleep(1000);
	}
}

static void begin_caller(struct caller *c, int number, int (*call)(void *))
{
	memset(c, 0, sizeof(*c));
	c->number = number;
	c->call = call;
	sem_init(&c->there, 0, 0);
	if (pthread_create(&c->thread, NULL, be_caller, c) != 0)
		die("pthread_create");
	while (sem_wait(&c->there) < 0)
		;
}

static void print_caller(const char *name, const struct caller *c)
{
	printf("%s %d %d", name, c->rc, c->result);
	if (c->rc)
		printf(" %s %s", c->e.step, c->e.err == ECANCELED ? "ECANCELED" : "?");
	printf("\n");
}

static struct caller first, queued[QUEUED_MAX];

/* One call runs until go_on, and @n others wait behind it, in this order. */
static void begin_queue(int n)
{
	sem_init(&inside, 0, 0);
	sem_init(&go_on, 0, 0);
	begin_caller(&first, 0, block);
	while (sem_wait(&inside) < 0)
		;
	for (int i = 0; i < n; i++) {
		begin_caller(&queued[i], i + 1, put_down);
		await_sleep(queued[i].tid);
	}
}

/* "order 1 2 3 ...": how they have run. */
static void scene_queue(void)
{
	begin_queue(QUEUED_MAX);
	printf("run-before %d\n", n_ordered);
	sem_post(&go_on);
	pthread_join(first.thread, NULL);
	print_caller("running", &first);
	for (int i = 0; i < QUEUED_MAX; i++)
		pthread_join(queued[i].thread, NULL);
	printf("order");
	for (int i = 0; i < n_ordered; i++)
		printf(" %d:%d", order[i], queued[i].result);
	printf("\n");
}

static sem_t stopped;

static void *stop(void *arg)
{
	(void)arg;
	nsexec_runner_stop(runner);
	sem_post(&stopped);
	return NULL;
}

/*
 * "queued RC RESULT STEP ERRNO" of three, while the first still runs; "stopped early" if it
 * was not waited for; then "running RC RESULT", and "run N": how many of the three have.
 */
static void scene_stop(void)
{
	pthread_t thread;
	int is_stopped;

	sem_init(&stopped, 0, 0);
	begin_queue(3);
	if (pthread_create(&thread, NULL, stop, NULL) != 0)
		die("pthread_create");
	for (int i = 0; i < 3; i++) {
		pthread_join(queued[i].thread, NULL);
		print_caller("queued", &queued[i]);
	}
	sem_getvalue(&stopped, &is_stopped);
	printf("stopped %s\n", is_stopped ? "early" : "not yet");
	sem_post(&go_on);
	pthread_join(first.thread, NULL);
	print_caller("running", &first);
	pthread_join(thread, NULL);
	printf("run %d\n", n_ordered);
	runner = NULL;
}

/* A thread is cancelled while it is queued: "order 1:1", its call has run. */
static void scene_cancel(void)
{
	begin_queue(1);
	pthread_cancel(queued[0].thread);
	sem_post(&go_on);
	pthread_join(first.thread, NULL);
	pthread_join(queued[0].thread, NULL);
	printf("order %d:%d\n", order[0], queued[0].result);
}

/* ---- many ---------------------------------------------------------------------------- */

enum { THREADS = 16, ROUNDS = 50 };

static int running, overlaps;

static int square(void *arg)
{
	const int n = *(int *)arg;

	if (__atomic_add_fetch(&running, 1, __ATOMIC_SEQ_CST) != 1)
		overlaps++;
	__atomic_sub_fetch(&running, 1, __ATOMIC_SEQ_CST);
	return n * n;
}

struct many {
	pthread_t thread;
	int number, right, wrong, failed;
};

/* The odd ones alternate with an entry that cannot be opened. */
static void *be_many(void *arg)
{
	static const struct nsexec_entry nowhere = { { NSEXEC_AT_PATH, 0, "/nowhere" },
						     CLONE_NEWNET };
	struct many *m = arg;

	for (int i = 0; i < ROUNDS; i++) {
		const int bad = (m->number & 1) && (i & 1);
		int value = m->number * 1000 + i, result = -7, rc;
		struct nsexec_error e;

		rc = bad ? nsexec_runner_run(runner, &nowhere, 1, square, &value, &result, &e)
			 : nsexec_runner_run(runner, all.entry, all.n, square, &value, &result, &e);
		if (rc == 0 && !bad && result == value * value)
			m->right++;
		else if (rc == -1 && bad && result == -7 && e.err == ENOENT)
			m->failed++;
		else
			m->wrong++;
	}
	return NULL;
}

/* "right N failed N wrong N overlaps N" */
static void scene_many(void)
{
	static struct many many[THREADS];
	struct many sum = { .number = 0 };

	for (int i = 0; i < THREADS; i++) {
		many[i].number = i;
		if (pthread_create(&many[i].thread, NULL, be_many, &many[i]) != 0)
			die("pthread_create");
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(many[i].thread, NULL);
		sum.right += many[i].right;
		sum.failed += many[i].failed;
		sum.wrong += many[i].wrong;
	}
	printf("right %d failed %d wrong %d overlaps %d\n", sum.right, sum.failed, sum.wrong,
	       overlaps);
	run("home", 0, look_home, NULL);
}

/* Each call drops a privilege; the threads that follow have it again.  "stranded N" */
static void *be_stranded(void *arg)
{
	int *n = arg;

	for (int i = 0; i < 10; i++) {
		int result = -7;

		if (nsexec_runner_run(runner, all.entry, all.n, drop_admin, NULL, &result, NULL) ==
			    0 &&
		    result == 43)
			++*n;
	}
	return NULL;
}

static void scene_strand_many(void)
{
	pthread_t thread[4];
	int n[COUNT(thread)] = { 0 }, sum = 0;

	for (size_t i = 0; i < COUNT(thread); i++)
		if (pthread_create(&thread[i], NULL, be_stranded, &n[i]) != 0)
			die("pthread_create");
	for (size_t i = 0; i < COUNT(thread); i++) {
		pthread_join(thread[i], NULL);
		sum += n[i];
	}
	printf("stranded %d\n", sum);
}

/* ---- what is not allowed -------------------------------------------------------------- */

static int call_back(void *arg)
{
	(void)arg;
	run("inner", 0, answer, NULL);
	nsexec_runner_stop(runner);
	return 44;
}

/* A call that calls, and stops, its own runner: "inner RC RESULT", "outer RC RESULT". */
static void scene_call_back(void)
{
	run("outer", all.n, call_back, NULL);
	run("later", 0, answer, NULL);
}

static int return_twice(void *arg)
{
	const pid_t pid = fork();
	int status = -1;

	(void)arg;
	if (pid > 0)
		while (waitpid(pid, &status, 0) < 0)
			;
	return pid ? WEXITSTATUS(status) : 0;
}

/*
 * In a child: "child RC RESULT", and its end, "exit N", after stopping.  Then a child that
 * is forked in a call and returns from it: "forked RC RESULT", which is its exit status.
 */
static void scene_fork(void)
{
	pid_t pid;
	int status = -1;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		run("child", 0, answer, NULL);
		nsexec_runner_stop(runner);
		runner = start();
		run("own", 0, answer, NULL);
		fflush(stdout);
		_exit(7);
	}
	waitpid(pid, &status, 0);
	printf("exit %d\n", WEXITSTATUS(status));
	fflush(stdout);
	run("forked", 0, return_twice, NULL);
}

/* A child that is the first of a PID namespace, as its parent is: "child RC RESULT". */
static void scene_fork_first(void)
{
	pid_t pid;

	nsexec_runner_stop(runner);
	if (unshare(CLONE_NEWPID) < 0)
		die("unshare");
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		runner = start();
		if (unshare(CLONE_NEWPID) < 0)
			die("unshare");
		pid = fork();
		if (pid == 0) {
			printf("parent 1, child %d\n", (int)getpid());
			run("child", 0, answer, NULL);
			fflush(stdout);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	runner = NULL;
}

/* ---- signals ---------------------------------------------------------------------------- */

static int handled_by;

static void note(int sig)
{
	(void)sig;
	handled_by = my_tid();
}

static int raise_all(void *arg)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS };
	sigset_t blocked;
	int n_open = 0;

	(void)arg;
	its_tid = my_tid();
	for (int i = 0; i < 100; i++)
		kill(getpid(), SIGUSR1);
	printf("blocked USR1 %d, by a fault",
	       pthread_sigmask(SIG_SETMASK, NULL, &blocked) == 0 && sigismember(&blocked, SIGUSR1));
	for (size_t i = 0; i < COUNT(faults); i++)
		n_open += !sigismember(&blocked, faults[i]);
	printf(" %d of %d\n", (int)COUNT(faults) - n_open, (int)COUNT(faults));
	return 0;
}

/* "blocked USR1 1, by a fault 0 of 6", "handled elsewhere", "own mask same" */
static void scene_signals(void)
{
	struct sigaction action = { .sa_handler = note };
	sigset_t before, after;

	pthread_sigmask(SIG_SETMASK, NULL, &before);
	sigaction(SIGUSR1, &action, NULL);
	nsexec_runner_stop(runner);
	runner = start();
	run("run", all.n, raise_all, NULL);
	printf("handled %s\n", !handled_by	       ? "never"
			       : handled_by == its_tid ? "there"
						       : "elsewhere");
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	printf("own mask %s\n", memcmp(&before, &after, 8) == 0 ? "same" : "changed");
}

/* No thread can be had: "error TEXT". */
static void scene_no_thread(void)
{
	const struct rlimit none = { 0, 0 };

	nsexec_runner_stop(runner);
	setrlimit(RLIMIT_NPROC, &none);
	runner = start();
	nsexec_runner_stop(NULL);
}

static const struct {
	const char *name;
	void (*play)(void);
} scenes[] = {
	{ "run", scene_run },
	{ "each", scene_each },
	{ "strand", scene_strand },
	{ "callers-own", scene_callers_own },
	{ "queue", scene_queue },
	{ "stop", scene_stop },
	{ "cancel", scene_cancel },
	{ "many", scene_many },
	{ "strand-many", scene_strand_many },
	{ "call-back", scene_call_back },
	{ "fork", scene_fork },
	{ "fork-first", scene_fork_first },
	{ "signals", scene_signals },
	{ "no-thread", scene_no_thread },
};

int main(int argc, char **argv)
{
	struct look before, after;
	int descriptors;

	if (argc < 2)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	all = read_entries(argv + 2);
	open_tasks();
	before = begin_bystander();
	descriptors = count_descriptors();
	runner = start();
	for (size_t i = 0; i < COUNT(scenes); i++)
		if (strcmp(scenes[i].name, argv[1]) == 0)
			scenes[i].play();
	nsexec_runner_stop(runner);
	after = look_at(bystander_tid);
	print_difference("bystander", &before, &after);
	printf("descriptors %d\n", count_descriptors() - descriptors);
	fflush(stdout);
	_exit(0);
}
