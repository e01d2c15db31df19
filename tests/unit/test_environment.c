/* SPDX-License-Identifier: Apache-2.0 */
#include "environment.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#define LIST(...) ((char *const[]){ __VA_ARGS__, NULL })

static struct nsx_error error;

/* "A=1|B=2" */
static const char *shown(const struct nsx_environment *env)
{
	static char buf[1024];
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; env->variable && env->variable[i]; i++)
		at += (size_t)snprintf(buf + at, sizeof(buf) - at, "%s%s", i ? "|" : "",
				       env->variable[i]);
	return buf;
}

/* "+A=1" sets, "-A" removes, "!" removes all; ended by NULL. */
static void ask(struct nsx_request *rq, const char *const *edits)
{
	*rq = (struct nsx_request){ 0 };
	for (; *edits; edits++) {
		struct nsx_said *said = &rq->said[rq->n_said++];

		said->of = **edits == '+'   ? NSX_SAID_SETENV
			   : **edits == '-' ? NSX_SAID_UNSETENV
					    : NSX_SAID_CLEARENV;
		said->value = said->of == NSX_SAID_CLEARENV ? NULL : *edits + 1;
	}
}

static void check_edits(char *const *before, const char *const *edits, const char *want)
{
	struct nsx_environment env = { 0 };
	struct nsx_request rq;

	error = (struct nsx_error){ 0 };
	ask(&rq, edits);
	unit_case = want;
	check_int(nsx_environment_make(&rq, before, NSX_ENVIRONMENT_ANY, NULL, &env, &error), 0);
	check_text(shown(&env), want);
	check(env.variable && !env.variable[env.n]);
	nsx_environment_copied(&env);
}

#define EDITS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void edits_are_made_in_their_order(void)
{
	check_edits(LIST("A=1"), EDITS("+B=2"), "A=1|B=2");
	check_edits(LIST("A=1"), EDITS("+B=2", "-A"), "B=2");
	check_edits(LIST("A=1"), EDITS("-A", "+A=2"), "A=2");
	check_edits(LIST("A=1"), EDITS("+A=2", "-A"), "");
	check_edits(LIST("A=1", "B=2"), EDITS("!"), "");
	check_edits(LIST("A=1", "B=2"), EDITS("+C=3", "!", "+D=4", "+E="), "D=4|E=");
	check_edits(LIST("A=1"), EDITS("+A=2", "+A=3", "+A=4"), "A=4");
	check_edits((char *const[]){ NULL }, EDITS("+A=1=2"), "A=1=2");
	check_edits((char *const[]){ NULL }, EDITS("-A"), "");
}

static void a_variable_keeps_its_place(void)
{
	check_edits(LIST("A=1", "B=2", "C=3"), EDITS("+B=9"), "A=1|B=9|C=3");
	check_edits(LIST("A=1", "B=2", "C=3"), EDITS("-B"), "A=1|C=3");
}

static void what_is_there_twice_is_there_once(void)
{
	check_edits(LIST("A=1", "B=2", "A=3"), EDITS("+A=9"), "A=9|B=2");
	check_edits(LIST("A=1", "B=2", "A=3"), EDITS("-A"), "B=2");
	check_edits(LIST("A=1", "B=2", "A=3"), EDITS("+C=4"), "A=1|B=2|A=3|C=4");
}

static void names_are_compared_whole(void)
{
	check_edits(LIST("AB=1", "A", "", "=x"), EDITS("+A=9"), "AB=1|A||=x|A=9");
	check_edits(LIST("AB=1", "A=2"), EDITS("-A"), "AB=1");
	check_edits(LIST("A=1", "AB=2"), EDITS("-AB"), "A=1");
	check_edits(LIST("A", "A="), EDITS("-A"), "A");
}

static void nothing_asked_makes_nothing(void)
{
	struct nsx_environment env = { 0 };
	struct nsx_request rq = { 0 };

	check(!nsx_environment_asked(&rq));
	check_int(nsx_environment_make(&rq, LIST("A=1"), 0, NULL, &env, &error), 0);
	check(!env.variable);
}

