#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The shapes of processes: in place nothing is in front of the program; supervised
# it is a new process, and the first one, the waiter, stands in for it so that the
# caller cannot tell.
#
# From lib.sh; by eval; conditions and programs are expanded later.
# shellcheck disable=SC2154,SC2034,SC2016

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"

probe=$work/signals_probe
job=$work/job
told=$work/told		# what the caller was told of the first process
out=$work/out		# what the program says
mark=nsexec-shapes-$$	# in the environment of each
waiter=''

oneTimeSetUp() {
	# shellcheck disable=SC2086 # may be several words
	${CC:-cc} -O1 -Wall -Wextra -o "$probe" "$abs_testsdir/signals_probe.c" &&
		${CC:-cc} -O1 -Wall -Wextra -D_GNU_SOURCE -o "$job" "$abs_testsdir/job.c" || exit 1
	container_plain
	container=$target
	why_not=$why
}

setUp() {
	waiter=''
	patience=20	# seconds
}

tearDown() {
	[ -z "$waiter" ] || end
	# shunit2 calls this once more when all is gone.
	[ -d "$work" ] || return 0
	no_process_left "$mark"
	for it in $(processes_with "$mark"); do
		kill -KILL "$it" # not for the next test to find
	done
	return 0
}

# await CONDITION [SECONDS]: as wait_for; but who has waited in vain once, in the
# same test, has learnt it.
await() {
	seconds=${2:-$patience}
	[ "$patience" -gt 0 ] || seconds=0
	wait_for "$1" "$seconds" || { patience=0; return 1; }
}

# Use: in_container || return 0.  Then these are the words:
in_container() {
	[ -n "$container" ] || { skip "$why_not"; return 1; }
	in_place="-t $container -n -u -i -C"
	supervised="-t $container -a"
	here="--net=/proc/$container/ns/net --fork"	# in this PID namespace
}

# through HOW WORDS PROGRAM...: run it alone, or with these words for us through
# the command or the preload.
through() {
	how=$1
	words=$2
	shift 2
	# shellcheck disable=SC2086 # lists of words
	case $how in
	alone) ;;
	command) set -- "$NSEXEC" $words -- "$@" ;;
	preload) set -- env "NSEXEC=$words" "LD_PRELOAD=$PRELOAD" "$@" ;;
	esac
	# shellcheck disable=SC2086
	set -- $front_words "$@"
	SHAPES_MARK=$mark "$@"
}
front_words='' # what stands in front of it all, if anything

# begin HOW WORDS PROGRAM...: the same in the background, under the eyes of a
# caller, until it says something.  $waiter is the process that was started.
begin() {
	begin_blindly "$@"
	wait_for '[ -s "$out" ] || ended' 10
	program=$(only_child_of "$waiter")
}

