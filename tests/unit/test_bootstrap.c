/* SPDX-License-Identifier: Apache-2.0 */
#include "bootstrap.h"

#include <errno.h>
#include <sched.h>

#include "message.h"
#include "unit.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static struct message m;
static struct nsx_request rq;
static struct nsx_error error;
static char text[512];

static int decode(void)
{
	memset(&error, 0, sizeof(error));
	memset(&rq, 0x55, sizeof(rq));
	return nsx_bootstrap_decode(m.bytes, m.len, &rq, &error);
}

static bool is_untouched(void)
{
	const unsigned char *bytes = (const unsigned char *)&rq;

	for (size_t i = 0; i < sizeof(rq); i++)
		if (bytes[i] != 0x55)
			return false;
	return true;
}

/* Of the message at hand, which is over then. */
static void refused(const char *want)
{
	unit_case = want;
	check_int(decode(), -1);
	check_int(error.step, NSX_STEP_MESSAGE);
	check_int(error.err, 0);
	nsx_error_text(&error, text, sizeof(text));
	check_text(text, want);
	check(is_untouched());
	message_free(&m);
}

static void taken(void)
{
	check_int(decode(), 0);
	check_int(error.step, NSX_STEP_NONE);
	nsx_error_text(&error, text, sizeof(text));
	check_text(text, "none: ");
}

/* Within the message: its strings are not copied. */
static bool is_inside(const char *s)
{
	return s >= m.bytes && s < m.bytes + m.len;
}

/* ---- the header of the message ---- */

static int length(uint32_t len, unsigned type, size_t *out)
{
	char *front = malloc(NSX_BOOTSTRAP_HEADER);
	int rc;

	message_front(front, len - NSX_BOOTSTRAP_HEADER, type);
	memset(&error, 0, sizeof(error));
	*out = 4711;
	rc = nsx_bootstrap_length(front, out, &error);
	free(front);
	return rc;
}

static void header_tells_what_follows(void)
{
	static const uint32_t lengths[] = { 16, 17, 20, 65536, 1048575, 1048576 };

	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		size_t got;

		check_int(length(lengths[i], MESSAGE_INIT, &got), 0);
		check_int(got, lengths[i] - 16);
		check_int(error.step, NSX_STEP_NONE);
	}
}

static void flags_sequence_and_sender_mean_nothing(void)
{
	char front[NSX_BOOTSTRAP_HEADER];
	size_t got = 0;

	message_front(front, 24, MESSAGE_INIT);
	memset(front + 6, 0xff, 10);
	memset(&error, 0, sizeof(error));
	check_int(nsx_bootstrap_length(front, &got, &error), 0);
	check_int(got, 24);
}

