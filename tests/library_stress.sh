#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# libnsexec in a process with many threads, which fork, use their heap and get signals all
# the time: every call does what it says, and leaves nothing behind.  ThreadSanitizer, ASan
# and UBSan look at the same; they watch the library's own files, while what runs in the
# processes between is as it was built.
#
# From lib.sh; CC may be several words, and lists of files are; a text is expanded later.
# shellcheck disable=SC2154,SC2086,SC2046,SC2016

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/watched.sh"
. "$(dirname "$0")/lib/hang.sh"

cc=${CC:-cc}
at_usual_places=''

# compile COMPILER RESULT WORD...
compile() {
	compiler=$1
	result=$2
	shift 2
	$compiler -std=gnu11 -O1 -g -Wall -Wextra -D_GNU_SOURCE -I"$work/include" -pthread \
		-o "$result" "$@" >"$result.why" 2>&1
}

# watched NAME COMPILER FLAGS: $work/stress.NAME, with the files that the library is made of
watched() {
	compile "$2" "$work/stress.$1" $3 "$abs_testsdir"/lib/stress*.c $(watched_files) \
		"$work/stages.o"
}

oneTimeSetUp() {
	mkdir "$work/include"
	cp "$abs_top_srcdir/nsexec/nsexec.h" "$work/include/"
	# Beside the programs, where every user can reach it.
	cp "$LIBNSEXEC" "$work/libnsexec.so.0"
	chmod -R a+rX "$work/include" "$work/libnsexec.so.0"
	compile "$cc" "$work/stress.plain" "$abs_testsdir"/lib/stress*.c "$work/libnsexec.so.0" \
		-Wl,-rpath,"$work"
	compile "$cc" "$work/heap" "$abs_testsdir/lib/heap.c" "$work/libnsexec.so.0" \
		-Wl,-rpath,"$work"
	make_stages "$cc"
	{
		watched tsan gcc -fsanitize=thread
		watched asan gcc '-fsanitize=address,undefined -fno-sanitize-recover=all'
	} &
	watched tsan-clang clang -fsanitize=thread
	wait $!
	container_confined
	at_plain=$target
	why_plain=$why
	container_userns
	at_userns=$target
	why_userns=$why
	container_rootless
	at_rootless=$target
	why_rootless=$why
	for it in $at_plain $at_userns $at_rootless; do
		know_container "$it"
	done
}

# Whatever becomes of a test, the next one finds the containers as they were.
tearDown() {
	[ -z "$known" ] || nobody_is_left
}

# need_root_targets, need_rootless: or skip.  Use: need_rootless || return 0
need_root_targets() {
	[ -n "$at_plain" ] || { skip "$why_plain"; return 1; }
	[ -n "$at_userns" ] || { skip "$why_userns"; return 1; }
}
need_rootless() {
	[ -n "$at_rootless" ] || { skip "$why_rootless"; return 1; }
}

# stress NAME ROUNDS PLAIN USERNS HOSTNAME: nothing is wrong, and all was done
stress() {
	program=$work/stress.$1
	rounds=$2
	shift
	bounded 100 $at_usual_places "$program" "$@"
	assertEquals "$program $*: $(cat "$program.why")
$got" 0 "$status"
	assertContains "$got" "$((64 * rounds)) calls, "
	assertContains "$got" ': 0 wrong'
	assertNotContains "$got" 'WARNING:'
	assertNotContains "$got" 'ERROR:'
	assertNotContains "$got" 'runtime error'
}

# sanitized NAME TOOL ROUNDS: likewise
sanitized() {
	command -v "$2" >/dev/null || { skip "no $2 here"; return 0; }
	need_root_targets || return 0
	# ThreadSanitizer does not find its place where all is scattered too widely.
	! setarch -R true 2>/dev/null || at_usual_places='setarch -R'
	stress "$1" "$3" "$at_plain" "$at_userns" nsx-userns
	at_usual_places=''
}

testManyThreadsAtOnceMixNothingUpAndLeaveNothing() {
	need_root_targets || return 0
	stress plain 14 "$at_plain" "$at_userns" nsx-userns
}

testManyThreadsWithoutClone3() {
	need_root_targets || return 0
	stress plain 14 "$at_plain" "$at_userns" nsx-userns old
}

testManyThreadsOfAnOrdinaryUser() {
	need_rootless || return 0
	as_whom="as_user $ordinary"
	bounded 100 "$work/stress.plain" 14 0 "$at_rootless" nsx-rootless
	as_whom=''
	assertEquals "$got" 0 "$status"
	assertContains "$got" '896 calls, '
}

testThreadSanitizerOfGccSeesNoRace() { sanitized tsan gcc 7; }
testThreadSanitizerOfClangSeesNoRace() { sanitized tsan-clang clang 7; }
testAddressAndUndefinedBehaviourSanitizerSeeNothing() { sanitized asan gcc 7; }

# heap PID: one that another thread holds for ever
heap() {
	bounded 30 "$work/heap" "$1"
	assertEquals "$(cat "$work/heap.why") $got" '0 fine' "$status $got"
}

testSpawningTouchesNoHeap() {
	need_root_targets || return 0
	heap "$at_plain"
}

testSpawningByTheLauncherTouchesNoHeap() {
	need_root_targets || return 0
	heap "$at_userns"
}

# The tests above rely on it: one that hangs says where, and is gone with what it has inside.
testWhoeverHangsTellsWhereAndLeavesNobody() {
	need_root_targets || return 0
	"$NSEXEC" -t "$at_plain" -a -- sh -c 'sleep 61 & wait' &
	front=$!
	remember "$front"
	wait_for 'where_hangs "$front" >"$work/where"
		grep -q " sleep, S (sleeping), in " "$work/where"' 1
	assertContains "$(cat "$work/where")" ': sleep 61'
	assertContains "$(cat "$work/where")" ' sleep, S (sleeping), in '
	assertEquals 2 "$(strangers_inside "$at_plain" | wc -l)"
	end_tree "$front"
	wait "$front" 2>/dev/null
	nobody_is_left
	bounded 0 sleep 61
	assertEquals 124 "$status"
	assertContains "$got" 'hung: process '
}

. shunit2
