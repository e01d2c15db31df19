/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

#include "overseer.h"

#include <errno.h>

#include "arch.h"
#include "fd.h"
#include "identity.h"
#include "program.h"
#include "sys_fd.h"
#include "sys_process.h"
#include "sys_signal.h"
#include "text.h"

/* ptrace(2); what is passed on by a stop is the signal of it. */
enum {
	PTRACE_CONT = 7,
	PTRACE_DETACH = 17,
	PTRACE_SYSCALL = 24,
	PTRACE_SEIZE = 0x4206,
	PTRACE_GET_SYSCALL_INFO = 0x420e, /* Linux 5.3 */
};

enum { SEE_SYSCALLS = 1 << 0, SEE_EXEC = 1 << 4, END_WITH_US = 1 << 20 };

/* What wait(2) tells of a stop: status >> 8 is the signal, and above it the event. */
enum { EVENT_EXEC = 4, EVENT_STOP = 128, SYSCALL_STOP = SIGTRAP | 0x80 };

enum { ENTRY = 1, EXIT = 2 };

/* As the kernel has it; the last ones of an entry or of an exit. */
struct syscall_info {
	uint8_t op;
	uint8_t pad[3];
	uint32_t arch; /* AUDIT_ARCH_*: EM_*, and bits for its class and byte order */
	uint64_t ip, sp;
	union {
		struct nsx_call entry;
		int64_t result;
		uint8_t others[64];
	} u;
};

static const uint32_t our_arch = NSX_MACHINE | 0xc0000000u; /* 64 bits, little-endian */
static const uint64_t every_signal = ~(uint64_t)0;

/* What the overseer makes of one thing that wait(2) tells. */
enum next { GO_ON, DONE };

static int fail_trace(int err, const char *what, enum nsx_hint hint, struct nsx_error *e)
{
	(void)nsx_fail(e, NSX_STEP_PRELOAD, err, "the host cannot be traced", what);
	return nsx_hint(e, hint, 0);
}

int nsx_overseer_hold(const struct nsx_overseer *o, struct nsx_error *e)
{
	const long rc =
		nsx_sys_ptrace(PTRACE_SEIZE, o->pid, 0, SEE_SYSCALLS | SEE_EXEC | END_WITH_US);

	return rc < 0 ? fail_trace((int)-rc, o->name, NSX_HINT_PRELOAD_TRACE, e) : 0;
}

void nsx_overseer_kill(const struct nsx_overseer *o)
{
	int status = 0;

	(void)nsx_sys_kill(o->pid, SIGKILL); /* our child: it is there until we wait */
	while (nsx_sys_wait(o->pid, &status, NSX_WAIT_ALL) > 0 &&
	       !nsx_program_is_over(status & 0xffff))
		;
}

static int not_answered(const struct nsx_overseer *o, struct nsx_error *e)
{
	(void)nsx_fail(e, NSX_STEP_PRELOAD, 0, "the host has not answered", o->name);
	return nsx_hint(e, NSX_HINT_PRELOAD_ANSWER, 0);
}

/* @sig: to be delivered, 0: none.  It may have been killed meanwhile, which is told next. */
static int let_run(const struct nsx_overseer *o, int sig, struct nsx_error *e)
{
	const long rc = nsx_sys_ptrace(o->executed ? PTRACE_SYSCALL : PTRACE_CONT, o->pid, 0, sig);

	if (rc < 0 && rc != -ESRCH)
		return fail_trace((int)-rc, o->name, NSX_HINT_PRELOAD_TRACE, e);
	return 0;
}

/* 1: the answer; 0: none yet; -1: one that is not our constructor's. */
static int hear(const struct nsx_overseer *o, struct nsx_error *e)
{
	struct nsx_pollfd poll = { .fd = o->answer, .events = 1 };
	const struct nsx_answer wanted = { o->nonce, *nsx_identity() };
	struct nsx_answer got = { 0 };

	if (nsx_sys_poll(&poll, 1, 0) <= 0)
		return 0;
	if (nsx_sys_read(o->answer, &got, sizeof(got)) == sizeof(got) &&
	    nsx_bytes_same(&got, &wanted, sizeof(got)))
		return 1;
	(void)nsx_fail(e, NSX_STEP_PRELOAD, 0, "another constructor than this nsexec's answered",
		       o->name);
	return nsx_hint(e, NSX_HINT_PRELOAD_OBJECT, 0);
}

