#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# --trace: a file of what each process of ours does and when, which is JSON at any time and
# has all processes by their names; nothing of it reaches the program, and nobody who does
# not ask for it pays.
#
# From lib.sh; programs are expanded later.
# shellcheck disable=SC2154,SC2016

. "$(dirname "$0")/lib.sh"

trace=$work/trace.json

oneTimeSetUp() {
	container_plain
	container=$target
	why_not=$why
}

setUp() {
	rm -f "$trace"
}

# Use: in_container || return 0
in_container() {
	need jq || return 1
	[ -n "$container" ] || { skip "$why_not"; return 1; }
}

# traced WORD... [-- PROGRAM ARG...]: with its status in $status.
traced() {
	"$NSEXEC" --trace="$trace" "$@" >"$work/out" 2>"$work/err"
	status=$?
}

# begin: as $pid, in the background; its program has begun.
begin() {
	"$NSEXEC" --trace="$trace" -t "$container" -a -- sleep 60 &
	pid=$!
	remember $pid
	wait_for '[ -s "$trace" ] && [ -n "$(steps program)" ]'
}

# of FILTER: what jq makes of the events, one a line.
of() {
	jq -r "$1" "$trace"
}

# assert_whole: it is JSON, each process has one name, and in each what comes later began later.
assert_whole() {
	jq -e 'type == "array" and length > 0' "$trace" >/dev/null
	assertEquals "is no array: $(cat "$trace")" 0 $?
	assertEquals 'processes without a name, or with several' '' "$(of 'group_by(.pid)[] |
		select(map(select(.name == "process_name") | .args.name) | unique | length != 1) | .[0].pid')"
	assertEquals 'events that overlap' '' "$(of 'group_by(.pid)[] | map(select(.ts)) |
		range(1; length) as $i |
		select(.[$i].ts < .[$i - 1].ts + (.[$i - 1].dur // 0) - 0.001) | .[$i].name')"
}

# steps NAME: what the process called so has done, in this order, on one line.
steps() {
	of "(map(select(.name == \"process_name\" and .args.name == \"$1\"))[0].pid) as \$pid |
		map(select(.pid == \$pid and .ts) | .name) | join(\" \")"
}

# assert_nothing_of_it WHAT INPUT: in $work/fds, the descriptors of a program, which has
# INPUT for its standard input.
assert_nothing_of_it() {
	assert_whole
	assertContains "$1: descriptors were listed" "$(cat "$work/fds")" "fd $2"
	assertEquals "$1" '' "$(tr -d '\r' <"$work/fds" |
		grep -e "$trace" -e timerfd -e '^fd /proc$')"
}

testStepsOfAJoinAreInTheirOrder() {
	in_container || return 0
	traced -t "$container" -a -- sh -c 'exit 7'
	assertEquals "$(cat "$work/err")" 7 $status
	assert_whole
	assertEquals 'options target check plan join fork program' "$(steps nsexec)"
	assertEquals 'exec' "$(steps program)"
	assertEquals 'waiter' "$(of '.[] | select(.name == "thread_name") | .args.name')"
	joined=$(of '.[] | select(.name == "join") | .args.kinds')
	for it in net mnt pid; do
		assertContains "$it" ",$joined," ",$it,"
	done
	assertEquals "$container" "$(of '.[] | select(.name == "target") | .args.subject')"
	assertEquals 'sh' "$(of '.[] | select(.name == "exec") | .args.subject')"
}

testWaiterTellsHowTheProgramEnded() {
	in_container || return 0
	traced -t "$container" -p -- sh -c 'exit 7'
	assertEquals '{"status":7}' "$(of '.[] | select(.name == "program") | .args | del(.pid) | tojson')"
	traced -t "$container" -p -- sh -c 'kill -TERM $$; sleep 9'
	assertEquals '{"signal":15}' "$(of '.[] | select(.name == "program") | .args | del(.pid) | tojson')"
	assertEquals 'the PID of its track' \
		"$(of '.[] | select(.name == "process_name" and .args.name == "program") | .pid')" \
		"$(of '.[] | select(.name == "program") | .args.pid')"
}

# As it is called out here, not in there.
testProcessesHaveThePidsThatTheCallerKnows() {
	in_container || return 0
	begin
	assertEquals "$pid" "$(of '.[] | select(.name == "process_name" and .args.name == "nsexec") | .pid')"
	assertEquals "$(children_of $pid | tr -d ' ')" \
		"$(of '.[] | select(.name == "process_name" and .args.name == "program") | .pid')"
	kill -KILL $pid
	wait $pid 2>/dev/null
	return 0
}

testSameProcessHasOneTrack() {
	in_container || return 0
	traced -t "$container" -n -- true
	assertEquals 0 $status
	assert_whole
	assertEquals 'options target check plan join exec' "$(steps nsexec)"
	assertEquals 1 "$(of 'map(.pid) | unique | length')"
}

testFailureIsTheLastEvent() {
	in_container || return 0
	traced -t "$container" -n -- "$work/absent"
	assertEquals 127 $status
	assert_whole
	assertEquals "{\"subject\":\"$work/absent\",\"error\":\"ENOENT\"}" "$(of '.[-1].args | tojson')"
	assertEquals exec "$(of '.[-1].name')"
	traced -t "$container" -a -- "$work/absent"
	assertEquals 127 $status
	assert_whole
	assertEquals 'exec exec' "$(steps program)"
	assertEquals 'the waiter saw it end' 127 "$(of '.[] | select(.name == "program") | .args.status')"
	traced -t "$container" -n -W "$work/absent" -- true
	assertEquals 125 $status
	assertEquals '"cwd" "ENOENT"' "$(of '.[-1] | "\(.name | tojson) \(.args.error | tojson)"')"
	assert_whole
}

# A thousand seconds, and more than the longest test takes.
testOneClockForAllInTimeNamespacesToo() {
	need jq && need_root || return 0
	case " $kinds " in *' time '*) ;; *) skip 'no time namespaces'; return 0 ;; esac
	traced --unshare=time --monotonic=100000 -- \
		"$NSEXEC" --trace="$trace.inner" --unshare=uts -- true
	assertEquals "$(cat "$work/err")" 0 $status
	assert_whole
	assertTrue "$(cat "$trace")" "[ $(of 'map(.ts // empty) | max - min | floor') -lt 900000000 ]"
	# From one with such a clock into the first one: it counts on by its own.
	unshare --time --monotonic 100000 --fork -- \
		"$NSEXEC" --trace="$trace" --target=$$ --time -- true
	assertEquals 0 $?
	assert_whole
	assertTrue "$(cat "$trace")" "[ $(of 'map(.ts // empty) | max - min | floor') -lt 900000000 ]"
	assertTrue "$(cat "$trace")" "[ $(of 'map(.ts // empty) | min | floor') -gt 100000000000 ]"
}

