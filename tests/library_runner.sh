#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A runner is a thread that runs functions one after the other, each in the namespaces it
# names, for any number of threads.  Mesos' NamespaceRunner in its own terms, and what that
# leaves open: where the thread is between calls, and what becomes of queued ones.
#
# From lib.sh; by eval; expanded elsewhere; lists of words.
# shellcheck disable=SC2154,SC2034,SC2016,SC2086

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/flavours.sh"

out=$work/out
served=''	# kinds that are served, of those that this kernel has
for it in $kinds; do
	case $it in user | time) ;; *) served="$served $it" ;; esac
done
served=${served# }
list=$(echo "$served" | tr ' ' ,)

oneTimeSetUp() {
	for it in plain thread address; do
		build_flavour "$it" runner
	done
	[ -x "$work/runner.plain" ] || fail "runner.c: $(cat "$work/runner.plain.why")"
	container_plain
	at_plain=$target why_plain=$why
	container_userns
	at_userns=$target why_userns=$why
	container_runc busybox
	at_runc=$target why_runc=$why
}

# at CONTAINER: make it the target, or skip.  Use: at plain || return 0
at() {
	eval "target=\${at_$1-} why=\${why_$1-}"
	[ -n "$target" ] || { skip "$why"; return 1; }
}

# runner SCENE [ENTRY]...: what it prints is in $out
flavour=plain
runner() {
	timeout 60 "$work/runner.$flavour" "$@" >"$out" 2>&1 || echo "ended with $?" >>"$out"
}

# line NAME: what is behind it, in $out; several lines become one
line() { sed -n "s/^$1\( \|\$\)//p" "$out" | paste -sd, -; }

# Nothing is left of it, and nobody was moved.
all_as_before() {
	assertEquals "$1: other threads moved" '' "$(line bystander)"
	assertEquals "$1: descriptors" 0 "$(line descriptors)"
	assertEquals "$1: errno" '' "$(line errno)"
	assertEquals "$1" '' "$(grep -E '^ended|Sanitizer|runtime error' "$out")"
}

# inside PID KIND...: of these kinds the call was where PID is, of others where we are
inside() {
	process=$1
	shift
	for it in $kinds; do
		case " $* " in
		*" $it "*) of=$process ;;
		*) of=self ;;
		esac
		where=$it
		[ "$it" != pid ] || where=pid_for_children
		assertEquals "$it inside" "$(ns_of "$of" "$it")" "$(line "in $where")"
	done
}

# ---- in Mesos' terms ------------------------------------------------------------------

testOnOnesOwnPathTheResultOfTheFunctionComesBack() {
	for kind in $served; do
		runner run "path:/proc/self/ns/$kind=$kind"
		assertEquals "$kind" '0 42' "$(line run)"
		all_as_before "$kind"
	done
}

testTheFunctionDoesNotRunIfJoiningFailsAndEachCallHasItsError() {
	at plain || return 0
	runner each path:/nowhere=net "pid:$target=net" "pid:$target=user" "pid:$target=net"
	assertEquals '-1 -7,0 42,-1 -7,0 42' "$(line entry)"
	assertEquals 'open net (/nowhere): ENOENT No such file or directory,'\
'options: there is no way back (user)' "$(line error)"
	all_as_before each
}

testARefusedJoinIsTheErrorOfItsCallAndTheThreadGoesOn() {
	at userns || return 0
	setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$work/runner.plain" each \
		"pid:$target=net" "path:/proc/self/ns/net=net" >"$out" 2>&1
	assertEquals '-1 -7,0 42' "$(line entry)"
	assertEquals "join net (PID $target): EPERM Operation not permitted" "$(line error)"
	all_as_before each
}

testQueuedCallsRunInTheirOrder() {
	runner queue
	assertEquals 'none before the first has ended' 0 "$(line run-before)"
	assertEquals '0 42' "$(line running)"
	assertEquals '1:1 2:2 3:3 4:4 5:5 6:6 7:7 8:8' "$(line order)"
	all_as_before queue
}

testStoppingFinishesTheRunningCallAndFailsTheQueuedOnes() {
	runner stop
	want='-1 -7 wait ECANCELED'
	assertEquals 'at once, while the first runs' "$want,$want,$want" "$(line queued)"
	assertEquals 'not before the first has ended' 'not yet' "$(line stopped)"
	assertEquals '0 42' "$(line running)"
	assertEquals 'none of the queued' 0 "$(line run)"
	all_as_before stop
}

# ---- where it is --------------------------------------------------------------------------

testItServesEachKindAndIsAtHomeBetweenCalls() {
	for container in plain userns runc; do
		at "$container" || continue
		for kind in $served; do
			runner run "pid:$target=$kind"
			assertEquals "$container $kind" '0 42' "$(line run)"
			assertEquals "$container $kind: same thread" same "$(line thread)"
			assertEquals "$container $kind: runner" '' "$(line runner)"
			assertEquals "$container $kind: caller" '' "$(line caller)"
			inside "$target" "$kind"
			all_as_before "$container $kind"
		done
		runner run "pid:$target=$list"
		assertEquals "$container, all" '0 42' "$(line run)"
		assertEquals "$container, all: runner" '' "$(line runner)"
		inside "$target" $served
		all_as_before "$container, all"
	done
}

