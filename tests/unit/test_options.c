/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "parsed.h"

static bool ends(const char *s, size_t size)
{
	return memchr(s, '\0', size) != NULL;
}

static void rows_have_no_holes(void)
{
	for (enum nsx_option o = 0; o < NSX_OPT_COUNT; o++) {
		const struct nsx_option_row *row = &nsx_option_rows[o];

		unit_case = row->name;
		check(row->name[0] && row->help[0]);
		check(ends(row->name, sizeof(row->name)));
		check(ends(row->value, sizeof(row->value)));
		check(ends(row->help, sizeof(row->help)));
		check((row->takes == NSX_TAKES_NOTHING) == !row->value[0]);
		check(!strpbrk(row->name, "= ") && row->name[0] != '-');
		check(!row->letter || (row->letter > ' ' && !strchr("-=?", row->letter)));
		check(row->help[strlen(row->help) - 1] != '.');
	}
}

static void rows_differ(void)
{
	for (enum nsx_option a = 0; a < NSX_OPT_COUNT; a++)
		for (enum nsx_option b = 0; b < a; b++) {
			const struct nsx_option_row *x = &nsx_option_rows[a];
			const struct nsx_option_row *y = &nsx_option_rows[b];

			unit_case = x->name;
			check(!x->letter || x->letter != y->letter);
			check(strcmp(x->name, y->name) != 0);
		}
}

/* Values of options that do not take every number, or every FILE. */
static const struct {
	enum nsx_option o;
	const char *value;
} values[] = {
	{ NSX_OPT_DUMPABLE, "yes" },	  { NSX_OPT_UNSHARE, "net" },
	{ NSX_OPT_MAP_USERS, "0:1:2" },	  { NSX_OPT_MAP_GROUPS, "auto" },
	{ NSX_OPT_SETGROUPS, "allow" },	  { NSX_OPT_OWNER, "1:2" },
	{ NSX_OPT_PROPAGATION, "slave" }, { NSX_OPT_KILL_CHILD, "TERM" },
	{ NSX_OPT_ENV, "NAME=7" },	  { NSX_OPT_RLIMIT, "core=7" },
	{ NSX_OPT_GRAFT, "/7" },
};

static const char *some_value(enum nsx_option o)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (values[i].o == o)
			return values[i].value;
	return nsx_option_rows[o].takes == NSX_TAKES_FILE ? "/f" : "7";
}

/* One that makes sense without another only if it shows something. */
static void every_row_is_understood(void)
{
	for (enum nsx_option o = 0; o < NSX_OPT_COUNT; o++) {
		const struct nsx_option_row *row = &nsx_option_rows[o];
		const char *value = some_value(o);
		char line[128];

		if (row->takes == NSX_TAKES_NOTHING) {
			(void)snprintf(line, sizeof(line), "--%s --target=1 --user%s", row->name,
				       o == NSX_OPT_INIT ? " --unshare=pid" : "");
			if (o == NSX_OPT_LIST || o == NSX_OPT_JSON)
				(void)snprintf(line, sizeof(line), "--list --%s", row->name);
			accepted(line);
			(void)snprintf(line, sizeof(line), "-%c --target=1 --user --unshare=pid",
				       row->letter);
			if (row->letter)
				accepted(line);
			continue;
		}
		(void)snprintf(line, sizeof(line), "--%s=%s --net=/f%s", row->name, value,
			       o == NSX_OPT_GRAFT ? " --mount=/f" : "");
		if (o == NSX_OPT_TARGET)
			(void)snprintf(line, sizeof(line), "--target=1 --all");
		else if (o == NSX_OPT_NET_SOCKET)
			(void)snprintf(line, sizeof(line), "--target=1 --net-socket=7");
		else if (o == NSX_OPT_NET)
			(void)snprintf(line, sizeof(line), "--net=/f");
		accepted(line);
	}
}

