#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# NSEXEC_TRACE: the same file as --trace, of the three stages of runc's protocol, which has
# no words.
#
# From lib.sh and caller.sh; some texts are lists of words.
# shellcheck disable=SC2154,SC2086,SC2034

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"
. "$(dirname "$0")/caller.sh"

trace=$work/trace.json

oneTimeSetUp() {
	build_hosts driver host-runc
}

traced() {
	rm -f "$trace"
	bootstrap --env "NSEXEC_TRACE=$trace" "$@"
}

# steps STAGE: what it has done, in this order, on one line.
steps() {
	jq -r "(map(select(.name == \"process_name\" and .args.name == \"stage-$1\"))[0].pid) as \$pid |
		map(select(.pid == \$pid and .ts) | .name) | join(\" \")" "$trace"
}

pid_of() {
	jq -r ".[] | select(.name == \"process_name\" and .args.name == \"stage-$1\") | .pid" "$trace"
}

testShortWayHasTwoTracks() {
	need_caller && need jq || return 0
	traced --flags uts,pid --paths net:/proc/self/ns/net
	assert_success
	assertEquals 'message check plan fork join unshare fork report wait' "$(steps 0)"
	assertEquals 'wait session become main' "$(steps 2)"
	assertEquals 'our PID of stage-2' "$(seen stage2_pid)" "$(pid_of 2)"
}

testWholeWayHasThreeTracks() {
	need_caller && need jq || return 0
	traced --flags user,net --uid-map '0 100000 10\n' --gid-map '0 100000 10\n'
	assert_success
	assertContains "$(steps 0)" 'message check plan fork'
	assertContains "$(steps 0)" 'map'
	assertContains "$(steps 1)" 'unshare map'
	assertEquals 'main' "$(steps 2 | sed 's/.* //')"
	assertEquals 'our PID of stage-1' "$(seen stage1_pid)" "$(pid_of 1)"
	assertEquals 'our PID of stage-2' "$(seen stage2_pid)" "$(pid_of 2)"
}

testHostHasNoDescriptorOfIt() {
	need_caller && need jq || return 0
	bootstrap --flags uts
	wanted=$(found descriptors)
	traced --flags uts
	assert_success
	assertNotNull 'a trace was written' "$(steps 2)"
	assertEquals "$wanted" "$(found descriptors)"
}

testFailureIsInIt() {
	need_caller && need jq || return 0
	errors_expected=yes
	traced --flags user --uid-map '0 0 1\n0 0 1\n' --gid-map '0 0 1\n'
	errors_expected=
	assert_failure 'a map that overlaps' 'map'
	assertEquals 'map' "$(jq -r '.[] | select(.args.error) | .name' "$trace" | sort -u)"
}

testFileThatCannotBeWrittenIsAnErrorBeforeAnythingElse() {
	need_caller || return 0
	trace=$work/absent/trace.json
	refused 'no such directory' 'open trace .*ENOENT' --env "NSEXEC_TRACE=$trace"
	trace=$work/trace.json
}

testWhoDoesNotAskGetsNone() {
	need_caller || return 0
	rm -f "$trace"
	bootstrap
	assert_success
	bootstrap --env NSEXEC_TRACE=
	assert_success 'empty'
	assertFalse "[ -e '$trace' ]"
}

. shunit2
