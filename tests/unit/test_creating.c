/* SPDX-License-Identifier: Apache-2.0 */
/* Options about new namespaces; what all options have in common is in test_options.c. */
#include "parsed.h"

#define BIT(kind) NSX_KIND_BIT(NSX_##kind)

static void kinds_to_create_are_said_in_one_word_or_many(void)
{
	accepted("--unshare=net prog");
	check_int(rq.unshare, BIT(NET));
	check_int(rq.join, 0);
	accepted("--unshare net,uts,ipc --unshare=cgroup prog");
	check_int(rq.unshare, BIT(NET) | BIT(UTS) | BIT(IPC) | BIT(CGROUP));
	accepted("--unshare=mnt,mount,mnt,user,pid,time --unshare=pid");
	check_int(rq.unshare, BIT(MNT) | BIT(USER) | BIT(PID) | BIT(TIME));
	accepted("--unshare=net,all");
	check_int(rq.unshare, NSX_KINDS_ALL);
	accepted("--unshare=all,net");
	check_int(rq.unshare, NSX_KINDS_ALL);
}

static void a_file_goes_on_to_the_end_of_the_word(void)
{
	accepted("--unshare=net=/run/a,uts --unshare=all,mount=/b=c --unshare=uts,pid=d");
	check_int(rq.unshare, NSX_KINDS_ALL);
	check_text(rq.create.file[NSX_NET], "/run/a,uts");
	check_text(rq.create.file[NSX_MNT], "/b=c");
	check_text(rq.create.file[NSX_PID], "d");
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (k != NSX_NET && k != NSX_MNT && k != NSX_PID)
			check_text(rq.create.file[k], NULL);
	accepted("--unshare=uts --unshare=uts=/f");
	check_int(rq.unshare, BIT(UTS));
	check_text(rq.create.file[NSX_UTS], "/f");
}

static void kinds_that_there_are_not_are_named(void)
{
	static const char *const values[] = { ",",	 "net,",    ",net",   "net,,uts", "nett",
					      "ne",	 "alle",    "al",     "all,",	  "all=/f",
					      "NET",	 "net;uts", "mounts", "=",	  "=/f",
					      "net,=/f", "1" };

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		char line[64], want[128];

		(void)snprintf(line, sizeof(line), "--unshare=%s", values[i]);
		(void)snprintf(want, sizeof(want), "options: --unshare takes KIND[=FILE],... (%s)",
			       values[i]);
		check_text(refusal(line), want);
	}
	check_text(refusal("--unshare=net="), "options: --unshare takes no empty FILE (net=)");
	check_text(refusal("--unshare=net=/a --unshare=net=/b"),
		   "options: --unshare takes one FILE a kind (net=/b)");
	check_text(refusal("--unshare=mnt=/a --unshare=uts,mount=/b"),
		   "options: --unshare takes one FILE a kind (uts,mount=/b)");
}

/* What is about one kind asks for it, and for no other. */
static void options_ask_for_the_kind_that_they_are_about(void)
{
	static const struct {
		const char *line;
		nsx_kinds kinds;
	} rows[] = {
		{ "--map-root-user", BIT(USER) },
		{ "--map-current-user", BIT(USER) },
		{ "--map-user=x", BIT(USER) },
		{ "--map-group=x", BIT(USER) },
		{ "--map-users=0:1:2", BIT(USER) },
		{ "--map-groups=0:1:2", BIT(USER) },
		{ "--map-auto", BIT(USER) },
		{ "--setgroups=deny", BIT(USER) },
		{ "--owner=1:2", BIT(USER) },
		{ "--propagation=slave", BIT(MNT) },
		{ "--mount-proc", BIT(MNT) },
		{ "--mount-binfmt", BIT(MNT) },
		{ "--load-interp=:x", BIT(MNT) | BIT(USER) },
		{ "--hostname=x", BIT(UTS) },
		{ "--loopback", BIT(NET) },
		{ "--monotonic=1", BIT(TIME) },
		{ "--boottime=1", BIT(TIME) },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		accepted(rows[i].line);
		check_int(rq.unshare, rows[i].kinds);
	}
}

static void our_own_ids_are_called_as_wished(void)
{
	accepted("--unshare=user");
	check_int(rq.create.user, NSX_OWN_UNMAPPED);
	check_int(rq.create.group, NSX_OWN_UNMAPPED);
	accepted("--map-root-user");
	check_int(rq.create.user, NSX_OWN_NAMED);
	check_int(rq.create.group, NSX_OWN_NAMED);
	check_text(rq.create.user_name, "0");
	check_text(rq.create.group_name, "0");
	accepted("--map-current-user");
	check_int(rq.create.user, NSX_OWN_SAME);
	check_int(rq.create.group, NSX_OWN_SAME);
	accepted("--map-user=daemon");
	check_int(rq.create.user, NSX_OWN_NAMED);
	check_int(rq.create.group, NSX_OWN_UNMAPPED);
	check_text(rq.create.user_name, "daemon");
	accepted("--map-root-user --map-group=5");
	check_text(rq.create.user_name, "0");
	check_text(rq.create.group_name, "5");
}

