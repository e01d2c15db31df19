#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a program finds when runc's protocol is over: a new session, root, the
# descriptors and variables of the protocol, a libc that knows its process, and
# otherwise what it would have found without us.
#
# From lib.sh and caller.sh; some texts are expanded elsewhere, some are lists of words.
# shellcheck disable=SC2154,SC2016,SC2086

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"
. "$(dirname "$0")/caller.sh"

oneTimeSetUp() {
	build_hosts driver host-none host-preload host-init host-runc host-static host-musl \
		host-musl-static libc_intact-runc libc_intact-static libc_intact-musl-runc \
		libc_intact-musl-static libc_intact-glibc libc_intact-musl
}

# ---- the doors ---------------------------------------------------------------------

# All that the host found, but what is never the same.
found_by_any() {
	sed -e '/^\(outer_\)\{0,1\}pid /d' -e '/^ns \(net\|mnt\|pid\)/d' -e '/^env LD_PRELOAD/d' \
		"$work/host"
}

testAllDoorsAreTheSame() {
	need_caller && need_host host-preload host-init host-static host-musl host-musl-static ||
		return 0
	bootstrap --flags net,mnt,pid --oom 100
	assert_success 'linked in, by a constructor of its own'
	wanted=$(found_by_any)
	for it in init static musl musl-static preload; do
		program=$hosts/host-$it
		set --
		[ $it != preload ] || set -- --env "LD_PRELOAD=$PRELOAD"
		bootstrap "$@" --flags net,mnt,pid --oom 100
		assert_success "$it"
		assertEquals "$it" "$wanted" "$(found_by_any)"
	done
}

testPreloadHidesItselfFromTheProgram() {
	need_caller && need_host host-preload || return 0
	program=$hosts/host-preload
	bootstrap --env "LD_PRELOAD=$PRELOAD"
	assert_success
	assertEquals '' "$(found env | grep LD_PRELOAD)"
}

# ---- credentials -------------------------------------------------------------------

testProgramIsRootInASessionOfItsOwn() {
	need_caller || return 0
	with='setpriv --rgid 5 --egid 5 --clear-groups'
	bootstrap
	assert_success
	assertEquals 'user' '0 0 0' "$(found uid)"
	assertEquals 'group' '0 0 0' "$(found gid)"
	assertEquals 'yes' "$(found leads_session)"
	assertEquals 'threads' 1 "$(found threads)"
}

testGroupsAreDroppedWhereTheCallerSaysSo() {
	need_caller || return 0
	with='setpriv --groups 5,6'
	for it in '1 0:' '0 0:5 6' '1 1:5 6' '0 1:5 6'; do
		set -- ${it%%:*}
		bootstrap --setgroup "$1" --rootless "$2"
		assert_success "setgroup $1, rootless $2"
		assertEquals "setgroup $1, rootless $2" "${it#*:}" "$(found groups)"
	done
	bootstrap
	assertEquals 'neither is said' '5 6' "$(found groups)"
}

testGroupsAreDeniedOnlyToAnOrdinaryUserAlone() {
	need_caller || return 0
	for it in '0 1 deny' '1 1 allow' '0 0 allow' '1 0 allow'; do
		set -- $it
		bootstrap --flags user --uid-map '0 100000 10\n' --gid-map '0 100000 10\n' \
			--setgroup "$1" --rootless "$2"
		assert_success "setgroup $1, rootless $2"
		assertEquals "setgroup $1, rootless $2" "$3" "$(found setgroups)"
	done
}

testProgramThatMayNotBecomeRootDoesNotRun() {
	need_caller || return 0
	with="setpriv --reuid $ordinary --regid $ordinary --clear-groups"
	refused_inside 'an ordinary user without a user namespace' 'become .*EPERM'
}

# ---- other state -------------------------------------------------------------------

testScoreOfTheMemoryKillerIsSet() {
	need_caller || return 0
	lowest=-1000
	(echo $lowest >/proc/self/oom_score_adj) 2>/dev/null || lowest=0 # root of a container
	for it in $lowest 0 500 1000; do
		bootstrap --oom $it
		assert_success "$it"
		assertEquals "$it" "$(found oom_score_adj)"
	done
	for it in 1001 -1001 text ''; do
		refused "score '$it'" 'oom.*EINVAL' --oom "$it"
	done
}

testOrdinaryUserCannotLowerTheScore() {
	need_caller || return 0
	with="setpriv --reuid $ordinary --regid $ordinary --clear-groups"
	refused 'lower' 'oom.*EACCES' --oom -900
}

testProgramThatJoinsIsNotDumpable() {
	need_caller || return 0
	bootstrap --flags net
	assertEquals 'creates' 1 "$(found dumpable)"
	bootstrap --paths net:/proc/self/ns/net
	assertEquals 'joins' 0 "$(found dumpable)"
}

testNamesTellTheStagesApart() {
	need_caller || return 0
	bootstrap
	assertEquals 'runc:[2:INIT]' "$(found name)"
}

# found_without LINES: what the host says of itself when nobody does anything to it, but
# its caller has done OPTION... to it as well
found_without() {
	lines=$1
	shift
	program=$hosts/host-none
	bootstrap "$@" --no-init
	grep "$lines" "$work/host"
	program=$hosts/host-runc
}

