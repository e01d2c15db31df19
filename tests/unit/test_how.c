/* SPDX-License-Identifier: Apache-2.0 */
#include "how.h"

#include <errno.h>
#include <limits.h>

#include "how_rows.h"
#include "parsed.h"
#include "sys_namespace.h"
#include "target.h"

static struct nsexec_options how;
static struct nsx_how *got;

/* Each from storage of its exact size, so that ASan sees a byte too many. */
static int read_bytes(const struct nsexec_options *from, size_t size)
{
	void *copy = malloc(size);
	int rc;

	memcpy(copy, from, size);
	free(got);
	got = malloc(sizeof(*got));
	memset(got, FILLER, sizeof(*got));
	memset(&error, 0, sizeof(error));
	rc = nsx_how_read(copy, got, &error);
	free(copy);
	return rc;
}

static int read_how(void)
{
	how.size = sizeof(how);
	return read_bytes(&how, sizeof(how));
}

static const char *error_text(void)
{
	nsx_error_text(&error, text, sizeof(text));
	return text;
}

static const char *refused(void)
{
	check_int(read_how(), -1);
	return error_text();
}

/* "--target=1 --all" */
static const char *words_of(const struct nsx_how *h)
{
	static char line[512];
	size_t at = 0;

	line[0] = '\0';
	for (size_t i = 0; i < h->words.n && at < sizeof(line); i++)
		at += (size_t)snprintf(line + at, sizeof(line) - at, "%s%s", i ? " " : "",
				       h->words.word[i]);
	return line;
}

static const char *read_words(void)
{
	return read_how() == 0 ? words_of(got) : error_text();
}

static void fresh(void)
{
	memset(&how, 0, sizeof(how));
}

#define MEMBER_NAME(member, says, opt) #member,
#define MEMBER_TYPE(member, says, opt) \
	_Generic(((struct nsexec_options *)0)->member,     \
		int: NSX_SAYS_FLAG,                        \
		const char *: NSX_SAYS_TEXT,               \
		const char *const *: NSX_SAYS_TEXTS),
static const char *const names[] = { NSX_HOW_MEMBERS(MEMBER_NAME) };
static const int types[] = { NSX_HOW_MEMBERS(MEMBER_TYPE) };

static const struct {
	enum nsx_option opt;
	const char *reason;
} no_member[] = {
	{ NSX_OPT_FORK, "the program is a new process in any case" },
	{ NSX_OPT_DETACH, "it is the caller's child, and nobody waits in front of it" },
	{ NSX_OPT_REPORT_FD, "refused: struct nsexec_child and nsexec_error have what it tells" },
	{ NSX_OPT_TRACE, "refused: its processes are parts of the host, whose tools see them" },
	{ NSX_OPT_PLAN, "refused: a text for people" },
	{ NSX_OPT_LIST, "refused: a text for people" },
	{ NSX_OPT_JSON, "refused: only with --list" },
	{ NSX_OPT_PRELOAD, "refused: of a program that the command starts out here" },
	{ NSX_OPT_PRELOAD_PATH, "refused: a text for people" },
	{ NSX_OPT_HELP, "refused: a text for people" },
	{ NSX_OPT_VERSION, "refused: a text for people; nsexec_version()" },
};

static bool named_as(const char *member, const char *option)
{
	for (; *member && (*member == *option || (*member == '_' && *option == '-')); option++)
		member++;
	return !*member && !*option;
}

static bool one_by_one(size_t row)
{
	return nsx_how_rows[row].says <= NSX_SAYS_TEXTS;
}

static void every_option_has_its_member(void)
{
	for (enum nsx_option o = 0; o < NSX_OPT_COUNT; o++) {
		int members = 0;

		unit_case = nsx_option_rows[o].name;
		for (size_t i = 0; i < NSX_HOW_ROWS; i++)
			if (nsx_how_rows[i].opt == o && one_by_one(i)) {
				members++;
				check(named_as(names[i], nsx_option_rows[o].name));
			}
		for (size_t i = 0; i < sizeof(no_member) / sizeof(*no_member); i++)
			members += no_member[i].opt == o;
		check_int(members, 1);
	}
}

/* What takes one FILE to the end of its word takes one text; see --unshare. */
static enum nsx_says form_of(enum nsx_option o)
{
	if (nsx_option_rows[o].takes == NSX_TAKES_NOTHING)
		return NSX_SAYS_FLAG;
	if (nsx_option_rows[o].takes == NSX_TAKES_VALUES && o != NSX_OPT_UNSHARE)
		return NSX_SAYS_TEXTS;
	return NSX_SAYS_TEXT;
}

