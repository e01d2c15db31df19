#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# nsexec_clone(): a function runs in a new process inside other namespaces, which is a child
# of ours with a status; where that cannot be, nothing is left.  nsexec_wait() waits for it.
#
# From lib.sh; expanded elsewhere.
# shellcheck disable=SC2154,SC2016

. "$(dirname "$0")/lib.sh"

# CLONE_NEW* and others, as <sched.h> has them
newtime=0x80
newns=0x20000
newcgroup=0x2000000
newuts=0x4000000
newipc=0x8000000
newuser=0x10000000
newpid=0x20000000
newnet=0x40000000

oneTimeSetUp() {
	build_program clone || fail 'clone.c does not compile'
	container_plain
	at_plain=$target
	why_plain=$why
	container_userns
	at_userns=$target
	container_rootless
	at_rootless=$target
	why_rootless=$why
}

# clone WHAT [FLAGS [WORD...]]; stuck is a failure, not a test that never ends
clone() { timeout 60 "${driver:-$work/clone}" "$@" 2>&1; }

# says WANT WHAT...: exactly that
says() {
	want=$1
	shift
	assertEquals "clone $*" "$want" "$(clone "$@")"
}

# need_plain, need_userns, need_rootless: sets $target, or skips.  Use: need_plain || return 0
need_plain() {
	target=$at_plain
	[ -n "$target" ] || { skip "$why_plain"; return 1; }
}
need_userns() {
	target=$at_userns
	[ -n "$target" ] || { skip 'no container with a user namespace here'; return 1; }
}
need_rootless() {
	target=$at_rootless
	[ -n "$target" ] || { skip "$why_rootless"; return 1; }
}

# For one test: a first process that the test may kill.
own_plain() {
	container_plain || { skip "$why"; return 1; }
}

# where_is KIND OUTPUT: the inode that the function has seen
where_is() {
	printf '%s\n' "$2" | sed -n "s/^$1:\[\(.*\)\]\$/\1/p"
}

# assert_inside PID OUTPUT KIND...: in those of PID, which are not ours
assert_inside() {
	process=$1
	output=$2
	shift 2
	for it in "$@"; do
		kind=$it
		assertEquals "$kind" "$(ns_of "$process" "$kind")" "$(where_is "$kind" "$output")"
		assertNotEquals "$kind is ours" "$(ns_of self "$kind")" \
			"$(where_is "$kind" "$output")"
	done
	assert_fine "$output"
}

# assert_created OUTPUT KIND...: in new ones, of nobody that we know
assert_created() {
	output=$1
	shift
	for it in "$@"; do
		kind=$it
		assertNotEquals "$kind is ours" "$(ns_of self "$kind")" \
			"$(where_is "$kind" "$output")"
		assertNotEquals "$kind is the target's" "$(ns_of "${target:-self}" "$kind")" \
			"$(where_is "$kind" "$output")"
		assertNotNull "$kind" "$(where_is "$kind" "$output")"
	done
	assert_fine "$output"
}

# It has ended well, and nothing was wrong on the way.
assert_fine() {
	assertContains "$1" 'it exited 0'
	assertNotContains "$1" wrong
}

# Every kind but user.
others() {
	for it in $kinds; do
		[ "$it" = user ] || printf '%s ' "$it"
	done
}

# ---- where it is -------------------------------------------------------------

testWithoutOptionsItIsWhereWeAre() {
	output=$(clone where)
	for it in $kinds; do
		assertEquals "$it" "$(ns_of self "$it")" "$(where_is "$it" "$output")"
	done
	assert_fine "$output"
}

testAChildInAllKindsButUserIsInThoseOfTheTargetAndNotInOurs() {
	need_plain || return 0
	# shellcheck disable=SC2046 # words
	assert_inside "$target" "$(clone where 0 -t "$target" --all)" $(others)
}

testOneKindLeavesTheOthersAsTheyAre() {
	need_plain || return 0
	output=$(clone where 0 -t "$target" --net)
	assert_inside "$target" "$output" net
	for it in pid mnt uts; do
		assertEquals "$it" "$(ns_of self "$it")" "$(where_is "$it" "$output")"
	done
}

testAUserNamespaceIsJoinedWithTheOthers() {
	need_userns || return 0
	# shellcheck disable=SC2086 # words
	assert_inside "$target" "$(clone where 0 -t "$target" --all)" $kinds
}

testAnOrdinaryUserEntersWhatHeHasMade() {
	need_rootless || return 0
	cp "$work/clone" "$work/for-user" && chmod 755 "$work/for-user"
	output=$(as_user "$ordinary" timeout 60 "$work/for-user" where 0 -t "$target" --all 2>&1)
	# shellcheck disable=SC2086 # words
	assert_inside "$target" "$output" $kinds
}