testStateOfSignalsIsTheSame() {
	need_caller && need_host host-none || return 0
	lines='^\(blocked\|ignored\|caught\|pending\|death_signal\) '
	for it in '' --ignore-child --block-signals '--ignore-child --block-signals'; do
		for flags in 0 net; do
			bootstrap --flags $flags $it
			assert_success "signals $it"
			assertEquals "signals $it" \
				"$(found_without "$lines" $it)" "$(grep "$lines" "$work/host")"
		done
	done
}

# The log pipe must not be open for longer than the program that a runtime executes.
testDescriptorsAreTheSameButForTheLogPipe() {
	need_caller && need_host host-none || return 0
	bootstrap --no-log
	got=$(found descriptors)
	assertEquals 'without a log pipe' "$(found_without ^descriptors --no-log)" "descriptors $got"
	bootstrap
	assertEquals 'with a log pipe' \
		"$(echo "$got" | sed 's/^\(.*\)3 /\13 4(cloexec) /')" "$(found descriptors)"
}

testVariablesOfTheProtocolStay() {
	need_caller || return 0
	bootstrap --level 5 --env OTHER=kept --env _LIBCONTAINER_INITTYPE=standard
	assert_success
	assertEquals 'PATH=/usr/sbin:/usr/bin:/sbin:/bin
_LIBCONTAINER_INITPIPE=3
_LIBCONTAINER_LOGPIPE=4
_LIBCONTAINER_LOGLEVEL=5
OTHER=kept
_LIBCONTAINER_INITTYPE=standard' "$(found env)"
}

# ---- libc --------------------------------------------------------------------------

# knows_its_process HOST OPTION...
knows_its_process() {
	need_host "$1" || return 0
	program=$hosts/$1
	shift
	bootstrap "$@"
	got=$(cat "$work/seen")
	assertEquals "$program $*: checks that failed" '' "$(echo "$got" | grep '^not ok')"
	assertEquals "$program $*: stages" 'stage0 0
stage1 0
stage2 0' "$(echo "$got" | grep '^stage[0-9] ')"
	assertContains "$program $*" "$got" 'ok - setuid changes all threads'
}

testLibcKnowsItsProcess() {
	need_caller || return 0
	for it in runc static musl-runc musl-static; do
		knows_its_process "libc_intact-$it" --flags pid,net
		# With maps there is one process more on the way.
		knows_its_process "libc_intact-$it" --flags user,pid \
			--uid-map '0 100000 65536\n' --gid-map '0 100000 65536\n'
	done
	for it in glibc musl; do
		knows_its_process "libc_intact-$it" --flags pid,net --env "LD_PRELOAD=$PRELOAD"
	done
}

# ---- programs that nobody speaks to ------------------------------------------------

# calls_of VARIABLE... PROGRAM: the system calls that it makes
calls_of() {
	strace -qq -o "$work/calls" env -i "$@" quiet
	sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$work/calls"
}

testProgramWithoutACallerRunsUntouched() {
	need_caller && need_host host-none host-init || return 0
	need strace || return 0
	alone=$(calls_of "$hosts/host-none")
	assertContains "$alone" exit_group
	for it in host-runc host-init; do
		assertEquals "$it" "$alone" "$(calls_of "$hosts/$it")"
		assertEquals "$it, empty" "$alone" "$(
			calls_of _LIBCONTAINER_INITPIPE= "$hosts/$it")"
		assertEquals "$it, others of the variables" "$alone" "$(
			calls_of _LIBCONTAINER_LOGPIPE=x _LIBCONTAINER_LOGLEVEL=x "$hosts/$it")"
	done
}

# Nobody says which comes first; a library's nsexec() knows nothing of words.
testMessageAndWordsAtOnceAreRefused() {
	need_caller && need_host host-init host-preload || return 0
	errors_expected=yes
	for it in NSEXEC=-n NSEXEC_FD=0; do
		for program in "$hosts/host-init" "$hosts/host-preload"; do
			bootstrap --env "LD_PRELOAD=$PRELOAD" --env "$it" --flags uts
			assertEquals "$it: status" 125 "$(seen stage0)"
			assertEquals "$it: left" 0 "$(seen left)"
			assertEquals "$it: the program ran" '' "$(head -n 1 "$work/host")"
			assertEquals "$it: $(cat "$work/err")" 1 "$(
				grep -c "_LIBCONTAINER_INITPIPE.*${it%%=*}" "$work/err")"
		done
	done
	errors_expected=
}

# Whoever starts a set-user-ID program is not trusted by it.
testSetIdProgramIgnoresTheVariablesAndSaysSo() {
	need_caller && need_host host-init host-runc || return 0
	for it in host-runc host-init; do
		cp "$hosts/$it" "$work/set-id" && chmod 4755 "$work/set-id"
		got=$(as_user "$ordinary" env -i _LIBCONTAINER_INITPIPE=7 _LIBCONTAINER_LOGPIPE=2 \
			_LIBCONTAINER_LOGLEVEL=6 "$work/set-id" 2>"$work/said" 7</dev/null)
		case $got in
		*"uid $ordinary $ordinary $ordinary"*)
			skip "programs cannot gain privilege in $work"
			return 0
			;;
		esac
		assertContains "$it: it ran on" "$got" "uid $ordinary 0 0"
		assertContains "$it: same process" "$got" 'leads_session no'
		assertEquals "$it: lines" 1 "$(wc -l <"$work/said")"
		assertContains "$it" "$(cat "$work/said")" '_LIBCONTAINER_INITPIPE is ignored'
	done
}

testNoProcessIsLeft() {
	need_caller || return 0
	no_process_left "$our_mark"
}

. shunit2
