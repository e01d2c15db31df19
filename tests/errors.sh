#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Whatever goes wrong, the program does not run, the status and the text say what
# failed, nothing has been changed and nobody is left.
#
# From lib.sh and probe.sh; some texts are expanded elsewhere, some are lists of words.
# shellcheck disable=SC2154,SC2016,SC2086,SC2034

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/probe.sh"
. "$(dirname "$0")/hosts-build.sh"

drop="setpriv --reuid $ordinary --regid $ordinary --clear-groups"

# What must not run: "nsexec -n -- $it_runs"
mark=nsx-error-$$
it_runs="sh -c 'echo it ran' $mark"
plain=

oneTimeSetUp() {
	build_probe
	build_hosts late
	mkdir -m 777 "$work/open"
	mkdir "$work/directory"
	mkfifo "$work/fifo"
	echo text >"$work/text"
	printf '#!/absent/interpreter\n' >"$work/orphan"
	chmod 755 "$work/orphan"

	container_plain && plain=$target
	container_userns && remapped=$target
	container_rootless && rootless=$target

	# Its parent never asks how it ended.
	sh -c 'sleep 300 & echo $! >"$0"; exec sleep 300' "$work/pid" >/dev/null 2>&1 </dev/null &
	remember $!
	wait_for '[ -s "$work/pid" ]'
	zombie=$(cat "$work/pid")
	kill -KILL "$zombie"
	wait_for 'grep -q "^State:.Z" "/proc/$zombie/status"'
}

# Use: in_containers "$plain" || return 0
in_containers() {
	need strace || return 1
	for it in "$@"; do
		[ -n "$it" ] || { skip "${why:-no such container here}"; return 1; }
	done
}

# ---- the table -----------------------------------------------------------------

# Calls that change a process, or make one, if they succeed; but what the loader
# and setpriv(1) do is not ours.
changing='setns,unshare,setresuid,setresgid,setgroups,chroot,chdir,fchdir,clone,fork,vfork'
changing_or=$(echo $changing | tr , '|')

# nsexec WORD..., host TEXT, user WORD...: under the eye of strace, at most ten seconds.
nsexec() {
	timeout 60 strace -f -qq -o "$work/open/trace" -e trace=$changing$calls $faults "$NSEXEC" "$@"
}
host() {
	timeout 60 strace -f -qq -o "$work/open/trace" -e trace=$changing \
		-E "LD_PRELOAD=$PRELOAD" -E "NSEXEC=$1" sh -c 'echo the host ran' $mark
}
user() {
	timeout 60 $drop strace -f -qq -o "$work/open/trace" -e trace=$changing "$NSEXEC" "$@"
}

# inject FAULT: for nsexec in this row
inject() {
	calls=$calls,${1%%:*}
	faults="$faults -e inject=$1"
}