static void members_have_the_form_of_their_options(void)
{
	size_t end = offsetof(struct nsexec_options, target);
	int others = 0;

	for (size_t i = 0; i < NSX_HOW_ROWS; i++) {
		const struct nsx_how_row *row = &nsx_how_rows[i];

		unit_case = names[i];
		check_int(row->offset, end);
		end += row->bytes;
		check_int(types[i], one_by_one(i) ? row->says : NSX_SAYS_FLAG);
		if (one_by_one(i))
			check_int(row->says, form_of(row->opt));
		others += !one_by_one(i);
	}
	check_int(others, 4);
	check_int(end, offsetof(struct nsexec_options, reserved));
}

/* Values of those that do not take every number, or every FILE. */
static const char *some_value(enum nsx_option o)
{
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

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (values[i].o == o)
			return values[i].value;
	return nsx_option_rows[o].takes == NSX_TAKES_FILE ? "/f" : "7";
}

static void set(size_t row, const char *value)
{
	static const char *list[2];
	static const int on = 1;
	char *member = (char *)&how + nsx_how_rows[row].offset;
	const char *const *texts = list;

	list[0] = value;
	if (types[row] == NSX_SAYS_FLAG)
		memcpy(member, &on, sizeof(on));
	else if (types[row] == NSX_SAYS_TEXT)
		memcpy(member, &value, sizeof(value));
	else
		memcpy(member, &texts, sizeof(texts));
}

/* Byte for byte, but that strings may lie elsewhere. */
static void check_same_request(const struct nsx_request *a, const struct nsx_request *b)
{
	const char *const *x = (const char *const *)a, *const *y = (const char *const *)b;
	const char *bytes = got->store.bytes;

	for (size_t i = 0; i < sizeof(*a) / sizeof(*x); i++) {
		if (memcmp(&x[i], &y[i], sizeof(*x)) == 0)
			continue;
		if (check((uintptr_t)x[i] - (uintptr_t)bytes < sizeof(got->store.bytes)))
			check_text(x[i], y[i]);
	}
}

/* @line says the same, with what the option needs to make sense around it. */
static void check_says(size_t row, const char *value, const char *say)
{
	const enum nsx_option o = nsx_how_rows[row].opt;
	static char line[256];

	fresh();
	set(row, value);
	if (o != NSX_OPT_TARGET)
		how.target_pid = 1;
	if (o != NSX_OPT_ALL)
		how.all = 1;
	if (o == NSX_OPT_INIT)
		how.create = NSX_CLONE_NEWPID;
	if (o == NSX_OPT_TARGET)
		(void)snprintf(line, sizeof(line), "%s --all", say);
	else if (o == NSX_OPT_ALL)
		(void)snprintf(line, sizeof(line), "--target=1 %s", say);
	else
		(void)snprintf(line, sizeof(line), "--target=1 --all %s%s",
			       o == NSX_OPT_INIT ? "--unshare=pid " : "", say);
	check_text(read_words(), line);
	accepted(line);
	check_same_request(&got->rq, &rq);
}

static void members_say_what_words_say(void)
{
	for (size_t i = 0; i < NSX_HOW_ROWS; i++) {
		const struct nsx_option_row *row = &nsx_option_rows[nsx_how_rows[i].opt];
		const char *value = some_value(nsx_how_rows[i].opt);
		char say[128];

		if (!one_by_one(i))
			continue;
		(void)snprintf(say, sizeof(say), "--%s", row->name);
		if (row->takes == NSX_TAKES_NOTHING || row->takes == NSX_TAKES_FILE)
			check_says(i, "", say);
		if (row->takes == NSX_TAKES_NOTHING)
			continue;
		(void)snprintf(say, sizeof(say), "--%s=%s", row->name, value);
		check_says(i, value, say);
	}
}

static void lists_are_said_in_order(void)
{
	static const char *const env[] = { "A=1", "B=2", "A=3", NULL }, *const none[] = { NULL };

	fresh();
	how.env = env;
	how.unsetenv = none;
	check_text(read_words(), "--env=A=1 --env=B=2 --env=A=3");
	check_int(got->rq.n_said, 3);
	check_text(got->rq.said[2].value, "A=3");
}

