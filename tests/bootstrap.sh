#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A container runtime that speaks runc's protocol gets a program in exactly the
# namespaces that it has asked for.
#
# From lib.sh, probe.sh and caller.sh; some texts are expanded elsewhere.
# shellcheck disable=SC2154,SC2016,SC2086,SC2034

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/probe.sh"
. "$(dirname "$0")/hosts-build.sh"
. "$(dirname "$0")/caller.sh"

plain=
remapped=
rootless=

oneTimeSetUp() {
	build_hosts driver host-runc
	container_plain && plain=$target
	container_userns && remapped=$target
	container_rootless && rootless=$target
}

# Use: in_containers "$plain" || return 0
in_containers() {
	need_caller || return 1
	for it in "$@"; do
		[ -n "$it" ] || { skip "${why:-no such container here}"; return 1; }
	done
}

backwards() {
	printf '%s\n' "$@" | tac | paste -sd ' ' -
}

# ---- nothing ---------------------------------------------------------------------

testMessageWithoutAttributesChangesNothingButTheProcess() {
	need_caller || return 0
	bootstrap
	assert_success
	assertEquals 'namespaces' "$(mix $$ $$)" "$(found ns)"
}

testReplyIsExactlyWhatCallersParse() {
	need_caller || return 0
	bootstrap
	assert_success
	assertEquals "{\"stage1_pid\":$(seen stage1_pid),\"stage2_pid\":$(seen stage2_pid)}" \
		"$(seen reply)"
	assertNotEquals "$(seen stage1_pid)" "$(seen stage2_pid)"
}

testStatusOfTheProgramReachesTheCaller() {
	need_caller || return 0
	host_args=exit=7
	bootstrap
	assert_success 'exit' 7
}

# ---- joining ---------------------------------------------------------------------

testJoinsEachKindAlone() {
	in_containers "$plain" || return 0
	for it in $kinds; do
		bootstrap --paths "$it:/proc/$plain/ns/$it"
		assert_success "$it"
		assertEquals "joined $it" "$(mix $$ "$plain" "$it")" "$(found ns)"
	done
}

# joins_all CONTAINER: all kinds at once, in two orders.  What is ours already is no
# error, be it the user namespace.
joins_all() {
	"container_$1" || { skip "$why"; return 0; }
	for order in "$kinds" "$(backwards $kinds)"; do
		bootstrap --paths "$(paths_of "$target" $order)"
		assert_success "$1: $order"
		assertEquals "$1: $order" "$(mix "$target" "$target")" "$(found ns)"
		assertEquals "$1: user" '0 0 0' "$(found uid)"
		assertEquals "$1: group" '0 0 0' "$(found gid)"
	done
}

testJoinsAllOfAContainer() {
	need_caller || return 0
	joins_all plain
}

testJoinsAllOfAContainerWithAUserNamespace() {
	need_caller || return 0
	joins_all userns
}

testJoinsAllOfARootlessContainer() {
	need_caller || return 0
	joins_all rootless
}

testJoinsAllOfAContainerOfRunc() {
	need_caller || return 0
	joins_all runc
}

testJoinsAllOfAContainerOfRuncWithAUserNamespace() {
	need_caller || return 0
	joins_all runc_userns
}

testJoinsAllOfAContainerOfCrun() {
	need_caller || return 0
	joins_all crun
}

# No privilege but the one that the user namespace gives.
testOwnerOfARootlessContainerJoinsIt() {
	in_containers "$rootless" || return 0
	with="setpriv --reuid $ordinary --regid $ordinary --clear-groups"
	for order in "$kinds" "$(backwards $kinds)"; do
		bootstrap --rootless 1 --paths "$(paths_of "$rootless" $order)"
		assert_success "$order"
		assertEquals "$order" "$(mix "$rootless" "$rootless")" "$(found ns)"
		assertEquals 'user' '0 0 0' "$(found uid)"
	done
}

# The user namespace of one container and a namespace that it does not own: the second
# can only be joined before the first.
testJoinsAUserNamespaceAndOthersThatAreUnrelated() {
	in_containers "$plain" "$remapped" || return 0
	user=user:/proc/$remapped/ns/user
	ipc=ipc:/proc/$remapped/ns/ipc
	net=net:/proc/$plain/ns/net
	uts=uts:/proc/$plain/ns/uts
	for list in "$user,$net,$uts,$ipc" "$net,$uts,$ipc,$user" "$ipc,$net,$user,$uts"; do
		bootstrap --paths "$list"
		assert_success "$list"
		assertEquals "$list" "$(
			for kind in $kinds; do
				case $kind in
				user | ipc) readlink "/proc/$remapped/ns/$kind" ;;
				net | uts) readlink "/proc/$plain/ns/$kind" ;;
				*) readlink "/proc/$$/ns/$kind" ;;
				esac
			done)" "$(found ns)"
	done
}

testJoinsByBindMounts() {
	in_containers "$plain" || return 0
	: >"$work/bound"
	mount --bind "/proc/$plain/ns/uts" "$work/bound" || { skip 'no bind mounts here'; return 0; }
	bootstrap --paths "uts:$work/bound"
	umount "$work/bound"
	assert_success
	assertEquals "$(mix $$ "$plain" uts)" "$(found ns)"
}

