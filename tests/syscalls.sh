#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What it costs in system calls, of all processes together, execve and exit
# included: joining a container no more than 24, a preload that is asked for
# nothing none at all.
#
# From lib.sh; some texts are lists of words.
# shellcheck disable=SC2154,SC2086

. "$(dirname "$0")/lib.sh"

oneTimeSetUp() {
	mkdir "$work/path"
	# A program that only ends, so that every other call is ours.
	cat >"$work/true.c" <<-'END'
		#include <sys/syscall.h>
		__attribute__((noreturn)) void _start(void);
		void _start(void)
		{
			for (;;) {
		#if defined(__x86_64__)
				__asm__ volatile("syscall" : : "a"(__NR_exit_group), "D"(0) : "rcx", "r11");
		#elif defined(__aarch64__)
				register long nr __asm__("x8") = __NR_exit_group, status __asm__("x0") = 0;
				__asm__ volatile("svc #0" : : "r"(nr), "r"(status));
		#elif defined(__riscv)
				register long nr __asm__("a7") = __NR_exit_group, status __asm__("a0") = 0;
				__asm__ volatile("ecall" : : "r"(nr), "r"(status));
		#endif
			}
		}
	END
	${CC:-cc} -O1 -static -nostdlib -ffreestanding -fno-stack-protector \
		-o "$work/path/true" "$work/true.c" || exit 1
	chmod -R a+rX "$work/path"
	echo 'int main(void) { return 0; }' >"$work/ends.c"
	echo 'int nothing;' >"$work/nothing.c"
}

# calls COMMAND...: the calls of it and all that it starts, one a line, in $work/calls.
# One that another process interrupted is on two lines of strace, but counts once.
calls() {
	strace -f -qq -o "$work/trace" "$@"
	status=$?
	sed -n 's/^[0-9 ]*\([a-z0-9_]*\)(.*/\1/p' "$work/trace" >"$work/calls"
}

# Use: joins_within CALLS TARGET WORD... || return 0
joins_within() {
	limit=$1
	target=$2
	shift 2
	need strace || return 0
	[ -n "$target" ] || { skip "$why"; return 0; }
	for try in 1 2 3 4 5; do
		calls env "PATH=$work/path:$PATH" "$NSEXEC" -t "$target" "$@" -- true
		assertEquals 'status' 0 $status
		assertContains 'it was joined' "$(cat "$work/trace")" 'setns('
		# What env(1) did is not ours.
		counted=$(awk -v file="$NSEXEC" '
			index($0, "execve(\"" file "\"") { ours = 1 }
			ours && /^[0-9 ]*[a-z0-9_]+\(/ { n++ }
			END { print n + 0 }' "$work/trace")
		assertTrue "$counted calls are more than $limit: $(sed -n "\|execve(\"$NSEXEC\"|,\$p" "$work/trace")" \
			"[ $counted -le $limit ]"
		# Starting and ending two processes, and the join, cannot be had for less.
		assertTrue "only $counted calls were counted in try $try" "[ $counted -ge 4 ]"
	done
}

testAllNamespacesOfAContainerAreJoinedIn24Calls() {
	container_plain
	joins_within 24 "$target" -a
}

# Groups are dropped before and after, then setresgid and setresuid make us root in it;
# and two calls more tell that it is not ours.
testUserNamespaceCostsSixCallsMore() {
	container_userns
	joins_within 30 "$target" -a
}

testOneKindInPlaceTakesSixCalls() {
	container_plain
	joins_within 6 "$target" -n
}

# ---- a preload that is asked for nothing ------------------------------------------

# calls_with OBJECT: of a program that does nothing, when OBJECT is preloaded; but how
# many pieces of it the loader maps is not the object's doing.
calls_with() {
	calls -E "LD_PRELOAD=$1" "$work/ends"
	assertEquals "status with $1" 0 $status
	assertContains 'it was loaded' "$(cat "$work/trace")" "\"$1\""
	grep -v -e '^mmap$' -e '^mprotect$' "$work/calls" >"$work/without.mmap"
}

# same_calls COMPILER: with the preload as with an empty one
same_calls() {
	$1 -o "$work/ends" "$work/ends.c"
	assertEquals "status of $1" 0 $?
	$1 -shared -fPIC -nostdlib -o "$work/nothing.so" "$work/nothing.c"
	assertEquals "status of $1" 0 $?
	calls_with "$work/nothing.so"
	mv "$work/without.mmap" "$work/alone"
	calls_with "$PRELOAD"
	assertEquals 'calls' "$(cat "$work/alone")" "$(cat "$work/without.mmap")"
}

testPreloadThatIsAskedForNothingMakesNoCall() {
	need strace || return 0
	same_calls "${CC:-cc}"
}

testPreloadThatIsAskedForNothingMakesNoCallInMusl() {
	need strace musl-gcc || return 0
	same_calls musl-gcc
}

. shunit2