static void other_headers_are_refused(void)
{
	static const struct {
		uint32_t len;
		unsigned type;
		const char *want;
	} rows[] = {
		{ 0, MESSAGE_INIT, "message: shorter than its header (length 0)" },
		{ 15, MESSAGE_INIT, "message: shorter than its header (length 15)" },
		{ 1048577, MESSAGE_INIT,
		  "message longer than a mebibyte (length 1048577): EMSGSIZE Message too long" },
		{ UINT32_MAX, MESSAGE_INIT,
		  "message longer than a mebibyte (length 4294967295): EMSGSIZE Message too long" },
		{ 20, 0, "message: unexpected type (0, not 62000)" },
		{ 20, 1, "message: unexpected type (1, not 62000)" },
		{ 20, 61999, "message: unexpected type (61999, not 62000)" },
		{ 20, 65535, "message: unexpected type (65535, not 62000)" },
		{ 36, 2, "message: the caller sent an error" },
		{ 0, 2, "message: the caller sent an error" },
		{ 0, 3, "message: unexpected type (3, not 62000)" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t got;

		unit_case = rows[i].want;
		check_int(length(rows[i].len, rows[i].type, &got), -1);
		check_int(error.step, NSX_STEP_MESSAGE);
		nsx_error_text(&error, text, sizeof(text));
		check_text(text, rows[i].want);
		check_int(got, 4711);
	}
}

/* ---- each attribute ---- */

static void no_attribute_asks_for_nothing(void)
{
	taken();
	check(rq.runc.asked && !rq.runc.hide && !rq.runc.drop_groups);
	check_text(rq.runc.oom_score_adj, NULL);
	check_int(rq.join, 0);
	check_int(rq.unshare, 0);
	check_int(rq.report_fd, NSX_NOFD);
	check_text(rq.target, NULL);
	check_text(rq.outside.uid_map, NULL);
	check_text(rq.outside.gid_map, NULL);
	check_text(rq.outside.newuidmap, NULL);
	check_text(rq.outside.newgidmap, NULL);
	check_text(rq.outside.offsets, NULL);
	check(!rq.outside.deny_setgroups);
	check(rq.program == NULL && !rq.plan && !rq.detach && !rq.all && !rq.root && !rq.wd);
	check(!rq.uid.given && !rq.gid.given && !rq.preserve_credentials);
	check_int(rq.fork, NSX_FORK_AUTO);
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		check_text(rq.file[k], NULL);
}

static void clone_flags_are_kinds_to_create(void)
{
	static const struct {
		uint32_t flags;
		nsx_kinds kinds;
	} rows[] = {
		{ 0, 0 },
		{ CLONE_NEWCGROUP, NSX_KIND_BIT(NSX_CGROUP) },
		{ CLONE_NEWIPC, NSX_KIND_BIT(NSX_IPC) },
		{ CLONE_NEWNS, NSX_KIND_BIT(NSX_MNT) },
		{ CLONE_NEWNET, NSX_KIND_BIT(NSX_NET) },
		{ CLONE_NEWPID, NSX_KIND_BIT(NSX_PID) },
		{ CLONE_NEWTIME, NSX_KIND_BIT(NSX_TIME) },
		{ CLONE_NEWUSER, NSX_KIND_BIT(NSX_USER) },
		{ CLONE_NEWUTS, NSX_KIND_BIT(NSX_UTS) },
		{ 0x7e020080, NSX_KINDS_ALL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		message_number(&m, MESSAGE_CLONE_FLAGS, rows[i].flags);
		taken();
		check_int(rq.unshare, rows[i].kinds);
		check_int(rq.join, 0);
		message_free(&m);
	}
}

static void foreign_clone_flags_are_refused(void)
{
	message_number(&m, MESSAGE_CLONE_FLAGS, CLONE_NEWNET | CLONE_VM);
	refused("message: clone flags that are no kind of namespace (256)");
	message_number(&m, MESSAGE_CLONE_FLAGS, 17); /* SIGCHLD */
	refused("message: clone flags that are no kind of namespace (17)");
	message_number(&m, MESSAGE_CLONE_FLAGS, UINT32_MAX);
	refused("message: clone flags that are no kind of namespace (2180906879)");
}

static void paths_are_kinds_to_join(void)
{
	message_text(&m, MESSAGE_NS_PATHS,
		     "cgroup:/c,ipc:/i,mnt:/m,net:/run/netns/a b,pid:/p,time:/t,user:/u,uts:/h");
	taken();
	check_int(rq.join, NSX_KINDS_ALL);
	check_text(rq.file[NSX_CGROUP], "/c");
	check_text(rq.file[NSX_IPC], "/i");
	check_text(rq.file[NSX_MNT], "/m");
	check_text(rq.file[NSX_NET], "/run/netns/a b");
	check_text(rq.file[NSX_PID], "/p");
	check_text(rq.file[NSX_TIME], "/t");
	check_text(rq.file[NSX_USER], "/u");
	check_text(rq.file[NSX_UTS], "/h");
	check(is_inside(rq.file[NSX_UTS]));
	check(rq.runc.hide);
	check_int(rq.unshare, 0);
	message_free(&m);
}

static void path_begins_behind_the_first_colon(void)
{
	message_text(&m, MESSAGE_NS_PATHS, "net:/a:b:");
	taken();
	check_int(rq.join, NSX_KIND_BIT(NSX_NET));
	check_text(rq.file[NSX_NET], "/a:b:");
	message_free(&m);
}

/* That of a container that has no namespace of its own; runc itself fails then. */
static void empty_list_joins_nothing_but_hides(void)
{
	message_text(&m, MESSAGE_NS_PATHS, "");
	taken();
	check_int(rq.join, 0);
	check(rq.runc.hide);
	message_free(&m);
}

static void other_lists_are_refused(void)
{
	static const struct {
		const char *list, *want;
	} rows[] = {
		{ "foo:/x", "message: no kind of namespace to join (foo)" },
		{ "NET:/x", "message: no kind of namespace to join (NET)" },
		{ "network:/x", "message: no kind of namespace to join (network)" },
		{ "ne:/x", "message: no kind of namespace to join (ne)" },
		{ ":/x", "message: no kind of namespace to join ()" },
		{ "\x1b[2J:/x", "message: no kind of namespace to join (\\x1b[2J)" },
		{ "net", "message: no path for a namespace to join (net)" },
		{ "net:", "message: no path for a namespace to join (net)" },
		{ "net:,uts:/h", "message: no path for a namespace to join (net)" },
		{ "/proc/1/ns/net", "message: no path for a namespace to join (/proc/1/ns/net)" },
		{ ",", "message: no path for a namespace to join ()" },
		{ "net:/x,", "message: no path for a namespace to join ()" },
		{ ",net:/x", "message: no path for a namespace to join ()" },
		{ "net:/x,,uts:/h", "message: no path for a namespace to join ()" },
		{ "net:/x,net:/x", "message: kind to be joined twice (net)" },
		{ "net:/x,uts:/h,net:/y", "message: kind to be joined twice (net)" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		message_text(&m, MESSAGE_NS_PATHS, rows[i].list);
		refused(rows[i].want);
	}
}

static const char *uid_map(void)
{
	return rq.outside.uid_map;
}

static const char *gid_map(void)
{
	return rq.outside.gid_map;
}

static const char *newuidmap(void)
{
	return rq.outside.newuidmap;
}

static const char *newgidmap(void)
{
	return rq.outside.newgidmap;
}

static const char *offsets(void)
{
	return rq.outside.offsets;
}

static const char *oom_score_adj(void)
{
	return rq.runc.oom_score_adj;
}

static const struct {
	unsigned type;
	const char *(*get)(void);
} strings[] = {
	{ MESSAGE_UID_MAP, uid_map },	   { MESSAGE_GID_MAP, gid_map },
	{ MESSAGE_NEWUIDMAP, newuidmap },  { MESSAGE_NEWGIDMAP, newgidmap },
	{ MESSAGE_TIME_OFFSETS, offsets }, { MESSAGE_OOM_SCORE_ADJ, oom_score_adj },
};

#define STRINGS (sizeof(strings) / sizeof(*strings))

static void strings_arrive_as_they_are(void)
{
	char want[16];

	for (size_t i = 0; i < STRINGS; i++) {
		(void)snprintf(want, sizeof(want), "0 1000 1\n%u", strings[i].type);
		message_text(&m, strings[i].type, want);
	}
	taken();
	for (size_t i = 0; i < STRINGS; i++) {
		(void)snprintf(want, sizeof(want), "0 1000 1\n%u", strings[i].type);
		check_text(strings[i].get(), want);
		check(is_inside(strings[i].get()));
	}
	message_free(&m);
}

static void longest_string_is_whole(void)
{
	char *longest = malloc(65532);

	memset(longest, 'x', 65530);
	longest[65530] = '\0'; /* with its NUL and the header, 65535: all that a u16 can say */
	for (size_t i = 0; i < STRINGS; i++) {
		message_text(&m, strings[i].type, longest);
		message_number(&m, MESSAGE_CLONE_FLAGS, CLONE_NEWNET);
		taken();
		check_text(strings[i].get(), longest);
		check_int(rq.unshare, NSX_KIND_BIT(NSX_NET));
		message_free(&m);
	}
	free(longest);
}

static void empty_string_is_none(void)
{
	for (size_t i = 0; i < STRINGS; i++) {
		if (strings[i].type == MESSAGE_OOM_SCORE_ADJ)
			continue;
		message_text(&m, strings[i].type, "");
		taken();
		check_text(strings[i].get(), NULL);
		message_free(&m);
	}
}

/* As runc's callers write them: 4 bytes; and 1 byte, as they did once. */
static void put_bool(unsigned type, int value, bool as_byte)
{
	const char byte = (char)value;

	if (value >= 0 && as_byte)
		message_attr(&m, type, &byte, 1);
	else if (value >= 0)
		message_number(&m, type, (uint32_t)value);
}

/* -1: absent, which is the same as false. */
static void groups_depend_on_both_truth_values(void)
{
	for (int rootless = -1; rootless < 2; rootless++)
		for (int setgroups = -1; setgroups < 2; setgroups++)
			for (int bytes = 0; bytes < 4; bytes++) {
				put_bool(MESSAGE_ROOTLESS, rootless, bytes & 1);
				put_bool(MESSAGE_SETGROUPS, setgroups, bytes & 2);
				taken();
				check_int(rq.outside.deny_setgroups,
					  rootless == 1 && setgroups != 1);
				check_int(rq.runc.drop_groups, rootless != 1 && setgroups == 1);
				message_free(&m);
			}
}

static void everything_but_0_is_true(void)
{
	static const uint32_t numbers[] = { 1, 2, 0x100, 0x01000000, UINT32_MAX };
	const char byte = (char)0xff;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		message_number(&m, MESSAGE_SETGROUPS, numbers[i]);
		taken();
		check(rq.runc.drop_groups);
		message_free(&m);
	}
	message_attr(&m, MESSAGE_SETGROUPS, &byte, 1);
	taken();
	check(rq.runc.drop_groups);
	message_free(&m);
}

/* All of a message as runc sends it for a container with a user namespace. */
static void whole_message_is_understood(void)
{
	message_number(&m, MESSAGE_CLONE_FLAGS, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWTIME);
	message_text(&m, MESSAGE_NS_PATHS, "net:/run/netns/blue");
	message_text(&m, MESSAGE_NEWUIDMAP, "/usr/bin/newuidmap");
	message_text(&m, MESSAGE_UID_MAP, "0 1000 1\n1 100000 65536\n");
	message_text(&m, MESSAGE_GID_MAP, "0 1000 1\n");
	message_text(&m, MESSAGE_NEWGIDMAP, "/usr/bin/newgidmap");
	message_number(&m, MESSAGE_SETGROUPS, 1);
	message_text(&m, MESSAGE_OOM_SCORE_ADJ, "-500");
	message_number(&m, MESSAGE_ROOTLESS, 1);
	message_text(&m, MESSAGE_TIME_OFFSETS, "boottime 1000 0\n");
	taken();
	check_int(rq.unshare,
		  NSX_KIND_BIT(NSX_USER) | NSX_KIND_BIT(NSX_MNT) | NSX_KIND_BIT(NSX_TIME));
	check_int(rq.join, NSX_KIND_BIT(NSX_NET));
	check_text(rq.file[NSX_NET], "/run/netns/blue");
	check_text(rq.outside.uid_map, "0 1000 1\n1 100000 65536\n");
	check_text(rq.outside.gid_map, "0 1000 1\n");
	check_text(rq.outside.newuidmap, "/usr/bin/newuidmap");
	check_text(rq.outside.newgidmap, "/usr/bin/newgidmap");
	check_text(rq.outside.offsets, "boottime 1000 0\n");
	check_text(rq.runc.oom_score_adj, "-500");
	check(!rq.outside.deny_setgroups && !rq.runc.drop_groups);
	message_free(&m);
}

static void of_two_the_last_counts(void)
{
	message_number(&m, MESSAGE_CLONE_FLAGS, UINT32_MAX);
	message_text(&m, MESSAGE_NS_PATHS, "net:/a,uts:/h");
	message_number(&m, MESSAGE_SETGROUPS, 0);
	for (size_t i = 0; i < STRINGS; i++)
		message_text(&m, strings[i].type, "first");
	message_number(&m, MESSAGE_CLONE_FLAGS, CLONE_NEWIPC);
	message_text(&m, MESSAGE_NS_PATHS, "net:/b");
	message_number(&m, MESSAGE_SETGROUPS, 1);
	for (size_t i = 0; i < STRINGS; i++)
		message_text(&m, strings[i].type, "last");
	taken();
	check_int(rq.unshare, NSX_KIND_BIT(NSX_IPC));
	check_int(rq.join, NSX_KIND_BIT(NSX_NET));
	check_text(rq.file[NSX_NET], "/b");
	check_text(rq.file[NSX_UTS], NULL);
	check(rq.runc.drop_groups);
	for (size_t i = 0; i < STRINGS; i++)
		check_text(strings[i].get(), "last");
	message_free(&m);
}

/* ---- what no caller should send ---- */

/* An attribute in front of what is wrong, so that a place is not always the first. */
enum { BEHIND_ONE = NSX_BOOTSTRAP_HEADER + 8 };

static void put_one(void)
{
	message_number(&m, MESSAGE_CLONE_FLAGS, 0);
}

static void cut_headers_are_refused(void)
{
	for (size_t len = 1; len < 4; len++) {
		message_bytes(&m, "\4\0\x91", len);
		refused("message: byte 16: less than the header of an attribute");
		put_one();
		message_bytes(&m, "\4\0\x91", len);
		refused("message: byte 24: less than the header of an attribute");
	}
}

static void lengths_below_that_of_the_header_are_refused(void)
{
	for (unsigned type = MESSAGE_CLONE_FLAGS; type <= MESSAGE_UNKNOWN; type++)
		for (unsigned len = 0; len < 4; len++) {
			char want[96];

			(void)snprintf(want, sizeof(want),
				       "message: byte %d: attribute %u, shorter than its header",
				       BEHIND_ONE, type);
			put_one();
			message_header(&m, len, type);
			message_bytes(&m, "text", 4);
			refused(want);
		}
}

static void values_beyond_the_end_are_refused(void)
{
	static const unsigned lengths[] = { 9, 10, 12, 4004, 65535 };

	for (unsigned type = MESSAGE_CLONE_FLAGS; type < MESSAGE_UNKNOWN; type++)
		for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
			char want[96];

			(void)snprintf(want, sizeof(want),
				       "message: byte 16: attribute %u, longer than the message",
				       type);
			message_header(&m, lengths[i], type);
			message_bytes(&m, "tex", 4);
			refused(want);
		}
	message_header(&m, 5, MESSAGE_UID_MAP);
	refused("message: byte 16: attribute 27283, longer than the message");
}

/* No type is for later: a caller that sends it would count on its effect. */
static void unknown_types_are_refused(void)
{
	static const unsigned types[] = { 1, 2, 27280, MESSAGE_UNKNOWN, 27292, 62000, 65535 };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		char want[96];

		(void)snprintf(want, sizeof(want),
			       "message: byte 24: attribute %u, which nobody knows", types[i]);
		put_one();
		message_number(&m, types[i], 0);
		refused(want);
	}
}