static void check_said(size_t i, enum nsx_said_of of, const char *value)
{
	check_int(rq.said[i].of, of);
	check_text(rq.said[i].value, value);
}

static void ranges_are_kept_in_their_order(void)
{
	accepted("--map-users=1:2:3 --map-groups=auto --map-users 7,8,9 --map-auto --map-groups=all"
		 " --map-users=subids");
	if (!check_int(rq.n_said, 7))
		return;
	check_said(0, NSX_SAID_UIDS, "1:2:3");
	check_said(1, NSX_SAID_GIDS, "auto");
	check_said(2, NSX_SAID_UIDS, "7,8,9");
	check_said(3, NSX_SAID_UIDS, "auto");
	check_said(4, NSX_SAID_GIDS, "auto");
	check_said(5, NSX_SAID_GIDS, "all");
	check_said(6, NSX_SAID_UIDS, "subids");
	check_text(refusal("--map-users=none"), "options: --map-users takes INSIDE:OUTSIDE:COUNT, "
						"auto, subids or all (none)");
	check_text(refusal("--map-groups=1:2"), "options: --map-groups takes "
						"INSIDE:OUTSIDE:COUNT, auto, subids or all (1:2)");
}

static void offset_is(const char *value, int64_t sec, uint32_t nsec)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "--monotonic=%s", value);
	if (!accepted(line))
		return;
	check(rq.create.monotonic.given && !rq.create.boottime.given);
	check_int(rq.create.monotonic.sec, sec);
	check_int(rq.create.monotonic.nsec, nsec);
	(void)snprintf(line, sizeof(line), "--boottime %s", value);
	if (!accepted(line))
		return;
	check(rq.create.boottime.given && !rq.create.monotonic.given);
	check_int(rq.create.boottime.sec, sec);
	check_int(rq.create.boottime.nsec, nsec);
}

/* Nanoseconds count upwards, whatever the sign. */
static void offsets_have_signs_and_fractions(void)
{
	offset_is("0", 0, 0);
	offset_is("1", 1, 0);
	offset_is("+1", 1, 0);
	offset_is("-1", -1, 0);
	offset_is("-0", 0, 0);
	offset_is("0.5", 0, 500000000);
	offset_is("-0.5", -1, 500000000);
	offset_is("-0.0", 0, 0);
	offset_is("-1.0", -1, 0);
	offset_is("-1.000000001", -2, 999999999);
	offset_is("-0.999999999", -1, 1);
	offset_is("+7.25", 7, 250000000);
	offset_is("3.000000001", 3, 1);
	offset_is("3.123456789", 3, 123456789);
	offset_is("4611686018427387903", INT64_MAX / 2, 0);
	offset_is("-4611686018427387903.9", -(INT64_MAX / 2) - 1, 100000000);
}

static void what_is_no_offset_is_refused(void)
{
	static const char *const values[] = {
		"-",	"+",	 ".",	".5",  "1.",   "-.5",	       "1.5s",
		"1.-5", "--1",	 "+-1", "1e3", "0x10", "1,5",	       "1..5",
		"a",	"1.5.5", "1.x", "inf", "1.+5", "1.0000000000", "4611686018427387904"
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		char line[64], want[128];

		(void)snprintf(line, sizeof(line), "--boottime=%s", values[i]);
		(void)snprintf(want, sizeof(want),
			       "options: --boottime takes seconds, with up to nine digits behind "
			       "the point (%s)",
			       values[i]);
		check_text(refusal(line), want);
	}
}

static void owner_is_two_numbers(void)
{
	static const char *const values[] = { "1",     "1:",	       ":1",	      ":",
					      "1:2:3", "a:1",	       "1:a",	      "1,2",
					      "-1:1",  "4294967295:0", "0:4294967295" };

	accepted("--owner=0:4294967294");
	check(rq.create.owner_uid.given && rq.create.owner_gid.given);
	check_int(rq.create.owner_uid.id, 0);
	check_int(rq.create.owner_gid.id, 4294967294U);
	check(!rq.uid.given && !rq.gid.given);
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		char line[64], want[128];

		(void)snprintf(line, sizeof(line), "--owner=%s", values[i]);
		(void)snprintf(want, sizeof(want), "options: --owner takes UID:GID (%s)",
			       values[i]);
		check_text(refusal(line), want);
	}
}

