/* SPDX-License-Identifier: Apache-2.0 */
#include "error.h"

#include <errno.h>

#include "errname.h"
#include "text.h"

static const char step_names[NSX_STEP_COUNT][12] = {
	[NSX_STEP_NONE] = "none",
	[NSX_STEP_GATE] = "gate",
	[NSX_STEP_READ] = "read",
	[NSX_STEP_WORDS] = "words",
	[NSX_STEP_OPTIONS] = "options",
	[NSX_STEP_MESSAGE] = "message",
	[NSX_STEP_TARGET] = "target",
	[NSX_STEP_OPEN] = "open",
	[NSX_STEP_CHECK] = "check",
	[NSX_STEP_GUARD] = "guard",
	[NSX_STEP_OOM] = "oom",
	[NSX_STEP_CGROUP] = "cgroup",
	[NSX_STEP_JOIN] = "join",
	[NSX_STEP_UNSHARE] = "unshare",
	[NSX_STEP_MAP] = "map",
	[NSX_STEP_OFFSETS] = "offsets",
	[NSX_STEP_BECOME] = "become",
	[NSX_STEP_PERSIST] = "persist",
	[NSX_STEP_PROPAGATE] = "propagate",
	[NSX_STEP_GRAFT] = "graft",
	[NSX_STEP_MOUNT] = "mount",
	[NSX_STEP_REGISTER] = "register",
	[NSX_STEP_HOSTNAME] = "hostname",
	[NSX_STEP_LOOPBACK] = "loopback",
	[NSX_STEP_LABEL] = "label",
	[NSX_STEP_ROOT] = "root",
	[NSX_STEP_CWD] = "cwd",
	[NSX_STEP_FORK] = "fork",
	[NSX_STEP_SESSION] = "session",
	[NSX_STEP_WAIT] = "wait",
	[NSX_STEP_REPORT] = "report",
	[NSX_STEP_PTY] = "pty",
	[NSX_STEP_FILES] = "files",
	[NSX_STEP_LAUNCH] = "launch",
	[NSX_STEP_EXEC] = "exec",
	[NSX_STEP_PRELOAD] = "preload",
	[NSX_STEP_ENVIRON] = "environ",
	[NSX_STEP_PLAN] = "plan",
	[NSX_STEP_BOUNDING] = "bounding",
	[NSX_STEP_CAPS] = "caps",
	[NSX_STEP_LIMIT] = "limit",
	[NSX_STEP_PRIVS] = "privs",
	[NSX_STEP_CPUS] = "cpus",
	[NSX_STEP_UMASK] = "umask",
	[NSX_STEP_PERSONA] = "persona",
};

