/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nsexec_clone() and nsexec_wait() do, one promise a word:
 *
 *	clone WHAT [FLAGS [WORD...]]
 *
 * FLAGS is the number that the function gets, the WORDs are the options.  Each prints what
 * it saw; what must not be is printed as a line that begins with "wrong".
 */
#include <dirent.h>
#include <errno.h>
#include <nsexec.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *const kinds[] = { "cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts" };
enum { N_KINDS = sizeof(kinds) / sizeof(*kinds) };

static struct nsexec_options how = { .size = sizeof(how) };
static int flags;

static void wrong(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	printf("wrong: ");
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
}

static void nap(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

static int give(void *arg)
{
	return *(int *)arg;
}

static int sleep_long(void *arg)
{
	(void)arg;
	nap(60000);
	return 0;
}

static void print_error(const struct nsexec_error *e)
{
	char text[512];

	(void)nsexec_error_text(e, text, sizeof(text));
	printf("error %s\n", text);
	if (e->hint[0])
		printf("hint %s\n", e->hint);
}

/* Return: 0; 1: it has failed, and that was told. */
static int start(int (*call)(void *), void *arg, struct nsexec_child *child)
{
	struct nsexec_error e;

	errno = 4711;
	if (nsexec_clone(&how, call, arg, flags, child, &e) == 0) {
		if (errno != 4711)
			wrong("errno is %d", errno);
		return 0;
	}
	if (errno != 4711)
		wrong("errno is %d", errno);
	print_error(&e);
	return 1;
}

static void print_status(const char *who, int status)
{
	if (WIFEXITED(status))
		printf("%s exited %d\n", who, WEXITSTATUS(status));
	else
		printf("%s killed %d\n", who, WTERMSIG(status));
}

static void finish(struct nsexec_child *child)
{
	struct nsexec_error e;
	int status = -1;
	int rc = nsexec_wait(child, 20000, &status, &e);

	if (rc == 0)
		print_status("it", status);
	else if (rc == NSEXEC_GONE)
		printf("it gone\n");
	else
		print_error(&e);
	(void)close(child->pidfd);
}

/* What a process has: descriptors, children, threads. */
struct belongings {
	int fds, threads, has_child;
};

static int count(const char *dir)
{
	DIR *d = opendir(dir);
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		(void)closedir(d);
	return n;
}

static struct belongings look(void)
{
	struct belongings b = { count("/proc/self/fd"), count("/proc/self/task"), 1 };

	b.has_child = waitpid(-1, NULL, WNOHANG | __WALL) >= 0 || errno != ECHILD;
	return b;
}

static void compare(const struct belongings *before)
{
	const struct belongings now = look();

	if (now.fds != before->fds)
		wrong("%d descriptors, %d before", now.fds, before->fds);
	if (now.threads != before->threads)
		wrong("%d threads, %d before", now.threads, before->threads);
	if (now.has_child)
		wrong("a child is left");
}

/* ---- where the process is ------------------------------------------------------------ */

struct pipes {
	int up[2], down[2];
};

/* Tell our own PID and say where we are, and stay until told. */
static int stay(void *arg)
{
	const struct pipes *p = arg;
	const int pid = getpid();
	char byte;

	for (int i = 0; i < N_KINDS; i++) {
		char path[64], name[64];
		ssize_t n;

		(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", kinds[i]);
		n = readlink(path, name, sizeof(name) - 1);
		if (n > 0)
			printf("%.*s\n", (int)n, name);
	}
	fflush(stdout);
	if (write(p->up[1], &pid, sizeof(pid)) != sizeof(pid) || read(p->down[0], &byte, 1) != 1)
		return 1;
	return 0;
}

/* The last number in the line NSpid: of its status. */
static int innermost(int pid)
{
	char path[64], line[256];
	int last = -1;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "NSpid:", 6))
			last = atoi(strrchr(line, '\t') + 1);
	if (f)
		(void)fclose(f);
	return last;
}

static int parent_of(int pid)
{
	char path[64], line[256];
	int parent = -1;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		(void)sscanf(line, "PPid: %d", &parent);
	if (f)
		(void)fclose(f);
	return parent;
}

