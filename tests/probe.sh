# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the tests of joining share.  Sourced after lib.sh.
#
#	build_probe		compile tests/probe/probe.c into $probe, which every
#				user can reach
#	where [COMMAND...]	namespaces in which a program that COMMAND starts
#				finds itself, as lines "KIND:[INODE]"
#	mix A B KIND...		namespaces of process A, but of the KINDs those of B
#	start_in COMMAND...	a process that COMMAND sleep 300 becomes, in $target
#	with_faults FAULTS COMMAND...
#				run it while strace(1) makes system calls fail: FAULTS
#				are "CALL:error=ENOSYS", and so on; what was called is
#				in $work/trace
#	hold CALL FAULTS COMMAND...
#				start it, and stop it when it has made its first CALL;
#				after release, $status is its status
#
#	$await			text for "sh -c": await PID, until it sleeps
#
# From lib.sh; some texts are expanded elsewhere.
# shellcheck disable=SC2034,SC2154,SC2016

build_probe() {
	probe=$work/probe
	# shellcheck disable=SC2086 # may be several words
	${CC:-cc} -O1 -o "$probe" "$abs_testsdir/probe/probe.c" -pthread || exit 1
	chmod 755 "$probe"
}

where() {
	"$@" "$probe" where 9</proc
}

mix() {
	of=$1
	but=$2
	shift 2
	for kind in $kinds; do
		[ -e "/proc/self/ns/$kind" ] || continue
		case " $* " in
		*" $kind "*) readlink "/proc/$but/ns/$kind" ;;
		*) readlink "/proc/$of/ns/$kind" ;;
		esac
	done
}

await='
	await() {
		for try in $(seq 250); do
			! grep -qas ^sleep "/proc/$1/cmdline" || return 0
			sleep 0.02
		done
		echo "process $1 does not sleep"
		exit 1
	}
'

# It execs, so its PID is known; and it is there once it sleeps.
start_in() {
	"$@" sleep 300 >"$work/start" 2>&1 </dev/null &
	target=$!
	remember "$target"
	wait_for 'grep -qsx sleep "/proc/$target/comm"' && return 0
	why="no process of $* here: $(tail -n 1 "$work/start")"
	target=''
	return 1
}

with_faults() {
	faults=''
	for fault in $1; do
		faults="$faults -e inject=$fault"
	done
	shift
	# shellcheck disable=SC2086 # lists of words
	strace -f -qq -o "$work/trace" $faults "$@"
}

hold() {
	call=$1
	shift
	: >"$work/trace"
	faults="$call:signal=STOP:when=1 $1"
	shift
	with_faults "$faults" "$@" &
	holder=$!
	remember "$holder"
	wait_for 'grep -q "stopped by SIGSTOP" "$work/trace"'
	held=$(sed -n 's/ .*stopped by SIGSTOP.*//p' "$work/trace")
}

release() {
	kill -CONT "$held"
	wait "$holder"
	status=$?
}
