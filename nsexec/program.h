/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Program: what whoever stands in front of the program knows of it and does for it.
 * Its stops, continuations and end are mirrored, signals are forwarded to it.
 *
 * All of this in a process with all signals held (nsx_signals_hold()).
 */
#ifndef NSX_PROGRAM_H
#define NSX_PROGRAM_H

#include <stdbool.h>

#include "fd.h"
#include "sys_signal.h"

/* The program, as far as its stops and continuations have been told. */
struct nsx_program {
	int pid;     /* our child: the program, or its init, if there is a @channel */
	int channel; /* to the init: signals go there, statuses come; NSX_NOFD: there is none */
	int inside;  /* the program that the init has, as we see it */
	bool stopped;
	bool continued; /* by somebody else, and we have not seen a SIGCONT since */
	bool resumed;	/* by us, and that has not been told yet */
	bool ended;
	int status; /* as wait(2) has it, if @ended */
};

/* Let @sig have its default action on us, now. */
void nsx_suffer(int sig);

/* Has a process ended of which wait(2) says @status, or is it only stopped or continued? */
bool nsx_program_is_over(int status);

/* End with the exit status or by the signal that @status, as wait(2) has it, tells. */
_Noreturn void nsx_end_like(int status);

/*
 * Take all that there is to know: of the program and its init, and of orphans, if we are the
 * first process of a PID namespace, or a child was there before exec.
 * Return: the signal by which the program is stopped now, if it was not before.
 */
int nsx_program_look(struct nsx_program *p);

/* Pass a signal on that has come to us, unless the program has got it already. */
void nsx_program_forward(const struct nsx_program *p, const struct nsx_siginfo *info);

/* As its parent, or whoever else knows that @pid is the program: it has not got it. */
void nsx_program_send(const struct nsx_siginfo *info, int pid);

/* Pass a SIGCONT on that has come to us. */
void nsx_program_continue(struct nsx_program *p, const struct nsx_siginfo *info);

/* Stop as the program did, by @sig, and return when we are continued. */
void nsx_program_stop_like(struct nsx_program *p, int sig);

#endif
