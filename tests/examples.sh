#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The examples, as a user has them: each is built and run by the very line of
# examples/README.md, against a container.
#
# From lib.sh; by eval; for others to expand; no arguments of ours.
# shellcheck disable=SC2154,SC2034,SC2016,SC2119

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"	# finds compilers

out=$work/out
err=$work/err
status=0
nobody=4194304	# no process has this PID: it is the first beyond all

# Where the library is "installed", and a copy of the examples that may be built in.
# $inside is the container that most are run in, and $called its hostname.
oneTimeSetUp() {
	mkdir -p "$work/lib/pkgconfig"
	cp -P "$(dirname "${LIBNSEXEC:-$abs_top_builddir/lib/libnsexec.so}")"/libnsexec.so* \
		"$work/lib/"
	sed -e "s|^includedir=.*|includedir=$abs_top_srcdir/nsexec|" \
		-e "s|^libdir=.*|libdir=$work/lib|" \
		"$abs_top_builddir/nsexec.pc" >"$work/lib/pkgconfig/nsexec.pc"
	cp -R "$abs_top_srcdir/examples" "$work/"
	mkdir "$work/examples/layout"
	cp "$abs_testsdir"/layout/* "$work/examples/layout/"
	chmod -R a+rX,u+w "$work/lib" "$work/examples"
	PKG_CONFIG_PATH=$work/lib/pkgconfig
	LD_LIBRARY_PATH=$work/lib
	export PKG_CONFIG_PATH LD_LIBRARY_PATH
	! rustc=$(find_rustc 2>/dev/null) || PATH=$PATH:$(dirname "$rustc")

	container_rootless
	at_rootless=$target why_rootless=$why
	container_plain
	at_plain=$target why_plain=$why
	inside=$at_plain called=nsx-plain
	[ -n "$inside" ] || inside=$at_rootless called=nsx-rootless
}

tearDown() {
	# shunit2 calls this once more when all is gone.
	[ ! -d "$work" ] || no_process_left "$mark"
	return 0
}
mark=nsexec-example-$$

# ---- helpers -----------------------------------------------------------------

# Use: in_container || return 0
in_container() {
	[ -n "$inside" ] || { skip "$why_rootless"; return 1; }
}

# Use: in_own_container || return 0
in_own_container() {
	[ -n "$at_rootless" ] || { skip "$why_rootless"; return 1; }
}

# ran WORDS...: run it, and leave $status, $out and $err.
ran() {
	"$@" >"$out" 2>"$err" </dev/null
	status=$?
}

# by_the_book DIR/FILE [INTERPRETER]: the line of the README that has FILE, in DIR, with
# the container's PID.  Compilers are to say nothing.
by_the_book() {
	line=$(grep -F "${1#*/}" "$work/examples/README.md" | grep -v '^|')
	assertEquals "lines about $1 in README.md" 1 "$(printf '%s\n' "$line" | grep -c .)"
	[ $# -lt 2 ] || line="$2 ${line#* }"
	ran env PID="$inside" sh -c 'cd "$0" && eval "$1"' "$work/examples/${1%/*}" "$line"
}

# built DIR/FILE RESULT: where a test begins that does not care how.
built() {
	[ -e "$work/examples/${1%/*}/$2" ] || by_the_book "$1"
	assertTrue "$1 can be built: $(cat "$err")" "[ -e '$work/examples/${1%/*}/$2' ]"
}

# printed STATUS TEXT WHAT: that, and nothing to complain about.
printed() {
	assertEquals "status, $3" "$1" "$status"
	assertEquals "output, $3" "$2" "$(cat "$out")"
	assertEquals "errors, $3" '' "$(cat "$err")"
}

# complained STATUS TEXT... : how it ended, and what is to be among the errors.
complained() {
	assertEquals "status: $(cat "$err")" "$1" "$status"
	shift
	for text in "$@"; do
		assertContains 'errors' "$(cat "$err")" "$text"
	done
}