static void numbers_have_4_bytes(void)
{
	for (unsigned len = 0; len < 12; len++) {
		if (len == 4)
			continue;
		message_attr(&m, MESSAGE_CLONE_FLAGS, "\0\0\0\0\0\0\0\0\0\0\0", len);
		refused("message: byte 16: attribute 27281, not a number of 4 bytes");
	}
	message_header(&m, 7, MESSAGE_CLONE_FLAGS); /* and no padding */
	message_bytes(&m, "\0\0", 3);
	refused("message: byte 16: attribute 27281, not a number of 4 bytes");
}

static void truth_values_have_1_or_4_bytes(void)
{
	for (unsigned len = 0; len < 12; len++) {
		if (len == 1 || len == 4)
			continue;
		message_attr(&m, MESSAGE_SETGROUPS, "\1\0\0\0\0\0\0\0\0\0\0", len);
		refused("message: byte 16: attribute 27285, not a truth value of 1 or 4 bytes");
		put_one();
		message_attr(&m, MESSAGE_ROOTLESS, "\1\0\0\0\0\0\0\0\0\0\0", len);
		refused("message: byte 24: attribute 27287, not a truth value of 1 or 4 bytes");
	}
}

static void refuse_string(const char *value, size_t len)
{
	for (unsigned type = MESSAGE_NS_PATHS; type <= MESSAGE_TIME_OFFSETS; type++) {
		char want[96];

		if (type == MESSAGE_SETGROUPS || type == MESSAGE_ROOTLESS)
			continue;
		(void)snprintf(want, sizeof(want),
			       "message: byte 24: attribute %u, not a string that ends in its "
			       "only NUL byte",
			       type);
		put_one();
		message_header(&m, (unsigned)len + 4, type); /* and no padding, which is NUL */
		message_bytes(&m, value, len);
		refused(want);
	}
}

