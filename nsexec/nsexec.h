/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nsexec: put a program into other Linux namespaces before its first line runs.
 *
 * First what programs that start others through nsexec need to know of it: the names of its
 * variables, and what its exit statuses mean; see nsexec(1).  Then libnsexec, for programs
 * that have threads already; see nsexec(3).
 */
#ifndef NSEXEC_H
#define NSEXEC_H

#include <stddef.h>
#include <stdint.h>

#define NSEXEC_VERSION_MAJOR 0
#define NSEXEC_VERSION_MINOR 1

/* Option words in one string, split as a shell splits words, nothing expanded. */
#define NSEXEC_ENV_WORDS "NSEXEC"

/* Number of a descriptor from which the words come, each ended by a NUL byte. */
#define NSEXEC_ENV_FD "NSEXEC_FD"

/* off, error, info or debug, with or without :FD behind it. */
#define NSEXEC_ENV_LOG "NSEXEC_LOG"

/* Bytes that NSEXEC or NSEXEC_FD may bring, and the number of words in them. */
#define NSEXEC_WORDS_MAX 65536
#define NSEXEC_WORDS_COUNT_MAX 4096

/* runc's, for programs that speak its bootstrap protocol: see nsexec-bootstrap(7). */
#define NSEXEC_ENV_INITPIPE "_LIBCONTAINER_INITPIPE"
#define NSEXEC_ENV_LOGPIPE "_LIBCONTAINER_LOGPIPE"
#define NSEXEC_ENV_LOGLEVEL "_LIBCONTAINER_LOGLEVEL"

/* Beside those, and ours: a file for what each stage does, as --trace has it. */
#define NSEXEC_ENV_TRACE "NSEXEC_TRACE"

/* Exit statuses that are not the program's own. */
#define NSEXEC_EXIT_FAILED 125	   /* nsexec could not do what was asked */
#define NSEXEC_EXIT_CANNOT_RUN 126 /* the program was found but cannot be executed */
#define NSEXEC_EXIT_NOT_FOUND 127  /* the program was not found */

