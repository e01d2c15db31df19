#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A namespace is found by process, thread, file or descriptor, is proved to be one of its
# kind, and one whose owner is gone is told from one that cannot be looked at.
#
# From lib.sh; expanded elsewhere.
# shellcheck disable=SC2154,SC2016

. "$(dirname "$0")/lib.sh"

oneTimeSetUp() {
	build_program places || fail 'places.c does not compile'
	container_rootless
	at_rootless=$target why_rootless=$why
	container_plain
	at_plain=$target
}

places() { "$work/places" "$@" 2>&1; }

# says WANT WORD...
says() {
	want=$1
	shift
	assertEquals "$*" "$want" "$(places "$@")"
}

# begins WANT WORD...: what it says begins so
begins() {
	want=$1
	shift
	got=$(places "$@")
	assertEquals "$*: $got" "$want" "$(printf '%.*s' ${#want} "$got")"
}

# dev_ino FILE
dev_ino() { stat -L -c '%d %i' "$1"; }

testEachKindOfOneselfIsWhatProcSays() {
	for it in $kinds; do
		id=$(dev_ino "/proc/self/ns/$it")
		for place in pid:self pidfd:self thread:0 thread:self "path:/proc/self/ns/$it" \
			"fd:/proc/self/ns/$it"
		do
			says "$id" identify "$place" "$it"
			says "${id#* }" open "$place" "$it"
		done
	done
}

testEachKindOfAContainerIsItsOwn() {
	target=${at_plain:-$at_rootless}
	[ -n "$target" ] || { skip "$why_rootless"; return 0; }
	for it in $kinds; do
		id=$(dev_ino "/proc/$target/ns/$it")
		for place in "pid:$target" "pidfd:$target" "thread:$target" \
			"path:/proc/$target/ns/$it" "fd:/proc/$target/ns/$it"
		do
			says "$id" identify "$place" "$it"
			says "${id#* }" open "$place" "$it"
		done
		[ "$it" = user ] || assertNotEquals "$it" "$(dev_ino "/proc/self/ns/$it")" "$id"
	done
}

testThreadIsWhereItIsItselfAndItsProcessElsewhere() {
	need_root || return 0
	host=$(ns_of self uts)
	for places in -w -z; do
		got=$(places "$places" -u uts identify thread:0 uts)
		assertNotNull "$got"
		assertNotContains "$got" "$host"
	done
	got=$(places -w -u uts open thread:0 uts)
	assertNotEquals "$host" "$got"
	says "$host" -w -u uts open pid:self uts
	says "$host" -w -u uts open thread:self uts
}

# The second thread of a process, which is in other namespaces than the first.
testThreadOfAnotherProcessIsFoundByItsNumber() {
	need_root || return 0
	need python3 || return 0
	python3 -c '
import ctypes, threading, time, sys
def other():
    ctypes.CDLL(None).unshare(0x04000000)
    print(threading.get_native_id(), flush=True)
    time.sleep(300)
threading.Thread(target=other, daemon=True).start()
time.sleep(300)' >"$work/tid" &
	remember $!
	wait_for '[ -s "$work/tid" ]'
	tid=$(cat "$work/tid")
	assertNotEquals "$!" "$tid"
	says "$(dev_ino "/proc/$!/task/$tid/ns/uts")" identify "thread:$tid" uts
	says "$(dev_ino "/proc/$!/ns/uts")" identify "pid:$!" uts
	assertNotEquals "$(ns_of $! uts)" "$(places open "thread:$tid" uts)"
}

# Its first thread is a zombie, which has left its namespaces; the others have not.
testProcessWhoseFirstThreadHasEndedIsFoundByThread() {
	says "$(dev_ino /proc/self/ns/net)" -z identify thread:0 net
	begins 'gone: open net (/proc/' -z identify pid:self net
	begins 'gone: open net (/proc/' -z identify pidfd:self net
}

# gone KIND PLACE...
gone() {
	kind=$1
	shift
	for place; do
		begins 'gone: ' identify "$place" "$kind"
		begins 'failed: ' open "$place" "$kind"
	done
}

testWhoIsNotThereIsGone() {
	sleep 0 &
	pid=$!
	wait $pid
	for it in $kinds; do
		gone "$it" "pid:$pid" "thread:$pid" "path:/proc/$pid/ns/$it" "path:$work/no/such"
	done
	says "gone: target process (PID $pid): ESRCH No such process" identify "pid:$pid" net
	says "gone: target thread (thread $pid): ESRCH No such process" identify "thread:$pid" net
}

# With user and pid too, of which the kernel would still tell which it had.
testZombieIsGone() {
	sh -c 'sleep 0 & echo $!; exec sleep 300' >"$work/zombie" &
	remember $!
	wait_for 'grep -qs "^State:.Z" "/proc/$(cat "$work/zombie")/status"'
	pid=$(cat "$work/zombie")
	for it in $kinds; do
		gone "$it" "pid:$pid" "thread:$pid" pidfd-of-zombie pidfd-of-reaped
	done
}

# blind PLACE KIND: by an ordinary user, who may not look at what is root's
blind() { as_user "$ordinary" "$work/places" identify "$@" 2>&1; }

testWhatMayNotBeLookedAtIsAFailureAndNotGone() {
	need_root || return 0
	sleep 300 &
	remember $!
	for place in "pid:$!" "pidfd:$!" "thread:$!" "path:/proc/$!/ns/net"; do
		got=$(blind "$place" net)
		assertEquals "$place: $got" "failed: open net (/proc/$!/ns/net): EACCES Permission denied" \
			"$(echo "$got" | head -n 1)"
	done
}

