/* SPDX-License-Identifier: Apache-2.0 */
/* Stress: what its files share; see stress.c. */
#ifndef STRESS_H
#define STRESS_H

#include <nsexec.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { THREADS = 64 };

struct target {
	int pid; /* 0: there is none */
	const char *hostname;
	struct nsexec_session *session;
	struct nsexec_id net;
};

extern struct target plain, userns;
extern struct nsexec_runner *runner;
extern atomic_int programs; /* of which SIGCHLD tells: not those of nsexec_run() */

/* Count a failure and print it, the first few of them.  As printf(3). */
__attribute__((format(printf, 1, 2))) void wrong(const char *format, ...);

/* Each does one thing, says what is wrong with it, and mixes it up with no other @number. */
struct call {
	const char *name;
	void (*make)(int number);
	bool needs_plain; /* a target in our user namespace */
	bool needs_userns;
	bool fails; /* and there may be no SIGCHLD */
};

extern const struct call calls[];
extern const int n_calls;

/* Those that start programs. */
void session_run_plain(int number);
void session_run_userns(int number);
void session_of_its_own(int number);
void run_plain(int number);
void run_userns(int number);
void spawn_plain(int number);
void spawn_userns(int number);
void session_spawn_plain(int number);
void session_spawn_userns(int number);
void spawn_nothing(int number);

void open_targets(void);
void close_targets(void);

/* Noise: what the other threads of a host do in the meantime. */
void noise_start(const atomic_bool *when_over);
void noise_stop(void);		 /* when that is true: waits for them */
void noise_name_thread(int i);	 /* the calling one is the @i-th of those that get signals */
void noise_forget_thread(int i); /* it is about to end */
void install_handlers(void);
void noise_hold_signals(sigset_t *before); /* those of the handlers, from the calling thread */
int noise_take_heard(void);		   /* signals since it was asked before */
int noise_take_deaths(void);		   /* likewise, of SIGCHLD */
bool noise_has_strayed(void);		   /* has a handler run in a process that is not us? */

#endif