testOutsiderHasATrackOfItsOwn() {
	need jq && need_root || return 0
	traced --unshare=user,net,pid --map-users=0:100000:2 --map-groups=0:100000:2 -- true
	assertEquals "$(cat "$work/err")" 0 $status
	assert_whole
	assertEquals 'map' "$(steps outsider)"
	assertContains "$(steps nsexec)" 'fork unshare map'
	# Below a user namespace that is joined there is one more.
	container_userns
	[ -n "$target" ] || { skip "$why"; return 0; }
	traced -t "$target" -U --unshare=user --map-users=0:0:2 --map-groups=0:0:2 -- true
	assertEquals "$(cat "$work/err")" 0 $status
	assert_whole
	assertEquals 'map' "$(steps 'map writer')"
}

testNewProcessHasItsActs() {
	need jq && need_root || return 0
	traced --unshare=pid,mnt --mount-proc --umask=077 -- true
	assertEquals "$(cat "$work/err")" 0 $status
	assert_whole
	assertEquals 'mount umask exec' "$(steps program)"
}

testDetachedProgramIsThere() {
	in_container || return 0
	traced -t "$container" -a --detach -- true
	assertEquals 0 $status
	wait_for '[ -n "$(steps program)" ]'
	assert_whole
	assertEquals 'options target check plan join fork' "$(steps nsexec)"
	assertEquals 'exec' "$(steps program)"
}

testInitIsThere() {
	need jq && need_root || return 0
	traced --unshare=pid --init -- sh -c 'exit 5'
	assertEquals 5 $status
	assert_whole
	assertEquals fork "$(steps init)"
	assertEquals exec "$(steps program)"
	assertEquals "$(of '.[] | select(.name == "process_name" and .args.name == "program") | .pid')" \
		"$(of '.[] | select(.name == "program") | .args.pid')"
}

testTerminalDoesNotMatter() {
	in_container || return 0
	traced -t "$container" -n --pty -- sh -c 'exit 4' </dev/null
	assertEquals "$(cat "$work/err")" 4 $status
	assert_whole
	assertEquals 'pty exec' "$(steps program)"
	assertEquals 4 "$(of '.[] | select(.name == "program") | .args.status')"
}

testHostOfThePreloadWritesIntoTheSameFile() {
	in_container || return 0
	traced -t "$container" -n --preload -- sh -c 'exit 6'
	assertEquals "$(cat "$work/err")" 6 $status
	assert_whole
	assertEquals 'exec options target check plan join main' "$(steps host)"
	assertEquals 'options preload preload program' "$(steps nsexec)"
	assertEquals 6 "$(of '.[] | select(.name == "program") | .args.status')"
}

