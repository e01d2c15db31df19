/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rooms: run each pure room once on an input that never changes.
 *
 * Callgrind counts the instructions inside each room_NAME(), with all that it calls: nothing
 * of libc may be among that, whose instructions are not ours to count.
 */
#include <err.h>
#include <string.h>

#include "bootstrap.h"
#include "carrier.h"
#include "cgroup_names.h"
#include "environ.h"
#include "idmap.h"
#include "json.h"
#include "options.h"
#include "path.h"
#include "plan.h"
#include "procfs.h"
#include "text.h"

#include "../unit/message.h"

/* ---- inputs that are made before anything is counted --------------------------------- */

static struct nsx_error error;
static struct nsx_words_store store;
static struct nsx_words words;
static struct nsx_request request;
static struct nsx_facts facts;
static struct nsx_plan plan;

static char line[] = "-t 4026531840 --mount=/run/ns/mnt -u -i --net=\"/run/netns/blue sky\" -p -C "
		     "-U --root=/srv/a --wd '/srv/a/b c' --setuid 1000 --setgid 1000 --env A=1 "
		     "--env=B=two\\ words --unsetenv C --clearenv --rlimit nofile=1024:4096 "
		     "--oom-score-adj=-500 --umask 027 --caps all,-sys_admin --no-new-privs "
		     "--report-fd 7 -- /usr/bin/program first 'second one' --third=3";

static char front[16];
static struct message message;

static void make_message(void)
{
	message_number(&message, MESSAGE_CLONE_FLAGS, 0x10000000);
	message_text(&message, MESSAGE_NS_PATHS,
		     "ipc:/proc/12345/ns/ipc,uts:/proc/12345/ns/uts,net:/proc/12345/ns/net,"
		     "pid:/proc/12345/ns/pid,mnt:/proc/12345/ns/mnt,cgroup:/proc/12345/ns/cgroup");
	message_text(&message, MESSAGE_UID_MAP, "0 100000 65536\n65536 1000 1\n");
	message_text(&message, MESSAGE_GID_MAP, "0 100000 65536\n65536 1000 1\n");
	message_text(&message, MESSAGE_OOM_SCORE_ADJ, "-500");
	message_number(&message, MESSAGE_ROOTLESS, 0);
	message_front(front, message.len, MESSAGE_INIT);
}

/* What a shell has, and ours last. */
static char ours[] = "NSEXEC=-t 1234 -n", preloaded[] = "LD_PRELOAD=/lib/libnsexec-preload.so:a.so";
static char *environment[] = {
	"SHELL=/bin/bash",
	"PWD=/home/somebody/work",
	"LOGNAME=somebody",
	"HOME=/home/somebody",
	"LANG=en_US.UTF-8",
	"TERM=xterm-256color",
	"USER=somebody",
	"NODE_ENV=production",
	"NSX_OTHER=1",
	"LD_LIBRARY_PATH=/lib",
	"LESSOPEN=| lesspipe %s",
	"XDG_RUNTIME_DIR=/run/user/1000",
	"NAME=value",
	"LANGUAGE=en",
	"NSEXECUTED=no",
	"PATH=/usr/bin:/bin",
	preloaded,
	ours,
	NULL,
};

static void make_facts(void)
{
	facts = (struct nsx_facts){ .wanted = NSX_KINDS_ALL, .complete = true, .pidfd = 9 };
	facts.pid = 1234;
	facts.root = facts.wd = NSX_NOFD;
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		facts.ns[k].fd = 100 + (int)k;
		facts.ns[k].below = k % 2;
	}
}

/* ---- rooms --------------------------------------------------------------------------- */

enum { SOME = 32 /* times, where one is over too soon to be counted well */ };

static void room_words(void)
{
	if (nsx_words_split(line, sizeof(line) - 1, &store, &words, &error) < 0)
		errx(1, "words");
}

static void room_options(void)
{
	if (nsx_options_parse(&words, NSX_DIALECT_OURS, &request, &error) < 0)
		errx(1, "options");
}

static void room_plan(void)
{
	nsx_plan_make(&request, &facts, NSX_WAY_EACH, &plan);
}

static void room_bootstrap(void)
{
	size_t len;

	if (nsx_bootstrap_length(front, &len, &error) < 0 ||
	    nsx_bootstrap_decode(message.bytes, len, &request, &error) < 0)
		errx(1, "bootstrap");
}

