#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Job control of a shell in a real terminal: with a waiter in front, the user sees
# what they see of the program alone.
#
# Windows of tmux have a bash each, in which "run PROGRAM" becomes the program alone, or
# in a container through the command or the preload, or behind an init.  Whatever a test
# types goes to all of them, and all must have the same on their screens then.
#
# From lib.sh; by eval; conditions and programs are expanded later.
# shellcheck disable=SC2154,SC2034,SC2016

. "$(dirname "$0")/lib.sh"

ours='command preload init'
every_how="alone $ours"
mark=nsexec-jobs-$$	# in the environment of everything in the windows
probe=$work/probe

in_tmux() {
	tmux -L "nsx$$" -f /dev/null "$@"
}

# What "run" stands for; it becomes the program itself.
words_of() {
	case $1 in
	alone) ;;
	command) echo "'$NSEXEC' -t $target -a --" ;;
	init) echo "'$NSEXEC' --unshare=pid --init --" ;;
	preload) echo "env 'NSEXEC=-t $target -a' 'LD_PRELOAD=$PRELOAD'" ;;
	esac
}

define_run() {
	for how in $every_how; do
		mkdir "$work/$how"
		printf '#!/bin/sh\nexec %s "$@"\n' "$(words_of "$how")" >"$work/$how/run"
		chmod +x "$work/$how/run"
	done
}

oneTimeSetUp() {
	# shellcheck disable=SC2086 # may be several words
	${CC:-cc} -O1 -Wall -Wextra -o "$probe" "$abs_testsdir/signals_probe.c" || exit 1
	container_plain && define_run
	why_not=$why
}

setUp() {
	patience=5	# seconds
}

oneTimeTearDown() {
	close_windows
	cleanup
}

tearDown() {
	close_windows
}

