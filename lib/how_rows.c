/* SPDX-License-Identifier: Apache-2.0 */
#include "how_rows.h"

#define MEMBER_BYTES(member) sizeof(((struct nsexec_options *)0)->member)

/* That what it says fits its type is tested: each member is filled there. */
#define MEMBERS(ROW)                                          \
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
	ROW(init, FLAG, INIT)                                 \
	ROW(pty, FLAG, PTY)                                   \
	ROW(no_fork, FLAG, NO_FORK)

#define ROW_OF(member, says, opt)                                                         \
	{ offsetof(struct nsexec_options, member), MEMBER_BYTES(member), NSX_SAYS_##says, \
	  NSX_OPT_##opt },
#define NUMBER_OF(member, says, opt) NUMBER_OF_##member,
#define BYTES_OF(member, says, opt) char member[MEMBER_BYTES(member)];

const struct nsx_how_row nsx_how_rows[NSX_HOW_ROWS] = { MEMBERS(ROW_OF) };

enum { MEMBERS(NUMBER_OF) NUMBERS };

_Static_assert((int)NUMBERS == (int)NSX_HOW_ROWS, "NSX_HOW_ROWS counts the members");

/* All of it, without anything between. */
struct bytes {
	BYTES_OF(size, , )
	BYTES_OF(words, , )
	MEMBERS(BYTES_OF)
	BYTES_OF(reserved, , )
};

/* A hole would be garbage of the caller, where a later version has a member perhaps. */
_Static_assert(sizeof(struct nsexec_options) == sizeof(struct bytes),
	       "struct nsexec_options has a hole, or a member without a row");
