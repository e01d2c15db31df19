# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# Programs of the caller in containers that have none of their files.  Sourced after lib.sh.
#
#	guest_containers	a root with one static program, busybox, and nothing else
#	at plain|userns|rootless || return 0	make it the target, and $root its root out here
#	host WORD...		nsexec with these words, as the user who owns the container:
#				$out, $err, $status
#	state			all that could be told apart of the target
#	in_root COMMAND		make files in there
#	unchanged_by WHAT	assert that it is what it was at $work/before
#
# From lib.sh, for those who source this; by eval; conditions are expanded later.
# shellcheck disable=SC2154,SC2034,SC2016

out=$work/out
err=$work/err
mark=nsexec-guest-$$	# in the environment of each
marked="env -u NODE_EXTRA_CA_CERTS HOST_MARK=$mark"

# The PID of each container in $at_NAME, its root in $root_NAME, or in $why_NAME why not.
guest_containers() {
	container_bare plain
	at_plain=$target why_plain=$why root_plain=$bare_root
	container_bare userns proc
	at_userns=$target why_userns=$why root_userns=$bare_root
	container_bare rootless proc
	at_rootless=$target why_rootless=$why root_rootless=$bare_root
}

at() {
	container=$1
	eval "target=\$at_$1 why=\$why_$1 root=\$root_$1"
	[ -n "$target" ] || { skip "$why"; return 1; }
}

# Files with owner, mode, size, time and content; mounts; descriptors of its first process;
# processes of its PID namespace.
state() {
	(cd "$root" && find . -printf '%p %y %m %U:%G %s %T@ %l\n' | sort)
	find "$root" -type f -exec cksum {} + | sort
	cat "/proc/$target/mountinfo"
	find "/proc/$target/fd" -type l -printf '%f %l\n'
	find /proc/[0-9]*/ns/pid -printf '%p %l\n' 2>/dev/null |
		grep -F " $(readlink "/proc/$target/ns/pid")"
}

unchanged_by() {
	wait_for 'state >"$work/after"; cmp -s "$work/before" "$work/after"' 2
	assertEquals "$1 has changed it" '' "$(diff "$work/before" "$work/after")"
}

# owner COMMAND...: as who owns the container
owner() {
	if [ "$container" = rootless ]; then
		as_user "$ordinary" "$@"
	else
		"$@"
	fi
}

host() {
	# shellcheck disable=SC2086 # words
	owner $marked "$NSEXEC" -t "$target" -a --host "$@" >"$out" 2>"$err" </dev/null
	status=$?
}

# gone PID: it has ended, be it that nobody has heard of it yet
gone() {
	! grep -qs '^State:.[^ZX]' "/proc/$1/status"
}

# ends PID: it does so by itself; $status
ends() {
	wait_for "gone $1" 20 || { fail "$1 does not end"; kill -KILL "$1"; }
	wait "$1" 2>&-
	status=$?
}

# in_root COMMAND: out here, in the root of the container, whose root owns all of it then
in_root() {
	(cd "$root" && sh -c "$1")
	case $container in
	userns) chown -R 100000:100000 "$root" ;;
	rootless) [ "$(id -u)" -ne 0 ] || chown -R "$ordinary:$ordinary" "$root" ;;
	esac
}

nothing_of_ours_is_left() {
	[ ! -d "$work" ] || no_process_left "$mark"
	return 0
}
