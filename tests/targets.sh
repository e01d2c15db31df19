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

root_of_a_user='unshare --user --map-root-user'
drop="setpriv --reuid $ordinary --regid $ordinary --clear-groups"

oneTimeSetUp() {
	build_probe
	mkdir -m 777 "$work/open"
	container_plain
	plain=$target
	container_rootless
	rootless=$target
	# Its socket 0 is of a network namespace that no process is in any more.
	start_in unshare --net "$probe" leave 0
	left=$target
	start_in $drop $root_of_a_user --net "$probe" leave 9
	left_inside=$target
	# The user namespace in between owns the network namespace.
	start_in $drop $root_of_a_user --net unshare --user
	inner=$target
	start_in unshare --net $root_of_a_user --uts
	split=$target
	# Of three user namespaces the first owns one, the second the other.
	start_in $drop $root_of_a_user --net $root_of_a_user --uts unshare --user
	innermost=$target
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

# ---- --net-socket ----------------------------------------------------------------

# Use: has_getfd || return 0
has_getfd() {
	case $(uname -r) in
	[0-4].* | 5.[0-5].*) skip 'descriptors of others cannot be had: older than Linux 5.6'; return 1 ;;
	esac
}

# net_of COMMAND...: the network namespace that a program finds itself in.
net_of() {
	where "$@" | grep '^net:'
}

testNetworkNamespaceOfASocketIsJoined() {
	in_targets "$left" "$plain" && has_getfd || return 0
	got=$(net_of "$NSEXEC" -t "$left" -N 0 --)
	assertEquals 'status' 0 $?
	assertContains "$got" 'net:['
	assertNotEquals 'not that of the target' "$(readlink "/proc/$left/ns/net")" "$got"
	assertNotEquals 'not ours' "$(readlink /proc/self/ns/net)" "$got"
	assertEquals 'with -a it replaces that of the target' "$(mix "$left" "$left" | sed "s/^net:.*/$got/")" \
		"$(where "$NSEXEC" -t "$left" -a -N0 --)"
	assertEquals 'a host program' "$got" \
		"$(net_of env "NSEXEC=-t $left --net-socket=0" "LD_PRELOAD=$PRELOAD")"
}

testSocketLeavesNoDescriptor() {
	in_targets "$left" && has_getfd || return 0
	for words in '-N 0' '-N 0 --fork'; do
		want=$("$probe" fds "$work/open/fds" && cat "$work/open/fds")
		assertEquals "a program, with $words" "$want" \
			"$("$NSEXEC" -t "$left" $words -- "$probe" fds "$work/open/fds" && cat "$work/open/fds")"
		assertEquals "a host program, with $words" "$want" \
			"$(env "NSEXEC=-t $left $words" "LD_PRELOAD=$PRELOAD" "$probe" fds "$work/open/fds" &&
				cat "$work/open/fds")"
	done
}

testPlanSaysWhoseSocketItIs() {
	in_targets "$left" && has_getfd || return 0
	assertContains "$("$NSEXEC" -t "$left" -N 0 --plan)" "descriptor 0 of PID $left"
}

testOrdinaryUserJoinsTheNetworkOfOnesOwnSocket() {
	in_targets "$left_inside" && has_getfd || return 0
	got=$(net_of $drop "$NSEXEC" -t "$left_inside" -U -N 9 --)
	assertEquals 'status' 0 $?
	assertContains "$got" 'net:['
	assertNotEquals 'not that of the target' "$(readlink "/proc/$left_inside/ns/net")" "$got"
	assertNotEquals 'not ours' "$(readlink /proc/self/ns/net)" "$got"
}

testSocketThatIsNotToBeHadIsAnError() {
	in_targets "$left" "$plain" && has_getfd || return 0
	need strace || return 0
	refused "nsexec: open net (descriptor 77 of PID $left): EBADF Bad file descriptor" \
		"$NSEXEC" -t "$left" -N 77
	refused "nsexec: check net (descriptor 2 of PID $left): ENOTSOCK Socket operation on non-socket" \
		"$NSEXEC" -t "$left" -N 2
	refused "nsexec: open net (descriptor 0 of PID $left): EPERM Operation not permitted" \
		$drop "$NSEXEC" -t "$left" -N 0
	for fault in pidfd_getfd pidfd_open; do
		got=$(with_faults $fault:error=ENOSYS "$NSEXEC" -t "$left" -N 0 -- echo 'it ran' 2>&1)
		assertEquals "status without $fault" 125 $?
		assertEquals "nsexec: open net (descriptor 0 of PID $left): ENOSYS Function not implemented
nsexec: hint: descriptors of a process can be had since Linux 5.6" "$got"
	done
}

# One's own process may have been given a socket of somebody else's network.
testSocketOfAForeignNetworkIsRefused() {
	need_root && has_getfd || return 0
	start_in setpriv --reuid "$ordinary" --regid "$ordinary" --clear-groups \
		$root_of_a_user "$probe" leave 9
	in_targets "$target" || return 0
	got=$($drop "$NSEXEC" -t "$target" -U -N 9 -- echo 'it ran' 2>&1)
	assertEquals 'status' 125 $?
	assertEquals "nsexec: check net (descriptor 9 of PID $target): EPERM Operation not permitted
nsexec: hint: it needs CAP_NET_ADMIN in the user namespace that owns the network namespace" "$got"
}

