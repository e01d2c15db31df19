/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel, without libc: inline system calls and the constants that older
 * headers lack.
 *
 * Contract for every nsx_sys_*: the result on success (>= 0), -errno on
 * failure; EINTR stays inside wherever the call may simply be repeated.  From
 * libc this header takes numbers only, never a function or a struct.
 */
#ifndef NSX_SYS_H
#define NSX_SYS_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "arch.h"

/*
 * <sched.h> has the flags of clone(2) only for _GNU_SOURCE, and not all of them
 * in every libc; the kernel's numbers never change.
 */
enum {
	NSX_CLONE_VM = 0x00000100,
	NSX_CLONE_FS = 0x00000200,
	NSX_CLONE_FILES = 0x00000400,
	NSX_CLONE_SIGHAND = 0x00000800,
	NSX_CLONE_PIDFD = 0x00001000, /* Linux 5.2 */
	NSX_CLONE_VFORK = 0x00004000,
	NSX_CLONE_PARENT = 0x00008000,
	NSX_CLONE_PARENT_SETTID = 0x00100000,
	NSX_CLONE_THREAD = 0x00010000,
	NSX_CLONE_NEWNS = 0x00020000,
	NSX_CLONE_NEWCGROUP = 0x02000000,
	NSX_CLONE_NEWUTS = 0x04000000,
	NSX_CLONE_NEWIPC = 0x08000000,
	NSX_CLONE_NEWUSER = 0x10000000,
	NSX_CLONE_NEWPID = 0x20000000,
	NSX_CLONE_NEWNET = 0x40000000,
	NSX_CLONE_NEWTIME = 0x00000080,
};

/* For clone3(2) only. */
#define NSX_CLONE_CLEAR_SIGHAND 0x100000000ull /* Linux 5.5 */
#define NSX_CLONE_INTO_CGROUP 0x200000000ull   /* Linux 5.7 */

#ifndef O_PATH
#define O_PATH 010000000
#endif

/* One number on every architecture, as all calls since Linux 5.1 have. */
#ifndef __NR_pidfd_send_signal
#define __NR_pidfd_send_signal 424
#endif
#ifndef __NR_pidfd_open
#define __NR_pidfd_open 434
#endif
#ifndef __NR_close_range
#define __NR_close_range 436
#endif
#ifndef __NR_clone3
#define __NR_clone3 435
#endif
#ifndef __NR_pidfd_getfd
#define __NR_pidfd_getfd 438
#endif
#ifndef __NR_openat2
#define __NR_openat2 437
#endif
/* Some libc headers call it by its older name only. */
#ifndef __NR_newfstatat
#define __NR_newfstatat __NR_fstatat
#endif

enum {
	NSX_NS_GET_USERNS = 0xb701, /* ioctl: descriptor of the owner (Linux 4.9) */
	NSX_NS_GET_PARENT = 0xb702, /* ioctl: descriptor of the parent (Linux 4.9) */
	NSX_NS_GET_NSTYPE = 0xb703, /* ioctl: CLONE_NEW* (Linux 4.11) */
	NSX_SIOCGSKNS = 0x894c,	    /* ioctl: descriptor of a socket's network namespace */
	NSX_TIOCGPGRP = 0x540f,	    /* ioctl: foreground process group of a terminal */
	NSX_TCGETS = 0x5401,	    /* ioctl: struct nsx_termios of a terminal */
	NSX_TCSETS = 0x5402,
	NSX_TIOCSCTTY = 0x540e,	 /* ioctl: become the controlling terminal */
	NSX_TIOCGWINSZ = 0x5413, /* ioctl: struct nsx_winsize */
	NSX_TIOCSWINSZ = 0x5414,
	NSX_TIOCGPTPEER = 0x5441,	/* ioctl: open the other side of a master (Linux 4.13) */
	NSX_TIOCGPTN = (int)0x80045430, /* ioctl: its number in /dev/pts */
	NSX_TIOCSPTLCK = 0x40045431,	/* ioctl: lock or unlock it */
};

enum {
	NSX_PR_SET_PDEATHSIG = 1,
	NSX_PR_GET_PDEATHSIG = 2,
	NSX_PR_GET_DUMPABLE = 3,
	NSX_PR_SET_DUMPABLE = 4,
	NSX_PR_SET_KEEPCAPS = 8,
	NSX_PR_SET_NAME = 15,
	NSX_PR_CAPBSET_READ = 23,
	NSX_PR_CAPBSET_DROP = 24,
	NSX_PR_GET_SECUREBITS = 27,
	NSX_PR_SET_NO_NEW_PRIVS = 38,
	NSX_PR_GET_TID_ADDRESS = 40,
	NSX_PR_CAP_AMBIENT = 47,
};

/* Second argument of NSX_PR_CAP_AMBIENT. */
enum { NSX_AMBIENT_IS_SET = 1, NSX_AMBIENT_RAISE = 2, NSX_AMBIENT_LOWER = 3 };