#ifdef __cplusplus
extern "C" {
#endif

/**
 * nsexec() - what runc's function of this name does; in libnsexec-runc.a
 *
 * Carries out the bootstrap that _LIBCONTAINER_INITPIPE asks for, and returns in the
 * process that is inside; without that variable it returns at once.  A failure ends the
 * process with status 1 and one line in the log.
 *
 * Context: a constructor of the program, while there is one thread.
 */
void nsexec(void);

/*
 * libnsexec
 *
 * Functions that can fail return -1 and fill @e, which may be NULL; errno is neither
 * used nor changed.  Any thread may call any of them at any time, but for what a comment
 * excludes.  Descriptors that they return are O_CLOEXEC.
 *
 * A struct that is handed in begins with its own size, so that it may grow: set it to
 * sizeof(struct ...), and all that is not used to zero.
 */
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* What went wrong; all of it text or plain numbers, for other languages too. */
struct nsexec_error {
	char step[16]; /* what was being attempted: "join", "open", "exec", ... */
	int err;       /* positive errno; 0: the request itself is wrong */
	int reserved;
	char subject[184]; /* with which thing: "net (/proc/1234/ns/net)"; cut short if long */
	char hint[256];	   /* what usually helps; empty: nothing known */
};

/**
 * nsexec_error_text() - "join net (/proc/1/ns/net): EPERM Operation not permitted"
 * @buf, @size: where it goes, ended by NUL, cut short if it does not fit
 *
 * Return: bytes of the whole text, without its NUL, as snprintf(3).
 */
size_t nsexec_error_text(const struct nsexec_error *e, char *buf, size_t size);

/* Version of the library that is loaded: "0.1.0". */
const char *nsexec_version(void);

/*
 * Kinds of namespaces are the CLONE_NEW* of <sched.h> and namespaces(7); a set is several
 * of them, or-ed together.  Names are those of /proc/PID/ns: cgroup, ipc, mnt, net, pid,
 * time, user, uts.
 */

/* The kind of that name, or 0. */
int nsexec_kind_by_name(const char *name);

/* The name of one kind; NULL: it is none, or more than one. */
const char *nsexec_kind_name(int kind);

/* All kinds that this library knows. */
int nsexec_kinds_known(void);

/**
 * nsexec_kinds() - the kinds that this kernel has
 * @set: out
 * @e:   step CHECK, where /proc cannot be read
 */
int nsexec_kinds(int *set, struct nsexec_error *e);

/**
 * nsexec_kinds_text() - "ipc,net,pid": the names, in alphabetical order
 *
 * Bits that are no kind are shown as one number behind them, "net,0x100".  Empty for 0.
 *
 * Return: as nsexec_error_text().
 */
size_t nsexec_kinds_text(int set, char *buf, size_t size);

/**
 * nsexec_kinds_parse() - the reverse: names divided by commas, or "all"
 * @set: out; "" is 0, and "all" what nsexec_kinds_known() says
 * @e:   step OPTIONS: a name that is no kind
 */
int nsexec_kinds_parse(const char *text, int *set, struct nsexec_error *e);

/**
 * nsexec_supported() - can these kinds be used here?
 * @missing: out, may be NULL: those of @set that cannot, and bits that are no kind
 * @e: why the first of them cannot: step CHECK, ENOENT: not in this kernel; UNSHARE: none
 *     may be created, by ENOSPC, a limit in /proc/sys/user, or EPERM, a system that keeps
 *     user namespaces to administrators; OPTIONS: no kind
 *
 * As the calling thread is now, and if it may not create the others itself, then in a user
 * namespace of its own.  A limit of a user namespace around ours, or a seccomp filter,
 * cannot be seen.
 *
 * Return: 1: yes, each; 0: no, with @e filled; -1: cannot be told, with @e filled.
 */
int nsexec_supported(int set, int *missing, struct nsexec_error *e);

/* Where a namespace is to be found. */
enum nsexec_place {
	NSEXEC_OF_PID,	  /* of the process @number, which is its first thread's */
	NSEXEC_OF_PIDFD,  /* of the process whose pidfd is @number */
	NSEXEC_OF_THREAD, /* of the thread @number, as gettid(2); 0: of the one that calls */
	NSEXEC_AT_PATH,	  /* the file @path: /run/netns/NAME, /proc/PID/ns/KIND; or :ID:INODE */
	NSEXEC_AT_FD	  /* the descriptor @number is one already; stays the caller's */
};

struct nsexec_where {
	int place; /* enum nsexec_place */
	int number;
	const char *path;
};

/* In C: nsexec_open(NSEXEC_PID(1234), CLONE_NEWNET, &e). */
#define NSEXEC_PID(pid) (&(const struct nsexec_where){ NSEXEC_OF_PID, (pid), NULL })
#define NSEXEC_PIDFD(fd) (&(const struct nsexec_where){ NSEXEC_OF_PIDFD, (fd), NULL })
#define NSEXEC_THREAD(tid) (&(const struct nsexec_where){ NSEXEC_OF_THREAD, (tid), NULL })
#define NSEXEC_PATH(path) (&(const struct nsexec_where){ NSEXEC_AT_PATH, 0, (path) })
#define NSEXEC_FD(fd) (&(const struct nsexec_where){ NSEXEC_AT_FD, (fd), NULL })

/* What two namespaces have in common only if they are one: see namespaces(7). */
struct nsexec_id {
	uint64_t dev;
	uint64_t ino;
};

/* A third answer, beside 0 and -1: the process, thread or file is not there any more. */
#define NSEXEC_GONE 1

/**
 * nsexec_identify() - which namespace is it?
 * @kind: one kind
 * @e:    as nsexec_open(), which must be possible too
 *
 * Return: 0; NSEXEC_GONE: who had it is gone, with @e filled (a zombie has left its
 * namespaces too, and so has a process whose first thread has ended); -1: any other failure.
 */
int nsexec_identify(const struct nsexec_where *where, int kind, struct nsexec_id *id,
		    struct nsexec_error *e);

/**
 * nsexec_open() - open a namespace, and prove that it is one of that kind
 * @kind: one kind
 * @e:    step TARGET, with ESRCH: there is no such process or thread; OPEN; CHECK, with
 *        EINVAL: a file that is no namespace, or of another kind; with ENOENT: this kernel
 *        has no such kind
 *
 * Return: a descriptor, the caller's to close, or -1.
 */
int nsexec_open(const struct nsexec_where *where, int kind, struct nsexec_error *e);

/*
 * "/proc/PID/ns/KIND" and "/proc/PID/task/TID/ns/KIND".  Step OPTIONS: not one kind, a PID or
 * TID that nobody has, or with ERANGE: it does not fit, with its NUL, into @size bytes.
 */
int nsexec_path(int pid, int kind, char *buf, size_t size, struct nsexec_error *e);
int nsexec_path_of_thread(int pid, int tid, int kind, char *buf, size_t size,
			  struct nsexec_error *e);

/* Join even if there are other threads: they stay where they are. */
#define NSEXEC_JOIN_THREADED 1u

/**
 * nsexec_join() - move the calling thread
 * @kinds: of a process or thread: any set but 0; of a file: one kind
 * @flags: 0, or NSEXEC_JOIN_THREADED
 *
 * All are opened and checked before the first is joined; what is shared already is left
 * out.  Of a process they are joined all or none, since Linux 5.8 and with one exception:
 * with NSEXEC_JOIN_THREADED mnt goes before the others.  Else a user namespace comes after
 * what it does not own, and before what it does.
 *
 * PID moves only later children.  User and time cannot be joined while there are other
 * threads, whatever @flags; mnt only by a thread that shares its root and cwd with no
 * other (unshare(2), CLONE_FS), and it moves these to the root of the other mounts.  User
 * and group ids stay, however the user namespace may call them.
 *
 * Return: 0, or -1: step GATE if there are other threads; OPTIONS, TARGET, OPEN or CHECK:
 * nothing has changed; JOIN: of several kinds some may be joined already.
 */
int nsexec_join(const struct nsexec_where *where, int kinds, unsigned flags,
		struct nsexec_error *e);

/* One of the namespaces for nsexec_enter(). */
struct nsexec_entry {
	struct nsexec_where where;
	int kinds;
};

/* A fourth answer: this thread could not come back. */
#define NSEXEC_STRANDED 2

/**
 * nsexec_enter() - run a function on this thread inside other namespaces, and come back
 * @entry, @n: joined in an order that works; one kind twice is an error; @n may be 0
 * @call:  gets @arg; what it returns goes to @result, which may be NULL.  It has to return:
 *         no longjmp(3), and no end of the thread
 * @e:     step OPTIONS, TARGET, OPEN or CHECK: nothing was joined; JOIN.  If stranded: what
 *         could not be left, step JOIN, ROOT or CWD
 *
 * For cgroup, ipc, net, pid (for children that it makes) and uts; for mnt only on a
 * thread that shares root and cwd with no other, whose root and cwd come back too.  For
 * user and time there is no way back: nsexec_clone() serves.  Nor is there one to a
 * namespace that an outer user namespace owns, such as the host's network for who is root
 * by unshare -Ur alone; that is asked first, and an error of CHECK.
 *
 * Everything is opened before anything is joined; what is shared already is left out.  If a
 * join fails, or @call has returned, the thread goes back.  Other threads stay where they
 * are.  What else @call changes is not undone.  While it runs, signals that this thread
 * does not block are handled inside.  @call may enter again, if /proc there shows this
 * thread.
 *
 * Return: 0: it has run, and we are back.  -1: it has not run, and we are back.
 * NSEXEC_STRANDED: the thread is still elsewhere, whether it has run (@result is set) or
 * not: end it, and let it do nothing more.
 */
int nsexec_enter(const struct nsexec_entry *entry, size_t n, int (*call)(void *), void *arg,
		 int *result, struct nsexec_error *e);

/*
 * A thread that runs functions one after the other, each in the namespaces it names.  Its
 * root, cwd and umask are copies, made when it started, and all signals are blocked in it
 * but those that a fault raises; programs that a function starts inherit that.
 *
 * A child of fork() has none of its parent's: there nsexec_runner_run() fails with ESRCH, and
 * nsexec_runner_stop() frees the memory.
 */
struct nsexec_runner;

/**
 * nsexec_runner_start() - start one
 * @e: step FORK or UNSHARE
 *
 * It serves all that nsexec_enter() does, mnt too.
 *
 * Return: the runner; NULL: @e filled.
 */
struct nsexec_runner *nsexec_runner_start(struct nsexec_error *e);

/**
 * nsexec_runner_run() - queue a call, and wait for its end
 * @e: as nsexec_enter(), or step WAIT: ECANCELED, the runner was stopped before; EDEADLK,
 *     this is one of its calls; ESRCH, it is the parent's.  Step FORK: see below
 *
 * As nsexec_enter(), on the runner's thread; but the calling thread opens the targets, so
 * that its paths and PIDs mean what they mean to it, and is not cancelled while it waits.
 * Threads that call at the same time queue up in that order.  The calling thread must have
 * the same table of descriptors as the one that started the runner; not in a signal handler.
 *
 * A thread that could not come back ends.  The next call begins another one, which belongs
 * where its calling thread is; step FORK if that fails.
 *
 * Return: 0: it has run.  -1: it has not.
 */
int nsexec_runner_run(struct nsexec_runner *runner, const struct nsexec_entry *entry, size_t n,
		      int (*call)(void *), void *arg, int *result, struct nsexec_error *e);

/**
 * nsexec_runner_stop() - finish the running call, fail those that are queued, end the thread
 *
 * Waits for all of that, also for callers to be gone; none may come any more.  @runner is
 * invalid afterwards.  Children that its functions have made see their parent's thread end
 * (prctl(2), PR_SET_PDEATHSIG).  NULL, or from within a call: nothing is done.
 */
void nsexec_runner_stop(struct nsexec_runner *runner);

/*
 * Into what: all options of nsexec(1) that make sense here, as members of their names, or
 * as words, or some so and some so.
 *
 * A member says what its option says, with the same defaults, conflicts and errors:
 *
 * - int: not 0: the option is said.  Those that are more than a flag say so.
 * - const char *: the value, as on the command line; NULL: not said.  Where the option may
 *   go without its value, [in brackets], "" is the option without it.
 * - const char *const *: several values, ended by NULL, in that order.
 *
 * One option in two ways, a member and a word, or @target and @target_pid, is an error
 * where it would be one to give it twice.  Words stand behind the members: the variables
 * of @env are set before those of a word "--env=...".
 *
 * Not to be had: --plan, --list, --json, --report-fd, --preload-path, --help and --version,
 * nor a PROGRAM behind the words.  --fork and --detach are accepted as words and change nothing.
 *
 * All of it, as words, may have NSEXEC_WORDS_MAX bytes and
 * NSEXEC_WORDS_COUNT_MAX words, else step WORDS with E2BIG.  It stays the caller's, and is
 * not looked at any more when the function has returned.
 */
struct nsexec_options {
	size_t size;		  /* sizeof(struct nsexec_options) */
	const char *const *words; /* "-t", "1234", "--net=/run/x", ended by NULL; or NULL */

	/* Joining.  The target, in one of three ways: */
	const char *target; /* "PID", "PID:INODE", "pidfd:N"; or a name, "container:ID",
			     * "unit:NAME", "cgroup:PATH", "comm:NAME", "netns:NAME" */
	int target_pid;	    /* 0: not said */
	int target_pidfd;   /* stays the caller's.  0: not said; for descriptor 0 use @target */
	int all;	    /* every namespace of the target that differs from ours */
	int kinds;	    /* those of the target: a set, without those that have a FILE below */
	const char *mount;  /* [FILE] to join, in place of the target's: a path, or ":NSID" */
	const char *uts;    /* [FILE] */
	const char *ipc;    /* [FILE] */
	const char *net;    /* [FILE] */
	const char *pid;    /* [FILE] */
	const char *cgroup; /* [FILE] */
	const char *user;   /* [FILE] */
	const char *time;   /* [FILE] */
	const char *net_socket; /* the network namespace of the target's socket: "7" */
	int user_parent;	/* the user namespace that owns the others; with user its parent */
	int join_cgroup;	/* run the program in the cgroups of the target */

	/* Creating, after the joins. */
	int create;		       /* a set of kinds */
	int map_root_user;	       /* be root in a new user namespace */
	int map_current_user;	       /* have the same ids in it */
	int map_auto;		       /* map the subordinate ids of /etc/subuid and /etc/subgid */
	const char *unshare;	       /* names, the last maybe to persist: "ipc,net=FILE" */
	const char *map_user;	       /* have this user id in it: "0" */
	const char *map_group;	       /* "0" */
	const char *const *map_users;  /* "INSIDE:OUTSIDE:COUNT", "auto", "subids", "all" */
	const char *const *map_groups; /* likewise */
	const char *setgroups;	       /* "allow", "deny" */
	const char *owner;	       /* of the user namespace: "UID:GID" */
	const char *propagation;       /* of mounts: "private", "slave", "shared", "unchanged" */
	const char *mount_proc;	       /* [DIR] where to mount a new proc: /proc */
	const char *mount_binfmt;      /* [DIR] likewise a binfmt_misc */
	const char *load_interp;       /* what to register there: ":NAME:TYPE:..." */
	const char *hostname;
	const char *monotonic; /* by how much that clock differs: seconds, "-1.5" */
	const char *boottime;  /* likewise */
	int loopback;	       /* bring lo up */

	/* Becoming. */
	int as_target;		  /* be as the target in all that is not said otherwise */
	const char *setuid;	  /* an id as it is called inside, or "follow": the target's */
	const char *setgid;	  /* likewise */
	int preserve_credentials; /* keep user and group ids when joining a user namespace */
	int follow_context;	  /* run under the LSM label of the target */

	/* The environment, which begins as envp of the program. */
	int target_env; /* the target's instead */
	int clearenv;
	const char *const *env;	     /* "NAME=VALUE" */
	const char *const *unsetenv; /* "NAME" */

	/* Credentials. */
	const char *caps;     /* "all,-sys_admin", "none", "target", "+kill": see nsexec(1) */
	const char *bounding; /* likewise */
	const char *ambient;  /* likewise */
	int keep_caps;	      /* those that the entered user namespace gives */
	int no_new_privs;

	/* Limits. */
	const char *const *rlimit; /* "NAME=SOFT[:HARD]": "nofile=1024:4096" */
	const char *oom_score_adj; /* "-1000" to "1000" */
	const char *cpu_affinity;  /* "0-3,7" */
	const char *umask;	   /* octal: "27" */
	const char *personality;   /* "linux32,addr-no-randomize" */

	/* Running. */
	const char *root;	/* [DIR] to be the root; without it the target's */
	const char *wd;		/* [DIR] to start in, as it is called out here; likewise */
	const char *wdns;	/* directory to start in, as it is called inside */
	const char *kill_child; /* [SIGNAL] when its maker dies; not for nsexec_spawn() */
	const char *dumpable; /* "yes", "no": of a function, see nsexec_clone(); not of a program */
	const char *const *graft; /* "PATH[:DEST][:rw]": file or directory out here, to be seen */
	int init;		  /* a small init in front of the program, in a new PID namespace */
	int pty;		  /* a terminal for the program alone, relayed to ours */
	int host;		  /* the program, and what it needs, is found out here */
	int no_fork;		  /* a PID namespace that is joined is for its children only */
	const void *reserved;	  /* NULL */
};

/* A process of ours. */
struct nsexec_child {
	int pid;   /* a child of this process, for waitpid(2): the program, or where nsexec_spawn(3)
		    * says so a waiter in front of it, which ends as it does */
	int pidfd; /* the caller's to close */
};

/* What a program does with descriptors before it is executed, in this order. */
enum nsexec_file_action {
	NSEXEC_FILE_DUP,   /* @from becomes @fd too, open for the program also if they are one */
	NSEXEC_FILE_OPEN,  /* @path, as the caller sees it, with @flags and @mode, as @fd */
	NSEXEC_FILE_CLOSE, /* @fd, open or not */
	NSEXEC_FILE_CLOSE_FROM /* @fd and all above it */
};

struct nsexec_file {
	int action; /* enum nsexec_file_action */
	int fd;
	int from;
	const char *path;
	int flags;
	unsigned mode;
};

#define NSEXEC_PROGRAM_SETSID 1u     /* in a session of its own */
#define NSEXEC_PROGRAM_SETPGROUP 2u  /* in the process group @pgroup; 0: of its own */
#define NSEXEC_PROGRAM_SIGMASK 4u    /* with the signals in @sigmask blocked */
#define NSEXEC_PROGRAM_SIGDEFAULT 8u /* those in @sigdefault are not ignored any more */

/* What: a program, found in the PATH of its environment inside, and how it starts. */
struct nsexec_program {
	size_t size;
	const char *const *argv; /* ended by NULL */
	const char *const *envp; /* ended by NULL; NULL: as the calling process has it */
	const struct nsexec_file *file;
	size_t n_files;
	unsigned flags; /* NSEXEC_PROGRAM_* */
	int pgroup;
	uint64_t sigmask;    /* bit N-1 for signal N; not said: as the calling thread has it */
	uint64_t sigdefault; /* caught ones are always reset, as by exec */
};

/**
 * nsexec_spawn() - start a program inside other namespaces
 * @how: NULL: in our own ones
 * @child: out
 *
 * Like posix_spawn(3), and as cheap from a process of any size: its memory is never
 * copied.  Returns when the program has been executed, or has not and will not.
 *
 * Return: 0, or -1: no process is left.
 */
int nsexec_spawn(const struct nsexec_options *how, const struct nsexec_program *program,
		 struct nsexec_child *child, struct nsexec_error *e);

/* What nsexec_run() feeds and collects. */
struct nsexec_io {
	size_t size;
	const void *in; /* for standard input */
	size_t in_bytes;
	int timeout_ms;	      /* of the call.  Up to 0: no limit; else the program is killed then */
	size_t out_bytes_max; /* of each of the two; more is read and dropped.  0: 1 MiB */
	/* out */
	int status; /* as waitpid(2) has it */
	int timed_out;
	int truncated; /* something was dropped */
	char *out;     /* standard output, and a NUL behind it; to be freed */
	size_t out_bytes;
	char *err; /* standard error, likewise */
	size_t err_bytes;
};

/**
 * nsexec_run() - spawn, feed, collect and wait
 * @io: its outputs are overwritten; filled also where the program was killed in time
 *
 * Descriptors 0, 1 and 2 are set up before the @program's own file actions.  The program is
 * no child of this process, but of one of ours that stays in front of it, in the caller's
 * memory, until it ends: no SIGCHLD comes, and no wait(2) sees either, or takes the status.
 *
 * Return: 0: it has run; how it ended is in @io.  -1: step WAIT, if it did run.  With ETIMEDOUT
 * of step EXEC time was over before it could; of step WAIT it was killed, but does not end.
 */
int nsexec_run(const struct nsexec_options *how, const struct nsexec_program *program,
	       struct nsexec_io *io, struct nsexec_error *e);

/* Free @out and @err.  NULL: nothing is done. */
void nsexec_io_free(struct nsexec_io *io);

/* A target that is opened, checked and planned once, to spawn into it many times. */
struct nsexec_session;

/**
 * nsexec_session_open() - look at the target
 * @how: with one target, and without options that only one program can have
 *
 * What it holds keeps namespaces alive, but not the target.
 *
 * Return: the session; NULL: @e filled.
 */
struct nsexec_session *nsexec_session_open(const struct nsexec_options *how,
					   struct nsexec_error *e);

/*
 * As nsexec_spawn() and nsexec_run(), from any number of threads at once.  -1 with step
 * TARGET and ESRCH: the target has ended, and so has the use of this session.
 */
int nsexec_session_spawn(struct nsexec_session *s, const struct nsexec_program *program,
			 struct nsexec_child *child, struct nsexec_error *e);
int nsexec_session_run(struct nsexec_session *s, const struct nsexec_program *program,
		       struct nsexec_io *io, struct nsexec_error *e);

/* Is the target still there?  Return: 1 or 0. */
int nsexec_session_alive(const struct nsexec_session *s);

/* When no thread uses it any more.  NULL: nothing is done. */
void nsexec_session_close(struct nsexec_session *s);

/**
 * nsexec_clone() - run a function in a new process inside other namespaces
 * @how: NULL: in our own ones.  Without what is for a program: the environment, its label,
 *       a terminal, an init, @kill_child, @as_target, @host
 * @call: gets @arg; what it returns is the exit status
 * @flags: CLONE_NEW* to create on top, in addition to those in @how; as --unshare does,
 *       mounts are private in a new one.  SIGCHLD may be said too; all else, CLONE_VM among
 *       it, is an error of step OPTIONS
 *
 * As after fork(2), @call has a copy of the memory, one thread, the signals blocked that the
 * calling thread has, and all of libc.  That thread is a new one: variables of threads have
 * their first values.  It ends as by _exit(2): nothing is flushed, and no function of
 * atexit(3) is called.  In a PID, mount or user namespace of the target the process is not
 * dumpable, since our memory is in it; @dumpable of @how can change that.  In a PID
 * namespace that is joined nothing hides it from who has CAP_SYS_PTRACE in our user namespace.
 *
 * Returns when the process is inside.  It is a child of this process, for waitpid(2), and
 * lives on when the calling thread ends.
 *
 * Where a PID namespace comes with a user namespace that we have no right over, or with
 * offsets of clocks, or is to persist, there is another child for that time.  It is waited
 * for in here, but its SIGCHLD is to be seen.
 *
 * Return: 0, or -1: no process is left.
 */
int nsexec_clone(const struct nsexec_options *how, int (*call)(void *), void *arg, int flags,
		 struct nsexec_child *child, struct nsexec_error *e);

/**
 * nsexec_wait() - wait for a child that one of these functions has made
 * @child: its pidfd stays open, and the caller's to close
 * @timeout_ms: < 0: until it ends; 0: has it ended?
 * @status: out, may be NULL: as waitpid(2) has it
 *
 * By its pidfd, so never for another one; also where somebody else has waited for all
 * children, or SIGCHLD is ignored, if the kernel still tells (Linux 6.15).
 *
 * Return: 0; NSEXEC_GONE, with @e: it has ended and its status is lost; -1, with step WAIT
 * and ETIMEDOUT: it runs on, or ECHILD: it is no child of this process.
 */
int nsexec_wait(const struct nsexec_child *child, int timeout_ms, int *status,
		struct nsexec_error *e);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
