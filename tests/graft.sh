#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Trees of ours among somebody else's files: in a root directory, seen by a program that
# was opened out here; and nothing of it is left there, or was ever written there.
#
# From lib.sh; some texts are expanded elsewhere.
# shellcheck disable=SC2154,SC2016

. "$(dirname "$0")/lib.sh"
. "$abs_testsdir/graft/lib.sh"

oneTimeSetUp() {
	make_ours
}

setUp() {
	root=$work/root
	rm -rf --one-file-system "$root"
	mkdir "$root"
}

testAnEmptyRootGetsWhatItLacks() {
	can_graft || return 0
	before=$(picture "$root")
	got=$(grafted -r "$root" -g over "$ours" /opt/tool -g over "$ours/file" /etc/file \
		-g directory - /tmp "$busybox" find / -type f)
	assertEquals 'status' 0 $?
	assertEquals '/etc/file
/opt/tool/file
/opt/tool/sub/deep' "$(echo "$got" | sort)"
	assertEquals 'drwxrwxrwt' "$(grafted -r "$root" -g directory - /tmp "$busybox" ls -ld /tmp |
		cut -d' ' -f1)"
	assertEquals 'written to the root' "$before" "$(picture "$root")"
}

testOnlyTheDirectoryThatLacksANameIsCovered() {
	can_graft || return 0
	mkdir -p "$root/a/b/c/d"
	echo theirs >"$root/a/b/c/file"
	ln -s file "$root/a/b/c/link"
	mkfifo "$root/a/b/c/fifo"
	chmod 2751 "$root/a/b/c"
	chown 17:18 "$root/a/b/c" 2>/dev/null
	like=$(stat -c '%A %u %g' "$root/a/b/c")
	inside '-g over /proc /a/b/c/x/y/proc' '
		read -r file <a/b/c/link && echo $file
		[ -p a/b/c/fifo ] && [ -d a/b/c/d ] && echo all
		echo changed >a/b/c/file
		echo new >a/b/c/new
		echo new >a/b/c/d/new
		echo new >a/b/new
		while read -r _ _ _ _ where _; do echo $where; done <a/b/c/x/y/proc/self/mountinfo'
	assertContains "$got" 'theirs
all'
	assertEquals 'covers' '/a/b/c' "$(echo "$got" | grep -x -e / -e /a -e /a/b -e /a/b/c)"
	assertEquals 'changed' "$(cat "$root/a/b/c/file")"
	assertEquals 'new' "$(cat "$root/a/b/c/d/new")"
	assertEquals 'new' "$(cat "$root/a/b/new")"
	assertFalse 'a new name in the cover' "[ -e '$root/a/b/c/new' ]"
	assertFalse 'the mount point' "[ -e '$root/a/b/c/x' ]"
	assertEquals "$like" "$(grafted -r "$root" -g over /proc /a/b/c/proc \
		"$busybox" stat -c '%A %u %g' /a/b/c)"
}

testWhatIsThereIsCoveredByTheSameKind() {
	can_graft || return 0
	mkdir -p "$root/dir"
	echo theirs >"$root/file"
	echo theirs >"$root/dir/theirs"
	before=$(picture "$root")
	inside "-g over $ours/file /file -g over $ours /dir" 'read -r a <file; echo $a dir/*'
	assertEquals 'ours dir/file dir/sub' "$got"
	inside "-g over $ours /file" :
	assertEquals 98 $status
	assertEquals "graft /file (a file in there, a directory out here): ENOTDIR Not a directory" \
		"$got"
	inside "-g over $ours/file /dir/" :
	assertEquals "graft /dir/ (a directory in there, a file out here): EISDIR Is a directory" \
		"$got"
	inside "-g if-none $ours /dir -g if-none $ours /none -g directory - /dir
		-g directory - /file" 'echo dir/* none/*'
	assertEquals 'dir/theirs none/file none/sub' "$got"
	assertEquals 'written to the root' "$before" "$(picture "$root")"
}

