#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# --pty: the program has a terminal of its own, and whoever sits at the caller's sees
# no difference; nor does anybody who has no terminal at all.
#
# From lib.sh; conditions and programs are expanded later.
# shellcheck disable=SC2154,SC2016,SC2034

. "$(dirname "$0")/lib.sh"

mark=nsexec-pty-$$	# in the environment of everything that is started here
plain=''
userns=''

oneTimeSetUp() {
	container_plain && plain=$target
	plain_why=$why
	container_userns && userns=$target
	userns_why=$why
	# shellcheck disable=SC2086 # may be several words
	${CC:-cc} -O1 -Wall -Wextra -o "$work/probe" "$abs_testsdir/signals_probe.c" || exit 1
	ns=$work/ns
	NPID=$work/pid
	export NPID
	printf '#!/bin/sh\nPTY_MARK=%s exec %s "$@"\n' "$mark" "$NSEXEC" >"$ns"
	printf '#!/bin/sh\necho $$ >"$NPID"\nexec "%s" "$@"\n' "$ns" >"$work/n"
	chmod +x "$ns" "$work/n"
	shell_at_terminal="env -i PATH=$work:$PATH NPID=$NPID \
		TERM=dumb LC_ALL=C PS1=ready> bash --norc --noprofile --noediting -i"
}

tearDown() {
	[ ! -d "$work" ] || no_process_left "PTY_MARK=$mark"
	return 0
}

# at_terminal COMMAND... <STEPS: see terminal.py; what was written goes to $work/seen
at_terminal() {
	need python3 || return 0
	python3 "$abs_testsdir/terminal.py" "$@" >"$work/seen" 2>"$work/missed"
	assertEquals "$(cat "$work/missed")" 0 $?
}

# Use: in_plain || return 0
in_plain() {
	[ -n "$plain" ] || { skip "$plain_why"; return 1; }
}
in_userns() {
	[ -n "$userns" ] || { skip "$userns_why"; return 1; }
}

# ---- what the program has ------------------------------------------------------------

testProgramHasATerminalThatItCanNameInAContainer() {
	in_plain || return 0
	got=$("$ns" -t "$plain" -a --pty -- tty </dev/null)
	assertEquals 'status' 0 $?
	assertContains "$got" /dev/pts/
}

testRootOfAUserNamespaceHasATerminalToo() {
	in_userns || return 0
	got=$("$ns" -t "$userns" -a --pty -- sh -c 'tty; stat -c %u "$(tty)"' </dev/null)
	assertEquals 'status' 0 $?
	assertContains "$got" /dev/pts/
	assertEquals 0 "$(echo "$got" | tr -d '\r' | sed -n 2p)"
}

testOrdinaryUserHasATerminal() {
	got=$(as_user "$ordinary" "$ns" --pty -- tty </dev/null)
	assertEquals 'status' 0 $?
	assertContains "$got" /dev/pts/
}

testTerminalIsOfTheProgramsOwnDevpts() {
	need_root || return 0
	new_name devpts
	setpriv --pdeathsig KILL unshare --mount sh -c '
		mount -t devpts -o newinstance,ptmxmode=666 devpts /dev/pts &&
		exec 7<>/dev/pts/ptmx 8<>/dev/pts/ptmx && echo ready && exec sleep 300' \
		>"$words" 2>&1 </dev/null &
	remember $!
	wait_for 'grep -qx ready "$words"' || fail "$(cat "$words")"
	assertEquals "$(printf '/dev/pts/2\r')" \
		"$("$ns" -t $! -m --pty -- tty </dev/null)"
}