# The same, but do not wait until it says something.
begin_blindly() {
	[ -z "$waiter" ] || end
	program=''
	: >"$told"
	: >"$out"
	front_words="$job watch $told $front_words"
	through "$@" >>"$out" 2>&1 </dev/null &
	watch_pid=$!
	front_words=${front_words#"$job watch $told "}
	remember "$watch_pid"
	wait_for '[ -s "$told" ]'
	waiter=$(sed -n 's/^pid //p' "$told")
}

# begin_held CALL:MOMENT=MICROSECONDS HOW WORDS PROGRAM...: the same, until the new process
# exists; it is held at that system call for so long, or until $tracer has ended.  Once more if
# that was not long enough for us to see it.
begin_held() {
	hold="strace -f -qq -o /dev/null -e inject=$1"
	shift
	for _ in 1 2 3 4 5; do
		front_words="$hold $front_words"
		begin_blindly "$@"
		front_words=${front_words#"$hold "}
		tracer=$waiter
		wait_for 'waiter=$(only_child_of "$tracer"); program=$(only_child_of "$waiter")
			[ -n "$program" ]'
		said ready || break
	done
}

# End what begin has begun; the waiter should take the program with it.
end() {
	kill -KILL "$waiter" ${program:+"$program"} 2>/dev/null
	wait "$watch_pid" 2>/dev/null
	waiter=''
}

ended() {
	grep -q '^exit\|^signal' "$told"
}

# told LINE [COUNT]: has the caller been told so, this often?
told() {
	[ "$(grep -cx "$1" "$told")" -eq "${2:-1}" ]
}

said() {
	grep -qx "$1" "$out"
}

# How the program ended that begin has begun; it is over then.
how_it_ended() {
	await ended
	wait "$watch_pid"
	waiter=''
	tail -n 1 "$told"
}

# The signals that the program got since it was ready, and which nothing can
# follow: the last one goes the same way after all others.
signals_got() {
	"$job" queue "$waiter" 64 4711
	await 'said "got 64 queue 4711"'
	sed -n '/queue 4711/d; s/^got //p' "$out"
	: >"$out"
}

only_child_of() {
	it=$(children_of "$1")
	echo "${it%% *}"
}

# T: stopped; Z: ended, but its parent has not asked for it
state_of() {
	sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null
}

has_ended() {
	case $(state_of "$1") in '' | Z) ;; *) return 1 ;; esac
}

# ---- in place ----------------------------------------------------------------

testInPlaceKeepsThePid() {
	in_container || return 0
	for how in command preload; do
		begin "$how" "$in_place" sh -c 'echo $$; exec sleep 300'
		assertEquals "pid, $how" "$waiter" "$(cat "$out")"
		assertEquals "children, $how" '' "$program"
		assertEquals "network, $how" "$(ns_of "$target" net)" "$(ns_of "$waiter" net)"
		end
	done
}

testInPlaceMakesNoProcess() {
	in_container || return 0
	need strace || return 0
	true=$(command -v true)
	for how in command preload; do
		rm -f "$work/calls"
		front_words="strace -f -qq -o $work/calls -e trace=clone,clone3,fork,vfork"
		through "$how" "$in_place" "$true"
		assertEquals "status, $how" 0 $?
		assertEquals "new processes, $how" '' "$(cat "$work/calls")"
		through "$how" "$here" "$true"
		assertEquals "new processes if asked, $how" 1 "$(wc -l <"$work/calls")"
	done
	front_words=''
}

testInPlaceEndsAsTheProgramDoes() {
	in_container || return 0
	for how in command preload; do
		through "$how" "$in_place" sh -c 'exit 7'
		assertEquals "$how" 7 $?
		begin "$how" "$in_place" sh -c 'kill -TERM $$'
		assertEquals "$how" 'signal 15' "$(how_it_ended)"
	done
}

# ---- supervised: signals reach the program -----------------------------------

# Not KILL and STOP, which cannot be caught; CHLD when somebody sends it.
forwarded=$(seq 1 64 | grep -vx '9\|19')

testEverySignalReachesTheProgramOnce() {
	in_container || return 0
	for how in command preload; do
		begin "$how" "$supervised" "$probe" all
		assertNotEquals "a new process, $how" '' "$program"
		wanted=''
		for sig in $forwarded; do
			kill "-$sig" "$waiter"
			await "said 'got $sig user'" 2
			wanted="$wanted$sig user
"
		done
		assertEquals "$how" "${wanted%?}" "$(signals_got)"
		assertEquals "the caller has seen, $how" "pid $waiter" "$(cat "$told")"
	done
}

testQueuedSignalsKeepTheirValueAndOrder() {
	in_container || return 0
	for how in command preload; do
		begin "$how" "$supervised" "$probe" all
		for sig in 34 40 63; do
			for value in 1 2 3; do
				"$job" queue "$waiter" $sig $((sig * 1000 + value))
			done
		done
		for sig in 10 17 20; do
			"$job" queue "$waiter" $sig $((sig * 1000))
		done
		assertEquals "$how" '10 queue 10000
17 queue 17000
20 queue 20000
34 queue 34001
34 queue 34002
34 queue 34003
40 queue 40001
40 queue 40002
40 queue 40003
63 queue 63001
63 queue 63002
63 queue 63003' "$(signals_got | sort -n)"
	done
}

