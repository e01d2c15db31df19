/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What /proc says of any process, as proc(5) has it.  Each takes the directory @dir and a
 * @pid: /proc and the number by which it knows the process, or its own directory and 0.
 */
#ifndef NSX_PROCFS_H
#define NSX_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fd.h"

/* Of its stat. */
struct nsx_procfs_stat {
	int pid;	/* by which this /proc knows it */
	int parent;	/* 0: in no PID namespace of this /proc */
	uint64_t start; /* in ticks since the machine started: with @pid, nobody else */
	bool ended;	/* a zombie, or less */
	bool kernel;	/* a thread of the kernel */
};

enum {
	NSX_PROCFS_PATH_BYTES = 40,
	NSX_PROCFS_COMM_BYTES = 72, /* 15 bytes and a NUL; threads of the kernel may have 63 */
	NSX_PROCFS_PIDS_MAX = 33,   /* as deep as PID namespaces nest */
};

/* "PID/FILE", or "FILE" for 0. */
void nsx_procfs_path(char path[NSX_PROCFS_PATH_BYTES], int pid, const char *file);

/* @text: a line of stat.  Return: false: it is none. */
bool nsx_procfs_parse_stat(const char *text, struct nsx_procfs_stat *out);

/* Return: 0 or -errno. */
int nsx_procfs_stat(int dir, int pid, struct nsx_procfs_stat *out);

/* Return: 0 or -errno; @comm: as it is, but for what is behind a NUL. */
int nsx_procfs_comm(int dir, int pid, char comm[NSX_PROCFS_COMM_BYTES]);

/* Its arguments, with blanks between them, cut where @size ends; "": none, or not to be read. */
void nsx_procfs_command(int dir, int pid, char *out, size_t size);

/*
 * The numbers by which PID namespaces know it, from that of this /proc to its own.
 * Return: how many; 0: this kernel does not tell (before Linux 4.1), or it is gone.
 */
int nsx_procfs_pids(int dir, int pid, int out[NSX_PROCFS_PIDS_MAX]);

/* Its effective user id.  Return: false: not to be had. */
bool nsx_procfs_uid(int dir, int pid, uint32_t *out);

/* The number by which @proc knows us.  Return: that, or -errno: it does not show us. */
int nsx_procfs_self(int proc);

/* Does this process's /proc hide those of others from us? */
bool nsx_procfs_hides(void);

#endif