testWithoutADevptsInsideTheTerminalIsTheCallers() {
	need_root || return 0
	new_name nodevpts
	setpriv --pdeathsig KILL unshare --mount sh -c '
		mount -t tmpfs none /dev && mkdir /dev/pts && mknod /dev/ptmx c 1 3 && echo ready &&
		exec sleep 300' >"$words" 2>&1 </dev/null &
	remember $!
	wait_for 'grep -qx ready "$words"' || fail "$(cat "$words")"
	assertEquals 'a terminal, if one without a name' "$(printf 'yes\r\nnot a tty\r')" \
		"$("$ns" -t $! -m --pty -- sh -c 'test -t 0 && echo yes; tty' </dev/null)"
}

testWhatIsNoPtmxInsideIsNeverOpened() {
	need_root || return 0
	new_name fifo
	setpriv --pdeathsig KILL unshare --mount sh -c '
		mount -t tmpfs none /dev && mkdir /dev/pts && mkfifo /dev/ptmx /dev/pts/ptmx &&
		echo ready && exec cat /dev/ptmx' >"$words" 2>&1 </dev/null &
	inside=$!
	remember "$inside"
	wait_for 'grep -qx ready "$words"' || fail "$(cat "$words")"
	"$ns" -t "$inside" -m --pty -- true </dev/null
	assertEquals 'status' 0 $?
	# cat(1) hangs in its open() until somebody opens the other end.
	assertEquals 'still waiting' cat "$(cat "/proc/$inside/comm")"
	assertTrue 'nobody has opened it' "kill -0 $inside"
}

