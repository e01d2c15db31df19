/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that enters other namespaces for one call, while a second thread stands by.
 *
 *	enter [own-root] [in-thread] CALL [ENTRY]...		for ENTRY see look.h
 *
 * own-root: the thread that enters shares root and cwd with no other.  in-thread: it is not
 * the first one.  CALL is what the function does:
 *
 *	look		nothing but what is always printed
 *	sleeper		starts a process that sleeps a minute: "sleeper PID"
 *	again		enters the last ENTRY from within; the first call has the others
 *	drop		gives up CAP_SYS_ADMIN
 *	thread		starts a thread, which stays
 *	close		closes all descriptors above 2
 *	unshare-uts	creates a UTS namespace
 *	childless	nothing; before entering, creates a PID namespace for children
 *
 * Prints "in KIND INODE" from within, then
 *
 *	others WHAT...	how far the bystander was moved, as seen from within the call
 *	returned RC RESULT
 *	error TEXT, hint TEXT		unless 0
 *	errno N		before: 4000; the call, if it runs, makes it 4001
 *	moved WHAT...	where the thread is not where it was before
 *	bystander WHAT...
 *	descriptors N	how many there are more than before
 */
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>

#include "look.h"

static const char *what;
static struct entries all;
static struct look before, bystander_before;
static bool own_root;

static void drop_admin(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		die("capget");
	data[0].effective &= ~(1u << CAP_SYS_ADMIN);
	data[0].permitted &= ~(1u << CAP_SYS_ADMIN);
	data[0].inheritable &= ~(1u << CAP_SYS_ADMIN);
	if (syscall(SYS_capset, &header, data) < 0)
		die("capset");
}

static void begin_sleeper(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, 0);
		close(0);
		close(1);
		close(2);
		sleep(60);
		_exit(0);
	}
	printf("sleeper %d\n", (int)pid);
}

static int call_inner(void *arg)
{
	struct look now = look_at(my_tid());

	print_look("inner", &now);
	return *(int *)arg + 1;
}

static void enter_again(void)
{
	struct look outer = look_at(my_tid()), now;
	int arg = 1, result = 0, rc;

	rc = nsexec_enter(&all.entry[all.n], 1, call_inner, &arg, &result, NULL);
	printf("again %d %d\n", rc, result);
	now = look_at(my_tid());
	print_difference("moved-inside", &outer, &now);
}

/* It stays when the call is over; whom we watch is still the first one. */
static void begin_another(void)
{
	const int first = bystander_tid;

	begin_bystander();
	bystander_tid = first;
}

static int call(void *arg)
{
	struct look now = look_at(my_tid()), other = look_at(bystander_tid);

	print_look("in", &now);
	print_difference("others", &bystander_before, &other);
	if (strcmp(what, "sleeper") == 0)
		begin_sleeper();
	else if (strcmp(what, "again") == 0)
		enter_again();
	else if (strcmp(what, "drop") == 0)
		drop_admin();
	else if (strcmp(what, "thread") == 0)
		begin_another();
	else if (strcmp(what, "close") == 0)
		for (int fd = 3; fd < 100; fd++)
			close(fd);
	else if (strcmp(what, "unshare-uts") == 0 && unshare(CLONE_NEWUTS) < 0)
		die("unshare");
	fflush(stdout);
	errno = 4001;
	return *(int *)arg;
}

static void *enter(void *unused)
{
	struct nsexec_error e;
	struct look now;
	int arg = 42, result = -7, descriptors, rc, err;

	(void)unused;
	if (own_root && unshare(CLONE_FS) < 0)
		die("unshare");
	if (strcmp(what, "childless") == 0 && unshare(CLONE_NEWPID) < 0)
		die("unshare");
	before = look_at(my_tid());
	descriptors = count_descriptors();
	memset(&e, 0, sizeof(e));
	errno = 4000;
	rc = nsexec_enter(all.entry, all.n, call, &arg, &result, &e);
	err = errno;
	if (strcmp(what, "close") == 0)
		open_tasks();
	printf("returned %d %d\n", rc, result);
	if (rc)
		print_error(&e);
	printf("errno %d\n", err);
	now = look_at(my_tid());
	print_difference("moved", &before, &now);
	now = look_at(bystander_tid);
	print_difference("bystander", &bystander_before, &now);
	printf("descriptors %d\n", count_descriptors() - descriptors);
	return NULL;
}

int main(int argc, char **argv)
{
	bool in_thread = false;

	(void)argc;
	for (argv++; *argv; argv++)
		if (strcmp(*argv, "own-root") == 0)
			own_root = true;
		else if (strcmp(*argv, "in-thread") == 0)
			in_thread = true;
		else
			break;
	what = *argv;
	if (!what)
		return 2;
	all = read_entries(argv + 1);
	if (strcmp(what, "again") == 0)
		all.n--;
	open_tasks();
	bystander_before = begin_bystander();
	if (in_thread) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, enter, NULL) != 0)
			die("pthread_create");
		pthread_join(thread, NULL);
	} else {
		enter(NULL);
	}
	fflush(stdout);
	_exit(0);
}
