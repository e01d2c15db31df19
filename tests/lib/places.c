/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls one function of libnsexec, says what came of it, and what should not have:
 * a changed errno, descriptors that are left, or that a program executed would get.
 *
 *	places [-2tFwz] [-u KINDS] [-f FLAGS] COMMAND ARG...
 *
 * -2: with another thread, which says at the end where it is.  -w: it is not the first
 * thread that calls.  -z: the first has ended.  -F: the one that calls has root and cwd of
 * its own.  -u: and new namespaces of these kinds.  -t: NSEXEC_JOIN_THREADED.
 * -f: other flags, by number.
 *
 * A PLACE is pid:N, pidfd:N (of the process N), pidfd-at:N (the descriptor N),
 * pidfd-of-zombie, pidfd-of-reaped, notpidfd:P (P is opened), thread:N, path:P, fd:P (P is
 * opened) or place:N, and "self" in place of a number our own.
 */
#include <errno.h>
#include <fcntl.h>
#include <nsexec.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ODD_ERRNO 4242

static struct nsexec_error error;
static unsigned join_flags;

static int descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Around each call: may it have left @more descriptors? */
static int before;

static void begin(void)
{
	before = descriptors();
	errno = ODD_ERRNO;
}

static void end(int more)
{
	if (errno != ODD_ERRNO)
		puts("errno has changed");
	if (descriptors() != before + more)
		printf("%d descriptors are left\n", descriptors() - before);
}

static const char *error_text(void)
{
	static char text[1024];

	nsexec_error_text(&error, text, sizeof(text));
	return text;
}

static int failed(int rc)
{
	printf("%s: %s\n", rc == NSEXEC_GONE ? "gone" : rc == 0 ? "no" : "failed", error_text());
	if (*error.hint)
		printf("hint: %s\n", error.hint);
	return 1;
}

static int number(const char *text)
{
	return strcmp(text, "self") == 0 ? getpid() : atoi(text);
}

static const char *after(const char *text, const char *start)
{
	const size_t n = strlen(start);

	return strncmp(text, start, n) == 0 ? text + n : NULL;
}

/* Of a child of ours, which is then a zombie, or not even that. */
static int pidfd_of_ended(int reaped)
{
	int pipes[2], fd;
	pid_t child;
	siginfo_t info;
	char c = 0;

	if (pipe(pipes) < 0)
		exit(2);
	child = fork();
	if (child == 0)
		_exit(read(pipes[0], &c, 1) != 1);
	fd = (int)syscall(SYS_pidfd_open, child, 0);
	if (write(pipes[1], &c, 1) != 1)
		exit(2);
	waitid(P_PID, (id_t)child, &info, WEXITED | (reaped ? 0 : WNOWAIT));
	return fd;
}

static struct nsexec_where place_of(const char *text)
{
	const char *at;

	if ((at = after(text, "pid:")))
		return *NSEXEC_PID(number(at));
	if ((at = after(text, "pidfd-at:")))
		return *NSEXEC_PIDFD(atoi(at));
	if ((at = after(text, "pidfd:")))
		return *NSEXEC_PIDFD((int)syscall(SYS_pidfd_open, number(at), 0));
	if ((at = after(text, "pidfd-of-")))
		return *NSEXEC_PIDFD(pidfd_of_ended(strcmp(at, "reaped") == 0));
	if ((at = after(text, "notpidfd:")))
		return *NSEXEC_PIDFD(open(at, O_RDONLY));
	if ((at = after(text, "thread:")))
		return *NSEXEC_THREAD(number(at));
	if ((at = after(text, "path:")))
		return *NSEXEC_PATH(at);
	if ((at = after(text, "fd:")))
		return *NSEXEC_FD(open(at, O_RDONLY));
	if ((at = after(text, "place:")))
		return (struct nsexec_where){ atoi(at), 1, "x" };
	fprintf(stderr, "no place: %s\n", text);
	exit(2);
}