/* What NSX_PR_GET_SECUREBITS answers, see capabilities(7). */
enum {
	NSX_SECBIT_NOROOT = 1 << 0,
	NSX_SECBIT_NO_SETUID_FIXUP = 1 << 2,
	NSX_SECBIT_KEEP_CAPS = 1 << 4,
	NSX_SECBIT_NO_CAP_AMBIENT_RAISE = 1 << 6,
};

#define NSX_NS_GET_ID 0x8008b70du	/* ioctl: the 64-bit id of a namespace (Linux 6.18) */
#define NSX_PIDFD_GET_INFO 0xc040ff0bu	/* ioctl: struct nsx_pidfd_info (Linux 6.13) */
#define NSX_PIDFD_GET_NAMESPACE 0xff00u /* ioctl: + kind: descriptor of it (Linux 6.11) */
#define NSX_NSFS_MAGIC 0x6e736673u
#define NSX_PIDFS_MAGIC 0x50494446u
#define NSX_DEVPTS_MAGIC 0x1cd1u
#define NSX_S_IFMT 0170000u
#define NSX_S_IFSOCK 0140000u
#define NSX_SIG_COUNT 64	 /* signals 1..64 */
#define NSX_SIGSET_SIZE 8	 /* bytes of the kernel's signal set */
#define NSX_RESOLVE_IN_ROOT 0x10 /* openat2: the directory is the root */

/* siginfo_t as the kernel lays it out on 64-bit machines, as far as we read it. */
struct nsx_siginfo {
	int32_t signo;
	int32_t err;
	int32_t code;
	int32_t pad;
	int32_t pid; /* sender, or the child */
	uint32_t uid;
	int32_t status; /* SIGCHLD: exit status or signal */
	int32_t rest[25];
};

/* nsx_siginfo.code */
enum {
	NSX_SI_USER = 0,
	NSX_SI_KERNEL = 0x80,
	NSX_SI_QUEUE = -1,
	NSX_SI_TKILL = -6,
};

/* The process of a pidfd, as the first edition of the kernel's struct has it. */
struct nsx_pidfd_info {
	uint64_t mask; /* in: NSX_PIDFD_EXIT, if wanted; out: what is known */
	uint64_t cgroup;
	uint32_t pid, tgid, ppid;
	uint32_t ids[8];
	int32_t status; /* with NSX_PIDFD_EXIT: as wait(2) writes it */
};

#define NSX_PIDFD_EXIT 8u /* known once it has been waited for (Linux 6.15) */

struct nsx_pollfd {
	int32_t fd;
	int16_t events;
	int16_t revents;
};

struct nsx_open_how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};

/* struct file_handle, with nsfs's own behind it. */
struct nsx_ns_handle {
	uint32_t bytes; /* of what follows @type */
	int32_t type;
	uint64_t id;
	uint32_t kind;	/* CLONE_NEW*, */
	uint32_t inode; /* with it; both 0: the id alone */
};

enum {
	NSX_NS_HANDLE_BYTES = 16,
	NSX_NS_HANDLE_TYPE = 0xf1, /* FILEID_NSFS */
	NSX_NSFS_ROOT = -10003,	   /* in place of a descriptor: the file system of namespaces */
};

/* struct termios as the kernel has it on our architectures; c_cc by index. */
struct nsx_termios {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line;
	uint8_t cc[19];
};

struct nsx_winsize {
	uint16_t rows, columns;
	uint16_t x_pixels, y_pixels;
};

struct nsx_timespec {
	int64_t sec;
	int64_t nsec;
};

struct nsx_itimerspec {
	struct nsx_timespec interval, value;
};

/* struct flock of 64-bit machines */
struct nsx_flock {
	int16_t type, whence;
	int64_t start, bytes; /* 0, 0: all of it */
	int32_t pid;
};

static inline int nsx_sys_openat(int dir, const char *path, int flags)
{
	int rc;

	do
		rc = (int)nsx_syscall4(__NR_openat, dir, path, flags, 0);
	while (rc == -EINTR);
	return rc;
}

/* As open(2), also to create; it may wait for the other end of a FIFO. */
static inline int nsx_sys_open(const char *path, int flags, unsigned mode)
{
	int rc;

	do
		rc = (int)nsx_syscall4(__NR_openat, AT_FDCWD, path, flags, mode);
	while (rc == -EINTR);
	return rc;
}

static inline int nsx_sys_openat2(int dir, const char *path, const struct nsx_open_how *how)
{
	return (int)nsx_syscall4(__NR_openat2, dir, path, how, sizeof(*how));
}

static inline int nsx_sys_open_ns(const struct nsx_ns_handle *handle)
{
	return (int)nsx_syscall3(__NR_open_by_handle_at, NSX_NSFS_ROOT, handle,
				 O_RDONLY | O_CLOEXEC);
}

/* Not retried: Linux frees the number even on EINTR. */
static inline int nsx_sys_close(int fd)
{
	return (int)nsx_syscall1(__NR_close, fd);
}

static inline int nsx_sys_close_range(unsigned first, unsigned last)
{
	return (int)nsx_syscall3(__NR_close_range, first, last, 0);
}

static inline long nsx_sys_read(int fd, void *buf, size_t size)
{
	long rc;

	do
		rc = nsx_syscall3(__NR_read, fd, buf, size);
	while (rc == -EINTR);
	return rc;
}