testSymbolicLinksAreFollowedInsideOnly() {
	can_graft || return 0
	mkdir -p "$root/usr/lib64" "$root/srv/data" "$root/etc"
	ln -s usr/lib64 "$root/lib64"
	ln -s /srv/data "$root/data"
	ln -s ../../../../../../../../etc "$root/srv/up"
	ln -s loop "$root/loop"
	ln -s / "$root/self"
	: >"$root/plain"
	inside "-g over $ours/file /lib64/a -g over $ours/file /data/x/b -g over $ours/file /srv/up/c
		-g over $ours/file /self/d" 'echo usr/lib64/* srv/data/x/* etc/* /d'
	assertEquals 'usr/lib64/a srv/data/x/b etc/c /d' "$got"
	for it in 'loop/x:in there): ELOOP' 'plain/x:in there): ENOTDIR'; do
		inside "-g over $ours /${it%%:*}" :
		assertContains "$got" "graft /${it%%:*} (${it#*:}"
	done
}

testWhatIsToBeHiddenMayBeMissing() {
	can_graft || return 0
	mkdir "$root/etc"
	echo theirs >"$root/etc/file"
	ln -s file "$root/etc/link"
	ln -s nowhere "$root/etc/none"
	ln -s loop "$root/etc/loop"
	inside "-g hide /dev/null /etc/link -g hide /dev/null /etc/none -g hide /dev/null /etc/gone
		-g hide /dev/null /gone/too -g hide /dev/null /etc -g hide /dev/null /etc/file/x
		-g hide /dev/null /etc/loop/x" '
		read -r a <etc/link || echo hidden; read -r a <etc/none || echo hidden
		read -r a <etc/file; echo $a * etc/*'
	assertEquals 'hidden
hidden
theirs etc etc/file etc/link etc/loop etc/none' "$got"
}

# As busybox is installed: what has one of its names is not in place of them all.
testASymbolicLinkIsReplacedAndNotWhatItLeadsTo() {
	can_graft || return 0
	mkdir -p "$root/bin" "$root/etc/alternatives" "$root/srv/java"
	echo busybox >"$root/bin/busybox"
	ln -s busybox "$root/bin/sh"
	ln -s /bin/busybox "$root/bin/ls"
	ln -s loop "$root/bin/loop"
	ln -s nowhere "$root/bin/none"
	ln -s ../srv/java "$root/java"
	echo theirs >"$root/srv/java/file"
	before=$(picture "$root")
	inside "-g over $ours/file /bin/sh -g over $ours/file /bin/loop -g over $ours/file /bin/none
		-g over $ours /java -g over /proc /proc" '
		while read -r l; do case $l in *" /bin "*tmpfs\ nsexec*) echo covered; esac; done </proc/self/mountinfo
		for it in busybox sh ls loop none; do read -r a <bin/$it; echo $it $a; done
		read -r a <java/file; read -r b <srv/java/file; echo $a $b'
	assertEquals 'busybox busybox
sh ours
ls busybox
loop ours
none ours
ours theirs' "$got"
	assertEquals 'written to the root' "$before" "$(picture "$root")"
}

testWhatIsMountedOnASymbolicLinkStaysInACover() {
	can_graft || return 0
	for it in etc usr/lib lib; do
		mkdir -p "$root/$it"
		echo theirs >"$root/$it/real"
		ln -s real "$root/$it/link"
	done
	seq -f "$root/usr/lib/lib%g" 300 | xargs touch
	for how in '' '-F chroot'; do
		inside "$how -g over $ours/file /etc/link -g over $ours/file /etc/new
			-g over $ours/file /usr/lib/link -g over $ours/file /usr/lib/new
			-g over $ours/file /lib/link -g merge $ours /lib" '
			for it in etc usr/lib lib; do read -r a <$it/link; read -r b <$it/real; echo $a $b; done'
		assertEquals "$how" 'ours theirs
ours theirs
ours theirs' "$got"
	done
}

# As /lib64 of an image that has nothing to be in there.
testALinkThatLeadsNowhereGivesWay() {
	can_graft || return 0
	ln -s usr/lib64 "$root/lib64"
	ln -s /nowhere "$root/tmp"
	mkdir -p "$root/usr/lib"
	ln -s ../gone "$root/usr/lib/x"
	seq -f "$root/usr/lib/lib%g" 300 | xargs touch
	before=$(picture "$root")
	inside "-g over $ours/file /lib64/ld -g merge $ours /lib64/dir -g directory - /tmp
		-g over $ours/file /usr/lib/x/y" '
		echo lib64/* lib64/dir/* usr/lib/x/y; echo x >tmp/new && echo wrote'
	assertEquals 'lib64/dir lib64/ld lib64/dir/file lib64/dir/sub usr/lib/x/y
wrote' "$got"
	assertEquals 'written to the root' "$before" "$(picture "$root")"
}

# As "/lib" and "/usr/lib" are.
testADirectoryWithTwoNamesIsMergedOnce() {
	can_graft || return 0
	mkdir -p "$root/usr"
	make_theirs "$root/usr/lib"
	ln -s usr/lib "$root/lib"
	inside "-g merge $ours /usr/lib -g merge $ours /lib -g over /proc /proc" "$look_merged"'
		n=0
		while read -r _ _ _ _ at _; do [ $at != /usr/lib ] || n=$((n + 1)); done </proc/self/mountinfo
		echo $n'
	# ours, which is a layer; what has been looked at; the overlay
	assertEquals "$merged
3" "$got"
}

testNothingIsLaidThroughMagicLinks() {
	can_graft || return 0
	mkdir "$root/proc"
	inside "-g over /proc /proc -g over $ours/file /proc/self/root/x" :
	assertEquals 98 $status
	assertContains "$got" 'graft /proc/self/root/x (in there): ELOOP'
}

testPathsThatAreNoneAreRefused() {
	can_graft || return 0
	for it in / // /. a a/b /a/../b /.. ./a ''; do
		got=$(grafted -r "$root" -g over "$ours" "$it" "$busybox" true 2>&1)
		assertEquals "$it: status" 98 $?
		assertContains "$it" "$got" \
			"graft $it (absolute, without \"..\", and not the root directory): EINVAL"
	done
	inside "-g over $ours //a//b/./c/ -g over $ours /a..b/...c" 'echo /a/b/c/file /a..b/...c/file'
	assertEquals '/a/b/c/file /a..b/...c/file' "$got"
}

testWhatIsNotThereOutHereIsToldUnlessOptional() {
	can_graft || return 0
	: >"$root/plain"
	inside '-g over /nonexistent /x' :
	assertEquals 98 $status
	assertEquals 'graft /nonexistent (out here): ENOENT No such file or directory' "$got"
	inside "-g over,optional /nonexistent /x -g over,optional $ours /plain/x
		-g over,optional $ours /plain -g over $ours /y" 'echo *'
	assertEquals 'plain y' "$got"
}

testGraftsLieInGrafts() {
	can_graft || return 0
	mkdir "$root/opt"
	inside "-g over $ours /opt/tool -g over $ours /opt/tool/more/sub -g over $ours/file /opt/tool/sub/b
		-g over $ours/file /opt/tool/sub/c -g over $ours/file /opt/new/d" '
		echo opt/* opt/tool/* opt/tool/more/sub/* opt/tool/sub/* opt/new/*'
	assertEquals 'opt/new opt/tool opt/tool/file opt/tool/more opt/tool/sub opt/tool/more/sub/file opt/tool/more/sub/sub opt/tool/sub/b opt/tool/sub/c opt/tool/sub/deep opt/new/d' "$got"
	assertEquals "$ours_picture" "$(picture "$ours")"
}

testGraftsAreReadOnlyUnlessTheyAreWritable() {
	can_graft || return 0
	mkdir "$work/write"
	: >"$work/write/file"
	inside "-g over $work/write /ro -g over,rw $work/write /rw -g over,rw $work/write/file /file" '
		echo x >/ro/new
		echo x >/rw/new
		echo x >/file'
	assertContains "$got" "can't create /ro/new: Read-only file system"
	assertEquals 'x' "$(cat "$work/write/new")"
	assertEquals 'x' "$(cat "$work/write/file")"
}

# Submounts too; and what is mounted below later is not seen.
testMountsBelowComeAlongAndAreReadOnly() {
	can_graft || return 0
	got=$(unshare --mount sh -c '
		mount -t tmpfs none "$1/sub" && echo below >"$1/sub/below" || exit
		shift
		exec "$@"' sh "$ours" "$driver" -r "$root" -g over "$ours" /x "$busybox" sh -c '
			read -r a <x/sub/below; echo $a; echo x >x/sub/new' 2>&1)
	assertContains "$got" 'below'
	assertContains "$got" 'Read-only file system'
}

testSetIdProgramsAreNoWayUp() {
	can_graft || return 0
	mkdir "$work/setid"
	echo 'int main(void) { return geteuid() == 0; }' |
		${CC:-cc} -w -static -x c -o "$work/setid/id" - || { skip 'no static libc here'; return 0; }
	cp "$busybox" "$work/setid/grep"
	chmod 4755 "$work/setid/id"
	as_user "$ordinary" "$work/setid/id"
	assertEquals 'it means something out here' 1 $?
	inside "-u $ordinary -g over,rw $work/setid /x" '/x/id && echo no'
	assertEquals 'no' "$got"
	need python3 || return 0
	python3 -c 'import os, struct, sys
net_admin, effective_version_2 = 1 << 12, 0x2000001
os.setxattr(sys.argv[1], "security.capability",
	struct.pack("<5I", effective_version_2, net_admin, 0, 0, 0))' "$work/setid/grep"
	assertEquals 'they mean something out here' 'CapEff:	0000000000001000' \
		"$(as_user "$ordinary" "$work/setid/grep" CapEff /proc/self/status)"
	inside "-u $ordinary -g over $work/setid /x -g over /proc /proc" '/x/grep CapEff /proc/self/status'
	assertEquals 'CapEff:	0000000000000000' "$got"
}

# As the target would have it, it cannot be written to; but for what was asked for.
testAReadOnlyRootStaysReadOnly() {
	can_graft || return 0
	mkdir "$root/etc"
	echo theirs >"$root/etc/file"
	got=$(unshare --mount sh -c '
		root=$1 driver=$2
		shift 2
		mount --bind "$root" "$root" && mount -o remount,bind,ro "$root" || exit
		exec "$driver" -r "$root" "$@"' sh "$root" "$driver" \
		-g over "$ours" /opt/tool -g over "$ours/file" /etc/ours -g directory - /tmp \
		"$busybox" sh -c '
			echo etc/* opt/tool/*
			for it in /new /etc/new /etc/file /opt/new /tmp/new; do
				echo x >$it && echo wrote $it
			done' 2>&1)
	assertContains "$got" 'etc/file etc/ours opt/tool/file opt/tool/sub'
	assertContains "$got" 'wrote /tmp/new'
	for it in /new /etc/new /etc/file /opt/new; do
		assertContains "$got" "can't create $it: Read-only file system"
	done
}

testMergedDirectoriesShowBoth() {
	can_graft || return 0
	make_theirs "$root/lib"
	before=$(picture "$root")
	inside "-g merge $ours /lib" "$look_merged"
	assertEquals "$merged" "$got"
	assertEquals 'written to the root' "$before" "$(picture "$root")"
}

testMergedWhereOverlaysAreRefused() {
	can_graft || return 0
	make_theirs "$root/lib"
	before=$(picture "$root")
	inside "-F chroot -g merge $ours /lib" "$look_merged"
	assertEquals 'ours theirs lib/file lib/other lib/sub
deep
read-only' "$got"
	assertEquals 'written to the root' "$before" "$(picture "$root")"
}

# An overlay on an overlay is as high as the kernel stacks them.
testMergedOnTopOfTwoOverlays() {
	can_graft || return 0
	make_theirs "$root/lib"
	got=$(on_two_overlays "$root" merge /lib sh -c "cd /; $look_merged" 2>&1)
	assertEquals 'ours theirs lib/file lib/other lib/sub
deep
read-only' "$got"
}

testMergeIsForDirectories() {
	can_graft || return 0
	echo theirs >"$root/file"
	inside "-g merge $ours/file /file -g merge $ours /new/dir" 'read -r a <file; echo $a new/dir/*'
	assertEquals 'ours new/dir/file new/dir/sub' "$got"
	inside "-g merge $ours /file" :
	assertContains "$got" 'ENOTDIR'
}

# The same directory, but not our root.
testARootThatIsMountedInItself() {
	can_graft || return 0
	mkdir "$root/host" "$root/etc"
	got=$(unshare --mount sh -c '
		root=$1
		shift
		mount --bind "$root" "$root/host" || exit
		exec "$@"' sh "$root" "$driver" -r "$root" -g over "$ours" /host/x -g over "$ours" /etc/y \
		"$busybox" sh -c 'echo * host/* etc/*' 2>&1)
	assertEquals 'etc host host/etc host/host host/x etc/y' "$got"
}

# As runtimes mount /etc/resolv.conf, or the libraries of a driver among the others.
testWhatIsMountedInAMergedDirectoryIsSeen() {
	can_graft || return 0
	make_theirs "$root/lib"
	for how in '' '-F chroot'; do
		# shellcheck disable=SC2086 # a list of words
		got=$(unshare --mount sh -c '
			root=$1 ours=$2 driver=$3
			shift 3
			echo mounted >"$root/mounted"
			mount --bind "$root/mounted" "$root/lib/other" &&
			mount --bind "$root/mounted" "$root/lib/file" &&
			mount -t tmpfs none "$ours/sub" && echo too >"$ours/sub/too" || exit
			exec "$driver" -r "$root" "$@"' sh "$root" "$ours" "$driver" \
			$how -g merge "$ours" /lib "$busybox" sh -c '
				read -r a <lib/other; read -r b <lib/sub/too; read -r c <lib/file
				echo $a $b $c' 2>&1)
		assertEquals "$how" 'mounted too ours' "$got"
	done
}

# What an overlay cannot show: they come with the directory that they are in.
testWhatIsMountedDeepInAMergedDirectoryIsSeen() {
	can_graft || return 0
	make_theirs "$root/lib"
	make_theirs "$root/usr/lib"
	seq -f "$root/usr/lib/lib%g" 300 | xargs touch
	mkdir -p "$root/lib/theirs/deep" "$root/usr/lib/theirs/deep" "$ours/own/deep"
	got=$(unshare --mount sh -c '
		root=$1 ours=$2
		shift 2
		for it in "$root/lib/theirs/deep" "$root/usr/lib/theirs/deep" "$ours/own/deep"; do
			mount -t tmpfs none "$it" && : >"$it/mounted" || exit
		done
		exec "$@"' sh "$root" "$ours" "$driver" -r "$root" \
		-g merge "$ours" /lib -g over "$ours" /usr/lib/x "$busybox" sh -c '
			echo lib/theirs/deep/* lib/own/deep/* usr/lib/theirs/deep/* lib/other usr/lib/x/file' 2>&1)
	rm -r "$ours/own"
	assertEquals 'lib/theirs/deep/mounted lib/own/deep/mounted usr/lib/theirs/deep/mounted lib/other usr/lib/x/file' "$got"
}

testWhatIsMountedInACoveredDirectoryIsSeen() {
	can_graft || return 0
	mkdir -p "$root/etc/dir"
	: >"$root/etc/resolv.conf"
	got=$(unshare --mount sh -c '
		root=$1
		shift
		echo nameserver >"$root/conf"
		mount --bind "$root/conf" "$root/etc/resolv.conf" &&
		mount -t tmpfs none "$root/etc/dir" && mkdir "$root/etc/dir/a" &&
		mount -t tmpfs none "$root/etc/dir/a" && : >"$root/etc/dir/a/b" || exit
		exec "$@"' sh "$root" "$driver" -r "$root" -g over "$ours/file" /etc/ours \
		"$busybox" sh -c '
			read -r a <etc/resolv.conf; echo $a etc/dir/a/b
			echo changed >etc/resolv.conf' 2>&1)
	assertEquals 'nameserver etc/dir/a/b' "$got"
	assertEquals 'changed' "$(cat "$root/conf")"
}

# with_silent MOUNT_POINT served|dead DRIVER_ARGUMENT...: with a file system in $root that
# nobody serves any more, or whose server never says a word.
with_silent() {
	at=$root$1 which=$2
	shift 2
	timeout -s KILL 20 unshare --mount sh -c '
		at=$1 which=$2
		shift 2
		exec 9<>/dev/fuse &&
		mount -i -t fuse -o fd=9,rootmode=40000,user_id=0,group_id=0 none "$at" || exit
		[ "$which" = served ] || exec 9>&-
		exec "$@"' sh "$at" "$which" "$driver" -r "$root" "$@" 2>&1
}

testFileSystemsThatDoNotAnswerAreNoHindrance() {
	can_graft || return 0
	(: <>/dev/fuse) 2>&- || { skip 'no FUSE here'; return 0; }
	mkdir -p "$root/data" "$root/usr/share/data" "$root/lib/data"
	seq -f "$root/usr/share/%g" 300 | xargs touch
	for which in dead served; do
		# Below the root, mountinfo has what a cover lies on as well.
		for it in '/data 1' '/usr/share/data 2' '/lib/data 2'; do
			got=$(with_silent "${it% *}" "$which" -g over /proc /proc \
				-g over "$ours" /usr/share/ours -g merge "$ours" /lib \
				"$busybox" grep -c "${it% *}.*fuse" /proc/self/mountinfo)
			assertEquals "$which $it" "${it#* }" "$got"
		done
	done
}

testACoverThatCannotBeFilledIsTakenAway() {
	can_graft || return 0
	mkdir -p "$root/etc/dir"
	ln -s dir "$root/etc/link"
	inside "-F symlinkat -g over $ours /etc/x" :
	assertContains "$got" 'graft link (mount it again in a cover): ENOSYS'
	inside "-F symlinkat -g over,optional $ours /etc/x -g over $ours /y" 'echo etc/* y/*'
	assertEquals 'what is optional leaves all as it was' 'etc/dir etc/link y/file y/sub' "$got"
	inside "-F chroot -g over,optional $ours /x -g over $ours /etc/y" 'echo * etc/*'
	assertEquals 'the root directory too' 'etc etc/dir etc/link etc/y' "$got"
	inside "-F symlinkat -F chroot -g merge,optional $ours /etc -g over $ours /etc/dir" 'echo etc/*'
	assertEquals 'what was to be merged' 'etc/dir etc/link' "$got"
	mkdir -p "$root/usr/lib"
	seq -f "$root/usr/lib/lib%g" 300 | xargs touch
	ln -s lib1 "$root/usr/lib/link"
	inside "-F symlinkat -F chroot -g over,optional $ours /usr/lib/x -g over $ours /usr/lib/lib1" 'echo'
	assertContains 'not an overlay of which nothing came' "$got" 'graft /usr/lib/lib1 (a file in there'
}

testADirectoryOfManyEntries() {
	can_graft || return 0
	for it in usr/lib srv; do
		mkdir -p "$root/$it"
		seq -f "$root/$it/lib%g" 300 | xargs touch
	done
	ln -s usr/lib "$root/lib"
	chmod 2751 "$root/usr/lib"
	before=$(picture "$root")
	inside "-g over $ours /lib/x -g over $ours/file /usr/lib/y/z -g over $ours /srv/x
		-g over /proc /proc" '
		set -- lib/* srv/*
		echo $# /lib/x/file /lib/y/z /srv/x/file
		echo x >lib/new && echo wrote
		while read -r l; do case $l in *overlay*) echo overlay; esac; done </proc/self/mountinfo'
	assertEquals '603 /lib/x/file /lib/y/z /srv/x/file
wrote
overlay' "$got"
	assertEquals 'drwxr-s--x' "$(grafted -r "$root" -g over "$ours" /lib/x "$busybox" \
		ls -ld /usr/lib | cut -d' ' -f1)"
	assertEquals 'written to the root' "$before" "$(picture "$root")"
	mkdir "$root/usr/few"
	: >"$root/usr/few/file"
	inside "-g over $ours /usr/few/x" 'echo changed >usr/few/file'
	assertEquals 'of few entries, each is the one of the root' changed "$(cat "$root/usr/few/file")"
	inside "-F chroot -g over $ours /usr/lib/x" 'set -- lib/*; echo $# /lib/x/file'
	assertEquals '301 /lib/x/file' "$got"
	got=$(on_two_overlays "$root" over /usr/lib/x sh -c 'set -- lib/*; echo $# lib/x/*' 2>&1)
	assertEquals '301 lib/x/file lib/x/sub' "$got"
}

testWhatIsMountedInADirectoryOfManyEntriesIsSeen() {
	can_graft || return 0
	mkdir -p "$root/usr/lib"
	seq -f "$root/usr/lib/lib%g" 300 | xargs touch
	got=$(unshare --mount sh -c '
		root=$1
		shift
		echo mounted >"$root/mounted"
		mount --bind "$root/mounted" "$root/usr/lib/lib7" || exit
		exec "$@"' sh "$root" "$driver" -r "$root" -g over "$ours" /usr/lib/x \
		"$busybox" sh -c 'read -r a </usr/lib/lib7; echo $a' 2>&1)
	assertEquals 'mounted' "$got"
}

testNamesMayBeStrange() {
	can_graft || return 0
	strange='a b,c:d\e"f=g%h'
	mkdir "$work/$strange" "$root/$strange"
	echo ours >"$work/$strange/file"
	echo theirs >"$root/$strange/other"
	got=$(grafted -r "$root" -g merge "$work/$strange" "/$strange" \
		-g over "$work/$strange" "/$strange/new/$strange" \
		-g over "$work/$strange/file" "/x/$strange" \
		"$busybox" sh -c 'cd "$1"; read -r a <file; read -r b <other; read -r c <"new/$1/file"
			read -r d <"/x/$1"; echo $a $b $c $d' sh "$strange" 2>&1)
	assertEquals 'ours theirs ours ours' "$got"
	long=$(printf '%0255d' 0)
	inside "-g over $ours /$long/$long" "echo $long/$long/file"
	assertEquals "$long/$long/file" "$got"
	inside "-g over $ours /$long/${long}0" :
	assertContains "$got" 'ENAMETOOLONG'
}

testManyGrafts() {
	can_graft || return 0
	mkdir -p "$root/here"
	list=''
	for it in $(seq 1 40); do
		list="$list -g over $ours /here/$it/x -g over $ours/file /there/$it"
	done
	inside "$list" 'set -- here/*/x/file there/*; echo $#'
	assertEquals '80' "$got"
}

testMoreCoversThanThereIsRoomForAreTold() {
	can_graft || return 0
	set --
	for it in $(seq 97); do
		mkdir "$root/$it"
		set -- "$@" -g over "$ours/file" "/$it/file"
	done
	got=$(grafted -r "$root" "$@" "$busybox" true 2>&1)
	assertContains "$got" '/97/file (one cover more): E2BIG'
	shift 4
	got=$(grafted -r "$root" "$@" "$busybox" ls 97 2>&1)
	assertEquals 'file' "$got"
}

testTheMaskForNewFilesDoesNotCountAndStays() {
	can_graft || return 0
	got=$(umask 077; grafted -r "$root" -g over "$ours" /a/b -g directory - /tmp "$busybox" sh -c '
		umask
		exec /proc/self/exe' </dev/null 2>&1)
	assertContains "$got" '0077'
	got=$(umask 077; grafted -r "$root" -u "$ordinary" -g over "$ours" /a/b "$busybox" sh -c 'echo a/b/*')
	assertEquals 'a/b/file a/b/sub' "$got"
}

testKernelsThatAreTooOldAreTold() {
	can_graft || return 0
	for it in open_tree mount_setattr; do
		inside "-f $it -g over $ours /x" :
		assertEquals "$it: status" 98 $status
		assertContains "$it" "$got" 'ENOSYS'
		assertContains "$it" "$got" 'since Linux 5.12'
	done
	mkdir "$root/there"
	for it in move_mount fsopen openat2; do
		inside "-F $it -g over $ours /x" :
		assertEquals "$it: status" 98 $status
		assertContains "$it" "$got" 'ENOSYS'
		assertContains "$it" "$got" 'since Linux 5.12'
	done
	inside "-F fsopen -g over $ours /there" 'echo there/*'
	assertEquals 'no cover is needed' 'there/file there/sub' "$got"
}

. shunit2
