/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enters a target, or a directory, with grafts, and executes a static program there that
 * was opened out here:
 *
 *	driver [-l] [-t PID] [-r DIR] [-u UID] [-f CALL] [-F CALL] [-n RUNS]
 *		[-g HOW[,rw][,optional] FROM TO]... PROGRAM [ARGUMENT]...
 *
 * -l: somebody else has rights over mounts there
 * -t: the mounts of that process, and its user namespace if it has another
 * -r: a root directory, of the target or out here
 * -u: become that user in the end
 * -f, -F: that system call is not implemented: from the beginning, or once inside (-F twice)
 * -n: lay them so many times, each in another mount namespace; tell how long that took
 * FROM may be "-": an empty directory.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"
#include "graft.h"
#include "sys_file.h"
#include "sys_identity.h"
#include "sys_mount.h"
#include "../unit/filter.h"

static struct nsx_grafts grafts;
static struct nsx_error error;
static bool lock;

static void die(const char *what)
{
	perror(what);
	exit(99);
}

static void tell_error(void)
{
	char text[512];

	nsx_error_text(&error, text, sizeof(text));
	fprintf(stderr, "%s\n", text);
	nsx_error_hint(&error, text, sizeof(text));
	if (*text)
		fprintf(stderr, "%s\n", text);
	exit(98);
}

static void add(const char *how, const char *from, const char *to)
{
	static const char *const hows[] = { "over", "merge", "if-none", "hide", "directory" };
	const size_t len = strcspn(how, ",");
	struct nsx_graft *graft;

	for (int i = 0; i < 5; i++)
		if (strlen(hows[i]) == len && strncmp(hows[i], how, len) == 0) {
			graft = nsx_grafts_add(&grafts, strcmp(from, "-") == 0 ? NULL : from, to,
					       (enum nsx_graft_how)i, &error);
			if (!graft)
				tell_error();
			graft->writable = strstr(how, ",rw") != NULL;
			graft->optional = strstr(how, ",optional") != NULL;
			if (!graft->from)
				graft->mode = 01777;
			return;
		}
	fprintf(stderr, "unknown: %s\n", how);
	exit(99);
}

static void not_implemented(const char *call)
{
	static const struct {
		const char *name;
		int nr;
	} calls[] = {
		{ "open_tree", __NR_open_tree }, { "move_mount", __NR_move_mount },
		{ "fsopen", __NR_fsopen },	 { "mount_setattr", __NR_mount_setattr },
		{ "openat2", __NR_openat2 },	 { "chroot", __NR_chroot },
		{ "symlinkat", __NR_symlinkat },
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (strcmp(calls[i].name, call) == 0) {
			if (!filter_fail(calls[i].nr, ENOSYS))
				die("filter");
			return;
		}
	die(call);
}

static int open_of(const char *pid, const char *name)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(path);
	return fd;
}

static void enter(const char *pid, const char *root)
{
	if (pid) {
		const int mnt = open_of(pid, "ns/mnt"), user = open_of(pid, "ns/user");
		struct stat ours, theirs;

		if (stat("/proc/self/ns/user", &ours) < 0 || fstat(user, &theirs) < 0)
			die("ns/user");
		if (ours.st_ino != theirs.st_ino && setns(user, CLONE_NEWUSER) < 0)
			die("setns user");
		if (setns(mnt, CLONE_NEWNS) < 0)
			die("setns mnt");
		close(mnt);
		close(user);
	}
	if (unshare(CLONE_NEWNS) < 0)
		die("unshare");
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		die("slave");
	if (root && (chdir(root) < 0 || chroot(".") < 0))
		die(root);
}

static void measure(int runs, const char *pid, const char *root)
{
	struct nsx_grafts again;
	double total = 0, cutting = 0;

	for (int i = 0; i < runs; i++) {
		int status, times[2];
		double spent[2];

		if (pipe(times) < 0)
			die("pipe");
		if (fork() == 0) {
			struct timespec a, b, c, d;

			again = grafts;
			(void)clock_gettime(CLOCK_MONOTONIC, &a);
			if (nsx_grafts_cut(&again, lock, &error) < 0)
				tell_error();
			(void)clock_gettime(CLOCK_MONOTONIC, &b);
			enter(pid, root);
			(void)clock_gettime(CLOCK_MONOTONIC, &c);
			if (nsx_grafts_lay(&again, &error) < 0)
				tell_error();
			(void)clock_gettime(CLOCK_MONOTONIC, &d);
			spent[0] = (double)(b.tv_sec - a.tv_sec) * 1e6 +
				   (double)(b.tv_nsec - a.tv_nsec) / 1e3;
			spent[1] = (double)(d.tv_sec - c.tv_sec) * 1e6 +
				   (double)(d.tv_nsec - c.tv_nsec) / 1e3;
			if (write(times[1], spent, sizeof(spent)) < 0)
				die("write");
			_exit(0);
		}
		if (read(times[0], spent, sizeof(spent)) != sizeof(spent))
			die("read");
		(void)wait(&status);
		cutting += spent[0];
		total += spent[1];
		close(times[0]);
		close(times[1]);
	}
	printf("cut %.0f us, lay %.0f us\n", cutting / runs, total / runs);
	exit(0);
}

