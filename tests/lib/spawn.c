/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start a program through libnsexec, and say what came of it.
 *
 *	spawn [@SETTING[=VALUE]]... [WORD]... -- PROGRAM [ARG]...
 *
 * The WORDs are those of struct nsexec_options.  What the host is before and after is
 * compared each time: see unchanged.h.  The settings are in set() and set_host().
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <nsexec.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include "unchanged.h"

extern char **environ;

enum { MANY = 128 };

/* A sanitizer maps memory of its own as it likes. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WATCHED true
#else
#define WATCHED false
#endif

static const char *words[MANY];
static const char *variables[MANY];
static struct nsexec_file files[MANY];
static size_t n_words, n_variables, n_files;
static struct nsexec_program program = { .size = sizeof(program) };
/* As a later version may have it. */
static struct {
	struct nsexec_program known;
	uint64_t more;
} later;
static struct nsexec_options how = { .size = sizeof(how), .words = words };
static struct nsexec_io io = { .size = sizeof(io), .timeout_ms = -1 };
static struct nsexec_session *session;
static const char *closed, *wait_for;
static const char *thread_net, *thread_pid, *kill_after, *elsewhere;
static int times = 1, n_threads = 1, dumpable = -1, no_memfd_later;
static bool runs, in_session, reaps, bombards, forks_beside, quiet, shows, kills;

static atomic_int caught_chld, caught_inside, reaped, succeeded, failed;
static atomic_int stop, last_reaped;
static int host_pid;
static pthread_t main_thread;
static pthread_mutex_t printing = PTHREAD_MUTEX_INITIALIZER;

static void nap(long us)
{
	const struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	(void)nanosleep(&t, NULL);
}

/* In the memory of the host, whoever runs it. */
static void handle(int sig)
{
	if (syscall(SYS_getpid) != host_pid)
		caught_inside++;
	else if (sig == SIGCHLD)
		caught_chld++;
}

/* Every signal that can be, so that none is left that the program could inherit caught. */
static void handle_all(void)
{
	struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };

	for (int sig = 1; sig < NSIG; sig++)
		if (sig != SIGSEGV && sig != SIGBUS && sig != SIGILL && sig != SIGFPE &&
		    sig != SIGABRT && sig != SIGINT && sig != SIGTERM)
			(void)sigaction(sig, &action, NULL);
}

static void handle_one(int sig)
{
	const struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };

	(void)sigaction(sig, &action, NULL);
}

/*
 * Whoever opens or executes it waits for us, and we never answer; until the kernel has had
 * enough of that, see /proc/sys/fs/lease-break-time.
 */
static void take_lease(const char *path)
{
	const int fd = fcntl(open(path, O_RDONLY | O_CLOEXEC), F_DUPFD_CLOEXEC, 40);

	(void)signal(SIGIO, SIG_IGN);
	if (fcntl(fd, F_SETLEASE, F_WRLCK) < 0)
		printf("wrong: lease: %m\n");
}

/* As under a filter, or where the system is set so. */
static void refuse(unsigned number, int err)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog all = { sizeof(filter) / sizeof(*filter), filter };

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &all) < 0)
		perror("wrong: seccomp");
}

/* "FD:FLAGS:MODE:PATH", the numbers as in C */
static void add_open(const char *value)
{
	struct nsexec_file *f = &files[n_files++];
	char *at;

	f->action = NSEXEC_FILE_OPEN;
	f->fd = (int)strtol(value, &at, 0);
	f->flags = (int)strtol(at + 1, &at, 0);
	f->mode = (unsigned)strtol(at + 1, &at, 0);
	f->path = *at ? at + 1 : NULL;
}

static void add_file(int action, int fd, int from)
{
	files[n_files++] = (struct nsexec_file){ .action = action, .fd = fd, .from = from };
}

/* A range of descriptors, "3-60". */
static void add_each(const char *value, int action, int from)
{
	char *at;
	const int first = (int)strtol(value, &at, 10), last = atoi(at + 1);

	for (int fd = first; fd <= last; fd++)
		add_file(action, fd, from < 0 ? fd : from);
}

