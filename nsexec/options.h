/* SPDX-License-Identifier: Apache-2.0 */
/* Options: from words to a request.  The table is parser, --help and manual check. */
#ifndef NSX_OPTIONS_H
#define NSX_OPTIONS_H

#include "error.h"
#include "request.h"
#include "words.h"

enum nsx_option {
	NSX_OPT_TARGET,
	NSX_OPT_ALL,
	NSX_OPT_MOUNT,
	NSX_OPT_UTS,
	NSX_OPT_IPC,
	NSX_OPT_NET,
	NSX_OPT_PID,
	NSX_OPT_CGROUP,
	NSX_OPT_USER,
	NSX_OPT_TIME,
	NSX_OPT_NET_SOCKET,
	NSX_OPT_USER_PARENT,
	NSX_OPT_JOIN_CGROUP,
	NSX_OPT_UNSHARE,
	NSX_OPT_MAP_ROOT_USER,
	NSX_OPT_MAP_CURRENT_USER,
	NSX_OPT_MAP_USER,
	NSX_OPT_MAP_GROUP,
	NSX_OPT_MAP_USERS,
	NSX_OPT_MAP_GROUPS,
	NSX_OPT_MAP_AUTO,
	NSX_OPT_SETGROUPS,
	NSX_OPT_OWNER,
	NSX_OPT_PROPAGATION,
	NSX_OPT_MOUNT_PROC,
	NSX_OPT_MOUNT_BINFMT,
	NSX_OPT_LOAD_INTERP,
	NSX_OPT_HOSTNAME,
	NSX_OPT_LOOPBACK,
	NSX_OPT_MONOTONIC,
	NSX_OPT_BOOTTIME,
	NSX_OPT_SETUID,
	NSX_OPT_SETGID,
	NSX_OPT_PRESERVE_CREDENTIALS,
	NSX_OPT_FOLLOW_CONTEXT,
	NSX_OPT_AS_TARGET,
	NSX_OPT_TARGET_ENV,
	NSX_OPT_CLEARENV,
	NSX_OPT_ENV,
	NSX_OPT_UNSETENV,
	NSX_OPT_CAPS,
	NSX_OPT_BOUNDING,
	NSX_OPT_AMBIENT,
	NSX_OPT_KEEP_CAPS,
	NSX_OPT_NO_NEW_PRIVS,
	NSX_OPT_RLIMIT,
	NSX_OPT_OOM_SCORE_ADJ,
	NSX_OPT_CPU_AFFINITY,
	NSX_OPT_UMASK,
	NSX_OPT_PERSONALITY,
	NSX_OPT_HOST,
	NSX_OPT_GRAFT,
	NSX_OPT_ROOT,
	NSX_OPT_WD,
	NSX_OPT_WDNS,
	NSX_OPT_FORK,
	NSX_OPT_NO_FORK,
	NSX_OPT_DETACH,
	NSX_OPT_KILL_CHILD,
	NSX_OPT_INIT,
	NSX_OPT_PTY,
	NSX_OPT_DUMPABLE,
	NSX_OPT_REPORT_FD,
	NSX_OPT_TRACE,
	NSX_OPT_PLAN,
	NSX_OPT_LIST,
	NSX_OPT_JSON,
	NSX_OPT_PRELOAD,
	NSX_OPT_PRELOAD_PATH,
	NSX_OPT_HELP,
	NSX_OPT_VERSION,
	NSX_OPT_COUNT
};

enum nsx_takes {
	NSX_TAKES_NOTHING,
	NSX_TAKES_VALUE,
	NSX_TAKES_VALUES, /* one each time, and it may be given more than once */
	NSX_TAKES_FILE,	  /* or another value; optional, attached */
};

/* The subject of an option: which file applies it, under which heading --help has it. */
enum nsx_about {
	NSX_ABOUT_JOINING,
	NSX_ABOUT_CREATING,
	NSX_ABOUT_BECOMING,
	NSX_ABOUT_ENVIRONMENT,
	NSX_ABOUT_CREDENTIALS,
	NSX_ABOUT_LIMITS,
	NSX_ABOUT_RUNNING,
	NSX_ABOUT_COUNT,
};

/* Texts lie inside the row, not behind pointers: no relocation in the preload. */
struct nsx_option_row {
	enum nsx_about about;
	char letter; /* 0: long name only */
	char name[22];
	enum nsx_takes takes;
	char value[20]; /* how --help calls what it takes */
	char help[68];
};

extern const struct nsx_option_row nsx_option_rows[NSX_OPT_COUNT]
	__attribute__((visibility("hidden")));

/* Who is spoken to: the letters of unshare(1) mean other things than those of nsenter(1). */
enum nsx_dialect { NSX_DIALECT_OURS, NSX_DIALECT_UNSHARE };

/**
 * nsx_options_parse() - turn words into a request
 * @words: options, then maybe PROGRAM and its arguments
 * @dialect: which letters and names go before those of the table
 * @out:   written only on success, but for its report_fd, so that the failure can be
 *         reported if it came behind that option; points into @words
 * @e:     zeroed by the caller; filled on failure: step OPTIONS, errno 0, subject with the word
 *
 * As getopt_long(3) does it for nsenter(1): options end at "--" or at the first
 * word that is none; a letter takes an optional FILE only attached (-n/run/x or
 * -n=/run/x), a long name only behind "=".  Long names are not abbreviated.
 *
 * Context: any; pure; no allocation, no system call.
 * Return: 0, or -1 with @e filled.
 */
int nsx_options_parse(const struct nsx_words *words, enum nsx_dialect dialect,
		      struct nsx_request *out, struct nsx_error *e);

#endif