# The program is held where it is new, while signals are sent to the waiter.
testSignalsBeforeExecAreNotLost() {
	in_container || return 0
	need strace || return 0
	env --block-signal=USR1 true 2>/dev/null || { skip 'env(1) is too old'; return 0; }
	for how in command preload; do
		front_words='env --block-signal'
		begin_held prctl:delay_exit=2000000 "$how" "$supervised" "$probe" all
		kill -USR1 "$waiter"
		"$job" queue "$waiter" 40 4
		assertEquals "nothing yet, $how" '' "$(cat "$out")"
		await 'said ready'
		assertEquals "$how" '10 user
40 queue 4' "$(signals_got)"
		front_words=''
		begin_held prctl:delay_exit=2000000 "$how" "$supervised" "$probe" 2
		kill -USR1 "$waiter"
		assertEquals "default action, $how" 'signal 10' "$(how_it_ended)"
	done
}

testSignalThatWasPendingAtTheStartReachesTheProgram() {
	in_container || return 0
	for how in alone command preload; do
		begin "$how" "$supervised" "$job" pending 10 "$probe" 10 64
		assertEquals "$how" '10 user' "$(signals_got)"
	done
	for how in command preload; do
		front_words="$job pending 10"
		begin "$how" "$supervised" "$probe" 10 64
		front_words=''
		assertEquals "pending before us, $how" '10 user' "$(signals_got)"
	done
}

# It is in the group of the waiter, and has sent its signal to itself already.
testSignalOfTheProgramToItsGroupReachesItOnce() {
	in_container || return 0
	for how in alone command preload; do
		begin "$how" "$here" sh -c 'n=0; trap "n=\$((n + 1))" USR1
			kill -USR1 0; sleep 0.2; sleep 0.1; echo "$n"'
		assertEquals "$how" 'exit 0' "$(how_it_ended)"
		assertEquals "$how" 1 "$(cat "$out")"
	done
}

# ---- supervised: signal state ------------------------------------------------

testBlockedAndIgnoredSignalsReachTheProgramUnchanged() {
	in_container || return 0
	env --block-signal=USR1 true 2>/dev/null || { skip 'env(1) is too old'; return 0; }
	set -- grep '^\(Sig\|Shd\)\(Pnd\|Blk\|Ign\|Cgt\)' /proc/self/status
	for state in '' --ignore-signal=CHLD --ignore-signal=HUP,INT,PIPE,TSTP --ignore-signal \
		--block-signal=CHLD --block-signal=USR1,CONT,TERM --block-signal; do
		front_words="env $state"
		alone=$(through alone '' "$@")
		for how in command preload; do
			for shape in "$in_place" "$supervised" "$here"; do
				assertEquals "$state, $how $shape" "$alone" \
					"$(through "$how" "$shape" "$@")"
			done
		done
	done
	front_words=''
}

testIgnoredOrBlockedChildSignalStillGivesTheStatus() {
	in_container || return 0
	env --block-signal=USR1 true 2>/dev/null || { skip 'env(1) is too old'; return 0; }
	for front_words in 'env --ignore-signal=CHLD' 'env --block-signal=CHLD' \
		'env --ignore-signal' 'env --block-signal'; do
		for how in command preload; do
			through "$how" "$supervised" sh -c 'exit 7'
			assertEquals "$how, $front_words" 7 $?
			begin "$how" "$supervised" sh -c 'kill -KILL $$'
			assertEquals "$how, $front_words" 'signal 9' "$(how_it_ended)"
		done
	done
	front_words=''
}

# ---- supervised: the end -----------------------------------------------------

