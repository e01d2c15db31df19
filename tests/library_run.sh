#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# nsexec_run(): feed a program, collect what it writes, and know how it ended: exactly, in
# time, and whatever the program, its children and the host do meanwhile.
#
# From lib.sh and lib/spawn.sh; expanded elsewhere; lists of words.
# shellcheck disable=SC2154,SC2016,SC2086,SC2034

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/watched.sh"
. "$(dirname "$0")/lib/spawn.sh"

oneTimeSetUp() {
	build_programs || fail 'the programs do not compile'
	make_containers
}

# run WORD...: where each_route says
run() { spawn @run "$@"; }

testWhatItWritesIsCollectedApart() {
	collected() {
		run @show $into -- sh -c 'echo abc; echo de >&2; exit 3'
		assertEquals "$route" 'exited 3
out 4
abc
err 3
de' "$(grep -v '^children' "$out")"
		run @show $into -- true
		assertEquals "nothing, $route" 'exited 0
out 0
err 0' "$(grep -v '^children' "$out")"
		ended 0
	}
	each_route collected
}

testBytesOfNoTextAreBytes() {
	bytes() {
		run @show $into -- sh -c 'printf "a\\000b\\000\\n"'
		assertEquals "$route" 'exited 0
out 5
a\0b\0
err 0' "$(grep -v '^children' "$out")"
	}
	each_route bytes
}

testMegabytesGoBothWaysAtOnce() {
	megabytes() {
		run @in=5000000 @max=5000000 $into -- cat
		says 'exited 0
out 5000000
err 0' "$route"
		run @in=3000000 @max=3000000 $into -- sh -c 'cat; head -c 2000000 /dev/zero >&2'
		says 'exited 0
out 3000000
err 2000000' "$route"
	}
	each_route megabytes
}

testInputThatIsNotReadHarmsNobody() {
	unread() {
		run @in=3000000 $into -- true
		says 'exited 0
out 0
err 0' "none of it, $route"
		run @in=3000000 $into -- sh -c 'exec <&-; sleep 0.2; echo ok'
		says 'exited 0
out 3
err 0' "closed, $route"
		run @in=3000000 @catch-all $into -- head -c 5
		says 'exited 0
out 5
err 0' "some of it, $route"
	}
	each_route unread
}

testWithoutInputThereIsNone() {
	none() {
		run $into -- sh -c 'cat; readlink /proc/self/fd/0'
		says 'exited 0
out 10
err 0' "$route"
	}
	each_route none
}

testLimitsAreExact() {
	exact() {
		for it in 99 100; do
			run @max=100 $into -- head -c $it /dev/zero
			says "exited 0
out $it
err 0" "$route"
		done
		for it in 101 300000; do
			run @max=100 $into -- head -c $it /dev/zero
			says 'exited 0
out 100
err 0
truncated' "$it, $route"
		done
		run @max=4 $into -- sh -c 'printf 1234; printf 12345 >&2'
		says 'exited 0
out 4
err 4
truncated' "each of the two, $route"
		run $into -- head -c 1048577 /dev/zero
		says 'exited 0
out 1048576
err 0
truncated' "unless it is said, $route"
		run @max=18446744073709551615 $into -- head -c 2000000 /dev/zero
		says 'exited 0
out 2000000
err 0' "none, $route"
	}
	each_route exact
}

# limited WORD...: run with a limit that is not over before the program has begun.
limited() {
	for limit in 300 3000 30000; do
		run @timeout=$limit "$@"
		grep -q '^error exec ETIMEDOUT' "$out" || break
	done
}

testATimeoutKills() {
	killed='signaled 9
out 0
err 0
timed out'
	slow() {
		limited $into -- sleep 60
		says "$killed" "$route"
		limited $into -- sh -c 'trap "" TERM; sleep 60 & wait'
		says "$killed" "ignores SIGTERM, $route"
		run @timeout=0 $into -- sleep 0.3
		says 'exited 0
out 0
err 0' "none, $route"
		run @timeout=1 $into -- sleep 30
		grep -q '^error exec ETIMEDOUT' "$out" || says "$killed" "at once, $route"
		limited @no-pidfd-signal=1 $into -- sleep 60
		says "$killed" "without signals by pidfd, $route"
		for it in 300 3000 30000; do # until it has come so far
			run @timeout=$it @show $into -- sh -c 'echo before; sleep 60'
			! grep -q before "$out" || break
		done
		assertContains "what it had written, $route" "$(cat "$out")" before
		assertContains "what it had written, $route" "$(cat "$out")" 'timed out'
		run @timeout=60000 $into -- true
		says 'exited 0
out 0
err 0' "in time, $route"
		limited $into -- sh -c 'yes; yes'
		assertContains "while it writes, $route" "$(cat "$out")" 'timed out'
		limited @in=9000000 $into -- sleep 60
		says "$killed" "while it is fed, $route"
	}
	each_route slow
}

