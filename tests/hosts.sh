#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Programs that know nothing of nsexec, unchanged, in the namespaces of a
# container: every thread of theirs, their PID, status, signals and environment.
#
# From lib.sh; by eval; conditions are expanded later; not our arguments.
# shellcheck disable=SC2154,SC2034,SC2016,SC2119

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"

out=$work/out		# what the host says
err=$work/err
ended=$work/ended	# how it ended: "exit N" or "signal N"
mark=nsexec-mark-$$	# in the environment of each
every_runtime='threads-glibc threads-musl uses_libstarts java node python go rust script'

# The PID of each container in $at_NAME, or in $why_NAME why there is none.
oneTimeSetUp() {
	build_hosts
	container_plain
	at_plain=$target why_plain=$why
	container_userns
	at_userns=$target why_userns=$why
	container_rootless
	at_rootless=$target why_rootless=$why
	container_crun
	at_crun=$target why_crun=$why
	container_runc
	at_runc=$target why_runc=$why
	container_runc_userns
	at_runc_userns=$target why_runc_userns=$why
	container_runc busybox
	at_busybox=$target why_busybox=$why
}

tearDown() {
	# shunit2 calls this once more when all is gone.
	[ ! -d "$work" ] || no_process_left "$mark"
	return 0
}

# at CONTAINER: make it the target, or skip.  Use: at plain || return 0
at() {
	container=$1
	eval "target=\$at_$1 why=\$why_$1"
	[ -n "$target" ] || { skip "$why"; return 1; }
}

# enter now|later WORDS HOST ARG...: run HOST with "-t $target WORDS", as the
# user who owns the container.  "later": in the background, until it is ready;
# $front is the process that was started.
enter() {
	when=$1
	host=$3
	words="-t $target $2"
	shift 3
	# shellcheck disable=SC2046 # words
	set -- $(host_words "$host") "$@"
	case $host in
	*-init | *-static) ;;
	*) set -- "LD_PRELOAD=$PRELOAD" "$@" ;;
	esac
	set -- env "HOST_MARK=$mark" "NSEXEC=$words" "$@"
	if [ "$container" = rootless ] && [ "$(id -u)" -eq 0 ]; then
		set -- setpriv --reuid "$ordinary" --regid "$ordinary" --clear-groups "$@"
	fi
	rm -f "$ended" "$out" # nobody is to read what the last one said
	if [ "$when" = now ]; then
		"$hosts/ended" "$ended" "$@" >"$out" 2>"$err" </dev/null
		return
	fi
	"$hosts/ended" "$ended" "$@" >"$out" 2>"$err" </dev/null &
	ended_pid=$!
	remember "$ended_pid"
	wait_for 'grep -qsx ready "$out" || [ -s "$ended" ]' 10
	front=$(children_of "$ended_pid")
	front=${front%% *}
}

# The end of what was started "later".
assert_ended_later() {
	wait_for '[ -s "$ended" ]' 5
	assert_ended "$1"
}

# said WORD: the rest of the lines that begin so.
said() {
	sed -n "s/^$1 //p" "$out"
}

# The process below $front that calls itself what the host said its PID was.
find_host() {
	below=$front
	host_pid=''
	while [ -n "$below" ]; do
		next=''
		for it in $below; do
			# A number outside, and the one inside behind it.
			case $(grep '^NSpid:' "/proc/$it/status") in
			NSpid:*[0-9][!0-9]"$(said pid)") host_pid=$it ;;
			esac
			next="$next $(children_of "$it")"
		done
		below=${next# }
	done
	[ -n "$host_pid" ]
}

assert_ended() {
	assertEquals "how it ended; it said: $(cat "$err")" "$1" "$(cat "$ended")"
}

# ---- what is promised to every host ------------------------------------------

# Every thread is in every namespace of the target, and so is a child; nothing
# of ours is to be seen.
is_in() {
	at "$1" || return 0
	need_host "$2" || return 0
	enter now -a "$2" child
	assert_ended 'exit 0'
	assertEquals 'words on stderr' '' "$(cat "$err")"
	# shellcheck disable=SC2086 # words
	assert_same_namespaces "$out" "$target" $kinds
	assertEquals 'hostname' "nsx-$(echo "$1" | tr _ -)" "$(said hostname)"
	assertEquals 'user' 0 "$(said uid)"
	assertEquals 'our variables' '' "$(said env)"
	assertEquals 'our variables in its child' '' "$(said child | grep -e NSEXEC -e LD_PRELOAD)"
	assertEquals 'other variables in its child' "HOST_MARK=$mark" \
		"$(said child | grep HOST_MARK)"
	assertEquals 'network of its child' "net:[$(ns_of "$target" net)]" \
		"$(said child | grep '^net:')"
}

