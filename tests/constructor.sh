#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What the constructor does to its host besides entering: as little as possible.
#
# From lib.sh; some texts are expanded elsewhere.
# shellcheck disable=SC2154,SC2016

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"

oneTimeSetUp() {
	build_hosts threads-glibc uses_libstarts secure late empty
	# Once is enough: none of these tests changes the container.
	container_plain
	container=$target
	why_not=$why
}

# Use: in_container || return 0
in_container() {
	target=$container
	[ -n "$target" ] || { skip "$why_not"; return 1; }
}

# with_us WORDS COMMAND...: the command, preloaded, with the words for the target.
with_us() {
	words="-t $target $1"
	shift
	env "NSEXEC=$words" "LD_PRELOAD=$PRELOAD" "$@"
}

# same_for_host LINES COMMAND...: the lines of its output that match must be the
# same with us, both when its process is the first one and when it is a new one.
same_for_host() {
	lines=$1
	shift
	alone=$("$@" | grep "$lines")
	assertNotEquals 'lines to compare' '' "$alone"
	assertEquals "$lines, in place" "$alone" "$(with_us -n "$@" | grep "$lines")"
	assertEquals "$lines, supervised" "$alone" "$(with_us '-n --fork' "$@" | grep "$lines")"
}

# ---- before anybody else -----------------------------------------------------

testConstructorRunsBeforeALibraryStartsThreads() {
	in_container || return 0
	need_host uses_libstarts || return 0
	with_us -a "$hosts/uses_libstarts" >"$work/out"
	assertEquals 'status' 0 $?
	assertEquals 'threads before the library' 'before-library 1' "$(grep ^before "$work/out")"
	# shellcheck disable=SC2086 # words
	assert_same_namespaces "$work/out" "$target" $kinds
}

testNothingAskedForLeavesTheEnvironmentAlone() {
	assertEquals 'LD_PRELOAD' "$PRELOAD" "$(env "LD_PRELOAD=$PRELOAD" printenv LD_PRELOAD)"
}

# ---- when not to -------------------------------------------------------------

testSetIdProgramIgnoresOurVariablesAndGoesOn() {
	in_container || return 0
	need_host secure || return 0
	cp "$hosts/secure" "$work/set-id" && chmod 4755 "$work/set-id"
	mkdir -p "$work/open" && chmod 777 "$work/open"
	got=$(as_user "$ordinary" env "NSEXEC=-t $target -n -u --trace=$work/open/trace" \
		"NSEXEC_TRACE=$work/open/trace" NSEXEC_FD=0 NSEXEC_LOG=debug \
		"$work/set-id" 2>"$work/err")
	assertEquals 'status' 0 $?
	case $got in
	*'secure 0'*) skip "programs cannot gain privilege in $work"; return 0 ;;
	esac
	assertEquals "secure 1
uid $ordinary
euid 0
$(readlink /proc/self/ns/net)
$(readlink /proc/self/ns/uts)" "$got"
	assertEquals 'lines on stderr' 1 "$(wc -l <"$work/err")"
	assertContains "$(cat "$work/err")" 'nsexec: '
	assertFalse 'a trace was written' "[ -e '$work/open/trace' ]"
}

testSetIdProgramIsSilentWhenNothingIsAskedFor() {
	need_root || return 0
	need_host secure || return 0
	cp "$hosts/secure" "$work/set-id" && chmod 4755 "$work/set-id"
	assertEquals '' "$(as_user "$ordinary" "$work/set-id" 2>&1 >/dev/null)"
}

testThreadThatIsAlreadyThereIsRefused() {
	in_container || return 0
	need_host late || return 0
	got=$(NSEXEC="-t $target -n" "$hosts/late" "$PRELOAD" 2>"$work/err")
	assertEquals 'status' 125 $?
	assertEquals 'the program went on' '' "$got"
	assertContains "$(cat "$work/err")" 'nsexec: '
	assertContains "$(cat "$work/err")" 'thread'
	assertEquals 'without words' loaded "$("$hosts/late" "$PRELOAD" 2>&1)"
}

testUnknownWordStopsTheHost() {
	got=$(env NSEXEC=--unknown-word "LD_PRELOAD=$PRELOAD" echo 'the host ran' 2>"$work/err")
	assertEquals 'status' 125 $?
	assertEquals '' "$got"
	assertContains "$(cat "$work/err")" unknown-word
}

# ---- what stays behind: nothing ----------------------------------------------

our_variables() {
	tr '\0' '\n' | grep -a -e NSEXEC -e LD_PRELOAD -e nsexec-preload
}

testOurVariablesAreGone() {
	in_container || return 0
	for shape in -n '-n --fork' -a; do
		assertEquals "environ with $shape" '' "$(
			NSEXEC_LOG=error with_us "$shape" env 2>&1 | our_variables)"
		assertEquals "/proc/self/environ with $shape" '' "$(
			NSEXEC_LOG=error with_us "$shape" cat /proc/self/environ 2>&1 | our_variables)"
		assertEquals "a child's environ with $shape" '' "$(
			NSEXEC_LOG=error with_us "$shape" sh -c 'env; cat /proc/self/environ' 2>&1 |
				our_variables)"
		assertEquals "others with $shape" kept "$(KEPT=kept with_us "$shape" printenv KEPT)"
	done
}