static int where(void)
{
	struct nsexec_child child;
	struct pipes p;
	int own = 0;

	if (pipe(p.up) || pipe(p.down) || start(stay, &p, &child))
		return 1;
	if (read(p.up[0], &own, sizeof(own)) != sizeof(own))
		wrong("it tells nothing");
	if (innermost(child.pid) != own)
		wrong("PID %d is %d inside, not %d", child.pid, innermost(child.pid), own);
	if (parent_of(child.pid) != getpid())
		wrong("its parent is %d", parent_of(child.pid));
	printf("own %d\n", own);
	if (write(p.down[1], "", 1) != 1)
		wrong("it cannot be told");
	finish(&child);
	return 0;
}

/* ---- statuses and failures ----------------------------------------------------------- */

static int statuses(void)
{
	struct nsexec_child child;
	int wanted = 42, status = -1;

	if (start(give, &wanted, &child))
		return 1;
	if (waitpid(child.pid, &status, 0) != child.pid)
		wrong("waitpid() does not know it");
	print_status("by number", status);
	(void)close(child.pidfd);
	wanted = 255;
	if (start(give, &wanted, &child))
		return 1;
	finish(&child);
	if (start(sleep_long, NULL, &child))
		return 1;
	(void)syscall(SYS_pidfd_send_signal, child.pidfd, SIGUSR1, NULL, 0);
	finish(&child);
	return 0;
}

static int nothing_is_left_once(void)
{
	const struct belongings before = look();
	struct nsexec_child child;
	int zero = 0;

	if (start(give, &zero, &child) == 0)
		finish(&child);
	compare(&before);
	return 0;
}

static int nothing_is_left(void)
{
	for (int i = 0; i < 20; i++)
		(void)nothing_is_left_once();
	return 0;
}

/* Without anybody to tell. */
static int silent_failure(void)
{
	struct nsexec_child child;
	int zero = 0;

	printf("%d\n", nsexec_clone(&how, give, &zero, 0x100, &child, NULL));
	return 0;
}

/* Kill the first process of the target once we have forked: the new process is at rest. */
static pid_t victim;
static pid_t holder; /* forked by another thread right then: it has copies of all descriptors */
static sem_t now, done;

static void *hold(void *arg)
{
	(void)sem_wait(&now);
	holder = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	while (holder == 0)
		(void)pause();
	(void)sem_post(&done);
	return arg;
}

static void kill_victim(void)
{
	char path[64];

	(void)sem_post(&now);
	(void)sem_wait(&done);
	if (kill(victim, SIGKILL))
		wrong("cannot kill %d", (int)victim);
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)victim);
	while (readlink(path, (char[64]){ 0 }, 64) > 0)
		nap(1);
}

static int target_gone(void)
{
	struct nsexec_child child;
	const struct belongings before = look();
	int zero = 0;
	pthread_t it;

	victim = atoi(getenv("VICTIM"));
	(void)sem_init(&now, 0, 0);
	(void)sem_init(&done, 0, 0);
	(void)pthread_create(&it, NULL, hold, NULL);
	(void)pthread_atfork(NULL, kill_victim, NULL);
	if (start(give, &zero, &child) == 0)
		finish(&child);
	(void)pthread_join(it, NULL);
	(void)kill(holder, SIGKILL);
	(void)waitpid(holder, NULL, 0);
	nap(5);
	compare(&before);
	return 0;
}

static int killed_with_the_first(void)
{
	struct nsexec_child child;

	if (start(sleep_long, NULL, &child))
		return 1;
	(void)kill(atoi(getenv("VICTIM")), SIGKILL);
	finish(&child);
	return 0;
}

/* ---- what the function may do -------------------------------------------------------- */

static uid_t seen_uid[3];
static pthread_barrier_t barrier;

static void *see_uid(void *arg)
{
	(void)pthread_barrier_wait(&barrier); /* until both are there, */
	(void)pthread_barrier_wait(&barrier); /* and the change is made */
	*(uid_t *)arg = (uid_t)syscall(SYS_getuid);
	return NULL;
}

static int use_libc(void *arg)
{
	char *const text = arg;
	char *copy = malloc(1 << 20);
	pthread_t it[2];

	if (!copy)
		return 1;
	memset(copy, 0, 1 << 20);
	strcpy(copy, text);
	(void)pthread_barrier_init(&barrier, NULL, 3);
	for (int i = 0; i < 2; i++)
		if (pthread_create(&it[i], NULL, see_uid, &seen_uid[i]))
			return 2;
	(void)pthread_barrier_wait(&barrier);
	if (setuid(54321))
		printf("wrong: setuid %s\n", strerror(errno));
	(void)pthread_barrier_wait(&barrier);
	for (int i = 0; i < 2; i++)
		(void)pthread_join(it[i], NULL);
	printf("%s %d %d %d\n", copy, (int)seen_uid[0], (int)seen_uid[1], (int)getuid());
	fflush(stdout);
	free(copy);
	return gettid() == getpid() ? 7 : 8;
}

