/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of a PID namespace: look out for processes whose memory can be read and written,
 * and whose program is the host of a test, which does not live in here.
 *
 *	attacker NAME SECONDS		says "ready", and then "met N"
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The last PID that was given to somebody in here: the last number of /proc/loadavg. */
static int last_pid(void)
{
	char text[128];
	const int fd = open("/proc/loadavg", O_RDONLY);
	const ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	return atoi(strrchr(text, ' ') + 1);
}

static int meets(int pid, const char *name)
{
	char path[64], exe[512];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	n = readlink(path, exe, sizeof(exe) - 1);
	if (n < 0)
		return 0;
	exe[n] = '\0';
	if (strcmp(exe, name))
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	if (fd < 0)
		return 0;
	close(fd);
	return 1;
}

int main(int argc, char **argv)
{
	const time_t end = time(NULL) + (argc > 2 ? atoi(argv[2]) : 0);
	long met = 0;

	if (argc < 3)
		return 2;
	puts("ready");
	fflush(stdout);
	while (time(NULL) < end) {
		const int last = last_pid();

		for (int pid = last - 1; pid <= last + 2; pid++)
			if (pid > 1 && pid != getpid())
				met += meets(pid, argv[1]);
	}
	printf("met %ld\n", met);
	return 0;
}