testWithoutProcNobodyIsGone() {
	need_root || return 0
	for place in pid:self pidfd:self thread:0 thread:self; do
		got=$(unshare --mount sh -c 'mount -t tmpfs none /proc && exec "$@"' sh \
			"$work/places" identify "$place" net 2>&1)
		assertContains "$place" "$got" 'failed: open '
		assertContains "$place" "$got" 'is /proc mounted here'
	done
}

# It lives, but in no PID namespace that this /proc shows.
testProcessThatProcDoesNotShowIsNotGone() {
	need_root || return 0
	need python3 || return 0
	got=$(python3 -c '
import os, sys
pidfd = os.pidfd_open(os.getppid())
os.set_inheritable(pidfd, True)
os.execvp("unshare", ["unshare", "--pid", "--fork", "--mount-proc", sys.argv[1],
	"identify", "pidfd-at:%d" % pidfd, "net"])' "$work/places" 2>&1)
	assertContains "$got" 'failed: target process, as /proc shows it (pidfd:'
	assertContains "$got" 'is it of this PID namespace'
}

testFileOnWhichANamespaceIsMountedIsOne() {
	need_root || return 0
	for it in $kinds; do
		[ "$it" != mnt ] || continue	# may be mounted only among older ones
		want=$(ns_of self "$it")
		got=$(unshare --mount sh -c '
			touch "$1" && mount --bind "/proc/self/ns/$2" "$1" &&
			exec "$0" open "path:$1" "$2"' "$work/places" "$work/file" "$it" 2>&1)
		assertEquals "$it" "$want" "$got"
	done
}

testEmptyPathIsAMistakeAndNotGone() {
	says 'failed: open: empty (path)' open path: net
	says 'failed: open: empty (path)' identify path: net
}

testOrdinaryFileIsRefused() {
	touch "$work/ordinary"
	for it in $kinds; do
		for place in "path:$work/ordinary" "fd:$work/ordinary" path:/proc/self/status \
			path:/dev/null "path:$work"
		do
			for what in open identify; do
				begins "failed: check $it, from a file that is no namespace (" \
					$what "$place" "$it"
			done
		done
	done
	rm "$work/ordinary"
	begins "failed: open net ($work/ordinary): ENOENT" open "path:$work/ordinary" net
}

testFifoIsRefusedAndNobodyWaits() {
	mkfifo "$work/fifo"
	assertContains "$(timeout 60 "$work/places" open "path:$work/fifo" net)" 'no namespace'
}

testNamespaceOfAnotherKindIsRefused() {
	for it in $kinds; do
		other=net
		[ "$it" != net ] || other=uts
		for place in path fd; do
			begins "failed: check $other, from a namespace of kind $it (" \
				open "$place:/proc/self/ns/$it" $other
			begins "failed: check $other, from a namespace of kind $it (" \
				identify "$place:/proc/self/ns/$it" $other
		done
	done
}

testNotExactlyOneKindIsRefused() {
	begins 'failed: options: not one kind of namespace (ipc,net)' open pid:self net,ipc
	begins 'failed: options: not one kind of namespace (0)' open pid:self 0
	begins 'failed: options: not one kind of namespace (0x11)' identify pid:self 0x11
	begins 'failed: options: not one kind of namespace (0x11)' path 1 0x11 64
}

testPlaceThatIsNoneIsRefused() {
	says 'failed: target: not a PID (PID 0)' open pid:0 net
	says 'failed: target: not a PID (PID -1)' identify pid:-1 net
	says 'failed: target: not a thread id (thread -1)' open thread:-1 net
	says 'failed: target: not one of enum nsexec_place (place 5)' open place:5 net
	says 'failed: target: not one of enum nsexec_place (place -1)' open place:-1 net
	begins 'failed: open net (descriptor -1): EBADF' identify fd:/no/such net
	begins 'failed: target: not a pidfd (pidfd:-1)' identify pidfd:0 net
}

testNoDescriptorIsAPidfdThatIsNone() {
	begins 'failed: target: not a pidfd (pidfd:' open notpidfd:/dev/null net
}

testStandardStreamsThatAreClosedStayFree() {
	assertEquals "$(ns_of self net)" "$("$work/places" open pid:self net <&- 2>&-)"
	assertEquals "$(ns_of self net)" "$("$work/places" open fd:/proc/self/ns/net net <&- 2>&-)"
}

testPathsAreThoseOfProc() {
	for it in cgroup ipc mnt net pid time user uts; do
		says "/proc/1234/ns/$it" path 1234 $it 64
		says "/proc/1234/task/1235/ns/$it" path-of-thread 1234 1235 $it 64
	done
}

testPathsOfNobodyAndWhereTheyDoNotFitAreRefused() {
	says /proc/1234/ns/net path 1234 net 18
	says 'failed: options path is longer than its buffer (/proc/1234/ns/net): ERANGE Numerical result out of range' \
		path 1234 net 17
	begins 'failed: options path is longer' path 1234 net 0
	begins 'failed: options: not the PID' path 0 net 64
	begins 'failed: options: not the PID' path -5 net 64
	begins 'failed: options: not the PID' path-of-thread 1 0 net 64
	begins 'failed: options: not the PID' path-of-thread 0 1 net 64
}

. shunit2