static void host_has_room_for_what_it_had(void)
{
	static const char *const edits[] = { "-A", "+B=2", "+C=3", NULL };
	struct nsx_environment env = { 0 };
	struct nsx_request rq;

	ask(&rq, edits);
	error = (struct nsx_error){ 0 };
	check_int(nsx_environment_make(&rq, LIST("A=1"), 2, NULL, &env, &error), 0);
	env = (struct nsx_environment){ 0 };
	check_int(nsx_environment_make(&rq, LIST("A=1"), 1, NULL, &env, &error), -1);
	check_int(error.step, NSX_STEP_ENVIRON);
	check_int(error.hint, NSX_HINT_HOST_ENVIRON);
	check_text(error.subject, "2 variables, and the host's environment has room for 1");
}

/* What a host has for ever is not in memory that goes. */
static void host_keeps_what_was_said(void)
{
	char words[][8] = { "+A=new", "+B=2", "+A=last" };
	const char *const edits[] = { words[0], words[1], words[2], NULL };
	struct nsx_environment env = { 0 };
	struct nsx_request rq;

	ask(&rq, edits);
	check_int(nsx_environment_make(&rq, LIST("A=1", "C=3"), 9, NULL, &env, &error), 0);
	memset(words, '?', sizeof(words));
	check_text(env.variable[0], "A=last");
	check_text(env.variable[1], "C=3");
	check_text(env.variable[2], "B=2");
	check(!env.variable[3]);
	nsx_environment_close(&env);
}

static void host_is_not_asked_twice(void)
{
	static const char *const ours[] = { "+NSEXEC=-n", "+NSEXEC_FD=3", "+NSEXEC_LOG=info",
					    "+_LIBCONTAINER_INITPIPE=3" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++) {
		struct nsx_environment env = { 0 };
		struct nsx_request rq;

		unit_case = ours[i];
		ask(&rq, EDITS(ours[i]));
		error = (struct nsx_error){ 0 };
		check_int(nsx_environment_make(&rq, LIST("A=1"), 9, NULL, &env, &error), -1);
		check_int(error.step, NSX_STEP_OPTIONS);
		error = (struct nsx_error){ 0 };
		check_int(nsx_environment_make(&rq, LIST("A=1"), NSX_ENVIRONMENT_ANY, NULL, &env,
					       &error),
			  0);
	}
}

/* A directory as /proc/PID is one, whose environment is any bytes. */
struct process {
	char dir[32];
	struct nsx_target target;
};

static void begin(struct process *p, const char *bytes, size_t size)
{
	char path[64];
	int fd;

	(void)snprintf(p->dir, sizeof(p->dir), "/tmp/nsx-unit-XXXXXX");
	check(mkdtemp(p->dir) != NULL);
	(void)snprintf(path, sizeof(path), "%s/environ", p->dir);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	check_int(write(fd, bytes, size), size);
	close(fd);
	nsx_target_init(&p->target);
	p->target.pid = 1;
	p->target.proc = open(p->dir, O_PATH | O_DIRECTORY);
	check(p->target.proc >= 0);
}

static void end(struct process *p)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/environ", p->dir);
	(void)unlink(path);
	(void)rmdir(p->dir);
	nsx_target_close(&p->target);
}

static void check_target(const char *bytes, size_t size, const char *const *edits, const char *want)
{
	struct nsx_environment env = { 0 };
	struct nsx_request rq;
	struct process p;

	begin(&p, bytes, size);
	ask(&rq, edits);
	rq.target_env = true;
	unit_case = want;
	error = (struct nsx_error){ 0 };
	check_int(nsx_environment_make(&rq, LIST("OURS=1"), NSX_ENVIRONMENT_ANY, &p.target, &env,
				       &error),
		  0);
	check_text(shown(&env), want);
	nsx_environment_copied(&env);
	end(&p);
}