testEveryExitStatusIsMirrored() {
	in_container || return 0
	for how in command preload; do
		wrong=''
		for status in $(seq 0 255); do
			through "$how" "$here" sh -c "exit $status"
			got=$?
			[ $got -eq "$status" ] || wrong="$wrong $status:$got"
		done
		assertEquals "$how" '' "$wrong"
	done
}

testDeathByEverySignalIsMirroredWithoutASecondCore() {
	in_container || return 0
	# Those whose default action is to end the program; but glibc keeps 32 and 33 for
	# itself, and what its posix_spawn(3) starts, as make does, has them ignored.
	deadly=$(seq 1 64 | grep -vx '1[789]\|2[01238]\|3[23]')
	cd "$work" || return # here are the core files
	# shellcheck disable=SC3045 # in every sh that we meet
	ulimit -c unlimited 2>/dev/null
	# Whoever runs this may ignore some of them.
	! env --default-signal true 2>/dev/null || front_words='env --default-signal'
	begin alone '' sh -c 'kill -SEGV $$'
	alone=$(how_it_ended)
	[ "$alone" = 'signal 11 core' ] || echo "no core files here: $alone"
	for how in command preload; do
		wrong=''
		for sig in $deadly; do
			begin "$how" "$here" sh -c "kill -$sig \$\$"
			got=$(how_it_ended)
			[ "$got" = "signal $sig" ] || wrong="$wrong $sig:$got"
		done
		assertEquals "$how" '' "$wrong"
	done
	front_words=''
	cd / || return
}

# Nothing kills the first process of a PID namespace from inside.
testWaiterThatIsPid1ExitsWith128PlusTheSignal() {
	in_container || return 0
	front_words='unshare --pid --fork --kill-child'
	for how in command preload; do
		for sig in 1 2 9 11 15 34 64; do
			begin "$how" "$here" sh -c "kill -$sig \$\$"
			assertEquals "$how" "exit $((128 + sig))" "$(how_it_ended)"
		done
		begin "$how" "$here" sh -c 'exit 3'
		assertEquals "$how" 'exit 3' "$(how_it_ended)"
	done
	front_words=''
}

testWaiterEndsWhenTheProgramDaemonises() {
	in_container || return 0
	for how in command preload; do
		begin "$how" "$here" sh -c 'setsid sleep 300 >/dev/null 2>&1 & echo $!; exit 3'
		assertEquals "$how" 'exit 3' "$(how_it_ended)"
		daemon=$(cat "$out")
		await 'grep -q sleep "/proc/$daemon/cmdline"'
		assertTrue "the daemon lives on, $how" "kill -KILL $daemon"
	done
}

# The process that became ours may have made children before.
testChildrenThatAreNotOursAreNotTakenForTheProgram() {
	in_container || return 0
	for how in command preload; do
		front_words="$work/parent"
		cat >"$work/parent" <<-'END'
		#!/bin/sh
		(exit 9) &
		sh -c 'kill -STOP $$' &
		sh -c 'kill -TERM $$' &
		sleep 0.1
		exec "$@"
		END
		chmod +x "$work/parent"
		rm -f "$work/go"
		begin "$how" "$supervised" sh -c 'echo ready
			until [ -e "$0" ]; do sleep 0.02; done; exit 7' "$work/go"
		stopped=$(for it in $(children_of "$waiter"); do
			[ "$(state_of "$it")" != T ] || echo "$it"
		done)
		: >"$work/go"
		front_words=''
		assertEquals "$how" 'exit 7' "$(how_it_ended)"
		assertEquals "the caller has seen, $how" 'exit 7' "$(sed 1d "$told")"
		assertNotEquals "a stopped child, $how" '' "$stopped"
		kill -KILL "$stopped"
	done
}

zombies_of() {
	for it in $(children_of "$1"); do
		[ "$(state_of "$it")" != Z ] || echo "$it"
	done
}