# A container can make its files hang; here one hangs for who opens it: see take_lease().
testATimeLimitIsThatOfTheStartToo() {
	cp "$inside" "$work/hangs"
	hangs() {
		for it in @in=5 @session @no-clone3=38; do
			mark=never-$$-ends
			run @timeout=300 @lease="$work/hangs" $it $into -- "$work/hangs" "$mark"
			says "error exec ETIMEDOUT not executed in time ($work/hangs)" "$it, $route"
			no_process_left "$mark"
		done
	}
	each_route hangs
}

testWhatCannotEvenBeKilledMakesNobodyWait() {
	need_root || return 0
	compile "$work/mute" "$abs_testsdir/lib/mute.c" || fail "$(cat "$work/mute.why")"
	mkdir "$work/mute.d"
	unshare --mount "$work/mute" "$work/mute.d" >"$work/mute.out" 2>&1 &
	mute=$!
	remember $mute
	wait_for '[ -s "$work/mute.out" ]'
	[ "$(cat "$work/mute.out")" = up ] || { skip "no FUSE here: $(cat "$work/mute.out")"; return 0; }
	for it in '' @no-clone3=38; do
		run @timeout=300 $it -t $mute --mount -- "$work/mute.d/program"
		says "error exec ETIMEDOUT not executed in time ($work/mute.d/program)" "$it"
	done
	run @timeout=300 -t $mute --mount -- stat "$work/mute.d/file"
	says 'error wait ETIMEDOUT killed, and it does not end'
	run @timeout=300 -t $mute --mount --caps=all,-sys_nice -- "$work/mute.d/program"
	says "error exec ETIMEDOUT not executed in time ($work/mute.d/program)" 'the launcher'
	kill -KILL $mute
	no_process_left "$work/mute.d/"
}

testInANewPidNamespaceATimeoutEndsAllOfIt() {
	need_root || return 0
	mark=left-$$-behind
	for it in '' --init; do
		limited --unshare=pid,mnt --mount-proc $it -- \
			sh -c "sh -c 'sleep 40; : $mark' & sleep 40; : $mark"
		assertContains "$it" "$(cat "$out")" 'timed out'
		no_process_left "$mark"
	done
}

testAGrandchildWithThePipesMakesNobodyWait() {
	grandchild() {
		run $into -- sh -c 'sleep 3 & echo there; exit 4'
		says 'exited 4
out 6
err 0' "$route"
		run $into -- sh -c 'for i in 1 2 3; do timeout 3 yes & done; exit 4'
		assertContains "that writes on, $route" "$(cat "$out")" 'exited 4'
		assertNotContains "that writes on, $route" "$(cat "$out")" 'timed out'
		# Nor one that could read the rest of the input, and does not.
		run @in=3000000 @timeout=10000 $into -- \
			sh -c 'exec 3<&0; sleep 20 <&3 >/dev/null 2>&1 & exit 4'
		assertContains "that reads nothing, $route" "$(cat "$out")" 'exited 4'
		assertNotContains "that reads nothing, $route" "$(cat "$out")" 'timed out'
	}
	each_route grandchild
}

testTheStatusIsRightWhoeverElseWaits() {
	others() {
		run @reap $into -- sh -c 'exit 6'
		says 'exited 6
out 0
err 0' "another thread waits for all, $route"
		run @ignore=17 $into -- sh -c 'exit 6'
		says 'exited 6
out 0
err 0' "SIGCHLD is ignored, $route"
		run @ignore=17 @show $into -- "$inside"
		assertEquals "it ignores it too, $route" 17 "$(line ignored)"
		run @ignore=17 $into -- sh -c 'kill -USR1 $$'
		says 'signaled 10
out 0
err 0' "a signal, $route"
	}
	each_route others
}