static void room_text(void)
{
	char buf[512];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_text_u64(&t, 18446744073709551615u);
	nsx_text_i64(&t, -4026531840);
	nsx_text_json(&t, "a \"path\"\n/run/netns/bl\xc3\xa4u\x01/\xff");
	nsx_text_plain(&t, "/proc/1234/ns/net\x1b[31m and some text behind it");
	nsx_text_str(&t, "the end");
}

static void room_number(void)
{
	uint64_t n;

	for (int i = 0; i < SOME; i++)
		if (!nsx_text_number("4026531840", UINT64_MAX, &n) ||
		    nsx_text_number("12x", 99, &n))
			errx(1, "number");
}

static void room_error(void)
{
	char buf[512];

	error = (struct nsx_error){ 0 };
	(void)nsx_fail(&error, NSX_STEP_JOIN, 1, "net", "/proc/1234/ns/net"); /* -1 always */
	(void)nsx_hint(&error, NSX_HINT_CAPABLE, 4026531840);		      /* likewise */
	nsx_error_text(&error, buf, sizeof(buf));
	nsx_error_hint(&error, buf, sizeof(buf));
}

static void room_carrier(void)
{
	struct nsx_carrier found;

	for (int i = 0; i < SOME; i++)
		if (!nsx_carrier_find(environment, &found))
			errx(1, "carrier");
}

static void room_environ(void)
{
	static const struct nsx_auxv nothing_known;

	(void)nsx_environ_scrub(environment, &nothing_known); /* how many: not asked here */
}

static void room_idmap(void)
{
	static struct nsx_idmap map;
	static char buf[NSX_IDMAP_BYTES];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));
	struct nsx_range range;

	nsx_idmap_own(&map, 0, 1000);
	if (nsx_range_parse("1:100000:65536", &range) < 0)
		errx(1, "idmap");
	for (uint32_t i = 0; i < 16; i++) {
		nsx_idmap_add(&map, &range);
		range.inside += range.count;
		range.outside += range.count;
	}
	nsx_idmap_text(&map, &t);
}

static void room_cgroup_names(void)
{
	static const char id[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	static const char path[] =
		"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0123.slice/"
		"cri-containerd-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
		".scope/init";
	struct nsx_cgroup_part part;
	enum nsx_unit_of of;

	if (!nsx_cgroup_innermost(path, &part) || nsx_cgroup_bare(path, id, &part) ||
	    nsx_cgroup_unit(path, "ssh.service", &part, &of) ||
	    !nsx_cgroup_innermost_unit(path, &part))
		errx(1, "cgroup names");
}

static void room_procfs(void)
{
	static const char stat[] = "1234 (a (b) c) S 3 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 "
				   "1234567 100 200 18446744073709551615 1 1 0\n";
	struct nsx_procfs_stat found;

	for (int i = 0; i < SOME; i++)
		if (!nsx_procfs_parse_stat(stat, &found))
			errx(1, "procfs");
}

static void room_json(void)
{
	static const char text[] =
		"{\"ociVersion\":\"1.0.2\",\"id\":\"blue\",\"status\":\"running\",\"pid\":1234,"
		"\"bundle\":\"/run/\\u0062undle\",\"annotations\":{\"a.b\":\"\",\"c\":[1,-2.5e3,true,"
		"null,{\"d\":\"\\\"quoted\\\"\"}]},\"created\":\"2000-01-01T00:00:00.000000000Z\"}";
	static struct nsx_json json;
	enum nsx_json_is is;

	nsx_json_memory(&json, text, sizeof(text) - 1);
	do
		is = nsx_json_next(&json);
	while (is != NSX_JSON_END && is != NSX_JSON_BAD);
	if (is == NSX_JSON_BAD)
		errx(1, "json");
}

static void room_path(void)
{
	char buf[512];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_path_put(&t, "/srv/containers/blue", "../green/./rootfs//usr/../etc/passwd");
	nsx_path_up(&t);
	if (!nsx_path_within(buf, "/srv/containers"))
		errx(1, "path");
}

/* Volatile: each stays a function with that name. */
static void (*const volatile rooms[])(void) = {
	room_words,	   room_options, room_plan,    room_bootstrap, room_text,
	room_number,	   room_error,	 room_carrier, room_environ,   room_idmap,
	room_cgroup_names, room_procfs,	 room_json,    room_path,
};

int main(void)
{
	make_message();
	make_facts();
	for (size_t i = 0; i < sizeof(rooms) / sizeof(*rooms); i++)
		rooms[i]();
	message_free(&message);
	return 0;
}
