#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Maps of user and group ids are written as the caller of runc's protocol gives them,
# by stage-0 itself or by newuidmap(1) and newgidmap(1); and if they are not written,
# the program does not run.
#
# From lib.sh and caller.sh; some texts are expanded elsewhere, some are lists of words.
# shellcheck disable=SC2154,SC2016,SC2086

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"
. "$(dirname "$0")/caller.sh"

someone=nsx-someone	# an account that exists for the driver alone
first=300000		# of the ids that it may use

oneTimeSetUp() {
	build_hosts driver host-runc
	mkdir -m 777 "$work/open"
	make_account
	make_tools
}

# make_account: $subids is a command that starts the driver as $ordinary, where that
# has a name and ids of its own.  Only these processes see those files.
make_account() {
	{ cat /etc/passwd && echo "$someone:x:$ordinary:$ordinary::/:/bin/sh"; } >"$work/passwd"
	echo "$someone:$first:65536" >"$work/subids"
	cat >"$work/subids.sh" <<-END
		#!/bin/sh
		mount --bind '$work/passwd' /etc/passwd &&
		mount --bind '$work/subids' /etc/subuid &&
		mount --bind '$work/subids' /etc/subgid &&
		exec setpriv --reuid $ordinary --regid $ordinary --groups $ordinary,4321 -- "\$@"
	END
	chmod 755 "$work/subids.sh"
	chmod 644 "$work/passwd" "$work/subids"
	subids="unshare --mount $work/subids.sh"
}

# tool NAME COMMAND: a map tool that notes its arguments, and then does that.
tool() {
	printf '#!/bin/sh\necho "$@" >>%s/open/calls\n%s\n' "$work" "$2" >"$work/$1"
	chmod 755 "$work/$1"
}

make_tools() {
	tool real_u 'exec /usr/bin/newuidmap "$@"'
	tool real_g 'exec /usr/bin/newgidmap "$@"'
	tool idle 'exit 0'
	tool fails 'echo "it went wrong" >&2; exit 1'
	tool killed 'kill -KILL $$'
	tool ended 'kill -TERM $$'
	tool looks 'env >>'"$work/open/calls"'; ls -l /proc/$$/fd >>'"$work/open/calls"'; exit 1'
	printf 'no program\n' >"$work/text"
}

called() {
	cat "$work/open/calls" 2>/dev/null
}

# Use: need_account || return 0
need_account() {
	need_caller && need newuidmap newgidmap || return 1
	for it in /etc/subuid /etc/subgid; do
		[ -e "$it" ] || { skip "no $it here"; return 1; }
	done
	$subids true 2>"$work/why" || { skip "$(cat "$work/why")"; return 1; }
}

# ranges N: N lines, with holes between them outside; the first is our own id.
ranges() {
	echo "0 $ordinary 1"
	for it in $(seq 1 $(($1 - 1))); do
		echo "$((it * 10)) $((first + it * 20)) 7"
	done
}

# as_option TEXT: on one line, as the driver takes it
as_option() {
	printf '%s\n' "$1" | awk '{ printf "%s\\n", $0 }'
}

map_found() {
	found "$1" | awk '{ print $1, $2, $3 }'
}

# ---- by root -----------------------------------------------------------------------

testRootWritesOneRange() {
	need_caller || return 0
	bootstrap --flags user --uid-map '0 100000 65536\n' --gid-map '0 200000 1000\n'
	assert_success
	assertEquals '0 100000 65536' "$(map_found uid_map)"
	assertEquals '0 200000 1000' "$(map_found gid_map)"
	assertEquals 'allow' "$(found setgroups)"
	assertEquals '0 0 0' "$(found uid)"
	assertEquals '0 0 0' "$(found gid)"
}