/* A number, or names as nsexec_kinds_parse() has them. */
static int kinds_of(const char *text)
{
	int set;

	if (*text >= '0' && *text <= '9')
		return (int)strtoul(text, NULL, 0);
	if (nsexec_kinds_parse(text, &set, NULL) < 0) {
		fprintf(stderr, "no kinds: %s\n", text);
		exit(2);
	}
	return set;
}

/* Other mounts may have a /proc that does not show us. */
static int proc;

static void print_namespaces(const char *who)
{
	static const char *const names[] = { "cgroup", "ipc",
					     "mnt",    "net",
					     "pid",    "pid_for_children",
					     "time",   "time_for_children",
					     "user",   "uts" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[64], link[64];
		ssize_t n;

		snprintf(path, sizeof(path), "thread-self/ns/%s", names[i]);
		n = readlinkat(proc, path, link, sizeof(link) - 1);
		link[n < 0 ? 0 : n] = '\0';
		printf("%s %s %s\n", who, names[i], link);
	}
}

static int do_kinds(void)
{
	char text[128];
	int set, rc;

	begin();
	rc = nsexec_kinds(&set, &error);
	end(0);
	if (rc < 0)
		return failed(-1);
	nsexec_kinds_text(set, text, sizeof(text));
	puts(text);
	return 0;
}

static int do_text(const char *set, const char *size)
{
	char text[128] = "untouched";
	const size_t n = nsexec_kinds_text((int)strtoul(set, NULL, 0), size ? text : NULL,
					   size ? strtoul(size, NULL, 0) : 0);

	printf("%zu %s\n", n, size ? text : "");
	return 0;
}

static int do_parse(const char *text)
{
	int set = 0x55;

	if (nsexec_kinds_parse(text, &set, &error) < 0)
		return set == 0x55 ? failed(-1) : 3;
	printf("%#x\n", (unsigned)set);
	return 0;
}

static int do_supported(const char *set)
{
	char text[128];
	int missing = 0;
	int rc;

	begin();
	rc = nsexec_supported(kinds_of(set), &missing, &error);
	end(0);
	nsexec_kinds_text(missing, text, sizeof(text));
	if (rc == 1) {
		printf("yes%s\n", text);
		return 0;
	}
	if (rc == 0)
		printf("missing %s\n", text);
	return failed(rc);
}

static int do_identify(const char *place, const char *kind)
{
	const struct nsexec_where where = place_of(place);
	struct nsexec_id id = { 0, 0 };
	int rc;

	begin();
	rc = nsexec_identify(&where, kinds_of(kind), &id, &error);
	end(0);
	if (rc != 0)
		return failed(rc);
	printf("%llu %llu\n", (unsigned long long)id.dev, (unsigned long long)id.ino);
	return 0;
}

static int do_open(const char *place, const char *kind)
{
	const struct nsexec_where where = place_of(place);
	struct stat st;
	int fd;

	begin();
	fd = nsexec_open(&where, kinds_of(kind), &error);
	end(fd >= 0);
	if (fd < 0)
		return failed(fd);
	if (!(fcntl(fd, F_GETFD) & FD_CLOEXEC) || fd <= 2)
		puts("open for programs that are executed");
	if (where.place == NSEXEC_AT_FD &&
	    (fd == where.number || fcntl(where.number, F_GETFD) != 0))
		puts("the caller's descriptor is not what it was");
	fstat(fd, &st);
	printf("%llu\n", (unsigned long long)st.st_ino);
	close(fd);
	return 0;
}

static int do_path(const char *pid, const char *tid, const char *kind, const char *size)
{
	char text[128] = "";
	const size_t n = strtoul(size, NULL, 0);
	const int rc =
		*tid ? nsexec_path_of_thread(atoi(pid), atoi(tid), kinds_of(kind), text, n, &error)
		     : nsexec_path(atoi(pid), kinds_of(kind), text, n, &error);

	if (rc < 0)
		return failed(rc);
	puts(text);
	return 0;
}

