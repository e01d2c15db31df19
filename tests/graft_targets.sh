#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Trees of ours in the mounts of a target, whoever made it and whoever we are; of which
# the target sees nothing.
#
# From lib.sh; some texts are expanded elsewhere.
# shellcheck disable=SC2154,SC2016,SC2034

. "$(dirname "$0")/lib.sh"
. "$abs_testsdir/graft/lib.sh"

drop="setpriv --reuid $ordinary --regid $ordinary --clear-groups"

oneTimeSetUp() {
	make_ours
}

# A process that looks into $root through the mounts of $target: what it says, and what
# the target and we see of it meanwhile and after.
#	entered DROP OPTIONS TEXT
# $pause lets it stay until we have looked.
entered() {
	mounts_before=$(cat "/proc/$target/mountinfo")
	our_mounts=$(cat /proc/self/mountinfo)
	rm -f "$work/go" "$work/said"
	mkfifo -m 666 "$work/go"
	# shellcheck disable=SC2086 # lists of words
	$1 "$driver" -t "$target" $2 "$busybox" sh -c "$3
		read -r word" <"$work/go" >"$work/said" 2>&1 &
	pid=$!
	exec 9>"$work/go"
	wait_for '[ -s "$work/said" ] || ! kill -0 "$pid" 2>&-'
	assertEquals 'the mounts of the target meanwhile' "$mounts_before" \
		"$(cat "/proc/$target/mountinfo")"
	assertEquals 'our mounts meanwhile' "$our_mounts" "$(cat /proc/self/mountinfo)"
	exec 9>&-
	wait "$pid"
	got=$(cat "$work/said")
	assertEquals 'the mounts of the target after' "$mounts_before" \
		"$(cat "/proc/$target/mountinfo")"
}

# The host's root: it is covered, merged, and a directory in it is.
all_ways="-g over $ours /nsx-new/tool -g merge $ours /usr/lib -g over $ours/file /etc/nsx-new
	-g directory - /nsx-tmp"