# The inode of each kind: of process $1, and as a program inside says.
namespaces_of() {
	for kind in $kinds; do
		ns_of "$1" "$kind"
	done
}
# By PID: a child of its own, readlink, may be in a PID namespace in which it is not.
say_namespaces='for kind; do
	it=$(readlink "/proc/$$/ns/$kind"); it=${it##*\[}; echo "${it%\]}"; done'

# where_in WORDS...: run what says that.
# shellcheck disable=SC2086 # a list of words
where_in() {
	ran "$@" sh -c "$say_namespaces" sh $kinds
}

# ---- C -----------------------------------------------------------------------

c=$work/examples/c

testNsExecRunsAProgramInTheNamespacesOfFiles() {
	need_root || return 0
	need cc pkg-config || return 0
	in_container || return 0
	by_the_book c/ns_exec.c
	printed 0 "$called" 'of the README'
	ran "$c/ns_exec" "/proc/$inside/ns/uts" -- sh -c '
		readlink /proc/self/ns/uts /proc/self/ns/net; exit 7'
	printed 7 "uts:[$(ns_of "$inside" uts)]
net:[$(ns_of self net)]" 'of one file'
	# shellcheck disable=SC2046 # a list of words
	where_in "$c/ns_exec" $(for kind in $kinds; do
		[ "$kind" = user ] || echo "/proc/$inside/ns/$kind"
	done) --
	printed 0 "$(namespaces_of "$inside")" 'of all'
}

testNsExecFindsItsOrderAsAnOrdinaryUser() {
	need cc pkg-config || return 0
	in_own_container || return 0
	built c/ns_exec.c ns_exec || return 0
	files="/proc/$at_rootless/ns/uts /proc/$at_rootless/ns/user"
	# shellcheck disable=SC2086 # a list of words
	ran as_user "$ordinary" "$c/ns_exec" $files -- sh -c 'hostname; id -u'
	printed 0 'nsx-rootless
0' 'user namespace last'
}

testNsExecSaysWhichFileIsWrong() {
	need cc pkg-config || return 0
	built c/ns_exec.c ns_exec || return 0
	ran "$c/ns_exec" /etc/passwd -- true
	complained 125 check EINVAL /etc/passwd
	ran "$c/ns_exec" "$work/none" -- true
	complained 125 open ENOENT "$work/none"
}

testLauncherStartsAProgramAsPidOneWithHostnameAndProc() {
	need cc pkg-config || return 0
	by_the_book c/launcher.c
	assertEquals 'status' 0 "$status"
	assertEquals 'output' 'blue
1' "$(cat "$out")"
	assertEquals 'errors' 1 "$(grep -c '' "$err")"
	complained 0 'out here it is PID '
	ran as_user "$ordinary" "$c/launcher" green sh -c '
		hostname; id -u; echo /proc/[0-9]*; ip -br link 2>/dev/null | wc -l; exit 7'
	assertEquals 'status of the program' 7 "$status"
	assertEquals 'as an ordinary user' 'green
0
/proc/1' "$(sed '$d' "$out")"
}

testLauncherSaysWhatWentWrong() {
	need cc pkg-config || return 0
	built c/launcher.c launcher || return 0
	ran "$c/launcher" blue "$work/none"
	complained 125 exec ENOENT "$work/none"
	ran "$c/launcher" "$(printf '%065d' 0)" true
	complained 125 hostname
}

testJoinAllMovesIntoEveryNamespace() {
	need cc pkg-config || return 0
	in_container || return 0
	by_the_book c/join_all.c
	printed 0 "$called" 'of the README'
	where_in "$c/join_all" "$inside"
	printed 0 "$(namespaces_of "$inside")" 'where it is'
	ran "$c/join_all" "$inside" sh -c 'exit 7'
	printed 7 '' 'status of the program'
}

testJoinAllBecomesRootOfTheUserNamespace() {
	need cc pkg-config || return 0
	in_own_container || return 0
	built c/join_all.c join_all || return 0
	for as in "$ordinary" "$(id -u)"; do
		where_in as_user "$as" "$c/join_all" "$at_rootless"
		printed 0 "$(namespaces_of "$at_rootless")" "as $as"
		ran as_user "$as" "$c/join_all" "$at_rootless" id -u
		printed 0 0 "as $as"
	done
}

testJoinAllSaysThatNobodyHasThatPid() {
	need cc pkg-config || return 0
	built c/join_all.c join_all || return 0
	ran "$c/join_all" "$nobody" true
	complained 125 target ESRCH "$nobody"
}

testProbeAsksFromSeveralThreads() {
	need cc pkg-config || return 0
	in_container || return 0
	by_the_book c/probe.c
	assertEquals 'status' 0 "$status"
	assertEquals 'three answers a thread' "$(for n in 0 1 2 3; do
		echo "3 probe $n: healthy: $called"
	done)" "$(sort "$out" | uniq -c | sed 's/^ *//')"
	assertEquals 'errors' '' "$(cat "$err")"
	ran "$c/probe" "$inside" sh -c 'echo worn out >&2; exit 1'
	assertEquals 'status, unhealthy' 1 "$status"
	assertEquals 'answers, unhealthy' 12 "$(grep -c 'unhealthy: worn out' "$out")"
}

