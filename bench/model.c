/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runc's C costs, without being runc's C: the same system calls in the same
 * order with the same work of libc between them, for the one case that is
 * measured, joining namespaces by their paths.  It is not meant for anything
 * else: no maps, no time offsets, no namespaces to be made.
 *
 * Where it is not known how fast runc does something, the faster way is taken,
 * so that the comparison is never unfair to runc.
 */
#include "model.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

void nsexec(void);

/* The number in a variable; @otherwise if there is none. */
static int variable(const char *name, int otherwise)
{
	const char *text = getenv(name);
	char *end;
	long value;

	if (!text || !*text)
		return otherwise;
	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || *end || value < 0)
		model_die("%s is no number: %s", name, text);
	return (int)value;
}

enum sync { PID_COMES = 0x42, PID_TAKEN, GO, FINISHED };

/* The child comes back here, on a stack of its own which lies on ours. */
struct jump {
	_Alignas(16) char stack[4096];
	char top[];
};

static jmp_buf back;

static int jump(void *stage)
{
	longjmp(back, *(int *)stage);
}

__attribute__((noinline)) static pid_t spawn(int stage)
{
	struct jump on;

	return clone(jump, on.top, CLONE_PARENT | SIGCHLD, &stage);
}

static void put_word(int fd, int word)
{
	if (write(fd, &word, sizeof(word)) != sizeof(word))
		model_die("cannot write %d", word);
}

static int get_word(int fd)
{
	int word;

	if (read(fd, &word, sizeof(word)) != sizeof(word))
		model_die("cannot read a word");
	return word;
}

static void expect(int fd, int word)
{
	int got = get_word(fd);

	if (got != word)
		model_die("%d came, not %d", got, word);
}

struct channels {
	int init;
	int child[2];	   /* [0] is stage-1's, [1] is stage-0's */
	int grandchild[2]; /* [0] is stage-2's, [1] is stage-0's */
};

static _Noreturn void parent(const struct channels *ch)
{
	pid_t first, second;

	(void)prctl(PR_SET_NAME, "model:[0]"); /* for people who look */
	model_log_as("nsexec-0");
	model_say(MODEL_DEBUG, "stage-0 begins, and makes stage-1");
	first = spawn(1);
	if (first < 0)
		model_die("cannot clone stage-1");
	close(ch->child[0]);
	model_say(MODEL_DEBUG, "what stage-1 asks for is done from now on");
	expect(ch->child[1], PID_COMES);
	model_say(MODEL_DEBUG, "stage-1 has a pid for the caller");
	second = get_word(ch->child[1]);
	put_word(ch->child[1], PID_TAKEN);
	model_say(MODEL_DEBUG, "the caller gets the pids of stage-1 (%d) and stage-2 (%d)", first,
		  second);
	if (dprintf(ch->init, "{\"stage1_pid\":%d,\"stage2_pid\":%d}\n", first, second) < 0)
		model_die("cannot reply");
	expect(ch->child[1], FINISHED);
	model_say(MODEL_DEBUG, "stage-1 is done");
	model_say(MODEL_DEBUG, "nothing more is done for stage-1");
	close(ch->grandchild[0]);
	model_say(MODEL_DEBUG, "what stage-2 says is heard from now on");
	model_say(MODEL_DEBUG, "stage-2 may go on");
	put_word(ch->grandchild[1], GO);
	expect(ch->grandchild[1], FINISHED);
	model_say(MODEL_DEBUG, "stage-2 is done");
	model_say(MODEL_DEBUG, "nothing more is heard from stage-2");
	model_say(MODEL_DEBUG, "stage-0 ends");
	exit(0);
}

static _Noreturn void child(const struct channels *ch, const struct model_request *rq)
{
	pid_t second;

	close(ch->child[1]);
	(void)prctl(PR_SET_NAME, "model:[1]"); /* for people who look */
	model_log_as("nsexec-1");
	model_say(MODEL_DEBUG, "stage-1 begins");
	if (rq->paths)
		model_join(rq->paths);
	model_say(MODEL_DEBUG, "unsharing the namespaces that are left");
	if (unshare((int)rq->clone_flags) < 0)
		model_die("cannot unshare");
	model_say(MODEL_DEBUG, "stage-1 makes stage-2");
	second = spawn(2);
	if (second < 0)
		model_die("cannot clone stage-2");
	model_say(MODEL_DEBUG, "stage-0 gets the pid of stage-2 (%d)", second);
	put_word(ch->child[0], PID_COMES);
	put_word(ch->child[0], second);
	expect(ch->child[0], PID_TAKEN);
	model_say(MODEL_DEBUG, "stage-0 is told of the end");
	put_word(ch->child[0], FINISHED);
	model_say(MODEL_DEBUG, "stage-1 ends");
	exit(0);
}

/* Left: in the process that becomes the host. */
static void grandchild(const struct channels *ch, const struct model_request *rq)
{
	expect(ch->grandchild[0], GO);
	close(ch->grandchild[1]);
	close(ch->child[0]);
	(void)prctl(PR_SET_NAME, "model:[2]"); /* for people who look */
	model_log_as("nsexec-2");
	model_say(MODEL_DEBUG, "stage-2 begins");
	if (setsid() < 0 || setuid(0) < 0 || setgid(0) < 0)
		model_die("cannot become root in a session of its own");
	model_say(MODEL_DEBUG, "stage-0 is told of the end");
	put_word(ch->grandchild[0], FINISHED);
	close(ch->grandchild[0]);
	model_say(MODEL_DEBUG, "the host goes on");
	free(rq->data);
}

static void tell_affinity(void)
{
	cpu_set_t set;

	if (!model_logs(MODEL_DEBUG))
		return;
	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		model_say(MODEL_DEBUG, "allowed processors: 0x%lx", *(unsigned long *)&set);
}

void nsexec(void)
{
	static struct model_request rq;
	static struct channels ch;
	int log;

	log = variable("_LIBCONTAINER_LOGPIPE", -1);
	model_log_to(log, MODEL_DEBUG);
	if (log >= 0)
		model_log_to(log, variable("_LIBCONTAINER_LOGLEVEL", MODEL_DEBUG));
	ch.init = variable("_LIBCONTAINER_INITPIPE", -1);
	if (ch.init < 0)
		return;
	tell_affinity();
	model_say(MODEL_DEBUG, "setting up the container");
	model_read_request(ch.init, &rq);
	model_write_oom(&rq);
	if (rq.paths) {
		model_say(MODEL_DEBUG, "not dumpable from now on");
		if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
			model_die("cannot become non-dumpable");
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ch.child) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, ch.grandchild) < 0)
		model_die("cannot make socket pairs");
	switch (setjmp(back)) {
	case 0:
		parent(&ch);
	case 1:
		child(&ch, &rq);
	default:
		grandchild(&ch, &rq);
	}
}
