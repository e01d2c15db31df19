/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"

#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter.h"
#include "unit.h"

static struct nsx_error error;

static enum nsx_gate ask(bool known, bool secure)
{
	const struct nsx_auxv auxv = { .known = known, .secure = secure };

	memset(&error, 0, sizeof(error));
	return nsx_gate(&auxv, &error);
}

static void one_thread_may_enter(void)
{
	check_int(ask(true, false), NSX_GATE_ENTER);
	check_int(error.step, NSX_STEP_NONE);
}

static void privileged_programs_ignore_us(void)
{
	check_int(ask(true, true), NSX_GATE_IGNORE);
	check_int(error.step, NSX_STEP_NONE);
}

static void what_is_not_known_counts_as_privileged(void)
{
	check_int(ask(false, false), NSX_GATE_IGNORE);
	check_int(ask(false, true), NSX_GATE_IGNORE);
}

static pthread_mutex_t until = PTHREAD_MUTEX_INITIALIZER;

static void *wait_until(void *nothing)
{
	(void)pthread_mutex_lock(&until);
	(void)pthread_mutex_unlock(&until);
	return nothing;
}

static void second_thread_is_refused(void)
{
	pthread_t thread;
	char text[256];

	(void)pthread_mutex_lock(&until);
	check_int(pthread_create(&thread, NULL, wait_until, NULL), 0);
	check_int(ask(true, false), NSX_GATE_REFUSE);
	nsx_error_text(&error, text, sizeof(text));
	check_text(text,
		   "gate the host program has threads already: EBUSY Device or resource busy");
	check_int(error.hint, NSX_HINT_THREADS);
	check_int(ask(true, true), NSX_GATE_IGNORE); /* threads or not */
	(void)pthread_mutex_unlock(&until);
	(void)pthread_join(thread, NULL);
	while (ask(true, false) == NSX_GATE_REFUSE) /* its last moments are the kernel's */
		(void)usleep(1000);
}

/* In a child, since the filter stays.  Return: which of the checks failed, or 0. */
static int with_filter(void)
{
	pthread_t thread;

	if (!filter_fail(__NR_unshare, EPERM)) /* as in many a container */
		return 0;
	if (ask(true, false) != NSX_GATE_ENTER)
		return 1;
	(void)pthread_mutex_lock(&until);
	if (pthread_create(&thread, NULL, wait_until, NULL) != 0)
		return 2;
	return ask(true, false) == NSX_GATE_REFUSE ? 0 : 3;
}

static void threads_are_counted_behind_a_filter_too(void)
{
	int status = 0, child = fork();

	if (child == 0)
		_exit(with_filter());
	check_int(waitpid(child, &status, 0), child);
	check_int(WEXITSTATUS(status), 0);
	check_int(status, 0);
}

int main(void)
{
	unit("a process with one thread may enter", one_thread_may_enter);
	unit("a program with more privileges than its caller ignores us",
	     privileged_programs_ignore_us);
	unit("where that is not known, it counts as one", what_is_not_known_counts_as_privileged);
	unit("a second thread is refused while it lives, with a hint", second_thread_is_refused);
	unit("threads are counted behind a seccomp filter too",
	     threads_are_counted_behind_a_filter_too);
	return unit_end();
}
