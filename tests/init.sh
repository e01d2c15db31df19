#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# --init: the program is not the first process of its new PID namespace, and neither
# it nor whoever waits outside sees that there is another.  Job control with an init
# is in jobcontrol.sh.
#
# From lib.sh; conditions and programs are expanded later.
# shellcheck disable=SC2154,SC2016,SC2034

. "$(dirname "$0")/lib.sh"

mark=nsexec-init-$$	# in the environment of everything that is started here
out=$work/out
front=''

oneTimeSetUp() {
	# shellcheck disable=SC2086 # may be several words
	${CC:-cc} -O1 -Wall -Wextra -o "$work/probe" "$abs_testsdir/signals_probe.c" &&
		${CC:-cc} -O1 -Wall -Wextra -D_GNU_SOURCE -o "$work/job" "$abs_testsdir/job.c" ||
		exit 1
	ns=$work/ns
	printf '#!/bin/sh\nINIT_MARK=%s exec %s --unshare=pid --mount-proc --init "$@"\n' \
		"$mark" "$NSEXEC" >"$ns"
	chmod +x "$ns"
}

setUp() {
	: >"$out"
}

tearDown() {
	[ ! -d "$work" ] || no_process_left "INIT_MARK=$mark"
	return 0
}

# begin WORD...: in the background, until it says something; $front is the first process
begin() {
	: >"$out"
	"$ns" "$@" >"$out" 2>&1 </dev/null &
	front=$!
	remember "$front"
	wait_for '[ -s "$out" ]' || fail "$* says nothing"
}

# ends_with STATUS: what begin has begun
ends_with() {
	wait "$front"
	assertEquals "status; $(cat "$out")" "$1" $?
}

kill_front() {
	kill -KILL "$front"
	wait "$front" 2>/dev/null
	return 0
}

testProgramIsTheSecondProcess() {
	need_root || return 0
	assertEquals "2 1" "$("$ns" -- sh -c 'echo "$$ $PPID"')"
}

testOrdinaryUserHasAnInitToo() {
	got=$(as_user "$ordinary" env INIT_MARK="$mark" "$NSEXEC" --unshare=user,pid \
		--map-root-user --mount-proc --init -- sh -c 'echo "$$ $PPID"; exit 6')
	assertEquals 'status' 6 $?
	assertEquals '2 1' "$got"
}

testExitStatusIsMirrored() {
	need_root || return 0
	for status in 0 1 42 255; do
		"$ns" -- sh -c "exit $status"
		assertEquals $status $?
	done
}

# The shell outside says 128 + N of a death by a signal as of that exit status.
testDeathByASignalIsMirroredAsSuch() {
	need_root && need python3 || return 0
	python3 - "$ns" <<-'END'
	import subprocess, sys
	for sig in 1, 6, 9, 11, 15, 34:
	    got = subprocess.run([sys.argv[1], "--", "sh", "-c", "ulimit -c 0; kill -%d $$" % sig])
	    assert got.returncode == -sig, (sig, got.returncode)
	END
	assertEquals 'status' 0 $?
}

testErrorsAreToldOutside() {
	need_root || return 0
	err=$("$ns" -- /absent 2>&1)
	assertEquals 'status' 127 $?
	assertEquals 'nsexec: exec /absent: ENOENT No such file or directory' "$err"
	err=$("$ns" -W /absent -- true 2>&1)
	assertEquals 'status' 125 $?
	assertContains "$err" 'nsexec: cwd /absent: ENOENT'
}

testSignalsArriveOnceAndAsTheyWereSent() {
	need_root || return 0
	begin -- "$work/probe" all
	for sig in 1 2 3 10 12 15 28 29 34 64; do
		kill -$sig "$front"
		wait_for "grep -qx 'got $sig user' \"\$out\"" || fail "$sig: $(cat "$out")"
	done
	"$work/job" queue "$front" 40 4711
	wait_for 'grep -qx "got 40 queue 4711" "$out"' || fail "$(cat "$out")"
	assertEquals 'each once' "$(grep -v '^got 17 ' "$out")" "$(grep -v '^got 17 ' "$out" | uniq)"
	kill_front
}