testProbeWorksForTheOrdinaryUserWhoOwnsTheContainer() {
	need cc pkg-config || return 0
	in_own_container || return 0
	built c/probe.c probe || return 0
	ran as_user "$ordinary" "$c/probe" "$at_rootless" hostname
	assertEquals "status: $(cat "$err")" 0 "$status"
	assertEquals 'answers' 12 "$(grep -c ': healthy: nsx-rootless' "$out")"
}

# Its four commands die with their PID namespace; the rounds after that find nobody.
testProbeSaysThatTheContainerIsGone() {
	need cc pkg-config || return 0
	built c/probe.c probe || return 0
	container_plain || container_rootless || { skip "$why"; return 0; }
	"$c/probe" "$target" env MARK="$mark" sleep 60 >"$out" 2>"$err" </dev/null &
	front=$!
	remember "$front"
	wait_for '[ "$(processes_with "$mark" | grep -c .)" -ge 5 ]' # with the prober
	kill -KILL "$target"
	wait "$front"
	status=$?
	complained 1 ESRCH
	assertEquals 'healthy' 0 "$(grep -c ': healthy' "$out")"
	ran "$c/probe" "$nobody" true
	complained 2 target ESRCH
}

testAddressesShowsEachContainersOwn() {
	need_root || return 0
	need cc pkg-config ip || return 0
	in_container || return 0
	[ -n "$at_rootless" ] || { skip "$why_rootless"; return 0; }
	by_the_book c/addresses.c
	printed 0 "$inside: lo interface" 'of the README'
	"$NSEXEC" -t "$inside" -n -- ip address add 10.66.0.1/32 dev lo
	"$NSEXEC" -t "$at_rootless" -n -- ip address add 10.66.0.2/32 dev lo
	ran "$c/addresses" "$inside" "$at_rootless" "$inside"
	printed 0 "$inside: lo interface
$inside: lo 10.66.0.1
$at_rootless: lo interface
$at_rootless: lo 10.66.0.2
$inside: lo interface
$inside: lo 10.66.0.1" 'of two containers'
	ran "$c/addresses" "$nobody" "$inside"
	assertEquals 'the others are shown' 2 "$(grep -c "^$inside: lo " "$out")"
	complained 1 "$nobody: target" ESRCH
}

testAddressesIsRefusedToAnOrdinaryUser() {
	need cc pkg-config || return 0
	in_own_container || return 0
	built c/addresses.c addresses || return 0
	ran as_user "$ordinary" "$c/addresses" "$at_rootless"
	complained 1 join EPERM
}

# The comment at the head of each is the README's line too.
testHeadsOfTheFilesSayHowToBuildThem() {
	for file in "$c"/*.c; do
		line=$(sed -n 's/^ \*	\(cc .*\)/\1/p' "$file")
		assertNotEquals "cc in ${file##*/}" '' "$line"
		assertContains "${file##*/}" "$(cat "$work/examples/README.md")" "$line && ./"
	done
}