testWithItsKeeperTheProgramEnds() {
	mark=kept-$$-alone
	keeper() {
		timeout -k 5 60 "$work/spawn" @run $into -- sh -c "sleep 40; : $mark" >"$out" 2>&1 &
		front=$!
		remember $front
		wait_for '[ -n "$(processes_with "sleep 40; : $mark")" ] && [ -n "$(children_of $front)" ]'
		host_pid=$(children_of $front)
		wait_for '[ -n "$(children_of ${host_pid% })" ]'
		keeper_pid=$(children_of ${host_pid% })
		kill -KILL ${keeper_pid% }
		wait $front
		says 'error wait ECHILD the process that waits was killed' "$route"
		no_process_left "$mark"
	}
	each_route keeper
}

testItsOwnFilesComeBehindTheStreams() {
	files() {
		run @show @dup=1:2 $into -- sh -c 'echo a; echo b >&2'
		says 'exited 0
out 4
err 0' "$route"
		run @show @closed=012 $into -- "$inside"
		assertEquals "a host without streams, $route" '0 1 2' \
			"$(line fd | cut -d' ' -f1 | sort -n | xargs)"
		run @show @closed=012 @dup=1:7 @close=0 $into -- "$inside"
		assertEquals "likewise, $route" '1 2 7' \
			"$(sed -n 's/^\(err [0-9]*\)*fd //p' "$out" | cut -d' ' -f1 | sort -n | xargs)"
	}
	each_route files
}

# Its pipes, which the library opens, have the first numbers that are free.
testWhatIsNotOpenIsNoPipeOfOurs() {
	foreign() {
		for it in 3 4 5 6 7 8 9 10; do
			run @in=5 @timeout=9000 @dup=$it:20 $into -- true
			says "error files EBADF descriptor ($it)" "$route"
		done
		run @closed=012 @dup=0:7 @dup=1:8 @dup=2:9 $into -- true
		says 'exited 0
out 0
err 0' "its streams are open, $route"
	}
	each_route foreign
	run @close=1 @dup=1:6 -- true
	says 'error files EBADF descriptor (1)' 'closed before'
	run @session -t $$ --net @dup=30:6 -- true
	says 'error files EBADF descriptor (30)' session
}

# The host is the parent of the parent.  It may still be about to, when the program looks.
testAHostWithoutStandardStreamsKeepsThemClosed() {
	run @show @closed=012 -- sh -c 'read -r _ _ _ host _ </proc/$PPID/stat
		i=0
		while [ -L /proc/$host/fd/0 ] && [ $i -lt 100 ]; do sleep 0.01; i=$((i + 1)); done
		for fd in 0 1 2; do [ ! -L /proc/$host/fd/$fd ] || readlink /proc/$host/fd/$fd; done'
	says 'exited 0
out 0
err 0'
}

testFailuresLeaveNothing() {
	failures() {
		run @times=100 @quiet $into -- /nope
		says 'succeeded 0 failed 100' "$route"
		run @in=1000000 $into -- /nope
		says 'error exec ENOENT /nope' "$route"
	}
	each_route failures
	run @io-size=8 -- true
	says 'error options 0 struct nsexec_io: its size is not said (8 bytes)'
	run --
	says 'error options 0 no program'
}

# What it forks has a copy of every descriptor of the host for two seconds: with the end of a
# pipe that somebody reads, that would be as long.
testAnotherThreadThatForksMakesNobodyWait() {
	beside() {
		for it in '' @no-clone3=38; do
			run @fork-beside @quiet @times=100 @timeout=1500 @in=100 $it $into -- cat
			says 'succeeded 100 failed 0' "$it, $route"
			assertNotContains "$it, $route" "$(cat "$out")" 'timed out'
		done
	}
	each_route beside
}

testManyThreadsAtOnce() {
	threads() {
		run @threads=8 @times=20 @quiet @in=100000 $into -- cat
		says 'succeeded 160 failed 0' "$route"
	}
	each_route threads
}

testATerminalTakesTheStreams() {
	terminal() {
		run @show $into --pty -- sh -c 'tty'
		assertContains "$route" "$(cat "$out")" /dev/pts/
		assertContains "$route" "$(cat "$out")" 'exited 0'
	}
	each_route terminal
}

. shunit2