static void propagation_and_setgroups_are_words(void)
{
	accepted("--unshare=mnt,user");
	check_int(rq.create.propagation, NSX_PROPAGATION_PRIVATE);
	check_int(rq.create.setgroups, NSX_SETGROUPS_AS_IT_IS);
	accepted("--propagation=slave --setgroups=deny");
	check_int(rq.create.propagation, NSX_PROPAGATION_SLAVE);
	check_int(rq.create.setgroups, NSX_SETGROUPS_DENY);
	accepted("--propagation=shared --setgroups=allow");
	check_int(rq.create.propagation, NSX_PROPAGATION_SHARED);
	check_int(rq.create.setgroups, NSX_SETGROUPS_ALLOW);
	accepted("--propagation=unchanged");
	check_int(rq.create.propagation, NSX_PROPAGATION_UNCHANGED);
	accepted("--propagation=private");
	check_int(rq.create.propagation, NSX_PROPAGATION_PRIVATE);
	check_text(refusal("--propagation=rslave"),
		   "options: --propagation takes private, slave, shared or unchanged (rslave)");
	check_text(refusal("--setgroups=none"), "options: --setgroups takes allow or deny (none)");
}

static const char usual_binfmt[] = "/proc/sys/fs/binfmt_misc";

static void directories_of_mounts_have_defaults(void)
{
	accepted("--unshare=mnt");
	check_text(rq.create.proc, NULL);
	check_text(rq.create.binfmt, NULL);
	accepted("--mount-proc --mount-binfmt");
	check_text(rq.create.proc, "/proc");
	check_text(rq.create.binfmt, usual_binfmt);
	accepted("--mount-proc=/p --mount-binfmt=/b");
	check_text(rq.create.proc, "/p");
	check_text(rq.create.binfmt, "/b");
	accepted("-l :a");
	check_text(rq.create.binfmt, usual_binfmt);
	check_text(rq.create.load_interp, ":a");
	accepted("-l:a --mount-binfmt=/b");
	check_text(rq.create.binfmt, "/b");
	accepted("--mount-binfmt=/b --load-interp :a");
	check_text(rq.create.binfmt, "/b");
	check_text(rq.create.load_interp, ":a");
}

static void a_hostname_has_up_to_64_bytes(void)
{
	char line[128] = "--hostname=";

	memset(line + strlen(line), 'x', 64);
	accepted(line);
	check_int(strlen(rq.create.hostname), 64);
	strcat(line, "y");
	check(strncmp(refusal(line), "options: --hostname takes up to 64 bytes (xxx", 45) == 0);
}

static void a_death_signal_makes_a_new_process(void)
{
	accepted("--kill-child prog");
	check_int(rq.kill_child, 9);
	check_int(rq.fork, NSX_FORK_ALWAYS);
	accepted("--kill-child=sigterm prog");
	check_int(rq.kill_child, 15);
	check_text(refusal("--kill-child=no"), "options: --kill-child takes a signal (no)");
	check_text(refusal("--kill-child -F"), "options: conflicts with --no-fork (--kill-child)");
	check_text(refusal("--detach --kill-child"),
		   "options: conflicts with --detach (--kill-child)");
}

static void a_pid_namespace_persists_with_its_first_process(void)
{
	accepted("-F --unshare=pid,net=/f");
	check_text(refusal("-F --unshare=pid=/f"),
		   "options: a PID namespace is there with its first process, so not to persist "
		   "with (--no-fork)");
}

int main(void)
{
	unit("kinds to create are said in one word or in many",
	     kinds_to_create_are_said_in_one_word_or_many);
	unit("a FILE goes on to the end of the word", a_file_goes_on_to_the_end_of_the_word);
	unit("kinds that there are not are refused", kinds_that_there_are_not_are_named);
	unit("options ask for the kind that they are about",
	     options_ask_for_the_kind_that_they_are_about);
	unit("our own ids are called as wished", our_own_ids_are_called_as_wished);
	unit("ranges are kept in their order", ranges_are_kept_in_their_order);
	unit("offsets have signs and fractions", offsets_have_signs_and_fractions);
	unit("what is no offset is refused", what_is_no_offset_is_refused);
	unit("an owner is two numbers", owner_is_two_numbers);
	unit("propagation and setgroups are words", propagation_and_setgroups_are_words);
	unit("directories of mounts have defaults", directories_of_mounts_have_defaults);
	unit("a hostname has up to 64 bytes", a_hostname_has_up_to_64_bytes);
	unit("a death signal makes a new process", a_death_signal_makes_a_new_process);
	unit("a PID namespace persists with its first process",
	     a_pid_namespace_persists_with_its_first_process);
	return unit_end();
}
