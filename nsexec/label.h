/* SPDX-License-Identifier: Apache-2.0 */
/* Label: what a security module calls a process, and how another gets the same. */
#ifndef NSX_LABEL_H
#define NSX_LABEL_H

#include <stdbool.h>

enum { NSX_LABEL_BYTES = 1024 };

/* Modules that label processes, and let a process choose the label of what it executes. */
enum nsx_lsm { NSX_LSM_NONE, NSX_LSM_SELINUX, NSX_LSM_APPARMOR };

/* What a process writes into its own /proc/thread-self/attr to have the label at exec. */
struct nsx_label {
	enum nsx_lsm lsm; /* NONE: nothing is to be written */
	bool own_dir;	  /* the module has a directory of its own there */
	char text[NSX_LABEL_BYTES];
};

/**
 * nsx_label_make() - understand a label
 * @text:    what /proc/PID/attr/current says, or apparmor/current below it
 * @own_dir: the latter, which AppArmor has since Linux 5.8
 * @out:     what to write; lsm NONE: the label of no module that we know
 */
void nsx_label_make(const char *text, bool own_dir, struct nsx_label *out);

/* File to write it to, in /proc. */
const char *nsx_label_file(const struct nsx_label *label);

/* The label of a process by its directory in /proc; lsm NONE: none.  Return: 0 or -errno. */
int nsx_label_read(int dir, struct nsx_label *out);

#endif
