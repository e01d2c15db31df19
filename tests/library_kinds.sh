#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Kinds of namespaces have names and numbers, a kernel has some of them, and of a set of
# them can be told whether it can be used.
#
# From lib.sh; expanded elsewhere.
# shellcheck disable=SC2154,SC2016

. "$(dirname "$0")/lib.sh"

oneTimeSetUp() {
	build_program places || fail 'places.c does not compile'
}

# places WORD...: what it says, and how it ends
places() { "$work/places" "$@" 2>&1; }

# says WANT WORD...
says() {
	want=$1
	shift
	assertEquals "$*" "$want" "$(places "$@")"
}

# The names of /proc/PID/ns and the CLONE_NEW* of the kernel's headers.
numbers='cgroup 0x2000000
ipc 0x8000000
mnt 0x20000
net 0x40000000
pid 0x20000000
time 0x80
user 0x10000000
uts 0x4000000'

testEachKindHasItsNameAndItsNumber() {
	while read -r name number; do
		says "$number" by-name "$name"
		says "$name" name "$number"
	done <<-END
		$numbers
	END
}

testAllThatAreKnownAreThese() {
	all=0
	for it in $(echo "$numbers" | cut -d' ' -f2); do
		all=$((all | it))
	done
	says "$(printf %#x $all)" known
	says "$(printf %#x $all)" parse all
}

testWhatIsNotOfThatNameIsNoKind() {
	for it in '' ns network NET nett ne pid_for_children time_for_children 'net ' all; do
		says 0 by-name "$it"
	done
	says 0 by-name
}

testMoreThanOneKindHasNoName() {
	says none name 0x48000000
	says none name 0
	says none name 0x11
	says none name 0x80000000
}

testKindsOfTheKernelAreThoseThatProcNamesForAProcess() {
	says "$(echo "$kinds" | tr ' ' ,)" kinds
	says "$(echo "$kinds" | tr ' ' ,)" -w kinds
	says "$(echo "$kinds" | tr ' ' ,)" -z kinds
}

# hidden TEXT COMMAND...: in other mounts, which TEXT changes; then COMMAND in its place.
hidden() {
	first=$1
	shift
	unshare --mount sh -c "$first"'
		exec "$0" "$@"' "$work/places" "$@" 2>&1
}

# What the kernel has not is not in that directory either.
only_net='mount -t tmpfs none "/proc/$$/task/$$/ns" && touch "/proc/$$/task/$$/ns/net"'
no_proc='mount -t tmpfs none /proc'

testKindThatTheKernelHasNotIsNotAmongThem() {
	need_root || return 0
	assertEquals net "$(hidden "$only_net" kinds)"
}

testKindThatTheKernelHasNotIsNotSupported() {
	need_root || return 0
	got=$(hidden "$only_net" supported uts,net,ipc)
	assertEquals 'missing ipc,uts
no: check ipc: ENOENT No such file or directory
hint: this kernel was built without that kind of namespace, or is too old' "$got"
	assertEquals yes "$(hidden "$only_net" supported net)"
}

testKindsCannotBeToldWithoutProc() {
	need_root || return 0
	got=$(hidden "$no_proc" kinds)
	assertEquals 1 $?
	assertContains "$got" 'failed: check /proc/thread-self/ns: ENOENT'
	got=$(hidden "$no_proc" supported net)
	assertEquals 1 $?
	assertContains "$got" 'failed: check /proc/thread-self/ns: ENOENT'
}

testSetIsWrittenAsNamesInTheOrderOfTheAlphabet() {
	says '7 ipc,net' text 0x48000000 128
	says '36 cgroup,ipc,mnt,net,pid,time,user,uts' text 0x7e020080 128
	says '3 uts' text 0x4000000 128
	says '0 ' text 0 128
}

testBitsThatAreNoKindAreWrittenAsANumber() {
	says '9 net,0x100' text 0x40000100 128
	says '4 0x11' text 0x11 128
	says '14 net,0x80000001' text 0xc0000001 128
	says '47 cgroup,ipc,mnt,net,pid,time,user,uts,0x81fdff7f' text 0xffffffff 128
}