static void letters_mean_what_their_long_names_mean(void)
{
	static const char *const pairs[][2] = {
		{ "-a -t 1", "--all --target 1" },
		{ "-m -t1", "--mount --target=1" },
		{ "-u -t1", "--uts --target=1" },
		{ "-i -t1", "--ipc --target=1" },
		{ "-n -t1", "--net --target=1" },
		{ "-p -t1", "--pid --target=1" },
		{ "-C -t1", "--cgroup --target=1" },
		{ "-U -t1", "--user --target=1" },
		{ "-T -t1", "--time --target=1" },
		{ "-S 1 -G 2", "--setuid=1 --setgid=2" },
		{ "-r -w -t1", "--root --wd --target=1" },
		{ "-W /x", "--wdns /x" },
		{ "-F", "--no-fork" },
		{ "-h", "--help" },
		{ "-V", "--version" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct nsx_request first;

		accepted(pairs[i][0]);
		first = rq;
		accepted(pairs[i][1]);
		check_text(rq.target, first.target);
		check_text(rq.wdns_dir, first.wdns_dir);
		check_int(rq.all, first.all);
		check_int(rq.join, first.join);
		check_int(rq.uid.given * 10 + (int)rq.uid.id,
			  first.uid.given * 10 + (int)first.uid.id);
		check_int(rq.gid.given * 10 + (int)rq.gid.id,
			  first.gid.given * 10 + (int)first.gid.id);
		check_int(rq.root, first.root);
		check_int(rq.wd, first.wd);
		check_int(rq.fork, first.fork);
		check_int(rq.show, first.show);
	}
}

static void kinds_are_the_right_ones(void)
{
	static const struct {
		const char *line;
		enum nsx_kind kind;
	} rows[] = {
		{ "-m/f", NSX_MNT },  { "-u/f", NSX_UTS },  { "-i/f", NSX_IPC },
		{ "-n/f", NSX_NET },  { "-p/f", NSX_PID },  { "-C/f", NSX_CGROUP },
		{ "-U/f", NSX_USER }, { "-T/f", NSX_TIME },
	};
	nsx_kinds all = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		accepted(rows[i].line);
		check_int(rq.join, NSX_KIND_BIT(rows[i].kind));
		check_text(rq.file[rows[i].kind], "/f");
		check(!nsx_from_target(&rq, rows[i].kind));
		all |= rq.join;
	}
	check_int(all, NSX_KINDS_ALL);
}

static void files_are_attached(void)
{
	accepted("-n/run/x");
	check_text(rq.file[NSX_NET], "/run/x");
	accepted("-n=/run/x");
	check_text(rq.file[NSX_NET], "/run/x");
	accepted("--net=/run/x");
	check_text(rq.file[NSX_NET], "/run/x");
	accepted("--net==x");
	check_text(rq.file[NSX_NET], "=x");
	accepted("-t1 -n /run/x");
	check_text(rq.file[NSX_NET], NULL);
	check_text(rq.program ? rq.program[0] : NULL, "/run/x");
	accepted("-t1 --net /run/x");
	check_text(rq.file[NSX_NET], NULL);
	check_text(rq.program ? rq.program[0] : NULL, "/run/x");
	accepted("-r/new -w=/dir");
	check_text(rq.root_dir, "/new");
	check_text(rq.wd_dir, "/dir");
}

static void values_come_attached_or_next(void)
{
	accepted("-t 12 -a");
	check_text(rq.target, "12");
	accepted("-t12 -a");
	check_text(rq.target, "12");
	accepted("--target 12 -a");
	check_text(rq.target, "12");
	accepted("--target=12 -a");
	check_text(rq.target, "12");
	accepted("-at12");
	check_text(rq.target, "12");
	accepted("-aFt 12 prog");
	check_text(rq.target, "12");
	check_int(rq.fork, NSX_FORK_NEVER);
	check_text(rq.program ? rq.program[0] : NULL, "prog");
	accepted("-W -x"); /* a value may look like an option */
	check_text(rq.wdns_dir, "-x");
	accepted("-W -- prog");
	check_text(rq.wdns_dir, "--");
}

static void program_begins_behind_the_options(void)
{
	accepted("-t1 -a");
	check(rq.program == NULL);
	accepted("-t1 -a --");
	check(rq.program == NULL);
	accepted("-t1 -a -- ls -l");
	check(rq.program == argument + 4);
	check_text(rq.program[1], "-l");
	accepted("-t1 -a ls -n --");
	check(rq.program == argument + 3);
	check_text(rq.program[1], "-n");
	check_text(rq.program[2], "--");
	accepted("-t1 -a - x");
	check_text(rq.program[0], "-");
	accepted("-t1 -a -- -- x");
	check_text(rq.program[0], "--");
	accepted("-t1 -a _ x");
	check_text(rq.program[0], "");
	accepted("--");
	check(rq.program == NULL);
	accepted("_");
	check_text(rq.program[0], "");
}