/* '#' stands for the error's fact. */
static const char hint_texts[NSX_HINT_COUNT][144] = {
	[NSX_HINT_NONE] = "",
	[NSX_HINT_THREADS] = "the kernel moves only a process with one thread; load nsexec before "
			     "the threads start, or use the nsexec command",
	[NSX_HINT_OTHER_THREADS] =
		"NSEXEC_JOIN_THREADED moves this thread alone; "
		"nsexec_enter() comes back, nsexec_clone() makes a process inside",
	[NSX_HINT_ONE_THREAD] = "user and time move only a process with one thread; "
				"nsexec_clone() makes one that is inside",
	[NSX_HINT_SHARED_DIRS] = "only who shares root and cwd with nobody moves to other mounts: "
				 "unshare(CLONE_FS) first, or nsexec_runner_run(), nsexec_clone()",
	[NSX_HINT_ADD_USER] = "the namespace is owned by user namespace #; add -U to enter it too",
	[NSX_HINT_CAPABLE] = "joining it needs CAP_SYS_ADMIN in user namespace #, which owns it, "
			     "and in your own (mnt: CAP_SYS_CHROOT too)",
	[NSX_HINT_PTRACE] =
		"its namespaces are open to its own user if it is dumpable, else to CAP_SYS_PTRACE",
	[NSX_HINT_KERNEL] = "this kernel was built without that kind of namespace, or is too old",
	[NSX_HINT_GONE] = "the target ended while it was being entered; nothing was joined",
	[NSX_HINT_NOT_A_NAMESPACE] =
		"give /proc/PID/ns/KIND, or a file on which one is mounted, such as /run/netns/NAME",
	[NSX_HINT_UNMAPPED] = "the id has no mapping in that user namespace; choose another with "
			      "-S and -G, or --preserve-credentials",
	[NSX_HINT_HOST_FILE] = "the program needs its own files and the target's mounts lack them; "
			       "take them along, --host, or leave out -m (and -a)",
	[NSX_HINT_PROC] = "is /proc mounted here, and is it of this PID namespace?",
	[NSX_HINT_HELP] = "try 'nsexec --help'",
	[NSX_HINT_INTERPRETER] =
		"the file is there; the interpreter or loader that it names is not",
	[NSX_HINT_FIRST_PROCESS] = "the first process of a PID namespace cannot have siblings; "
				   "leave out --detach, or start nsexec from another process",
	[NSX_HINT_CREATE] = "creating it needs CAP_SYS_ADMIN; as an ordinary user, create a user "
			    "namespace with it",
	[NSX_HINT_LIMIT] = "a limit on namespaces was met, see sysctl user.max_*_namespaces; user "
			   "namespaces nest 32 deep at most",
	[NSX_HINT_MAP] = "an ordinary user may map only his own id, the group only with setgroups "
			 "denied; for more there are newuidmap and newgidmap",
	[NSX_HINT_MAP_TOOL] = "what it may map is in /etc/subuid and /etc/subgid",
	[NSX_HINT_SUBIDS] = "give user # some: usermod --add-subuids 100000-165535 "
			    "--add-subgids 100000-165535 USER, or a line in that file",
	[NSX_HINT_UNSHARE] = "to create one, say --unshare=KIND",
	[NSX_HINT_MAP_ROOT] =
		"unshare's -r, to be root in a new user namespace, is --map-root-user",
	[NSX_HINT_PERSIST] = "binding a namespace to a file needs CAP_SYS_ADMIN out here",
	[NSX_HINT_NEWER] =
		"the kernel binds a mount namespace only where it counts as newer than the "
		"one out here, which it may not by chance: try again",
	[NSX_HINT_TOUCH] = "the file must be there: touch FILE",
	[NSX_HINT_PROPAGATE] =
		"the root directory is no mount point; --propagation=unchanged leaves "
		"it as it is",
	[NSX_HINT_MOUNT_PROC] = "needs a PID namespace that is yours, and where a part of /proc is "
				"covered by other mounts the kernel gives no new one",
	[NSX_HINT_HOST_ENVIRON] =
		"a host program keeps its own array of variables; put them in front "
		"of its command, as in NAME=VALUE NSEXEC=... HOST",
	[NSX_HINT_PIDFS] = "pidfds have inodes of their own since Linux 6.9; PID:INODE needs that, "
			   "and a process, not a thread",
	[NSX_HINT_NS_ID] = "there is none of that kind and id, or you lack CAP_SYS_ADMIN in the "
			   "user namespace that owns it",
	[NSX_HINT_NS_ID_KERNEL] =
		"an id alone finds a namespace since Linux 6.19; since 6.18, :ID:INODE does",
	[NSX_HINT_PTY] = "it comes from a devpts on /dev/pts, of the program's mounts or of the "
			 "caller's; see also sysctl kernel.pty.max",
	[NSX_HINT_GETFD] = "descriptors of a process are open to its own user if it is dumpable, "
			   "else to CAP_SYS_PTRACE",
	[NSX_HINT_GETFD_KERNEL] = "descriptors of a process can be had since Linux 5.6",
	[NSX_HINT_SOCKET_NET] = "it needs CAP_NET_ADMIN in the user namespace that owns the "
				"network namespace",
	[NSX_HINT_OUTSIDE_OURS] = "it is neither our own user namespace nor one below it",
	[NSX_HINT_OWNERS] = "one user namespace can be joined: name it, -U=FILE, in place of "
			    "--user-parent",
	[NSX_HINT_CGROUP_MOUNT] = "no mount of that hierarchy, of those that we see, shows the "
				  "target's cgroup",
	[NSX_HINT_CGROUP_RIGHT] = "it takes the right to write cgroup.procs there and, in cgroup2, "
				  "in the nearest cgroup above it and ours",
	[NSX_HINT_CGROUP_BUSY] = "in cgroup2, one that has controllers in cgroup.subtree_control "
				 "takes no processes itself",
	[NSX_HINT_CGROUP_GONE] = "the cgroup has been removed",
	[NSX_HINT_CGROUP_CPUSET] =
		"a cpuset must have cpuset.cpus and cpuset.mems to take processes",
	[NSX_HINT_RESOURCE] = "that needs CAP_SYS_RESOURCE in the first user namespace",
	[NSX_HINT_SETPCAP] = "dropping from the bounding set needs CAP_SETPCAP",
	[NSX_HINT_AMBIENT] = "a user other than root keeps only ambient capabilities when a "
			     "program is executed; name it in --ambient too",
	[NSX_HINT_EXEC_AS_ROOT] = "root gets its whole bounding set when a program is executed; "
				  "leave out --bounding and it will be as --caps says",
	[NSX_HINT_GAINED] =
		"join one, -U, or create one; or name the capabilities: --caps, --ambient",
	[NSX_HINT_NO_WAY_BACK] =
		"a thread cannot leave it again; nsexec_clone() runs a function in a process "
		"inside",
	[NSX_HINT_OUTER_HOME] = "where this thread is now is owned by an outer user namespace; "
				"nsexec_clone() runs a function in a process inside",
	[NSX_HINT_FIRST_CHILD] = "the PID namespace for this thread's children has no first "
				 "process yet; fork it before",
	[NSX_HINT_IN_CALL] = "a call would wait for its own end here; let it run what it wants by "
			     "nsexec_enter()",
	[NSX_HINT_GRAFT_KERNEL] = "mounts can be taken along to other mounts since Linux 5.12; a "
				  "static program needs none, with --host alone",
	[NSX_HINT_GRAFT_RIGHT] = "copies of mounts need CAP_SYS_ADMIN, or the right to make user "
				 "namespaces; a static program needs none, with --host alone",
	[NSX_HINT_GUEST_DENIED] = "its owner may have no number in there; then all have to be "
				  "allowed to execute it, and to read what it needs",
	[NSX_HINT_AMBIGUOUS] = "say more of the name, or one of these PIDs; nsexec --list shows "
			       "who is there",
	[NSX_HINT_NETNS] = "looked in /run/netns and /var/run/netns; ip netns list has the names",
	[NSX_HINT_NO_UNIT] = "looked at the cgroups of # processes in /proc; the unit of a service "
			     "or scope has one while it runs",
	[NSX_HINT_NO_CGROUP] =
		"looked at the cgroups of # processes in /proc, for it and for those below it; "
		"it is named as there, or as a directory",
	[NSX_HINT_NO_CONTAINER] =
		"looked at the cgroups of # processes in /proc, and at what docker, "
		"podman, containerd, runc and crun write down",
	[NSX_HINT_NO_COMM] = "looked at comm of # processes in /proc",
	[NSX_HINT_HIDEPID] =
		"/proc is mounted with hidepid, so that processes of others are hidden; "
		"it shows #",
	[NSX_HINT_DENIED] = "the cgroups of # processes in /proc do not tell; such files are "
			    "root's, so ask as root, or by PID",
	[NSX_HINT_PRELOAD_OBJECT] = "it belongs to this very build of nsexec and is installed with "
				    "it, see --preload-path",
	[NSX_HINT_PRELOAD_STATIC] = "link nsexec-init.o into it; or in place of --preload, "
				    "--host executes it inside",
	[NSX_HINT_PRELOAD_WITHOUT] = "without --preload, it is executed inside, with the files "
				     "that are there",
	[NSX_HINT_PRELOAD_ANSWER] = "its loader has not loaded our object, or ran something else "
				    "first; LD_DEBUG=libs shows what it does",
	[NSX_HINT_PRELOAD_TRACE] = "it is traced until it has answered: see sysctl "
				   "kernel.yama.ptrace_scope, and seccomp filters",
	[NSX_HINT_PRELOAD_KERNEL] =
		"what a host does before it answers can be seen since Linux 5.3",
};

