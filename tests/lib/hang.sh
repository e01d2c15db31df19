# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# Programs that may hang, and start others in containers.  Whoever does so tells where, and is
# ended with all that it has started.  Sourced after lib.sh.
#
#	bounded SECONDS COMMAND...	$status is its own, or 124 if it hung; $got is what it
#					has printed, and then where it was.  $as_whom may be
#					"as_user UID".
#	know_container PID		whoever is inside now belongs there
#	nobody_is_left			assert that of those that are known, and end the others
#
# From lib.sh, and for those who source this.
# Some texts are expanded later, and lists of PIDs are split.
# shellcheck disable=SC2154,SC2034,SC2016,SC2013,SC2086

as_whom=''
known=''	# containers, by their first processes
belong=''	# who belongs there

# ---- where it hangs ----------------------------------------------------------

# tree_of PID: it and all that descend from it
tree_of() {
	echo "$1"
	for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
		tree_of "$child"
	done
}

# where_hangs PID: each thread of that tree, by the kernel's words; a debugger knows more, if
# there is one.  Who has ended meanwhile has nothing to say.
where_hangs() {
	for process in $(tree_of "$1"); do
		[ -e "/proc/$process" ] || continue
		printf 'process %s: %s\n' "$process" "$(tr '\0' ' ' <"/proc/$process/cmdline")"
		for thread in "/proc/$process/task/"*; do
			printf '  %s %s, %s, in %s, call %s\n' "${thread##*/}" "$(cat "$thread/comm")" \
				"$(sed -n 's/^State:.//p' "$thread/status")" \
				"$(cat "$thread/wchan")" "$(cat "$thread/syscall")"
		done
		! command -v gdb >/dev/null ||
			timeout -s KILL 60 gdb -nx -batch -p "$process" \
				-ex 'thread apply all backtrace 30' </dev/null | grep '^Thread\|^#'
	done 2>/dev/null
}

# end_tree PID: all of it, also who was born while we looked
end_tree() {
	tree=''
	until [ "$tree" = "$(tree_of "$1")" ]; do
		tree=$(tree_of "$1")
		kill -STOP $tree 2>/dev/null
	done
	kill -KILL $tree 2>/dev/null
}

# By timeout(1) it has a process group of its own, and ends also when this test does not live
# to see it.
bounded() {
	over=$(($(date +%s) + $1))
	limit=$(($1 + 300))
	shift
	$as_whom timeout -k 5 "$limit" "$@" >"$work/said" 2>&1 &
	running=$!
	before=$started
	remember "$running"
	hung=''
	while kill -0 "$running" 2>/dev/null; do
		[ "$(date +%s)" -lt "$over" ] || { hung=yes; break; }
		sleep 0.1
	done
	if [ -n "$hung" ]; then
		where_hangs "$running" >"$work/where"
		end_tree "$running"
	fi
	wait "$running" 2>/dev/null
	status=$?
	started=$before
	got=$(cat "$work/said")
	[ -n "$hung" ] || return 0
	status=124
	got="$got
hung: $(cat "$work/where")"
}

# ---- who is left -------------------------------------------------------------

# inside PID: all of its PID namespace
inside() {
	find /proc/[0-9]*/ns/pid -maxdepth 0 -lname "pid:\[$(ns_of "$1" pid)\]" 2>/dev/null |
		cut -d/ -f3
}

# Its own two, as lib.sh makes them; the second comes a moment after it is ready.
know_container() {
	container=$1
	wait_for '[ "$(inside "$container" | wc -l)" -eq 2 ]'
	known="$known $container"
	belong="$belong $(inside "$container")"
}

# strangers_inside PID
strangers_inside() {
	inside "$1" | grep -vxF "$(printf '%s\n' $belong)"
}

nobody_is_left() {
	for container in $known; do
		wait_for '[ -z "$(strangers_inside "$container")" ]'
		assertEquals "left in the container of $container" '' "$(
			for it in $(strangers_inside "$container"); do
				where_hangs "$it"
				kill -KILL "$it"
			done)"
		wait_for '[ -z "$(strangers_inside "$container")" ]'
	done
}