testSocketOptionsThatMakeNoSenseAreRefused() {
	refused 'nsexec: options: needs a target, -t (--net-socket)' "$NSEXEC" -N 3
	refused 'nsexec: options: conflicts with --net-socket (--net)' "$NSEXEC" -t 1 -N 3 -n
	refused 'nsexec: options: conflicts with --net-socket (--net)' "$NSEXEC" -t 1 -n/x -N 3
	refused 'nsexec: options: --net-socket takes a number from 0 to 2147483647 (x)' "$NSEXEC" -t 1 -N x
}

# ---- --user-parent ----------------------------------------------------------------

owner_of() {
	"$probe" owner "/proc/$1/ns/$2"
}

testOwnerOfTheNetworkIsJoinedWithIt() {
	in_targets "$inner" || return 0
	assertNotEquals 'the target is not in it' "$(ns_of "$inner" user)" "$(owner_of "$inner" net)"
	for as in '' "$drop"; do
		got=$(where $as "$NSEXEC" -t "$inner" -n --user-parent --)
		assertEquals "status of $as" 0 $?
		assertEquals "$(mix self "$inner" net | sed "s/^user:.*/user:[$(owner_of "$inner" net)]/")" "$got"
		assertEquals 'who we are' '0:0' \
			"$($as "$NSEXEC" -t "$inner" -n --user-parent -- sh -c 'echo $(id -u):$(id -g)')"
	done
	assertEquals 'a host program' "$got" \
		"$(where env "NSEXEC=-t $inner -n --user-parent" "LD_PRELOAD=$PRELOAD")"
	# Without it the right is missing.
	refused "nsexec: join net (/proc/$inner/ns/net): EPERM Operation not permitted" \
		$drop "$NSEXEC" -t "$inner" -n
}

testParentOfANamedUserNamespaceIsJoinedInItsPlace() {
	in_targets "$inner" "$innermost" || return 0
	for words in "-t $inner -U" "-t $inner -a" "-U/proc/$inner/ns/user"; do
		got=$(where $drop "$NSEXEC" --user-parent $words -- 2>&1)
		assertEquals "status with $words: $got" 0 $?
		assertContains "with $words" "$got" "user:[$(owner_of "$inner" user)]"
	done
	assertEquals "all of it" "$(mix self "$inner" net | sed "s/^user:.*/user:[$(owner_of "$inner" net)]/")" \
		"$(where $drop "$NSEXEC" --user-parent -t "$inner" -a --)"
	assertContains "$("$NSEXEC" --user-parent -t "$inner" -U --plan)" \
		"parent of user:[$(ns_of "$inner" user)]"
}

# The host's is joined as before; there is no need to join the host's user namespace.
testOwnerThatWeAreInAlreadyIsNotJoined() {
	in_targets "$plain" "$split" || return 0
	got=$(where "$NSEXEC" -t "$plain" -n -u --user-parent --)
	assertEquals 'status' 0 $?
	assertEquals "$(mix self "$plain" net uts)" "$got"
	got=$(where "$NSEXEC" -t "$split" -n -u --user-parent --)
	assertEquals 'status' 0 $?
	assertEquals "$(mix self "$split" net uts user)" "$got"
}

testTwoOwnersAreAnError() {
	in_targets "$innermost" || return 0
	got=$("$NSEXEC" -t "$innermost" -n -u --user-parent -- echo 'it ran' 2>&1)
	assertEquals 'status' 125 $?
	assertEquals "nsexec: check user, but the others differ in their owner (owner of uts:[$(
		ns_of "$innermost" uts)]): EINVAL Invalid argument
nsexec: hint: one user namespace can be joined: name it, -U=FILE, in place of --user-parent" "$got"
	for kind in n:net u:uts; do
		assertContains "$kind" "$(where "$NSEXEC" -t "$innermost" -${kind%:*} --user-parent --)" \
			"user:[$(owner_of "$innermost" ${kind#*:})]"
	done
}

testOwnerOutsideOfOurUserNamespaceIsAnError() {
	in_targets "$plain" || return 0
	it='EPERM Operation not permitted
nsexec: hint: it is neither our own user namespace nor one below it'
	got=$("$NSEXEC" -t $$ -U --user-parent -- echo 'it ran' 2>&1)
	assertEquals 'status' 125 $?
	assertEquals "nsexec: check user (parent of user:[$(ns_of self user)]): $it" "$got"
	got=$(unshare --user --net "$NSEXEC" --net=/proc/self/fd/9 --user-parent -- echo 'it ran' \
		2>&1 9</proc/self/ns/net)
	assertEquals 'status from inside' 125 $?
	assertEquals "nsexec: check user (owner of net:[$(ns_of self net)]): $it" "$got"
}

testParentOfNothingIsRefused() {
	refused 'nsexec: options: needs another namespace to join, or -U (--user-parent)' \
		"$NSEXEC" -t 1 --user-parent
	refused 'nsexec: options: needs another namespace to join, or -U (--user-parent)' \
		"$NSEXEC" -t 1 --user-parent -r
}

. shunit2
