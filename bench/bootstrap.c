/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bootstrap [-n ROUNDS] [-c CORE] [-o FILE] [-t TITLE] [-k KINDS] CASE PID CONTESTANT...
 *
 * A race of programs made of host.c, until their main() runs inside the namespaces of
 * process PID, until the reply is here, and until all is over; CONTESTANT is as command.h
 * says.  Who has _LIBCONTAINER_INITPIPE gets runc's message.  The first one is plain: what
 * the others take longer is what their constructors add.
 */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "race.h"

enum {
	/* What the host finds: runc counts from 3 on too. */
	INIT_FD = 3,
	LOG_FD,
	TIME_FD,

	PROCESSES = 3, /* of runc's protocol, all of them ours to be waited for */
};

enum moment { AT_END, AT_MAIN, AT_REPLY };

static struct {
	char bytes[2048];
	size_t length;
} message;

/* ---- the message ------------------------------------------------------------- */

static void add(uint16_t type, const void *payload, size_t size)
{
	const uint16_t head[2] = { (uint16_t)(sizeof(head) + size), type };

	if (message.length + sizeof(head) + size + 3 > sizeof(message.bytes))
		errx(2, "too many namespaces");
	memcpy(message.bytes + message.length, head, sizeof(head));
	memcpy(message.bytes + message.length + sizeof(head), payload, size);
	message.length += (sizeof(head) + size + 3) & ~(size_t)3;
}

static void add_paths(const char *kinds, int target)
{
	char paths[1024] = "", words[128];
	size_t length = 0;

	(void)snprintf(words, sizeof(words), "%s", kinds);
	for (char *kind = strtok(words, ","); kind; kind = strtok(NULL, ","))
		length += (size_t)snprintf(paths + length, sizeof(paths) - length,
					   "%s%s:/proc/%d/ns/%s", length ? "," : "", kind, target,
					   kind);
	add(27282, paths, length + 1);
}

/* What "runc exec" asks for. */
static void make_message(const char *kinds, int target)
{
	const uint32_t none = 0;
	struct {
		uint32_t length;
		uint16_t type, flags;
		uint32_t seq, pid;
	} header = { .type = 62000, .flags = 1 };

	message.length = sizeof(header);
	add(27281, &none, sizeof(none));
	add_paths(kinds, target);
	add(27286, "0", 2);
	add(27287, &none, sizeof(none));
	header.length = (uint32_t)message.length;
	memcpy(message.bytes, &header, sizeof(header));
}

/* ---- one run ----------------------------------------------------------------- */

static const int host_fds[] = { INIT_FD, LOG_FD, TIME_FD };

enum { ENDS = sizeof(host_fds) / sizeof(host_fds[0]) };

/* Ours of each; the host's are where it finds them. */
static void open_ends(int ours[ENDS])
{
	for (int i = 0; i < ENDS; i++) {
		int fd[2];

		if (host_fds[i] == INIT_FD
			    ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) < 0
			    : pipe2(fd, O_CLOEXEC) < 0)
			err(2, "pipes");
		/* What is open at the host's number is nobody's: see reserve_numbers(). */
		if (dup2(fd[1], host_fds[i]) < 0)
			err(2, "descriptors");
		close(fd[1]);
		ours[i] = fd[0];
	}
}

static void close_host_ends(void)
{
	const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	for (int i = 0; i < ENDS; i++)
		if (dup3(null, host_fds[i], O_CLOEXEC) < 0)
			err(2, "descriptors");
	close(null);
}

/* So that no other descriptor of ours gets one of them. */
static void reserve_numbers(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd < TIME_FD);
	if (fd < 0)
		err(2, "descriptors");
}

/* Whatever the log holds, so that it is known what went wrong. */
static void show_log(int fd)
{
	char text[4096];
	ssize_t n;

	while ((n = read(fd, text, sizeof(text))) > 0)
		(void)fwrite(text, 1, (size_t)n, stderr);
}

static void read_reply(const struct command *c, int fd)
{
	char reply[128];
	size_t n = 0;
	ssize_t got;

	while (n < sizeof(reply) - 1 && (got = read(fd, reply + n, sizeof(reply) - 1 - n)) > 0) {
		n += (size_t)got;
		if (reply[n - 1] == '\n')
			return;
	}
	warnx("%s: no reply", c->name);
}

static void reap_all(const struct command *c, int expected)
{
	int status, n = 0;

	while (waitpid(-1, &status, __WALL) > 0) {
		n++;
		if (status)
			errx(1, "%s: status 0x%x", c->name, (unsigned)status);
	}
	if (n != expected)
		errx(1, "%s: %d processes instead of %d", c->name, n, expected);
}

static bool is_asked(const struct command *c)
{
	for (char **env = c->env; *env; env++)
		if (strncmp(*env, "_LIBCONTAINER_INITPIPE=", 23) == 0)
			return true;
	return false;
}

static void run(void *arg)
{
	const struct command *c = arg;
	const bool asked = is_asked(c);
	uint64_t main_ns;
	int ours[ENDS];

	open_ends(ours);
	/* It waits in the socket, so that nobody has to wait for us. */
	if (asked && write(ours[0], message.bytes, message.length) != (ssize_t)message.length)
		err(2, "message");
	race_go();
	(void)command_start(c); /* reap_all() finds it */
	close_host_ends();
	if (asked)
		read_reply(c, ours[0]);
	race_mark(AT_REPLY, race_now_us());
	if (read(ours[2], &main_ns, sizeof(main_ns)) != sizeof(main_ns)) {
		show_log(ours[1]);
		errx(1, "%s: no time came", c->name);
	}
	race_mark(AT_MAIN, (double)main_ns / 1e3);
	if (!asked)
		race_mark(AT_REPLY, (double)main_ns / 1e3); /* it has nothing to say before */
	reap_all(c, asked ? PROCESSES : 1);
	race_mark(AT_END, race_now_us());
	for (int i = 0; i < ENDS; i++)
		close(ours[i]);
}

/* ---- the command line -------------------------------------------------------- */

int main(int argc, char **argv)
{
	static struct race race = {
		.rounds = 1000,
		.core = -1,
		.moments = { [AT_END] = "", [AT_MAIN] = "main", [AT_REPLY] = "reply" },
	};
	const char *kinds = "ipc,uts,net,pid,mnt,cgroup";
	int c;

	while ((c = getopt(argc, argv, "+" RACE_OPTIONS "k:")) != -1)
		if (c == 'k')
			kinds = optarg;
		else if (!race_option(&race, c, optarg))
			return 2;
	if (argc - optind < 3)
		errx(2, "the words are [OPTION]... CASE PID CONTESTANT...");
	race.name = argv[optind];
	make_message(kinds, race_number(argv[optind + 1], 1, 1 << 30));
	reserve_numbers();
	command_enter(&race, argv + optind + 2, run);
	race_run(&race);
	return 0;
}