testAnOrdinaryUserHasNothingLeftAfterwards() {
	need_rootless || return 0
	cp "$work/clone" "$work/for-user" && chmod 755 "$work/for-user"
	output=$(as_user "$ordinary" timeout 60 "$work/for-user" nothing-is-left 0 \
		-t "$target" --all 2>&1)
	assertEquals 20 "$(printf '%s\n' "$output" | grep -c '^it exited 0$')"
	assertNotContains "$output" wrong
}

testThePidNamespaceOfAFileIsEnteredByBirth() {
	need_plain || return 0
	assert_inside "$target" "$(clone where 0 "--pid=/proc/$target/ns/pid")" pid
}

testWithoutForkingOnlyLaterChildrenAreInThePidNamespace() {
	need_plain || return 0
	output=$(clone where 0 -t "$target" --pid --no-fork)
	assertEquals "$(ns_of self pid)" "$(where_is pid "$output")"
	assert_fine "$output"
}

# ---- new ones ----------------------------------------------------------------

testFlagsCreateEachKind() {
	need_root || return 0
	target=''
	for it in "cgroup $newcgroup" "ipc $newipc" "mnt $newns" "net $newnet" "pid $newpid" \
		"user $newuser" "uts $newuts" "time $newtime"
	do
		[ -e "/proc/self/ns/${it% *}" ] || continue
		pair=$it
		assert_created "$(clone where "${pair#* }")" "${pair% *}"
	done
}

testNewKindsComeOnTopOfThoseOfTheTarget() {
	need_plain || return 0
	output=$(clone where $((newuts | newnet)) -t "$target" --ipc --mount --pid)
	assert_inside "$target" "$output" ipc mnt pid
	assert_created "$output" uts net
}

testANewPidNamespaceInsideOfTheTargetsHasItAsItsFirst() {
	need_plain || return 0
	output=$(clone where $newpid -t "$target" --all)
	assert_created "$output" pid
	assertContains "$output" 'own 1'
	assert_inside "$target" "$output" uts
}

testANewPidNamespaceHasItAsItsFirst() {
	need_root || return 0
	assertContains "$(clone where $newpid)" 'own 1'
	assertContains "$(clone where $((newpid | newtime)) --boottime=55)" 'own 1'
}

testAnOrdinaryUserCreatesUserAndPidTogether() {
	need_rootless || return 0
	cp "$work/clone" "$work/for-user" && chmod 755 "$work/for-user"
	target=''
	output=$(as_user "$ordinary" timeout 60 "$work/for-user" where $((newuser | newpid)) \
		--map-root-user 2>&1)
	assert_created "$output" user pid
	assertContains "$output" 'own 1'
}

# ---- its end -----------------------------------------------------------------

testWhatTheFunctionReturnsIsTheStatus() {
	says 'by number exited 42
it exited 255
it killed 10' statuses
	need_plain || return 0
	says 'by number exited 42
it exited 255
it killed 10' statuses 0 -t "$target" --all
}

testKillingTheFirstProcessOfThePidNamespaceKillsIt() {
	own_plain || return 0
	assertEquals 'it killed 9' "$(VICTIM=$target clone killed-with-the-first 0 -t "$target" --all)"
}

testItLivesOnWhenTheCallingThreadEnds() {
	says '-1
it killed 9' outlives-thread
}

testThePidOfATargetThatWasNeverThereIsAnError() {
	output=$(clone nothing-is-left 0 -t 4194303 --all)
	assertEquals 20 "$(printf '%s\n' "$output" |
		grep -c '^error target process (PID 4194303): ESRCH No such process$')"
	assertNotContains "$output" wrong
}

testAFailureInsideLeavesNothing() {
	need_plain || return 0
	output=$(clone nothing-is-left 0 -t "$target" --all --wdns=/not/there)
	assertEquals 20 "$(printf '%s\n' "$output" |
		grep -c '^error cwd /not/there: ENOENT No such file or directory$')"
	assertNotContains "$output" wrong
}

testAFailureBehindTheUserNamespaceLeavesNothing() {
	need_root || return 0
	output=$(clone nothing-is-left $((newuser | newpid)) --map-root-user --wdns=/not/there)
	assertEquals 20 "$(printf '%s\n' "$output" |
		grep -c '^error cwd /not/there: ENOENT No such file or directory$')"
	assertNotContains "$output" wrong
}

testAFileThatIsNotThereIsAnError() {
	need_plain || return 0
	cp "$work/clone" "$work/for-user" && chmod 755 "$work/for-user"
	output=$(as_user "$ordinary" timeout 60 "$work/for-user" nothing-is-left 0 \
		"--pid=$work/pid-file" 2>&1)
	assertContains "$output" "error open pid ($work/pid-file): ENOENT"
	assertNotContains "$output" wrong
}