# open_window HOW [COMMAND...]: bash in it unless another command is given
open_window() {
	how=$1
	shift
	[ $# -gt 0 ] || set -- bash --norc --noprofile -i
	in_tmux new-session -d -c "$work" -s "$how" -x 100 -y 40 \
		env -i "JOBS_MARK=$mark" "PATH=$work/$how:$work:$PATH" "HOME=$work" \
		"HOW=$how" TERM=screen LC_ALL=C "PS1=\$ " "$@"
}

# Use: open_windows || return 0
open_windows() {
	need tmux bash || return 1
	[ -n "$target" ] || { skip "$why_not"; return 1; }
	for how in $every_how; do
		open_window "$how"
	done
}

# Who has caught the hang-up is still there.
close_windows() {
	[ -d "$work" ] || return 0
	in_tmux kill-server 2>/dev/null
	wait_for '[ -z "$(processes_with "$mark")" ]' 1
	for it in $(processes_with "$mark"); do
		kill -KILL "$it" 2>/dev/null
	done
	return 0
}

# Everything that window HOW has shown, without empty lines at the end; what the
# shell says of a new job's PID is not the same each time.
screen() {
	in_tmux capture-pane -p -J -S - -t "$1" |
		sed -e 's/ *$//' -e 's/^\(\[[0-9]*\]\) [0-9]*$/\1 PID/' |
		sed -e :again -e '/^\n*$/{$d;N;b again' -e '}'
}

shows() {
	[ "$(screen "$how" | grep -c -e "$1")" -ge "$2" ]
}

at_prompt() {
	[ "$(screen "$how" | tail -n 1)" = '$' ]
}

# every_window_gets CONDITION WORDS: wait for it, but not for each line again that
# a test goes on with after something went wrong.
every_window_gets() {
	for how in $every_how; do
		wait_for "$1" "$patience" || {
			fail "$how $2: $(screen "$how")"
			patience=0
		}
	done
}

# see PATTERN [COUNT]: in so many lines of every window
see() {
	pattern=$1
	count=${2:-1}
	every_window_gets 'shows "$pattern" "$count"' "does not show '$pattern'"
}

see_prompt() {
	every_window_gets at_prompt 'has no prompt'
}

keys() {
	for how in $every_how; do
		in_tmux send-keys -t "$how" "$@"
	done
}

# A line for the shell, or else for the program.
shell() {
	see_prompt
	line "$@"
}
line() {
	for how in $every_how; do
		in_tmux send-keys -t "$how" -l "$1" ';' send-keys -t "$how" Enter
	done
}

# see_same LINE: the screens are the same, and this is one of their lines.
see_same() {
	shell 'echo "status $?"'
	see '^status [0-9]'
	see_prompt
	for how in $ours; do
		assertEquals "$how" "$(screen alone)" "$(screen "$how")"
	done
	assertEquals "$1" "$(screen alone | grep '^status [0-9]')"
}

# ---- keys that send signals ----------------------------------------------------

testControlCEndsTheProgram() {
	open_windows || return 0
	shell "run sh -c 'echo ready; exec sleep 300'"
	see ^ready
	keys C-c
	see_same 'status 130'
}

testControlBackslashEndsTheProgram() {
	open_windows || return 0
	shell 'ulimit -c 0; run probe 1'
	see ^ready
	keys "C-\\"
	see_same 'status 131'
	assertContains "$(screen command)" Quit
}

testProgramThatCatchesControlCGetsItOnceEachTime() {
	open_windows || return 0
	shell 'run probe 2'
	see ^ready
	for count in 1 2 3; do
		keys C-c
		see 'got 2 kernel' $count
	done
	keys "C-\\"
	see_same 'status 131'
}

# ---- stop and continue ---------------------------------------------------------

testControlZStopsAndForegroundContinues() {
	open_windows || return 0
	shell 'run probe 18'
	see ^ready
	keys C-z
	see '^\[1\]+  Stopped'
	shell jobs
	shell 'echo "was $?"'
	see '^was 0'
	shell fg
	see '^got 18 user'
	keys C-z
	see '^\[1\]+  Stopped' 3
	shell fg
	see '^got 18 user' 2
	keys C-c
	see_same 'status 130'
}

testBackgroundContinuesAndForegroundBringsBack() {
	open_windows || return 0
	shell 'run probe 18'
	see ^ready
	keys C-z
	see '^\[1\]+  Stopped'
	shell 'bg; read -r -t 0.3'
	see '^got 18 user'
	shell jobs
	see Running
	shell fg
	see '^got 18 user'
	keys C-c
	see_same 'status 130'
}

testStoppedJobCanBeKilled() {
	open_windows || return 0
	shell 'run probe 18'
	see ^ready
	keys C-z
	see '^\[1\]+  Stopped'
	shell 'kill %1; read -r -t 0.3'
	shell ''
	see Terminated
	shell jobs
	see_same 'status 0'
}

testRunningJobCanBeKilled() {
	open_windows || return 0
	shell 'run probe 18 & read -r -t 0.3'
	see ^ready
	shell 'kill %1; wait %1'
	see Terminated
	see_same 'status 143'
}

testShellWarnsOfStoppedJobsBeforeItExits() {
	open_windows || return 0
	shell 'run probe 18'
	see ^ready
	keys C-z
	see '^\[1\]+  Stopped'
	shell exit
	see 'There are stopped jobs'
	see_prompt
	for how in $ours; do
		assertEquals "$how" "$(screen alone)" "$(screen "$how")"
	done
	shell exit
	for how in $every_how; do
		wait_for '! in_tmux has-session -t "$how" 2>/dev/null'
		assertTrue "the window of $how is closed" $?
	done
	no_process_left "$mark"
}

testBackgroundJobThatReadsFromTheTerminalIsStopped() {
	open_windows || return 0
	shell 'run cat & read -r -t 0.3'
	shell ''
	see '^\[1\]+  Stopped'
	shell fg
	see '^run cat'
	line words
	see ^words 2
	keys C-d
	see_same 'status 0'
}

testReaderThatIsSentToTheBackgroundIsStoppedAgain() {
	open_windows || return 0
	shell "run sh -c 'echo ready; exec cat'"
	see ^ready
	line words
	see ^words 2
	keys C-z
	see '^\[1\]+  Stopped'
	shell 'bg; read -r -t 0.3'
	shell ''
	see '^\[1\]+  Stopped' 2
	shell fg
	see '^run sh'
	line more
	see ^more 2
	keys C-d
	see_same 'status 0'
}

testBackgroundJobThatWritesToTheTerminalIsStoppedIfWanted() {
	open_windows || return 0
	shell 'stty tostop'
	shell "run sh -c 'echo ready; exit 9' & read -r -t 0.3"
	shell ''
	see '^\[1\]+  Stopped'
	shell fg
	see ^ready
	see_same 'status 9'
}

# ---- programs that care about the terminal themselves --------------------------

# As editors do it: SIGTSTP to their whole group, with the terminal put back.
testProgramThatStopsItsGroupItself() {
	open_windows || return 0
	cat >"$work/editor" <<-'END'
	#!/bin/sh
	saved=$(stty -g)
	while stty raw -echo && printf 'editing\r\n'; do
		case $(dd bs=1 count=1 2>/dev/null) in
		z) stty "$saved"; kill -TSTP 0 ;;
		q) stty "$saved"; exit 9 ;;
		esac
	done
	END
	chmod +x "$work/editor"
	shell 'run editor'
	for count in 1 2 3; do
		see ^editing $count
		keys z
		see '^\[1\]+  Stopped' "$count"
		shell fg
	done
	see ^editing 4
	keys q
	see_same 'status 9'
}