static inline long nsx_sys_pread(int fd, void *buf, size_t size, uint64_t offset)
{
	long rc;

	do
		rc = nsx_syscall4(__NR_pread64, fd, buf, size, offset);
	while (rc == -EINTR);
	return rc;
}

static inline long nsx_sys_write(int fd, const void *buf, size_t size)
{
	long rc;

	do
		rc = nsx_syscall3(__NR_write, fd, buf, size);
	while (rc == -EINTR);
	return rc;
}

static inline long nsx_sys_pwrite(int fd, const void *buf, size_t size, uint64_t offset)
{
	long rc;

	do
		rc = nsx_syscall4(__NR_pwrite64, fd, buf, size, offset);
	while (rc == -EINTR);
	return rc;
}

/* Return: where the file ends; -ESPIPE: it has no places, being a pipe. */
static inline long nsx_sys_seek_end(int fd)
{
	enum { SEEK_END_NUMBER = 2 };

	return nsx_syscall3(__NR_lseek, fd, 0, SEEK_END_NUMBER);
}

/* What is behind @size bytes goes. */
static inline int nsx_sys_cut(int fd, uint64_t size)
{
	return (int)nsx_syscall2(__NR_ftruncate, fd, size);
}

/* Return: bytes written to @buf, which is not NUL-terminated. */
static inline long nsx_sys_readlinkat(int dir, const char *path, char *buf, size_t size)
{
	return nsx_syscall4(__NR_readlinkat, dir, path, buf, size);
}

static inline long nsx_sys_readlink(const char *path, char *buf, size_t size)
{
	return nsx_sys_readlinkat(AT_FDCWD, path, buf, size);
}

/* struct linux_dirent64 */
struct nsx_dirent {
	uint64_t inode;
	int64_t next;
	uint16_t size; /* of all of it, up to the next one */
	uint8_t type;  /* NSX_DT_* */
	char name[];
};

enum { NSX_DT_UNKNOWN = 0, NSX_DT_DIR = 4, NSX_DT_LNK = 10 };

/* @buf: aligned to 8 bytes.  Return: bytes of it; 0: there are no more entries. */
static inline long nsx_sys_getdents(int dir, void *buf, size_t size)
{
	return nsx_syscall3(__NR_getdents64, dir, buf, size);
}

static inline int nsx_sys_statat(int dir, const char *path, struct nsx_stat *st)
{
	return (int)nsx_syscall4(__NR_newfstatat, dir, path, st, 0);
}

static inline int nsx_sys_stat(const char *path, struct nsx_stat *st)
{
	return nsx_sys_statat(AT_FDCWD, path, st);
}

/* By our real ids, which are our effective ones too. */
static inline int nsx_sys_may_execute(const char *path)
{
	enum { X_OK_NUMBER = 1 };

	return (int)nsx_syscall3(__NR_faccessat, AT_FDCWD, path, X_OK_NUMBER);
}

static inline int nsx_sys_fstat(int fd, struct nsx_stat *st)
{
	return (int)nsx_syscall2(__NR_fstat, fd, st);
}

/* Return: bytes; with a @size of 0, how many there are. */
static inline int nsx_sys_fgetxattr(int fd, const char *name, void *value, size_t size)
{
	return (int)nsx_syscall4(__NR_fgetxattr, fd, name, value, size);
}

/* @out: 16 longs, more than any architecture's struct statfs; the first is the magic. */
static inline int nsx_sys_fstatfs(int fd, uint64_t out[16])
{
	return (int)nsx_syscall2(__NR_fstatfs, fd, out);
}

static inline int nsx_sys_ioctl(int fd, unsigned request, void *arg)
{
	return (int)nsx_syscall3(__NR_ioctl, fd, request, arg);
}

static inline int nsx_sys_fcntl(int fd, int command, long arg)
{
	return (int)nsx_syscall3(__NR_fcntl, fd, command, arg);
}

/* @type: F_WRLCK or F_UNLCK, of the whole file, for this process.  Does not wait. */
static inline int nsx_sys_lock(int fd, int type)
{
	const struct nsx_flock lock = { .type = (int16_t)type };

	return nsx_sys_fcntl(fd, F_SETLK, (long)&lock);
}

/* @fd is then the same as @other, and O_CLOEXEC. */
static inline int nsx_sys_replace(int fd, int other)
{
	return (int)nsx_syscall3(__NR_dup3, other, fd, O_CLOEXEC);
}

static inline int nsx_sys_dup3(int from, int to, int flags)
{
	int rc;

	do
		rc = (int)nsx_syscall3(__NR_dup3, from, to, flags);
	while (rc == -EINTR);
	return rc;
}

/* The owner alone; the group stays. */
static inline int nsx_sys_fchown(int fd, uint32_t uid)
{
	return (int)nsx_syscall3(__NR_fchown, fd, uid, -1);
}

/* Readable while one of @signals is pending. */
static inline int nsx_sys_signalfd(const uint64_t *signals)
{
	enum { CLOEXEC_NONBLOCK = 02004000 };

	return (int)nsx_syscall4(__NR_signalfd4, -1, signals, NSX_SIGSET_SIZE, CLOEXEC_NONBLOCK);
}

