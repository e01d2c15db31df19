#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A preload that is asked for nothing is as if it were empty: it makes no system call, and
# touches no page more.
#
# From lib.sh.
# shellcheck disable=SC2154

. "$(dirname "$0")/lib.sh"

oneTimeSetUp() {
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