testDescriptorThatCarriedTheWordsIsGone() {
	in_container || return 0
	printf '%s\0' -t "$target" -n >"$work/carried"
	got=$(env NSEXEC_FD=9 "LD_PRELOAD=$PRELOAD" \
		sh -c 'env; readlink /proc/self/ns/net; ls -l /proc/$$/fd' 9<"$work/carried")
	assertEquals 'status' 0 $?
	assertContains "$got" "net:[$(ns_of "$target" net)]"
	assertEquals '' "$(echo "$got" | grep -e NSEXEC -e LD_PRELOAD -e "$work/carried")"
}

# preload_seen LD_PRELOAD [VARIABLE=VALUE]: what the host sees of it
preload_seen() {
	env "NSEXEC=-t $target -n" "LD_PRELOAD=$1" ${2:+"$2"} \
		sh -c 'echo "${LD_PRELOAD-unset}"' 2>&1
}

testOtherEntriesOfTheLoaderStayInOrder() {
	in_container || return 0
	need_host empty || return 0
	cp "$hosts/empty.so" "$work/a.so"
	cp "$hosts/empty.so" "$work/b.so"
	a=$work/a.so
	b=$work/b.so
	us=$PRELOAD
	assertEquals 'alone' unset "$(preload_seen "$us")"
	assertEquals 'first' "$a:$b" "$(preload_seen "$us:$a:$b")"
	assertEquals 'between' "$a:$b" "$(preload_seen "$a:$us:$b")"
	assertEquals 'last' "$a:$b" "$(preload_seen "$a:$b:$us")"
	assertEquals 'blanks, first' "$a $b" "$(preload_seen "$us $a $b")"
	assertEquals 'blanks, between' "$a $b" "$(preload_seen "$a $us $b")"
	assertEquals 'blanks, last' "$a $b" "$(preload_seen "$a $b $us")"
	assertEquals 'by name' "$a" \
		"$(preload_seen "$a:${us##*/}" "LD_LIBRARY_PATH=${us%/*}")"
}

testDescriptorsAreTheSame() {
	in_container || return 0
	need_host threads-glibc || return 0
	same_for_host '^fds .*7' "$hosts/threads-glibc" 7</dev/null
}

testSignalStateIsTheSame() {
	in_container || return 0
	lines='^\(Sig\|Shd\)\(Pnd\|Blk\|Ign\|Cgt\)'
	same_for_host "$lines" cat /proc/self/status
	env --ignore-signal=HUP true 2>/dev/null || { skip 'env(1) is too old'; return 0; }
	for how in --ignore-signal=HUP,PIPE,CHLD --block-signal=USR1,TERM,CHLD; do
		alone=$(env "$how" grep "$lines" /proc/self/status)
		for shape in -n '-n --fork' -a; do
			assertEquals "$how with $shape" "$alone" "$(
				env "$how" "NSEXEC=-t $target $shape" "LD_PRELOAD=$PRELOAD" \
					grep "$lines" /proc/self/status)"
		done
	done
}

# A parent that ignores SIGCHLD hands that down; the waiter must wait all the same.
testStatusSurvivesAnIgnoredChildSignal() {
	in_container || return 0
	env --ignore-signal=HUP true 2>/dev/null || { skip 'env(1) is too old'; return 0; }
	for how in --ignore-signal=CHLD --block-signal=CHLD; do
		env "$how" "NSEXEC=-t $target -a" "LD_PRELOAD=$PRELOAD" sh -c 'exit 7'
		assertEquals "$how" 7 $?
	done
}

# Names, ids, capabilities, umask, seccomp: all but numbers that never are the same.
testStatusFileIsTheSameInPlace() {
	in_container || return 0
	volatile='^\(Pid\|Tgid\|NS.*id\|PPid\|TracerPid\|SigQ\|.*ctxt_switches\)'
	volatile="$volatile\\|^\\(Vm.*\\|Rss.*\\|HugetlbPages\\)"
	set -- grep -v "$volatile" /proc/self/status
	assertEquals "$("$@")" "$(with_us -n "$@")"
}

testInPlaceKeepsThePid() {
	in_container || return 0
	got=$(WORDS="-t $target -n -u -i" PRELOAD=$PRELOAD sh -c '
		echo $$
		NSEXEC=$WORDS LD_PRELOAD=$PRELOAD exec sh -c "echo \$\$; uname -n"')
	pid=${got%%[!0-9]*}
	assertEquals "$pid
$pid
nsx-plain" "$got"
}

testWordsWithAProgramReplaceTheHost() {
	in_container || return 0
	assertEquals "nsx-plain" "$(with_us '-u -- uname -n' echo 'the host ran')"
}

. shunit2