/* Of CLOCK_MONOTONIC; O_CLOEXEC. */
static inline int nsx_sys_timerfd(void)
{
	enum { CLOCK_MONOTONIC_NUMBER = 1 };

	return (int)nsx_syscall2(__NR_timerfd_create, CLOCK_MONOTONIC_NUMBER, O_CLOEXEC);
}

/* @end: a time, not from now */
static inline int nsx_sys_timerfd_set(int fd, const struct nsx_itimerspec *end)
{
	enum { TIMER_ABSTIME_BIT = 1 };

	return (int)nsx_syscall4(__NR_timerfd_settime, fd, TIMER_ABSTIME_BIT, end, NULL);
}

/* @left: from now */
static inline int nsx_sys_timerfd_get(int fd, struct nsx_itimerspec *left)
{
	return (int)nsx_syscall2(__NR_timerfd_gettime, fd, left);
}

static inline int nsx_sys_pipe(int fds[2], int flags)
{
	return (int)nsx_syscall2(__NR_pipe2, fds, flags);
}

static inline int nsx_sys_socketpair(int type, int fds[2])
{
	enum { AF_UNIX_NUMBER = 1 };

	return (int)nsx_syscall4(__NR_socketpair, AF_UNIX_NUMBER, type, 0, fds);
}

/* From now on what arrives on a Unix socket tells who has sent it. */
static inline int nsx_sys_pass_sender(int fd)
{
	enum { SOL_SOCKET_NUMBER = 1, SO_PASSCRED_NUMBER = 16 };
	const int32_t on = 1;

	return (int)nsx_syscall5(__NR_setsockopt, fd, SOL_SOCKET_NUMBER, SO_PASSCRED_NUMBER, &on,
				 sizeof(on));
}

/* struct msghdr and what follows it, as the kernel has them on 64-bit machines. */
struct nsx_receipt {
	uint64_t size;
	int32_t level, type;
	int32_t pid; /* struct ucred, of type 2 */
	uint32_t uid, gid;
	uint32_t pad;
};

/* @pid: the sender, as we see it; untouched if the socket does not tell. */
static inline long nsx_sys_receive(int fd, void *buf, size_t size, int *pid)
{
	enum { CREDENTIALS = 2 };
	struct nsx_receipt receipt = { 0 };
	const struct {
		void *at;
		size_t size;
	} piece = { buf, size };
	const struct {
		void *name;
		uint64_t name_size;
		const void *pieces;
		size_t n_pieces;
		struct nsx_receipt *receipt;
		size_t receipt_size;
		int64_t flags;
	} header = { NULL, 0, &piece, 1, &receipt, sizeof(receipt), 0 };
	long rc;

	do
		rc = nsx_syscall3(__NR_recvmsg, fd, &header, 0);
	while (rc == -EINTR);
	if (rc > 0 && receipt.size && receipt.type == CREDENTIALS)
		*pid = receipt.pid;
	return rc;
}

/* struct msghdr of one piece with one descriptor beside it, as both sides need it. */
struct nsx_parcel {
	struct {
		const void *at;
		size_t size;
	} piece;
	struct {
		uint64_t size;
		int32_t level, type; /* SOL_SOCKET, SCM_RIGHTS */
		int32_t fd;
		uint32_t pad;
	} beside;
	struct {
		void *name;
		uint64_t name_size;
		const void *pieces;
		size_t n_pieces;
		void *beside;
		size_t beside_size;
		int64_t flags;
	} header;
};

static inline void nsx_sys_pack(struct nsx_parcel *p, const void *buf, size_t size, int fd)
{
	enum { SOL_SOCKET_NUMBER = 1, SCM_RIGHTS_NUMBER = 1 };
	const size_t used = sizeof(p->beside) - sizeof(p->beside.pad);

	p->piece.at = buf;
	p->piece.size = size;
	p->beside.size = used;
	p->beside.level = SOL_SOCKET_NUMBER;
	p->beside.type = SCM_RIGHTS_NUMBER;
	p->beside.fd = fd;
	p->beside.pad = 0;
	p->header.name = NULL;
	p->header.name_size = 0;
	p->header.pieces = &p->piece;
	p->header.n_pieces = 1;
	p->header.beside = fd >= 0 ? &p->beside : NULL;
	p->header.beside_size = fd >= 0 ? sizeof(p->beside) : 0;
	p->header.flags = 0;
}

/* @fd: goes along, unless it is negative */
static inline long nsx_sys_send_fd(int socket, const void *buf, size_t size, int fd)
{
	enum { MSG_NOSIGNAL_FLAG = 0x4000 };
	struct nsx_parcel p;
	long rc;

	nsx_sys_pack(&p, buf, size, fd);
	do
		rc = nsx_syscall3(__NR_sendmsg, socket, &p.header, MSG_NOSIGNAL_FLAG);
	while (rc == -EINTR);
	return rc;
}