testRootWritesManyRanges() {
	need_caller || return 0
	for it in 5 7 100; do
		lines=$(ranges $it)
		bootstrap --flags user --uid-map "$(as_option "$lines")" \
			--gid-map "$(as_option "$lines")"
		assert_success "$it ranges"
		assertEquals "$it ranges" "$lines" "$(map_found uid_map)"
		assertEquals "$it ranges" "$lines" "$(map_found gid_map)"
	done
}

testRootNeedsNoTool() {
	need_caller || return 0
	rm -f "$work/open/calls"
	bootstrap --flags user --uid-map '0 100000 10\n' --gid-map '0 100000 10\n' \
		--newuidmap "$work/fails" --newgidmap /absent
	assert_success
	assertEquals 'calls of tools' '' "$(called)"
}

testMapsThatTheKernelRefuses() {
	need_caller || return 0
	good='0 100000 10\n'
	for it in '0 100000\n' '0 100000 0\n' 'text\n' '0 100000 10\n5 200000 10\n' \
		'0 100000 10\n20 100005 10\n' '-1 100000 10\n'; do
		refused "uid map $it" 'map .*uid_map.*EINVAL' --flags user --uid-map "$it" \
			--gid-map "$good"
		refused "gid map $it" 'map .*gid_map.*EINVAL' --flags user --uid-map "$good" \
			--gid-map "$it"
	done
}

# Nobody is root in there, so nobody could become that.
testUserNamespaceWithoutRootIsRefused() {
	need_caller || return 0
	refused 'no maps' . --flags user
	refused 'no uid map' . --flags user --gid-map '0 100000 10\n'
	refused_inside 'no gid map' . --flags user --uid-map '0 100000 10\n'
	refused 'maps without root' . --flags user --uid-map '5 100000 10\n' \
		--gid-map '5 100000 10\n'
}

# ---- by an ordinary user -------------------------------------------------------------

one="--rootless 1 --uid-map 0\\x20$ordinary\\x201\\n --gid-map 0\\x20$ordinary\\x201\\n"

testOrdinaryUserIsAloneInItsNamespace() {
	need_caller || return 0
	with="setpriv --reuid $ordinary --regid $ordinary --clear-groups"
	bootstrap --flags user,mnt,pid,net,ipc,uts $one
	assert_success
	assertEquals "0 $ordinary 1" "$(map_found uid_map)"
	assertEquals "0 $ordinary 1" "$(map_found gid_map)"
	assertEquals 'deny' "$(found setgroups)"
	assertEquals '0 0 0' "$(found uid)"
	assertEquals '0 0 0' "$(found gid)"
	assertEquals 'the first process of it' 1 "$(found pid)"
}

testOrdinaryUserCannotMapTheIdsOfOthers() {
	need_caller || return 0
	with="setpriv --reuid $ordinary --regid $ordinary --clear-groups"
	refused 'user' 'map .*uid_map.*EPERM' --flags user --rootless 1 \
		--uid-map '0 0 1\n' --gid-map "0 $ordinary 1\\n"
	refused 'group' 'map .*gid_map.*EPERM' --flags user --rootless 1 \
		--uid-map "0 $ordinary 1\\n" --gid-map '0 0 1\n'
}

# by_tools N [TOOL TOOL]: the maps of N ranges
by_tools() {
	lines=$(ranges "$1")
	rm -f "$work/open/calls"
	bootstrap --flags user --rootless 1 --setgroup 1 --uid-map "$(as_option "$lines")" \
		--gid-map "$(as_option "$lines")" \
		--newuidmap "${2-$work/real_u}" --newgidmap "${3-$work/real_g}"
}

# runc's own tool calls have room for six ranges and lose the rest.
testToolsWriteAnyNumberOfRanges() {
	need_account || return 0
	for it in 2 6 7 20 21 30 100; do
		with=$subids
		by_tools "$it"
		assert_success "$it ranges"
		assertEquals "$it ranges of users" "$lines" "$(map_found uid_map)"
		assertEquals "$it ranges of groups" "$lines" "$(map_found gid_map)"
		pid=$(called | sed -n '1s/ .*//p')
		words=$(printf '%s\n' "$lines" | paste -sd ' ' -)
		assertEquals "$it ranges: calls" "$pid $words
$pid $words" "$(called)"
		assertEquals 'allow' "$(found setgroups)"
		assertEquals '0 0 0' "$(found uid)"
	done
}