# ---- other languages -----------------------------------------------------------

# runs_commands WORDS...: what all of them have in common; WORDS run it.
runs_commands() {
	ran "$@" "$inside" "$inside" -- sh -c 'hostname; echo two >&2; exit 3'
	printed 0 "$inside: status 3: $called
two
$inside: status 3: $called
two" "$1"
	ran "$@" "$inside" -- sh -c 'echo gone; kill -TERM $$'
	printed 0 "$inside: status 143: gone" "signal, $1"
	where_in "$@" "$inside" --
	printed 0 "$inside: status 0: $(namespaces_of "$inside")" "where it is, $1"
	needs_others "$@"
	fails "$@"
	as_owner "$@"
}

# Each of three commands ends only when all of them run.
needs_others() {
	rm -rf "$work/meeting"
	mkdir -m 777 "$work/meeting"
	ran "$@" "$inside" "$inside" "$inside" -- sh -c '
		: >"$0/$$"
		for i in $(seq 200); do
			set -- "$0"/*
			[ $# -lt 3 ] || { echo met; exit; }
			sleep 0.1
		done' "$work/meeting"
	printed 0 "$inside: status 0: met
$inside: status 0: met
$inside: status 0: met" "at the same time, $1"
}

# An error is one container's; it has its parts; and others get their answer.
fails() {
	ran "$@" "$nobody" "$inside" -- hostname
	complained 1 "$nobody: target" "$nobody: step target, errno 3, "
	assertEquals "the other one, $1" "$inside: status 0: $called" "$(cat "$out")"
	ran "$@" "$inside" -- "$work/none"
	complained 1 "$inside: step exec, errno 2, " "$work/none"
	assertEquals "output, $1" '' "$(cat "$out")"
}

as_owner() {
	[ -n "$at_rootless" ] || return 0
	ran as_user "$ordinary" "$@" "$at_rootless" -- sh -c 'hostname; id -u'
	printed 0 "$at_rootless: status 0: nsx-rootless
0" "as the owner, $1"
}

testPythonRunsCommandsInAContainer() {
	need python3 || return 0
	in_container || return 0
	python=$(find_python)
	by_the_book python/nsexec_run.py
	printed 0 "$inside: status 0: $called" 'of the README'
	runs_commands "$python" "$work/examples/python/nsexec_run.py"
}

# Where there are more of them: from 3.6 on.
testEveryPythonHereCanDoIt() {
	need python3 || return 0
	in_container || return 0
	for python in "$(find_python)" "${PYENV_ROOT:-${HOME:-/root}/.pyenv}"/versions/3.*/bin/python3; do
		[ -x "$python" ] || continue
		"$python" -c 'import sys; sys.exit(sys.version_info < (3, 6))' || continue
		by_the_book python/nsexec_run.py "$python"
		printed 0 "$inside: status 0: $called" "$python"
	done
}

# find_jdk OLDEST: sets $JAVA_HOME to a JDK that is not older, the one in PATH first.
find_jdk() {
	for JAVA_HOME in "$(dirname "$(dirname "$(readlink -f "$(command -v javac || echo none)")")")" \
		/usr/lib/jvm/*; do
		[ -x "$JAVA_HOME/bin/javac" ] || continue
		version=$("$JAVA_HOME/bin/java" -version 2>&1 | sed -n '1s/[^"]*"\([0-9]*\).*/\1/p')
		[ "${version:-0}" -lt "$1" ] || { export JAVA_HOME; return 0; }
	done
	skip "no Java $1 here"
	return 1
}

testJavaRunsCommandsThroughItsForeignFunctions() {
	find_jdk 22 || return 0
	in_container || return 0
	by_the_book java/ForeignRun.java "$JAVA_HOME/bin/java"
	printed 0 "$inside: status 0: $called" 'of the README'
	runs_commands "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED \
		"$work/examples/java/ForeignRun.java"
}