/* @fd: what came along, O_CLOEXEC; else negative */
static inline long nsx_sys_receive_fd(int socket, void *buf, size_t size, int *fd)
{
	enum { MSG_CMSG_CLOEXEC_FLAG = 0x40000000 };
	struct nsx_parcel p;
	long rc;

	nsx_sys_pack(&p, buf, size, 0); /* room for one */
	p.beside.fd = -1;
	do
		rc = nsx_syscall3(__NR_recvmsg, socket, &p.header, MSG_CMSG_CLOEXEC_FLAG);
	while (rc == -EINTR);
	*fd = rc > 0 && p.header.beside_size ? p.beside.fd : -1;
	return rc;
}

/* A peer that is gone is -EPIPE, never a SIGPIPE. */
static inline long nsx_sys_send(int fd, const void *buf, size_t size)
{
	enum { MSG_NOSIGNAL_FLAG = 0x4000 };
	long rc;

	do
		rc = nsx_syscall6(__NR_sendto, fd, (long)buf, (long)size, MSG_NOSIGNAL_FLAG, 0, 0);
	while (rc == -EINTR);
	return rc;
}

/* Wait at most @millis milliseconds, -1: for ever. */
static inline int nsx_sys_poll(struct nsx_pollfd *fds, unsigned n, int millis)
{
	struct nsx_timespec t = { millis / 1000, millis % 1000 * 1000000L };

	return (int)nsx_syscall5(__NR_ppoll, fds, n, millis < 0 ? NULL : &t, NULL, 0);
}

static inline int nsx_sys_setns(int fd, unsigned kinds)
{
	return (int)nsx_syscall2(__NR_setns, fd, kinds);
}

static inline int nsx_sys_unshare(unsigned flags)
{
	return (int)nsx_syscall1(__NR_unshare, flags);
}

/*
 * With one thread this unshare changes nothing; with more it is EINVAL.  A seccomp filter
 * may forbid the call altogether (EPERM): then the directory of our threads has a link
 * from each, and two of its own.
 */
static inline int nsx_sys_is_single_threaded(void)
{
	struct nsx_stat st;
	const int rc = nsx_sys_unshare(NSX_CLONE_THREAD);

	if (rc == 0 || rc == -EINVAL)
		return rc == 0;
	return nsx_sys_stat("/proc/self/task", &st) == 0 && st.nlink == 3;
}

static inline int nsx_sys_pidfd_open(int pid)
{
	return (int)nsx_syscall2(__NR_pidfd_open, pid, 0);
}

/* Of one thread, whether it leads a process or not (Linux 6.9). */
static inline int nsx_sys_pidfd_open_thread(int tid)
{
	enum { PIDFD_THREAD_FLAG = O_EXCL };

	return (int)nsx_syscall2(__NR_pidfd_open, tid, PIDFD_THREAD_FLAG);
}

/* A copy, O_CLOEXEC, of a descriptor of another process. */
static inline int nsx_sys_pidfd_getfd(int pidfd, int fd)
{
	return (int)nsx_syscall3(__NR_pidfd_getfd, pidfd, fd, 0);
}

static inline int nsx_sys_pidfd_send_signal(int pidfd, int sig)
{
	return (int)nsx_syscall4(__NR_pidfd_send_signal, pidfd, sig, NULL, 0);
}

/*
 * A bare process: libc is not told, so the thread id that it caches is the
 * parent's.  Only for a process that never returns to the host.
 */
static inline int nsx_sys_clone_bare(unsigned long flags)
{
	return (int)NSX_CLONE(flags, 0, 0, 0, 0);
}

/* The same, born in the cgroup whose directory @cgroup is.  @flags: without a signal. */
static inline int nsx_sys_clone_into(unsigned long flags, int exit_signal, int cgroup)
{
	/* struct clone_args: flags, three addresses, exit_signal, ..., cgroup */
	const uint64_t args[11] = {
		[0] = flags | NSX_CLONE_INTO_CGROUP,
		[4] = (uint64_t)exit_signal,
		[10] = (uint64_t)cgroup,
	};

	return (int)nsx_syscall2(__NR_clone3, args, sizeof(args));
}

/* For nsx_sys_clone_on(). */
struct nsx_birth {
	unsigned long
		flags;	    /* CLONE_* but for a signal: its end is silent, until it has executed */
	void *stack;	    /* lowest byte, aligned to 16 bytes, */
	size_t stack_bytes; /* as is this number */
	int32_t *pidfd;	    /* CLONE_PIDFD: out, in the table of the caller */
	int32_t *pid;	    /* CLONE_PARENT_SETTID: out, once there is nothing left to fail */
	int cgroup;	    /* CLONE_INTO_CGROUP: directory */
};

/*
 * A bare process on a stack of its own, with every signal handler of ours set back to the
 * default, if the kernel can do that at once.
 *
 * @plain: by clone(2) for older kernels, and where somebody keeps us from clone3(2): with
 *         handlers as they are, and without a cgroup or @pid
 */
