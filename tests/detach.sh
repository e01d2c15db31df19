#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The detached shape: the program is a child of the caller, which knows it by the
# report; the first process ends, and nobody is left that the caller does not know.
#
# From lib.sh; by eval; conditions and programs are expanded later.
# shellcheck disable=SC2154,SC2034,SC2016

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"

siblings=$work/siblings
out=$work/out		# what the caller and the program say
err=$work/err
list=$work/list		# words, for NSEXEC_FD
mark=nsexec-detach-$$	# in the environment of each
container=''
every_way='command preload preload-program fd fd-program'

oneTimeSetUp() {
	# shellcheck disable=SC2086 # may be several words
	${CC:-cc} -O1 -Wall -Wextra -D_GNU_SOURCE -o "$siblings" "$abs_testsdir/siblings.c" ||
		exit 1
	chmod 755 "$siblings"
	container_plain
	container=$target
	why_not=$why
	container_rootless
	rootless=$target
	why_no_rootless=$why
}

tearDown() {
	# shunit2 calls this once more when all is gone.
	[ ! -d "$work" ] || no_process_left "$mark"
	return 0
}

# Use: in_container || return 0.  Then these are the words, with a PID namespace
# and without one:
in_container() {
	[ -n "$container" ] || { skip "$why_not"; return 1; }
	far="-t $container -a"
	near="-t $container -n -u -i"
}

# through HOW WORDS PROGRAM...: run it with these words in one of our carriers, as a
# program to execute or as the host.
through() {
	how=$1
	words=$2
	shift 2
	case $how in
	fd*)
		# shellcheck disable=SC2086 # a list of words
		printf '%s\0' $words >"$list"
		[ "$how" = fd ] || printf '%s\0' -- "$@" >>"$list"
		;;
	preload-program) words="$words -- $(quoted "$@")" ;;
	esac
	# shellcheck disable=SC2086 # a list of words
	case $how in
	alone) ;;
	command) set -- "$NSEXEC" $words -- "$@" ;;
	preload) set -- env "NSEXEC=$words" "LD_PRELOAD=$PRELOAD" "$@" ;;
	preload-program) set -- env "NSEXEC=$words" "LD_PRELOAD=$PRELOAD" "$any_host" ;;
	fd) set -- env NSEXEC_FD=8 "LD_PRELOAD=$PRELOAD" "$@" ;;
	fd-program) set -- env NSEXEC_FD=8 "LD_PRELOAD=$PRELOAD" "$any_host" ;;
	esac
	# shellcheck disable=SC2086 # a list of words
	set -- $front_words "$@"
	case $how in
	fd*) DETACH_MARK=$mark "$@" 8<"$list" ;;
	*) DETACH_MARK=$mark "$@" ;;
	esac
}
any_host=true
front_words='' # what stands in front of it all, if anything

# WORD... as NSEXEC wants them
quoted() {
	for it; do
		printf "'%s' " "$(printf '%s\n' "$it" | sed "s/'/'\\\\''/g")"
	done
}