testProgramLeadsASessionInTheForeground() {
	got=$("$ns" --pty -- sh -c '
		read -r pid comm state ppid pgrp session tty foreground rest </proc/$$/stat
		[ "$$ $$ $$" = "$pgrp $session $foreground" ] && [ "$tty" != 0 ] && echo leads
		ls -l /proc/$$/fd | grep -c /dev/pts/' </dev/null | tr -d '\r')
	# The shell itself may keep one more open.
	assertEquals leads "$(echo "$got" | head -n 1)"
}

testTerminalBelongsToTheUserThatTheProgramBecomes() {
	need_root || return 0
	assertEquals "$ordinary" "$("$ns" -S "$ordinary" -G "$ordinary" --pty -- \
		sh -c 'stat -c %u "$(tty)"' </dev/null | tr -d '\r')"
}

testWithoutATerminalTheSizeIsTheUsualOne() {
	assertEquals '24 80' "$("$ns" --pty -- stty size </dev/null 2>/dev/null | tr -d '\r')"
}

testHostProgramsThatGoOnHaveATerminal() {
	need python3 || return 0
	got=$(PTY_MARK=$mark NSEXEC='--pty' LD_PRELOAD=$PRELOAD python3 -c '
import os, threading
t = threading.Thread(target=lambda: print(os.ttyname(0), os.getsid(0) == os.getpid()))
t.start(); t.join()' </dev/null | tr -d '\r')
	assertContains "$got" /dev/pts/
	assertContains "$got" True
	need node || return 0
	got=$(PTY_MARK=$mark NSEXEC='--pty' LD_PRELOAD=$PRELOAD node -e '
		console.log(process.stdin.isTTY + " " + process.stdout.columns)
		process.exit(5)' </dev/null | tr -d '\r')
	assertEquals 'true 80' "$got"
}

testHostInAContainerHasATerminal() {
	in_plain && need python3 || return 0
	PTY_MARK=$mark NSEXEC="-t $plain -a --pty" LD_PRELOAD=$PRELOAD python3 -c '
import os, sys
print(os.ttyname(1)); sys.exit(9)' </dev/null >"$work/out"
	assertEquals 'status' 9 $?
	assertContains "$(cat "$work/out")" /dev/pts/
}

# ---- status and signals --------------------------------------------------------------

testExitStatusIsMirrored() {
	"$ns" --pty -- sh -c 'exit 42' </dev/null
	assertEquals 42 $?
}

testDeathByASignalIsMirrored() {
	for sig in 15 9 11; do
		sh -c '"$0" --pty -- sh -c "ulimit -c 0; kill -$1 \$\$" </dev/null; echo $? >"$2"' \
			"$ns" $sig "$work/status" 2>/dev/null
		assertEquals "signal $sig" $((128 + sig)) "$(cat "$work/status")"
	done
}

testSignalsAreForwarded() {
	for sig in TERM HUP USR1 WINCH; do
		: >"$work/out"
		"$ns" --pty -- sh -c "trap 'echo got $sig; exit 3' $sig; echo up
			while :; do sleep 0.05; done" </dev/null >"$work/out" &
		front=$!
		wait_for 'grep -q up "$work/out"'
		kill -$sig $front
		wait $front
		assertEquals "$sig: $(cat "$work/out")" 3 $?
		assertContains "$(cat "$work/out")" "got $sig"
	done
}

testProgramDiesWithItsWaiter() {
	"$ns" --pty -- sh -c 'echo up; exec sleep 300' </dev/null >"$work/out" &
	wait_for 'grep -q up "$work/out"'
	kill -KILL $!
	wait $! 2>/dev/null
	no_process_left "PTY_MARK=$mark"
}

testErrorsGoToTheCallersStandardError() {
	out=$("$ns" --pty -- /absent </dev/null 2>"$work/err")
	assertEquals 'status' 127 $?
	assertEquals '' "$out"
	assertEquals 'nsexec: exec /absent: ENOENT No such file or directory' "$(cat "$work/err")"
	out=$("$ns" --pty -W /absent -- true </dev/null 2>"$work/err")
	assertEquals 'status' 125 $?
	assertEquals '' "$out"
	assertContains "$(cat "$work/err")" 'nsexec: cwd /absent: ENOENT'
}

testConflictsAreNamed() {
	for other in --no-fork --detach; do
		err=$("$ns" --pty $other -- true 2>&1)
		assertEquals "status of $other" 125 $?
		assertContains "$err" "conflicts with $other (--pty)"
	done
}

testReportNamesTheProgram() {
	got=$("$ns" --pty --report-fd 7 -- sh -c 'echo $$' </dev/null 7>"$work/report")
	assertContains "$(cat "$work/report")" "\"pid\":$(echo "$got" | tr -d '\r'),"
}

# ---- bytes ---------------------------------------------------------------------------

testMegabytesComeOutOfAPipeWhole() {
	yes 0123456789abcdef | head -c 10000000 >"$work/big"
	"$ns" --pty -- sh -c 'stty -opost; cat "$1"' sh "$work/big" </dev/null |
		{ sleep 0.3; cat; } >"$work/out"
	assertTrue 'all of them' 'cmp "$work/big" "$work/out"'
}

testMegabytesGoInWhole() {
	yes 0123456789abcdef | head -c 10000000 >"$work/big"
	{ cat "$work/big"; } |
		"$ns" --pty -- sh -c 'sleep 0.3; cat >"$1"' sh "$work/out" >/dev/null
	assertEquals 'status' 0 $?
	assertTrue 'all of them' 'cmp "$work/big" "$work/out"'
}

testMegabytesGoBothWaysAtOnce() {
	yes 0123456789abcdef | head -c 3000000 >"$work/big"
	"$ns" --pty -- sh -c 'stty -opost; exec cat' <"$work/big" | { sleep 0.3; cat; } >"$work/out"
	assertTrue 'all of them' 'cmp "$work/big" "$work/out"'
}

testLastWordsAreWrittenAlsoByWhoIsKilled() {
	for try in 1 2 3 4 5 6 7 8 9 10; do
		"$ns" --pty -- sh -c 'stty -opost; head -c 3000 "$1"; kill -KILL $$' sh /bin/sh \
			</dev/null 2>/dev/null >"$work/out"
		assertEquals "size in try $try" 3000 "$(wc -c <"$work/out")"
	done
}

testAChildThatIsLeftBehindIsNotWaitedFor() {
	begun=$(date +%s)
	"$ns" --pty -- sh -c 'trap "" HUP; sleep 300 & echo went' </dev/null >"$work/out"
	assertEquals 'status' 0 $?
	assertContains "$(cat "$work/out")" went
	assertTrue 'it did not wait' "[ $(($(date +%s) - begun)) -lt 200 ]"
	for it in $(processes_with "PTY_MARK=$mark"); do
		kill -KILL "$it" 2>/dev/null
	done
}

testEndOfInputIsEndOfFile() {
	for text in '' 'line\n' 'no newline' 'two\nlines'; do
		# shellcheck disable=SC2059 # it is a format
		printf "$text" | "$ns" --pty -- sh -c 'stty -opost; exec cat' >"$work/out"
		assertEquals "status of '$text'" 0 $?
		# shellcheck disable=SC2059
		assertEquals "$(printf "$text")" "$(cat "$work/out")"
	done
	"$ns" --pty -- cat <&-
	assertEquals 'closed' 0 $?
}

testAShellReadsCommandsToTheEndOfInput() {
	need bash || return 0
	for how in --noediting --norc; do
		echo 'echo "it is $((6 * 7))"' |
			timeout -k 1 60 "$ns" --pty -- env TERM=dumb bash --norc $how -i >"$work/out" 2>&1
		assertEquals "status $how" 0 $?
		assertContains "$(cat "$work/out")" 'it is 42'
	done
}

# What was said to one that reads lines is lost to it.
testEndOfInputIsToldAgainToWhoReadsKeys() {
	timeout -k 1 60 "$ns" --pty -- sh -c 'sleep 0.3; stty -icanon -echo
		until [ "$(dd bs=1 count=1 2>/dev/null | od -An -tx1)" = " 04" ]; do :; done
		echo keys; stty icanon; cat; echo lines' </dev/null >"$work/out"
	assertEquals 'status' 0 $?
	assertContains "$(cat "$work/out")" keys
	assertContains "$(cat "$work/out")" lines
}

testInputIsNotEchoedWhereNobodyTypes() {
	assertEquals once "$(echo once | "$ns" --pty -- cat | tr -d '\r')"
}

testProgramIsHungUpWhenNobodyReads() {
	"$ns" --pty -- sh -c 'trap "echo hup >\"\$1\"; exit 1" HUP; while echo x; do :; done 2>/dev/null
		sleep 30; exit 1' sh "$work/hup" </dev/null | head -n 1 >/dev/null
	wait_for '[ -s "$work/hup" ]'
	assertEquals hup "$(cat "$work/hup")"
}

testClosedOutputIsNoReasonToFail() {
	"$ns" --pty -- sh -c 'echo x; exit 4' </dev/null >&-
	assertEquals 4 $?
	"$ns" --pty -- sh -c 'exit 4' <&- >&- 2>&-
	assertEquals 4 $?
}

testFullDiskIsTold() {
	err=$("$ns" --pty -- sh -c 'echo x; sleep 5' </dev/null 2>&1 >/dev/full)
	assertEquals 129 $?
	assertEquals 'nsexec: pty standard output: ENOSPC No space left on device' "$err"
}

testDescriptionsOfTheCallerStayBlocking() {
	need python3 || return 0
	python3 - "$ns" <<-'END'
	import fcntl, os, subprocess, sys
	i, o = os.pipe(), os.pipe()
	p = subprocess.Popen([sys.argv[1], "--pty", "--", "cat"], stdin=i[0], stdout=o[1])
	os.write(i[1], b"hello\n")
	assert os.read(o[0], 100) == b"hello\r\n"
	for fd in (i[0], o[1]):
	    assert not fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK
	os.close(i[1])
	sys.exit(p.wait())
	END
	assertEquals 'status' 0 $?
}

testOutputThatMayNotBeOpenedAgainIsWrittenCarefully() {
	need_root || return 0
	yes 0123456789abcdef | head -c 300000 >"$work/big"
	chmod 644 "$work/big"
	# The pipes are root's: another user may use but not open them.
	# shellcheck disable=SC2002 # a pipe is what it is about
	cat "$work/big" | as_user "$ordinary" "$ns" --pty -- sh -c 'stty -opost; exec cat' |
		{ sleep 0.3; cat; } >"$work/out"
	assertTrue 'all of them' 'cmp "$work/big" "$work/out"'
}

# ---- at a terminal -------------------------------------------------------------------

testShellInsideHasJobControlAndFollowsTheWindow() {
	in_plain || return 0
	at_terminal "$ns" -t "$plain" -a --pty -- env TERM=dumb PS1='ready> ' "PATH=$work:$PATH" \
		bash --norc --noprofile --noediting -i <<-'END'
		see ready> $
		settings raw
		type tty; stty size\r
		see ^/dev/pts/\d+\r
		see ^24 80\r
		see ready> $
		size 30 100
		type stty size\r
		see ^30 100\r
		see ready> $
		type sh -c 'echo u""p; exec sleep 300'\r
		see ^up
		type \x03
		see ready> $
		type echo "status $?"\r
		see ^status 130
		see ready> $
		type probe 18\r
		see ^ready
		type \x1a
		see Stopped
		see ready> $
		type fg\r
		see ^got 18 user
		type \x1c
		see Quit
		see ready> $
		type cat\r
		see cat\r
		type hello\r
		see hello\r\nhello\r
		type \x04
		see ready> $
		type exit 7\r
		settings same
		end 7
	END
}

testTerminalIsPutBackHoweverTheProgramEnds() {
	at_terminal "$ns" --pty -- sh -c 'echo up; exec sleep 300' <<-'END'
		see ^up
		settings raw
		type \x03
		settings same
		end INT
	END
	at_terminal "$ns" --pty -- sh -c 'echo up; exec sleep 300' <<-'END'
		see ^up
		settings raw
		signal INT
		settings same
		end INT
	END
	at_terminal "$ns" --pty -- sh -c 'echo up; exec sleep 300' <<-'END'
		see ^up
		settings raw
		signal TERM
		settings same
		end TERM
	END
	at_terminal "$ns" --pty -- sh -c 'echo up; exec sleep 300' <<-'END'
		see ^up
		settings raw
		run kill -KILL $(cat /proc/$1/task/$1/children)
		settings same
		end KILL
	END
	at_terminal "$ns" --pty -- /absent <<-'END'
		see ENOENT No such file or directory\r\n
		settings same
		end 127
	END
}

testTerminalIsPutBackWhenItStops() {
	need bash || return 0
	# shellcheck disable=SC2086 # words
	at_terminal $shell_at_terminal <<-'END'
		see ready>$
		type n --pty -- sh -c 'echo u""p; exec sleep 300'\r
		see ^up
		settings raw
		run kill -TSTP $(cat "$NPID")
		see Stopped
		settings same
		see ready>$
		type fg\r
		settings raw
		run kill -STOP $(cat "$NPID")
		see Stopped
		settings same
		see ready>$
		type fg\r
		settings raw
		run kill -STOP $(cat /proc/$(cat "$NPID")/task/*/children)
		see Stopped
		settings same
		see ready>$
		type fg\r
		settings raw
		type \x03
		see ready>$
		type echo "status $?"\r
		see ^status 130
		see ready>$
		settings same
		type exit 7\r
		end 7
	END
}

# A shell puts the terminal right by itself; this caller only waits.
testTerminalIsPutBackWhoeverTheCallerIs() {
	need python3 || return 0
	cat >"$work/caller.py" <<-'END'
	import os, signal, sys
	signal.signal(signal.SIGTTOU, signal.SIG_IGN)
	pid = os.fork()
	if pid == 0:
	    os.setpgid(0, 0)
	    os.tcsetpgrp(0, os.getpid())
	    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
	    os.execv(sys.argv[1], sys.argv[1:])
	status = os.waitpid(pid, os.WUNTRACED)[1]
	while os.WIFSTOPPED(status):
	    print("stopped by", os.WSTOPSIG(status), flush=True)
	    status = os.waitpid(pid, os.WUNTRACED)[1]
	sys.exit(os.waitstatus_to_exitcode(status))
	END
	at_terminal python3 "$work/caller.py" "$ns" --pty -- \
		sh -c 'echo up; read -r x; echo "it was $x"; exit 3' <<-'END'
		see ^up
		settings raw
		run kill -TSTP $(cat /proc/$1/task/$1/children)
		see ^stopped by 20
		settings same
		run kill -CONT $(cat /proc/$1/task/$1/children)
		settings raw
		run p=$(echo $(cat /proc/$1/task/$1/children)); kill -STOP $(cat /proc/$p/task/$p/children)
		see ^stopped by 19
		settings same
		run kill -CONT $(cat /proc/$1/task/$1/children)
		settings raw
		type word\r
		see ^it was word
		settings same
		end 3
	END
}

testInTheBackgroundTheTerminalIsLeftAlone() {
	need bash || return 0
	# shellcheck disable=SC2086 # words
	at_terminal $shell_at_terminal <<-'END'
		see ready>$
		type n --pty -- sh -c 'echo u""p; read x; echo "it was $x"; exit 3' &\r
		see up\r+\n
		settings same
		type echo typed"" to the shell\r
		see ^typed to the shell
		type fg\r
		settings raw
		type word\r
		see ^it was word
		settings same
		see ready>$
		type echo "status $?"\r
		see ^status 3
		type exit 7\r
		end 7
	END
}

testHangUpOfTheTerminalReachesTheProgram() {
	rm -f "$work/hup"
	at_terminal "$ns" --pty -- sh -c 'trap "echo hup >\"\$1\"; exit 5" HUP; echo up
		while :; do sleep 0.05; done' sh "$work/hup" <<-'END'
		see ^up
		hangup
		end 5
	END
	assertEquals hup "$(cat "$work/hup")"
}

testKeysReachAPipelinesProgramAsSignals() {
	# Input is no terminal, so that is not raw, and its driver sends the signal.
	at_terminal sh -c 'exec "$0" --pty -- sh -c "echo up; exec sleep 300" </dev/null' \
		"$ns" <<-'END'
		see ^up
		settings same
		type \x03
		end INT
	END
}

# ---- what it is for --------------------------------------------------------------------

# inject HOW: whoever is inside puts a command in front of the shell outside
inject() {
	need bash || return 0
	cat >"$work/inject.py" <<-'END'
	import fcntl, os, sys, termios
	for fd in (0, 1, 2, os.open("/dev/tty", os.O_RDWR)):
	    try:
	        for c in b"echo in''jected\n":
	            fcntl.ioctl(fd, termios.TIOCSTI, bytes([c]))
	    except OSError:
	        pass
	os.write(1, b"tried\n")
	END
	printf '#!/bin/sh\nexec %s %s -- python3 %s\n' "$ns" "$1" "$work/inject.py" >"$work/go"
	chmod +x "$work/go"
	# shellcheck disable=SC2086 # words
	at_terminal $shell_at_terminal <<-'END'
		see ready>$
		type go\r
		see ^tried
		see ready>$
		type echo do""ne\r
		see done\r\n
		type exit 7\r
		end 7
	END
	injected=$(grep -c "injected$" "$work/seen")
}

testNobodyInsideTypesForTheShellOutside() {
	need python3 || return 0
	for words_of in '--pty' ${plain:+"-t $plain -a --pty"} ${userns:+"-t $userns -a --pty"}; do
		inject "$words_of"
		assertEquals "$words_of: $(cat "$work/seen")" 0 "$injected"
	done
	# And it is this option that keeps them from it, where the kernel does not.
	if [ "$(cat /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null)" != 0 ]; then
		inject --fork
		assertNotEquals "$(cat "$work/seen")" 0 "$injected"
	fi
}

. shunit2