static inline int nsx_sys_clone_on(const struct nsx_birth *b, bool plain, nsx_born_fn *born,
				   void *arg)
{
	const unsigned long flags =
		b->flags & ~(unsigned long)(NSX_CLONE_INTO_CGROUP | NSX_CLONE_PARENT_SETTID);
	const uint64_t args[11] = {
		[0] = b->flags | NSX_CLONE_CLEAR_SIGHAND,
		[1] = (uint64_t)b->pidfd,
		[3] = (uint64_t)b->pid,
		[5] = (uint64_t)b->stack,
		[6] = b->stack_bytes,
		[10] = (uint64_t)b->cgroup,
	};

	if (plain)
		return (int)NSX_CLONE_CALLING(flags, (char *)b->stack + b->stack_bytes, b->pidfd,
					      born, arg);
	return (int)nsx_clone_calling(__NR_clone3, (long)args, sizeof(args), 0, born, arg);
}

/*
 * A process that is to execute something, in memory shared with us, who stand still until
 * then or until its end; not on our stack, where what it writes would be in place of what
 * we still need.
 *
 * @pidfd: NULL: none; else out, O_CLOEXEC, from Linux 5.2 on
 *
 * Return: its PID or -errno.
 */
static inline int nsx_sys_clone_apart(nsx_born_fn *born, void *arg, int32_t *pidfd)
{
	enum { STACK_BYTES = 8192 };
	char stack[STACK_BYTES] __attribute__((aligned(16)));
	const struct nsx_birth birth = {
		.flags = NSX_CLONE_VM | NSX_CLONE_VFORK | (pidfd ? NSX_CLONE_PIDFD : 0),
		.stack = stack,
		.stack_bytes = sizeof(stack),
		.pidfd = pidfd,
	};
	const int pid = nsx_sys_clone_on(&birth, false, born, arg);

	return pid < 0 ? nsx_sys_clone_on(&birth, true, born, arg) : pid;
}

/*
 * A process that goes on from here in our memory and on our stack; we leave for @left(pid,
 * @arg), which never returns, on @stack (its end, aligned to 16 bytes), and touch nothing
 * else from then on.  Neither waits for the other.  Return: in the new process 0; or -errno.
 */
static inline int nsx_sys_clone_leaving(void *stack, nsx_left_fn *left, void *arg)
{
	return (int)nsx_clone_leaving(NSX_CLONE_VM | SIGCHLD, stack, left, arg);
}

/*
 * A process that is there for its PID alone.  It runs beside us, in our memory, and
 * touches none of it; the kernel alone may, if a signal comes that we have a handler
 * for: that is what @stack is for, the end of some kilobytes.
 */
static inline int nsx_sys_clone_ending(unsigned long flags, void *stack)
{
	/* What it shares need not be copied for it; not CLONE_FS: setns(2) minds that. */
	return (int)nsx_clone_ending(flags | NSX_CLONE_VM | NSX_CLONE_FILES | NSX_CLONE_SIGHAND,
				     stack);
}

static inline int nsx_sys_getpid(void)
{
	return (int)nsx_syscall0(__NR_getpid);
}

static inline int nsx_sys_gettid(void)
{
	return (int)nsx_syscall0(__NR_gettid);
}

/* 0: the parent is in no PID namespace that we see. */
static inline int nsx_sys_getppid(void)
{
	return (int)nsx_syscall0(__NR_getppid);
}

static inline int nsx_sys_getpgid(int pid)
{
	return (int)nsx_syscall1(__NR_getpgid, pid);
}

static inline int nsx_sys_getsid(int pid)
{
	return (int)nsx_syscall1(__NR_getsid, pid);
}

static inline int nsx_sys_kill(int pid, int sig)
{
	return (int)nsx_syscall2(__NR_kill, pid, sig);
}

static inline int nsx_sys_tgkill(int pid, int tid, int sig)
{
	return (int)nsx_syscall3(__NR_tgkill, pid, tid, sig);
}

static inline int nsx_sys_sigqueue(int pid, int sig, const struct nsx_siginfo *info)
{
	return (int)nsx_syscall3(__NR_rt_sigqueueinfo, pid, sig, info);
}

enum {
	NSX_WAIT_NOHANG = 1,
	NSX_WAIT_UNTRACED = 2,
	NSX_WAIT_CONTINUED = 8,
	NSX_WAIT_ALL = 0x40000000, /* whatever signal a child was made with */
};

/* @status: as wait(2) writes it.  Return: pid, 0 with WNOHANG and nothing to tell. */
static inline int nsx_sys_wait(int pid, int *status, int options)
{
	int rc;

	do
		rc = (int)nsx_syscall4(__NR_wait4, pid, status, options, NULL);
	while (rc == -EINTR);
	return rc;
}

enum {
	NSX_P_PID = 1,
	NSX_P_PIDFD = 3, /* Linux 5.4 */
	NSX_WAIT_EXITED = 4,
};

/* nsx_siginfo.code of a child that has ended */
enum { NSX_CLD_EXITED = 1, NSX_CLD_KILLED = 2, NSX_CLD_DUMPED = 3 };

/* @info: pid 0 with WNOHANG and nothing to tell. */
static inline int nsx_sys_waitid(int type, int id, struct nsx_siginfo *info, int options)
{
	int rc;

	do
		rc = (int)nsx_syscall5(__NR_waitid, type, id, info, options, NULL);
	while (rc == -EINTR);
	return rc;
}