# detached HOW WORDS PROGRAM...: the same under the eyes of a caller, with a report.
# Then $pid is the program's according to that.
detached() {
	how=$1
	words="$2 --detach --report-fd 3"
	shift 2
	front_words="timeout 60 $siblings $front_words"
	through "$how" "$words" "$@" >"$out" 2>"$err" </dev/null
	front_words=${front_words#"timeout 60 $siblings "}
	pid=$(pid_of_report)
}

# begin HOW WORDS PROGRAM...: in the background, until the caller knows of it.
begin() {
	begin_blindly "$@"
	wait_for 'grep -q ^report "$out"' 10
	pid=$(pid_of_report)
}

# The same, until there is a first process.
begin_blindly() {
	how=$1
	words="$2 --detach --report-fd 3"
	shift 2
	: >"$out"
	front_words="$siblings $front_words"
	through "$how" "$words" "$@" >"$out" 2>"$err" </dev/null &
	shell=$!
	front_words=${front_words#"$siblings "}
	remember "$shell"
	wait_for find_caller
}

# The shell that runs through() may have other children before.
find_caller() {
	for caller in $(children_of "$shell"); do
		[ "$(cat "/proc/$caller/comm")" != siblings ] || return 0
	done 2>/dev/null
	return 1
}

# Wait for the caller that begin has started; it has waited for everybody then.
all_ended() {
	wait_for '! kill -0 "$caller" 2>/dev/null' 10 || {
		fail "the caller still waits for somebody: $(cat "$out")"
		# shellcheck disable=SC2046 # words
		kill -KILL "$caller" $(children_of "$caller")
	}
	wait "$shell"
}

pid_of_report() {
	sed -n 's/^report {"pid":\([0-9]*\),"pid_inside":[0-9]*,"namespaces":{.*}}$/\1/p' "$out"
}

# said WORD: the rest of the lines that begin so.
said() {
	sed -n "s/^$1 //p" "$out"
}

# ended_as STATUS [WHAT]: the first process went well, and the program ended so.
ended_as() {
	assertEquals "stderr, ${2:-$how}" '' "$(cat "$err")"
	assertEquals "first process, ${2:-$how}" 0 "$(said first)"
	assertNotEquals "pid of the report, ${2:-$how}" '' "$pid"
	assertEquals "program, ${2:-$how}" "$pid $1" "$(said sibling)"
}

# ---- the program is a sibling --------------------------------------------------

testCallerWaitsForTheProgramAndGetsItsStatus() {
	in_container || return 0
	for how in $every_way; do
		for shape in "$far" "$near"; do
			detached "$how" "$shape" sh -c 'echo "inside $$"; exit 7'
			ended_as 7 "$how $shape"
			assertEquals "it knows itself as the report says, $how $shape" \
				"$(sed -n 's/.*"pid_inside":\([0-9]*\),.*/\1/p' "$out")" \
				"$(said inside)"
		done
	done
}

testCallerGetsTheSignalThatEndsTheProgram() {
	in_container || return 0
	for how in $every_way; do
		for sig in 9 15 11; do
			detached "$how" "$far" sh -c "ulimit -c 0; kill -$sig \$\$"
			ended_as "signal $sig"
		done
	done
}

testReportNamesWhatWasJoined() {
	in_container || return 0
	detached command "$near" true
	assertEquals "{\"ipc\":$(ns_of "$container" ipc),\"net\":$(ns_of "$container" net),\"uts\":$(
		ns_of "$container" uts)}" "$(said report | sed 's/.*"namespaces":\(.*\)}/\1/')"
}

testProgramIsInTheNamespaces() {
	in_container || return 0
	for how in $every_way; do
		detached "$how" "$far" sh -c 'for it in '"$kinds"'; do
			readlink /proc/self/ns/$it; done'
		assertEquals "$how" "$(for it in $kinds; do readlink "/proc/$container/ns/$it"; done)" \
			"$(grep ':\[' "$out")"
	done
}

testProgramLivesOnWhenTheFirstProcessHasEnded() {
	in_container || return 0
	for how in $every_way; do
		begin "$how" "$far" sleep 300
		assertEquals "first process, $how" 0 "$(said first)"
		assertEquals "nothing but the program, $how" "$pid" "$(children_of "$caller" | xargs)"
		wait_for 'grep -qsx sleep "/proc/$pid/comm"'
		assertEquals "the program, $how" 'sleep 300' \
			"$(tr '\0' ' ' <"/proc/$pid/cmdline" | sed 's/ *$//')"
		kill -USR1 "$pid"
		all_ended
		ended_as 'signal 10'
	done
}

# stat_of PID NUMBER: a field of /proc/PID/stat
stat_of() {
	cut -d ' ' -f "$2" "/proc/$1/stat"
}

testProgramHasTheGroupAndSessionOfItsCaller() {
	in_container || return 0
	for how in $every_way; do
		for shape in "$far" "$near"; do
			begin "$how" "$shape" sleep 300
			assertEquals "parent, $how" "$caller" "$(stat_of "$pid" 4)"
			assertEquals "group, $how" "$(stat_of "$caller" 5)" "$(stat_of "$pid" 5)"
			assertEquals "session, $how" "$(stat_of "$caller" 6)" \
				"$(stat_of "$pid" 6)"
			kill -KILL "$pid"
			all_ended
		done
	done
}

testWithoutAReportItIsDetachedToo() {
	in_container || return 0
	for how in command preload; do
		front_words="timeout 60 $siblings"
		through "$how" "$far --detach" sh -c 'exit 3' >"$out" 2>"$err" </dev/null
		front_words=''
		assertEquals "$how" 'first 0' "$(head -n 1 "$out")"
		assertEquals "$how" 3 "$(said sibling | cut -d ' ' -f 2)"
		assertEquals "$how" '' "$(cat "$err")"
	done
}

