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
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

void nsexec(void);

/* ---- the log ----------------------------------------------------------------- */

enum level { FATAL = 1, INFO = 4, DEBUG = 5 };

static const char *const level_names[] = { "panic", "fatal", "error", "warning", "info", "debug" };

static int log_fd = -1;
static int log_level = DEBUG;
static const char *log_prefix = "nsexec";

/* Worst case six bytes for one. */
static char *json_escaped(const char *text)
{
	char *out = malloc(strlen(text) * 6 + 1);
	char *put = out;

	if (!out)
		return NULL;
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\') {
			*put++ = '\\';
			*put++ = (char)c;
		} else if (c < 0x20 || c == 0x7f) {
			put += sprintf(put, "\\u%04x", c);
		} else {
			*put++ = (char)c;
		}
	}
	*put = '\0';
	return out;
}

__attribute__((format(printf, 2, 3))) static void say(enum level level, const char *format, ...)
{
	char *text = NULL, *escaped = NULL, *line = NULL;
	va_list args;
	int n;

	if (log_fd < 0 || (int)level > log_level)
		return;
	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return;
	escaped = json_escaped(text);
	n = escaped ? asprintf(&line, "{\"level\":\"%s\", \"msg\": \"%s[%d]: %s\"}\n",
			       level_names[level], log_prefix, getpid(), escaped)
		    : -1;
	if (n >= 0 && write(log_fd, line, (size_t)n) < 0)
		errno = 0; /* best effort: nobody is there to be told */
	free(line);
	free(escaped);
	free(text);
}

#define die(...) (say(FATAL, __VA_ARGS__), exit(1))

/* ---- the environment --------------------------------------------------------- */

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
		die("%s is no number: %s", name, text);
	return (int)value;
}

/* ---- the request ------------------------------------------------------------- */

enum {
	MESSAGE_TYPE = 62000,
	CLONE_FLAGS = 27281,
	NS_PATHS = 27282,
	OOM_SCORE_ADJ = 27286,
	ROOTLESS_EUID = 27287,
};

struct header {
	uint32_t length;
	uint16_t type, flags;
	uint32_t seq, pid;
};

struct attribute {
	uint16_t length, type;
};

struct request {
	char *data;
	uint32_t clone_flags;
	char *paths;
	char *oom;
	size_t oom_length;
	bool rootless;
};

static void take(struct request *rq, uint16_t type, char *payload, size_t length)
{
	switch (type) {
	case CLONE_FLAGS:
		memcpy(&rq->clone_flags, payload, sizeof(rq->clone_flags));
		break;
	case NS_PATHS:
		rq->paths = payload;
		break;
	case OOM_SCORE_ADJ:
		rq->oom = payload;
		rq->oom_length = length;
		break;
	case ROOTLESS_EUID:
		rq->rootless = *payload;
		break;
	default:
		die("attribute %d is not for this model", type);
	}
}

static void read_request(int fd, struct request *rq)
{
	struct header header;
	size_t length;

	say(DEBUG, "waiting for what the caller wants");
	if (read(fd, &header, sizeof(header)) != sizeof(header) || header.type != MESSAGE_TYPE)
		die("bad header");
	length = header.length - sizeof(header);
	rq->data = malloc(length);
	if (!rq->data || read(fd, rq->data, length) != (ssize_t)length)
		die("bad payload");
	for (size_t at = 0; at < length;) {
		struct attribute a;

		memcpy(&a, rq->data + at, sizeof(a));
		take(rq, a.type, rq->data + at + sizeof(a), a.length - sizeof(a));
		at += (a.length + 3u) & ~3u;
	}
}

static void write_oom(const struct request *rq)
{
	int fd;

	if (!rq->oom)
		return;
	say(DEBUG, "own oom_score_adj becomes %s", rq->oom);
	fd = open("/proc/self/oom_score_adj", O_RDWR);
	if (fd < 0 || write(fd, rq->oom, rq->oom_length) < 0)
		die("oom_score_adj");
	close(fd);
}

/* ---- the namespaces ---------------------------------------------------------- */

static const struct {
	const char *name;
	int flag;
} kinds[] = {
	{ "cgroup", CLONE_NEWCGROUP }, { "ipc", CLONE_NEWIPC }, { "mnt", CLONE_NEWNS },
	{ "net", CLONE_NEWNET },       { "pid", CLONE_NEWPID }, { "time", 0x80 },
	{ "user", CLONE_NEWUSER },     { "uts", CLONE_NEWUTS },
};

struct namespace
{
	int fd;
	int flag;
	const char *name, *path;
};

static int flag_of(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(name, kinds[i].name) == 0)
			return kinds[i].flag;
	die("no such kind: %s", name);
}

/* All of them are opened before the first is joined.  Return: how many. */
static size_t open_all(char *list, struct namespace **out)
{
	struct namespace *all = NULL;
	char *saved = NULL;
	size_t n = 0;

	for (char *one = strtok_r(list, ",", &saved); one; one = strtok_r(NULL, ",", &saved)) {
		char *path = strchr(one, ':');

		if (!path)
			die("no path in %s", one);
		*path++ = '\0';
		all = realloc(all, (n + 1) * sizeof(*all));
		if (!all)
			die("no memory");
		all[n].fd = open(path, O_RDONLY);
		if (all[n].fd < 0)
			die("cannot open %s", path);
		all[n].flag = flag_of(one);
		all[n].name = one;
		all[n++].path = path;
	}
	*out = all;
	return n;
}

