#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What the caller lends to a container with --host stays the caller's: nobody inside can
# write to it, not even by the file of a process that runs there (as in CVE-2019-5736).
#
# From lib.sh and lib/guest.sh; expanded later; words.
# shellcheck disable=SC2154,SC2034,SC2016,SC2086

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/guest.sh"

bin=$work/callers

oneTimeSetUp() {
	guest_containers
	container_bare plain proc
	at_plain=$target why_plain=$why root_plain=$bare_root
	mkdir "$bin" && chmod 777 "$bin"
	${CC:-cc} -std=gnu11 -Wall -Wextra -O1 -D_GNU_SOURCE -static -o "$work/overwriter" \
		"$abs_testsdir/lib/overwriter.c" || fail 'overwriter.c does not compile'
	echo 'int main(void) { char c; return read(0, &c, 1) != 0; }' >"$work/victim.c"
	${CC:-cc} -w -static -o "$work/static" "$work/victim.c"
	! command -v musl-gcc >/dev/null || musl-gcc -w -static -o "$work/small" "$work/victim.c"
	${CC:-cc} -w -o "$work/dynamic" "$work/victim.c"
}

tearDown() {
	exec 9>&-
	nothing_of_ours_is_left
}

# The program that is at $victim, in the container that we are at, while its root does all
# that he can.
attacked() {
	rm -f "$work/go"
	: >"$work/tries"
	mkfifo -m 666 "$work/go"
	cp "$work/overwriter" "$root/overwriter"
	before=$(cksum "$victim"; stat -c '%a %U %Y' "$victim")
	owner $marked "$NSEXEC" -t "$target" -a -- /overwriter victim >"$work/tries" 2>&1 </dev/null &
	attacker=$!
	remember "$attacker"
	wait_for 'grep -qx ready "$work/tries"' || fail 'nobody attacks'
	owner $marked PATH="$bin:$PATH" "$NSEXEC" -t "$target" -a --host -- victim \
		<"$work/go" >"$out" 2>"$err" &
	running=$!
	exec 9>"$work/go"
	wait_for 'grep -qx tried "$work/tries" || gone "$attacker"'
	exec 9>&-
	ends "$running"
	assertEquals "$container: $(cat "$err")" 0 "$status"
	ends "$attacker"
	assertEquals "$container: $(cat "$work/tries")" 'done' "$(tail -n 1 "$work/tries")"
	assertEquals "$container, $what" '' "$(grep 'written\|changed' "$work/tries")"
	assertEquals "$container: all ways" 8 "$(grep -c '^[wo].*, .*: [A-Z]' "$work/tries")"
	assertEquals "$container, $what" "$before" "$(cksum "$victim"; stat -c '%a %U %Y' "$victim")"
	rm "$root/overwriter"
}

# attack_on WHAT OWNER CONTAINER...
attack_on() {
	need_root || return 0
	what=$1 whose=$2
	shift 2
	for which in "$@"; do
		at "$which" || return 0
		victim=$bin/victim
		cp "$work/$what" "$victim"
		chown "$whose" "$victim"
		chmod 755 "$victim"
		attacked
	done
}

# It is a copy, whoever runs it.
testASmallStaticProgram() {
	need musl-gcc || return 0
	attack_on small 0 plain userns
	attack_on small "$ordinary" rootless
}

testAStaticProgramOfRoot() { attack_on static 0 plain userns; }
testAStaticProgramOfAnOrdinaryUser() { attack_on static "$ordinary" rootless; }
testADynamicProgramOfAnOrdinaryUser() { attack_on dynamic "$ordinary" rootless; }

# Also one that belongs to somebody of the container.
testADynamicProgramThatRootRuns() {
	attack_on dynamic 0 userns
	attack_on dynamic 100000 userns
}

. shunit2