static int libc(void)
{
	char text[] = "from the stack";
	struct nsexec_child child;

	if (start(use_libc, text, &child))
		return 1;
	finish(&child);
	return 0;
}

static int tell_dumpable(void *arg)
{
	(void)arg;
	return prctl(PR_GET_DUMPABLE);
}

static int dumpable(void)
{
	struct nsexec_child child;

	if (start(tell_dumpable, NULL, &child))
		return 1;
	finish(&child);
	return 0;
}

static void at_exit(void)
{
	static const char said[] = "wrong: atexit\n";

	if (getpid() != atoi(getenv("HOST_PID")))
		(void)!write(1, said, sizeof(said) - 1);
}

/* Neither are functions of atexit() called, nor is what the host has printed printed twice. */
static int quiet_end(void)
{
	struct nsexec_child child;
	char own[16];
	int zero = 0;

	(void)snprintf(own, sizeof(own), "%d", getpid());
	(void)setenv("HOST_PID", own, 1);
	(void)atexit(at_exit);
	printf("once\n");
	if (start(give, &zero, &child))
		return 1;
	finish(&child);
	return 0;
}

/* ---- signals, threads, other waiters ------------------------------------------------- */

static atomic_int handled;

static void handler(int sig)
{
	(void)sig;
	handled++;
}

static int print_mask(void *arg)
{
	sigset_t now;

	(void)arg;
	(void)pthread_sigmask(SIG_SETMASK, NULL, &now);
	for (int sig = 1; sig < 65; sig++)
		if (sigismember(&now, sig) == 1)
			printf("inside %d\n", sig);
	fflush(stdout);
	return 0;
}

static int signals(void)
{
	struct nsexec_child child;
	sigset_t some;

	(void)sigemptyset(&some);
	(void)sigaddset(&some, SIGUSR2);
	(void)sigaddset(&some, SIGTERM);
	(void)pthread_sigmask(SIG_SETMASK, &some, NULL);
	if (start(print_mask, NULL, &child))
		return 1;
	finish(&child);
	(void)pthread_sigmask(SIG_SETMASK, NULL, &some);
	for (int sig = 1; sig < 65; sig++)
		if (sigismember(&some, sig) == 1)
			printf("outside %d\n", sig);
	return 0;
}

static void print_threads(FILE *out)
{
	DIR *d = opendir("/proc/self/task");
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		for (int i = 0; i < N_KINDS + 1 && entry->d_name[0] != '.'; i++) {
			char path[320], name[64];
			ssize_t n;

			(void)snprintf(path, sizeof(path), "/proc/self/task/%s/ns/%s",
				       entry->d_name, i < N_KINDS ? kinds[i] : "pid_for_children");
			n = readlink(path, name, sizeof(name));
			fprintf(out, "%s %.*s\n", entry->d_name, (int)n, name);
		}
	}
	if (d)
		(void)closedir(d);
}

static void *idle(void *arg)
{
	(void)arg;
	for (;;)
		(void)pause();
	return NULL;
}

/* No thread of the host is elsewhere afterwards, nor are its later children. */
static int threads_stay(void)
{
	char before[4096] = "", after[4096] = "";
	struct nsexec_child child;
	pthread_t it;
	int zero = 0;
	FILE *f;

	(void)pthread_create(&it, NULL, idle, NULL);
	f = fmemopen(before, sizeof(before), "w");
	print_threads(f);
	(void)fclose(f);
	if (start(give, &zero, &child))
		return 1;
	finish(&child);
	f = fmemopen(after, sizeof(after), "w");
	print_threads(f);
	(void)fclose(f);
	printf("%s\n", strcmp(before, after) ? "wrong: threads have moved" : "as before");
	return 0;
}

static atomic_int stop;

static void *hammer_heap(void *arg)
{
	(void)arg;
	while (!stop)
		free(malloc(100 + (size_t)rand() % 200000));
	return NULL;
}

static void *hammer_fork(void *arg)
{
	(void)arg;
	while (!stop) {
		const pid_t pid = fork();

		if (pid == 0) {
			nap(20); /* with copies of whatever descriptor there was */
			_exit(0);
		}
		if (pid > 0)
			(void)waitpid(pid, NULL, 0);
	}
	return NULL;
}

