/* SPDX-License-Identifier: Apache-2.0 */
/*
 *	heap PID
 *
 * Spawns into the namespaces of PID while another thread is in malloc(3) and never comes
 * out of it.  malloc() and its like are ours here; prints "fine" if nobody calls them.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nsexec.h>

enum { HEAP_BYTES = 1 << 20 };

static atomic_bool is_held, is_watched, is_inside;
static atomic_int touched;

static _Alignas(16) char heap[HEAP_BYTES];
static atomic_size_t used;

/* The one thread that comes when it is held stays.  Nobody may come when it is watched. */
static void visit(void)
{
	if (atomic_load(&is_watched))
		atomic_fetch_add(&touched, 1);
	else if (atomic_load(&is_held))
		for (;;) {
			atomic_store(&is_inside, true);
			(void)pause();
		}
}

void *malloc(size_t bytes)
{
	size_t at;

	visit();
	at = atomic_fetch_add(&used, (bytes + 31) / 16 * 16);
	if (at + bytes + 16 > sizeof(heap))
		return NULL;
	memcpy(heap + at, &bytes, sizeof(bytes));
	return heap + at + 16;
}

void free(void *p)
{
	(void)p;
	visit();
}

void *calloc(size_t n, size_t bytes)
{
	return malloc(n * bytes); /* it was never used before */
}

void *realloc(void *p, size_t bytes)
{
	char *to = malloc(bytes);
	size_t was;

	if (!to || !p)
		return to;
	memcpy(&was, (char *)p - 16, sizeof(was));
	return memcpy(to, p, was < bytes ? was : bytes);
}

void *memalign(size_t alignment, size_t bytes)
{
	char *p = malloc(bytes + alignment);

	return p ? p + (alignment - (size_t)p % alignment) % alignment : NULL;
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
	return memalign(alignment, bytes);
}

int posix_memalign(void **out, size_t alignment, size_t bytes)
{
	*out = memalign(alignment, bytes);
	return *out ? 0 : ENOMEM;
}

static void *volatile kept;

static void *stay_in_malloc(void *arg)
{
	(void)arg;
	while (!atomic_load(&is_held)) /* whoever starts us may still need it */
		(void)sched_yield();
	kept = malloc(1);
	return NULL;
}

static void say(const char *text)
{
	if (write(1, text, strlen(text)) < 0)
		_exit(99);
}

static void finish(int rc, struct nsexec_child *child, const struct nsexec_error *e)
{
	int status = -1;

	if (rc < 0) {
		say(e->step);
		say(" ");
		say(e->subject);
		say(": not spawned\n");
		return;
	}
	if (nsexec_wait(child, 20000, &status, NULL) != 0 || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != 0)
		say("the program has failed\n");
	(void)close(child->pidfd); /* it is one */
}

int main(int argc, char **argv)
{
	const char *words[] = { "/bin/true", NULL };
	const struct nsexec_file file = { .action = NSEXEC_FILE_OPEN,
					  .fd = 0,
					  .path = "/dev/null" };
	const struct nsexec_program program = {
		.size = sizeof(program), .argv = words, .file = &file, .n_files = 1
	};
	struct nsexec_options how = { .size = sizeof(how), .all = 1 };
	struct nsexec_session *s;
	struct nsexec_child child;
	struct nsexec_error e;
	pthread_t thread;

	if (argc != 2)
		return 2;
	how.target = argv[1];
	s = nsexec_session_open(&how, &e);
	if (!s) {
		say("no session\n");
		return 1;
	}
	kept = malloc(10);
	if (!kept || atomic_load(&used) == 0) {
		say("malloc is not ours\n");
		return 1;
	}
	if (pthread_create(&thread, NULL, stay_in_malloc, NULL))
		return 1;
	atomic_store(&is_held, true);
	while (!atomic_load(&is_inside))
		(void)sched_yield();
	atomic_store(&is_watched, true);
	for (int i = 0; i < 3; i++) {
		finish(nsexec_spawn(&how, &program, &child, &e), &child, &e);
		finish(nsexec_session_spawn(s, &program, &child, &e), &child, &e);
	}
	nsexec_session_close(s);
	s = nsexec_session_open(&how, &e);
	nsexec_session_close(s);
	if (atomic_load(&touched))
		say("malloc or its like was called\n");
	else
		say("fine\n");
	_exit(atomic_load(&touched) != 0);
}
