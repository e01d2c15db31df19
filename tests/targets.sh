#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A target can be named so that no other process is meant by it, and a namespace by
# the kernel's own number: what is meant is joined, or nothing is.
#
# From lib.sh and probe.sh; some texts are expanded elsewhere, some are lists of words.
# shellcheck disable=SC2154,SC2016,SC2086

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/probe.sh"

drop="setpriv --reuid $ordinary --regid $ordinary --clear-groups"

oneTimeSetUp() {
	build_probe
	mkdir -m 777 "$work/open"
	container_plain
	plain=$target
	container_rootless
	rootless=$target
}

# Use: in_targets "$plain" "$rootless" || return 0
in_targets() {
	for it in "$@"; do
		[ -n "$it" ] || { skip "${why:-no such process here}"; return 1; }
	done
}

# Do pidfds have inodes of their own?  Use: has_pidfs || return 0
has_pidfs() {
	need strace || return 1
	[ "$("$probe" inode $$)" != "$("$probe" inode $PPID)" ] ||
		{ skip 'pidfds have no inodes of their own: older than Linux 6.9'; return 1; }
}

# refused TEXT WORD...: the program does not run, and the error is TEXT.
refused() {
	expected=$1
	shift
	got=$("$@" -- echo 'it ran' 2>&1)
	assertEquals "status of $*" 125 $?
	assertEquals "$expected" "$(echo "$got" | sed '/^nsexec: hint: /d')"
}

# What a program finds open, by COMMAND, which is started with descriptor 7 a pidfd of PID.
# Use: fds_with PID COMMAND...
fds_with() {
	it=$1
	shift
	"$probe" pidfd 7 "$it" "$@" "$probe" fds "$work/open/fds" && cat "$work/open/fds"
}

# ---- PID:INODE ------------------------------------------------------------------

testProcessIsNamedByPidAndInode() {
	in_targets "$plain" && has_pidfs || return 0
	who=$plain:$("$probe" inode "$plain")
	got=$(where "$NSEXEC" -t "$who" -a -- 2>&1)
	assertEquals "status: $got" 0 $?
	assertEquals "$(mix "$plain" "$plain")" "$got"
	got=$(where "$NSEXEC" -t "$who" -n -r -- 2>&1)
	assertEquals "status with facts that are complete: $got" 0 $?
	assertEquals "$(mix self "$plain" net)" "$got"
}

testProcessOfAnotherInodeIsRefused() {
	in_targets "$plain" && has_pidfs || return 0
	who=$plain:$("$probe" inode $$)
	for words in -n -a '-n -r' '-p -F' '-n --detach'; do
		refused "nsexec: target: PID is another process now ($who)" "$NSEXEC" -t "$who" $words
	done
	got=$(env "NSEXEC=-t $who -n" "LD_PRELOAD=$PRELOAD" echo 'it ran' 2>&1)
	assertEquals 'status of a host' 125 $?
	assertEquals "nsexec: target: PID is another process now ($who)" "$got"
}

testInodeThatPidfdsDoNotHaveIsRefused() {
	in_targets "$plain" && has_pidfs || return 0
	who=$plain:$("$probe" inode "$plain")
	for fault in fstatfs:error=ENOSYS pidfd_open:error=ENOSYS; do
		got=$(with_faults $fault "$NSEXEC" -t "$who" -n -- echo 'it ran' 2>&1)
		assertEquals "status with $fault" 125 $?
		assertEquals "nsexec: target inode of its pidfd ($who): EOPNOTSUPP Operation not supported
nsexec: hint: pidfds have inodes of their own since Linux 6.9; PID:INODE needs that, and a process, not a thread" "$got"
	done
}

# In a PID namespace of its own the next PID can be chosen.
testRecycledPidIsRefusedByItsInode() {
	need_root && has_pidfs || return 0
	[ -e /proc/sys/kernel/ns_last_pid ] ||
		{ skip 'this kernel does not let one choose a PID'; return 0; }
	got=$(unshare --pid --fork --mount-proc --kill-child sh -c "$await"'
		begin() {
			unshare --net --uts sleep 300 & it=$!
			await $it
		}
		begin
		old=$it
		who=$old:$("$1" inode $old)
		"$0" -t $who -n -- echo "it ran in the first"
		kill -KILL $old
		wait $old 2>/dev/null
		"$0" -t $who -n -- echo "it ran in nobody"
		echo "status $?"
		echo $((old - 1)) >/proc/sys/kernel/ns_last_pid
		begin
		[ $it = $old ] || echo "not $old: $it"
		"$0" -t $old -n -- echo "it ran in whoever has the PID"
		"$0" -t $who -n -- echo "it ran in a stranger"
		echo "status $?"
		kill -KILL $it' "$NSEXEC" "$probe" 2>&1 | sed 's/[0-9][0-9]*:[0-9][0-9]*/WHO/; s/PID [0-9][0-9]*/PID N/')
	assertEquals 'it ran in the first
nsexec: target process (PID N): ESRCH No such process
status 125
it ran in whoever has the PID
nsexec: target: PID is another process now (WHO)
status 125' "$got"
}

# ---- pidfd:N --------------------------------------------------------------------

testProcessIsNamedByAPidfdOfTheCaller() {
	in_targets "$plain" || return 0
	for words in -a '-n -u' '-n -u -r'; do
		got=$("$probe" pidfd 7 "$plain" "$NSEXEC" -t pidfd:7 $words -- "$probe" where 9</proc 2>&1)
		assertEquals "status with $words: $got" 0 $?
		case $words in
		-a) assertEquals "$(mix "$plain" "$plain")" "$got" ;;
		*) assertEquals "with $words" "$(mix self "$plain" net uts)" "$got" ;;
		esac
	done
}

