# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the tests of nsexec_spawn(), nsexec_run() and nsexec_session share: the programs, the
# containers, and the two routes.  Sourced after lib.sh.
#
#	spawn [@SETTING]... [WORD]... -- PROGRAM...	see lib/spawn.c; what it says is in $out
#	line NAME			what is behind NAME in $out
#	each_route FUNCTION WORD...	once with $into for the shared, once for the launcher's
#
# From lib.sh; set here for others; by eval; lists of words.
# shellcheck disable=SC2154,SC2034,SC2016,SC2086,SC2046

out=$work/out
inside=$work/inside
as=''			# words in front of the host: another user

# compile RESULT WORD...
compile() {
	result=$1
	shift
	${CC:-cc} -std=gnu11 -O1 -g -Wall -Wextra -D_GNU_SOURCE -I"$abs_top_srcdir/nsexec" \
		-pthread -o "$result" "$@" >"$result.why" 2>&1
}

# Beside the programs, where every user can reach it.
build_programs() {
	cp "$LIBNSEXEC" "$work/libnsexec.so.0" && chmod a+rX "$work/libnsexec.so.0" &&
		compile "$work/spawn" "$abs_testsdir/lib/spawn.c" "$work/libnsexec.so.0" \
			-Wl,-rpath,"$work" &&
		compile "$inside" -static "$abs_testsdir/lib/inside.c" &&
		compile "$work/killer" "$abs_testsdir/lib/killer.c" && return
	cat "$work"/*.why
	return 1
}

# build_watched thread|address: the host with libnsexec's own files under a sanitizer; what
# runs in the memory of the host without being it is as it was built, and so is the engine.
build_watched() {
	case $1 in
	thread) flags=-fsanitize=thread ;;
	address) flags='-fsanitize=address,undefined -fno-sanitize-recover=all' ;;
	esac
	set -- "$work/spawn.$1" "$abs_testsdir/lib/spawn.c"
	if make_stages "${CC:-cc}" && compile "$@" $flags $(watched_files) "$work/stages.o" &&
		"$1" -- true >>"$1.why" 2>&1; then
		return
	fi
	rm -f "$1"
	return 1
}

make_containers() {
	for it in confined userns rootless; do
		eval "container_$it; at_$it=\$target why_$it=\$why"
	done
}

# at CONTAINER: make it the target, or skip.  Use: at confined || return 0
at() {
	eval "target=\${at_$1-} why=\${why_$1-}"
	[ -n "$target" ] || { skip "${why:-no such container}"; return 1; }
}

# Stuck is a failure, not a test that never ends.
spawn() {
	$as timeout -k 5 60 "${host:-$work/spawn}" "$@" >"$out" 2>&1
	assertEquals "spawn $*: $(cat "$out")" 0 $?
	assertEquals "spawn $*" '' "$(grep -E '^(wrong|changed)|Sanitizer|runtime error' "$out")"
}

line() { sed -n "s/^$1\( \|\$\)//p" "$out"; }

# says WANT: all that the host itself said but for how many children ended
says() {
	assertEquals "${2-}" "$1" \
		"$(grep -E '^(error|exited|signaled|succeeded|out|err|timed|truncated|alive) ?' "$out")"
}

# ended N: SIGCHLD was seen that often
ended() { assertEquals 'children that ended' "$1" "$(line 'children that ended:')"; }

# each_route FUNCTION WORD...
each_route() {
	if [ -n "$at_confined" ]; then
		route=shared target=$at_confined
		into="-t $target --mount --uts --ipc --net --pid --cgroup"
		"$@"
		route=launcher into="-t $target --all"
		[ ! -e /proc/self/ns/time ] || "$@"
	fi
	if [ -n "$at_userns" ]; then
		route=launcher target=$at_userns into="-t $at_userns --all"
		"$@"
	elif [ -n "$at_rootless" ]; then
		route=launcher target=$at_rootless into="-t $at_rootless --all"
		"$@"
	fi
	[ -n "$at_confined$at_userns$at_rootless" ] || skip 'no container here'
}

# assert_inside PID KIND...: the program was in the namespaces of PID
assert_inside() {
	process=$1
	shift
	for it in "$@"; do
		kind=$it
		assertEquals "$kind ($into)" "$kind:[$(ns_of "$process" "$kind")]" "$(line "ns $kind")"
	done
}
