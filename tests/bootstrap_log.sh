#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Lines on the log pipe of runc's protocol are what container runtimes parse, and as
# many as the level allows.
#
# From lib.sh and caller.sh; some texts are expanded elsewhere, some are lists of words.
# shellcheck disable=SC2154,SC2016,SC2086

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"
. "$(dirname "$0")/caller.sh"

oneTimeSetUp() {
	build_hosts driver host-runc
}

lines() {
	seen log | grep -c .
}

# levels: how many lines of which level
levels() {
	seen log | sed 's/^{"level":"\([a-z]*\)".*/\1/' | sort | uniq -c | awk '{ print $2, $1 }'
}

testLevelsBelowDebugAreSilentWhenAllGoesWell() {
	need_caller || return 0
	for it in 0 1 2 3 4; do
		bootstrap --level $it
		assert_success "level $it"
		assertEquals "level $it" '' "$(seen log)"
	done
}

testDebugLevelsTellOfTheWay() {
	need_caller || return 0
	for it in 5 6 7 100 2147483647; do
		bootstrap --level $it
		assert_success "level $it"
		assertTrue "level $it: $(lines) lines" "[ $(lines) -ge 2 ]"
		assertEquals "level $it" debug "$(levels | cut -d' ' -f1)"
	done
}

testDebugIsTheLevelThatNobodyNames() {
	need_caller || return 0
	bootstrap --level 5
	wanted=$(lines)
	bootstrap
	assertEquals "$wanted" "$(lines)"
	bootstrap --level ''
	assertEquals 'empty' "$wanted" "$(lines)"
}

testEachLineIsJsonWithTwoMembers() {
	need_caller || return 0
	need jq || return 0
	bootstrap --flags user,pid,net --uid-map '0 100000 10\n' --gid-map '0 100000 10\n' \
		--paths uts:/proc/self/ns/uts --oom 0 --setgroup 1
	assert_success
	seen log >"$work/log"
	assertEquals 'objects of two strings' "$(lines)" "$(
		jq -c 'select((keys == ["level", "msg"]) and (map(type) == ["string", "string"]))' \
			"$work/log" | wc -l)"
	assertEquals 'lines of another form' '' "$(grep -vE \
		'^\{"level":"debug", "msg": "nsexec(-[012])?\[[0-9]+\]: [^"]*"\}$' "$work/log")"
}

testLinesNameTheStageThatWritesThem() {
	need_caller || return 0
	bootstrap --flags user,pid --uid-map '0 100000 10\n' --gid-map '0 100000 10\n'
	assert_success
	seen log | sed 's/.*"msg": "\(nsexec[^:]*\): .*/\1/' | sort -u >"$work/writers"
	assertEquals 'stage-1' "nsexec-1[$(seen stage1_pid)]" "$(grep nsexec-1 "$work/writers")"
	first=$(sed -n 's/^nsexec\[\([0-9]*\)\]/\1/p' "$work/writers")
	assertTrue 'before there are stages' "[ -n '$first' ]"
	assertEquals 'others' '' "$(grep -v -e "nsexec\[$first\]" -e "nsexec-0\[$first\]" \
		-e "nsexec-1\[$(seen stage1_pid)\]" -e 'nsexec-2\[1\]' "$work/writers")"
}

# Runtimes look for these two.
testSetupAndAffinityAreLoggedFirst() {
	need_caller || return 0
	bootstrap --level 5
	assertEquals 'first' 1 "$(seen log | sed -n 1p | grep -c ']: => nsexec container setup"}$')"
	assertEquals 'second' 1 "$(seen log | sed -n 2p | grep -cE ']: affinity: 0x[0-9a-f]+"}$')"
}

affinity() {
	seen log | sed -n 's/.*: affinity: \(0x[0-9a-f]*\)"}$/\1/p'
}

testAffinityIsThatOfTheCaller() {
	need_caller || return 0
	need taskset || return 0
	bootstrap
	assertEquals "0x$(taskset -p $$ | sed 's/.*: //')" "$(affinity)"
	for it in $(taskset -cp $$ | sed 's/.*: //; s/[-,]/ /g'); do
		with="taskset -c $it"
		bootstrap
		assertEquals "processor $it" "$(printf '0x%x' $((1 << it)))" "$(affinity)"
	done
}

testFailureIsOneLineFromFatalOn() {
	need_caller || return 0
	for it in 1 2 3 4 5 6; do
		refused "level $it" 'no/such/file' --level $it --paths net:/no/such/file
	done
	bootstrap --level 0 --paths net:/no/such/file
	assertEquals 'level 0' '' "$(seen log)"
	assertEquals 'level 0: status' 1 "$(seen stage0)"
	assertEquals 'level 0: the program ran' '' "$(head -n 1 "$work/host")"
}

testAnyByteOfAPathIsJson() {
	need_caller || return 0
	need jq || return 0
	bootstrap --paths 'net:/a"b\\c\x01\n\x09\x1f\x7fd'
	assert_failure 'a path of odd bytes'
	text=$(seen log | grep fatal | jq -r .msg)
	assertEquals "it is not there:
$text" 1 "$(printf '%s\n' "$text" | grep -c 'a"b')"
	bootstrap --paths 'net:/a\xff\xc3\xa9b'
	assert_failure 'a path of bytes that are not text'
	seen log | grep fatal | jq . >"$work/json" 2>&1
	assertEquals 'jq' 0 $?
}

testWithoutALogPipeTheReasonGoesToStandardError() {
	need_caller || return 0
	for it in 0 5 7x; do # nobody looks at the level then
		errors_expected=yes
		bootstrap --no-log --level $it --paths net:/no/such/file
		errors_expected=
		assertEquals "level $it: lines" 1 "$(wc -l <"$work/err")"
		assertEquals "level $it: $(cat "$work/err")" 1 \
			"$(grep -c '^FATAL: .*/no/such/file' "$work/err")"
		assertEquals "level $it: status" 1 "$(seen stage0)"
		bootstrap --no-log --level $it
		assert_success "level $it"
		assertEquals "level $it: without a reason" '' "$(cat "$work/err")"
	done
}

# A reader that went away, or cannot keep up, is no reason to fail; SIGPIPE even less.
testNobodyHasToReadTheLog() {
	need_caller || return 0
	bootstrap --no-log --env _LIBCONTAINER_LOGPIPE=6 6>"$work/log"
	assert_success 'a file'
	assertTrue 'lines in the file' "[ $(grep -c nsexec "$work/log") -ge 2 ]"
	exec 6>/dev/full
	bootstrap --no-log --env _LIBCONTAINER_LOGPIPE=6
	exec 6>&-
	assert_success 'a full disk'
	mkfifo "$work/nobody"
	exec 7<>"$work/nobody"
	exec 6>"$work/nobody" 7>&-
	bootstrap --no-log --env _LIBCONTAINER_LOGPIPE=6
	exec 6>&-
	assert_success 'a pipe that nobody reads'
}

testNoProcessIsLeft() {
	need_caller || return 0
	no_process_left "$our_mark"
}

. shunit2
