/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ending PID: a session whose target has left its namespaces, but cannot end, for it is the
 * first process of a PID namespace in which there is a child that nobody has waited for.
 */
#include <nsexec.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const char *const sleep_long[] = { "sleep", "100", NULL };
	struct nsexec_options how = { .size = sizeof(how), .all = 1 };
	struct nsexec_program program = { .size = sizeof(program), .argv = sleep_long };
	struct nsexec_session *session;
	struct nsexec_child child, other;
	struct nsexec_error e;
	char path[64], link[64];

	how.target_pid = argc > 1 ? atoi(argv[1]) : 0;
	session = nsexec_session_open(&how, &e);
	if (!session || nsexec_session_spawn(session, &program, &child, &e) < 0)
		return 1;
	kill(how.target_pid, SIGKILL);
	snprintf(path, sizeof(path), "/proc/%d/ns/uts", how.target_pid);
	while (readlink(path, link, sizeof(link)) >= 0)
		usleep(1000);
	printf("alive %d\n", nsexec_session_alive(session));
	if (nsexec_session_spawn(session, &program, &other, &e) == 0)
		printf("spawned\n");
	else
		printf("%s %d\n", e.step, e.err);
	waitpid(child.pid, NULL, 0);
	nsexec_session_close(session);
	return 0;
}