static void *hammer_setuid(void *arg)
{
	(void)arg;
	while (!stop)
		(void)setuid(getuid());
	return NULL;
}

static int use_heap(void *arg)
{
	for (int i = 0; i < 100; i++)
		free(malloc(1000 * (size_t)i));
	return *(int *)arg;
}

static int hammered(void)
{
	void *(*const work[])(void *) = { hammer_heap, hammer_heap, hammer_fork, hammer_setuid };
	pthread_t it[4];
	int good = 0;

	for (int i = 0; i < 4; i++)
		(void)pthread_create(&it[i], NULL, work[i], NULL);
	for (int i = 0; i < 25; i++) {
		struct nsexec_child child;
		int status = -1, wanted = i;

		if (start(use_heap, &wanted, &child))
			break;
		if (nsexec_wait(&child, 20000, &status, NULL) == 0 && status == wanted << 8)
			good++;
		else
			wrong("the %dth ends with 0x%x", i, (unsigned)status);
		(void)close(child.pidfd);
	}
	stop = 1;
	for (int i = 0; i < 4; i++)
		(void)pthread_join(it[i], NULL);
	printf("good %d\n", good);
	return 0;
}

/* A failure is heard of though copies of the channel are open elsewhere. */
static int failures_while_hammered(void)
{
	pthread_t it;
	int zero = 0, n = 0;

	(void)pthread_create(&it, NULL, hammer_fork, NULL);
	for (int i = 0; i < 50; i++) {
		struct nsexec_child child;
		struct nsexec_error e;

		n += nsexec_clone(&how, give, &zero, flags, &child, &e) < 0;
	}
	stop = 1;
	(void)pthread_join(it, NULL);
	printf("failed %d\n", n);
	return 0;
}

static void *steal(void *arg)
{
	(void)arg;
	while (!stop)
		if (waitpid(-1, NULL, __WALL) < 0)
			nap(1);
	return NULL;
}

static void many(const char *what)
{
	int good = 0, gone = 0;

	for (int i = 0; i < 50; i++) {
		struct nsexec_child child;
		int status = -1, wanted = i, rc;

		if (start(give, &wanted, &child))
			break;
		rc = nsexec_wait(&child, 20000, &status, NULL);
		good += rc == 0 && status == wanted << 8;
		gone += rc == NSEXEC_GONE;
		(void)close(child.pidfd);
	}
	printf("%s: %s\n", what,
	       good == 50	   ? "all statuses"
	       : good + gone == 50 ? "gone"
				   : "wrong");
}

static int thief(void)
{
	pthread_t it;

	(void)pthread_create(&it, NULL, steal, NULL);
	many("stolen");
	stop = 1;
	(void)pthread_join(it, NULL);
	return 0;
}

static int ignored(void)
{
	(void)signal(SIGCHLD, SIG_IGN);
	many("ignored");
	return 0;
}

/* As many SIGCHLD as processes, that is what @call ends with, and no more. */
static int counted(void)
{
	struct nsexec_child child;
	int zero = 0;

	(void)signal(SIGCHLD, handler);
	if (start(give, &zero, &child))
		return 1;
	finish(&child);
	nap(50);
	printf("SIGCHLD %d\n", handled);
	return 0;
}

static int mind_the_parent(void *arg)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	nap(5);
	return *(int *)arg;
}

/* The thread that has forked is gone before the function begins, so it gets no signal of it. */
static int death_signal(void)
{
	int good = 0;

	for (int i = 0; i < 50; i++) {
		struct nsexec_child child;
		int status = -1, wanted = 5;

		if (start(mind_the_parent, &wanted, &child))
			break;
		good += nsexec_wait(&child, 20000, &status, NULL) == 0 && status == 5 << 8;
		(void)close(child.pidfd);
	}
	printf("good %d\n", good);
	return 0;
}

struct caller {
	struct nsexec_child child;
	int failed;
};

static void *call_and_end(void *arg)
{
	struct caller *c = arg;

	c->failed = start(sleep_long, NULL, &c->child);
	return NULL;
}

static int outlives_thread(void)
{
	struct caller c;
	struct nsexec_error e;
	pthread_t it;

	(void)pthread_create(&it, NULL, call_and_end, &c);
	(void)pthread_join(it, NULL);
	if (c.failed)
		return 1;
	printf("%d\n", nsexec_wait(&c.child, 50, NULL, &e));
	(void)kill(c.child.pid, SIGKILL);
	finish(&c.child);
	return 0;
}

/* ---- nsexec_wait() by itself --------------------------------------------------------- */

