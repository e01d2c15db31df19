#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# nsexec_session: a target that is looked at once, and spawned into many times, by any thread;
# never another one that has its PID later.
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

testEachProgramIsInTheTarget() {
	where() {
		spawn @session @times=2 $into -- "$inside" 4
		assertEquals "$route" 2 "$(line exited | grep -c 4)"
		for it in cgroup ipc mnt net pid uts; do
			assertEquals "$it, $route" "$it:[$(ns_of "$target" $it)]" \
				"$(line "ns $it" | sort -u)"
		done
	}
	each_route where
}

testAHundredRunsLeaveNothing() {
	hundred() {
		spawn @session @times=100 @quiet $into -- true
		says 'succeeded 100 failed 0' "$route"
		ended 100
		spawn @session @run @times=100 @quiet @in=1000 $into -- cat
		says 'succeeded 100 failed 0' "$route"
		spawn @session @times=100 @quiet $into -- /nope
		says 'succeeded 0 failed 100' "$route"
	}
	each_route hundred
}

# It is made once, and so cannot fail for the second program.
testTheLauncherIsTheSessions() {
	[ -e /proc/sys/vm/memfd_noexec ] || { skip 'needs Linux 6.3'; return 0; }
	at userns || return 0
	spawn @session @no-memfd-later=13 @times=3 @quiet -t "$target" --all -- true
	says 'succeeded 3 failed 0'
	spawn @session @run @no-memfd-later=13 @times=3 @quiet -t "$target" --all -- true
	says 'succeeded 3 failed 0'
	spawn @session @no-memfd=13 -t "$target" --all -- true
	says 'error launch EACCES file of the launcher in memory'
}

testEightThreadsAtOnce() {
	eight() {
		spawn @session @threads=8 @times=25 @quiet $into -- true
		says 'succeeded 200 failed 0' "$route"
		spawn @session @run @threads=8 @times=25 @quiet @in=10000 $into -- cat
		says 'succeeded 200 failed 0' "$route"
	}
	each_route eight
}

# A container of its own, to be killed.
ended_target() {
	container_$1 || { skip "$why"; return; }
	spawn @session @times=3 @kill-target-after=$target -t $target $2 -- true
	says "exited 0
alive 0
error target ESRCH process (PID $target)
error target ESRCH process (PID $target)" "$1, $2"
	container_$1 || { skip "$why"; return; }
	spawn @session @run @times=2 @kill-target-after=$target -t $target $2 -- true
	assertContains "$1, $2" "$(cat "$out")" "error target ESRCH process (PID $target)"
}

testATargetThatHasEndedIsTold() {
	need_root || return 0
	ended_target plain '--uts --net'
	ended_target plain '--mount --uts --ipc --net --pid --cgroup'
	ended_target plain '--net --target-env'
	ended_target plain '--all'
	ended_target userns '--all'
}

# In a PID namespace of its own any number can be had again.
testAPidThatIsAnothersIsNeverEntered() {
	need_root || return 0
	cat >"$work/again" <<-END
	echo 299 >/proc/sys/kernel/ns_last_pid || exit 9
	unshare --net --uts sleep 100 &
	first=\$!
	until [ "\$(readlink /proc/\$first/ns/net)" != "\$(readlink /proc/self/ns/net)" ]; do
		sleep 0.02
	done
	mkfifo "$work/go"
	"$work/spawn" @session @times=2 @wait-for=$work/go -t \$first --net --uts -- true &
	host=\$!
	exec 7>"$work/go"	# who reads that has the session
	kill -KILL \$first
	wait \$first
	echo \$((first - 1)) >/proc/sys/kernel/ns_last_pid
	unshare --net --uts sleep 100 7>&- &
	[ \$! = \$first ] && echo again
	until [ "\$(readlink /proc/\$!/ns/net)" != "\$(readlink /proc/self/ns/net)" ]; do
		sleep 0.02
	done
	exec 7>&-
	wait \$host
	kill -KILL \$!
	END
	unshare --pid --fork --mount-proc --kill-child sh "$work/again" >"$out" 2>/dev/null
	if ! grep -qx again "$out"; then
		skip "no PID is had again here: $(head -n 1 "$out")"
		return
	fi
	assertContains "$(cat "$out")" 'error target ESRCH process (PID 300)'
	assertNotContains "$(cat "$out")" 'exited 0'
}

testAThreadThatIsElsewhereIsServedAsWell() {
	at userns || return 0
	elsewhere=/proc/$target/ns/net
	at confined || return 0
	for it in '--net --uts' '--net --uts --pid' '--all'; do
		as="nsenter -t $target --net"
		spawn @session @thread-net=$elsewhere -t $target $it -- "$inside"
		as=
		into=$it
		says 'exited 0'
		assert_inside "$target" net uts
	done
}

testWhatOnlyOneProgramCanHaveIsMadeForEach() {
	own() {
		spawn @session @times=2 @env=A=1 $into --env=B=2 -- "$inside"
		assertEquals "$route" 'A=1 B=2' "$(line env | sort -u | xargs)"
		says 'exited 0
exited 0' "$route"
	}
	each_route own
}

testOptionsThatMakeNoSenseAreRefused() {
	spawn @session --unshare=net -- true
	says 'error options 0 a session needs a target'
	spawn @session -- true
	says 'error options 0 a session needs a target'
	spawn @session -t 4194304 --net -- true
	says 'error target ESRCH process (PID 4194304)'
	spawn @session -t $$ --nonsense -- true
	assertContains "$(cat "$out")" 'error options'
	spawn @session -t $$ --net --kill-child -- true
	assertContains "$(cat "$out")" 'error options 0'
	spawn @session -t $$ --net=/nope -- true
	says 'error open ENOENT net (/nope)'
}

testFailuresOfOneProgramDoNotEndIt() {
	one() {
		spawn @session @times=2 @dup=50:3 $into -- true
		says 'error files EBADF descriptor (50)
error files EBADF descriptor (50)' "$route"
		spawn @session @times=1 @setsid $into --pty -- true
		says 'exited 0' "a terminal, $route"
	}
	each_route one
}

# Its pidfd does not tell yet.
testATargetThatIsEndingIsToldAsOneThatHasEnded() {
	need_root || return 0
	compile "$work/ending" "$abs_testsdir/lib/ending.c" "$work/libnsexec.so.0" -Wl,-rpath,"$work" ||
		fail "ending.c does not compile: $(cat "$work/ending.why")"
	container_confined || { skip "$why"; return 0; }
	assertEquals 'alive 1 target 3' "$(timeout 20 "$work/ending" "$target" | xargs)"
}

. shunit2