look='
	read -r a </usr/lib/file; read -r b </etc/nsx-new
	set -- /usr/lib/*
	[ $# -gt 3 ] && [ -e /etc/passwd ] && echo $a $b /nsx-new/tool/*
	echo x >/nsx-tmp/file && echo wrote'
seen='ours ours /nsx-new/tool/file /nsx-new/tool/sub
wrote'

enter_all_ways() {
	"$@" || { skip "$why"; return; }
	host_before=$(ls -ldi --time-style=full-iso / /usr /usr/lib /etc)
	entered '' "-u 0 $all_ways" "$look"
	assertEquals "$seen" "$got"
	assertEquals 'directories of the target' "$host_before" \
		"$(ls -ldi --time-style=full-iso / /usr /usr/lib /etc)"
}

testTheMountsOfAPlainTarget() {
	can_graft || return 0
	enter_all_ways container_plain
}

testTheMountsOfAUserNamespace() {
	can_graft || return 0
	enter_all_ways container_userns
}

# Our own user has no number in there: that he is another meanwhile, he does not notice.
testTheMountsOfARootlessTarget() {
	can_graft || return 0
	enter_all_ways container_rootless
	entered '' "-g directory - /nsx-new" 'echo x >/nsx-new/file'
	assertEquals "sh: can't create /nsx-new/file: Value too large for defined data type" "$got"
}

testTheMountsOfRunc() {
	can_graft || return 0
	enter_all_ways container_runc host
}

testTheMountsOfRuncWithAUserNamespace() {
	can_graft || return 0
	enter_all_ways container_runc_userns host
}

testTheMountsOfCrun() {
	can_graft || return 0
	enter_all_ways container_crun host
}

testATargetWithNothingButBusybox() {
	can_graft || return 0
	container_runc busybox || { skip "$why"; return 0; }
	before=$(picture "$work/$id/rootfs")
	entered '' "-g merge $ours /bin -g over $ours /usr/lib -g over $ours/file /lib64/ld" '
		read -r a </bin/file; read -r b </lib64/ld
		[ -x /bin/busybox ] && [ -d /proc/1 ] && echo $a $b /usr/lib/*'
	assertEquals 'ours ours /usr/lib/file /usr/lib/sub' "$got"
	assertEquals 'the tree of the target' "$before" "$(picture "$work/$id/rootfs")"
}

# Who may not clone mounts has them cut by somebody in a user namespace.
testAnOrdinaryUserEntersATargetOfHis() {
	can_graft || return 0
	container_rootless || { skip "$why"; return 0; }
	entered "$drop" "$all_ways" "$look"
	assertEquals "$seen" "$got"
	entered "$drop" "-g over /nonexistent /x" :
	assertEquals 'graft /nonexistent (out here): ENOENT No such file or directory' "$got"
	entered "$drop" "-g over,optional /nonexistent /x -g over,rw $ours /y" 'echo /y/*; echo x >/y/new'
	assertEquals "/y/file /y/sub
sh: can't create /y/new: Permission denied" "$got"
	entered "$drop" "-g over,optional $ours /x" 'echo /x/*'
	assertEquals 'what is optional too' '/x/file /x/sub' "$got"
	entered "$drop" "-f mount_setattr -g over $ours /x" :
	assertContains "$got" 'ENOSYS'
}

# As in a shell that has the node's files as its root.
testGraftsAreLockedInAChroot() {
	can_graft || return 0
	mkdir -p "$work/chroot/empty"
	got=$(unshare --mount sh -c '
		mount --bind "$1" "$1" || exit
		for it in /*; do
			[ ! -L "$it" ] || { cp -P "$it" "$1"; continue; }
			[ ! -d "$it" ] || { mkdir "$1$it" && mount --rbind "$it" "$1$it"; } || exit
		done
		shift
		exec "$@"' sh "$work/chroot" chroot "$work/chroot" "$driver" -l -r /empty \
		-g over "$ours" /x "$busybox" sh -c '
			"$0" mount -o remount,bind,rw /x; echo x/*; echo x >/x/new' 2>&1)
	assertContains "$got" 'x/file x/sub'
	assertContains "$got" "can't create /x/new: Read-only file system"
}

testWithoutUserNamespacesItIsTold() {
	can_graft || return 0
	got=$($drop unshare --user --map-root-user sh -c '
		echo 0 >/proc/sys/user/max_user_namespaces || exit
		exec "$@"' sh "$driver" -g over "$ours" /x "$busybox" true 2>&1)
	assertContains "$got" \
		'graft user namespace (to lock what is read-only): ENOSPC'
	assertContains "$got" 'the right to make user namespaces'
}

# Out here a mount may be one of many that tell each other; a graft is none of them.
testWhatIsMountedInAGraftIsNotSeenOutHere() {
	can_graft || return 0
	mkdir "$work/shares" "$work/empty"
	got=$(unshare --mount --propagation private sh -c '
		mount -t tmpfs none "$1" && mkdir "$1/dir" && mount --make-shared "$1" || exit
		before=$(cat /proc/self/mountinfo)
		"$2" -r "$3" -g over,rw "$1" /x "$4" mount -t tmpfs none /x/dir || exit
		[ "$(cat /proc/self/mountinfo)" = "$before" ] && echo same' sh "$work/shares" "$driver" "$work/empty" "$busybox" 2>&1)
	assertEquals 'same' "$got"
}

# What a target with shared mounts mounts comes to us, and nothing of ours to it.
testATargetWithSharedMounts() {
	can_graft || return 0
	new_name shared
	mkdir -p "$work/shared/etc" "$work/shared/mnt"
	setpriv --pdeathsig KILL unshare --mount --propagation private sh -c '
		mount --bind "$1" "$1" && mount --make-rshared "$1" && echo ready && sleep 300
		exit' sh "$work/shared" >"$words" 2>&1 </dev/null &
	target=$!
	remember "$target"
	wait_for '[ -s "$words" ]'
	assertEquals ready "$(cat "$words")"
	before=$(picture "$work/shared")
	entered '' "-r $work/shared -g over $ours /new -g over $ours/file /etc/new -g merge $ours /etc" \
		'echo new/* etc/*'
	assertEquals 'new/file new/sub etc/file etc/new etc/sub' "$got"
	assertEquals 'the tree of the target' "$before" "$(picture "$work/shared")"
}

. shunit2