static struct nsexec_child forked(int status)
{
	struct nsexec_child child = { fork(), -1 };

	if (child.pid == 0) {
		if (status < 0)
			nap(60000);
		if (status == SIGABRT + 256)
			abort();
		_exit(status);
	}
	child.pidfd = (int)syscall(SYS_pidfd_open, child.pid, 0);
	return child;
}

static void print_wait(const char *what, struct nsexec_child *child, int timeout_ms)
{
	struct nsexec_error e = { 0 };
	int status = -1;
	int rc;

	errno = 4711;
	rc = nsexec_wait(child, timeout_ms, &status, &e);
	if (errno != 4711)
		wrong("errno is %d", errno);
	if (rc == 0)
		print_status(what, status);
	else
		printf("%s %d %s %s\n", what, rc, e.step, strerror(e.err));
}

static int waits(void)
{
	struct nsexec_child child = forked(-1);

	print_wait("poll", &child, 0);
	print_wait("timeout", &child, 30);
	(void)kill(child.pid, SIGTERM);
	print_wait("signal", &child, -1);
	print_wait("again", &child, -1);
	(void)close(child.pidfd);
	child = forked(7);
	print_wait("exit", &child, -1);
	(void)close(child.pidfd);
	child = forked(SIGABRT + 256);
	print_wait("abort", &child, 20000);
	(void)close(child.pidfd);
	child = forked(9);
	(void)waitpid(-1, NULL, 0);
	print_wait("stolen", &child, 20000);
	(void)close(child.pidfd);
	child = forked(3);
	(void)close(child.pidfd);
	child.pidfd = -1;
	print_wait("no pidfd", &child, 20000);
	child = (struct nsexec_child){ getppid(), (int)syscall(SYS_pidfd_open, getppid(), 0) };
	print_wait("parent", &child, 10);
	child = (struct nsexec_child){ 1, 77 };
	print_wait("closed", &child, -1);
	return 0;
}

static void *kick(void *arg)
{
	while (!stop) {
		(void)pthread_kill(*(pthread_t *)arg, SIGUSR1);
		nap(1);
	}
	return NULL;
}

/* Signals neither end a wait nor prolong it. */
static int interrupted(void)
{
	const struct sigaction act = { .sa_handler = handler };
	struct nsexec_child child = forked(-1);
	pthread_t self = pthread_self(), it;

	(void)sigaction(SIGUSR1, &act, NULL);
	(void)pthread_create(&it, NULL, kick, &self);
	print_wait("interrupted", &child, 100);
	stop = 1;
	(void)pthread_join(it, NULL);
	printf("%s\n", handled > 1 ? "handled" : "wrong: no signal came");
	(void)kill(child.pid, SIGKILL);
	finish(&child);
	return 0;
}

/* ---- which of them ------------------------------------------------------------------- */

static const struct {
	const char *name;
	int (*run)(void);
} rows[] = {
	{ "where", where },
	{ "statuses", statuses },
	{ "nothing-is-left", nothing_is_left },
	{ "nothing-is-left-once", nothing_is_left_once },
	{ "silent-failure", silent_failure },
	{ "target-gone", target_gone },
	{ "killed-with-the-first", killed_with_the_first },
	{ "libc", libc },
	{ "dumpable", dumpable },
	{ "quiet-end", quiet_end },
	{ "signals", signals },
	{ "threads-stay", threads_stay },
	{ "hammered", hammered },
	{ "failures-while-hammered", failures_while_hammered },
	{ "thief", thief },
	{ "ignored", ignored },
	{ "counted", counted },
	{ "death-signal", death_signal },
	{ "outlives-thread", outlives_thread },
	{ "waits", waits },
	{ "interrupted", interrupted },
};

static void *nothing(void *arg)
{
	return arg;
}

/* What comes along with the first thread, as with a sanitizer, is there from now on. */
static void warm_up(void)
{
	pthread_t it;

	(void)pthread_create(&it, NULL, nothing, NULL);
	(void)pthread_join(it, NULL);
	nap(5);
}

int main(int argc, char **argv)
{
	warm_up();
	if (argc > 2)
		flags = (int)strtol(argv[2], NULL, 0);
	if (argc > 3)
		how.words = (const char *const *)argv + 3;
	for (size_t i = 0; argc > 1 && i < sizeof(rows) / sizeof(*rows); i++)
		if (!strcmp(rows[i].name, argv[1]))
			return rows[i].run();
	return 2;
}
