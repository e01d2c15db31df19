/* SPDX-License-Identifier: Apache-2.0 */
#include "procfs.h"

#include <errno.h>

#include "lines.h"
#include "sys_fd.h"
#include "sys_file.h"
#include "sys_identity.h"
#include "text.h"

void nsx_procfs_path(char path[NSX_PROCFS_PATH_BYTES], int pid, const char *file)
{
	struct nsx_text t = nsx_text_on(path, NSX_PROCFS_PATH_BYTES);

	if (pid) {
		nsx_text_i64(&t, pid);
		nsx_text_str(&t, "/");
	}
	nsx_text_str(&t, file);
}

static long read_text(int dir, int pid, const char *file, char *buf, size_t size)
{
	char path[NSX_PROCFS_PATH_BYTES];

	nsx_procfs_path(path, pid, file);
	return nsx_fd_read_text(dir, path, buf, size);
}

/* "PID (COMM) STATE PPID ...", where COMM may be any bytes: it ends at the last ')'. */
bool nsx_procfs_parse_stat(const char *text, struct nsx_procfs_stat *out)
{
	enum { PARENT = 1, FLAGS = 6, START = 19, KTHREAD = 0x00200000 };
	const char *behind = NULL;
	uint64_t number[START + 1] = { 0 }, pid;
	char state;

	for (const char *at = text; *at; at++)
		if (*at == ')')
			behind = at + 1;
	if (!nsx_text_digits(text, INT32_MAX, &pid) || !behind || *behind != ' ' || !behind[1])
		return false;
	state = behind[1];
	behind += 2;
	for (int i = PARENT; i <= START; i++) {
		if (*behind++ != ' ')
			return false;
		behind += *behind == '-'; /* of numbers that are none of ours */
		behind = nsx_text_digits(behind, UINT64_MAX, &number[i]);
		if (!behind)
			return false;
	}
	if (number[PARENT] > INT32_MAX)
		return false;
	*out = (struct nsx_procfs_stat){
		.pid = (int)pid,
		.parent = (int)number[PARENT],
		.start = number[START],
		.ended = state == 'Z' || state == 'X' || state == 'x',
		.kernel = number[FLAGS] & KTHREAD,
	};
	return true;
}

int nsx_procfs_stat(int dir, int pid, struct nsx_procfs_stat *out)
{
	char text[1024]; /* 52 numbers and a name: it may be cut, behind what we read */
	long rc = read_text(dir, pid, "stat", text, sizeof(text));

	if (rc < 0 && rc != -E2BIG)
		return (int)rc;
	return nsx_procfs_parse_stat(text, out) ? 0 : -EIO;
}

int nsx_procfs_comm(int dir, int pid, char comm[NSX_PROCFS_COMM_BYTES])
{
	long len = read_text(dir, pid, "comm", comm, NSX_PROCFS_COMM_BYTES);

	if (len < 0)
		return (int)len;
	if (len && comm[len - 1] == '\n')
		comm[len - 1] = '\0';
	return 0;
}

void nsx_procfs_command(int dir, int pid, char *out, size_t size)
{
	char path[NSX_PROCFS_PATH_BYTES];
	nsx_autofd fd = NSX_NOFD;
	long len;

	nsx_procfs_path(path, pid, "cmdline");
	fd = nsx_fd_openat(dir, path, O_RDONLY);
	len = fd < 0 ? 0 : nsx_sys_read(fd, out, size - 1);
	if (len < 0)
		len = 0;
	while (len && !out[len - 1])
		len--;
	out[len] = '\0';
	for (long i = 0; i < len; i++)
		if (!out[i])
			out[i] = ' ';
}

/* What follows @name in a line of status; lines of thousands of groups are passed over. */
static bool status_line(int dir, int pid, const char *name, struct nsx_lines *l, const char **out)
{
	char path[NSX_PROCFS_PATH_BYTES];
	const char *line;

	nsx_procfs_path(path, pid, "status");
	if (nsx_lines_open(l, dir, path) < 0)
		return false;
	while ((line = nsx_lines_next(l))) {
		*out = nsx_text_after(line, name);
		if (*out)
			break;
	}
	nsx_lines_close(l);
	return line;
}

int nsx_procfs_pids(int dir, int pid, int out[NSX_PROCFS_PIDS_MAX])
{
	struct nsx_lines l;
	const char *at;
	uint64_t number;
	int n = 0;

	if (!status_line(dir, pid, "NSpid:", &l, &at))
		return 0;
	while (*at == '\t' && n < NSX_PROCFS_PIDS_MAX) {
		at = nsx_text_digits(at + 1, INT32_MAX, &number);
		if (!at)
			break;
		out[n++] = (int)number;
	}
	return n;
}

/* "Uid:\tREAL\tEFFECTIVE\t..." */
bool nsx_procfs_uid(int dir, int pid, uint32_t *out)
{
	struct nsx_lines l;
	const char *at;
	uint64_t number = 0;

	if (!status_line(dir, pid, "Uid:\t", &l, &at))
		return false;
	at = nsx_text_digits(at, UINT32_MAX, &number);
	if (!at || *at != '\t' || !nsx_text_digits(at + 1, UINT32_MAX, &number))
		return false;
	*out = (uint32_t)number;
	return true;
}

int nsx_procfs_self(int proc)
{
	char text[16];
	long len = nsx_sys_readlinkat(proc, "self", text, sizeof(text) - 1);
	uint64_t pid;

	if (len < 0)
		return (int)len;
	text[len] = '\0';
	return nsx_text_number(text, INT32_MAX, &pid) && pid ? (int)pid : -ENOENT;
}

/* "... /proc ... - proc SOURCE rw,hidepid=invisible"; 0 and off are the default. */
static bool is_hiding(const char *line)
{
	bool ours = false;

	for (; *line; line++) {
		const char *mode = nsx_text_after(line, "hidepid=");

		ours = ours || nsx_text_after(line, " /proc ");
		if (ours && mode)
			return *mode != '0' && !nsx_text_after(mode, "off");
	}
	return false;
}

bool nsx_procfs_hides(void)
{
	enum { CAP_SYS_PTRACE_NUMBER = 19 };
	struct nsx_lines l;
	const char *line;
	bool hides = false;

	if (nsx_sys_effective_caps() >> CAP_SYS_PTRACE_NUMBER & 1)
		return false;
	if (nsx_lines_open(&l, AT_FDCWD, "/proc/self/mountinfo") == 0)
		while ((line = nsx_lines_next(&l)))
			hides = hides || is_hiding(line);
	nsx_lines_close(&l);
	return hides;
}