testNothingToJoinIsNoReasonNotTo() {
	for how in $every_way; do
		detached "$how" '' sh -c 'exit 4'
		ended_as 4
		assertContains "$(said report)" "{\"pid\":$pid,\"pid_inside\":$pid,\"namespaces\":{}}"
	done
}

testOrdinaryUserDetachesToo() {
	[ -n "$rootless" ] || { skip "$why_no_rootless"; return 0; }
	[ "$(id -u)" -ne 0 ] ||
		front_words="setpriv --reuid $ordinary --regid $ordinary --clear-groups --"
	for how in $every_way; do
		detached "$how" "-t $rootless -a" sh -c 'echo "user $(id -u)"; exit 5'
		ended_as 5
		assertEquals "root inside, $how" 0 "$(said user)"
	done
	front_words=''
}

# ---- what the program finds ----------------------------------------------------

testBlockedAndIgnoredSignalsReachTheProgramUnchanged() {
	in_container || return 0
	env --block-signal=USR1 true 2>/dev/null || { skip 'env(1) is too old'; return 0; }
	set -- grep '^\(Sig\|Shd\)\(Pnd\|Blk\|Ign\|Cgt\)' /proc/self/status
	for state in '' --ignore-signal=CHLD --ignore-signal=HUP,INT,PIPE,TSTP --ignore-signal \
		--block-signal=CHLD --block-signal=USR1,CONT,TERM --block-signal; do
		front_words="env $state"
		alone=$(through alone '' "$@")
		for how in $every_way; do
			detached "$how" "$far" "$@"
			assertEquals "$state, $how" "$alone" "$(grep '^S[ih]' "$out")"
		done
	done
	front_words=''
}

# The report's among them; 9 is somebody else's, and stays.
testProgramFindsNoDescriptorOfOurs() {
	in_container || return 0
	shows_fds='cd /proc/self/fd && echo fds *'
	alone=$(sh -c "$shows_fds" 9</dev/null)
	for how in $every_way; do
		for shape in "$far" "$near"; do
			detached "$how" "$shape" sh -c "$shows_fds" 9</dev/null
			assertEquals "$how $shape" "$alone" "fds $(said fds)"
		done
	done
}

# libc_is_intact HOST: all checks of libc_intact.c
libc_is_intact() {
	in_container || return 0
	build_hosts "libc_intact-$1"
	need_host "libc_intact-$1" || return 0
	for shape in "$far" "$near" ''; do
		case $1 in
		*-init) linked_in "$shape" "$hosts/libc_intact-$1" ;;
		*) detached preload "$shape" "$hosts/libc_intact-$1" ;;
		esac
		ended_as 0 "$1 $shape"
		assertEquals "what is broken, $1 $shape" '' "$(grep '^not ok' "$out")"
		assertEquals "checks made, $1 $shape" 15 "$(grep -c '^ok' "$out")"
	done
}

# linked_in WORDS HOST...: detached, by the constructor that the host has itself
linked_in() {
	front_words="timeout 60 $siblings env"
	through alone '' "NSEXEC=$1 --detach --report-fd 3" "$2" >"$out" 2>"$err" </dev/null
	front_words=''
	pid=$(pid_of_report)
}

testGlibcIsIntact() { libc_is_intact glibc; }
testStaticGlibcIsIntact() { libc_is_intact glibc-init; }
testMuslIsIntact() { libc_is_intact musl; }
testStaticMuslIsIntact() { libc_is_intact musl-init; }

# ---- errors --------------------------------------------------------------------

# error_of ERROR: the line of the report; with the process that has to be waited for,
# if there was one.
error_of() {
	sibling=$(said sibling | cut -d ' ' -f 1)
	echo "{\"error\":$1${sibling:+,\"pid\":$sibling}}"
}

# fails HOW WORDS STATUS ERROR TEXT PROGRAM...: with this exit status, this error in
# the report, this on stderr, and without a program.
fails() {
	how=$1
	words=$2
	status=$3
	error=$4
	text=$5
	shift 5
	detached "$how" "$words" "$@"
	assertEquals "first process, $how" "$status" "$(said first)"
	assertEquals "report, $how" "$(error_of "$error")" "$(said report)"
	assertEquals "stderr, $how" "$text" "$(head -n 1 "$err")"
	assertNotContains "the program has begun, $how" "$(cat "$out")" 'it ran'
}

