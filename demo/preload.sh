# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# The first act: a JVM, Go, Node and Python, outside and inside, through the preload.
#
# From common.sh; expanded inside.
# shellcheck disable=SC2154,SC2016

# A container as runtimes make them, but for its own root filesystem.
start_container() {
	as_root=
	[ "$(id -u)" -eq 0 ] || as_root=--map-root-user
	mkfifo "$scratch/ready"
	unshare $as_root --cgroup --ipc --mount --net --pid --uts --fork --kill-child --mount-proc \
		sh -c '
			hostname demo-container 2>/dev/null || echo demo-container >/proc/sys/kernel/hostname
			eval "$1"
			echo ready >&4
			exec sleep 600 4>&-
		' sh "$interface_inside" 4>"$scratch/ready" 2>"$scratch/container.log" &
	front=$!
	started="$started $front"
	read -r _ <"$scratch/ready" || fail 'there is no container' "$scratch/container.log"
	# The first process inside is the only child of unshare.
	read -r target <"/proc/$front/task/$front/children" || :
	target=${target%% *}
	[ -n "$target" ] || fail 'there is no container' "$scratch/container.log"
	started="$target $started"
}

# Hosts: NAME|COMMAND, each run outside and then inside
hosts() {
	if have java && have javac; then
		build_where
		echo "Java $(java_version)|java -cp $scratch Where"
	fi
	if have go && have cc; then
		build_go 1 where
		echo "$(go_version)|$scratch/where-go"
	fi
	if have node; then
		echo "Node $(node --version)|node $here/where.js"
	fi
	if have python3; then
		# The interpreter itself: "python3" may be a wrapper that starts it.
		python=$(python3 -c 'import sys; print(sys.executable)')
		echo "$("$python" --version)|$python $here/where.py"
	fi
}

# one NAME COMMAND...: a row of the table, its cells divided by "|".
one() {
	name=$1
	shift
	began=$(milliseconds)
	outside=$("$@")
	middle=$(milliseconds)
	inside=$(NSEXEC="-t $target -a --report-fd 9" LD_PRELOAD=$preload "$@" \
		9>"$scratch/report")
	ended=$(milliseconds)

	echo "$outside" >"$scratch/outside"
	echo "$inside" >"$scratch/inside"
	read -r _ hostname_outside interfaces_outside _ <"$scratch/outside"
	read -r pid_inside hostname interfaces threads <"$scratch/inside"
	printf '%s|' "$name" "$(reported_pid "$scratch/report")" "$pid_inside" \
		"$(reported_namespaces "$scratch/report" | sed 's/:[0-9]*//g')" \
		"$hostname_outside > $hostname" \
		"$interfaces_outside > $interfaces" "${threads%/1}"
	echo "$((middle - began)) > $((ended - middle))"
	[ "${threads#*/}" = 1 ] ||
		fail "not all threads of $name are in one network namespace: $threads"
	[ "$hostname" = demo-container ] || fail "$name does not see the container's hostname"
}

through_the_preload() {
	preload=$("$nsexec" --preload-path)
	start_container
	echo "A container is running: PID $target, hostname demo-container, in namespaces of its own."
	echo "Each program below runs twice, as it is: outside, and inside with"
	echo
	echo "    NSEXEC='-t $target -a' LD_PRELOAD=$preload PROGRAM..."
	echo
	hosts >"$scratch/hosts"
	[ -s "$scratch/hosts" ] || fail 'none of java, go, node and python3 is here'
	echo 'program|PID|inside|joined|hostname|interfaces|threads|milliseconds' >"$scratch/table"
	while IFS='|' read -r name command; do
		# shellcheck disable=SC2086 # words of a command line of our own
		one "$name" $command </dev/null >>"$scratch/table"
	done <"$scratch/hosts"
	table <"$scratch/table"
}