testWordsOfAHostHaveIt() {
	in_container || return 0
	env "NSEXEC=--trace=$trace -t $container -p" "LD_PRELOAD=$PRELOAD" sh -c 'exit 6'
	assertEquals 6 $?
	assert_whole
	assertEquals 'options target check plan join fork program' "$(steps host)"
	assertEquals 'main' "$(steps program)"
	env "NSEXEC=--trace=$trace -t $container -n -- sh -c 'exit 5'" "LD_PRELOAD=$PRELOAD" true
	assertEquals 5 $?
	assert_whole
	assertEquals 'options target check plan join exec' "$(steps nsexec)"
}

testWhatIsKilledLeavesAWholeFile() {
	in_container || return 0
	begin
	kill -KILL $pid
	wait $pid 2>/dev/null
	assert_whole
	assertEquals 'options target check plan join fork' "$(steps nsexec)"
	# And at any other time.
	for it in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do
		rm -f "$trace"
		"$NSEXEC" --trace="$trace" -t "$container" -a -- sleep 60 &
		pid=$!
		remember $pid
		wait_for '[ -s "$trace" ]'
		[ "$it" -lt 10 ] || sleep "0.00$((it - 10))"
		kill -KILL $pid
		wait $pid 2>/dev/null
		jq -e 'length > 0' "$trace" >/dev/null
		assertEquals "$(cat "$trace")" 0 $?
	done
}

testManyWriteAtOnce() {
	in_container || return 0
	all=''
	for it in 1 2 3 4 5 6 7 8; do
		for again in 1 2 3 4 5; do
			"$NSEXEC" --trace="$trace" -t "$container" -p -- true || echo "$again failed"
		done >"$work/many.$it" 2>&1 &
		all="$all $!"
	done
	# shellcheck disable=SC2086 # a list
	wait $all
	assertEquals '' "$(cat "$work"/many.*)"
	jq -e 'length > 0' "$trace" >/dev/null
	assertEquals "$(cat "$trace")" 0 $?
}

testFileThatCannotBeWrittenIsAnErrorBeforeAnythingElse() {
	in_container || return 0
	trace=$work/absent/trace.json
	traced -t "$container" -a -- touch "$work/ran"
	assertEquals 125 $status
	assertEquals "nsexec: open trace ($trace): ENOENT No such file or directory" "$(cat "$work/err")"
	err=$(env "NSEXEC=--trace=$trace -t $container -n" "LD_PRELOAD=$PRELOAD" touch "$work/ran" 2>&1)
	assertEquals 125 $?
	assertEquals "nsexec: open trace ($trace): ENOENT No such file or directory" "$err"
	trace=$work
	traced -t "$container" -n -- touch "$work/ran"
	assertEquals "nsexec: open trace ($trace): EISDIR Is a directory" "$(cat "$work/err")"
	trace=$work/trace.json
	assertFalse 'the program ran' "[ -e '$work/ran' ]"
}

testTraceWithoutRoomForItsClockSaysWhy() {
	need strace || return 0
	err=$(strace -qq -o "$work/strace" -e inject=timerfd_create:error=EMFILE \
		"$NSEXEC" --trace="$trace" -- touch "$work/ran" 2>&1)
	assertEquals 125 $?
	assertEquals "nsexec: open clock of the trace ($trace): EMFILE Too many open files" "$err"
	assertFalse 'the program ran' "[ -e '$work/ran' ]"
}

# Nor do the clock, and the directory by which PIDs are known; a host is asked itself.
testNothingOfItReachesTheProgram() {
	in_container && need python3 || return 0
	list='import os
for fd in os.listdir("/proc/self/fd"):
    if os.path.lexists("/proc/self/fd/" + fd):
        print("fd", os.readlink("/proc/self/fd/" + fd))'
	python=$(python3 -c 'import sys; print(sys.executable)')
	for shape in "-n" "-u -p" "-n --pty" "-n --init --unshare=pid"; do
		# shellcheck disable=SC2086 # a list of words
		"$NSEXEC" --trace="$trace" -t "$container" $shape -- "$python" -c "$list" \
			</dev/null >"$work/fds"
		input=/dev/null
		[ "${shape#*--pty}" = "$shape" ] || input=/dev/pts/
		assert_nothing_of_it "$shape" "$input"
	done
	for shape in "-n" "-p"; do
		env "NSEXEC=--trace=$trace -t $container $shape" "LD_PRELOAD=$PRELOAD" \
			"$python" -c "$list" </dev/null >"$work/fds"
		assert_nothing_of_it "host $shape" /dev/null
	done
	"$NSEXEC" --trace="$trace" -t "$container" -n --preload -- "$python" -c "$list" </dev/null >"$work/fds"
	assert_nothing_of_it 'preload' /dev/null
}

