/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The launcher: a program that libnsexec executes from its memory, for what must not be
 * done in that of its caller.  Its words are "CHANNEL,TARGET", descriptors that are ours
 * alone, the caller's PATH, and then those of nsexec(1); what it reports goes through the channel.
 */
#include "call.h"
#include "options.h"
#include "sys_fd.h"
#include "sys_process.h"
#include "text.h"

enum { NAME_BYTES = 24 };

/* The caller tells by it whether the program has been executed: that has another name. */
static const char name[] = NSX_LAUNCHER_NAME;

static bool read_numbers(const char *text, int *channel, int *target)
{
	uint64_t number;
	const char *at = nsx_text_digits(text, INT32_MAX, &number);

	if (!at || *at != ',')
		return false;
	*channel = (int)number;
	*target = NSX_NOFD;
	if (nsx_text_same(at + 1, "-1"))
		return true;
	if (!nsx_text_number(at + 1, INT32_MAX, &number))
		return false;
	*target = (int)number;
	return true;
}

/* In place of however the target was named: it may be another's PID by now. */
static void set_target(struct nsx_request *rq, int target, char text[NAME_BYTES])
{
	struct nsx_text t = nsx_text_on(text, NAME_BYTES);

	if (target == NSX_NOFD)
		return;
	(void)nsx_sys_fcntl(target, F_SETFD, FD_CLOEXEC); /* it is open */
	nsx_text_str(&t, "pidfd:");
	nsx_text_i64(&t, target);
	rq->target = text;
}

/* Return: only on failure. */
static int enter_and_exec(struct nsx_engine *en, struct nsx_error *e)
{
	if (nsx_engine_enter(en, e) < 0)
		return -1;
	nsx_engine_release(en);
	return nsx_engine_exec(en, e);
}

static int launch(char **argv, char **envp)
{
	struct nsx_words words = { .word = argv + 3 };
	char *const callers[] = { argv[0] && argv[1] ? argv[2] : NULL, NULL };
	struct nsx_request rq = { .report_fd = NSX_NOFD };
	const struct nsx_log off = { .level = NSX_LOG_OFF, .fd = NSX_NOFD };
	struct nsx_error e = { 0 };
	struct nsx_engine en;
	char who[NAME_BYTES];
	int channel, target, rc;

	if (!callers[0] || !read_numbers(argv[1], &channel, &target))
		return 125;					   /* not by us */
	(void)nsx_sys_prctl(NSX_PR_SET_NAME, (unsigned long)name); /* cannot fail */
	nsx_engine_init(&en, &rq, &off, envp);
	en.callers_envp = callers; /* the program's variables may be anybody's */
	rc = nsx_options_parse(&words, NSX_DIALECT_OURS, &rq, &e);
	rq.report_fd = channel;
	rq.report_bytes = true;
	rq.detach = false;
	if (rq.fork == NSX_FORK_ALWAYS)
		rq.fork = NSX_FORK_AUTO; /* this is a new process already */
	set_target(&rq, target, who);
	if (rc == 0)
		rc = enter_and_exec(&en, &e);
	return rc < 0 ? nsx_engine_failed(&en, &e) : 0;
}

_Noreturn void nsx_start_launcher(long *stack);

/* The initial stack: argc, argv, NULL, environment, NULL, auxiliary vector. */
_Noreturn void nsx_start_launcher(long *stack)
{
	const long argc = stack[0];
	char **argv = (char **)(stack + 1);

	nsx_sys_exit(launch(argv, argv + argc + 1));
}

NSX_START(nsx_start_launcher);