testZeroIsADescriptorAsAnyOther() {
	in_targets "$plain" || return 0
	got=$("$probe" pidfd 0 "$plain" "$NSEXEC" -t pidfd:0 -n -- "$probe" where 9</proc 2>&1)
	assertEquals "status: $got" 0 $?
	assertEquals "$(mix self "$plain" net)" "$got"
}

testOrdinaryUserEntersOnesOwnContainerByAPidfd() {
	in_targets "$rootless" || return 0
	got=$("$probe" pidfd 7 "$rootless" $drop "$NSEXEC" -t pidfd:7 -a -- "$probe" where 9</proc 2>&1)
	assertEquals "status: $got" 0 $?
	assertEquals "$(mix "$rootless" "$rootless")" "$got"
	refused "nsexec: open net (/proc/$plain/ns/net): EACCES Permission denied" \
		"$probe" pidfd 7 "$plain" $drop "$NSEXEC" -t pidfd:7 -n
}

# In front of a program, of a host program, in place and as a new process.
testPidfdStaysTheCallersAndNothingElseIsLeftOpen() {
	in_targets "$plain" || return 0
	want=$(fds_with "$plain" env)
	assertContains "$want" '7'
	for words in -n '-n -r' -p '-n --fork'; do
		assertEquals "a program, with $words" "$want" \
			"$(fds_with "$plain" "$NSEXEC" -t pidfd:7 $words --)"
		assertEquals "a host program, with $words" "$want" \
			"$(fds_with "$plain" env "NSEXEC=-t pidfd:7 $words" "LD_PRELOAD=$PRELOAD")"
	done
}

testDescriptorThatIsNoPidfdIsRefused() {
	in_targets "$plain" || return 0
	refused 'nsexec: target: not a pidfd (pidfd:0)' "$NSEXEC" -t pidfd:0 -n </dev/null
	refused 'nsexec: target: not a pidfd (pidfd:7)' "$NSEXEC" -t pidfd:7 -n 7<"/proc/$plain"
	refused 'nsexec: target: not a pidfd (pidfd:7)' "$NSEXEC" -t pidfd:7 -n 7<"/proc/$plain/ns/net"
	refused 'nsexec: target descriptor (pidfd:77): EBADF Bad file descriptor' \
		"$NSEXEC" -t pidfd:77 -n
}

testPidfdOfAProcessThatHasEndedIsRefused() {
	sleep 300 &
	it=$!
	rm -f "$work/go"
	"$probe" pidfd 7 $it sh -c 'until [ -e "$0" ]; do sleep 0.02; done
		exec "$@"' "$work/go" "$NSEXEC" -t pidfd:7 -n -- echo 'it ran' >"$work/out" 2>&1 &
	front=$!
	remember $it $front
	wait_for 'readlink /proc/$front/fd/7 >"$work/link"'
	kill -KILL $it
	wait $it 2>/dev/null
	: >"$work/go"
	wait $front
	assertEquals 'status' 125 $?
	assertEquals 'nsexec: target process (pidfd:7): ESRCH No such process' "$(cat "$work/out")"
}

# As in a container whose /proc has no number for a process outside.
testPidfdOfAProcessThatProcDoesNotShowIsRefused() {
	need_root || return 0
	got=$("$probe" pidfd 7 $$ unshare --pid --fork --mount-proc --kill-child \
		"$NSEXEC" -t pidfd:7 -n -- echo 'it ran' 2>&1)
	assertEquals 'status' 125 $?
	assertEquals 'nsexec: target process, as /proc shows it (pidfd:7): ESRCH No such process
nsexec: hint: is /proc mounted here, and is it of this PID namespace?' "$got"
}

