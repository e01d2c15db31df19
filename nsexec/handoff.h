/* SPDX-License-Identifier: Apache-2.0 */
/* Handoff: the last step, control to a program or back to the host. */
#ifndef NSX_HANDOFF_H
#define NSX_HANDOFF_H

#include "error.h"
#include "search.h"

/**
 * nsx_handoff_exec() - execute PROGRAM as execvp(3) would
 * @program: its words, ended by NULL; the slot in front of them is free to be used
 * @envp:    its environment; PATH in there says where to look
 * @e:       step EXEC; nsx_error_status() of it is 126 or 127
 *
 * Return: only on failure, -1.
 */
int nsx_handoff_exec(char **program, char *const *envp, struct nsx_error *e);

/* Would it be found, and may it be executed?  Errors as above. */
int nsx_handoff_look(const char *program, char *const *envp, struct nsx_error *e);

/* Execute the file @path, as above; nothing is looked for. */
int nsx_handoff_at(const char *path, char **program, char *const *envp, struct nsx_error *e);

enum { NSX_LOGIN_BYTES = 256 };

/* $SHELL, or what stands for it. */
const char *nsx_handoff_shell_name(char *const *envp);

/* "-sh": a dash in front of its name makes a shell a login shell. */
void nsx_handoff_login(const char *shell, char name[NSX_LOGIN_BYTES]);

/* Execute $SHELL as a login shell, or /bin/sh where that is missing.  Return: as above. */
int nsx_handoff_shell(char *const *envp, struct nsx_error *e);

enum { NSX_EXE_BYTES = 4096 };

/* The file of the host program, remembered before its mount namespace changes. */
struct nsx_host {
	char exe[NSX_EXE_BYTES]; /* empty: not known */
};

void nsx_host_remember(struct nsx_host *h);

/* Is there such a file in the mount namespace that was joined?  Step CHECK, ENOENT if not. */
int nsx_host_check(const struct nsx_host *h, struct nsx_error *e);

#endif
