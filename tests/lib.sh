# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What every test file shares: where the things under test are, a scratch
# directory, containers to enter, and a few assertions.  A test file begins with
#
#	. "$(dirname "$0")/lib.sh"
#
# and ends with ". shunit2".  Everything that is started through this file is
# gone afterwards, also when a test fails or is interrupted; a file that defines
# its own oneTimeTearDown calls cleanup in it.
#
# A container_* function sets $target to the PID, as the caller sees it, of the
# first process of a container that is ready, and returns 0; or it returns 1,
# with the reason in $why, where such a container cannot be had.  They must run
# in the test's own shell, not in $(...).
#
# Some variables are for the files that source this one, and some texts are
# expanded later or elsewhere.
# shellcheck disable=SC2034,SC2016

LC_ALL=C
export LC_ALL
umask 022	# other users are to reach what we make

# ---- where things are --------------------------------------------------------

abs_testsdir=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
abs_top_srcdir=${abs_top_srcdir:-$(dirname "$abs_testsdir")}
abs_top_builddir=${abs_top_builddir:-$abs_top_srcdir/build/native}
NSEXEC=${NSEXEC:-$abs_top_builddir/nsexec/nsexec}

# From here on these are for the shell alone: each test chooses what it exports.
nsexec_file=$NSEXEC
preload_file=${PRELOAD:-$abs_top_builddir/nsexec/libnsexec-preload.so}
init_file=${INIT_O:-$abs_top_builddir/nsexec/nsexec-init.o}
runc_file=${RUNC_A:-$abs_top_builddir/nsexec/libnsexec-runc.a}
library_file=${LIBNSEXEC:-$abs_top_builddir/lib/libnsexec.so}
unset NSEXEC NSEXEC_FD NSEXEC_LOG LD_PRELOAD PRELOAD INIT_O RUNC_A LIBNSEXEC
NSEXEC=$nsexec_file
PRELOAD=$preload_file
INIT_O=$init_file
RUNC_A=$runc_file
LIBNSEXEC=$library_file

# The kinds that this kernel has, of eight, as they are named in /proc/PID/ns.
kinds=''
for it in cgroup ipc mnt net pid time user uts; do
	[ ! -e "/proc/self/ns/$it" ] || kinds="$kinds $it"
