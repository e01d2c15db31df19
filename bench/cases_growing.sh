# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# The cases of cases.sh that are about more than one command: what memory, files and numbers
# do to it.
#
# Variables of run and of lib.sh, and texts that are expanded there; called by name:
# shellcheck disable=SC2034,SC2154,SC2317,SC2016

# ---- the library -------------------------------------------------------------

# by_library [OPTION]...
by_library() {
	here nsenter || missing 'posix_spawn of nsenter' "$why"
	race library "$@" -- "$target" "$nothing"
}

case_spawn() {
	for mib in 10 1024 4096; do
		case=spawn-$mib
		available=$(($(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024))
		if [ "$available" -lt $((mib + mib / 4)) ]; then
			missing "$case" "only $available MiB are available"
		elif require container_confined; then
			by_library -m "$mib"
		fi
	done
}

# ---- programs of the caller --------------------------------------------------

case_host() {
	require container_confined || return
	contestant 'of the target' "$NSEXEC" -t "$target" -a -- "$nothing"
	contestant --host "$NSEXEC" -t "$target" -a --host -- "$nothing"
	race commands
}

# A file and a directory on others that are there, and one where there is nothing.
case_graft() {
	require container_confined || return
	set -- --graft=/etc/passwd:/etc/hostname --graft=/usr/share:/srv \
		--graft=/etc/passwd:/opt/nsexec-bench/passwd
	contestant 'of the target' "$NSEXEC" -t "$target" -a -- "$nothing"
	contestant 'one graft' "$NSEXEC" -t "$target" -a "$1" -- "$nothing"
	contestant 'three grafts' "$NSEXEC" -t "$target" -a "$@" -- "$nothing"
	race commands
}

# ---- many at once ------------------------------------------------------------

levels='1 2 4 8 16 32 64'

case_many() {
	require container_plain || return
	joined=$target
	container_crun host || missing 'crun exec' "$why"
	fewer 50
	for n in $levels; do
		case=many-$n
		contestant floor "$programs/floor" join "$six" "$joined" "$nothing"
		contestant nsexec "$NSEXEC" -t "$joined" -a -- "$nothing"
		tool nsenter nsenter -t "$joined" -a -- "$nothing"
		[ -z "$target" ] ||
			tool 'crun exec@5' crun --root "$work/crun" exec "$id" "$nothing"
		race commands -p "$n"
	done
}

case_session() {
	require container_confined || return
	fewer 50
	for n in $levels; do
		case=session-$n
		by_library -p "$n"
	done
}

# ---- memory of who waits -----------------------------------------------------

# waiter NAME COMMAND...: what is its own while it waits; its program says that it runs
waiter() {
	contestant=$1
	shift
	"$@" >"$work/says" 2>&1 </dev/null &
	waits=$!
	remember "$waits"
	if wait_for '[ -s "$work/says" ]'; then
		sleep 0.5 # both have settled down: nothing is shared between them any more
		kib=$(awk '/^Private_Dirty:/ { print $2 }' "/proc/$waits/smaps_rollup")
	fi
	kill "$waits"
	wait "$waits" 2>/dev/null
	[ -n "${kib-}" ] || { echo "$contestant: it does not say that it runs" >&2; exit 1; }
	printf '%-28s %6d KiB\n' "$contestant" "$kib"
	printf '{"name": "%s", "private_kib": %d}\n' "$contestant" "$kib" >>"$work/$case.rows"
	unset kib
}

case_waiter() {
	require container_plain || return
	printf '\n%s: %s\n' "$case" "$title"
	set -- sh -c 'echo runs; exec sleep 60'
	waiter nsexec "$NSEXEC" -t "$target" -a -- "$@"
	waiter preload env "LD_PRELOAD=$PRELOAD" "NSEXEC=-t $target -a" "$@"
	if here nsenter; then
		waiter nsenter nsenter -t "$target" -a "$@"
	else
		missing nsenter "$why"
	fi
	for it in runc crun; do
		if container_$it host; then
			waiter "$runtime exec" "$runtime" --root "$work/$runtime" exec "$id" "$@"
		else
			missing "$runtime exec" "$why"
		fi
	done
	{
		printf '{"case": "%s", "title": "%s", "contestants": [\n' "$case" "$title"
		sed '$!s/$/,/' "$work/$case.rows"
		echo ']}'
	} >"$work/$case.json"
	results="$results $work/$case.json"
}
