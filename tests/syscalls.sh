#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What it costs in system calls, of all processes together, execve and exit
# included: joining a container no more than 24, a preload that is asked for
# nothing none at all.  Nor does that cost a page: it is as if it were empty.
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
	: >"$work/nothing.c"
	# faults RUNS PROGRAM OBJECT: minor page faults of PROGRAM with that preloaded, of
	# all runs together, since those of one run differ with where everything lies.
	cat >"$work/faults.c" <<-'END'
		#include <spawn.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <sys/resource.h>
		#include <sys/wait.h>
		int main(int argc, char **argv)
		{
			char variable[4096], *env[] = { variable, NULL }, *words[] = { argv[2], NULL };
			struct rusage use;
			int status;
			pid_t pid;
			long all = 0;

			if (argc != 4)
				return 2;
			snprintf(variable, sizeof(variable), "LD_PRELOAD=%s", argv[3]);
			for (int runs = atoi(argv[1]); runs > 0; runs--) {
				if (posix_spawn(&pid, argv[2], NULL, NULL, words, env) != 0 ||
				    wait4(pid, &status, 0, &use) != pid || status != 0)
					return 1;
				all += use.ru_minflt;
			}
			printf("%ld\n", all);
			return 0;
		}
	END
	${CC:-cc} -O1 -D_GNU_SOURCE -o "$work/faults" "$work/faults.c" || exit 1
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

# build_empty COMPILER: a program that does nothing, and an object without anything, but
# for what every one has: headers that are only read, and what the loader may write.
build_empty() {
	$1 -o "$work/ends" "$work/ends.c"
	assertEquals "status of $1" 0 $?
	$1 -shared -fPIC -nostdlib -Wl,-z,noseparate-code -o "$work/nothing.so" "$work/nothing.c"
	assertEquals "status of $1" 0 $?
}

# calls_with OBJECT: of the program, when OBJECT is preloaded.
calls_with() {
	calls -E "LD_PRELOAD=$1" "$work/ends"
	assertEquals "status with $1" 0 $status
	assertContains 'it was loaded' "$(cat "$work/trace")" "\"$1\""
}

# same_calls COMPILER: with the preload as with an empty one, what the loader makes included
same_calls() {
	build_empty "$1"
	calls_with "$work/nothing.so"
	mv "$work/calls" "$work/alone"
	calls_with "$PRELOAD"
	assertEquals 'calls' "$(cat "$work/alone")" "$(cat "$work/calls")"
}

# same_faults COMPILER MORE: of 100 runs, all but MORE
same_faults() {
	build_empty "$1"
	alone=$("$work/faults" 100 "$work/ends" "$work/nothing.so")
	assertEquals 'status with an empty object' 0 $?
	with_ours=$("$work/faults" 100 "$work/ends" "$PRELOAD")
	assertEquals 'status with ours' 0 $?
	assertTrue "page faults of 100 runs: $with_ours, with an empty object $alone" \
		"[ $with_ours -le $((alone + $2)) ]"
	# Else the object would not have been loaded, or nothing been counted.
	without=$("$work/faults" 100 "$work/ends" '')
	assertTrue "and none that counts: $without" "[ $without -lt $alone ]"
}

testPreloadThatIsAskedForNothingMakesNoCall() {
	need strace || return 0
	same_calls "${CC:-cc}"
}

testPreloadThatIsAskedForNothingMakesNoCallInMusl() {
	need strace musl-gcc || return 0
	same_calls musl-gcc
}

# Less than half a page a run: which pages the kernel maps beside one is a matter of chance.
testPreloadThatIsAskedForNothingTouchesNoPage() { same_faults "${CC:-cc}" 50; }

# Its loader writes to an object only where that has addresses of others: here environ.
testPreloadThatIsAskedForNothingTouchesOnePageInMusl() {
	need musl-gcc || return 0
	same_faults musl-gcc 150
}

. shunit2