testTextIsCutWhereItDoesNotFitAndItsWholeLengthIsTold() {
	says '7 ipc' text 0x48000000 4
	says '7 ' text 0x48000000 1
	says '7 untouched' text 0x48000000 0
	says '7 ' text 0x48000000
}

testTextIsReadBack() {
	says 0x48000000 parse net,ipc
	says 0x48000000 parse ipc,net,ipc
	says 0x80 parse time
	says 0 parse ''
}

testTextThatIsNoListOfKindsIsRefusedAndNothingIsSet() {
	for it in 'net,' ,net net,,ipc 'net ipc' network net,all 0x100 n NET; do
		says "failed: options: not kinds of namespaces, divided by commas ($it)" parse "$it"
	done
}

testEachKindOfTheKernelIsSupportedAndSoAreAllTogether() {
	for it in $kinds; do
		says yes supported "$it"
	done
	says yes supported "$(echo "$kinds" | tr ' ' ,)"
	says yes supported 0
}

testKindsAreSupportedForAnOrdinaryUserToo() {
	got=$(as_user "$ordinary" "$work/places" supported "$(echo "$kinds" | tr ' ' ,)" 2>&1)
	case $(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null)$(
		cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null) in
	'' | 1 | 10) assertEquals yes "$got" ;;
	*) assertContains "$got" 'missing user' ;;
	esac
}

# SIGCHLD, which calls of clone(2) have beside them.
testBitsThatAreNoKindAreNotSupported() {
	says 'missing 0x11
no: options: not a set of kinds of namespaces (0x11)' supported 0x11
	says 'missing 0x11
no: options: not a set of kinds of namespaces (0x11)' supported 0x40000011
}

# In a user namespace of our own the limits are ours to set.
limited() {
	as_user "$ordinary" unshare --user --map-root-user sh -c '
		echo 0 >"/proc/sys/user/max_$1_namespaces" || exit 77
		shift
		exec "$@"' sh "$1" "$work/places" supported "$2" 2>&1
}

testKindOfWhichNoneMayBeCreatedIsNotSupported() {
	for it in $kinds; do
		got=$(limited "$it" "$it")
		[ $? -ne 77 ] || { skip 'no user namespace here'; return 0; }
		assertContains "$got" "missing $it
no: unshare $it (/proc/sys/user/max_${it}_namespaces): ENOSPC"
	done
	assertEquals yes "$(limited net uts)"
	assertContains "$(limited net 0x44000100)" 'missing net,0x100'
}

# switched FILE TEXT COMMAND...: with that file in the place of the kernel's switches
switched() {
	unshare --mount sh -c '
		mount -t tmpfs none /proc/sys/kernel && echo "$2" >"/proc/sys/kernel/$1" || exit
		shift 2
		exec "$@"' sh "$@" 2>&1
}

testUserNamespacesMayBeKeptToAdministrators() {
	need_root || return 0
	drop="setpriv --reuid $ordinary --regid $ordinary --clear-groups --"
	while read -r file closed open; do
		# shellcheck disable=SC2086 # a list of words
		got=$(switched "$file" "$closed" $drop "$work/places" supported user,net)
		assertContains "$file" "$got" "missing user
no: unshare user (/proc/sys/kernel/$file): EPERM"
		# shellcheck disable=SC2086
		assertEquals "$file" yes "$(
			switched "$file" "$open" $drop "$work/places" supported user,net)"
		assertEquals "$file, root" yes "$(
			switched "$file" "$closed" "$work/places" supported user,net)"
		# shellcheck disable=SC2086
		assertEquals "$file, another kind" yes "$(
			switched "$file" "$closed" $drop "$work/places" supported net)"
	done <<-END
		unprivileged_userns_clone 0 1
		apparmor_restrict_unprivileged_userns 1 0
	END
}

. shunit2
