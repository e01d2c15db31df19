/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network interfaces of several containers, asked by a program that has threads: one
 * for each container here, and one more, the runner, which alone moves about.
 *
 *	addresses 1234 5678
 *
 *	cc -Wall -Wextra -o addresses addresses.c $(pkg-config --cflags --libs nsexec) -pthread
 *
 * The function runs on the runner's thread and in our memory, so it hands back what it
 * likes.  Nothing is executed, and nothing of ours is in the container but for that moment.
 */
#define _GNU_SOURCE
#include <nsexec.h>

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#define CONTAINERS_MAX 64

struct look {
	struct nsexec_runner *runner;
	int pid;
	char text[4096]; /* out */
	int failed;	 /* out */
};

/* One line an address; called in the container's network namespace. */
static int list(void *arg)
{
	struct look *look = arg;
	struct ifaddrs *all;
	size_t n = 0;

	if (getifaddrs(&all))
		return errno;
	for (const struct ifaddrs *it = all; it; it = it->ifa_next) {
		char address[INET6_ADDRSTRLEN] = "";
		const void *bytes = NULL;
		int family = it->ifa_addr ? it->ifa_addr->sa_family : AF_UNSPEC;

		if (family == AF_INET)
			bytes = &((struct sockaddr_in *)it->ifa_addr)->sin_addr;
		else if (family == AF_INET6)
			bytes = &((struct sockaddr_in6 *)it->ifa_addr)->sin6_addr;
		else if (family != AF_PACKET) /* of those there is one for each interface */
			continue;
		if (bytes)
			inet_ntop(family, bytes, address, sizeof(address));
		if (n < sizeof(look->text))
			n += (size_t)snprintf(look->text + n, sizeof(look->text) - n, "%d: %s %s\n",
					      look->pid, it->ifa_name,
					      bytes ? address : "interface");
	}
	freeifaddrs(all);
	return 0;
}

static void *look(void *arg)
{
	struct look *look = arg;
	struct nsexec_entry net = { *NSEXEC_PID(look->pid), CLONE_NEWNET };
	struct nsexec_error e;
	int result = 0;

	if (nsexec_runner_run(look->runner, &net, 1, list, look, &result, &e)) {
		nsexec_error_text(&e, look->text, sizeof(look->text) - 1);
		look->failed = 1;
	}
	if (result) {
		snprintf(look->text, sizeof(look->text), "getifaddrs: error %d", result);
		look->failed = 1;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	static struct look at[CONTAINERS_MAX];
	pthread_t thread[CONTAINERS_MAX];
	struct nsexec_error e;
	int n = argc - 1, failed = 0;

	if (n < 1 || n > CONTAINERS_MAX) {
		fprintf(stderr, "usage: addresses PID...\n");
		return 2;
	}
	struct nsexec_runner *runner = nsexec_runner_start(&e);

	if (!runner) {
		fprintf(stderr, "addresses: %s: %s\n", e.step, e.subject);
		return 2;
	}
	for (int i = 0; i < n; i++) {
		at[i].runner = runner;
		at[i].pid = atoi(argv[i + 1]);
		if (pthread_create(&thread[i], NULL, look, &at[i]))
			abort();
	}
	for (int i = 0; i < n; i++) {
		pthread_join(thread[i], NULL);
		if (at[i].failed)
			fprintf(stderr, "%d: %s\n", at[i].pid, at[i].text);
		else
			fputs(at[i].text, stdout);
		failed += at[i].failed;
	}
	nsexec_runner_stop(runner);
	return failed != 0;
}
