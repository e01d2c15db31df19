/* SPDX-License-Identifier: Apache-2.0 */
/* What a program finds around itself, said in lines "KEY VALUE". */
#ifndef DIFFERENTIAL_PROBE_H
#define DIFFERENTIAL_PROBE_H

#include <stddef.h>

/* The caller's /proc: the one that we find ourselves may not be there, or not know us. */
enum { CALLERS_PROC = 9 };

/* Values are one line: what is white in them becomes one blank. */
void say(const char *key, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Text of a file below the caller's /proc, ended by NUL, which may hold other NULs; NULL if none. */
char *proc_text(const char *path, size_t *len);

/* The same for one of our own, as a value: "-" where it is not. */
void say_own(const char *key, const char *name);

/* Subjects, one a file or two. */
void say_ids(void);
void say_capabilities(void);
void say_user_namespace(void);
void say_namespaces(void);
void say_directories(void);
void say_mounts(void);
void say_network(void);
void say_clocks(void);
void say_program(char **argv, char **envp);
void say_descriptors(void);
void say_signals(void);
void say_relatives(void);
void say_attributes(void);

/* Change what a process can hand on to a program, as far as we may, and execute COMMAND. */
int dressed(char **command);

/* Execute COMMAND with a signal that is pending, since it is blocked. */
int awaited(char **command);

#endif
