/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#define FLAG NSX_TAKES_NOTHING, ""
#define FILE_OF_KIND NSX_TAKES_FILE, "FILE"
#define DIR_OR_TARGETS NSX_TAKES_FILE, "DIR"
#define VALUE(name) NSX_TAKES_VALUE, name

/* In the order of --help and of the manual. */
const struct nsx_option_row nsx_option_rows[NSX_OPT_COUNT] = {
	[NSX_OPT_TARGET] = { NSX_ABOUT_JOINING, 't', "target", VALUE("PID"),
			     "process whose namespaces to join" },
	[NSX_OPT_ALL] = { NSX_ABOUT_JOINING, 'a', "all", FLAG,
			  "join every namespace of the target that differs from ours" },
	[NSX_OPT_MOUNT] = { NSX_ABOUT_JOINING, 'm', "mount", FILE_OF_KIND,
			    "join the mount namespace" },
	[NSX_OPT_UTS] = { NSX_ABOUT_JOINING, 'u', "uts", FILE_OF_KIND,
			  "join the UTS namespace (hostname)" },
	[NSX_OPT_IPC] = { NSX_ABOUT_JOINING, 'i', "ipc", FILE_OF_KIND,
			  "join the System V IPC namespace" },
	[NSX_OPT_NET] = { NSX_ABOUT_JOINING, 'n', "net", FILE_OF_KIND,
			  "join the network namespace" },
	[NSX_OPT_PID] = { NSX_ABOUT_JOINING, 'p', "pid", FILE_OF_KIND,
			  "join the PID namespace; implies a new process" },
	[NSX_OPT_CGROUP] = { NSX_ABOUT_JOINING, 'C', "cgroup", FILE_OF_KIND,
			     "join the cgroup namespace" },
	[NSX_OPT_USER] = { NSX_ABOUT_JOINING, 'U', "user", FILE_OF_KIND,
			   "join the user namespace; become root in it" },
	[NSX_OPT_TIME] = { NSX_ABOUT_JOINING, 'T', "time", FILE_OF_KIND,
			   "join the time namespace" },
	[NSX_OPT_SETUID] = { NSX_ABOUT_BECOMING, 'S', "setuid", VALUE("UID"),
			     "run as this user id of the entered namespace" },
	[NSX_OPT_SETGID] = { NSX_ABOUT_BECOMING, 'G', "setgid", VALUE("GID"),
			     "run as this group id, without supplementary groups" },
	[NSX_OPT_PRESERVE_CREDENTIALS] = { NSX_ABOUT_BECOMING, 0, "preserve-credentials", FLAG,
					   "keep user and group ids when joining a user namespace" },
	[NSX_OPT_ROOT] = { NSX_ABOUT_RUNNING, 'r', "root", DIR_OR_TARGETS,
			   "change root, to the target's unless DIR is given" },
	[NSX_OPT_WD] = { NSX_ABOUT_RUNNING, 'w', "wd", DIR_OR_TARGETS,
			 "change directory, to the target's unless DIR is given" },
	[NSX_OPT_WDNS] = { NSX_ABOUT_RUNNING, 'W', "wdns", VALUE("DIR"),
			   "change directory to DIR as it is called inside" },
	[NSX_OPT_FORK] = { NSX_ABOUT_RUNNING, 0, "fork", FLAG,
			   "run PROGRAM as a new process in any case" },
	[NSX_OPT_NO_FORK] = { NSX_ABOUT_RUNNING, 'F', "no-fork", FLAG,
			      "no new process: -p then counts for later children only" },
	[NSX_OPT_DETACH] = { NSX_ABOUT_RUNNING, 0, "detach", FLAG,
			     "PROGRAM becomes the caller's child; nsexec ends at once" },
	[NSX_OPT_DUMPABLE] = { NSX_ABOUT_RUNNING, 0, "dumpable", VALUE("yes|no"),
			       "may processes inside look into a host program?" },
	[NSX_OPT_REPORT_FD] = { NSX_ABOUT_RUNNING, 0, "report-fd", VALUE("N"),
				"write one JSON line to descriptor N: pids, or the error" },
	[NSX_OPT_PLAN] = { NSX_ABOUT_RUNNING, 0, "plan", FLAG,
			   "print what would be done, and do nothing" },
	[NSX_OPT_PRELOAD_PATH] = { NSX_ABOUT_RUNNING, 0, "preload-path", FLAG,
				   "print the file to put into LD_PRELOAD" },
	[NSX_OPT_HELP] = { NSX_ABOUT_RUNNING, 'h', "help", FLAG, "print this text" },
	[NSX_OPT_VERSION] = { NSX_ABOUT_RUNNING, 'V', "version", FLAG, "print the version" },
};
