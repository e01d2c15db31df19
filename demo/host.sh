# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# The second act: programs of the caller in a container that has none of their files, by
# --host.  Its root holds one static program and nothing else, and afterwards is as it was.
#
# From common.sh and preload.sh; expanded inside.
# shellcheck disable=SC2154,SC2016

bare=$scratch/bare	# the container's root, as it is called out here
left_out=

leave_out() { # PROGRAM REASON
	left_out="$left_out
    $1: $2"
}

# What runs in the container is a static busybox, as a web server and to wait.  The kernel
# lets an ordinary user mount a proc only where one is, so his container has its own.
start_bare() {
	mkdir "$bare"
	cp "$(command -v busybox)" "$bare/busybox"
	kinds=cgroup,ipc,mnt,net,pid,uts
	as_root=
	[ "$(id -u)" -eq 0 ] || {
		mkdir "$bare/proc"
		kinds=$kinds,user
		as_root=--map-root-user
	}
	mkfifo "$scratch/bare.ready"
	"$nsexec" --unshare=$kinds $as_root --hostname demo-bare --report-fd 9 -- sh -c '
		eval "$2"
		mount --bind "$1" "$1" && cd "$1" &&
		{ [ ! -d proc ] || mount -t proc proc proc; } &&
		pivot_root . . && exec /busybox sh -c "
			/busybox umount -l / && /busybox httpd -p 8080 4>&- && echo ready >&4 &&
			exec /busybox sleep 600 4>&- >&- 2>&-"
		' sh "$bare" "$interface_inside" 4>"$scratch/bare.ready" \
		9>"$scratch/bare.report" >"$scratch/bare.log" 2>&1 </dev/null &
	started="$! $started"
	ready=
	read -r ready <"$scratch/bare.ready" || :
	[ "$ready" = ready ] || fail 'there is no bare container' "$scratch/bare.log"
	target=$(reported_pid "$scratch/bare.report")
	started="$target $started"
}

# Names, kinds, modes, owners, sizes, times and links of all its files, and their contents.
tree() {
	(cd "$bare" && find . -printf '%p %y %m %U:%G %s %T@ %C@ %l\n' | sort &&
		find . -type f -exec sha256sum {} + | sort)
}

checksum() {
	sha256sum | cut -c 1-16
}

# state WHEN: what is compared, and a line about it
state() {
	tree >"$scratch/tree.$1"
	cat "/proc/$target/mountinfo" >"$scratch/mounts.$1"
	printf '    %-8s files %s  mounts %s\n' "$1:" \
		"$(checksum <"$scratch/tree.$1")" "$(checksum <"$scratch/mounts.$1")"
}

unchanged() { # WHEN
	state "$1"
	for it in tree mounts; do
		diff "$scratch/$it.before" "$scratch/$it.$1" >&2 ||
			fail 'the container is not as it was'
	done
}

# inside PID WORD...: nsexec with these words; what it says is in $scratch/said and heard
inside() {
	whose=$1
	shift
	began=$(milliseconds)
	status=0
	"$nsexec" -t "$whose" -a --report-fd 9 "$@" 9>"$scratch/report" </dev/null \
		>"$scratch/said" 2>"$scratch/heard" || status=$?
	took=$(($(milliseconds) - began))
	return $status
}

# row NAME TEXT: of the last program.  Its namespaces, by inode, are the container's; the
# mounts may be a copy of its own.
row() {
	[ -n "$2" ] || fail "$1 says nothing" "$scratch/heard"
	mounts=theirs
	for kind in $(echo "$kinds" | tr , ' '); do
		inode=$(reported_namespaces "$scratch/report" | tr , '\n' | sed -n "s/^$kind://p")
		case "$kind:[$inode]" in
		"$(readlink "/proc/$target/ns/$kind")") ;;
		mnt:\[?*) mounts='a copy' ;;
		*) fail "$1 is not in the container's namespace: $kind $inode" ;;
		esac
	done
	echo "$1|$whose|$(reported_pid_inside "$scratch/report")|$mounts|$took|$2" \
		>>"$scratch/bare.table"
}

# run_inside NAME WORD...: a row with all that the program says, in one line
run_inside() {
	called=$1
	shift
	inside "$target" "$@" || fail "$called ended with status $status" "$scratch/heard"
	row "$called" "$(tr -s '\n\t ' ' ' <"$scratch/said")"
}