static void nothing_said_is_nothing_wanted(void)
{
	fresh();
	check_text(read_words(), "");
	accepted("");
	check_same_request(&got->rq, &rq);
	memset(got, FILLER, sizeof(*got));
	check_int(nsx_how_read(NULL, got, &error), 0);
	check_int(got->words.n, 0);
	check_same_request(&got->rq, &rq);
}

static bool holds(const char *secret)
{
	return memmem(&got->store, sizeof(got->store), secret, strlen(secret));
}

static void what_was_said_can_be_forgotten(void)
{
	const char *env[] = { "KEY=secret", NULL }, *unknown[] = { "--no-such=secret", NULL };

	fresh();
	how.env = env;
	how.words = (const char *[]){ "--env=LATER=hidden", NULL };
	check_int(read_how(), 0);
	check_int(holds("secret") && holds("hidden"), 1);
	nsx_how_forget(got);
	check_int(holds("secret") || holds("hidden"), 0);

	how.words = unknown;
	check_int(read_how(), -1);
	check_int(holds("secret"), 1);
	nsx_how_forget(got);
	check_int(holds("secret"), 0);

	how.size = 1;
	check_int(read_bytes(&how, sizeof(how)), -1);
	nsx_how_forget(got); /* of nothing */
	check_int(got->store.bytes[1], FILLER);
}

static void target_is_a_number_too(void)
{
	struct nsx_who who;

	fresh();
	how.all = 1;
	how.target_pid = INT_MAX;
	check_text(read_words(), "--target=2147483647 --all");
	how.target_pid = 0;
	how.target_pidfd = 3;
	check_text(read_words(), "--target=pidfd:3 --all");
	how.target_pidfd = 0;
	check_text(refused(), "options: needs a target, -t (--all)");

	/* What has failed to open, say, is not taken for nothing. */
	how.target_pidfd = -1;
	check_text(read_words(), "--target=pidfd:-1 --all");
	check_int(nsx_who_parse(got->rq.target, &who, &error), -1);
	check_text(
		error_text(),
		"target: not a PID, PID:INODE, pidfd:N or a name such as container:ID (pidfd:-1)");
	how.target_pidfd = 0;
	how.target_pid = INT_MIN;
	check_text(read_words(), "--target=-2147483648 --all");
	check_int(nsx_who_parse(got->rq.target, &who, &error), -1);
}

static void target_is_said_once(void)
{
	static const char *const words[] = { "-t4", NULL };

	for (unsigned ways = 0; ways < 16; ways++) {
		fresh();
		how.all = 1;
		how.target = ways & 1 ? "1" : NULL;
		how.target_pid = ways & 2 ? 2 : 0;
		how.target_pidfd = ways & 4 ? 3 : 0;
		how.words = ways & 8 ? words : NULL;
		if (!ways)
			check_text(refused(), "options: needs a target, -t (--all)");
		else if (ways & (ways - 1))
			check_text(refused(), "options: given twice (--target)");
		else
			check_int(read_how(), 0);
	}
}

static void sets_say_each_kind(void)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		unit_case = nsx_kind_table[k].name;
		fresh();
		how.target_pid = 1;
		how.kinds = (int)nsx_kind_table[k].flag;
		how.create = (int)nsx_kind_table[k].flag;
		check_int(read_how(), 0);
		check_int(got->rq.join, NSX_KIND_BIT(k));
		check_int(got->rq.unshare, NSX_KIND_BIT(k));
	}
	fresh();
	how.target_pid = 1;
	how.kinds = (int)nsx_kinds_flags(NSX_KINDS_ALL);
	check_text(read_words(),
		   "--target=1 --cgroup --ipc --mount --net --pid --time --user --uts");
	how.kinds = NSX_CLONE_NEWNET;
	how.uts = "/f";
	how.create = (int)nsx_kinds_flags(NSX_KINDS_ALL);
	how.unshare = "net=/g,h";
	check_text(read_words(), "--target=1 --net --uts=/f "
				 "--unshare=cgroup,ipc,mnt,net,pid,time,user,uts "
				 "--unshare=net=/g,h");
}

static void sets_hold_nothing_but_kinds(void)
{
	fresh();
	how.target_pid = 1;
	how.kinds = NSX_CLONE_NEWNET | 0x100;
	check_text(refused(), "options: not a set of kinds of namespaces (net,0x100)");
	check_int(error.err, 0);
	how.kinds = NSX_CLONE_NEWNET;
	how.create = INT_MIN;
	check_text(refused(), "options: not a set of kinds of namespaces (0x80000000)");
}