testJavaRunsCommandsThroughJni() {
	need cc pkg-config java || return 0
	find_jdk 8 || return 0
	in_container || return 0
	by_the_book java/JniRun.java
	printed 0 "$inside: status 0: $called" 'of the README'
	runs_commands java "-Djava.library.path=$work/examples/java" -cp "$work/examples/java" \
		JniRun
}

# Strings that JNI's own UTF-8 would change.
testJavaPassesAnyCharacter() {
	need cc pkg-config java || return 0
	find_jdk 8 || return 0
	in_container || return 0
	built java/JniRun.java JniRun.class || return 0
	smile=$(printf '\360\237\230\200')
	ran env LC_ALL=C.UTF-8 java -Dfile.encoding=UTF-8 -Dsun.stdout.encoding=UTF-8 \
		"-Djava.library.path=$work/examples/java" -cp "$work/examples/java" JniRun \
		"$inside" -- printf '%s' "$smile"
	printed 0 "$inside: status 0: $smile" 'beyond 16 bits'
}

# Use: need_node || return 0
need_node() {
	need cc pkg-config node || return 1
	headers=$(node -p 'require("path").resolve(process.execPath, "../../include/node")')
	[ -e "$headers/node_api.h" ] || { skip 'no headers of Node.js here'; return 1; }
}

testNodeRunsCommandsThroughAnAddon() {
	need_node || return 0
	in_container || return 0
	by_the_book node/addon.c
	printed 0 "$inside: status 0: $called" 'of the README'
	runs_commands node "$work/examples/node/run.js"
}

testNodeGoesOnWithItsEventLoopMeanwhile() {
	need_node || return 0
	built node/addon.c nsexec.node || return 0
	ran node "$work/examples/layout/ticks.js" "$work/examples/node/nsexec.node" "$work/tick"
	printed 0 'status 0, timed out: false' 'event loop'
}

testRustRunsCommandsInAContainer() {
	need rustc pkg-config || return 0
	in_container || return 0
	by_the_book rust/nsexec_run.rs
	printed 0 "$inside: status 0: $called" 'of the README'
	runs_commands "$work/examples/rust/nsexec_run"
}

# ---- what they declare ---------------------------------------------------------

here=$work/examples/layout

# Use: layout_in_c || return 0
layout_in_c() {
	need cc pkg-config || return 1
	# shellcheck disable=SC2046 # a list of words
	cc -Wall -Wextra -o "$here/layout" "$here/layout.c" $(pkg-config --cflags nsexec) &&
		"$here/layout" >"$work/layout"
	assertEquals 'layout in C' 0 $?
}

# same_layout PROGRAM...: it says what C says, and nothing is left out.  Of what begins
# with its own size the end is open; struct nsexec_error is as long as it is.
same_layout() {
	ran "$@"
	assertEquals 'errors' '' "$(cat "$err")"
	assertEquals 'members that are elsewhere in C' '' "$(grep -vxFf "$work/layout" "$out")"
	assertEquals 'members' "$(grep -c . "$work/layout")" "$(sort -u "$out" | grep -c .)"
}

testPythonDeclaresTheStructsAsCHasThem() {
	need python3 || return 0
	layout_in_c || return 0
	same_layout env PYTHONPATH="$work/examples/python" "$(find_python)" "$here/layout.py"
}

testRustDeclaresTheStructsAsCHasThem() {
	need rustc || return 0
	layout_in_c || return 0
	# shellcheck disable=SC2046 # a list of words
	rustc --edition 2021 -o "$here/layout-rust" "$here/layout.rs" $(pkg-config --libs nsexec)
	same_layout "$here/layout-rust"
}

testJavaDeclaresTheStructsAsCHasThem() {
	find_jdk 22 || return 0
	layout_in_c || return 0
	"$JAVA_HOME/bin/javac" -d "$here" "$here/Layout.java" \
		"$work/examples/java/ForeignRun.java"
	same_layout "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -cp "$here" Layout
}

. shunit2