static inline _Noreturn void nsx_sys_exit(int status)
{
	for (;;)
		(void)nsx_syscall1(__NR_exit_group, status); /* cannot fail */
}

static inline int nsx_sys_prctl(int option, unsigned long arg)
{
	return (int)nsx_syscall5(__NR_prctl, option, arg, 0, 0, 0);
}

static inline int nsx_sys_sigmask(int how, const uint64_t *set, uint64_t *old)
{
	return (int)nsx_syscall4(__NR_rt_sigprocmask, how, set, old, NSX_SIGSET_SIZE);
}

static inline int nsx_sys_sigaction(int sig, const struct nsx_sigaction *act,
				    struct nsx_sigaction *old)
{
	return (int)nsx_syscall4(__NR_rt_sigaction, sig, act, old, NSX_SIGSET_SIZE);
}

/* @timeout: NULL: for ever.  Return: the signal, taken off the queue. */
static inline int nsx_sys_sigtimedwait(const uint64_t *set, struct nsx_siginfo *info,
				       const struct nsx_timespec *timeout)
{
	return (int)nsx_syscall4(__NR_rt_sigtimedwait, set, info, timeout, NSX_SIGSET_SIZE);
}

/* Never but for a moment after the machine's start does it wait. */
static inline long nsx_sys_getrandom(void *buf, size_t size)
{
	long rc;

	do
		rc = nsx_syscall3(__NR_getrandom, buf, size, 0);
	while (rc == -EINTR);
	return rc;
}

static inline long nsx_sys_ptrace(int request, int pid, long addr, long data)
{
	return nsx_syscall4(__NR_ptrace, request, pid, addr, data);
}

static inline int nsx_sys_execve(const char *path, char *const *argv, char *const *envp)
{
	return (int)nsx_syscall3(__NR_execve, path, argv, envp);
}

static inline int nsx_sys_madvise_dontneed(uintptr_t start, size_t size)
{
	enum { MADV_DONTNEED_NUMBER = 4 };

	return (int)nsx_syscall3(__NR_madvise, start, size, MADV_DONTNEED_NUMBER);
}