/* What laying may change for its time only. */
struct standing {
	uid_t uid[3], fsuid;
	gid_t gid[3], fsgid;
	struct nsx_capdata caps[2];
	int dumpable, death_signal;
	unsigned mask;
};

static void look_at_us(struct standing *s)
{
	memset(s, 0, sizeof(*s));
	if (getresuid(&s->uid[0], &s->uid[1], &s->uid[2]) < 0 ||
	    getresgid(&s->gid[0], &s->gid[1], &s->gid[2]) < 0 || nsx_sys_capget(s->caps) < 0 ||
	    prctl(PR_GET_PDEATHSIG, &s->death_signal) < 0)
		die("look at us");
	s->fsuid = nsx_sys_setfsuid((uid_t)-1);
	s->fsgid = nsx_sys_setfsgid((gid_t)-1);
	s->dumpable = prctl(PR_GET_DUMPABLE);
	s->mask = umask(0);
	(void)umask(s->mask);
}

/* Who becomes root for files gets this one back, whether he had it or not. */
static void do_without_a_capability(void)
{
	enum { LINUX_IMMUTABLE = 9 };
	struct nsx_capdata caps[2];

	if (nsx_sys_capget(caps) < 0)
		die("capget");
	caps[0].effective &= ~(1u << LINUX_IMMUTABLE);
	if (nsx_sys_capset(caps) < 0)
		die("capset");
}

/* What was open before must be what is open after, but for what the target cost. */
static int open_files(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

int main(int argc, char **argv)
{
	const char *pid = NULL, *root = NULL, *inside[2] = { NULL };
	struct standing as_before, as_after;
	int opt, program, before, runs = 0, uid = -1;

	nsx_grafts_init(&grafts);
	while ((opt = getopt(argc, argv, "+lt:r:u:f:F:n:g:")) > 0)
		switch (opt) {
		case 'l':
			lock = true;
			break;
		case 't':
			pid = optarg;
			break;
		case 'r':
			root = optarg;
			break;
		case 'u':
			uid = atoi(optarg);
			break;
		case 'f':
			not_implemented(optarg);
			break;
		case 'F':
			inside[inside[0] != NULL] = optarg;
			break;
		case 'n':
			runs = atoi(optarg);
			break;
		case 'g':
			if (optind + 1 >= argc)
				return 99;
			add(optarg, argv[optind], argv[optind + 1]);
			optind += 2;
			break;
		default:
			return 99;
		}
	if (runs)
		measure(runs, pid, root);
	if (optind >= argc)
		return 99;
	program = open(argv[optind], O_RDONLY | O_CLOEXEC);
	if (program < 0)
		die(argv[optind]);
	before = open_files();
	if (nsx_grafts_cut(&grafts, lock, &error) < 0)
		tell_error();
	if (waitpid(-1, NULL, __WALL | WNOHANG) >= 0) {
		fprintf(stderr, "a child is left\n");
		return 97;
	}
	enter(pid, root);
	for (int i = 0; i < 2 && inside[i]; i++)
		not_implemented(inside[i]);
	(void)prctl(PR_SET_DUMPABLE, 1);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	do_without_a_capability();
	look_at_us(&as_before);
	if (nsx_grafts_lay(&grafts, &error) < 0)
		tell_error();
	look_at_us(&as_after);
	if (memcmp(&as_before, &as_after, sizeof(as_after)) != 0) {
		fprintf(stderr, "ids, capabilities or the like are not what they were\n");
		return 97;
	}
	if (open_files() != before) {
		fprintf(stderr, "%d files open, %d before\n", open_files(), before);
		return 97;
	}
	if (uid >= 0 && (setgid((gid_t)uid) < 0 || setuid((uid_t)uid) < 0))
		die("user");
	fexecve(program, argv + optind, environ);
	die("execute");
}
