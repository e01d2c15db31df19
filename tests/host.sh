#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# --host: programs of the caller in containers that have none of their files.  Each runs in
# a container whose root holds one static program and nothing else; what it needs is in
# its plan, and afterwards the container is as it was.
#
# From lib.sh; by eval; conditions are expanded later; not our arguments.
# shellcheck disable=SC2154,SC2034,SC2016,SC2119

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"
. "$(dirname "$0")/lib/guest.sh"

static_hosts='threads-glibc-init threads-musl-init go-static'
dynamic_hosts='threads-glibc threads-musl uses_libstarts java node python go rust script'

oneTimeSetUp() {
	# shellcheck disable=SC2086 # a list of words
	build_hosts $static_hosts $dynamic_hosts
	guest_containers
	container_runc busybox
	at_runc=$target why_runc=$why root_runc=$work/$id/rootfs
}

tearDown() {
	nothing_of_ours_is_left
}

# The namespaces of its threads: those of the target, but for mounts of its own.
assert_inside() {
	# shellcheck disable=SC2046 # words
	assert_same_namespaces "$out" "$target" $(echo "$kinds" | sed 's/mnt//')
	assertEquals 'hostname' "nsx-$(case $container in runc) echo runc ;; *) echo bare ;; esac)" \
		"$(said hostname)"
}

# said WORD: the rest of the lines that begin so.
said() {
	sed -n "s/^$1 //p" "$out"
}

# runs_there CONTAINER HOST
runs_there() {
	at "$1" || return 0
	need_host "$2" || return 0
	state >"$work/before"
	more=''
	[ "$2" != script ] || more='--graft /usr/bin' # what a script runs is no part of it
	# shellcheck disable=SC2046,SC2086 # words
	host --graft "$hosts" $more --plan -- $(host_words "$2")
	assertEquals "plan: $(cat "$err")" 0 "$status"
	assertContains "$2: $(cat "$out")" "$(cat "$out")" 'exec    /'
	unchanged_by "a plan for $2"
	# shellcheck disable=SC2046,SC2086 # words
	host --graft "$hosts" $more -- $(host_words "$2")
	assertEquals "$2: $(cat "$err")" 0 "$status"
	assert_inside
	assertEquals "$2 on stderr" '' "$(cat "$err")"
	unchanged_by "$2"
}

testStaticGlibcRunsInAnEmptyContainer() { runs_there plain threads-glibc-init; }
testStaticMuslRunsInAnEmptyContainer() { runs_there plain threads-musl-init; }
testStaticGoRunsInAnEmptyContainer() { runs_there plain go-static; }
testGlibcRunsInAnEmptyContainer() { runs_there plain threads-glibc; }
testMuslRunsInAnEmptyContainer() { runs_there plain threads-musl; }
testLibraryThatStartsThreadsRunsInAnEmptyContainer() { runs_there plain uses_libstarts; }
testJavaRunsInAnEmptyContainer() { runs_there plain java; }
testNodeRunsInAnEmptyContainer() { runs_there plain node; }
testPythonRunsInAnEmptyContainer() { runs_there plain python; }
testGoRunsInAnEmptyContainer() { runs_there plain go; }
testRustRunsInAnEmptyContainer() { runs_there plain rust; }
testScriptRunsInAnEmptyContainer() { runs_there plain script; }

testStaticGoRunsInAUserNamespace() { runs_there userns go-static; }
testGlibcRunsInAUserNamespace() { runs_there userns threads-glibc; }
testJavaRunsInAUserNamespace() { runs_there userns java; }
testPythonRunsInAUserNamespace() { runs_there userns python; }
testStaticGoRunsInTheContainerOfAnOrdinaryUser() { runs_there rootless go-static; }
testGlibcRunsInTheContainerOfAnOrdinaryUser() { runs_there rootless threads-glibc; }
testMuslRunsInTheContainerOfAnOrdinaryUser() { runs_there rootless threads-musl; }
testJavaRunsInTheContainerOfAnOrdinaryUser() { runs_there rootless java; }
testPythonRunsInTheContainerOfAnOrdinaryUser() { runs_there rootless python; }
testNodeRunsInTheContainerOfAnOrdinaryUser() { runs_there rootless node; }
testGlibcRunsInARuncContainer() { runs_there runc threads-glibc; }
testJavaRunsInARuncContainer() { runs_there runc java; }
testPythonRunsInARuncContainer() { runs_there runc python; }

# By which the loader would have libraries of the target in our program.
testWhatTheTargetPreloadsIsNotInOurProgram() {
	at plain || return 0
	[ ! -e /etc/ld.so.preload ] || { skip 'there is an ld.so.preload here'; return 0; }
	echo 'int _; __attribute__((constructor)) static void say(void) { puts("theirs"); }' |
		${CC:-cc} -include stdio.h -shared -fPIC -xc -o "$root/theirs.so" -
	mkdir -p "$root/etc"
	echo /theirs.so >"$root/etc/ld.so.preload"
	host -- "$(command -v cat)" /etc/ld.so.preload
	rm -r "${root:?}/etc" "$root/theirs.so"
	assertEquals "$(cat "$err")" 0 "$status"
	assertEquals '' "$(cat "$out" "$err")"
}

# Whose files they are, as far as he is root inside: but what is read-only stays so.
graft_stays_read_only() {
	at "$1" || return 0
	rm -rf "$work/shown"
	mkdir "$work/shown"
	echo ours >"$work/shown/file"
	chmod -R a+rwX "$work/shown"
	host --graft "$work/shown:/shown" -- "$(command -v busybox)" sh -c '
		read -r word </shown/file && echo "$word"
		/busybox mount -o remount,bind,rw /shown
		echo theirs >/shown/file'
	assertEquals "$1: $(cat "$err")" ours "$(cat "$out")"
	assertContains "$(cat "$err")" 'Read-only file system'
	assertEquals ours "$(cat "$work/shown/file")"
}

testAGraftStaysReadOnlyInAUserNamespace() { graft_stays_read_only userns; }
testAGraftStaysReadOnlyInTheContainerOfAnOrdinaryUser() { graft_stays_read_only rootless; }

. shunit2