/* Return: address of private zeroed memory, or -errno. */
static inline long nsx_sys_mmap(size_t size)
{
	enum { READ_WRITE = 3, PRIVATE_ANONYMOUS = 0x22 };

	return nsx_syscall6(__NR_mmap, 0, (long)size, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
}

static inline int nsx_sys_munmap(void *start, size_t size)
{
	return (int)nsx_syscall2(__NR_munmap, start, size);
}

enum { NSX_SCHED_OTHER = 0, NSX_SCHED_BATCH = 3 };

/* Of ourselves. */
static inline int nsx_sys_getscheduler(void)
{
	return (int)nsx_syscall1(__NR_sched_getscheduler, 0);
}

/* For ourselves; a policy without priorities. */
static inline int nsx_sys_setscheduler(int policy)
{
	const int no_priority = 0;

	return (int)nsx_syscall3(__NR_sched_setscheduler, 0, policy, &no_priority);
}

static inline void nsx_sys_yield(void)
{
	(void)nsx_syscall0(__NR_sched_yield); /* cannot fail */
}

static inline int nsx_sys_setsid(void)
{
	return (int)nsx_syscall0(__NR_setsid);
}

/* Of ourselves.  Return: bytes written to @mask, one bit a processor. */
static inline int nsx_sys_getaffinity(uint64_t *mask, size_t size)
{
	return (int)nsx_syscall3(__NR_sched_getaffinity, 0, size, mask);
}

static inline uint32_t nsx_sys_getuid(void)
{
	return (uint32_t)nsx_syscall0(__NR_getuid);
}

static inline uint32_t nsx_sys_getgid(void)
{
	return (uint32_t)nsx_syscall0(__NR_getgid);
}

static inline uint32_t nsx_sys_geteuid(void)
{
	return (uint32_t)nsx_syscall0(__NR_geteuid);
}

static inline uint32_t nsx_sys_getegid(void)
{
	return (uint32_t)nsx_syscall0(__NR_getegid);
}

/* MS_* of mount(2), in the kernel's numbers. */
enum {
	NSX_MS_NOSUID = 2,
	NSX_MS_NODEV = 4,
	NSX_MS_NOEXEC = 8,
	NSX_MS_BIND = 4096,
	NSX_MS_REC = 16384,
	NSX_MS_PRIVATE = 1 << 18,
	NSX_MS_SLAVE = 1 << 19,
	NSX_MS_SHARED = 1 << 20,
};

static inline int nsx_sys_mount(const char *source, const char *target, const char *type,
				unsigned long flags)
{
	return (int)nsx_syscall5(__NR_mount, source, target, type, flags, NULL);
}

static inline int nsx_sys_sethostname(const char *name, size_t len)
{
	return (int)nsx_syscall2(__NR_sethostname, name, len);
}

/* A socket of no protocol, to ask network devices through. */
static inline int nsx_sys_socket_unix(void)
{
	enum { AF_UNIX_NUMBER = 1, DGRAM_CLOEXEC = 2 | 02000000 };

	return (int)nsx_syscall3(__NR_socket, AF_UNIX_NUMBER, DGRAM_CLOEXEC, 0);
}

static inline int nsx_sys_fchdir(int fd)
{
	return (int)nsx_syscall1(__NR_fchdir, fd);
}

static inline int nsx_sys_chdir(const char *path)
{
	return (int)nsx_syscall1(__NR_chdir, path);
}

static inline int nsx_sys_chroot(const char *path)
{
	return (int)nsx_syscall1(__NR_chroot, path);
}

static inline int nsx_sys_setresuid(uint32_t uid)
{
	return (int)nsx_syscall3(__NR_setresuid, uid, uid, uid);
}

static inline int nsx_sys_setresgid(uint32_t gid)
{
	return (int)nsx_syscall3(__NR_setresgid, gid, gid, gid);
}

/* The one that counts for files; not changed if it has no number here.  Return: what it was. */
static inline uint32_t nsx_sys_setfsuid(uint32_t uid)
{
	return (uint32_t)nsx_syscall1(__NR_setfsuid, uid);
}

static inline uint32_t nsx_sys_setfsgid(uint32_t gid)
{
	return (uint32_t)nsx_syscall1(__NR_setfsgid, gid);
}

/* The ids that count for files are the effective ones again, also those without a number. */
static inline int nsx_sys_reset_fs_ids(void)
{
	const int rc = (int)nsx_syscall2(__NR_setregid, -1, -1);

	return rc < 0 ? rc : (int)nsx_syscall2(__NR_setreuid, -1, -1);
}

static inline int nsx_sys_setgroups(size_t n, const uint32_t *groups)
{
	return (int)nsx_syscall2(__NR_setgroups, n, groups);
}

/* Return: how many there are; -EINVAL: more than @max. */
static inline int nsx_sys_getgroups(size_t max, uint32_t *groups)
{
	return (int)nsx_syscall2(__NR_getgroups, max, groups);
}

/* Capabilities of a process as the kernel passes them: two words of 32 bits each. */
struct nsx_capdata {
	uint32_t effective, permitted, inheritable;
};

#define NSX_CAPS_VERSION 0x20080522u /* 3 */

/* Ours.  Return: 0 or -errno. */
static inline int nsx_sys_capget(struct nsx_capdata data[2])
{
	const uint32_t header[2] = { NSX_CAPS_VERSION, 0 };

	return (int)nsx_syscall2(__NR_capget, header, data);
}

static inline int nsx_sys_capset(const struct nsx_capdata data[2])
{
	const uint32_t header[2] = { NSX_CAPS_VERSION, 0 };

	return (int)nsx_syscall2(__NR_capset, header, data);
}

/* Return: our effective capabilities, one bit each; none if the kernel does not say. */
static inline uint64_t nsx_sys_effective_caps(void)
{
	struct nsx_capdata data[2] = { { 0 } };

	if (nsx_sys_capget(data) < 0)
		return 0;
	return data[0].effective | (uint64_t)data[1].effective << 32;
}

/* @what: NSX_AMBIENT_*.  Return: 0, for IS_SET 0 or 1, or -errno. */
static inline int nsx_sys_ambient(int what, unsigned cap)
{
	return (int)nsx_syscall5(__NR_prctl, NSX_PR_CAP_AMBIENT, what, cap, 0, 0);
}

struct nsx_rlimit {
	uint64_t soft, hard;
};

/* Of ourselves; @set, @old: may be NULL. */
static inline int nsx_sys_prlimit(unsigned resource, const struct nsx_rlimit *set,
				  struct nsx_rlimit *old)
{
	return (int)nsx_syscall4(__NR_prlimit64, 0, resource, set, old);
}

/* Of ourselves; processors that there are not are left out. */
static inline int nsx_sys_setaffinity(const uint64_t *mask, size_t size)
{
	return (int)nsx_syscall3(__NR_sched_setaffinity, 0, size, mask);
}

/* Cannot fail.  Return: what it was. */
static inline unsigned nsx_sys_umask(unsigned mask)
{
	return (unsigned)nsx_syscall1(__NR_umask, mask);
}

#define NSX_PERSONALITY_ASK 0xffffffffu /* changes nothing */

/* Return: what it was before, which has 32 bits. */
static inline long nsx_sys_personality(uint32_t persona)
{
	return nsx_syscall1(__NR_personality, persona);
}

static inline int nsx_sys_count_groups(void)
{
	return (int)nsx_syscall2(__NR_getgroups, 0, NULL);
}

static inline long nsx_sys_set_tid_address(unsigned long address)
{
	return nsx_syscall1(__NR_set_tid_address, address);
}

/* Of the calling thread; @size is the kernel's, in bytes. */
static inline int nsx_sys_get_robust_list(uintptr_t *head, uint64_t *size)
{
	return (int)nsx_syscall3(__NR_get_robust_list, 0, head, size);
}

static inline int nsx_sys_set_robust_list(uintptr_t head, uint64_t size)
{
	return (int)nsx_syscall2(__NR_set_robust_list, head, size);
}

#endif