/* What the program gets. */
static bool set(const char *name, const char *value)
{
	if (!strcmp(name, "setsid"))
		program.flags |= NSEXEC_PROGRAM_SETSID;
	else if (!strcmp(name, "pgroup")) {
		program.flags |= NSEXEC_PROGRAM_SETPGROUP;
		program.pgroup = strcmp(value, "ours") ? atoi(value) : getpgrp();
	} else if (!strcmp(name, "mask")) {
		program.flags |= NSEXEC_PROGRAM_SIGMASK;
		program.sigmask = strtoull(value, NULL, 16);
	} else if (!strcmp(name, "default")) {
		program.flags |= NSEXEC_PROGRAM_SIGDEFAULT;
		program.sigdefault = strtoull(value, NULL, 16);
	} else if (!strcmp(name, "flags"))
		program.flags |= (unsigned)strtoul(value, NULL, 16);
	else if (!strcmp(name, "dup"))
		add_file(NSEXEC_FILE_DUP, atoi(strchr(value, ':') + 1), atoi(value));
	else if (!strcmp(name, "dup-each"))
		add_each(value, NSEXEC_FILE_DUP, -1);
	else if (!strcmp(name, "dup-null-to-each"))
		add_each(value, NSEXEC_FILE_DUP, 0);
	else if (!strcmp(name, "close-each"))
		add_each(value, NSEXEC_FILE_CLOSE, -1);
	else if (!strcmp(name, "open"))
		add_open(value);
	else if (!strcmp(name, "close"))
		add_file(NSEXEC_FILE_CLOSE, atoi(value), 0);
	else if (!strcmp(name, "close-from"))
		add_file(NSEXEC_FILE_CLOSE_FROM, atoi(value), 0);
	else if (!strcmp(name, "action"))
		add_file(atoi(value), 3, 0);
	else if (!strcmp(name, "env"))
		variables[n_variables++] = value;
	else if (!strcmp(name, "size"))
		program.size = strtoul(value, NULL, 0);
	else if (!strcmp(name, "bigger")) {
		program.size = sizeof(later);
		later.more = strtoull(value, NULL, 0);
	} else
		return false;
	if (!strcmp(name, "env"))
		program.envp = variables;
	return true;
}

/* What is fed and collected, and how often, and by whom. */
static bool set_call(const char *name, const char *value)
{
	if (!strcmp(name, "run"))
		runs = true;
	else if (!strcmp(name, "session"))
		in_session = true;
	else if (!strcmp(name, "times"))
		times = atoi(value);
	else if (!strcmp(name, "threads"))
		n_threads = atoi(value);
	else if (!strcmp(name, "in"))
		io.in_bytes = strtoul(value, NULL, 0);
	else if (!strcmp(name, "max"))
		io.out_bytes_max = strtoull(value, NULL, 0);
	else if (!strcmp(name, "timeout"))
		io.timeout_ms = atoi(value);
	else if (!strcmp(name, "io-size"))
		io.size = strtoul(value, NULL, 0);
	else if (!strcmp(name, "quiet"))
		quiet = true;
	else if (!strcmp(name, "show"))
		shows = true;
	else if (!strcmp(name, "kill-target-after"))
		kill_after = value;
	else if (!strcmp(name, "wait-for"))
		wait_for = value;
	else if (!strcmp(name, "kill"))
		kills = true;
	else
		return false;
	return true;
}