# Signals come through, the status comes back, and the PID is one inside.
feels_like_alone() {
	at "$1" || return 0
	need_host "$2" || return 0
	enter later -a "$2" sleep
	find_host
	assertNotEquals "a process that is $(said pid) inside" '' "$host_pid"
	assertNotEquals 'the first process is a waiter' "$front" "$host_pid"
	kill -USR1 "$front"
	wait_for 'grep -q "^got USR1" "$out"'
	kill -TERM "$front"
	assert_ended_later 'exit 43'
	assertEquals 'signals' 'got USR1 got TERM' "$(grep ^got "$out" | xargs)"
	enter now -a "$2" exit 7
	assert_ended 'exit 7'
}

# What kills the host is what its caller sees.
dies_of_what_killed_it() {
	at "$1" || return 0
	need_host "$2" || return 0
	enter later -a "$2" sleep
	find_host && kill -KILL "$host_pid"
	assert_ended_later 'signal 9'
}

testGlibcRunsInTheContainerWithEveryThread() { is_in plain threads-glibc; }
testGlibcRunsInAUserNamespaceWithEveryThread() { is_in userns threads-glibc; }
testGlibcRunsInTheContainerOfAnOrdinaryUser() { is_in rootless threads-glibc; }
testGlibcRunsInACrunContainer() { is_in crun threads-glibc; }
testGlibcRunsInARuncContainer() { is_in runc threads-glibc; }
testGlibcRunsInARuncContainerWithAUserNamespace() { is_in runc_userns threads-glibc; }
testGlibcFeelsLikeAlone() { feels_like_alone plain threads-glibc; }
testGlibcFeelsLikeAloneForAnOrdinaryUser() { feels_like_alone rootless threads-glibc; }
testGlibcDiesOfWhatKilledIt() { dies_of_what_killed_it plain threads-glibc; }

testMuslRunsInTheContainerWithEveryThread() { is_in plain threads-musl; }
testMuslRunsInAUserNamespaceWithEveryThread() { is_in userns threads-musl; }
testMuslFeelsLikeAlone() { feels_like_alone plain threads-musl; }
testMuslDiesOfWhatKilledIt() { dies_of_what_killed_it plain threads-musl; }

testStaticGlibcWithOurObjectRunsInTheContainer() { is_in plain threads-glibc-init; }
testStaticGlibcWithOurObjectRunsInAUserNamespace() { is_in userns threads-glibc-init; }
testStaticGlibcWithOurObjectFeelsLikeAlone() { feels_like_alone plain threads-glibc-init; }

testStaticMuslWithOurObjectRunsInTheContainer() { is_in plain threads-musl-init; }
testStaticMuslWithOurObjectRunsInAUserNamespace() { is_in userns threads-musl-init; }
testStaticMuslWithOurObjectFeelsLikeAlone() { feels_like_alone plain threads-musl-init; }

testLibraryThatStartsThreadsRunsInTheContainer() { is_in plain uses_libstarts; }
testLibraryThatStartsThreadsRunsInAUserNamespace() { is_in userns uses_libstarts; }
testLibraryThatStartsThreadsFeelsLikeAlone() { feels_like_alone plain uses_libstarts; }

testJavaRunsInTheContainerWithEveryThread() { is_in plain java; }
testJavaRunsInAUserNamespaceWithEveryThread() { is_in userns java; }
testJavaRunsInTheContainerOfAnOrdinaryUser() { is_in rootless java; }
testJavaRunsInACrunContainer() { is_in crun java; }
testJavaRunsInARuncContainer() { is_in runc java; }
testJavaRunsInARuncContainerWithAUserNamespace() { is_in runc_userns java; }
testJavaFeelsLikeAlone() { feels_like_alone plain java; }
testJavaDiesOfWhatKilledIt() { dies_of_what_killed_it plain java; }

testNodeRunsInTheContainerWithEveryThread() { is_in plain node; }
testNodeRunsInAUserNamespaceWithEveryThread() { is_in userns node; }
testNodeFeelsLikeAlone() { feels_like_alone plain node; }

testPythonRunsInTheContainerWithEveryThread() { is_in plain python; }
testPythonRunsInAUserNamespaceWithEveryThread() { is_in userns python; }
testPythonRunsInTheContainerOfAnOrdinaryUser() { is_in rootless python; }
testPythonRunsInACrunContainer() { is_in crun python; }
testPythonRunsInARuncContainer() { is_in runc python; }
testPythonRunsInARuncContainerWithAUserNamespace() { is_in runc_userns python; }
testPythonFeelsLikeAlone() { feels_like_alone plain python; }
testPythonDiesOfWhatKilledIt() { dies_of_what_killed_it plain python; }