const char *nsx_step_name(enum nsx_step step)
{
	return step_names[step];
}

int nsx_fail(struct nsx_error *e, enum nsx_step step, int err, const char *what, const char *which)
{
	struct nsx_text t;

	if (e->step != NSX_STEP_NONE)
		return -1;
	e->step = step;
	e->err = err;
	t = nsx_text_on(e->subject, sizeof(e->subject));
	nsx_text_str(&t, what);
	if (which) {
		nsx_text_str(&t, " (");
		nsx_text_str(&t, which);
		nsx_text_str(&t, ")");
	}
	return -1;
}

int nsx_fail_number(struct nsx_error *e, enum nsx_step step, int err, const char *what,
		    const char *which, uint64_t number, const char *tail)
{
	char buf[96];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_text_str(&t, which);
	nsx_text_u64(&t, number);
	nsx_text_str(&t, tail);
	return nsx_fail(e, step, err, what, buf);
}

int nsx_hint(struct nsx_error *e, enum nsx_hint hint, uint64_t fact)
{
	if (e->hint == NSX_HINT_NONE) {
		e->hint = hint;
		e->fact = fact;
	}
	return -1;
}

void nsx_error_put(struct nsx_text *t, const char *step, int err, const char *subject)
{
	nsx_text_str(t, step);
	nsx_text_str(t, err ? " " : ": ");
	nsx_text_plain(t, subject);
	if (err) {
		nsx_text_str(t, ": ");
		nsx_text_str(t, nsx_errname(err));
		nsx_text_str(t, " ");
		nsx_text_str(t, nsx_errtext(err));
	}
}

void nsx_error_text(const struct nsx_error *e, char *buf, size_t size)
{
	struct nsx_text t = nsx_text_on(buf, size);

	nsx_error_put(&t, step_names[e->step], e->err, e->subject);
}

void nsx_error_hint(const struct nsx_error *e, char *buf, size_t size)
{
	struct nsx_text t = nsx_text_on(buf, size);

	for (const char *s = hint_texts[e->hint]; *s; s++)
		if (*s == '#')
			nsx_text_u64(&t, e->fact);
		else
			nsx_text_bytes(&t, s, 1);
}

int nsx_error_status(const struct nsx_error *e)
{
	if (e->step != NSX_STEP_EXEC)
		return 125;
	if (e->hint == NSX_HINT_INTERPRETER)
		return 126;
	return e->err == ENOENT || e->err == ENOTDIR ? 127 : 126;
}