testToolsMayBeTheRealOnes() {
	need_account || return 0
	with=$subids
	by_tools 3 /usr/bin/newuidmap /usr/bin/newgidmap
	assert_success
	assertEquals "$lines" "$(map_found gid_map)"
}

testGroupsOfTheCallerStayWhereItMayNotLeaveThem() {
	need_account || return 0
	with=$subids
	by_tools 3
	assert_success
	assertEquals 'two groups, of which one has a name inside' 2 "$(found groups | wc -w)"
}

# ---- tools that fail -----------------------------------------------------------------

# no_map WHAT PATTERN [TOOL TOOL]
no_map() {
	with=$subids
	what=$1
	pattern=$2
	shift 2
	errors_expected=yes
	by_tools 3 "$@"
	errors_expected=
	assert_failure "$what" "$pattern"
}

testToolThatFailsStopsEverything() {
	need_account || return 0
	real=/usr/bin/newuidmap
	no_map 'status 1' "map: $work/fails .*exit status 1" "$work/fails"
	no_map 'status 1 of the second' "map: $work/fails .*exit status 1" $real "$work/fails"
	no_map 'killed' "map: $work/killed .*signal 9" "$work/killed"
	no_map 'killed, the second' "map: $work/killed .*signal 9" $real "$work/killed"
	no_map 'terminated' "map: $work/ended .*signal 15" "$work/ended"
	no_map 'does nothing' . "$work/idle"
	no_map 'missing' '/absent.*ENOENT' /absent
	no_map 'missing, the second' '/absent.*ENOENT' $real /absent
	no_map 'no program' "$work/text.*EACCES" "$work/text"
	no_map 'directory' "$work/open.*EACCES" "$work/open"
}

testToolThatRefusesStopsEverything() {
	need_account || return 0
	with=$subids
	errors_expected=yes
	bootstrap --flags user --rootless 1 --setgroup 1 --newuidmap /usr/bin/newuidmap \
		--newgidmap /usr/bin/newgidmap --uid-map '0 1000 1\n' --gid-map '0 1000 1\n'
	assert_failure 'ids of others' 'map: /usr/bin/newuidmap .*exit status 1'
	errors_expected=
}

testWithoutToolsManyRangesAreRefused() {
	need_account || return 0
	with=$subids
	lines=$(as_option "$(ranges 3)")
	refused 'no tool' 'map .*uid_map.*EPERM' --flags user --rootless 1 --setgroup 1 \
		--uid-map "$lines" --gid-map "$lines"
}

# It may be a set-user-ID program.
testToolInheritsNothing() {
	need_account || return 0
	no_map 'a tool that looks around' "$work/looks .*exit status 1" "$work/looks"
	assertContains 'it did' "$(called)" ' 2 ->'
	assertNotContains 'what the caller gave to the program' "$(called)" "$work/host"
	assertEquals 'variables' '' "$(called | grep -e _LIBCONTAINER -e NSEXEC -e LD_PRELOAD)"
	assertEquals 'descriptors' '' "$(called | grep -e ' 3 ->' -e ' 4 ->' -e socket:)"
}

testStageThatIgnoresItsChildrenWaitsForTheTool() {
	need_account || return 0
	with=$subids
	lines=$(as_option "$(ranges 3)")
	for it in --ignore-child --block-signals; do
		bootstrap $it --flags user --rootless 1 --setgroup 1 --uid-map "$lines" \
			--gid-map "$lines" --newuidmap "$work/real_u" --newgidmap "$work/real_g"
		assert_success "$it"
	done
}

testNoProcessIsLeft() {
	need_caller || return 0
	no_process_left "$our_mark"
}

. shunit2
