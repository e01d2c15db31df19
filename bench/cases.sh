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
pieces		the floor of that, with one piece more of what nsexec does
join7		join seven, one of them a user namespace
one		join the network namespace alone
create6		create six namespaces and execute
create7		create seven, with a map
env		a host whose variables name a program
preload_c	a program in C, and inside by preload
preload_java	likewise a JVM
preload_node	likewise Node
preload_python	likewise Python
inert		a preload that is asked for nothing
bootstrap	what a constructor adds, as runc asks and by words
bootstrap_debug	likewise, with the log at its finest
bootstrap_userns	likewise, into a user namespace
spawn		by the library, from a process of so many MiB
host		a program of the caller (--host)
graft		files of the caller (--graft)
waiter		memory of who waits
many		so many commands at once
session		so many at once by the library
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
		tool 'runc exec@20' runc --root "$work/runc" exec "$id" "$nothing"
	else
		missing 'runc exec' "$why"
	fi
	if container_crun host; then
		tool 'crun exec@10' crun --root "$work/crun" exec "$id" "$nothing"
	else
		missing 'crun exec' "$why"
	fi
	if container_lxc; then
		tool lxc-attach@10 lxc-attach -n "$id" -P "$work/lxc" -- "$nothing"
	else
		missing lxc-attach "$why"
	fi
}

contest_usual() {
	contestant nsexec "$NSEXEC" -t "$target" -a -- "$nothing"
	tool nsenter nsenter -t "$target" -a -- "$nothing"
}

case_join6() {
	require container_plain || return
	floor join $six "$target"
	contest_usual
	contest_runtimes
	race commands
}

# What each costs that nsexec does beside the floor's calls: see floor.c.
case_pieces() {
	require container_plain || return
	floor join $six "$target"
	while read -r letter name; do
		contestant "$name" "$programs/floor" "join+$letter" $six "$target" "$nothing"
	done <<-END
		t their names
		o our names
		g guard
		s signals
		d death with us
		sw signals, and the waiter
		p four pages
		togsdwp all of it
	END
	contestant nsexec "$NSEXEC" -t "$target" -a -- "$nothing"
	race commands
}

case_join7() {
	require container_userns || return
	floor join $seven "$target"
	contest_usual
	if container_runc_userns host; then
		tool 'runc exec@20' runc --root "$work/runc" exec "$id" "$nothing"
	else
		missing 'runc exec' "$why"
	fi
	race commands
}

case_one() {
	require container_plain || return
	floor enter $net "$target"
	contestant nsexec "$NSEXEC" -t "$target" -n -- "$nothing"
	tool nsenter nsenter -t "$target" -n -- "$nothing"
	race commands
}

# ---- creating ----------------------------------------------------------------

case_create6() {
	require as_root || return
	floor create $six '' ''
	contestant nsexec "$NSEXEC" --unshare=$six_words -- "$nothing"
	tool unshare unshare -m -u -i -n -p -C -f -- "$nothing"
	race commands
}

# bwrap makes a root of its own, whatever it is asked for.
case_create7() {
	floor create $seven "0 $(id -u) 1" "0 $(id -g) 1"
	contestant nsexec "$NSEXEC" --unshare=user,$six_words --map-root-user -- "$nothing"
	tool 'unshare -r' unshare -r -m -u -i -n -p -C -f -- "$nothing"
	tool bwrap bwrap --unshare-user --unshare-ipc --unshare-pid --unshare-net --unshare-uts \
		--unshare-cgroup --bind / / "$nothing"
	race commands
}

# ---- the constructor ---------------------------------------------------------

case_env() {
	require container_plain || return
	words="NSEXEC=-t $target -a -- $nothing"
	floor join $six "$target"
	contestant 'linked in' "$words" "$programs/host_init"
	contestant preload "LD_PRELOAD=$PRELOAD" "$words" "$programs/host_plain"
	contestant 'linked in, static' "$words" "$programs/host_static"
	race commands
}

# preloaded WORD...: a program by itself, and inside
preloaded() {
	require container_plain || return
	contestant plain "$@"
	contestant preload "LD_PRELOAD=$PRELOAD" "NSEXEC=-t $target -a" "$@"
	race commands
}

case_preload_c() {
	preloaded "$programs/host_plain"
}

case_preload_java() {
	require compiled_java || return
	fewer 5
	preloaded "$(readlink -f "$(command -v java)")" -cp "$work" Start
}

compiled_java() {
	here java && here javac &&
		javac -d "$work" "$abs_top_srcdir/bench/Start.java"
}

case_preload_node() {
	require here node || return
	fewer 5
	preloaded "$(readlink -f "$(command -v node)")" -e ''
}

# What comes first in PATH may be a script in somebody's home.
case_preload_python() {
	require here python3 || return
	fewer 2
	preloaded "$(python3 -c 'import sys; print(sys.executable)')" -c ''
}

case_inert() {
	contestant 'no preload' "$programs/host_plain"
	contestant 'empty object' "LD_PRELOAD=$programs/empty.so" "$programs/host_plain"
	contestant nsexec "LD_PRELOAD=$PRELOAD" "$programs/host_plain"
	race commands
}

# bootstrap LEVEL [OPTION]...: by runc's message, with the log at this level, and by words;
# they find their descriptors by number
bootstrap() {
	level=$1
	shift
	contestant plain "$programs/host_plain" 5
	for it in model ours; do
		contestant "$it" _LIBCONTAINER_INITPIPE=3 _LIBCONTAINER_LOGPIPE=4 \
			"_LIBCONTAINER_LOGLEVEL=$level" "$programs/host_$it" 5
	done
	words="NSEXEC=-t $target -a"
	contestant 'linked in, words' "$words" "$programs/host_init" 5
	contestant 'preload, words' "LD_PRELOAD=$PRELOAD" "$words" "$programs/host_plain" 5
	race bootstrap "$@" -- "$target"
}

case_bootstrap() {
	require container_plain || return
	bootstrap 4
}

case_bootstrap_debug() {
	require container_plain || return
	bootstrap 5
}

case_bootstrap_userns() {
	require container_userns || return
	bootstrap 4 -k user,$six_words
}