# row WHAT COMMAND STATUS TEXT...: COMMAND must print nothing, and these lines to stderr.
row() {
	what=$1
	command=$2
	status=$3
	shift 3
	calls=
	faults=
	rm -f "$work/open/trace"
	(eval "$command") >"$work/out" 2>"$work/err" </dev/null
	assertEquals "$what: status" "$status" $?
	[ $# -eq 0 ] || set -- "$(printf 'nsexec: %s\n' "$@")"
	assertEquals "$what" "${1-}" "$(cat "$work/err")"
	assertEquals "$what: output" '' "$(cat "$work/out")"
	rows=$((${rows-0} + 1))
}

# changed: what the command of the last row has changed; the constructor's question
# for threads changes nothing.
changed() {
	grep -Es "^[0-9 ]*(${changing_or})\(" "$work/open/trace" |
		grep -v -e ' = -1 ' -e 'unshare(CLONE_THREAD)'
}

# early ...: a row, and nothing has been changed when it fails.
early() {
	row "$@"
	assertTrue "$1: not looked at" '[ -e "$work/open/trace" ]'
	assertEquals "$1: changed" '' "$(changed)"
}

help="hint: try 'nsexec --help'"
gone='hint: the target ended while it was being entered; nothing was joined'

# ---- words ---------------------------------------------------------------------

testWordsThatAreWrong() {
	in_containers "$plain" || return 0
	early 'unknown letter' 'nsexec -Q' 125 'options: unknown option (-Q)' "$help"
	early 'unknown letter among others' 'nsexec -aQF' 125 'options: unknown option (-aQF)' "$help"
	early 'unknown name' 'nsexec --unknown=1' 125 'options: unknown option (--unknown=1)' "$help"
	early 'shortened name' 'nsexec --targ 1' 125 'options: unknown option (--targ)' "$help"
	early 'control characters' 'nsexec "$(printf "\055-\033[1m")"' 125 \
		'options: unknown option (--\x1b[1m)' "$help"
	early 'value missing' 'nsexec -n -t' 125 'options: value missing (-t)'
	early 'value missing, long' 'nsexec --report-fd' 125 'options: value missing (--report-fd)'
	early 'value missing of -W' 'nsexec -t $plain -W' 125 'options: value missing (-W)'
	early 'empty value' 'nsexec --target= -n' 125 'options: empty value (--target)'
	early 'empty FILE' 'nsexec -n=' 125 'options: empty value (--net)'
	early 'takes no value' 'nsexec --all=yes' 125 'options: takes no value (--all=yes)'
	early 'given twice' 'nsexec -t 1 -n --target=2' 125 'options: given twice (--target)'
	early 'kind given twice' 'nsexec -n/a --net=/b' 125 'options: given twice (--net)'
	early 'conflict' 'nsexec -t $plain -p -F --fork' 125 \
		'options: conflicts with --no-fork (--fork)'
	early 'conflict of directories' 'nsexec -t $plain -w -W /' 125 \
		'options: conflicts with --wdns (--wd)'
	early 'conflict of ids' 'nsexec -t $plain -U --preserve-credentials -S 0' 125 \
		'options: conflicts with --setuid (--preserve-credentials)'
	early 'id that is none' 'nsexec -S nobody' 125 \
		'options: --setuid takes a number from 0 to 4294967294 (nobody)'
	early 'id that means: leave it' 'nsexec -G 4294967295' 125 \
		'options: --setgid takes a number from 0 to 4294967294 (4294967295)'
	early 'neither yes nor no' 'nsexec --dumpable=maybe' 125 \
		'options: --dumpable takes yes or no (maybe)'
	early 'descriptor that is none' 'nsexec --report-fd -1' 125 \
		'options: --report-fd takes a number from 0 to 2147483647 (-1)'
	early 'all of nobody' "nsexec -a -- $it_runs" 125 'options: needs a target, -t (--all)'
	early 'kind of nobody' "nsexec -n -- $it_runs" 125 \
		'options: neither FILE nor target, -t, for the namespace (net)
nsexec: hint: to create one, say --unshare=KIND'
	early 'root of nobody' "nsexec -r -- $it_runs" 125 \
		"options: needs DIR or a target, -t (--root)
nsexec: hint: unshare's -r, to be root in a new user namespace, is --map-root-user"
	early 'directory of nobody' "nsexec -w -- $it_runs" 125 \
		'options: needs DIR or a target, -t (--wd)'
	early 'target for nothing' "nsexec -t $plain -- $it_runs" 125 \
		"options: a target, but nothing to take from it ($plain)"
}

testWordsOfAVariableThatAreWrong() {
	in_containers "$plain" || return 0
	early 'single quote' "host \"-t 1 'x\"" 125 'words: byte 6: quote not closed'
	early 'double quote' 'host "-t \"1 -n"' 125 'words: byte 4: quote not closed'
	early 'backslash' 'host "-t 1\\"' 125 'words: byte 5: nothing behind the backslash'
	early 'unknown letter' 'host -Q' 125 'options: unknown option (-Q)' "$help"
	early 'help' 'host "-t 1 --help"' 125 'options: not in front of a host program (-t)'
	early 'version' 'host -V' 125 'options: not in front of a host program (-V)'
	early 'too long' "host '$(head -c 65537 /dev/zero | tr '\0' x)'" 125 \
		'words too long (more than 65536 bytes): E2BIG Argument list too long'
	early 'too many' "host '$(seq 4097)'" 125 \
		'words too many words (more than 4096): E2BIG Argument list too long'
	early 'target that is gone' "host '-t 2147483647 -n'" 125 \
		'target process (PID 2147483647): ESRCH No such process'
	early 'its program is missing' "host '/absent'" 127 'exec /absent: ENOENT No such file or directory'
}

# carried FD [COMMAND]: the host, with NSEXEC_FD
carried() {
	timeout 60 strace -f -qq -o "$work/open/trace" -e trace=$changing \
		-E "LD_PRELOAD=$PRELOAD" -E "NSEXEC_FD=$1" sh -c 'echo the host ran' $mark
}

testDescriptorsOfWordsThatAreWrong() {
	in_containers "$plain" || return 0
	early 'no number' 'carried three' 125 'read: NSEXEC_FD is not a descriptor (three)'
	early 'negative' 'carried -1' 125 'read: NSEXEC_FD is not a descriptor (-1)'
	early 'too large' 'carried 2147483648' 125 'read: NSEXEC_FD is not a descriptor (2147483648)'
	early 'not open' 'carried 77' 125 'read NSEXEC_FD (77): EBADF Bad file descriptor'
	early 'not for reading' 'carried 3 3>/dev/null' 125 'read NSEXEC_FD (3): EBADF Bad file descriptor'
	early 'directory' 'carried 3 3<"$work"' 125 'read NSEXEC_FD (3): EISDIR Is a directory'
	early 'empty' 'carried 3 3</dev/null' 125 'words: nothing arrived before end of file'
	early 'half' 'printf "echo\\0ha" | carried 3 3<&0' 125 \
		'words: byte 7: the last word has no NUL: the writer ended half-way'
	early 'endless' 'carried 3 3</dev/zero' 125 \
		'words too long (more than 65536 bytes): E2BIG Argument list too long'
	early 'both' "NSEXEC=-n carried 3 3</dev/null" 125 'read: both NSEXEC and NSEXEC_FD are set'
}

testLogLevelsThatAreWrong() {
	in_containers "$plain" || return 0
	level='NSEXEC_LOG is not off, error, info or debug, with or without :FD'
	early 'unknown' "NSEXEC_LOG=loud nsexec -- $it_runs" 125 "options: $level (loud)"
	early 'more than a level' "NSEXEC_LOG=errors nsexec -- $it_runs" 125 "options: $level (errors)"
	early 'descriptor that is none' "NSEXEC_LOG=debug:two nsexec -- $it_runs" 125 \
		"options: $level (debug:two)"
	early 'for a host' 'NSEXEC_LOG=loud host "-t $plain -n"' 125 "options: $level (loud)"
	early 'silent on request' "NSEXEC_LOG=off nsexec -Q" 125
	early 'elsewhere' 'NSEXEC_LOG=error:4 nsexec -Q 4>"$work/log"' 125
	assertEquals "nsexec: options: unknown option (-Q)
nsexec: $help" "$(cat "$work/log")"
}

# ---- who ------------------------------------------------------------------------

testTargetsThatAreNone() {
	in_containers "$plain" || return 0
	for pid in 0 -1 +1 1x 0x1 ' 1' one 2147483648 99999999999999999999; do
		early "PID '$pid'" "nsexec -t '$pid' -n -- $it_runs" 125 \
			"target: not a PID, PID:INODE, pidfd:N or a name such as container:ID ($pid)"
	done
	early 'nobody has it' "nsexec -t 2147483647 -n -- $it_runs" 125 \
		'target process (PID 2147483647): ESRCH No such process'
	early 'nobody has it, without pidfds' \
		"inject pidfd_open:error=ENOSYS; nsexec -t 2147483647 -n -- $it_runs" 125 \
		'target process (PID 2147483647): ESRCH No such process'
	early 'ended' "nsexec -t $zombie -n -- $it_runs" 125 \
		"target process (PID $zombie): ESRCH No such process" "$gone"
	early 'ended, all of it' "nsexec -t $zombie -a -- $it_runs" 125 \
		"target process (PID $zombie): ESRCH No such process" "$gone"
	early 'ended, without pidfds' \
		"inject pidfd_open:error=ENOSYS; nsexec -t $zombie -n -- $it_runs" 125 \
		"open net (/proc/$zombie/ns/net): ESRCH No such process" "$gone"
	row 'no descriptor left' "ulimit -n 3; \"\$NSEXEC\" -t $plain -n -- $it_runs" 125 \
		"target process (PID $plain): EMFILE Too many open files"
}

# ends_in_the_middle CALL [FAULTS]: a target that ends when nsexec has made its CALL
ends_in_the_middle() {
	start_in unshare --net
	hold "$1" "${2-}" "$NSEXEC" -t "$target" -n -- sh -c 'echo it ran' $mark >"$work/out" 2>"$work/err"
	kill -KILL "$target"
	wait "$target" 2>/dev/null
	release
	assertEquals "status, $*" 125 $status
	assertEquals "output, $*" '' "$(cat "$work/out")"
	assertNull "joined, $*" "$(grep '^[0-9 ]*setns(.* = 0$' "$work/trace")"
}

testTargetThatEndsInTheMiddle() {
	need_root || return 0
	need strace || return 0
	ends_in_the_middle pidfd_open
	assertEquals "nsexec: target process (PID $target): ESRCH No such process
nsexec: $gone" "$(cat "$work/err")"
	ends_in_the_middle openat pidfd_open:error=ENOSYS
	assertEquals "nsexec: open net (/proc/$target/ns/net): ESRCH No such process
nsexec: $gone" "$(cat "$work/err")"
}

# ---- files ------------------------------------------------------------------------

no_file='hint: give /proc/PID/ns/KIND, or a file on which one is mounted, such as /run/netns/NAME'

testFilesThatAreNoNamespace() {
	in_containers "$plain" || return 0
	early 'missing' "nsexec -n/absent -- $it_runs" 125 'open net (/absent): ENOENT No such file or directory'
	early 'below a file' "nsexec -u$work/text/x -- $it_runs" 125 \
		"open uts ($work/text/x): ENOTDIR Not a directory"
	early 'regular' "nsexec --net=$work/text -- $it_runs" 125 \
		"check net, from a file that is no namespace ($work/text): EINVAL Invalid argument" "$no_file"
	early 'directory' "nsexec --ipc=$work/directory -- $it_runs" 125 \
		"check ipc, from a file that is no namespace ($work/directory): EINVAL Invalid argument" "$no_file"
	early 'device' "nsexec --mount=/dev/null -- $it_runs" 125 \
		'check mnt, from a file that is no namespace (/dev/null): EINVAL Invalid argument' "$no_file"
	early 'in /proc' "nsexec --user=/proc/$plain/status -- $it_runs" 125 \
		"check user, from a file that is no namespace (/proc/$plain/status): EINVAL Invalid argument" "$no_file"
	early 'FIFO' "nsexec --pid=$work/fifo -- $it_runs" 125 \
		"check pid, from a file that is no namespace ($work/fifo): EINVAL Invalid argument" "$no_file"
	early 'another kind' "nsexec -n/proc/$plain/ns/uts -- $it_runs" 125 \
		"check net, from a namespace of kind uts (/proc/$plain/ns/uts): EINVAL Invalid argument"
	early 'second of two' "nsexec -t $plain -u -n/proc/$plain/ns/mnt -- $it_runs" 125 \
		"check net, from a namespace of kind mnt (/proc/$plain/ns/mnt): EINVAL Invalid argument"
	early 'of nobody' "nsexec -n/proc/2147483647/ns/net -- $it_runs" 125 \
		'open net (/proc/2147483647/ns/net): ENOENT No such file or directory'
	early 'for a host' "host '-t $plain -u -n$work/text'" 125 \
		"check net, from a file that is no namespace ($work/text): EINVAL Invalid argument" "$no_file"
}

testDirectoriesThatAreNone() {
	in_containers "$plain" || return 0
	early 'root missing' "nsexec -r/absent -- $it_runs" 125 'root /absent: ENOENT No such file or directory'
	early 'root is a file' "nsexec -r$work/text -- $it_runs" 125 "root $work/text: ENOTDIR Not a directory"
	early 'root missing, with joins' "nsexec -t $plain -a -r/absent -- $it_runs" 125 \
		'root /absent: ENOENT No such file or directory'
	early 'directory missing' "nsexec -t $plain -n -w/absent -- $it_runs" 125 \
		'cwd /absent: ENOENT No such file or directory'
	early 'directory is a FIFO' "nsexec -t $plain -n -w$work/fifo -- $it_runs" 125 \
		"cwd $work/fifo: ENOTDIR Not a directory"
	row 'missing inside' "nsexec -t $plain -a -W /absent -- $it_runs" 125 \
		'cwd /absent: ENOENT No such file or directory'
	row 'a file inside' "nsexec -t $plain -n -W /etc/passwd -- $it_runs" 125 \
		'cwd /etc/passwd: ENOTDIR Not a directory'
}

# ---- rights --------------------------------------------------------------------------

open_to='hint: its namespaces are open to its own user if it is dumpable, else to CAP_SYS_PTRACE'

testWhatAnOrdinaryUserMayNot() {
	in_containers "$plain" "$remapped" "$rootless" || return 0
	need_root || return 0
	early "one kind of root's container" "user -t $plain -n -- $it_runs" 125 \
		"open net (/proc/$plain/ns/net): EACCES Permission denied" "$open_to"
	early "all of root's container" "user -t $plain -a -- $it_runs" 125 \
		"open cgroup (/proc/$plain/ns/cgroup): EACCES Permission denied" "$open_to"
	early "all of root's container with a user namespace" "user -t $remapped -a -- $it_runs" 125 \
		"open cgroup (/proc/$remapped/ns/cgroup): EACCES Permission denied" "$open_to"
	early "root of root's container" "user -t $plain -r -- $it_runs" 125 \
		"root of the target (PID $plain): EACCES Permission denied" "$open_to"
	early "file of root's container" "user -n/proc/$plain/ns/net -- $it_runs" 125 \
		"open net (/proc/$plain/ns/net): EACCES Permission denied"
	early 'another user' "user -S 0 -- $it_runs" 125 \
		'become uid 0: EPERM Operation not permitted'
	row 'another root' "user -r/ -- $it_runs" 125 \
		'root change to it: EPERM Operation not permitted'
	early "one's own container without its user namespace" "user -t $rootless -n -- $it_runs" 125 \
		"join net (/proc/$rootless/ns/net): EPERM Operation not permitted" \
		"hint: the namespace is owned by user namespace $(ns_of "$rootless" user); add -U to enter it too"
	early 'a file without its user namespace' "user -u/proc/$rootless/ns/uts -- $it_runs" 125 \
		"join uts (/proc/$rootless/ns/uts): EPERM Operation not permitted" \
		"hint: the namespace is owned by user namespace $(ns_of "$rootless" user); add -U to enter it too"
}

testWhatRootMayNot() {
	in_containers "$plain" "$rootless" || return 0
	need_root || return 0
	capable="hint: joining it needs CAP_SYS_ADMIN in user namespace $(ns_of self user), which owns it, and in your own (mnt: CAP_SYS_CHROOT too)"
	early 'without CAP_SYS_ADMIN' "nsexec_without sys_admin -t $plain -n -- $it_runs" 125 \
		"join net (/proc/$plain/ns/net): EPERM Operation not permitted" "$capable"
	early 'without CAP_SYS_CHROOT' "nsexec_without sys_chroot -t $plain -m -- $it_runs" 125 \
		"join mnt (/proc/$plain/ns/mnt): EPERM Operation not permitted" "$capable"
	unmapped='hint: the id has no mapping in that user namespace; choose another with -S and -G, or --preserve-credentials'
	row 'user without a mapping' "nsexec -t $rootless -U -S 5 -- $it_runs" 125 \
		'become uid 5: EINVAL Invalid argument' "$unmapped"
	row 'group without a mapping' "nsexec -t $rootless -a -G 5 -- $it_runs" 125 \
		'become gid 5: EINVAL Invalid argument' "$unmapped"
	start_in unshare --user --map-user=5 --map-group=5
	row 'root without a mapping' "nsexec -t $target -U -- $it_runs" 125 \
		'become gid 0: EINVAL Invalid argument' "$unmapped"
}

# nsexec_without CAPABILITY WORD...
nsexec_without() {
	lack=$1
	shift
	setpriv --bounding-set "-$lack" --inh-caps "-$lack" \
		strace -f -qq -o "$work/open/trace" -e trace=$changing "$NSEXEC" "$@"
}

# ---- kernels ----------------------------------------------------------------------------

testKernelThatLacksSomething() {
	in_containers "$plain" || return 0
	need_root || return 0
	lacks='hint: this kernel was built without that kind of namespace, or is too old'
	# The only path of these calls that is /proc/self/ns/KIND is the one of the kind.
	early 'kind, from a file' "inject newfstatat:error=ENOENT:when=1
		nsexec --time=/proc/$plain/ns/time -- $it_runs" 125 \
		'check time (/proc/self/ns/time): ENOENT No such file or directory' "$lacks"
	early 'kind, from a target' "inject newfstatat:error=ENOENT:when=1
		inject setns:error=EINVAL; nsexec -t $plain -T -- $it_runs" 125 \
		'check time (/proc/self/ns/time): ENOENT No such file or directory' "$lacks"
	early 'any way to join' "inject setns:error=EINVAL; nsexec -t $plain -n -u -- $it_runs" 125 \
		"join net (/proc/$plain/ns/net): EINVAL Invalid argument"
	early '/proc' "unshare --mount sh -c 'umount -l /proc && exec \"\$@\"' sh \
		strace -f -qq -o '$work/open/trace' -e trace=setns '$NSEXEC' -t $plain -n -r -- $it_runs" 125 \
		'check net (/proc/self/ns/net): ENOENT No such file or directory' \
		'hint: is /proc mounted here, and is it of this PID namespace?'
	row 'another process' "inject clone:error=EAGAIN; nsexec -t $plain -p -- $it_runs" 125 \
		'fork returning process: EAGAIN Resource temporarily unavailable'
	row 'room for the lifeline' "inject pidfd_open:error=EMFILE:when=2+
		inject pipe2:error=EMFILE; nsexec -t $plain -p --umask 022 -- $it_runs" 125 \
		'fork lifeline to the waiter: EMFILE Too many open files'
	row 'room for the report' "inject socketpair:error=ENFILE
		nsexec -t $plain -p --report-fd 5 -- $it_runs 5>/dev/null" 125 \
		'fork channel to the waiter: ENFILE Too many open files in system'
}

testThreadsThatAreThereAlready() {
	in_containers "$plain" || return 0
	need_host late || return 0
	row 'threads' 'NSEXEC="-t $plain -n" "$hosts/late" "$PRELOAD"' 125 \
		'gate the host program has threads already: EBUSY Device or resource busy' \
		'hint: the kernel moves only a process with one thread; load nsexec before the threads start, or use the nsexec command'
}

# ---- streams -------------------------------------------------------------------------------

# Descriptors 0, 1 and 2 are valid ones: what is not there is not written to.
testStreamsThatAreClosed() {
	in_containers "$plain" || return 0
	row 'input' '"$NSEXEC" -Q <&-' 125 'options: unknown option (-Q)' "$help"
	row 'output' '"$NSEXEC" -Q >&-' 125 'options: unknown option (-Q)' "$help"
	row 'all but errors' '"$NSEXEC" -t 2147483647 -a <&- >&-' 125 \
		'target process (PID 2147483647): ESRCH No such process'
	row 'errors' '"$NSEXEC" -Q 2>&-' 125
	row 'all' "\"\$NSEXEC\" -n/proc/$plain/ns/uts -- $it_runs <&- >&- 2>&-" 125
	row 'all, and it fails late' "\"\$NSEXEC\" -t $plain -a -W /absent -- $it_runs <&- >&- 2>&-" 125
	row 'all, and no program' "\"\$NSEXEC\" -t $plain -a -- /absent <&- >&- 2>&-" 127
	for text in help version preload-path; do
		row "$text, output" "\"\$NSEXEC\" --$text >&-" 125 \
			'report standard output: EBADF Bad file descriptor'
		row "$text, full" "\"\$NSEXEC\" --$text >/dev/full" 125 \
			'report standard output: ENOSPC No space left on device'
	done
	row 'plan, output' '"$NSEXEC" -t $plain -a --plan >&-' 125 \
		'report standard output: EBADF Bad file descriptor'
	early 'report' "nsexec --report-fd 77 -t $plain -n -- $it_runs" 125 \
		'report --report-fd (descriptor 77): EBADF Bad file descriptor'
	early 'report, only for reading' "nsexec --report-fd 5 -n/absent -- $it_runs 5</dev/null" 125 \
		'open net (/absent): ENOENT No such file or directory'
	row 'report, full, in place' "nsexec --report-fd 5 -t $plain -n -- $it_runs 5>/dev/full" 125 \
		'report write it (descriptor 5): ENOSPC No space left on device'
}

# ---- programs ------------------------------------------------------------------------------

testProgramsThatCannotRun() {
	in_containers "$plain" || return 0
	interpreter='hint: the file is there; the interpreter or loader that it names is not'
	for shape in "-t $plain -n" "-t $plain -a" ''; do
		row "missing $shape" "nsexec $shape -- /absent" 127 \
			'exec /absent: ENOENT No such file or directory'
		row "nowhere in PATH $shape" "nsexec $shape nsx-absent" 127 \
			'exec nsx-absent: ENOENT No such file or directory'
		row "below a file $shape" "nsexec $shape $work/text/x" 127 \
			"exec $work/text/x: ENOTDIR Not a directory"
		row "not executable $shape" "nsexec $shape $work/text" 126 \
			"exec $work/text: EACCES Permission denied"
		row "directory $shape" "nsexec $shape $work/directory" 126 \
			"exec $work/directory: EACCES Permission denied"
		row "no interpreter $shape" "nsexec $shape $work/orphan" 126 \
			"exec $work/orphan: ENOENT No such file or directory" "$interpreter"
		row "only data in PATH $shape" "PATH=$work:/bin nsexec $shape text" 126 \
			'exec text: EACCES Permission denied'
		row "orphan in PATH $shape" "PATH=$work:/bin nsexec $shape orphan" 126 \
			'exec orphan: ENOENT No such file or directory' "$interpreter"
		row "without a name $shape" "nsexec $shape ''" 127 \
			'exec an empty name: ENOENT No such file or directory'
		row "shell that is none $shape" "SHELL=$work/text nsexec $shape" 126 \
			"exec $work/text: EACCES Permission denied"
	done
}

# The host's own files do not come along; it would break on its first look at them.
testHostWhoseFileIsMissingInTheMountsOfTheTarget() {
	need_root || return 0
	in_containers "$plain" || return 0
	need busybox || return 0
	mkdir "$work/bare"
	unshare --mount sh -c 'mount -t tmpfs none "$0" && cd "$0" && cp "$(command -v busybox)" . && mkdir old && pivot_root . old && exec ./busybox sh -c "
			/busybox umount -l /old; exec /busybox sleep 300"' "$work/bare" >"$work/start" 2>&1 </dev/null &
	target=$!
	remember "$target"
	wait_for 'grep -qas "^/busybox.sleep" "/proc/$target/cmdline"' ||
		{ fail "no container without files: $(cat "$work/start")"; return 0; }
	shell=$(readlink -f "$(command -v sh)")
	row 'host' "host '-t $target -m'" 125 \
		"check host program in the target's mounts ($shell): ENOENT No such file or directory" \
		'hint: the program needs its own files and the target'\''s mounts lack them; take them along, --host, or leave out -m (and -a)'
	row 'program' "nsexec -t $target -m -- $shell" 127 "exec $shell: ENOENT No such file or directory"
	row 'neither shell' "SHELL=$shell nsexec -t $target -m" 127 \
		'exec /bin/sh: ENOENT No such file or directory'
	row 'program of the host' "host '-t $target -m -- $shell'" 127 \
		"exec $shell: ENOENT No such file or directory"
}

# ---- and nobody is left ----------------------------------------------------------------------

testNoProcessIsLeft() {
	in_containers "$plain" || return 0
	no_process_left "$mark"
	assertTrue 'rows of the table' "[ ${rows-0} -ge 100 ]"
}

. shunit2