# Its process was there already, and the caller sees it end with the same status.
testProgramThatIsNotThereIsAnError() {
	in_container || return 0
	for how in command preload-program fd-program; do
		fails "$how" "$far" 127 '{"step":"exec","errno":2,"subject":"/absent/program"}' \
			'nsexec: exec /absent/program: ENOENT No such file or directory' \
			/absent/program
		assertEquals "program, $how" 127 "$(said sibling | cut -d ' ' -f 2)"
		fails "$how" "$near" 126 "{\"step\":\"exec\",\"errno\":13,\"subject\":\"$work\"}" \
			"nsexec: exec $work: EACCES Permission denied" "$work"
		assertEquals "program, $how" 126 "$(said sibling | cut -d ' ' -f 2)"
	done
}

# So nobody has seen it when the report was written; a second line says so.
testProgramThatFailsAtTheLastMomentIsReportedOnceMore() {
	in_container || return 0
	printf '#!/absent/interpreter\n' >"$work/orphan"
	chmod 755 "$work/orphan"
	for how in command preload-program fd-program; do
		detached $how "$far" "$work/orphan"
		assertEquals "first process, $how" 126 "$(said first)"
		assertNotEquals "pid, $how" '' "$pid"
		assertEquals "report, $how" \
			"$(error_of "{\"step\":\"exec\",\"errno\":2,\"subject\":\"$work/orphan\"}")" \
			"$(said report | tail -n 1)"
		assertEquals "program, $how" "$pid 126" "$(said sibling)"
	done
}

testWhatFailsBeforeTheForkMakesNoProcess() {
	in_container || return 0
	for how in $every_way; do
		fails "$how" '--net=/proc/self/ns/uts' 125 \
			'{"step":"check","errno":22,"subject":"net, from a namespace of kind uts (/proc/self/ns/uts)"}' \
			'nsexec: check net, from a namespace of kind uts (/proc/self/ns/uts): EINVAL Invalid argument' \
			echo it ran
		assertEquals "siblings, $how" '' "$(said sibling)"
		fails "$how" '-t 2147483647 -a' 125 \
			'{"step":"target","errno":3,"subject":"process (PID 2147483647)"}' \
			'nsexec: target process (PID 2147483647): ESRCH No such process' \
			echo it ran
		assertEquals "siblings, $how" '' "$(said sibling)"
	done
}

testConflictsWithNoFork() {
	for how in $every_way; do
		fails "$how" --no-fork 125 \
			'{"step":"options","errno":0,"subject":"conflicts with --no-fork (--detach)"}' \
			'nsexec: options: conflicts with --no-fork (--detach)' echo it ran
		assertEquals "siblings, $how" '' "$(said sibling)"
	done
}

testFirstProcessOfAPidNamespaceRefuses() {
	in_container || return 0
	front_words='unshare --pid --fork --kill-child --'
	for how in $every_way; do
		fails "$how" "--net=/proc/$container/ns/net" 125 \
			'{"step":"fork","errno":22,"subject":"detached process"}' \
			'nsexec: fork detached process: EINVAL Invalid argument' echo it ran
		assertEquals "$how" 'nsexec: hint: the first process of a PID namespace cannot have siblings; leave out --detach, or start nsexec from another process' \
			"$(tail -n 1 "$err")"
	done
	front_words=''
}

testReportThatNobodyReadsStopsTheProgram() {
	in_container || return 0
	env --default-signal=PIPE true 2>/dev/null || { skip 'env(1) is too old'; return 0; }
	for state in --default-signal=PIPE --ignore-signal=PIPE --block-signal=PIPE; do
		for how in $every_way; do
			front_words="timeout 60 env $state $siblings unread"
			through "$how" "$far --detach --report-fd 3" sh -c 'echo it ran' \
				>"$out" 2>"$err" </dev/null
			front_words=''
			assertEquals "first process, $how $state" 125 "$(said first)"
			assertEquals "program, $how $state" 125 "$(said sibling | cut -d ' ' -f 2)"
			assertNotContains "$how $state" "$(cat "$out")" 'it ran'
			assertEquals "$how $state" \
				'nsexec: report write it (descriptor 3): EPIPE Broken pipe' \
				"$(cat "$err")"
		done
	done
}