# As PID 1 it gets every process whose parent has ended, and is its last parent.
testWaiterLeavesNoZombie() {
	in_container || return 0
	front_words='unshare --pid --fork --kill-child'
	for how in command preload; do
		begin "$how" "$here" sh -c '
			for i in 1 2 3 4 5; do sh -c "sleep 0.1 &"; done
			sleep 0.3; echo ready; exec sleep 300'
		first=$(only_child_of "$waiter")
		await 'program=$(children_of "$first" | xargs); [ "${program#* }" = "$program" ]'
		assertNotEquals "the program, $how" '' "$program"
		assertTrue "$how: $program" "await '[ -z \"\$(zombies_of $first)\" ]'"
		end
	done
	front_words=''
}

# ---- supervised: stop and continue -------------------------------------------

# What the program has got, and what its caller was told; forget it then.
events() {
	echo "got: $(signals_got | xargs)"
	echo "told: $(sed '/^pid/d' "$told" | xargs)"
	: >"$told"
}

# is_now STATE: program and waiter
is_now() {
	[ "$(state_of "$program")$(state_of "$waiter")" = "$1$1" ]
}

testStopIsMirroredWithItsSignal() {
	in_container || return 0
	for how in command preload; do
		begin "$how" "$supervised" "$probe" 1 17 18 64
		for sig in 19 20 21 22; do
			kill -$sig "$program"
			await "told 'stopped $sig'"
			assertTrue "both are stopped, $how" 'is_now T'
			kill -CONT "$waiter"
			await 'told continued'
			await 'is_now S'
			assertEquals "$how, continued alone" "got: 18 user
told: stopped $sig continued" "$(events)"
		done
		for sig in 19 20 21 22; do
			kill -$sig "$program"
			await "told 'stopped $sig'"
			kill -CONT -"$waiter"
			await 'told continued'
			assertEquals "$how, continued as a group" "got: 18 user
told: stopped $sig continued" "$(events)"
		done
	done
}

testStopThatIsForwardedIsMirrored() {
	in_container || return 0
	for how in command preload; do
		begin "$how" "$supervised" "$probe" 18 64
		for sig in 20 21 22; do
			kill -$sig "$waiter"
			await "told 'stopped $sig'"
			assertTrue "both are stopped, $how" 'is_now T'
			kill -CONT "$waiter"
			await 'told continued'
			assertEquals "$how" "got: 18 user
told: stopped $sig continued" "$(events)"
		done
	done
}

# Who has continued it before makes no difference to who continues it now.
testEveryContinuationReachesTheProgramOnce() {
	in_container || return 0
	for how in alone command preload; do
		begin "$how" "$supervised" "$probe" 18 64
		program=${program:-$waiter}
		for round in 1 2; do
			kill -STOP "$program"
			await "told 'stopped 19'"
			kill -CONT "$waiter"
			await 'told continued'
			assertEquals "$how, stopped" "got: 18 user
told: stopped 19 continued" "$(events)"
			kill -CONT "$waiter"
			assertEquals "$how, running" 'got: 18 user
told:' "$(events | sed 's/ *$//')"
			kill -CONT "$waiter"
			assertEquals "$how, running on" 'got: 18 user
told:' "$(events | sed 's/ *$//')"
			kill -STOP "$program"
			await "told 'stopped 19'"
			kill -CONT -"$waiter"
			await 'told continued'
			assertEquals "$how, stopped, as a group" "got: 18 user
told: stopped 19 continued" "$(events)"
			kill -CONT "$waiter"
			assertEquals "$how, running after that" 'got: 18 user
told:' "$(events | sed 's/ *$//')"
		done
	done
}

# The waiter wakes up to both: the program has stopped, and is to be continued.
testContinuationBeforeTheStopIsMirroredIsNotLost() {
	in_container || return 0
	for how in alone command preload; do
		begin "$how" "$supervised" "$probe" 18 64
		program=${program:-$waiter}
		kill -STOP "$waiter"
		await "told 'stopped 19'"
		kill -STOP "$program"
		await '[ "$(state_of "$program")" = T ]'
		kill -CONT "$waiter"
		await 'told continued'
		await 'is_now S'
		assertEquals "$how" "got: 18 user
told: stopped 19 continued" "$(events)"
	done
}