testPagerStopsAndComesBack() {
	open_windows || return 0
	need less || return 0
	seq 1 200 >"$work/numbers"
	shell "run less $work/numbers"
	see ^39
	keys C-z
	see '^\[1\]+  Stopped'
	shell fg
	see ^39
	keys G
	see ^200
	keys q
	see_same 'status 0'
}

testInteractiveShellInsideHasItsOwnJobControl() {
	open_windows || return 0
	shell "PS1='\$ ' run bash --norc --noprofile -i"
	shell 'echo inside'
	see ^inside
	shell "sh -c 'echo ready; exec sleep 300'"
	see ^ready
	keys C-c
	shell 'echo "first $?"'
	see '^first 130'
	shell 'probe 18'
	see ^ready 2
	keys C-z
	see '^\[1\]+  Stopped'
	shell fg
	see '^got 18'
	keys C-c
	shell 'exit 5'
	see_same 'status 5'
}

testShellInsideCanBeSuspended() {
	open_windows || return 0
	shell "PS1='\$ ' run bash --norc --noprofile -i"
	for count in 1 2; do
		shell 'echo inside'
		see ^inside "$count"
		shell suspend
		see '^\[1\]+  Stopped' "$count"
		shell fg
	done
	shell 'exit 5'
	see_same 'status 5'
}

# timeout(1) makes itself the leader of its group; alone, it has been that already.
testTerminalSignalsReachAProgramThatMakesAGroupOfItsOwn() {
	open_windows || return 0
	shell 'run timeout 300 probe 18'
	see ^ready
	keys C-z
	see '^\[1\]+  Stopped'
	shell fg
	see '^got 18'
	keys C-c
	see_same 'status 130'
}

testControlCReachesAProgramInASessionOfItsOwn() {
	open_windows || return 0
	shell "run setsid --wait sh -c 'echo ready; exec sleep 300'"
	see ^ready
	keys C-c
	see_same 'status 130'
}

testEndOfAPipelineEndsWhatWritesToIt() {
	open_windows || return 0
	shell 'run yes | head -n 1; echo "pipe ${PIPESTATUS[*]}"'
	see '^pipe 141 0'
	shell "run sh -c 'echo ready >&2; exec yes' | run cat >/dev/null"
	see ^ready
	keys C-c
	see_same 'status 130'
}