/* What the host is like. */
static bool set_host(const char *name, const char *value)
{
	if (!strcmp(name, "ignore"))
		(void)signal(atoi(value), SIG_IGN);
	else if (!strcmp(name, "catch"))
		handle_one(atoi(value));
	else if (!strcmp(name, "catch-all"))
		handle_all();
	else if (!strcmp(name, "block")) {
		sigset_t one;

		(void)sigemptyset(&one);
		(void)sigaddset(&one, atoi(value));
		(void)sigprocmask(SIG_BLOCK, &one, NULL);
	} else if (!strcmp(name, "clearenv"))
		(void)clearenv();
	else if (!strcmp(name, "closed"))
		closed = value;
	else if (!strcmp(name, "thread-net"))
		thread_net = value;
	else if (!strcmp(name, "thread-pid"))
		thread_pid = value;
	else if (!strcmp(name, "reap"))
		reaps = true;
	else if (!strcmp(name, "bombard"))
		bombards = setpgid(0, 0) == 0;
	else if (!strcmp(name, "fork-beside"))
		forks_beside = true;
	else if (!strcmp(name, "pidfd-of"))
		how.target_pidfd = (int)syscall(SYS_pidfd_open, atoi(value), 0);
	else if (!strcmp(name, "keep-open"))
		(void)fcntl(open(value, O_RDONLY | O_CLOEXEC), F_DUPFD_CLOEXEC, 40);
	else if (!strcmp(name, "lease"))
		take_lease(value);
	else if (!strcmp(name, "elsewhere"))
		elsewhere = value;
	else if (!strcmp(name, "dumpable"))
		dumpable = atoi(value);
	else if (!strcmp(name, "no-clone3"))
		refuse(SYS_clone3, atoi(value));
	else if (!strcmp(name, "no-pidfd-signal"))
		refuse(SYS_pidfd_send_signal, atoi(value));
	else if (!strcmp(name, "no-memfd"))
		refuse(SYS_memfd_create, atoi(value));
	else if (!strcmp(name, "no-memfd-later"))
		no_memfd_later = atoi(value);
	else
		return false;
	return true;
}

static char **read_arguments(char **argv)
{
	for (argv++; *argv && strcmp(*argv, "--"); argv++) {
		char *value;

		if (**argv != '@') {
			words[n_words++] = *argv;
			continue;
		}
		value = strchr(*argv, '=');
		if (value)
			*value++ = '\0';
		else
			value = *argv + strlen(*argv);
		if (!set(*argv + 1, value) && !set_call(*argv + 1, value) &&
		    !set_host(*argv + 1, value))
			printf("wrong: no setting %s\n", *argv);
	}
	return *argv ? argv + 1 : argv;
}

static void print_error(const struct nsexec_error *e)
{
	if (failed++ && quiet)
		return; /* they are alike */
	(void)pthread_mutex_lock(&printing);
	printf("%s %s %s %s\n", quiet ? "first" : "error", e->step,
	       e->err ? strerrorname_np(e->err) : "0", e->subject);
	(void)pthread_mutex_unlock(&printing);
}

static void print_status(int status)
{
	succeeded++;
	if (quiet)
		return;
	if (WIFEXITED(status))
		printf("exited %d\n", WEXITSTATUS(status));
	else
		printf("signaled %d\n", WTERMSIG(status));
}

/* PID, as /proc says that this pidfd is of. */
static int pid_of(int pidfd)
{
	char path[64], line[128];
	int pid = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		(void)sscanf(line, "Pid: %d", &pid);
	if (f)
		(void)fclose(f);
	return pid;
}

/* The last number in the line @name of its status in /proc. */
static int number_of(int pid, const char *name)
{
	char path[64], line[256];
	const size_t n = strlen(name);
	int number = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, n) && line[n] == ':')
			number = atoi(strrchr(line, '\t') + 1);
	if (f)
		(void)fclose(f);
	return number;
}

/* Before anybody waits for it, so that it is still to be seen. */
static void check_child(const struct nsexec_child *child)
{
	const int pid = pid_of(child->pidfd);

	if (!(fcntl(child->pidfd, F_GETFD) & FD_CLOEXEC))
		printf("wrong: pidfd is not closed by exec\n");
	if (child->pidfd < 3)
		printf("wrong: pidfd is a standard stream\n");
	if (!reaps && pid != child->pid)
		printf("wrong: pidfd is of %d, child is %d\n", pid, child->pid);
	if (program.pgroup && getpgid(child->pid) != program.pgroup)
		printf("wrong: group is %d\n", getpgid(child->pid));
	if (!reaps && number_of(child->pid, "PPid") != host_pid)
		printf("wrong: parent is %d\n", number_of(child->pid, "PPid"));
	if (!quiet)
		printf("in there it is %d\n", number_of(child->pid, "NSpid"));
}

static void await(struct nsexec_child *child)
{
	int status = 0;

	check_child(child);
	if (kills)
		(void)syscall(SYS_pidfd_send_signal, child->pidfd, SIGKILL, NULL, 0);
	if (reaps)
		while (last_reaped != child->pid)
			nap(100);
	else if (waitpid(child->pid, &status, 0) != child->pid)
		printf("wrong: waitpid %d: %m, %d\n", child->pid,
		       waitpid(child->pid, &status, __WALL));
	if (reaps)
		succeeded++;
	else
		print_status(status);
	(void)close(child->pidfd);
}