testACallWithoutEntriesRunsAtHome() {
	runner run
	assertEquals '0 42' "$(line run)"
	inside self
	all_as_before run
}

testPathsAndThreadsAreWhatTheyAreToTheCaller() {
	need_root || return 0
	for entry in path:net=net path:/proc/thread-self/ns/net=net thread:0=net; do
		runner callers-own "$entry"
		assertEquals "$entry" '0 42' "$(line run)"
		assertEquals "$entry" "$(line 'caller net')" "$(line 'in net')"
		assertNotEquals "$entry" "$(ns_of self net)" "$(line 'in net')"
		all_as_before "$entry"
	done
}

testAThreadThatCannotComeBackIsReplacedAndItsResultIsNotLost() {
	at runc || return 0
	runner strand "pid:$target=$list"
	assertEquals 'the stranded call' '0 43' "$(line drop)"
	assertEquals 'the next one' '0 42' "$(line run)"
	assertEquals 'is by another thread' other "$(line thread)"
	assertEquals 'from the same home' '' "$(line runner)"
	inside "$target" $served
	all_as_before strand
}

# ---- many threads, other processes, signals ---------------------------------------------------

testSixteenThreadsGetTheirOwnResultsAndErrors() {
	at plain || return 0
	runner many "pid:$target=net,uts"
	assertEquals '600 failed 200 wrong 0 overlaps 0' "$(line right)"
	all_as_before many
}

testThreadsThatAreStrandedAgainAndAgainAreReplacedForAllCallers() {
	at plain || return 0
	runner strand-many "pid:$target=net,uts"
	assertEquals 40 "$(line stranded)"
	all_as_before strand-many
}

testACallerThatIsCancelledIsCancelledAfterItsCall() {
	runner cancel
	assertEquals 1:1 "$(line order)"
	all_as_before cancel
}

testACallThatWaitsForItsOwnRunnerIsAnErrorAndNoHang() {
	runner call-back
	assertEquals '-1 -7' "$(line inner)"
	assertEquals 'wait a call of the same runner: EDEADLK Resource deadlock avoided' \
		"$(line error)"
	assertEquals 'it goes on' '0 44' "$(line outer)"
	assertEquals 'it has not been stopped' '0 42' "$(line later)"
	all_as_before call-back
}

testAChildOfForkHasNoRunnerAndIsToldSo() {
	runner fork
	assertEquals '-1 -7' "$(line child)"
	assertEquals 'wait a runner of the parent process: ESRCH No such process' "$(line error)"
	assertEquals 'one of its own' '0 42' "$(line own)"
	assertEquals 'the child ends' 7 "$(line exit)"
	assertEquals 'a child that returns from a call ends there' '0 125' "$(line forked)"
	all_as_before fork
}

testAChildOfTheSamePidHasNoRunnerEither() {
	need_root || return 0
	runner fork-first
	assertEquals '1, child 1' "$(line parent)"
	assertEquals '-1 -7' "$(line child)"
	all_as_before fork-first
}

testNoHandlerRunsOnItsThreadButForFaults() {
	at plain || return 0
	runner signals "pid:$target=net"
	assertEquals 'USR1 1, by a fault 0 of 6' "$(line blocked)"
	assertEquals '0 0' "$(line run)"
	assertEquals elsewhere "$(line handled)"
	assertEquals 'mask same' "$(line own)"
	all_as_before signals
}

testNoThreadToBeHadIsAnErrorOfTheStart() {
	as_user "$ordinary" "$work/runner.plain" no-thread >"$out" 2>&1
	assertEquals 'fork the thread of a runner: EAGAIN Resource temporarily unavailable' \
		"$(line error)"
	all_as_before no-thread
}

# ---- as an ordinary user, and watched by sanitizers ----------------------------------------------

testAnOrdinaryUserHasARunnerToo() {
	as_user "$ordinary" "$work/runner.plain" run "path:/proc/self/ns/net=net" >"$out" 2>&1
	assertEquals '0 42' "$(line run)"
	as_user "$ordinary" unshare -Ur --net --mount sh -c '
		unshare --net --mount sleep 60 &
		until [ "$(readlink "/proc/$!/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ]; do
			sleep 0.02
		done
		"$1" run "pid:$!=net,mnt"
		kill "$!"' sh "$work/runner.plain" >"$out" 2>&1
	[ -n "$(line run)" ] || { skip "$(cat "$out")"; return 0; }
	assertEquals 'in a user namespace' '0 42' "$(line run)"
	assertEquals 'comes back' '' "$(line runner)"
	all_as_before run
}

testNothingIsFoundBySanitizers() {
	at plain || return 0
	# A child of a process with threads has a thread of its own there.
	TSAN_OPTIONS=die_after_fork=0
	export TSAN_OPTIONS
	for flavour in thread address; do
		has_flavour "runner.$flavour" || continue
		for scene in run each strand queue stop cancel many strand-many call-back fork; do
			runner "$scene" "pid:$target=net,uts"
			all_as_before "$flavour $scene"
		done
	done
	flavour=plain
	unset TSAN_OPTIONS
}

. shunit2
