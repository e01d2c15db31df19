#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Nobody is left behind by runc's protocol: not after many bootstraps, not after many
# at once, not when one side of it dies in the middle.
#
# From lib.sh and caller.sh; some texts are expanded elsewhere, some are lists of words.
# shellcheck disable=SC2154,SC2016,SC2086

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"
. "$(dirname "$0")/caller.sh"

id_maps='--uid-map 0\x20100000\x2010\n --gid-map 0\x20100000\x2010\n'

oneTimeSetUp() {
	build_hosts driver host-runc host-musl-static
	container_plain && plain=$target
}

# The one that starts fastest, where it could be compiled.
fastest() {
	program=$hosts/host-musl-static
	[ -x "$program" ] || program=$hosts/host-runc
}

# many N OPTION...: so many bootstraps; all are good, and nothing is left
many() {
	count=$1
	shift
	fastest
	bootstrap --times "$count" --level 4 "$@"
	descriptors=$(seen descriptors)
	assertEquals "$*
$(sed -n '7,$p' "$work/seen")" "bad 0
descriptors ${descriptors%% *} ${descriptors%% *}
good $count
left 0" "$(sed '/^replied/d' "$work/seen" | head -n 4)"
}

# ---- many of them ---------------------------------------------------------------------

testThousandInARow() {
	need_caller || return 0
	many 600 --flags pid,uts
	assertEquals 600 "$(seen replied)"
	many 400 --flags user,pid,uts $id_maps
	assertEquals 400 "$(seen replied)"
}

testSixtyFourAtOnce() {
	need_caller || return 0
	many 128 --parallel 64 --flags pid,uts --paths "uts:/proc/${plain:-self}/ns/uts"
	assertEquals 128 "$(seen replied)"
	many 128 --parallel 64 --flags user,pid,uts $id_maps
	assertEquals 128 "$(seen replied)"
}

testManyThatFail() {
	need_caller || return 0
	fastest
	for it in '--paths net:/no/such/file' "--flags user $id_maps --paths uts:/proc/self/ns/net" \
		'--flags user --uid-map 0\x200\x200\n'; do
		bootstrap --times 50 $it
		assertEquals "$it" 'bad 50
good 0
left 0
replied 0' "$(grep -E '^(bad|good|left|replied) ' "$work/seen" | head -n 4)"
		descriptors=$(seen descriptors | head -n 1)
		assertEquals "$it: descriptors" "${descriptors%% *}" "${descriptors##* }"
	done
}

# ---- stage-0 dies ---------------------------------------------------------------------

# Without a reply there is nobody.  With one there is a program that works, unless
# stage-0 had no time left to let it go on; the caller sees both by their statuses.
testFirstStageThatIsKilledAtAnyMomentLeavesAllOrNothing() {
	need_caller || return 0
	# Before the host has begun, in the middle, and when it is over.
	for it in 500 1000 3000; do
		many 60 --kill-within $it --flags pid,uts
		many 100 --kill-within $it --flags user,pid,uts $id_maps
	done
}

# ---- the caller dies ------------------------------------------------------------------

# dies_at POINT OPTION...
dies_at() {
	errors_expected=yes
	bootstrap --die "$@" 2>/dev/null
	errors_expected=
	assertEquals "$1: the caller was killed" 137 "$driver_status"
}

testCallerThatIsKilledAtAnyPointLeavesNobody() {
	need_caller || return 0
	for it in spawn header half message reply; do
		for shape in '--flags pid,uts' "--flags user,pid,uts $id_maps"; do
			dies_at "$it" $shape
			no_process_left "$our_mark"
		done
	done
}

testProgramIsNotRunForACallerThatIsGone() {
	need_caller || return 0
	for it in spawn header half; do
		dies_at $it --flags pid,uts --oom 0
		no_process_left "$our_mark"
		assertEquals "$it" '' "$(head -n 1 "$work/host")"
	done
}

testCallerThatIsKilledAtAnyMomentLeavesNobody() {
	need_caller || return 0
	for it in 1 2 3 4 5 6 7 8; do
		"$hosts/driver" --times 1000 --flags user,pid,uts $id_maps -- "$hosts/host-runc" \
			"$our_mark-$it" >/dev/null 2>&1 &
		caller=$!
		remember "$caller"
		sleep "0.0$it"
		kill -KILL "$caller"
		wait "$caller" 2>/dev/null
		no_process_left "$our_mark-$it"
	done
}

testNoProcessIsLeft() {
	need_caller || return 0
	no_process_left "$our_mark"
}

. shunit2