# A JVM that stays, and a tool that talks to it.  Each program that is started there has a
# /tmp of its own, since the container has none; the tool needs the JVM's: it is the target.
jvm_and_jcmd() {
	build_where
	mkfifo "$scratch/jvm"
	whose=$target
	began=$(milliseconds)
	"$nsexec" -t "$target" -a --host --graft "$scratch" --report-fd 9 -- \
		java -cp "$scratch" Where stay 9>"$scratch/report" </dev/null \
		>"$scratch/jvm" 2>"$scratch/heard" &
	jvm_front=$!
	started="$jvm_front $started"
	read -r said <"$scratch/jvm" || fail 'the JVM does not run' "$scratch/heard"
	took=$(($(milliseconds) - began))
	row "Java $(java_version)" "$(described "$said"), and goes on"
	jvm=$(reported_pid "$scratch/report")
	jvm_inside=$(reported_pid_inside "$scratch/report")

	have jcmd || { leave_out jcmd 'not here'; return; }
	inside "$jvm" --host -- jcmd "$jvm_inside" VM.version ||
		fail 'jcmd has failed' "$scratch/heard"
	row jcmd "$(tr -s '\n' ' ' <"$scratch/said")"
}

end_jvm() {
	[ -n "${jvm_front-}" ] || return 0
	kill -TERM "$jvm_front" || fail 'the JVM has ended by itself'
	wait "$jvm_front" || [ $? -eq 143 ] || fail 'the JVM has not ended of SIGTERM'
	started=${started#"$jvm_front "} # its number may be another's now
}

# described 'PID HOSTNAME INTERFACES THREADS...', as Where prints it
described() {
	echo "$1" | sed 's/\([^ ]*\) \([^ ]*\) \([^ ]*\).*/PID \1 on \2, \3/'
}

debugger() {
	if inside "$target" --host -- gdb -nx -batch -p 1 -ex 'info proc exe' -ex 'bt 1'; then
		row "$(gdb --version | sed -n '1s/.* /gdb /p')" "$(sed -n '
			s/^process /attached to PID /p
			s/^exe = .\(.*\)./\1/p
			s/^#0 *//p' "$scratch/said" | paste -sd ' ' -)"
	elif grep -q 'ptrace: ' "$scratch/heard"; then
		leave_out gdb "$(grep 'ptrace: ' "$scratch/heard")"
	else
		fail 'gdb has failed' "$scratch/heard"
	fi
}

rows() {
	if have java && have javac; then
		jvm_and_jcmd
	else
		leave_out Java 'no JDK here'
	fi
	if have python3; then
		python=$(python3 -c 'import sys; print(sys.executable)')
		run_inside "$("$python" --version)" --host --graft "$here/inside.py" -- \
			"$python" "$here/inside.py"
	else
		leave_out Python 'not here'
	fi
	if have gdb; then debugger; else leave_out gdb 'not here'; fi
	if have ip; then
		run_inside ip --host -- ip -brief -4 address
		run_inside ss --host -- ss -Htlnp
	else
		leave_out 'ip and ss' 'not here'
	fi
	if have go; then
		build_go 0 inside
		run_inside "$(go_version), static" --host -- "$scratch/inside-go"
	else
		leave_out Go 'not here'
	fi
}

as_programs_of_the_caller() {
	have busybox || fail 'a static busybox is needed for a bare container'
	start_bare
	echo "A bare container is running: PID $target, hostname demo-bare.  All that is in it:"
	echo
	(cd "$bare" && find . -mindepth 1 -printf '    %M  %s  /%P\n')
	echo
	[ -z "$as_root" ] ||
		printf '%s\n\n' 'An ordinary user may mount a proc only where one is, so it has one.'
	echo 'Each program below is out here with all its files, and runs in there by'
	echo
	echo "    nsexec -t $target -a --host -- PROGRAM..."
	echo
	state before >"$scratch/states"
	echo 'program|-t|inside|mounts|milliseconds|says' >"$scratch/bare.table"
	rows
	table <"$scratch/bare.table"
	echo
	echo "All are in the container's namespaces, by inode: $(echo "$kinds" | sed 's/mnt,//')."
	echo 'The container by checksum, before, while programs run in it, and after:'
	cat "$scratch/states"
	unchanged during
	end_jvm
	unchanged after
	[ -z "$left_out" ] || {
		echo
		echo "Left out:$left_out"
		# Everything is installed there.
		[ "${CI-}" != true ] || fail 'something was left out'
	}
}
