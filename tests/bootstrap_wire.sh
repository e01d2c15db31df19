#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The message of runc's protocol is understood however it arrives, as long as it is
# well formed.
#
# From lib.sh and caller.sh; some texts are expanded elsewhere, some are lists of words.
# shellcheck disable=SC2154,SC2016,SC2086

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/probe.sh"
. "$(dirname "$0")/hosts-build.sh"
. "$(dirname "$0")/caller.sh"

oneTimeSetUp() {
	build_hosts driver host-runc
}

# understood WHAT OPTION...: with a message that makes a UTS namespace; it is there
understood() {
	what=$1
	shift
	bootstrap --flags uts "$@"
	assert_success "$what"
	assertNotEquals "$what: namespace" "$(readlink /proc/self/ns/uts)" "$(found ns | grep uts:)"
}

# ---- in which pieces --------------------------------------------------------------

testMessageInTwoPieces() {
	need_caller || return 0
	for it in 1 15 16 17 20 21 27; do # of 28 bytes
		understood "split after $it bytes" --oom 0 --split $it
	done
}

testMessageByteByByte() {
	need_caller || return 0
	understood 'slow' --slow --paths "net:/proc/self/ns/net"
}

testMessageInASocketThatDoesNotBlock() {
	need_caller || return 0
	for it in 1 16 21; do
		understood "split after $it bytes" --nonblock --split $it
	done
	understood 'slow' --nonblock --slow
}

testReadsThatSignalsInterrupt() {
	need_caller || return 0
	for it in 1 16 21; do
		understood "stopped after $it bytes" --interrupt --split $it
	done
}

# ---- how long ---------------------------------------------------------------------

testMessageThatIsLongerThanTheBufferOfASocket() {
	need_caller || return 0
	understood '70 kB' --pad 70000
	understood '400 kB' --pad 400000
	understood '400 kB, not blocking' --pad 400000 --nonblock
}

testMessageOfAMebibyte() {
	need_caller || return 0
	understood 'a mebibyte' --pad 1048576
}

testAttributesOfGreatLength() {
	need_caller || return 0
	awk 'BEGIN { for (i = 0; i < 3270; i++) printf "%d %d 1\\n", i, 100000 + i }' >"$work/map"
	understood 'maps that nobody asked for' --uid-map "$(cat "$work/map")" \
		--gid-map "$(cat "$work/map")"
	slashes=$(head -c 4000 /dev/zero | tr '\0' /)
	understood 'path' --paths "net:${slashes}proc/self/ns/net"
}

# ---- in which form ----------------------------------------------------------------

testLastOneOfSeveralAttributesCounts() {
	need_caller || return 0
	understood 'score' --oom 17 --oom 23
	assertEquals 23 "$(found oom_score_adj)"
	bootstrap --flags net --flags uts
	assert_success 'flags'
	assertEquals 'network' "$(readlink /proc/self/ns/net)" "$(found ns | grep net:)"
	bootstrap --paths net:/absent --paths uts:/proc/self/ns/uts
	assert_success 'paths'
}

testAttributesInAnyOrder() {
	need_caller || return 0
	bootstrap --rootless 0 --oom 5 --gid-map '0 100000 65536\n' \
		--setgroup 1 --uid-map '0 100000 65536\n' --flags user
	assert_success
	assertEquals '0 0 0' "$(found uid)"
}

testTruthValuesOfOneByteAndOfFour() {
	need_caller || return 0
	for it in 1 4; do
		with="setpriv --groups 5,6"
		bootstrap --bytes $it --setgroup 1 --rootless 0
		assert_success "$it bytes"
		assertEquals "$it bytes: groups" '' "$(found groups)"
		bootstrap --bytes $it --setgroup 1 --rootless 1
		assert_success "$it bytes, rootless"
		assertEquals "$it bytes, rootless: groups" '5 6' "$(found groups)"
	done
}

# 16 bytes of header: flags, sequence number and PID are the kernel's business.
testRestOfTheHeaderSaysNothing() {
	need_caller || return 0
	order=$(printf '\001\000' | od -An -tx2 | tr -d ' ')
	[ "$order" = 0001 ] || { skip 'bytes are in the other order'; return 0; }
	bootstrap --raw 1800000030f2ffffffffffffffffffff0800916a00000004
	assert_success
	assertNotEquals "$(readlink /proc/self/ns/uts)" "$(found ns | grep uts:)"
}

testEmptyListOfNamespacesIsThatOfAContainerWithoutAny() {
	need_caller || return 0
	understood 'empty list' --paths ''
}

testLastAttributeMayGoWithoutItsPadding() {
	need_caller || return 0
	understood 'a bool of one byte' --body 0500976a00
	understood 'text of one character' --body 0600966a3100
	assertEquals 'score' 1 "$(found oom_score_adj)"
}

# ---- by which numbers -------------------------------------------------------------

testDescriptorsOfAnyNumber() {
	need_caller || return 0
	understood 'high ones' --init-fd 77 --log-fd 76
	understood 'low ones' --init-fd 0 --log-fd 1
	assertEquals 'said' 'main
heard go' "$(seen said)"
	understood 'no others' --close-std
}

testConversationGoesOnAfterTheReply() {
	need_caller || return 0
	bootstrap --say "and now: the container's configuration"
	assertEquals "main
heard and now: the container's configuration" "$(seen said)"
}

testNoProcessIsLeft() {
	need_caller || return 0
	no_process_left "$our_mark"
}

. shunit2