/* One pass: join those of @wanted; EPERM is for a later pass, if there is one. */
static int pass(struct namespace *all, size_t n, int wanted, bool last)
{
	int joined = 0;

	for (size_t i = 0; i < n; i++) {
		struct namespace *ns = &all[i];

		if (ns->fd < 0 || !(ns->flag & wanted))
			continue;
		say(DEBUG, "joining the %s namespace (0x%x) of %s", ns->name, ns->flag, ns->path);
		if (setns(ns->fd, ns->flag) < 0) {
			if (errno != EPERM || last)
				die("cannot join %s", ns->path);
			continue;
		}
		joined |= ns->flag;
		if (ns->flag == CLONE_NEWUSER && setresuid(0, 0, 0) < 0)
			die("cannot become root");
		close(ns->fd);
		ns->fd = -1;
	}
	return joined;
}

static void join(char *list)
{
	struct namespace *all;
	size_t n = open_all(list, &all);

	(void)pass(all, n, ~CLONE_NEWUSER, false);
	(void)pass(all, n, CLONE_NEWUSER, true);
	(void)pass(all, n, ~CLONE_NEWUSER, true);
	free(all);
}

/* ---- the processes ----------------------------------------------------------- */

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
		die("cannot write %d", word);
}

static int get_word(int fd)
{
	int word;

	if (read(fd, &word, sizeof(word)) != sizeof(word))
		die("cannot read a word");
	return word;
}

static void expect(int fd, int word)
{
	int got = get_word(fd);

	if (got != word)
		die("%d came, not %d", got, word);
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
	log_prefix = "nsexec-0";
	say(DEBUG, "stage-0 begins, and makes stage-1");
	first = spawn(1);
	if (first < 0)
		die("cannot clone stage-1");
	close(ch->child[0]);
	say(DEBUG, "what stage-1 asks for is done from now on");
	expect(ch->child[1], PID_COMES);
	say(DEBUG, "stage-1 has a pid for the caller");
	second = get_word(ch->child[1]);
	put_word(ch->child[1], PID_TAKEN);
	say(DEBUG, "the caller gets the pids of stage-1 (%d) and stage-2 (%d)", first, second);
	if (dprintf(ch->init, "{\"stage1_pid\":%d,\"stage2_pid\":%d}\n", first, second) < 0)
		die("cannot reply");
	expect(ch->child[1], FINISHED);
	say(DEBUG, "stage-1 is done");
	say(DEBUG, "nothing more is done for stage-1");
	close(ch->grandchild[0]);
	say(DEBUG, "what stage-2 says is heard from now on");
	say(DEBUG, "stage-2 may go on");
	put_word(ch->grandchild[1], GO);
	expect(ch->grandchild[1], FINISHED);
	say(DEBUG, "stage-2 is done");
	say(DEBUG, "nothing more is heard from stage-2");
	say(DEBUG, "stage-0 ends");
	exit(0);
}

static _Noreturn void child(const struct channels *ch, const struct request *rq)
{
	pid_t second;

	close(ch->child[1]);
	(void)prctl(PR_SET_NAME, "model:[1]"); /* for people who look */
	log_prefix = "nsexec-1";
	say(DEBUG, "stage-1 begins");
	if (rq->paths)
		join(rq->paths);
	say(DEBUG, "unsharing the namespaces that are left");
	if (unshare((int)rq->clone_flags) < 0)
		die("cannot unshare");
	say(DEBUG, "stage-1 makes stage-2");
	second = spawn(2);
	if (second < 0)
		die("cannot clone stage-2");
	say(DEBUG, "stage-0 gets the pid of stage-2 (%d)", second);
	put_word(ch->child[0], PID_COMES);
	put_word(ch->child[0], second);
	expect(ch->child[0], PID_TAKEN);
	say(DEBUG, "stage-0 is told of the end");
	put_word(ch->child[0], FINISHED);
	say(DEBUG, "stage-1 ends");
	exit(0);
}

/* Left: in the process that becomes the host. */
static void grandchild(const struct channels *ch, const struct request *rq)
{
	expect(ch->grandchild[0], GO);
	close(ch->grandchild[1]);
	close(ch->child[0]);
	(void)prctl(PR_SET_NAME, "model:[2]"); /* for people who look */
	log_prefix = "nsexec-2";
	say(DEBUG, "stage-2 begins");
	if (setsid() < 0 || setuid(0) < 0 || setgid(0) < 0)
		die("cannot become root in a session of its own");
	say(DEBUG, "stage-0 is told of the end");
	put_word(ch->grandchild[0], FINISHED);
	close(ch->grandchild[0]);
	say(DEBUG, "the host goes on");
	free(rq->data);
}

static void tell_affinity(void)
{
	cpu_set_t set;

	if (log_fd < 0 || log_level < DEBUG)
		return;
	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		say(DEBUG, "allowed processors: 0x%lx", *(unsigned long *)&set);
}

void nsexec(void)
{
	static struct request rq;
	static struct channels ch;

	log_fd = variable("_LIBCONTAINER_LOGPIPE", -1);
	if (log_fd >= 0)
		log_level = variable("_LIBCONTAINER_LOGLEVEL", DEBUG);
	ch.init = variable("_LIBCONTAINER_INITPIPE", -1);
	if (ch.init < 0)
		return;
	tell_affinity();
	say(DEBUG, "setting up the container");
	read_request(ch.init, &rq);
	write_oom(&rq);
	if (rq.paths) {
		say(DEBUG, "not dumpable from now on");
		if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
			die("cannot become non-dumpable");
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ch.child) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, ch.grandchild) < 0)
		die("cannot make socket pairs");
	switch (setjmp(back)) {
	case 0:
		parent(&ch);
	case 1:
		child(&ch, &rq);
	default:
		grandchild(&ch, &rq);
	}
}