static const struct nsexec_program *what(void)
{
	if (program.size != sizeof(later))
		return &program;
	later.known = program;
	return &later.known;
}

static void spawn_once(void)
{
	struct nsexec_child child = { 0 };
	struct nsexec_error e = { 0 };
	int rc;

	errno = 4711;
	rc = session ? nsexec_session_spawn(session, what(), &child, &e)
		     : nsexec_spawn(&how, what(), &child, &e);
	if (errno != 4711 && !WATCHED)
		printf("changed errno: %m\n");
	if (rc < 0)
		print_error(&e);
	else
		await(&child);
}

static void print_output(const char *name, const char *bytes, size_t n)
{
	if (strlen(bytes) > n)
		printf("wrong: no end of %s\n", name);
	printf("%s %zu\n", name, n);
	if (!shows)
		return;
	for (size_t i = 0; i < n; i++)
		if (bytes[i])
			(void)putchar(bytes[i]);
		else
			printf("\\0");
}

static void run_once(void)
{
	struct nsexec_io mine = io;
	struct nsexec_error e = { 0 };
	char *in = calloc(1, io.in_bytes + 1);
	int rc;

	for (size_t i = 0; i < io.in_bytes; i++)
		in[i] = (char)("0123456789\n"[i % 11]);
	mine.in = in;
	errno = 4711;
	rc = session ? nsexec_session_run(session, what(), &mine, &e)
		     : nsexec_run(&how, what(), &mine, &e);
	if (errno != 4711 && !WATCHED)
		printf("changed errno: %m\n");
	free(in);
	if (rc < 0) {
		print_error(&e);
		if (mine.size == sizeof(mine) && (mine.out || mine.err))
			printf("wrong: output of a failure\n");
		if (mine.timed_out != (e.err == ETIMEDOUT))
			printf("wrong: timed_out is %d\n", mine.timed_out);
		return;
	}
	print_status(mine.status);
	if (quiet && mine.timed_out)
		printf("timed out\n");
	if (!quiet) {
		print_output("out", mine.out, mine.out_bytes);
		print_output("err", mine.err, mine.err_bytes);
		if (mine.timed_out)
			printf("timed out\n");
		if (mine.truncated)
			printf("truncated\n");
	}
	nsexec_io_free(&mine);
	nsexec_io_free(NULL);
	if (mine.out || mine.err)
		printf("wrong: freed, and still there\n");
}

static void join_file(const char *path, int kind)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, kind) < 0)
		printf("wrong: %s: %m\n", path);
	(void)close(fd);
}

static void *work(void *arg)
{
	(void)arg;
	if (thread_net)
		join_file(thread_net, CLONE_NEWNET);
	if (thread_pid)
		join_file(thread_pid, CLONE_NEWPID);
	for (int i = 0; i < times; i++) {
		if (wait_for && i == 0) {
			char byte;
			const int fd = open(wait_for, O_RDONLY | O_CLOEXEC);

			(void)!read(fd, &byte, 1);
			(void)close(fd);
		}
		if (kill_after && i == 1) {
			(void)kill(atoi(kill_after), SIGKILL);
			while (nsexec_session_alive(session) == 1)
				nap(1000);
			printf("alive %d\n", nsexec_session_alive(session));
		}
		if (runs)
			run_once();
		else
			spawn_once();
	}
	return NULL;
}

/* A host whose other thread waits for whatever there is. */
static void *reap_all(void *arg)
{
	(void)arg;
	while (!stop) {
		int status;
		const int pid = waitpid(-1, &status, 0);

		if (pid > 0) {
			reaped++;
			last_reaped = pid;
		} else {
			nap(50);
		}
	}
	return NULL;
}

/* Signals at the thread that spawns, and at all that is born in its process group. */
static void *bombard(void *arg)
{
	(void)arg;
	while (!stop) {
		(void)pthread_kill(main_thread, SIGUSR1);
		(void)kill(0, SIGWINCH);
	}
	return NULL;
}

/* Children with a copy of all descriptors, for a while. */
/*
 * As long as the host lives they have what it had open.  Some for each that is spawned: on a
 * machine that is busy there would else be more than it can bear.
 */