static void nothing_asked_is_nothing_wanted(void)
{
	memset(argument, 0, sizeof(argument));
	accepted("");
	check(!rq.target && !rq.all && !rq.join && !rq.root && !rq.wd && !rq.wdns_dir);
	check(!rq.uid.given && !rq.gid.given && !rq.preserve_credentials && !rq.plan &&
	      !rq.program);
	check_int(rq.fork, NSX_FORK_AUTO);
	check_int(rq.dumpable, NSX_DUMPABLE_AUTO);
	check_int(rq.report_fd, NSX_NOFD);
	check_int(rq.show, NSX_SHOW_NOTHING);
	check_int(nsx_request_kinds(&rq), 0);
}

static void numbers_have_bounds(void)
{
	accepted("-S 4294967294 -G 0");
	check_int(rq.uid.id, 4294967294);
	check(rq.gid.given && rq.gid.id == 0);
	accepted("--report-fd 0");
	check_int(rq.report_fd, 0);
	accepted("--report-fd=2147483647");
	check_int(rq.report_fd, 2147483647);
	check_text(refusal("-S 4294967295"),
		   "options: --setuid takes a number from 0 to 4294967294 (4294967295)");
	check_text(refusal("-G root"),
		   "options: --setgid takes a number from 0 to 4294967294 (root)");
	check_text(refusal("--setuid=-1"),
		   "options: --setuid takes a number from 0 to 4294967294 (-1)");
	check_text(refusal("--setuid=+1"),
		   "options: --setuid takes a number from 0 to 4294967294 (+1)");
	check_text(refusal("--setuid=0x1"),
		   "options: --setuid takes a number from 0 to 4294967294 (0x1)");
	check_text(refusal("--report-fd=2147483648"),
		   "options: --report-fd takes a number from 0 to 2147483647 (2147483648)");
	check_text(refusal("--report-fd=99999999999999999999999"),
		   "options: --report-fd takes a number from 0 to 2147483647 "
		   "(99999999999999999999999)");
}

static void choices_are_stored(void)
{
	accepted("--dumpable=yes --plan --fork --preserve-credentials");
	check_int(rq.dumpable, NSX_DUMPABLE_YES);
	check_int(rq.fork, NSX_FORK_ALWAYS);
	check(rq.plan && rq.preserve_credentials);
	accepted("--dumpable no -F");
	check_int(rq.dumpable, NSX_DUMPABLE_NO);
	check_int(rq.fork, NSX_FORK_NEVER);
	check(!rq.detach);
	accepted("--detach --fork");
	check(rq.detach);
	accepted("--preload-path");
	check_int(rq.show, NSX_SHOW_PRELOAD_PATH);
	check_text(refusal("--dumpable=maybe"), "options: --dumpable takes yes or no (maybe)");
	check_text(refusal("--dumpable=YES"), "options: --dumpable takes yes or no (YES)");
}

static void the_word_for_a_preload_is_known(void)
{
	accepted("-t 1 -n --preload -- true");
	check(rq.preload == argument + 1 + 3);
	accepted("--hostname --preload");
	check(!rq.preload);
	accepted("--hostname --preload --preload");
	check(rq.preload == argument + 1 + 2);
	accepted("-- --preload");
	check(!rq.preload);
	check_text(refusal("--preload --preload true"), "options: given twice (--preload)");
	check_text(refusal("--preload=x true"), "options: takes no value (--preload=x)");
	check_text(refusal("--preload --detach true"),
		   "options: conflicts with --detach (--preload)");
	check_text(refusal("--preload --host -t 1 -m true"),
		   "options: conflicts with --host (--preload)");
}