# ---- :ID ------------------------------------------------------------------------

# number PID KIND: ":ID:INODE"
number() {
	"$probe" id "/proc/$1/ns/$2"
}

# Use: has_ids || return 0
has_ids() {
	number self net >/dev/null 2>&1 || { skip 'namespaces have no ids here: older than Linux 6.18'; return 1; }
}

testNamespacesAreNamedByIdAndInode() {
	in_targets "$plain" && has_ids || return 0
	words=
	for kind in cgroup ipc mnt net pid time uts; do
		case $kind in mnt) name=mount ;; *) name=$kind ;; esac
		words="$words --$name=$(number "$plain" $kind)"
	done
	got=$(where "$NSEXEC" $words -- 2>&1)
	assertEquals "status: $got" 0 $?
	assertEquals "$(mix "$plain" "$plain")" "$got"
}

testOrdinaryUserNamesOnesOwnNamespacesByNumber() {
	in_targets "$rootless" && has_ids || return 0
	got=$(where $drop "$NSEXEC" -U="$(number "$rootless" user)" -n="$(number "$rootless" net)" -- 2>&1)
	assertEquals "status: $got" 0 $?
	assertEquals "$(mix self "$rootless" user net)" "$got"
}

# By the id alone it is found, or the error says which kernel finds it.
testNamespaceIsNamedByItsIdAlone() {
	in_targets "$plain" && has_ids || return 0
	id=$(number "$plain" net)
	id=${id%:*}
	got=$(where "$NSEXEC" --net="$id" -- 2>&1)
	status=$?
	case $status in
	0) assertEquals "$(mix self "$plain" net)" "$got" ;;
	*)
		assertEquals "nsexec: open net ($id): ESTALE Stale file handle
nsexec: hint: an id alone finds a namespace since Linux 6.19; since 6.18, :ID:INODE does" "$got"
		assertEquals 'status' 125 $status
		;;
	esac
}

# That is what a newer kernel is asked, and what it says if there is no such namespace.
testIdAloneIsAskedOfTheKernelWithoutKindAndInode() {
	in_targets "$plain" && has_ids || return 0
	need strace || return 0
	got=$(with_faults open_by_handle_at:retval=9 "$NSEXEC" --net=:5683 -- true 2>&1 9<"/proc/$plain/ns/net")
	assertEquals "status: $got" 0 $?
	assertContains "$(cat "$work/trace")" \
		'f_handle="\x33\x16\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"'
	got=$(with_faults 'open_by_handle_at:error=ESTALE:when=1 open_by_handle_at:retval=9:when=2' \
		"$NSEXEC" --net=:5683 -- echo 'it ran' 2>&1 9<"/proc/$plain/ns/net")
	assertEquals 'status' 125 $?
	assertEquals 'nsexec: open net (:5683): ESTALE Stale file handle
nsexec: hint: there is none of that kind and id, or you lack CAP_SYS_ADMIN in the user namespace that owns it' "$got"
}

testNumbersOfNoNamespaceAreRefused() {
	in_targets "$plain" && has_ids || return 0
	none='nsexec: hint: there is none of that kind and id, or you lack CAP_SYS_ADMIN in the user namespace that owns it'
	net=$(number "$plain" net)
	for it in "--uts=$net" "--net=:1${net#:}" "--net=${net%?}" "--net=:18446744073709551615:1"; do
		kind=${it#--}
		assertEquals "$it" "nsexec: open ${kind%%=*} (${it#*=}): ESTALE Stale file handle
$none" "$("$NSEXEC" "$it" -- echo 'it ran' 2>&1)"
	done
	refused "nsexec: open net ($net): ESTALE Stale file handle" $drop "$NSEXEC" --net="$net"
}

testNumbersThatAreNone() {
	for it in : :: :0 :x :-1 ':1 ' :1: :1:0 :1:x :1:2:3 :18446744073709551616 \
		:1:4294967296 ::1 :111111111111111111111111111111; do
		refused "nsexec: open: neither a path nor :ID nor :ID:INODE ($it)" "$NSEXEC" "--net=$it"
	done
}

testOlderKernelsHaveNoNumbers() {
	need strace || return 0
	for error in 'EBADF Bad file descriptor' 'EOPNOTSUPP Operation not supported' \
		'EINVAL Invalid argument'; do
		for it in :5683 :5683:4026532179; do
			got=$(with_faults "open_by_handle_at:error=${error%% *}" "$NSEXEC" --net=$it \
				-- echo 'it ran' 2>&1)
			assertEquals 'status' 125 $?
			assertEquals "nsexec: open net ($it): $error
nsexec: hint: an id alone finds a namespace since Linux 6.19; since 6.18, :ID:INODE does" "$got"
		done
	done
}

. shunit2