testATargetThatEndsMeanwhileIsAnErrorThatLeavesNothing() {
	own_plain || return 0
	output=$(VICTIM=$target clone target-gone 0 -t "$target" --all)
	assertContains "$output" "error target process (PID $target): ESRCH No such process"
	assertNotContains "$output" wrong
	own_plain || return 0
	# Out of its namespaces, but not at its end yet, is seen as well.
	output=$(VICTIM=$target clone target-gone 0 -t "$target" --net)
	assertContains "$output" 'ESRCH No such process'
	assertContains "$output" 'hint the target ended while it was being entered'
	assertNotContains "$output" wrong
}

testASiblingThatIsKilledOnItsWayLeavesNothing() {
	need_root || return 0
	need strace || return 0
	output=$(strace -f -o "$work/strace" -e inject=chdir:signal=KILL "$work/clone" \
		nothing-is-left-once $((newuser | newpid)) --map-root-user --wdns=/ 2>&1)
	[ -s "$work/strace" ] || { skip "strace: $output"; return 0; }
	assertContains "$output" 'error fork the new process was killed: ECHILD'
	assertNotContains "$output" wrong
}

# ---- what is asked for -------------------------------------------------------

testSharedMemoryIsRefusedAndNothingAborts() {
	says 'error options: not a set of kinds of namespaces (0x100)' nothing-is-left-once 0x100
	says '-1' silent-failure
}

testTheSignalOfAChildMayBeSaid() {
	says 'by number exited 42
it exited 255
it killed 10' statuses 17
	says 'error options: not a set of kinds of namespaces (0xa)' nothing-is-left-once 10
}

testWhatIsForAProgramIsRefused() {
	while read -r words; do
		# shellcheck disable=SC2086 # words
		output=$(clone nothing-is-left-once 0 $words)
		assertContains "$words" "$output" \
			'error options: for a program, not for a function ('
		assertNotContains "$output" wrong
	done <<-END
		--pty
		--unshare=pid --init
		--env=A=B
		--clearenv
		-t $$ --target-env
		-t $$ --as-target
		--kill-child
		--host
	END
	assertContains "$(clone nothing-is-left-once 0 -- true)" 'error options: PROGRAM'
}

# ---- what it may do, and what it finds ---------------------------------------

testTheFunctionHasAllOfLibc() {
	need_root || return 0
	says 'from the stack 54321 54321 54321
it exited 7' libc
	need_plain || return 0
	says 'from the stack 54321 54321 54321
it exited 7' libc 0 -t "$target" --all
	need_userns || return 0
	says 'from the stack 54321 54321 54321
it exited 7' libc 0 -t "$target" --all
}

testASiblingHasAllOfLibcToo() {
	need_plain || return 0
	says 'from the stack 54321 54321 54321
it exited 7' libc $newpid -t "$target" --all
}

testOurMemoryIsNotForThoseInside() {
	need_plain || return 0
	for it in --pid --mount '--pid --mount'; do
		# shellcheck disable=SC2086 # words
		says 'it exited 0' dumpable 0 -t "$target" $it
	done
	says 'it exited 1' dumpable 0 -t "$target" --net
	says 'it exited 1' dumpable 0 -t "$target" --pid --dumpable=yes
}

testItEndsWithoutAtexitAndWithoutFlushing() {
	says 'once
it exited 0' quiet-end
}

testTheMaskOfTheCallerIsThatOfBoth() {
	want='inside 12
inside 15
it exited 0
outside 12
outside 15'
	says "$want" signals
	need_root || return 0
	says "$want" signals $((newuser | newpid)) --map-root-user
}

testNoThreadOfTheHostIsMoved() {
	need_plain || return 0
	says 'it exited 0
as before' threads-stay 0 -t "$target" --all
	says 'it exited 0
as before' threads-stay $((newpid | newtime))
}

testThreadsThatAllocateAndForkAndChangeIdsDoNoHarm() {
	says 'good 25' hammered
	need_plain || return 0
	says 'good 25' hammered 0 -t "$target" --all
	says 'failed 50' failures-while-hammered 0 -t "$target" --all --wdns=/not/there
}

testWhereSigchldIsIgnoredTheStatusIsKnown() {
	says 'ignored: all statuses' ignored
	need_plain || return 0
	says 'ignored: all statuses' ignored 0 -t "$target" --all
	says 'ignored: all statuses' ignored $newpid -t "$target" --all
}

testWhereAnotherThreadWaitsForAllTheStatusIsKnown() {
	says 'stolen: all statuses' thief
	need_plain || return 0
	says 'stolen: all statuses' thief 0 -t "$target" --all
	says 'stolen: all statuses' thief $newpid -t "$target" --all
}

