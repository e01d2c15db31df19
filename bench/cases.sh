# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# The cases of bench/run.  Each is a row in cases and a function; a function makes the
# containers that it needs, since none of them lives longer than five minutes, and runs one
# race.  The first contestant is the floor.
#
# Variables of run and of lib.sh; called by name:
# shellcheck disable=SC2034,SC2154,SC2317

cases='
join6		join six namespaces and execute
join7		join seven, one of them a user namespace
one		join the network namespace alone
create6		create six namespaces and execute
create7		create seven, with a map
'

# CLONE_NEW*, as floor.c takes them
six=6e020000
seven=7e020000
net=40000000

six_words=mnt,uts,ipc,net,pid,cgroup

# floor WORD...: as a contestant
floor() {
	contestant floor "$programs/floor" "$@" "$nothing"
}

# ---- joining -----------------------------------------------------------------

# Those who bring a container of their own.  They take tens of times as long.
contest_runtimes() {
	if container_runc host; then
		contestant 'runc exec@20' "$(command -v runc)" --root "$work/runc" \
			exec "$id" "$nothing"
	else
		missing 'runc exec' "$why"
	fi
	if container_crun host; then
		contestant 'crun exec@10' "$(command -v crun)" --root "$work/crun" \
			exec "$id" "$nothing"
	else
		missing 'crun exec' "$why"
	fi
	if container_lxc; then
		contestant 'lxc-attach@10' "$(command -v lxc-attach)" -n "$id" -P "$work/lxc" \
			-- "$nothing"
	else
		missing lxc-attach "$why"
	fi
}

# The other ways to say the same to us, and the tool that others would take.
contest_tools() {
	contestant nsexec "$NSEXEC" -t "$target" -a -- "$nothing"
	if command -v nsenter >/dev/null; then
		contestant nsenter "$(command -v nsenter)" -t "$target" -a -- "$nothing"
	else
		missing nsenter 'no nsenter here'
	fi
}

case_join6() {
	require container_plain || return
	floor join $six "$target"
	contest_tools
	contest_runtimes
	race commands
}

case_join7() {
	require container_userns || return
	floor join $seven "$target"
	contest_tools
	if container_runc_userns host; then
		contestant 'runc exec@20' "$(command -v runc)" --root "$work/runc" \
			exec "$id" "$nothing"
	else
		missing 'runc exec' "$why"
	fi
	race commands
}

case_one() {
	require container_plain || return
	floor enter $net "$target"
	contestant nsexec "$NSEXEC" -t "$target" -n -- "$nothing"
	! command -v nsenter >/dev/null ||
		contestant nsenter "$(command -v nsenter)" -t "$target" -n -- "$nothing"
	race commands
}

# ---- creating ----------------------------------------------------------------

case_create6() {
	floor create $six '' ''
	contestant nsexec "$NSEXEC" --unshare=$six_words -- "$nothing"
	contestant unshare "$(command -v unshare)" -m -u -i -n -p -C -f -- "$nothing"
	race commands
}

# bwrap makes a root of its own, whatever it is asked for.
case_create7() {
	floor create $seven "0 $(id -u) 1" "0 $(id -g) 1"
	contestant nsexec "$NSEXEC" --unshare=user,$six_words --map-root-user -- "$nothing"
	contestant 'unshare -r' "$(command -v unshare)" -r -m -u -i -n -p -C -f -- "$nothing"
	if command -v bwrap >/dev/null; then
		contestant bwrap "$(command -v bwrap)" --unshare-user --unshare-ipc --unshare-pid \
			--unshare-net --unshare-uts --unshare-cgroup --bind / / "$nothing"
	else
		missing bwrap 'no bwrap here'
	fi
	race commands
}