/* The call has been made: was it the answer?  Then the host is on its own. */
static int at_exit(struct nsx_overseer *o, int64_t result, struct nsx_error *e)
{
	int heard;

	nsx_loader_did(&o->loader, &o->call, result);
	heard = nsx_loader_answers(&o->loader, &o->call) ? hear(o, e) : 0;
	if (heard <= 0)
		return heard;
	if (nsx_sys_ptrace(PTRACE_DETACH, o->pid, 0, 0) < 0)
		return 0; /* it has been killed */
	if (o->stop)
		(void)nsx_sys_kill(o->pid, o->stop);
	return 1;
}

/* Return: 1: answered; 0: it runs on; -1: @e filled. */
static int at_syscall(struct nsx_overseer *o, struct nsx_error *e)
{
	struct syscall_info info = { 0 };
	const long rc = nsx_sys_ptrace(PTRACE_GET_SYSCALL_INFO, o->pid, sizeof(info), (long)&info);

	if (rc == -ESRCH)
		return 0;
	if (rc < 0)
		return fail_trace((int)-rc, o->name, NSX_HINT_PRELOAD_KERNEL, e);
	if (info.op == EXIT)
		return at_exit(o, info.u.result, e);
	if (info.op != ENTRY)
		return 0;
	o->call = info.u.entry;
	if (info.arch == our_arch && nsx_loader_may(&o->loader, &o->call))
		return 0;
	(void)nsx_fail_number(e, NSX_STEP_PRELOAD, 0, "the host has not answered",
			      "before its system call ", o->call.nr, "");
	return nsx_hint(e, NSX_HINT_PRELOAD_ANSWER, 0);
}

static bool would_stop(int sig)
{
	return sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

/* Return: as above. */
static int at_stop(struct nsx_overseer *o, int status, struct nsx_error *e)
{
	const int event = status >> 16, sig = status >> 8 & 0xff;
	int rc = 0, deliver = 0;

	if (event == EVENT_EXEC) {
		o->executed = true;
	} else if (sig == SYSCALL_STOP) {
		rc = at_syscall(o, e);
	} else if (would_stop(sig)) {
		o->stop = sig;
	} else if (event != EVENT_STOP) {
		o->stop = sig == SIGCONT ? 0 : o->stop;
		deliver = sig;
	}
	return rc == 0 ? let_run(o, deliver, e) : rc;
}

/* Signals of its own making, such as of an object that is cut short. */
static bool is_fault(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGILL || sig == SIGFPE ||
	       sig == SIGABRT || sig == SIGTRAP || sig == SIGSYS;
}

/* Whoever ends without an answer, and by itself, has not become what was asked for. */
static enum nsx_overseen at_end(const struct nsx_overseer *o, int status, struct nsx_error *e)
{
	const int sig = status & 0x7f;

	if (!o->executed || (sig && !is_fault(sig)))
		return NSX_OVERSEEN_ENDED;
	(void)not_answered(o, e);
	return NSX_OVERSEEN_FAILED;
}

/* All that there is to be told.  Return: false: nothing more yet. */
static bool look(struct nsx_overseer *o, int *status, enum nsx_overseen *out, struct nsx_error *e)
{
	while (nsx_sys_wait(o->pid, status, NSX_WAIT_NOHANG | NSX_WAIT_ALL) > 0) {
		int rc;

		if (nsx_program_is_over(*status & 0xffff)) {
			*out = at_end(o, *status, e);
			return true;
		}
		rc = at_stop(o, *status, e);
		if (rc < 0)
			nsx_overseer_kill(o);
		if (rc != 0) {
			*out = rc < 0 ? NSX_OVERSEEN_FAILED : NSX_OVERSEEN_ANSWERED;
			return true;
		}
	}
	return false;
}

enum nsx_overseen nsx_overseer_run(struct nsx_overseer *o, int *status, struct nsx_error *e)
{
	const struct nsx_program host = { .pid = o->pid, .channel = NSX_NOFD };
	enum nsx_overseen out;

	while (!look(o, status, &out, e)) {
		struct nsx_siginfo info;

		if (nsx_sys_sigtimedwait(&every_signal, &info, NULL) < 0)
			continue;
		if (info.signo != SIGCHLD || info.code <= 0)
			nsx_program_forward(&host, &info);
	}
	return out;
}
