/* SPDX-License-Identifier: Apache-2.0 */
/* The members of struct nsexec_options, and what each of them says. */
#ifndef NSX_HOW_ROWS_H
#define NSX_HOW_ROWS_H

#include "nsexec.h"
#include "options.h"

/* What kind of member it is; the form of its option is that of nsx_option_rows. */
enum nsx_says {
	NSX_SAYS_FLAG,	/* int, not 0 */
	NSX_SAYS_TEXT,	/* const char *; "" is the option without what it may go without */
	NSX_SAYS_TEXTS, /* const char *const *, ended by NULL */
	NSX_SAYS_PID,	/* int */
	NSX_SAYS_PIDFD, /* int */
	NSX_SAYS_KINDS, /* int: a set, to join; its option is that of each kind */
	NSX_SAYS_NEW,	/* int: a set, to create */
};

struct nsx_how_row {
	unsigned short offset;
	unsigned char bytes;
	unsigned char says; /* enum nsx_says */
	unsigned char opt;  /* enum nsx_option */
};

/*
 * ROW(member, what it says, its option), in the order of the struct, without its size, its
 * words and what is reserved.  That it says what fits its type is tested.
 */
#define NSX_HOW_MEMBERS(ROW)                                  \
	ROW(target, TEXT, TARGET)                             \
	ROW(target_pid, PID, TARGET)                          \
	ROW(target_pidfd, PIDFD, TARGET)                      \
	ROW(all, FLAG, ALL)                                   \
	ROW(kinds, KINDS, MOUNT)                              \
	ROW(mount, TEXT, MOUNT)                               \
	ROW(uts, TEXT, UTS)                                   \
	ROW(ipc, TEXT, IPC)                                   \
	ROW(net, TEXT, NET)                                   \
	ROW(pid, TEXT, PID)                                   \
	ROW(cgroup, TEXT, CGROUP)                             \
	ROW(user, TEXT, USER)                                 \
	ROW(time, TEXT, TIME)                                 \
	ROW(net_socket, TEXT, NET_SOCKET)                     \
	ROW(user_parent, FLAG, USER_PARENT)                   \
	ROW(join_cgroup, FLAG, JOIN_CGROUP)                   \
	ROW(create, NEW, UNSHARE)                             \
	ROW(map_root_user, FLAG, MAP_ROOT_USER)               \
	ROW(map_current_user, FLAG, MAP_CURRENT_USER)         \
	ROW(map_auto, FLAG, MAP_AUTO)                         \
	ROW(unshare, TEXT, UNSHARE)                           \
	ROW(map_user, TEXT, MAP_USER)                         \
	ROW(map_group, TEXT, MAP_GROUP)                       \
	ROW(map_users, TEXTS, MAP_USERS)                      \
	ROW(map_groups, TEXTS, MAP_GROUPS)                    \
	ROW(setgroups, TEXT, SETGROUPS)                       \
	ROW(owner, TEXT, OWNER)                               \
	ROW(propagation, TEXT, PROPAGATION)                   \
	ROW(mount_proc, TEXT, MOUNT_PROC)                     \
	ROW(mount_binfmt, TEXT, MOUNT_BINFMT)                 \
	ROW(load_interp, TEXT, LOAD_INTERP)                   \
	ROW(hostname, TEXT, HOSTNAME)                         \
	ROW(monotonic, TEXT, MONOTONIC)                       \
	ROW(boottime, TEXT, BOOTTIME)                         \
	ROW(loopback, FLAG, LOOPBACK)                         \
	ROW(as_target, FLAG, AS_TARGET)                       \
	ROW(setuid, TEXT, SETUID)                             \
	ROW(setgid, TEXT, SETGID)                             \
	ROW(preserve_credentials, FLAG, PRESERVE_CREDENTIALS) \
	ROW(follow_context, FLAG, FOLLOW_CONTEXT)             \
	ROW(target_env, FLAG, TARGET_ENV)                     \
	ROW(clearenv, FLAG, CLEARENV)                         \
	ROW(env, TEXTS, ENV)                                  \
	ROW(unsetenv, TEXTS, UNSETENV)                        \
	ROW(caps, TEXT, CAPS)                                 \
	ROW(bounding, TEXT, BOUNDING)                         \
	ROW(ambient, TEXT, AMBIENT)                           \
	ROW(keep_caps, FLAG, KEEP_CAPS)                       \
	ROW(no_new_privs, FLAG, NO_NEW_PRIVS)                 \
	ROW(rlimit, TEXTS, RLIMIT)                            \
	ROW(oom_score_adj, TEXT, OOM_SCORE_ADJ)               \
	ROW(cpu_affinity, TEXT, CPU_AFFINITY)                 \
	ROW(umask, TEXT, UMASK)                               \
	ROW(personality, TEXT, PERSONALITY)                   \
	ROW(root, TEXT, ROOT)                                 \
	ROW(wd, TEXT, WD)                                     \
	ROW(wdns, TEXT, WDNS)                                 \
	ROW(kill_child, TEXT, KILL_CHILD)                     \
	ROW(dumpable, TEXT, DUMPABLE)                         \
	ROW(graft, TEXTS, GRAFT)                              \
	ROW(init, FLAG, INIT)                                 \
	ROW(pty, FLAG, PTY)                                   \
	ROW(host, FLAG, HOST)                                 \
	ROW(no_fork, FLAG, NO_FORK)

#define NSX_HOW_ROW_OF(member, says, opt) NSX_HOW_ROW_OF_##member,
enum { NSX_HOW_MEMBERS(NSX_HOW_ROW_OF) NSX_HOW_ROWS };

extern const struct nsx_how_row nsx_how_rows[NSX_HOW_ROWS];

#endif