static void unknown_words_are_named(void)
{
	static const char *const lines[][2] = {
		{ "-x", "options: unknown option (-x)" },
		{ "-ax", "options: unknown option (-ax)" },
		{ "-t1 -nope", "" }, /* the FILE "ope" */
		{ "--x", "options: unknown option (--x)" },
		{ "--targe 1", "options: unknown option (--targe)" },
		{ "--targets=1", "options: unknown option (--targets=1)" },
		{ "--net-x", "options: unknown option (--net-x)" },
		{ "---", "options: unknown option (---)" },
		{ "--=x", "options: unknown option (--=x)" },
		{ "-=", "options: unknown option (-=)" },
		{ "-a-", "options: unknown option (-a-)" },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		if (!*lines[i][1]) {
			accepted(lines[i][0]);
			check_text(rq.file[NSX_NET], "ope");
			continue;
		}
		check_text(refusal(lines[i][0]), lines[i][1]);
		check_int(error.hint, NSX_HINT_HELP);
	}
}

static void misuse_is_named(void)
{
	static const char *const lines[][2] = {
		{ "-t", "options: value missing (-t)" },
		{ "-at", "options: value missing (-at)" },
		{ "--target", "options: value missing (--target)" },
		{ "--wdns", "options: value missing (--wdns)" },
		{ "--all=x", "options: takes no value (--all=x)" },
		{ "--help=", "options: takes no value (--help=)" },
		{ "--net=", "options: empty value (--net)" },
		{ "-n=", "options: empty value (--net)" },
		{ "--target=", "options: empty value (--target)" },
		{ "-t _ -a", "options: empty value (--target)" },
		{ "-W _", "options: empty value (--wdns)" },
		{ "-t1 -t1 -a", "options: given twice (--target)" },
		{ "-t1 --net -n", "options: given twice (--net)" },
		{ "-S1 -S1", "options: given twice (--setuid)" },
		{ "--dumpable=yes --dumpable=yes", "options: given twice (--dumpable)" },
		{ "-a", "options: needs a target, -t (--all)" },
		{ "-t1", "options: a target, but nothing to take from it (1)" },
		{ "-t1 -S1 prog", "options: a target, but nothing to take from it (1)" },
		{ "-n", "options: neither FILE nor target, -t, for the namespace (net)" },
		{ "-m/f -U", "options: neither FILE nor target, -t, for the namespace (user)" },
		{ "-r", "options: needs DIR or a target, -t (--root)" },
		{ "-w", "options: needs DIR or a target, -t (--wd)" },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		check_text(refusal(lines[i][0]), lines[i][1]);
}

static void contradictions_are_refused(void)
{
	static const char *const lines[][2] = {
		{ "-t1 -e --clearenv", "options: conflicts with --clearenv (--target-env)" },
		{ "-F --fork", "options: conflicts with --no-fork (--fork)" },
		{ "--fork -F", "options: conflicts with --no-fork (--fork)" },
		{ "--detach -F", "options: conflicts with --no-fork (--detach)" },
		{ "-F --detach", "options: conflicts with --no-fork (--detach)" },
		{ "-N1 -n/f", "options: conflicts with --net-socket (--net)" },
		{ "-n -N1", "options: conflicts with --net-socket (--net)" },
		{ "-F --pty", "options: conflicts with --no-fork (--pty)" },
		{ "--pty --detach", "options: conflicts with --detach (--pty)" },
		{ "--unshare=pid --init -F", "options: conflicts with --no-fork (--init)" },
		{ "--unshare=pid --init --detach", "options: conflicts with --detach (--init)" },
		{ "--init", "options: needs a new PID namespace, --unshare=pid, to be the first in "
			    "(--init)" },
		{ "-w/a -W/b", "options: conflicts with --wdns (--wd)" },
		{ "-n/f --graft=/a", "options: needs other mounts or another root: -m, "
				     "--unshare=mnt or -r (--graft)" },
		{ "-m/f -r/a --graft=/a",
		  "options: not with a root of out here, -r=DIR, and -m (--graft)" },
		{ "-t1 -a -r/a --host",
		  "options: not with a root of out here, -r=DIR, and -m (--host)" },
		{ "--unshare=mnt --propagation=shared --graft=/a",
		  "options: its mounts would not stay in there (--graft)" },
		{ "--unshare=mnt --propagation=unchanged --host",
		  "options: its mounts would not stay in there (--host)" },
		{ "--preserve-credentials -S1",
		  "options: conflicts with --setuid (--preserve-credentials)" },
		{ "-G1 --preserve-credentials",
		  "options: conflicts with --setgid (--preserve-credentials)" },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		check_text(refusal(lines[i][0]), lines[i][1]);
}

static void as_target_is_all_that_is_not_said(void)
{
	accepted("-t1 --as-target");
	check(rq.uid_of_target && rq.gid_of_target && rq.groups_of_target);
	check(rq.label == NSX_LABEL_OF_TARGET_IF_ANY && rq.join_cgroup && rq.target_env);
	check(rq.root && !rq.root_dir && rq.wd && !rq.wd_dir);
	accepted("-t1 --as-target -S5");
	check(!rq.uid_of_target && rq.uid.id == 5 && rq.gid_of_target && rq.groups_of_target);
	accepted("-t1 --as-target -G5");
	check(rq.uid_of_target && !rq.gid_of_target && rq.gid.id == 5 && !rq.groups_of_target);
	accepted("-t1 --as-target --preserve-credentials");
	check(!rq.uid_of_target && !rq.gid_of_target && !rq.groups_of_target);
	accepted("-t1 -Z --as-target --clearenv -r/a");
	check(rq.label == NSX_LABEL_OF_TARGET && !rq.target_env && rq.root_dir && !rq.wd);
	accepted("-t1 --as-target -W/b");
	check(rq.root && !rq.wd && rq.wdns_dir);
	accepted("-t1 -S follow --as-target -G follow");
	check(rq.uid_of_target && rq.gid_of_target);
}

static void flags_may_be_said_twice(void)
{
	accepted("-a -a --all -t1 -FF --plan --plan");
	check(rq.all && rq.plan);
	check_int(rq.fork, NSX_FORK_NEVER);
}

static void files_need_no_target(void)
{
	accepted("-n/run/netns/blue -u/f prog");
	check(!rq.target);
	check_int(rq.join, NSX_KIND_BIT(NSX_NET) | NSX_KIND_BIT(NSX_UTS));
	accepted("-t1 -a -n/f"); /* all of the target's but net */
	check(!nsx_from_target(&rq, NSX_NET));
	check(nsx_from_target(&rq, NSX_MNT));
	accepted("-t1 -r");
	check(rq.root && !rq.root_dir && rq.join == 0);
}

static void help_needs_nothing_else(void)
{
	accepted("-h -a");
	check_int(rq.show, NSX_SHOW_HELP);
	accepted("-n --version");
	check_int(rq.show, NSX_SHOW_VERSION);
	check_text(refusal("-h -x"), "options: unknown option (-x)");
}

static void list_is_all_of_a_question(void)
{
	accepted("--list");
	check_int(rq.show, NSX_SHOW_LIST);
	check(!rq.json);
	accepted("--json --list --list");
	check_int(rq.show, NSX_SHOW_LIST);
	check(rq.json);
	check_text(refusal("--json"), "options: only with --list (--json)");
	check_text(refusal("--json -t1 -a"), "options: only with --list (--json)");
	check_text(refusal("--list -t1"), "options: not together with --list (--target)");
	check_text(refusal("-h --list"), "options: not together with --list (--help)");
	check_text(refusal("--list --json true"),
		   "options: no PROGRAM together with --list (true)");
}

static void a_network_by_its_name_is_no_process(void)
{
	static const char no_process[] =
		"options: a netns: target is a network namespace and no process to take it from (";
	static const struct {
		const char *words, *option;
	} refused[] = {
		{ "-am", "--mount" },
		{ "-au", "--uts" },
		{ "-n -i", "--ipc" },
		{ "-ap", "--pid" },
		{ "-n -C", "--cgroup" },
		{ "-n -U", "--user" },
		{ "-aT", "--time" },
		{ "-ar", "--root" },
		{ "-aw", "--wd" },
		{ "-ac", "--join-cgroup" },
		{ "-ae", "--target-env" },
		{ "-aZ", "--follow-context" },
		{ "-a --as-target", "--as-target" },
		{ "-N1", "--net-socket" },
		{ "-a -S follow", "--setuid" },
		{ "-a -G follow", "--setgid" },
		{ "-a --caps=target", "--caps" },
		{ "-a --bounding=target", "--bounding" },
		{ "-a --ambient=target", "--ambient" },
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		char line[64], want[160];

		(void)snprintf(line, sizeof(line), "-t netns:blue %s", refused[i].words);
		(void)snprintf(want, sizeof(want), "%s%s)", no_process, refused[i].option);
		check_text(refusal(line), want);
	}
	check_text(refusal("-t netns:blue"),
		   "options: a target, but nothing to take from it (netns:blue)");
	check_text(refusal("-t netns:blue -n/f"),
		   "options: a target, but nothing to take from it (netns:blue)");
	check_text(refusal("-t netns:blue -a -n/f"),
		   "options: a target, but nothing to take from it (netns:blue)");
}

static void a_network_by_its_name_is_a_file_from_then_on(void)
{
	static const char *const same[] = { "-t netns:blue -n", "-t netns:blue -a",
					    "-at netns:blue -n", "-t netns:blue -n -m/f -r/ -w/" };

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		accepted(same[i]);
		check(!rq.target && !rq.all && rq.net_named);
		check_int(rq.join & ~NSX_KIND_BIT(NSX_MNT), NSX_KIND_BIT(NSX_NET));
		check_text(rq.file[NSX_NET], "netns:blue");
		check(!nsx_from_target(&rq, NSX_NET));
	}
	accepted("-t netns:blue -n --user-parent");
	check(rq.user_parent);
	accepted("-t container:netns:blue -n");
	check(rq.target && !rq.net_named);
}

static bool still_filled(const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] != FILLER)
			return false;
	return true;
}