/* Of storage that ends where the caller says. */
static void a_smaller_struct_says_less(void)
{
	static const char *const words[] = { "--hostname", "a", NULL };
	static char number[24];
	int boundaries = 0;

	for (size_t size = 0; size <= sizeof(how); size++) {
		bool boundary =
			size == offsetof(struct nsexec_options, reserved) || size == sizeof(how);

		for (size_t i = 0; i < NSX_HOW_ROWS; i++)
			boundary = boundary || size == nsx_how_rows[i].offset;
		fresh();
		(void)snprintf(number, sizeof(number), "%zu bytes", size);
		unit_case = number;
		how.words = words;
		how.no_fork = 1;
		how.size = size;
		boundaries += boundary;
		if (!boundary && size >= sizeof(how.size)) {
			check_int(read_bytes(&how, size), -1);
			check_int(error.step, NSX_STEP_OPTIONS);
			check_int(error.err, 0);
		} else if (boundary) {
			check_int(read_bytes(&how, size), 0);
			check_text(got->rq.create.hostname, "a");
			check_int(got->rq.fork == NSX_FORK_NEVER,
				  size >= offsetof(struct nsexec_options, reserved));
		}
	}
	check_int(boundaries, NSX_HOW_ROWS + 2);
}

static void a_size_is_needed(void)
{
	fresh();
	check_int(read_bytes(&how, sizeof(how)), -1);
	check_text(error_text(), "options: struct nsexec_options: its size is not said (0 bytes)");
	how.size = offsetof(struct nsexec_options, target) + 1;
	check_int(read_bytes(&how, sizeof(how)), -1);
	check_text(error_text(),
		   "options: size of struct nsexec_options ends in a member (17 bytes)");
}

static void a_bigger_struct_must_not_say_more(void)
{
	struct {
		struct nsexec_options how;
		char later[5];
	} bigger = { .how = { .size = sizeof(how) + 5, .no_fork = 1 } };

	check_int(read_bytes(&bigger.how, sizeof(how) + 5), 0);
	check_int(got->rq.fork, NSX_FORK_NEVER);
	for (size_t i = 0; i < sizeof(bigger.later); i++) {
		memset(bigger.later, 0, sizeof(bigger.later));
		bigger.later[i] = 1;
		check_int(read_bytes(&bigger.how, sizeof(how) + 5), -1);
		check_int(error.step, NSX_STEP_OPTIONS);
		check_int(error.err, E2BIG);
	}
	bigger.how.size = SIZE_MAX; /* not looked at, all of that */
	check_int(read_bytes(&bigger.how, sizeof(how)), -1);
	check_int(error.err, E2BIG);
	fresh();
	how.reserved = "";
	check_int(read_how(), -1);
	check_int(error.err, E2BIG);
}

static char *long_text(size_t len)
{
	char *s = malloc(len + 1);

	memset(s, 'x', len);
	s[len] = '\0';
	return s;
}

static void check_too_long(const char *want)
{
	check_text(refused(), want);
	check_int(error.step, NSX_STEP_WORDS);
	check_int(error.err, E2BIG);
}

static void bytes_have_a_bound(void)
{
	static const char too_long[] =
		"words too long (more than 65536 bytes): E2BIG Argument list too long";
	const size_t most = NSX_WORDS_MAX - sizeof("--wdns=");
	char *most_text = long_text(most), *more_text = long_text(most + 1);
	char *most_word = long_text(NSX_WORDS_MAX - sizeof("--wdns") - sizeof("--no-fork") - 1);
	char *more_word = long_text(NSX_WORDS_MAX - sizeof("--wdns") - sizeof("--no-fork"));
	const char *words[] = { "--wdns", most_word, NULL };

	fresh();
	how.wdns = most_text;
	check_int(read_how(), 0);
	check_text(got->rq.wdns_dir, most_text);
	how.wdns = more_text;
	check_too_long(too_long);
	how.wdns = most_text;
	how.loopback = 1;
	check_too_long(too_long);

	fresh();
	how.words = words;
	how.no_fork = 1;
	check_int(read_how(), 0);
	check_text(got->rq.wdns_dir, most_word);
	words[1] = more_word;
	check_too_long(too_long);
	free(most_text);
	free(more_text);
	free(most_word);
	free(more_word);
}

