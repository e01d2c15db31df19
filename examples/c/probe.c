/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A health prober: threads that ask a container again and again, each by running a command
 * in it that has to end in time.
 *
 *	probe 1234 test -e /run/ready
 *
 *	cc -Wall -Wextra -o probe probe.c $(pkg-config --cflags --libs nsexec) -pthread
 *
 * The target is looked at once.  The session then serves any number of threads, and says so
 * when the target is gone: never is anything run in a container that only has its PID.
 */
#include <nsexec.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define THREADS 4
#define ROUNDS 3
#define TIMEOUT_MS 2000

struct prober {
	struct nsexec_session *session;
	const char *const *command;
	int number;
	int unhealthy; /* out: rounds that went wrong */
};

static void report(int number, const struct nsexec_error *e)
{
	char text[512];

	nsexec_error_text(e, text, sizeof(text));
	fprintf(stderr, "probe %d: %s\n", number, text);
}

static void *prober(void *arg)
{
	struct prober *me = arg;
	const struct nsexec_program program = {
		.size = sizeof(program),
		.argv = me->command,
	};

	for (int round = 0; round < ROUNDS; round++) {
		struct nsexec_io io = { .size = sizeof(io), .timeout_ms = TIMEOUT_MS };
		struct nsexec_error e;

		if (nsexec_session_run(me->session, &program, &io, &e)) {
			report(me->number, &e);
			me->unhealthy++;
			continue;
		}
		if (io.timed_out)
			printf("probe %d: no answer in time\n", me->number);
		else if (io.status != 0)
			printf("probe %d: unhealthy: %s\n", me->number, io.err);
		else
			printf("probe %d: healthy: %.*s\n", me->number, (int)strcspn(io.out, "\n"),
			       io.out);
		me->unhealthy += io.timed_out || io.status != 0;
		nsexec_io_free(&io);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct prober p[THREADS];
	pthread_t thread[THREADS];
	struct nsexec_error e;
	int started = 0, unhealthy = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: probe PID COMMAND [ARG]...\n");
		return 2;
	}
	const struct nsexec_options how = {
		.size = sizeof(how),
		.target_pid = atoi(argv[1]),
		.all = 1,
	};
	struct nsexec_session *session = nsexec_session_open(&how, &e);

	if (!session) {
		report(-1, &e);
		return 2;
	}
	for (int i = 0; i < THREADS; i++) {
		p[i] = (struct prober){ session, (const char *const *)argv + 2, i, 0 };
		if (pthread_create(&thread[i], NULL, prober, &p[i]))
			break;
		started++;
	}
	for (int i = 0; i < started; i++) {
		pthread_join(thread[i], NULL);
		unhealthy += p[i].unhealthy;
	}
	nsexec_session_close(session);
	return unhealthy || started < THREADS;
}