testPipeGetsAllButTheEnd() {
	in_container || return 0
	{ "$NSEXEC" --trace=/dev/fd/3 -t "$container" -p -- sh -c 'exit 3' 3>&1 >/dev/null; } |
		cat >"$trace"
	echo ']' >>"$trace"
	assert_whole
	assertEquals 'options target check plan join fork program' "$(steps nsexec)"
	# A reader who has gone is nobody's end.
	for shape in "-n" "-p"; do
		# shellcheck disable=SC2086 # a list of words
		{ sleep 0.1; "$NSEXEC" --trace=/dev/fd/3 -t "$container" $shape -- sh -c 'exit 3' 3>&1 >/dev/null; \
			echo $? >"$work/status"; } | true
		assertEquals 3 "$(cat "$work/status")"
	done
}

# The kernel would end the program's process for it.
testLimitOfFilesIsTheProgramsAlone() {
	in_container || return 0
	traced -t "$container" -p --rlimit=fsize=0 -- sh -c 'exit 3'
	assertEquals 3 $status
	assert_whole
	assertEquals 'exec is not there' '' "$(steps program)"
}

# Names of control characters make long events; a page is what that disk has.
testFullDiskLeavesAWholeFile() {
	need jq && need_root || return 0
	[ "$(getconf PAGESIZE)" -eq 4096 ] || { skip 'pages are large here'; return 0; }
	name=$work/$(printf '%150s' '' | tr ' ' '\001')
	mkdir -p "$name/proc" "$work/disk"
	unshare --mount sh -c 'mount -t tmpfs -o size=4k disk "$1/disk" || exit 99
		"$0" --trace="$1/disk/t" --unshare=user,mnt,uts,pid --map-root-user --hostname=x \
			--mount-proc="$2/proc" --umask=022 --caps=all -W "$2" -- "$2/absent"
		cp "$1/disk/t" "$3"' "$NSEXEC" "$work" "$name" "$trace" 2>"$work/err"
	assertEquals "$(cat "$work/err")" 0 $?
	assert_whole
	assertEquals 'what had no room is left out' 'mount cwd caps umask' "$(steps program)"
	assertEquals 'what comes later is not' program "$(of '.[-1].name')"
}

testOldFileIsReplaced() {
	in_container || return 0
	yes old | head -n 5000 >"$trace"
	traced -t "$container" -n -- true
	assert_whole
	assertNotContains "$(cat "$trace")" old
}

testPlanAndHelpWriteNothing() {
	in_container || return 0
	traced -t "$container" -n --plan
	assertEquals 0 $status
	traced --help
	assertEquals 0 $status
	assertFalse "[ -e '$trace' ]"
}

testWhoDoesNotAskMakesNoCallForIt() {
	in_container || return 0
	need strace || return 0
	strace -f -qq -o "$work/calls" "$NSEXEC" -t "$container" -a -- true
	assertEquals '' "$(grep -e timerfd -e clock_gettime -e F_SETLK -e '"self"' "$work/calls" |
		grep -v exited)"
	strace -f -qq -o "$work/calls" "$NSEXEC" --trace="$trace" -t "$container" -a -- true
	assertContains 'asked, there are such calls' "$(cat "$work/calls")" timerfd_create
}

testLogTellsTheTimeAtDebug() {
	in_container || return 0
	NSEXEC_LOG=debug traced -t "$container" -a -- true
	assertContains 'the last one, of the new process' "$(cat "$work/err")" 'us exec (true)'
	grep '^nsexec: ' "$work/err" | grep -v 'us exec ' >"$work/lines"
	assertEquals "$(cat "$work/lines")" '' \
		"$(grep -vE '^nsexec: (info|debug): \+[0-9]+\.[0-9]us [a-z]' "$work/lines")"
	assertEquals 'options target check plan join fork' \
		"$(sed 's/.*us \([a-z]*\).*/\1/' "$work/lines" | tr '\n' ' ' | sed 's/ $//')"
	sed 's/.*+\([0-9.]*\)us.*/\1/' "$work/lines" | sort -n -C
	assertEquals "$(cat "$work/lines")" 0 $?
	# The host's own descriptor, which it has until its main().
	env "NSEXEC=-t $container -n" NSEXEC_LOG=debug:7 "LD_PRELOAD=$PRELOAD" true 7>"$work/lines"
	assertEquals 'options target check plan join main' \
		"$(sed 's/.*us \([a-z]*\).*/\1/' "$work/lines" | tr '\n' ' ' | sed 's/ $//')"
	NSEXEC_LOG=info traced -t "$container" -n -- true
	assertEquals 'nsexec: info: join (net)' "$(cat "$work/err")"
}

. shunit2