static void words_have_a_bound(void)
{
	static const char *words[NSX_WORDS_COUNT_MAX + 2], *env[NSX_WORDS_COUNT_MAX + 2];

	for (size_t i = 0; i < NSX_WORDS_COUNT_MAX; i++)
		words[i] = "-F";
	fresh();
	how.words = words;
	check_int(read_how(), 0);
	check_int(got->words.n, NSX_WORDS_COUNT_MAX);
	how.no_fork = 1;
	check_too_long("words too many words (more than 4096): E2BIG Argument list too long");
	how.no_fork = 0;
	words[NSX_WORDS_COUNT_MAX] = "-F";
	check_too_long("words too many words (more than 4096): E2BIG Argument list too long");
	for (size_t i = 0; i < NSX_WORDS_COUNT_MAX + 1; i++)
		env[i] = "A=";
	fresh();
	how.env = env;
	check_too_long("words too many words (more than 4096): E2BIG Argument list too long");
}

static void words_stand_behind_members(void)
{
	static const char *const words[] = { "-t", "12", "--env", "A=2", NULL };
	static const char *const env[] = { "A=1", NULL };

	fresh();
	how.words = words;
	how.env = env;
	how.all = 1;
	check_text(read_words(), "--all --env=A=1 -t 12 --env A=2");
	check_text(got->rq.said[0].value, "A=1");
	check_text(got->rq.said[1].value, "A=2");
	check_text(got->rq.target, "12");
	check(got->words.word[got->words.n] == NULL);
	check(got->words.word - 1 == got->store.word); /* the free slot */
}

/* ASan sees who looks at what is freed. */
static void nothing_is_borrowed(void)
{
	char *word = strdup("--hostname=a"), *value = strdup("A=1"), *file = strdup("/f");
	const char **words = calloc(2, sizeof(*words)), **env = calloc(2, sizeof(*env));

	fresh();
	how.words = words;
	how.env = env;
	how.net = file;
	words[0] = word;
	env[0] = value;
	check_int(read_how(), 0);
	free(word);
	free(value);
	free(file);
	free(words);
	free(env);
	check_text(words_of(got), "--net=/f --env=A=1 --hostname=a");
	check_text(got->rq.create.hostname, "a");
	check_text(got->rq.said[0].value, "A=1");
	check_text(got->rq.file[NSX_NET], "/f");
}