# stopped_together SIGNAL PROCESS...: all at once, or one after the other
stopped_together() {
	sig=$1
	shift
	for it in "$@"; do
		kill "-$sig" "$it"
	done
	await "told 'stopped $sig'"
	await '[ "$(state_of "$program")" = T ]'
	kill -CONT -"$waiter"
	await 'told continued'
	assertEquals "$how, $sig to $*" "got: 18 user
told: stopped $sig continued" "$(events)"
}

testStopOfTheWholeGroupIsContinuedOnce() {
	in_container || return 0
	for how in alone command preload; do
		begin "$how" "$supervised" "$probe" 18 64
		program=${program:-$waiter}
		for sig in 19 20 21 22 19 19 19; do
			stopped_together $sig -"$waiter"
		done
		stopped_together 19 "$waiter" "$program"
	done
}

testSignalsWhileStoppedWaitForTheContinuation() {
	in_container || return 0
	for how in alone command preload; do
		begin "$how" "$supervised" "$probe" 10 40 64
		program=${program:-$waiter}
		kill -STOP "$program"
		await "told 'stopped 19'"
		kill -USR1 "$waiter"
		"$job" queue "$waiter" 40 4
		assertEquals "$how" ready "$(cat "$out")"
		kill -CONT "$waiter"
		assertEquals "$how" '10 user
40 queue 4' "$(signals_got)"
		kill -STOP "$program"
		await "told 'stopped 19' 2"
		kill -TERM "$waiter"
		kill -CONT "$waiter"
		assertEquals "ended while stopped, $how" 'signal 15' "$(how_it_ended)"
	done
}

# Nobody else runs then: the waiter must not sleep until it is asked.
testProgramThatIsKilledWhileStoppedIsMirroredWhenContinued() {
	in_container || return 0
	for how in command preload; do
		begin "$how" "$supervised" "$probe" 1
		kill -STOP "$program"
		await "told 'stopped 19'"
		kill -KILL "$program"
		kill -CONT "$waiter"
		assertEquals "$how" 'signal 9' "$(how_it_ended)"
	done
}

# ---- supervised: nothing survives the waiter ---------------------------------

testKilledWaiterTakesTheProgramWithIt() {
	in_container || return 0
	for how in command preload; do
		begin "$how" "$supervised" "$probe" all
		kill -KILL "$waiter"
		assertEquals "$how" 'signal 9' "$(how_it_ended)"
		assertTrue "the program is gone, $how" "await 'has_ended $program'"
	done
}

