/* SPDX-License-Identifier: Apache-2.0 */
#include "show.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "help.h"
#include "options.h"
#include "unit.h"

static struct nsx_request rq;
static struct nsx_engine en;
static struct nsx_error error;
static char text[65536];

/* What goes to standard output between begin() and end(). */
static int saved, fds[2];

static void begin(void)
{
	memset(&error, 0, sizeof(error));
	(void)fflush(stdout);
	saved = dup(1);
	check_int(pipe(fds), 0);
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
	(void)dup2(fds[1], 1);
	(void)close(fds[1]);
}

static const char *end(void)
{
	ssize_t n = read(fds[0], text, sizeof(text) - 1);

	(void)dup2(saved, 1);
	(void)close(saved);
	(void)close(fds[0]);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* A container with its own user namespace, 4026532100, which owns all but net. */
static void given(nsx_kinds wanted)
{
	rq = (struct nsx_request){ .target = "1", .join = wanted, .report_fd = NSX_NOFD };
	nsx_engine_init(&en, &rq, NULL, NULL);
	en.facts.wanted = wanted;
	en.facts.complete = true;
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		en.facts.ns[k].theirs.ino = 4026532200 + k;
		en.facts.ns[k].owner = k == NSX_NET ? 0 : 4026532100;
		en.facts.ns[k].below = k != NSX_NET;
	}
}

static const char *shown(enum nsx_way way)
{
	nsx_plan_make(&rq, &en.facts, way, &en.plan);
	begin();
	check_int(nsx_show_plan(&en, &error), 0);
	return end();
}

#define HEAD "#    step    kind    inode       owner       from\n"

static void plan_shows_every_act(void)
{
	static char *program[] = { "ls", "-l", NULL };

	given(NSX_KIND_BIT(NSX_NET) | NSX_KIND_BIT(NSX_PID) | NSX_KIND_BIT(NSX_USER) |
	      NSX_KIND_BIT(NSX_UTS));
	en.facts.shared = NSX_KIND_BIT(NSX_UTS);
	en.facts.pidfd = 9;
	rq.wdns_dir = "/srv";
	rq.uid = (struct nsx_id){ true, 1000 };
	rq.program = program;
	check_text(
		shown(NSX_WAY_PIDFD), HEAD
		"-    keep    uts     4026532207  4026532100  already ours\n"
		"1    become  no supplementary groups\n"
		"2    join    net     4026532203  ?           target, by pidfd: all of this act or none\n"
		"2    join    pid     4026532204  4026532100  target, by pidfd: all of this act or none\n"
		"2    join    user    4026532206  4026532100  target, by pidfd: all of this act or none\n"
		"3    become  uid 0, gid 0, no supplementary groups\n"
		"4    fork    a new process; the first one waits for it\n"
		"5    cwd     /srv\n"
		"6    become  uid 1000, no supplementary groups\n"
		"7    exec    ls\n");
}

static void plan_shows_what_is_created(void)
{
	static char *program[] = { "ls", NULL };

	given(0);
	rq.unshare = NSX_KIND_BIT(NSX_USER) | NSX_KIND_BIT(NSX_MNT) | NSX_KIND_BIT(NSX_PID);
	rq.create.file[NSX_PID] = "/p";
	rq.create.proc = "/proc";
	rq.create.hostname = "box";
	rq.create.loopback = true;
	en.facts.outside = (struct nsx_outside){ .uid_map = "0 1000 1\n1 100000 65535\n",
						 .deny_setgroups = true,
						 .offsets = "monotonic 5 0\n" };
	rq.program = program;
	check_text(shown(NSX_WAY_PIDFD),
		   HEAD "1    unshare user\n"
			"2    map     setgroups deny; uid 0 1000 1, 1 100000 65535\n"
			"3    unshare mnt,pid\n"
			"4    offsets monotonic 5 0\n"
			"5    propagate private\n"
			"6    hostname box\n"
			"7    loopback up\n"
			"8    fork    a new process; the first one waits for it\n"
			"9    persist pid /p\n"
			"10   mount   proc on /proc\n"
			"11   exec    ls\n");
}

static void plan_shows_files(void)
{
	given(NSX_KIND_BIT(NSX_NET) | NSX_KIND_BIT(NSX_UTS));
	rq.file[NSX_NET] = "/run/netns/\x1b[2J";
	rq.root = true;
	rq.wd = true;
	rq.wd_dir = "/tmp";
	check_text(shown(NSX_WAY_EACH),
		   HEAD "1    join    net     4026532203  ?           /run/netns/\\x1b[2J\n"
			"2    join    uts     4026532207  4026532100  target, by itself\n"
			"3    root    the target's\n"
			"4    cwd     /tmp\n"
			"5    exec    $SHELL, else /bin/sh\n");
}

static void nothing_to_do_is_shown_too(void)
{
	given(0);
	check_text(shown(NSX_WAY_EACH), HEAD "1    exec    $SHELL, else /bin/sh\n");
}

static void lost_output_is_an_error(void)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	begin();
	(void)dup2(full, 1);
	check_int(nsx_show("x", 1, &error), -1);
	(void)end();
	(void)close(full);
	check_int(error.step, NSX_STEP_REPORT);
	check_int(error.err, ENOSPC);
	check_text(error.subject, "standard output");
}

static void help_is_whole(void)
{
	begin();
	check_int(nsx_help(NSX_SHOW_HELP, &error), 0);
	end();
	for (enum nsx_option o = 0; o < NSX_OPT_COUNT; o++)
		check(strstr(text, nsx_option_rows[o].help) != NULL);
	check_text(strrchr(text, 'T'), "The manual: nsexec(1).\n");
}

/* doc/options.sh tells the value from the help by two blanks. */
static void help_keeps_its_columns(void)
{
	size_t n = 0;

	begin();
	check_int(nsx_help(NSX_SHOW_HELP, &error), 0);
	end();
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		unit_case = line;
		check(strlen(line) <= 100);
		if (strncmp(line, "  -", 3) != 0 && strncmp(line, "      --", 8) != 0)
			continue;
		n++;
		check(strlen(line) > 33 && line[31] == ' ' && line[32] == ' ' && line[33] != ' ');
	}
	check_int(n, NSX_OPT_COUNT);
}

static void version_is_one_line(void)
{
	begin();
	check_int(nsx_help(NSX_SHOW_VERSION, &error), 0);
	end();
	check(strncmp(text, "nsexec ", 7) == 0 && strchr(text, '\n') == text + strlen(text) - 1);
}

int main(void)
{
	unit("the plan shows every act, with inode and owner", plan_shows_every_act);
	unit("the plan shows what is created, and how", plan_shows_what_is_created);
	unit("the plan shows files, and cannot steer a terminal", plan_shows_files);
	unit("a plan without joins is shown too", nothing_to_do_is_shown_too);
	unit("output that is lost is an error", lost_output_is_an_error);
	unit("the help has every option and its end", help_is_whole);
	unit("the help keeps its columns", help_keeps_its_columns);
	unit("the version is one line", version_is_one_line);
	return unit_end();
}