/* Member by member the same text as for the word, on whichever side the other one is. */
static void faults_are_those_of_the_words(void)
{
	static const struct {
		const char *word, *second;
		struct nsexec_options how;
	} rows[] = {
		{ "-F", "--kill-child", { .kill_child = "" } },
		{ "--pty", "-F", { .no_fork = 1 } },
		{ "-w/a", "-W/b", { .wdns = "/b" } },
		{ "-W/b", "-w/a", { .wd = "/a" } },
		{ "-N1", "-n/f", { .net = "/f" } },
		{ "-n/f", "-N1", { .net_socket = "1" } },
		{ "-S1", "-S1", { .setuid = "1" } },
		{ "-n/f", "-n/f", { .net = "/f" } },
		{ "--caps=none", "--keep-caps", { .keep_caps = 1 } },
		{ "--umask=2", "--umask=8", { .umask = "2" } },
		{ "-F", "--umask=8", { .umask = "8" } },
		{ "-F", "--wdns=", { .wdns = "" } },
		{ "-F", "--all", { .all = 1 } },
		{ "-F", "--target=1", { .target_pid = 1 } },
		{ "-F", "--target=", { .target = "" } },
		{ "-x", "-F", { .no_fork = 1 } },
		{ "-F", "--unshare=nix", { .unshare = "nix" } },
		{ "-F", "--unshare=net=", { .unshare = "net=" } },
		{ "-F", "--pid", { .kinds = NSX_CLONE_NEWPID } },
		{ "-n/f", "--net", { .kinds = NSX_CLONE_NEWNET } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *words[] = { rows[i].word, NULL };
		static char line[64], want[512];

		(void)snprintf(line, sizeof(line), "%s %s", rows[i].word, rows[i].second);
		(void)snprintf(want, sizeof(want), "%s", refusal(line));
		how = rows[i].how;
		how.words = words;
		check_text(refused(), want);
		check_int(error.step, NSX_STEP_OPTIONS);
	}
}

static void no_value_of_a_list_may_be_empty(void)
{
	static const char *const env[] = { "A=1", "", NULL };

	fresh();
	how.env = env;
	check_text(refused(), "options: empty value (--env)");
}

static void check_words(const char *first, const char *second, const char *want)
{
	const char *words[] = { first, second, NULL };

	fresh();
	how.words = words;
	how.no_fork = 1;
	unit_case = first;
	check_text(read_words(), want);
}

static void words_of_the_command_alone_are_refused(void)
{
	static const char *const list[] = { "--list", "--json", NULL };

	check_words("--plan", NULL, "options: only for the command (--plan)");
	check_words("--help", NULL, "options: only for the command (--help)");
	check_words("-h", NULL, "options: only for the command (--help)");
	check_words("-V", NULL, "options: only for the command (--version)");
	check_words("--list", NULL, "options: not together with --list (--no-fork)");
	check_words("--json", NULL, "options: only with --list (--json)");
	check_words("--preload-path", NULL, "options: only for the command (--preload-path)");
	check_words("--preload", NULL, "options: only for the command (--preload)");
	check_words("--trace", "/t", "options: only for the command (--trace)");
	check_words("--report-fd", "0", "options: only for the command (--report-fd)");
	check_words("--report-fd", "2147483647", "options: only for the command (--report-fd)");
	fresh();
	how.words = list;
	check_text(refused(), "options: only for the command (--list)");
}

static void a_program_is_refused(void)
{
	static const char ls[] =
		"options: PROGRAM among the words; it comes in struct nsexec_program (ls)";

	check_words("ls", NULL, ls);
	check_words("ls", "--loopback", ls);
	check_words("--", "ls", ls);
	check_words("", NULL,
		    "options: PROGRAM among the words; it comes in struct nsexec_program ()");
}

/* So that a program can be put behind the words with another "--". */
static void an_end_of_options_is_dropped(void)
{
	check_words("--", NULL, "--no-fork");
	check_int(got->words.n, 1);
	check(got->words.word[1] == NULL);
	check_words("--loopback", "--", "--no-fork --loopback");
	check(got->rq.create.loopback);
	check_words("--wdns", "--", "--no-fork --wdns --");
	check_text(got->rq.wdns_dir, "--");
	check_words("-W", "--", "--no-fork -W --");
	check_words("--", "--",
		    "options: PROGRAM among the words; it comes in struct nsexec_program (--)");
}

static void a_missing_value_takes_no_member(void)
{
	check_words("--wdns", NULL, "options: value missing (--wdns)");
	check_words("-W", NULL, "options: value missing (-W)");
}

static void a_new_process_may_be_asked_for(void)
{
	static const char *const words[] = { "--fork", "--detach", NULL };

	fresh();
	how.words = words;
	check_int(read_how(), 0);
	check_int(got->rq.fork, NSX_FORK_ALWAYS);
	check(got->rq.detach);
}

int main(void)
{
	unit("every option has one member of its name, or a reason", every_option_has_its_member);
	unit("members have the form of their options", members_have_the_form_of_their_options);
	unit("a member says what its words say", members_say_what_words_say);
	unit("a list is said in order", lists_are_said_in_order);
	unit("nothing said is nothing wanted", nothing_said_is_nothing_wanted);
	unit("what was said can be forgotten", what_was_said_can_be_forgotten);
	unit("a target may be a number", target_is_a_number_too);
	unit("a target is said once, in one way", target_is_said_once);
	unit("a set says each of its kinds", sets_say_each_kind);
	unit("a set holds nothing but kinds", sets_hold_nothing_but_kinds);
	unit("a smaller struct says less", a_smaller_struct_says_less);
	unit("a size is needed, and ends no member half-way", a_size_is_needed);
	unit("a bigger struct must not say more", a_bigger_struct_must_not_say_more);
	unit("the bytes of all have a bound, and nothing is cut", bytes_have_a_bound);
	unit("the number of words has a bound", words_have_a_bound);
	unit("words stand behind members", words_stand_behind_members);
	unit("nothing of the caller's is needed later", nothing_is_borrowed);
	unit("a fault of a member is that of the word", faults_are_those_of_the_words);
	unit("no value of a list may be empty", no_value_of_a_list_may_be_empty);
	unit("what only the command has is refused", words_of_the_command_alone_are_refused);
	unit("a program among the words is refused", a_program_is_refused);
	unit("an end of options is dropped", an_end_of_options_is_dropped);
	unit("a value that is missing takes no member for it", a_missing_value_takes_no_member);
	unit("a new process may be asked for", a_new_process_may_be_asked_for);
	free(got);
	return unit_end();
}