static void strings_end_in_their_only_nul(void)
{
	refuse_string("", 0);
	refuse_string("x", 1);
	refuse_string("net:", 4);
	refuse_string("\0", 2);
	refuse_string("\0x", 2);
	refuse_string("a\0b", 4);
	refuse_string("0 0 1\0", 7);
}

/* ---- padding ---- */

static void last_padding_may_be_missing(void)
{
	static const char *const values[] = { "", "a", "ab", "abc", "abcd" };

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		unit_case = values[i];
		put_one();
		message_header(&m, (unsigned)i + 1 + 4, MESSAGE_OOM_SCORE_ADJ);
		message_bytes(&m, values[i], i + 1);
		taken();
		check_text(rq.runc.oom_score_adj, values[i]);
		message_free(&m);
	}
	message_header(&m, 5, MESSAGE_SETGROUPS);
	message_bytes(&m, "\1", 1);
	taken();
	check(rq.runc.drop_groups);
	message_free(&m);
}

static void padding_may_be_cut_and_hold_anything(void)
{
	for (size_t len = 0; len < 4; len++) {
		message_header(&m, 5, MESSAGE_OOM_SCORE_ADJ);
		message_bytes(&m, "", 1);
		message_bytes(&m, "\xff\xff\xff", len);
		taken();
		check_text(rq.runc.oom_score_adj, "");
		message_free(&m);
	}
	message_header(&m, 6, MESSAGE_OOM_SCORE_ADJ);
	message_bytes(&m, "7\0\xff\xff", 4);
	message_text(&m, MESSAGE_UID_MAP, "0 0 1");
	taken();
	check_text(rq.runc.oom_score_adj, "7");
	check_text(rq.outside.uid_map, "0 0 1");
	message_free(&m);
}