done
kinds=${kinds# }

# An ordinary user without an account.
ordinary=12345

# ---- scratch directory and the end of everything -----------------------------

# Errors have room for so much of a path, and sockets as well.
[ "$(printf %s "${TMPDIR-}" | wc -c)" -lt 32 ] || unset TMPDIR
work=$(mktemp -d "${TMPDIR:-/tmp}/nsexec-test.XXXXXX") || exit 1
chmod 755 "$work"
made=0			# number of containers made, for their names
started=''		# PIDs to end
oci=''			# RUNTIME:ID of containers to delete
target=''
why=''

# Remember a process, so that it is ended with the tests.
remember() {
	started="$started $*"
}

# End everything that was started and forget the scratch directory.  May be
# called twice; never called twice at once.
cleanup() {
	for it in $started; do
		kill -KILL "$it" 2>/dev/null
	done
	for it in $oci; do
		"${it%%:*}" --root "$work/${it%%:*}" delete --force "${it#*:}" \
			>/dev/null 2>&1 </dev/null &
		started="$started $!"
	done
	for it in $started; do
		wait "$it" 2>/dev/null
	done
	oci=''
	started=''
	# A container that was only half made may hold on to its files a moment.
	rm -rf --one-file-system "$work" 2>/dev/null ||
		{ sleep 0.2; rm -rf --one-file-system "$work"; }
	return 0
}

# shunit2 calls this at the end and on INT and TERM; the traps are for the time
# before it is loaded, and for a terminal that goes away.
oneTimeTearDown() { cleanup; }
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- small helpers -----------------------------------------------------------

# wait_for CONDITION [SECONDS]: evaluate until it is true; 1 when time is up.  It is never the
# time that is tested: on a machine that is busy all of it takes many times as long.
wait_for() {
	tries=$((${2:-20} * 50))
	until eval "$1"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.02
	done
}

# skip REASON: the rest of this test does not count.
skip() {
	printf 'SKIP: %s\n' "$*"
	startSkipping
}

# need TOOL...: skip when one is missing.  Use: need java || return 0
need() {
	for it in "$@"; do
		command -v "$it" >/dev/null || { skip "no $it here"; return 1; }
	done
}

# Skip without root.  Use: need_root || return 0
need_root() {
	[ "$(id -u)" -eq 0 ] || { skip 'needs root'; return 1; }
}

# ns_of PID KIND: the inode of a namespace, which is its name.
ns_of() {
	it=$(readlink "/proc/$1/ns/$2") || return
	it=${it##*\[}
	printf '%s\n' "${it%\]}"
}

# children_of PID
children_of() {
	cat "/proc/$1/task/$1/children" 2>/dev/null
}

# as_user UID COMMAND...: without groups and without any privilege.  What is
# set for COMMAND alone (LD_PRELOAD above all) goes through env(1), or it would
# change setpriv too:  as_user 12345 env LD_PRELOAD=... COMMAND
as_user() {
	it=$1
	shift
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid "$it" --regid "$it" --clear-groups -- "$@"
	else
		"$@"
	fi
}

# An ordinary user must reach what we test: not so in a tree below /root.
reachable() {
	[ ! -e "$1" ] || as_user "$ordinary" test -r "$1"
}
# shellcheck disable=SC2043 # one by one: each is copied only if it must be
publish() {
	for file in "$NSEXEC" "$PRELOAD" "$INIT_O"; do
		reachable "$file" || {
			mkdir -p "$work/bin"
			cp -p "$file" "$work/bin/" && chmod a+rX "$work/bin/${file##*/}"
		}
	done
	[ ! -e "$work/bin/${NSEXEC##*/}" ] || NSEXEC=$work/bin/${NSEXEC##*/}
	[ ! -e "$work/bin/${PRELOAD##*/}" ] || PRELOAD=$work/bin/${PRELOAD##*/}
	[ ! -e "$work/bin/${INIT_O##*/}" ] || INIT_O=$work/bin/${INIT_O##*/}
}
publish

# build_program NAME [FLAG...]: compile tests/lib/NAME.c with libnsexec, as $work/NAME.
build_program() {
	program=$1
	shift
	${CC:-cc} -std=gnu11 -Wall -Wextra -O1 -g -D_GNU_SOURCE -I"$abs_top_srcdir/nsexec" \
		-o "$work/$program" "$abs_testsdir/lib/$program.c" \
		"$abs_top_builddir/lib/libnsexec.a" -pthread "$@"
}

# ---- assertions --------------------------------------------------------------

# assert_same_namespaces HOST_OUTPUT PID KIND...
# HOST_OUTPUT is a file with the lines of a program of tests/hosts.  Every
# thread that it lists must be in the same namespaces as process PID, for each
# KIND, and it must list as many threads as it says it has.
assert_same_namespaces() {
	output=$1
	process=$2
	shift 2
	wanted=''
	for it in "$@"; do
		wanted="$wanted $it=$(ns_of "$process" "$it")"
	done
	assertEquals "threads outside of the namespaces of process $process" '' "$(
		awk -v wanted="$wanted" '
			BEGIN {
				n = split(wanted, pair, " ")
				for (i = 1; i <= n; i++) {
					split(pair[i], part, "=")
					inode[part[1]] = part[2]
				}
			}
			$1 == "ns" && $3 in inode {
				seen[$2]++
				if ($4 != inode[$3])
					print "thread " $2 " is in " $3 " " $4 ", not " inode[$3]
			}
			$1 == "threads" { said = $2 }
			$1 == "noproc" { print "no usable /proc" }
			END {
				for (t in seen) {
					counted++
					if (seen[t] != n)
						print "thread " t " shows " seen[t] " kinds of " n
				}
				if (!counted || counted != said)
					print counted + 0 " threads listed, " said + 0 " counted"
			}' "$output")"
}

# Processes whose command line or environment contains the fixed text MARK.
processes_with() {
	printf '%s' "$1" >"$work/mark"
	grep -lasFf "$work/mark" /proc/[0-9]*/cmdline /proc/[0-9]*/environ |
		cut -d/ -f3 | sort -un
}

# no_process_left MARK: wait a moment, then fail if somebody still has it, and
# end that.  The mark must not be in the environment of the test itself.
no_process_left() {
	mark=$1
	wait_for '[ -z "$(processes_with "$mark")" ]'
	assertEquals "processes left with $mark" '' "$(
		for it in $(processes_with "$mark"); do
			tr '\0' ' ' <"/proc/$it/cmdline"
			echo
			kill -KILL "$it"
		done)"
}

# ---- containers made by unshare(1) -------------------------------------------

# The first process of each: names the container, brings lo down, says that it
# is ready, and then reaps whatever is left to it, for five minutes at most.
# The root is the host's own tree, so that the host's programs are there.
first_process='
	{ hostname "$0" || busybox hostname "$0"; } &&
	echo ready &&
	exec >/dev/null 2>&1 </dev/null &&
	sleep 300
	exit'

all_but_user='--mount --uts --ipc --net --pid --cgroup --fork --mount-proc --kill-child'
[ ! -e /proc/self/ns/time ] || all_but_user="$all_but_user --time --boottime 1000"

# new_name KIND: a name that no other test run uses, and a file for its words.
new_name() {
	made=$((made + 1))
	target=''
	why=''
	name=nsx-$1
	id=nsx-test-$$-$made
	words=$work/$id.words
	: >"$words"
}

# The process that unshare forked is the container; wait until it said so.
await_unshared() {
	if wait_for '[ -s "$words" ]' && grep -qx ready "$words"; then
		target=$(children_of "$front")
		target=${target%% *}
		[ -z "$target" ] || return 0
	fi
	why="no $name container here: $(tail -n 1 "$words")"
	kill -KILL "$front" 2>/dev/null
	return 1
}

# container_plain: all kinds but user; boot time is 1000 seconds later.
container_plain() {
	new_name plain
	if [ "$(id -u)" -ne 0 ]; then
		why='needs root'
		return 1
	fi
	# shellcheck disable=SC2086 # a list of words
	setpriv --pdeathsig KILL ${confined-} unshare $all_but_user \
		sh -c "$first_process" "$name" >"$words" 2>&1 </dev/null &
	front=$!
	remember "$front"
	await_unshared
}

# container_confined: the same, but nobody in it can trace others, as in those that OCI
# runtimes make by default.
container_confined() {
	confined='--bounding-set -sys_ptrace'
	container_plain
	set -- $?
	unset confined
	return "$1"
}

# Without --keep-caps the exec would cost the capabilities that become root needs, since no
# id of ours has a name inside yet; and becoming root undoes --pdeathsig.
become_root_inside='
	until read -r _ </proc/self/uid_map && read -r _ </proc/self/gid_map
	do sleep 0.01; done
	exec setpriv --reuid 0 --regid 0 --clear-groups setpriv --pdeathsig KILL "$@"'

# What it waits for, of $front.
write_maps() {
	wait_for '[ "$(ns_of "$front" user)" != "$(ns_of self user)" ]' &&
		echo 0 100000 65536 2>>"$words" >"/proc/$front/uid_map" &&
		echo 0 100000 65536 2>>"$words" >"/proc/$front/gid_map"
}

# container_userns: the same in a user namespace of its own, whose ids 0 to
# 65535 are 100000 to 165535 outside, as the maps say that we write from here.
container_userns() {
	new_name userns
	if [ "$(id -u)" -ne 0 ]; then
		why='needs root'
		return 1
	fi
	# shellcheck disable=SC2086 # a list of words
	setpriv --pdeathsig KILL unshare --user --keep-caps sh -c "$become_root_inside" \
		sh unshare $all_but_user sh -c "$first_process" "$name" >"$words" 2>&1 </dev/null &
	front=$!
	remember "$front"
	write_maps
	await_unshared
}

# container_rootless: all kinds, made by an ordinary user ($ordinary, or whoever
# runs the test if that is not root), who is root inside and alone there.
container_rootless() {
	new_name rootless
	drop=''
	[ "$(id -u)" -ne 0 ] ||
		drop="setpriv --reuid $ordinary --regid $ordinary --clear-groups"
	# shellcheck disable=SC2086 # lists of words
	$drop setpriv --pdeathsig KILL unshare --map-root-user $all_but_user \
		sh -c "$first_process" "$name" >"$words" 2>&1 </dev/null &
	front=$!
	remember "$front"
	await_unshared
}

# ---- containers that hold nothing ---------------------------------------------

# The first process of each is the one program that is in there: a static busybox.  Its
# root is $bare_root out here.
bare_first='
	cd "$0" || exit
	./busybox mount --bind . . && cd "$0" && ./busybox mount --make-rprivate . &&
	{ [ -z "$2" ] || ./busybox mount -t proc proc proc; } &&
	./busybox hostname "$1" &&
	./busybox pivot_root . . && ./busybox umount -l . && exec ./busybox sh -c "
		echo ready
		exec >&- 2>&- <&-
		./busybox sleep 300
		exit"'

# container_bare plain|userns|rootless [proc]: namespaces as in the container of that name.
container_bare() {
	new_name bare
	bare_root=$work/$id.root
	command -v busybox >/dev/null || { why='no busybox here'; return 1; }
	[ "$1" = rootless ] || [ "$(id -u)" -eq 0 ] || { why='needs root'; return 1; }
	mkdir "$bare_root"
	cp "$(command -v busybox)" "$bare_root/busybox"
	[ -z "${2-}" ] || mkdir "$bare_root/$2"
	form=$1
	drop=''
	[ "$(id -u)" -ne 0 ] ||
		drop="setpriv --reuid $ordinary --regid $ordinary --clear-groups"
	# shellcheck disable=SC2086 # lists of words
	set -- unshare ${all_but_user%%--mount-proc*} ${all_but_user#*--mount-proc} \
		sh -c "$bare_first" "$bare_root" "$name" "${2-}"
	case $form in
	plain) setpriv --pdeathsig KILL "$@" >"$words" 2>&1 </dev/null & ;;
	userns) setpriv --pdeathsig KILL unshare --user --keep-caps sh -c "$become_root_inside" \
		sh "$@" >"$words" 2>&1 </dev/null & ;;
	rootless) $drop setpriv --pdeathsig KILL unshare --map-root-user \
		"$@" >"$words" 2>&1 </dev/null & ;;
	esac
	front=$!
	remember "$front"
	[ "$form" != userns ] || write_maps
	await_unshared
}

# ---- containers made by OCI runtimes -----------------------------------------

# Comma-separated mounts of the host variant: each directory of the host's root.
host_mounts() {
	for it in /*; do
		[ "$it" != /proc ] || continue
		[ ! -L "$it" ] || continue
		[ -d "$it" ] || continue
		printf ',\n{"destination":"%s","type":"bind","source":"%s","options":["rbind","rprivate"]}' \
			"$it" "$it"
	done
}

# make_bundle DIR host|busybox [userns]: root tree and config.json
make_bundle() {
	root=$1/rootfs
	mkdir -p "$root/proc"
	case $2 in
	host)
		for it in /*; do
			if [ -L "$it" ]; then
				cp -P "$it" "$root/"
			elif [ -d "$it" ]; then
				mkdir -p "$root$it"
			fi
		done
		mounts=$(host_mounts)
		;;
	busybox)
		mkdir -p "$root/bin" "$root/dev" "$root/tmp" "$root/etc"
		cp "$(command -v busybox)" "$root/bin/busybox"
		for it in sh sleep cat readlink env ls true; do
			ln -s busybox "$root/bin/$it"
		done
		mounts=',
{"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","mode=755"]}'
		;;
	esac
	userns=''
	maps=''
	if [ "${3:-}" = userns ]; then
		userns=',{"type":"user"}'
		map='[{"containerID":0,"hostID":100000,"size":65536}]'
		maps=",\"uidMappings\":$map,\"gidMappings\":$map"
	fi
	caps='["CAP_CHOWN","CAP_KILL","CAP_SETUID","CAP_SETGID","CAP_NET_BIND_SERVICE"]'
	cat >"$1/config.json" <<-END
	{"ociVersion":"1.0.0",
	"process":{"terminal":false,"cwd":"/","user":{"uid":0,"gid":0},
	"args":["sh","-c","sleep 300; exit"],"env":["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
	"capabilities":{"bounding":$caps,"effective":$caps,"permitted":$caps}},
	"root":{"path":"rootfs"},"hostname":"$name",
	"mounts":[{"destination":"/proc","type":"proc","source":"proc"}$mounts],
	"linux":{"namespaces":[{"type":"pid"},{"type":"network"},{"type":"ipc"},{"type":"uts"},
	{"type":"mount"}$cgroupns$userns]$maps}}
	END
}

# run_bundle RUNTIME host|busybox [userns] COMMAND...: COMMAND starts the
# runtime, and gets the arguments that every runtime takes.
run_bundle() {
	runtime=$1
	variant=$2
	shift 2
	if [ "$(id -u)" -ne 0 ]; then
		why='needs root'
		return 1
	fi
	command -v "$runtime" >/dev/null || { why="no $runtime here"; return 1; }
	[ "$variant" != busybox ] || command -v busybox >/dev/null ||
		{ why='no busybox here'; return 1; }
	cgroupns=',{"type":"cgroup"}'
	if [ "$1" = userns ]; then
		make_bundle "$work/$id" "$variant" userns
		shift
	else
		make_bundle "$work/$id" "$variant"
	fi
	oci="$oci $runtime:$id"
	"$@" --root "$work/$runtime" run --detach --pid-file "$work/$id/pid" \
		--bundle "$work/$id" "$id" >"$words" 2>&1 </dev/null
	# Once the runtime is gone the first process may still be on its way from
	# the runtime's program to ours.
	if [ -s "$work/$id/pid" ]; then
		target=$(cat "$work/$id/pid")
		wait_for 'grep -qa "sleep 300" "/proc/$target/cmdline"' && return 0
	fi
	why="no $runtime container here: $(tail -n 1 "$words")"
	target=''
	return 1
}

# container_runc [host|busybox]: the host's tree, or nothing but busybox.
container_runc() {
	new_name runc
	run_bundle runc "${1:-host}" runc
}

# container_runc_userns [host|busybox]: with a user namespace, as in container_userns.
container_runc_userns() {
	new_name runc-userns
	run_bundle runc "${1:-host}" userns runc
}

# container_crun [host|busybox].  It needs no cgroup of its own, and crun refuses
# to start where the second hierarchy is mounted beside the first: hide it.
container_crun() {
	new_name crun
	run_bundle crun "${1:-host}" unshare --mount sh -c '
		umount -l /sys/fs/cgroup/unified 2>/dev/null
		exec crun --cgroup-manager=disabled "$@"' crun
}