# ---- the terminal itself -------------------------------------------------------

testChangeOfTheWindowIsToldOnce() {
	open_windows || return 0
	shell 'run probe 28'
	see ^ready
	for how in $every_how; do
		in_tmux resize-window -t "$how" -x 90 -y 30
	done
	see '^got 28 kernel'
	sleep 0.3
	keys C-c
	see_same 'status 130'
}

# hang_up WORDS: the windows go away.  Sets $got_HOW to what each program got by
# that, with those words at least; whether from the kernel or from us is the same.
hang_up() {
	words=$1
	for how in $every_how; do
		wait_for 'grep -qs ready "$work/got.$how"'
		in_tmux kill-session -t "$how"
	done
	for how in $every_how; do
		wait_for 'grep -qs "$words" "$work/got.$how"'
	done
	# Whoever gets more has it soon; and all get the same.
	sleep 0.3
	wait_for '[ "$(sort -u "$work"/got.* | sed "s/ [a-z]*\$//" | sort -u)" = "$(
		sed "s/ [a-z]*\$//" "$work/got.command" | sort -u)" ]' 5
	for how in $every_how; do
		eval "got_$how=\$(sed 's/ [a-z]*\$//' \"\$work/got.\$how\" | sort)"
	done
	rm -f "$work"/got.*
}

# Who leads the session is told by the kernel.
testHangUpIsToldOnce() {
	open_windows || return 0
	close_windows
	for how in $every_how; do
		open_window "$how" sh -c 'exec "$@" >"$HOME/got.$HOW"' sh run probe 1 18
	done
	hang_up 'got 1 '
	assertContains "$got_alone" 'got 1'
	assertEquals command "$got_alone" "$got_command"
	assertEquals preload "$got_alone" "$got_preload"
	assertEquals init "$got_alone" "$got_init"
}

# Others by their shell, and by the kernel too if the shell ends soon enough.
testHangUpIsToldByTheShell() {
	open_windows || return 0
	shell "exec 2>/dev/null; run probe 1 >$work/got.\$HOW"
	hang_up 'got 1 '
	assertContains command "$got_command" 'got 1'
	assertContains preload "$got_preload" 'got 1'
	assertContains init "$got_init" 'got 1'
}

# The terminal continues it as well, so that it can end.
testStoppedProgramEndsByTheHangUp() {
	open_windows || return 0
	close_windows
	for how in $every_how; do
		open_window "$how" sh -c 'exec "$@" >"$HOME/got.$HOW"' \
			sh run sh -c 'echo ready; kill -STOP $$; echo continued; exec sleep 300'
	done
	hang_up ready
	no_process_left "$mark"
}

testShellThatHangsUpEndsItsJobs() {
	open_windows || return 0
	shell 'run probe 18 & read -r -t 0.3'
	see ^ready
	shell 'run probe 18'
	see ^ready 2
	keys C-z
	see Stopped
	in_tmux kill-server
	no_process_left "$mark"
}

# It went to the first process alone, as there was no other one yet.
testControlCBeforeTheProgramIsBornIsNotLost() {
	open_windows || return 0
	need strace || return 0
	see_prompt
	held='strace -f -qq -e inject=rt_sigaction:delay_exit=700000'
	for how in command preload; do
		in_tmux send-keys -t "$how" -l "$held -o calls.$how $(words_of "$how") sleep 300"
		in_tmux send-keys -t "$how" Enter
	done
	for how in command preload; do
		wait_for 'grep -qs "SIGCHLD, {" "$work/calls.$how"'
		in_tmux send-keys -t "$how" C-c
	done
	for how in command preload; do
		wait_for at_prompt
		assertTrue "$how: $(screen "$how")" $?
	done
}

. shunit2