# strikes HOW WORDS ROUNDS
strikes() {
	front_words="$job strike $3"
	got=$(through "$1" "$2" "$probe" all)
	front_words=''
	assertEquals "$1 $2: $got" 0 "${got##* }"
	rounds=${got#*rounds }
	begun=${got#*begun }
	begun=${begun%% *}
	assertTrue "killed before and after the program has begun: $got" \
		"[ $begun -gt 5 ] && [ $begun -lt ${rounds%% *} ]"
}

testWaiterKilledAtAnyMomentLeavesNothing() {
	in_container || return 0
	strikes command "$supervised" 300
	strikes preload "$supervised" 300
	strikes command "$here --report-fd 2" 100 2>/dev/null
}

# killed_while_born HOW WORDS PLACE...: wherever the new process is when its parent ends, which
# may have been held there itself before it.
killed_while_born() {
	how=$1
	words_of_it=$2
	shift 2
	for where; do
		begin_held "$where" "$how" "$words_of_it" "$probe" all
		assertNotEquals "a new process, $how" '' "$program"
		kill -KILL "$waiter"
		await 'has_ended "$waiter"'
		kill -KILL "$tracer"
		assertTrue "$how, $where" "await 'has_ended $program'"
		assertFalse "the program has begun, $how, $where" 'said ready'
	done
}

# The command's new process has the waiter's memory, and looks there whether it lives;
# one with memory of its own asks the kernel.
testWaiterKilledWhileTheProgramIsBornLeavesNothing() {
	in_container || return 0
	need strace || return 0
	for_long=2000000
	killed_while_born command "$supervised" prctl:delay_enter=$for_long prctl:delay_exit=$for_long \
		rt_sigprocmask:delay_exit=$for_long
	killed_while_born command "$supervised --umask 022" prctl:delay_enter=$for_long ppoll:delay_enter=$for_long \
		ppoll:delay_exit=$for_long
	killed_while_born preload "$supervised" prctl:delay_enter=$for_long prctl:delay_exit=$for_long \
		ppoll:delay_enter=$for_long ppoll:delay_exit=$for_long
}

# ---- supervised: what the waiter costs ---------------------------------------

testWaiterHoldsNoDescriptor() {
	in_container || return 0
	for how in command preload; do
		begin "$how" "$supervised" "$probe" all 5</dev/null 9</dev/null
		assertEquals "$how" '' "$(ls "/proc/$waiter/fd")"
		end
	done
}

testPipeEndsWhenTheProgramLetsGoOfIt() {
	in_container || return 0
	front_words='exec' # no shell of ours may hold it either
	for how in command preload; do
		mkfifo "$work/pipe.$how"
		through "$how" "$supervised" sh -c 'echo words; exec sleep 300 >&-' \
			>"$work/pipe.$how" 2>/dev/null &
		waiter=$!
		remember "$waiter"
		assertEquals "$how" words "$(timeout 60 cat "$work/pipe.$how")"
		assertNotEquals "it goes on, $how" '' "$(children_of "$waiter")"
		kill -KILL "$waiter"
		waiter=''
	done
	front_words=''
}

# private_of PID: kilobytes
private_of() {
	awk '/^Private_Dirty:/ { sum += $2 } END { print sum }' "/proc/$1/smaps_rollup"
}

# costs WHAT: kilobytes that are there for the waiter alone, once it does nothing else.
# Pages of a file that nobody else maps just now can be had back at any time.
costs() {
	assertNotEquals "the program runs, $1" '' "$program"
	await '[ -z "$(ls "/proc/$waiter/fd")" ]'
	sync "$NSEXEC" "$PRELOAD" # what has just been written to a file counts as dirty
	await '[ "$(private_of "$waiter")" -lt 100 ]'
	sum=$(private_of "$waiter")
	echo "waiter in front of $1: $sum KiB"
	assertTrue "$1: $sum KiB" "[ $sum -lt 100 ]"
}

testWaiterCostsLessThan100KilobytesOfItsOwn() {
	in_container || return 0
	[ -r /proc/self/smaps_rollup ] || { skip 'no smaps_rollup here'; return 0; }
	begin command "$supervised" "$probe" all
	costs 'the command'
	# shellcheck disable=SC2086 # words
	build_hosts $runtimes
	for host in $runtimes; do
		need_host "$host" || continue
		# shellcheck disable=SC2046 # words
		begin preload "$supervised" $(host_words "$host") sleep
		await 'said ready' 20
		costs "$host"
	done
}
runtimes='threads-glibc threads-musl java node python go'

# The waiter is then the only one that still has the host's files and pages.
testWaiterCostsAsLittleWhenTheHostBecomesAnotherProgram() {
	in_container || return 0
	[ -r /proc/self/smaps_rollup ] || { skip 'no smaps_rollup here'; return 0; }
	# shellcheck disable=SC2086 # words
	build_hosts $runtimes
	for host in $runtimes; do
		need_host "$host" || continue
		# shellcheck disable=SC2046 # words
		begin preload "$supervised -- $probe 1" $(host_words "$host")
		costs "a program instead of $host"
	done
}

. shunit2