testOneSignalTellsOfItsEnd() {
	says 'it exited 0
SIGCHLD 1' counted
	need_plain || return 0
	says 'it exited 0
SIGCHLD 1' counted 0 -t "$target" --all
	need_userns || return 0
	says 'it exited 0
SIGCHLD 1' counted 0 -t "$target" --all
}

testTheThreadThatForksIsNotItsParentAnyMore() {
	says 'good 50' death-signal
}

# ---- nsexec_wait() -----------------------------------------------------------

testAWaitIsForOneChildAndAsLongAsIsSaid() {
	says 'poll -1 wait Connection timed out
timeout -1 wait Connection timed out
signal killed 15
again killed 15
exit exited 7
abort killed 6
stolen exited 9
no pidfd exited 3
parent -1 wait No child processes
closed -1 wait Bad file descriptor' waits
}

testSignalsDoNotEndAWait() {
	says 'interrupted -1 wait Connection timed out
handled
it killed 9' interrupted
}

# ---- other libcs, and what compilers find ------------------------------------

# build_sanitized KIND: the driver, and our side of what it calls, looked at while they run
build_sanitized() {
	sanitizer=$1
	printf 'int main(void) { return 0; }\n' >"$work/empty.c"
	${CC:-cc} "-fsanitize=$sanitizer" -o "$work/empty" "$work/empty.c" 2>/dev/null ||
		{ skip "no -fsanitize=$sanitizer here"; return 1; }
	others=''
	for it in "$abs_top_builddir"/lib/liblibrary_a-*.o "$abs_top_builddir"/nsexec/libengine_a-*.o; do
		case $it in
		*-clone.o | *-newborn.o | *-letter.o | *-child.o) ;;
		*) others="$others $it" ;;
		esac
	done
	# shellcheck disable=SC2086 # words
	rm -f "$work/others.a" && ar rcs "$work/others.a" $others
	driver=$work/clone-$sanitizer
	${CC:-cc} -std=gnu11 -O1 -g -D_GNU_SOURCE \
		"-fsanitize=$sanitizer" -fno-omit-frame-pointer \
		-iquote "$abs_top_srcdir/nsexec" -iquote "$abs_top_srcdir/lib" \
		-I"$abs_top_srcdir/nsexec" -o "$driver" "$abs_testsdir/lib/clone.c" \
		"$abs_top_srcdir/lib/clone.c" "$abs_top_srcdir/lib/newborn.c" \
		"$abs_top_srcdir/lib/letter.c" "$abs_top_srcdir/lib/child.c" \
		"$work/others.a" -pthread && return
	fail "does not build with -fsanitize=$sanitizer"
	return 1
}

# Of what sanitizers print nothing is there, if it is said exactly what is.
look_at_all() {
	says 'by number exited 42
it exited 255
it killed 10' statuses
	says 'good 25' hammered
	says 'stolen: all statuses' thief
	need_plain || return 0
	says 'it exited 0
as before' threads-stay 0 -t "$target" --all
	says 'good 50' death-signal 0 -t "$target" --all
	says 'it exited 0
SIGCHLD 1' counted 0 -t "$target" --all
	assertNotContains "$(clone nothing-is-left $newpid -t "$target" --all)" wrong
}

testAddressSanitizerFindsNothing() {
	build_sanitized address,undefined || return 0
	look_at_all
	driver=''
}

testThreadSanitizerFindsNothing() {
	build_sanitized thread || return 0
	TSAN_OPTIONS=die_after_fork=0
	export TSAN_OPTIONS
	look_at_all
	unset TSAN_OPTIONS
	driver=''
}

testAStaticMuslProgramHasItToo() {
	need musl-gcc || return 0
	archive=$abs_top_builddir/../musl/lib/libnsexec.a
	[ -e "$archive" ] || { skip 'not built with musl: ./dev musl'; return 0; }
	musl-gcc -static -std=gnu11 -O1 -D_GNU_SOURCE -I"$abs_top_srcdir/nsexec" \
		-o "$work/clone-musl" "$abs_testsdir/lib/clone.c" "$archive" -pthread ||
		{ fail 'clone.c does not compile with musl'; return 0; }
	driver=$work/clone-musl
	says 'by number exited 42
it exited 255
it killed 10' statuses
	if need_plain; then
		says 'from the stack 54321 54321 54321
it exited 7' libc 0 -t "$target" --all
		says 'from the stack 54321 54321 54321
it exited 7' libc $newpid -t "$target" --all
		says 'good 25' hammered 0 -t "$target" --all
	fi
	driver=''
}

. shunit2
