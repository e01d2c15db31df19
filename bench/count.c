/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By perf_event_open(2), which every process inherits: nobody has to be traced, which
 * would be another program.  The tracepoint needs root and tracefs; instructions need a
 * processor that shows its counters, which most virtual ones do not.
 */
#include "count.h"

#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SYSCALLS, INSTRUCTIONS, COUNTERS };

static int counters[COUNTERS];
static bool at_once; /* we are counted too, from count_begin() to count_end() */

/* Return: the number of the tracepoint "enters a system call"; 0: it is not there. */
static unsigned syscall_tracepoint(void)
{
	FILE *f = fopen("/sys/kernel/tracing/events/raw_syscalls/sys_enter/id", "re");
	unsigned id = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%u", &id) != 1)
		id = 0;
	(void)fclose(f); /* was only read */
	return id;
}

static int open_counter(uint32_t type, uint64_t config, bool programs)
{
	struct perf_event_attr attr = {
		.type = type,
		.size = sizeof(attr),
		.config = config,
		.disabled = 1,
		.inherit = 1,
		.enable_on_exec = programs,
	};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

void count_begin(bool programs)
{
	const unsigned id = syscall_tracepoint();

	counters[SYSCALLS] = id ? open_counter(PERF_TYPE_TRACEPOINT, id, programs) : -1;
	counters[INSTRUCTIONS] =
		open_counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, programs);
	at_once = !programs;
	if (at_once)
		(void)prctl(PR_TASK_PERF_EVENTS_ENABLE); /* cannot fail: all that there are */
}

static long read_counter(int fd)
{
	uint64_t n;
	long counted = COUNT_NONE;

	if (fd < 0)
		return COUNT_NONE;
	if (read(fd, &n, sizeof(n)) == sizeof(n))
		counted = (long)n;
	close(fd);
	return counted;
}

void count_end(struct counts *out)
{
	if (at_once)
		(void)prctl(PR_TASK_PERF_EVENTS_DISABLE); /* cannot fail, see above */
	out->syscalls = read_counter(counters[SYSCALLS]);
	out->instructions = read_counter(counters[INSTRUCTIONS]);
	if (at_once && out->syscalls != COUNT_NONE)
		out->syscalls--; /* that was the one above */
}