#define BYTES(text) text, sizeof(text) - 1
#define NO_EDITS ((const char *const[]){ NULL })

static void environment_of_the_target_replaces_ours(void)
{
	check_target(BYTES("A=1\0B=2\0"), NO_EDITS, "A=1|B=2");
	check_target(BYTES("A=1\0B=2\0"), EDITS("+A=9", "-B", "+C=3"), "A=9|C=3");
	check_target(BYTES(""), NO_EDITS, "");
	check_target(BYTES("A=1\0A=2\0"), NO_EDITS, "A=1|A=2");
}

static void it_may_be_any_bytes(void)
{
	check_target(BYTES("A=1\0B=2"), NO_EDITS, "A=1|B=2");
	check_target(BYTES("\0\0A=1\0\0\0B=2\0\0"), NO_EDITS, "A=1|B=2");
	check_target(BYTES("title of a process\0=x\0=\0A=\0B"), NO_EDITS, "A=");
	check_target(BYTES("\n\xff=\xfe\n"), NO_EDITS, "\n\xff=\xfe\n");
}

static void what_asked_us_of_the_target_does_not_arrive(void)
{
	check_target(BYTES("NSEXEC=-a\0NSEXEC_FD=3\0A=1\0NSEXEC_LOG=info\0NSEXEC_GUARD=3\0"
			   "_LIBCONTAINER_INITPIPE=3\0_LIBCONTAINER_LOGPIPE=4\0"),
		     NO_EDITS, "A=1");
	check_target(BYTES("NSEXECX=1\0XNSEXEC=1\0NSEXEC_FDX=1\0LD_PRELOAD=/x.so\0"), NO_EDITS,
		     "NSEXECX=1|XNSEXEC=1|NSEXEC_FDX=1|LD_PRELOAD=/x.so");
}

static void it_is_read_up_to_a_bound(void)
{
	static char bytes[NSX_ENVIRONMENT_MAX + 1];
	struct nsx_request rq = { .target_env = true };
	struct nsx_environment env = { 0 };
	struct process p;

	memset(bytes, 'x', sizeof(bytes));
	bytes[1] = '=';
	begin(&p, bytes, sizeof(bytes) - 1);
	error = (struct nsx_error){ 0 };
	check_int(nsx_environment_make(&rq, NULL, NSX_ENVIRONMENT_ANY, &p.target, &env, &error), 0);
	check_int(env.n, 1);
	check(env.n && strlen(env.variable[0]) == sizeof(bytes) - 1);
	end(&p);
	begin(&p, bytes, sizeof(bytes));
	env = (struct nsx_environment){ 0 };
	check_int(nsx_environment_make(&rq, NULL, NSX_ENVIRONMENT_ANY, &p.target, &env, &error),
		  -1);
	check_int(error.step, NSX_STEP_OPEN);
	check_int(error.err, E2BIG);
	end(&p);
}

int main(void)
{
	unit("edits are made in the order in which they were said", edits_are_made_in_their_order);
	unit("a variable keeps its place", a_variable_keeps_its_place);
	unit("a variable that was there twice is there once when it is set",
	     what_is_there_twice_is_there_once);
	unit("names are compared whole", names_are_compared_whole);
	unit("without a wish nothing is made", nothing_asked_makes_nothing);
	unit("a host has room for as many variables as it had", host_has_room_for_what_it_had);
	unit("a host keeps what was said", host_keeps_what_was_said);
	unit("a host that goes on is not asked twice", host_is_not_asked_twice);
	unit("the environment of the target replaces the caller's",
	     environment_of_the_target_replaces_ours);
	unit("it may be any bytes", it_may_be_any_bytes);
	unit("what asked us of the target does not arrive",
	     what_asked_us_of_the_target_does_not_arrive);
	unit("it is read up to a bound", it_is_read_up_to_a_bound);
	return unit_end();
}