# ---- the first process is killed -----------------------------------------------

# strikes HOW WORDS ROUNDS
strikes() {
	front_words="timeout 120 $siblings strike $3"
	through "$1" "$2 --detach --report-fd 3" sh -c 'echo begun; exec sleep 300' \
		>"$out" 2>"$err" </dev/null
	front_words=''
	got=$(cat "$out" "$err")
	echo "$1 $2: $got"
	assertEquals "$1: $got" 0 "${got##*wrong }"
	rounds=${got#*rounds }
	reported=${got#*reported }
	reported=${reported%% *}
	assertTrue "killed before and after the report: $got" \
		"[ $reported -gt 5 ] && [ $reported -lt ${rounds%% *} ]"
}

testFirstProcessKilledAtAnyMomentLeavesNoProgramThatNobodyKnows() {
	in_container || return 0
	strikes command "$far" 200
	strikes preload "$far" 200
	strikes command "$near" 200
	strikes preload-program "$near" 200
}

# The first process and the program's.
both_are_there() {
	# shellcheck disable=SC2046 # words
	set -- $(children_of "$caller")
	[ $# -eq 2 ]
}

# held CALL HOW: the first process is held for a while at this system call, its first
# since it is traced, and killed there.
held() {
	front_words="strace -D -f -qq -o /dev/null -e inject=$1"
	begin_blindly "$2" "$far" sh -c 'echo it ran; exec sleep 300'
	front_words=''
	wait_for both_are_there
	# shellcheck disable=SC2046 # words
	set -- $(children_of "$caller")
	sleep 0.1
	kill -KILL "$1"
	all_ended
	assertEquals "first process" 'signal 9' "$(said first)"
	assertEquals "program" 125 "$(said sibling | cut -d ' ' -f 2)"
	assertNotContains "$(cat "$out")" 'it ran'
}

testFirstProcessKilledBeforeItsReportTakesTheProgramWithIt() {
	in_container || return 0
	need strace || return 0
	for how in command preload-program fd-program; do
		held write:delay_enter=2000000 $how
		assertEquals "report, $how" '' "$(said report)"
	done
}

# The caller knows of it then, and sees it end.
testFirstProcessKilledBehindItsReportTakesTheProgramWithIt() {
	in_container || return 0
	need strace || return 0
	for how in command preload-program fd-program; do
		held write:delay_exit=2000000 $how
		assertEquals "report, $how" "$(said sibling | cut -d ' ' -f 1)" "$(pid_of_report)"
	done
}

testProgramThatIsKilledBeforeItsReportIsAnError() {
	in_container || return 0
	need strace || return 0
	for how in command preload-program fd-program; do
		front_words='strace -D -f -qq -o /dev/null -e inject=sendto:delay_enter=2000000'
		begin_blindly "$how" "$far" sh -c 'echo it ran'
		front_words=''
		wait_for both_are_there
		# shellcheck disable=SC2046 # words
		set -- $(children_of "$caller")
		kill -KILL "$2"
		all_ended
		assertEquals "first process, $how" 125 "$(said first)"
		assertEquals "program, $how" "$2 signal 9" "$(said sibling)"
		assertEquals "report, $how" \
			"$(error_of "{\"step\":\"fork\",\"errno\":10,\"subject\":\"the program's process was killed (PID $2)\"}")" \
			"$(said report)"
	done
}

# ---- the plan ------------------------------------------------------------------

testPlanSaysThatTheFirstProcessEnds() {
	in_container || return 0
	plan=$("$NSEXEC" --plan -t "$container" -n --detach -- true)
	assertEquals 'status' 0 $?
	assertEquals "$plan" '2    fork    a new process; the first one ends
3    exec    true' "$(echo "$plan" | tail -n 2)"
	plan=$(NSEXEC="--plan -t $container -n --detach" LD_PRELOAD=$PRELOAD env true)
	assertEquals "$plan" '2    fork    a new process; the first one ends
3    return  to the host program' "$(echo "$plan" | tail -n 2)"
	plan=$("$NSEXEC" --plan --detach --fork -- true)
	assertEquals "$plan" '1    fork    a new process; the first one ends
2    exec    true' "$(echo "$plan" | tail -n 2)"
}

. shunit2