testWholeGroupGetsASignalTwiceAtMost() {
	need_root || return 0
	# As without an init: from the group, and from the waiter, which cannot tell.
	setsid "$ns" -- "$work/probe" 10 >"$out" 2>&1 </dev/null &
	front=$!
	remember "$front"
	wait_for '[ -s "$out" ]'
	assertEquals 'it leads the group' "$front" "$(ps -o pgid= -p "$front" | tr -d ' ')"
	/bin/kill -USR1 -- "-$front"
	wait_for 'grep -q "got 10" "$out"'
	sleep 0.2
	assertTrue "$(cat "$out")" '[ "$(grep -c "got 10" "$out")" -le 2 ]'
	kill_front
}

testWhoIsInsideMayAskTheInit() {
	need_root || return 0
	begin -- sh -c 'trap "echo asked; exit 8" TERM; (kill -TERM 1); echo up
		while :; do sleep 0.05; done'
	ends_with 8
	assertContains "$(cat "$out")" asked
}

testProgramHasDefaultActions() {
	need_root || return 0
	# The first process of a PID namespace survives this.
	"$ns" -- sh -c 'kill -TERM $$; exit 1' 2>/dev/null
	assertEquals 143 $?
}

testOrphansAreReaped() {
	need_root || return 0
	got=$("$ns" -- sh -c '
		for i in 1 2 3 4 5 6 7 8 9 10; do
			(for j in 1 2 3 4 5; do (sleep 0.05 &) done)
		done
		for i in $(seq 500); do
			set -- /proc/[0-9]*
			[ $# -gt 2 ] || break # init and the shell
			sleep 0.02
		done
		echo $#')
	assertEquals 'who is there' 2 "$got"
}

testNobodyOutlivesTheProgram() {
	need_root || return 0
	"$ns" -- sh -c 'trap "" HUP TERM; setsid sleep 300 & sleep 300 & exit 5'
	assertEquals 5 $?
	no_process_left "INIT_MARK=$mark"
}

testFirstProcessEndsAfterTheLastOneInside() {
	need_root && need python3 || return 0
	python3 - "$ns" <<-'END'
	import os, subprocess, sys
	for n in range(5):
	    p = subprocess.Popen([sys.argv[1], "--", "sh", "-c", """
	        i=0; while [ $i -lt 100 ]; do sleep 300 & i=$((i + 1)); done; echo up; read x"""],
	        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
	    p.stdout.readline()
	    init = open("/proc/%d/task/%d/children" % (p.pid, p.pid)).read().strip()
	    p.stdin.close()
	    p.wait()
	    assert not os.path.exists("/proc/" + init), n
	END
	assertEquals 'status' 0 $?
}

testEverybodyDiesWithTheWaiter() {
	need_root || return 0
	begin -- sh -c 'setsid sleep 300 & echo up; exec sleep 300'
	kill_front
	no_process_left "INIT_MARK=$mark"
}

testOtherSignalOfTheWaitersDeathIsForTheProgram() {
	need_root || return 0
	begin --kill-child=TERM -- sh -c 'trap "echo term; exit" TERM; echo up
		while :; do sleep 0.05; done'
	kill_front
	wait_for 'grep -q term "$out"' || fail "$(cat "$out")"
}

testDeathOfTheInitIsMirrored() {
	need_root || return 0
	begin -- sh -c 'echo up; exec sleep 300'
	kill -KILL "$(children_of "$front")"
	ends_with 137
}

testStopsAreMirrored() {
	need_root || return 0
	begin -- sh -c 'echo up; kill -STOP $$; echo back; exit 4'
	wait_for 'grep -q "^State:.T" "/proc/$front/status"'
	assertEquals 'the first process is stopped' 0 $?
	kill -CONT "$front"
	ends_with 4
	assertContains "$(cat "$out")" back
}

# Those that nobody else has.
kilobytes_of() {
	awk '/^Private_Dirty:/ { sum += $2 } END { print sum }' "/proc/$1/smaps_rollup"
}

testInitHoldsNoFileAndLittleMemory() {
	need_root || return 0
	begin -- sh -c 'echo up; exec sleep 300'
	init=$(children_of "$front")
	init=${init% }
	assertEquals 'a channel and what tells of signals' \
		'anon_inode:[signalfd] socket' \
		"$(readlink "/proc/$init/fd/"* | sed 's/:.*[0-9]\]$//' | sort | xargs)"
	kill_front
	need python3 || return 0
	: >"$out" # what is in it is of the one before
	INIT_MARK=$mark NSEXEC='--unshare=pid --init' LD_PRELOAD=$PRELOAD python3 -c '
import time
print("up", flush=True); time.sleep(300)' >"$out" 2>&1 </dev/null &
	front=$!
	remember "$front"
	wait_for '[ -s "$out" ]'
	init=$(children_of "$front")
	for one in "$front" "${init% }"; do
		wait_for '[ "$(kilobytes_of "$one")" -lt 100 ]'
		assertTrue "$(kilobytes_of "$one") KiB" $?
	done
	kill_front
}

testPipeEndsWhenTheProgramLetsGoOfIt() {
	need_root || return 0
	mkfifo "$work/pipe"
	"$ns" -- sh -c 'echo words; exec sleep 300 >&- 2>&-' >"$work/pipe" 2>&1 &
	front=$!
	remember "$front"
	assertEquals words "$(timeout 60 cat "$work/pipe")"
	kill_front
}

testHostProgramsThatGoOnHaveAnInit() {
	need_root && need python3 || return 0
	INIT_MARK=$mark NSEXEC='--unshare=pid --mount-proc --init' LD_PRELOAD=$PRELOAD python3 -c '
import os, signal, sys, threading
assert os.getpid() == 2 and os.getppid() == 1
assert threading.get_native_id() == 2
t = threading.Thread(target=lambda: print("thread", flush=True), daemon=True); t.start(); t.join()
if os.fork() == 0:
    if os.fork() == 0:
        os._exit(0)
    os._exit(0)
os.wait()
signal.raise_signal(signal.SIGTERM)' >"$out" 2>&1
	assertEquals "$(cat "$out")" 143 $?
	assertContains "$(cat "$out")" thread
}

testHostWithManyThreadsHasAnInit() {
	need_root && need node || return 0
	INIT_MARK=$mark NSEXEC='--unshare=pid --init' LD_PRELOAD=$PRELOAD node -e '
		console.log(process.pid); process.exit(9)' >"$out" 2>&1
	assertEquals 9 $?
	assertEquals 2 "$(cat "$out")"
}

testTerminalAndInitGoTogether() {
	need_root || return 0
	got=$("$ns" --pty -- sh -c '
		read -r pid comm state ppid pgrp session tty foreground rest </proc/$$/stat
		echo "$pid $ppid $pgrp $session $foreground"; tty; exit 3' </dev/null)
	assertEquals 3 $?
	assertEquals '2 1 2 2 2' "$(echo "$got" | head -n 1 | tr -d '\r')"
	assertContains "$got" /dev/pts/
	need python3 || return 0
	python3 "$abs_testsdir/terminal.py" "$ns" --pty -- sh -c 'echo up; exec sleep 300' \
		>"$work/seen" 2>"$work/missed" <<-'END'
		see ^up
		settings raw
		type \x03
		settings same
		end INT
	END
	assertEquals "$(cat "$work/missed")" 0 $?
}

testReportNamesTheProgram() {
	need_root || return 0
	"$ns" --report-fd 7 -- sh -c 'echo up; exec sleep 300' >"$out" 2>&1 </dev/null 7>"$work/report" &
	front=$!
	remember "$front"
	wait_for '[ -s "$out" ]'
	init=$(children_of "$front")
	program=$(children_of "${init% }")
	assertContains "$(cat "$work/report")" "\"pid\":${program% },\"pid_inside\":2,"
	kill_front
}

testNamespaceThatIsKeptHasAnInit() {
	need_root || return 0
	: >"$work/kept"
	"$ns" --unshare=uts -- true
	assertEquals 0 $?
	INIT_MARK=$mark "$NSEXEC" --unshare="pid=$work/kept" --init -- sh -c '
		[ "$(stat -c %i "$1")" = "$(readlink /proc/self/ns/pid_for_children | tr -dc 0-9)" ]' \
		sh "$work/kept"
	assertEquals 'it is the programs' 0 $?
	umount "$work/kept"
}

testItNeedsANewPidNamespace() {
	err=$("$NSEXEC" --init -- true 2>&1)
	assertEquals 'status' 125 $?
	assertEquals 'nsexec: options: needs a new PID namespace, --unshare=pid, to be the first in (--init)' \
		"$err"
	for other in --no-fork --detach; do
		err=$("$NSEXEC" --unshare=pid --init $other -- true 2>&1)
		assertEquals "status of $other" 125 $?
		assertContains "$err" "conflicts with $other (--init)"
	done
}

. shunit2