testGoRunsInTheContainerWithEveryThread() { is_in plain go; }
testGoRunsInAUserNamespaceWithEveryThread() { is_in userns go; }
testGoFeelsLikeAlone() { feels_like_alone plain go; }

testStaticGoWithOurObjectRunsInTheContainer() { is_in plain go-static; }
testStaticGoWithOurObjectRunsInAUserNamespace() { is_in userns go-static; }
testStaticGoWithOurObjectFeelsLikeAlone() { feels_like_alone plain go-static; }

testRustRunsInTheContainerWithEveryThread() { is_in plain rust; }
testRustRunsInAUserNamespaceWithEveryThread() { is_in userns rust; }
testRustFeelsLikeAlone() { feels_like_alone plain rust; }

testShellScriptRunsInTheContainer() { is_in plain script; }
testShellScriptRunsInAUserNamespace() { is_in userns script; }
testShellScriptFeelsLikeAlone() { feels_like_alone plain script; }

# ---- in place ----------------------------------------------------------------

# Without a PID namespace to join, no new process is needed.
testEveryHostKeepsItsPidInPlace() {
	at plain || return 0
	for runtime in $every_runtime; do
		need_host "$runtime" || continue
		enter later '-n -u -i' "$runtime" sleep
		assertEquals "pid of $runtime" "$front" "$(said pid)"
		assert_same_namespaces "$out" "$target" net uts ipc
		assert_same_namespaces "$out" $$ cgroup mnt pid user
		kill -TERM "$front"
		assert_ended_later 'exit 43'
	done
}

# ---- a container that has none of the host's files ---------------------------

testHostWhoseFilesAreMissingIsRefused() {
	at busybox || return 0
	for runtime in threads-glibc java python; do
		need_host "$runtime" || continue
		enter now -a "$runtime"
		assert_ended 'exit 125'
		assertEquals "$runtime has run" '' "$(cat "$out")"
		assertContains "$(cat "$err")" 'nsexec: check host program in the target'
	done
}

testHostWhoseFilesAreMissingRunsInAllNamespacesButMnt() {
	at busybox || return 0
	for runtime in threads-glibc java python; do
		need_host "$runtime" || continue
		enter now '-u -i -n -p -C' "$runtime"
		assert_ended 'exit 0'
		assertEquals "hostname of $runtime" nsx-runc "$(said hostname | head -n 1)"
		assert_same_namespaces "$out" "$target" cgroup ipc net pid user uts
		assert_same_namespaces "$out" $$ mnt
	done
}

# ---- does libc still know its process? ---------------------------------------

# libc_is_intact LIBC [CONTAINER WORDS]: all checks of libc_intact.c, among them
# joining the main thread, which hangs in musl before 1.2.4 after a fork of its own.
libc_is_intact() {
	need_host "libc_intact-$1" || return 0
	if [ $# -gt 1 ]; then
		at "$2" || return 0
		enter now "$3" "libc_intact-$1"
	else
		"$hosts/ended" "$ended" "$hosts/libc_intact-$1" >"$out" 2>"$err"
	fi
	assert_ended 'exit 0'
	assertEquals 'what is broken' '' "$(grep '^not ok' "$out")"
	assertEquals 'checks made' 15 "$(grep -c '^ok' "$out")"
}

testGlibcIsIntactWithoutUs() { libc_is_intact glibc; }
testGlibcIsIntactInPlace() { libc_is_intact glibc plain -n; }
testGlibcIsIntactSupervised() { libc_is_intact glibc plain -a; }
testGlibcIsIntactInAUserNamespace() { libc_is_intact glibc userns -a; }
testGlibcIsIntactForAnOrdinaryUser() { libc_is_intact glibc rootless -a; }
testMuslIsIntactWithoutUs() { libc_is_intact musl; }
testMuslIsIntactInPlace() { libc_is_intact musl plain -n; }
testMuslIsIntactSupervised() { libc_is_intact musl plain -a; }
testMuslIsIntactInAUserNamespace() { libc_is_intact musl userns -a; }
testMuslIsIntactForAnOrdinaryUser() { libc_is_intact musl rootless -a; }

# The checks are worth something only if they notice what they look for.
testProcessMadeBehindTheBackOfLibcIsNoticed() {
	need_host libc_intact-glibc bare_clone || return 0
	broken=$(LD_PRELOAD=$hosts/bare_clone.so "$hosts/libc_intact-glibc" nojoin 2>&1 |
		grep '^not ok')
	for it in 'error-checking mutex' 'priority-inheriting mutex' 'robust list' 'setuid'; do
		[ "$it" != setuid ] || [ "$(id -u)" -eq 0 ] || continue
		assertContains "$broken" "not ok - $it"
	done
}

. shunit2