/* What the next child gets, which is elsewhere only after the joins of PID and time. */
static void print_child(void)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		print_namespaces("child");
		fflush(stdout);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static int do_join(const char *place, const char *kinds)
{
	const struct nsexec_where where = place_of(place);
	int rc;

	begin();
	rc = nsexec_join(&where, kinds_of(kinds), join_flags, &error);
	end(0);
	if (rc < 0)
		return failed(rc);
	puts("joined");
	return 0;
}

static int join(char **arg)
{
	char name[65] = "";
	struct timespec boot;
	int rc = 0;

	for (; arg[0] && arg[1]; arg += 2)
		rc = do_join(arg[0], arg[1]);
	print_namespaces("self");
	gethostname(name, sizeof(name) - 1);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	printf("self hostname %s\nself boottime %ld\n", name, (long)boot.tv_sec);
	print_child();
	return rc;
}

static int run(char **arg)
{
	const char *a = arg[1] ? arg[1] : "", *b = arg[1] && arg[2] ? arg[2] : "";

	if (strcmp(*arg, "by-name") == 0)
		return !printf("%#x\n", (unsigned)nsexec_kind_by_name(arg[1]));
	if (strcmp(*arg, "name") == 0) {
		const char *name = nsexec_kind_name((int)strtoul(a, NULL, 0));

		return !printf("%s\n", name ? name : "none");
	}
	if (strcmp(*arg, "known") == 0)
		return !printf("%#x\n", (unsigned)nsexec_kinds_known());
	if (strcmp(*arg, "kinds") == 0)
		return do_kinds();
	if (strcmp(*arg, "text") == 0)
		return do_text(a, *b ? b : NULL);
	if (strcmp(*arg, "parse") == 0)
		return do_parse(a);
	if (strcmp(*arg, "supported") == 0)
		return do_supported(a);
	if (strcmp(*arg, "identify") == 0)
		return do_identify(a, b);
	if (strcmp(*arg, "open") == 0)
		return do_open(a, b);
	if (strcmp(*arg, "path") == 0)
		return do_path(a, "", b, arg[3]);
	if (strcmp(*arg, "path-of-thread") == 0)
		return do_path(a, b, arg[3], arg[4]);
	if (strcmp(*arg, "join") == 0)
		return join(arg + 1);
	fprintf(stderr, "no command: %s\n", *arg);
	return 2;
}

static int unshared, own_dirs;
static char **command;

static int call(void)
{
	if (own_dirs && unshare(CLONE_FS) < 0)
		return 2;
	if (unshared && unshare(unshared) < 0)
		return 2;
	return run(command);
}

static void *caller(void *first)
{
	if (first)
		pthread_join(*(pthread_t *)first, NULL);
	exit(call());
}

/* It begins to look when the first has ended its call. */
static pthread_mutex_t until = PTHREAD_MUTEX_INITIALIZER;

static void *looker(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&until);
	print_namespaces("second");
	pthread_mutex_unlock(&until);
	return NULL;
}

static int call_beside(void *(*other)(void *), void *arg)
{
	pthread_t thread;
	int rc;

	pthread_mutex_lock(&until);
	if (pthread_create(&thread, NULL, other, arg) != 0)
		return 2;
	if (arg)
		pthread_exit(NULL);
	rc = other == looker ? call() : 0;
	pthread_mutex_unlock(&until);
	pthread_join(thread, NULL);
	return rc;
}

int main(int argc, char **argv)
{
	static pthread_t first;
	int option, two = 0, not_first = 0, ends = 0;

	while ((option = getopt(argc, argv, "+2tFwzu:f:")) != -1) {
		two |= option == '2';
		not_first |= option == 'w';
		ends |= option == 'z';
		own_dirs |= option == 'F';
		join_flags |= option == 't' ? NSEXEC_JOIN_THREADED : 0;
		if (option == 'f')
			join_flags |= (unsigned)atoi(optarg);
		if (option == 'u')
			unshared = kinds_of(optarg);
	}
	command = argv + optind;
	proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	first = pthread_self();
	if (not_first || ends)
		return call_beside(caller, ends ? &first : NULL);
	return two ? call_beside(looker, NULL) : call();
}