int main(void)
{
	unit("the header tells how much follows", header_tells_what_follows);
	unit("its flags, sequence number and sender mean nothing",
	     flags_sequence_and_sender_mean_nothing);
	unit("other types and lengths of a message are refused", other_headers_are_refused);
	unit("a message without attributes asks for nothing", no_attribute_asks_for_nothing);
	unit("clone flags are kinds to create", clone_flags_are_kinds_to_create);
	unit("clone flags of anything else are refused", foreign_clone_flags_are_refused);
	unit("a list of paths is kinds to join", paths_are_kinds_to_join);
	unit("a path begins behind the first colon", path_begins_behind_the_first_colon);
	unit("an empty list joins nothing, but hides", empty_list_joins_nothing_but_hides);
	unit("lists with other kinds, without a path or with one twice are refused",
	     other_lists_are_refused);
	unit("strings arrive as they are, and are not copied", strings_arrive_as_they_are);
	unit("a string may have all bytes that an attribute can", longest_string_is_whole);
	unit("an empty string is none", empty_string_is_none);
	unit("groups are denied or dropped as both truth values say",
	     groups_depend_on_both_truth_values);
	unit("a truth value is true unless all its bytes are 0", everything_but_0_is_true);
	unit("a whole message is understood", whole_message_is_understood);
	unit("of an attribute that is there twice the last one counts", of_two_the_last_counts);
	unit("less than the header of an attribute is refused", cut_headers_are_refused);
	unit("lengths of 0 to 3 are refused", lengths_below_that_of_the_header_are_refused);
	unit("a value that goes beyond the end is refused", values_beyond_the_end_are_refused);
	unit("unknown types are refused", unknown_types_are_refused);
	unit("a number has 4 bytes", numbers_have_4_bytes);
	unit("a truth value has 1 or 4 bytes", truth_values_have_1_or_4_bytes);
	unit("a string ends in its only NUL byte", strings_end_in_their_only_nul);
	unit("the padding of the last attribute may be missing", last_padding_may_be_missing);
	unit("padding may be cut short and hold anything", padding_may_be_cut_and_hold_anything);
	return unit_end();
}