/* But for where to report it. */
static void failure_leaves_the_request_alone(void)
{
	static const char *const words[] = { "-t1 -a -n/f -S1 -x", "-F --fork", "--report-fd 7 -x",
					     "-x --report-fd 7" };
	static const int reported_to[] = { NSX_NOFD, NSX_NOFD, 7, NSX_NOFD };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		refusal(words[i]);
		check_int(rq.report_fd, reported_to[i]);
		memset(&rq.report_fd, FILLER, sizeof(rq.report_fd));
		check(still_filled((const unsigned char *)&rq, sizeof(rq)));
	}
}

/* Whatever the length of the word, the subject ends in a NUL and is not overrun. */
static void long_words_are_cut_in_errors(void)
{
	char word[400] = "--";
	struct nsx_words words = { .word = argument + 1 };

	memset(word + 2, 'x', sizeof(word) - 3);
	argument[1] = word;
	argument[2] = NULL;
	memset(&error, 0, sizeof(error));
	check_int(nsx_options_parse(&words, NSX_DIALECT_OURS, &rq, &error), -1);
	check(ends(error.subject, sizeof(error.subject)));
	check_int(strlen(error.subject), sizeof(error.subject) - 1);
	check(strncmp(error.subject, "unknown option (--xxx", 21) == 0);
}