# ---- creating --------------------------------------------------------------------

# assert_new KIND...: exactly these are nobody else's
assert_new() {
	for kind in $kinds; do
		mine=$(readlink "/proc/$$/ns/$kind")
		its=$(found ns | grep "^$kind:")
		assertNotEquals "$kind" '' "$its"
		case " $* " in
		*" $kind "*) assertNotEquals "new $kind" "$mine" "$its" ;;
		*) assertEquals "same $kind" "$mine" "$its" ;;
		esac
	done
}

id_maps='--uid-map 0\x20100000\x2065536\n --gid-map 0\x20100000\x2065536\n'

testCreatesEachKindAlone() {
	need_caller || return 0
	for it in $kinds; do
		[ "$it" != user ] || continue
		bootstrap --flags "$it"
		assert_success "$it"
		assert_new "$it"
	done
	bootstrap --flags user $id_maps
	assert_success user
	assert_new user
}

testCreatesAllKindsAtOnce() {
	need_caller || return 0
	all=$(echo $kinds | tr ' ' ,)
	bootstrap --flags "$all" $id_maps
	assert_success
	assert_new $kinds
	assertEquals 'the first process of it' 1 "$(found pid)"
}

testCreatesSomeAndJoinsOthers() {
	in_containers "$plain" || return 0
	bootstrap --flags pid,mnt --paths "$(paths_of "$plain" net uts)"
	assert_success
	assertEquals "$(readlink "/proc/$plain/ns/net")" "$(found ns | grep net:)"
	assertEquals "$(readlink "/proc/$plain/ns/uts")" "$(found ns | grep uts:)"
	assertNotEquals "$(readlink "/proc/$$/ns/pid")" "$(found ns | grep pid:)"
	assertNotEquals "$(readlink "/proc/$$/ns/mnt")" "$(found ns | grep mnt:)"
}

# What is joined cannot be written to by the debugger of another user for the moment
# in which the maps are written.
testCreatesAUserNamespaceAndJoinsAnotherKind() {
	in_containers "$plain" || return 0
	bootstrap --flags user,pid $id_maps --paths "net:/proc/$plain/ns/net"
	assert_success
	assertEquals "$(readlink "/proc/$plain/ns/net")" "$(found ns | grep net:)"
	assertNotEquals "$(readlink "/proc/$$/ns/user")" "$(found ns | grep user:)"
	assertEquals 'dumpable' 0 "$(found dumpable)"
}

# The kernel takes maps only from a process in the namespace above, which here is the
# joined one; stage-0 is not in it.  runc refuses that too.
testDoesNotCreateAUserNamespaceBelowOneThatItJoins() {
	in_containers "$remapped" || return 0
	refused 'below' 'user' --flags user,net --uid-map '0 0 1000\n' --gid-map '0 0 1000\n' \
		--paths "user:/proc/$remapped/ns/user"
}

# ---- time ------------------------------------------------------------------------

need_time() {
	need_caller || return 1
	[ -e /proc/self/ns/time ] || { skip 'no time namespaces here'; return 1; }
}

offsets='--offsets monotonic\x20172800\x2050\nboottime\x20604800\x200\n'
offsets_found='monotonic 172800 50
boottime 604800 0'

testTimeOffsetsAreWritten() {
	need_time || return 0
	bootstrap --flags time $offsets
	assert_success
	assertEquals "$offsets_found" "$(found offset | awk '{ print $1, $2, $3 }')"
	bootstrap --flags user,time $id_maps $offsets
	assert_success 'with a user namespace'
	assertEquals "$offsets_found" "$(found offset | awk '{ print $1, $2, $3 }')"
}

testTimeOffsetsWithoutANewTimeNamespaceAreRefused() {
	need_time || return 0
	refused 'no flag' 'offset' $offsets
	in_containers "$plain" || return 0
	refused 'joined' 'offset' $offsets --paths "time:/proc/$plain/ns/time"
}

testTimeOffsetsThatAreWrongAreRefused() {
	need_time || return 0
	refused 'unknown clock' 'offset' --flags time --offsets 'realtime 1 0\n'
	refused 'text' 'offset' --flags time --offsets 'monotonic later 0\n'
}

# ---- the caller ------------------------------------------------------------------

testNumbersOfProcessesAreThoseOfTheCallersPidNamespace() {
	need_caller || return 0
	unshare --pid --fork --mount-proc true 2>/dev/null || { skip 'no PID namespace here'; return 0; }
	cat >"$work/inside" <<-END
		#!/bin/sh
		exec 9</proc
		exec "\$@"
	END
	chmod 755 "$work/inside"
	with="unshare --pid --fork --mount-proc $work/inside"
	bootstrap
	assert_success
	assertTrue "PID $(seen stage2_pid) is one of a small namespace" "[ $(seen stage2_pid) -lt 10 ]"
	bootstrap --flags pid
	assert_success 'and another one below'
	assertTrue "PID $(seen stage2_pid) is one of a small namespace" "[ $(seen stage2_pid) -lt 10 ]"
	assertEquals 'its own' 1 "$(found pid)"
}

testNoProcessIsLeft() {
	need_caller || return 0
	no_process_left "$our_mark"
}

. shunit2
