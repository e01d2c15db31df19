/* SPDX-License-Identifier: Apache-2.0 */
#include "signame.h"

#include "sys_signal.h"
#include "text.h"

static const char names[][8] = {
	[SIGHUP] = "HUP",   [SIGINT] = "INT",	    [SIGQUIT] = "QUIT", [SIGILL] = "ILL",
	[SIGTRAP] = "TRAP", [SIGABRT] = "ABRT",	    [SIGBUS] = "BUS",	[SIGFPE] = "FPE",
	[SIGKILL] = "KILL", [SIGUSR1] = "USR1",	    [SIGSEGV] = "SEGV", [SIGUSR2] = "USR2",
	[SIGPIPE] = "PIPE", [SIGALRM] = "ALRM",	    [SIGTERM] = "TERM", [SIGSTKFLT] = "STKFLT",
	[SIGCHLD] = "CHLD", [SIGCONT] = "CONT",	    [SIGSTOP] = "STOP", [SIGTSTP] = "TSTP",
	[SIGTTIN] = "TTIN", [SIGTTOU] = "TTOU",	    [SIGURG] = "URG",	[SIGXCPU] = "XCPU",
	[SIGXFSZ] = "XFSZ", [SIGVTALRM] = "VTALRM", [SIGPROF] = "PROF", [SIGWINCH] = "WINCH",
	[SIGIO] = "IO",	    [SIGPWR] = "PWR",	    [SIGSYS] = "SYS",
};

static int upper(int c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

/* Is @text this name, with or without SIG in front of it? */
static bool named(const char *text, const char *name)
{
	static const char sig[] = "SIG";
	const char *at = sig;

	while (*at && upper(*text) == *at)
		text++, at++;
	if (*at)
		text -= at - sig;
	while (*name && upper(*text) == *name)
		text++, name++;
	return !*name && !*text;
}

int nsx_signal_by_name(const char *text)
{
	uint64_t number;

	if (nsx_text_number(text, NSX_SIG_COUNT, &number))
		return (int)number;
	for (int sig = 1; sig < (int)(sizeof(names) / sizeof(*names)); sig++)
		if (names[sig][0] && named(text, names[sig]))
			return sig;
	return 0;
}