int main(void)
{
	unit("every option has a row, and each text in it ends", rows_have_no_holes);
	unit("no two options share a letter or a name", rows_differ);
	unit("every option is understood", every_row_is_understood);
	unit("a letter means what its long name means", letters_mean_what_their_long_names_mean);
	unit("each kind has its option", kinds_are_the_right_ones);
	unit("a FILE is attached, with or without =", files_are_attached);
	unit("a value is attached or the next word", values_come_attached_or_next);
	unit("the program begins behind the options", program_begins_behind_the_options);
	unit("no words ask for nothing", nothing_asked_is_nothing_wanted);
	unit("numbers have bounds", numbers_have_bounds);
	unit("choices are stored as they were made", choices_are_stored);
	unit("the word for a preload is known", the_word_for_a_preload_is_known);
	unit("an unknown option is refused by name, with a hint", unknown_words_are_named);
	unit("a missing, empty, useless or repeated value is refused", misuse_is_named);
	unit("contradictions are refused, in either order", contradictions_are_refused);
	unit("--as-target is all that is not said otherwise", as_target_is_all_that_is_not_said);
	unit("a flag may be said twice", flags_may_be_said_twice);
	unit("a FILE needs no target, and wins over it", files_need_no_target);
	unit("help and version need nothing else to make sense", help_needs_nothing_else);
	unit("--list is all of a question", list_is_all_of_a_question);
	unit("what a netns: target cannot give is named", a_network_by_its_name_is_no_process);
	unit("a netns: target is a file from then on",
	     a_network_by_its_name_is_a_file_from_then_on);
	unit("a failure leaves the request as it was", failure_leaves_the_request_alone);
	unit("a long word is cut short in the error", long_words_are_cut_in_errors);
	return unit_end();
}