static void *fork_beside(void *arg)
{
	enum { EACH = 15, MOST = 3000 };
	static int children[MOST];
	int n = 0;

	while (!stop) {
		if (n < MOST && n < EACH * (succeeded + failed + 1)) {
			children[n] = fork();
			if (children[n] == 0) {
				(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
				for (;;)
					(void)pause();
			}
			n += children[n] > 0;
		}
		nap(500);
	}
	while (n-- > 0) {
		(void)kill(children[n], SIGKILL);
		(void)waitpid(children[n], NULL, 0);
	}
	return arg;
}

/* It takes the signals that the one that spawns holds. */
static void *stand_by(void *arg)
{
	while (!stop)
		(void)poll(NULL, 0, 1);
	return arg;
}

static void open_session(void)
{
	struct nsexec_error e = { 0 };

	session = nsexec_session_open(&how, &e);
	if (!session)
		print_error(&e);
	else if (nsexec_session_alive(session) != 1)
		printf("wrong: the target of a new session is not alive\n");
	if (no_memfd_later)
		refuse(SYS_memfd_create, no_memfd_later);
}

static void all_threads(void)
{
	pthread_t thread[MANY];

	if (n_threads == 1 && !thread_net && !thread_pid) {
		(void)work(NULL);
		return;
	}
	for (int i = 0; i < n_threads; i++)
		(void)pthread_create(&thread[i], NULL, work, NULL);
	for (int i = 0; i < n_threads; i++)
		(void)pthread_join(thread[i], NULL);
}

static void do_it(void)
{
	static struct host was, is;
	const bool compares = n_threads == 1 && !forks_beside;
	pthread_t helper[4];
	int n = 0;

	if (!bombards)
		(void)pthread_create(&helper[n++], NULL, stand_by, NULL);
	if (reaps)
		(void)pthread_create(&helper[n++], NULL, reap_all, NULL);
	if (bombards)
		(void)pthread_create(&helper[n++], NULL, bombard, NULL);
	if (forks_beside)
		(void)pthread_create(&helper[n++], NULL, fork_beside, NULL);
	if (!thread_net && !thread_pid)
		nap(2000); /* their stacks are there */
	look_at_host(&was);
	if (in_session)
		open_session();
	if (elsewhere)
		join_file(elsewhere, CLONE_NEWNET);
	if (!in_session || session)
		all_threads();
	nsexec_session_close(session);
	look_at_host(&is);
	if (runs || thread_net || thread_pid || WATCHED)
		memcpy(is.maps, was.maps, sizeof(is.maps)); /* malloc's arenas stay */
	if (compares)
		compare_host(&was, &is);
	if (!reaps && !forks_beside)
		look_for_children();
	stop = 1;
	for (int i = 0; i < n; i++)
		(void)pthread_join(helper[i], NULL);
}

static void close_streams(void)
{
	for (const char *c = closed ? closed : ""; *c; c++)
		if (*c >= '0' && *c <= '9')
			(void)close(*c - '0');
}

int main(int argc, char **argv)
{
	static char report[65536];

	(void)argc;
	(void)syscall(SYS_close_range, 3, ~0u, 0); /* of whoever started us */
	host_pid = getpid();
	main_thread = pthread_self();
	handle_one(SIGCHLD);
	program.argv = (const char *const *)read_arguments(argv);
	program.file = files;
	program.n_files = n_files;
	if (dumpable >= 0)
		(void)prctl(PR_SET_DUMPABLE, dumpable);
	/* What it says comes behind what the program says. */
	(void)setvbuf(stdout, report, _IOFBF, sizeof(report));
	if (closed) {
		/* Its standard output is another one. */
		const int out = fcntl(1, F_DUPFD_CLOEXEC, 100);

		(void)fclose(stdout);
		stdout = fdopen(out, "w");
		(void)setvbuf(stdout, report, _IOFBF, sizeof(report));
		close_streams();
	}
	do_it();
	if (reaps)
		printf("reaped %d\n", reaped);
	if (quiet)
		printf("succeeded %d failed %d\n", succeeded, failed);
	if (caught_inside)
		printf("wrong: handlers that ran in a child: %d\n", caught_inside);
	printf("children that ended: %d\n", caught_chld);
	return 0;
}
