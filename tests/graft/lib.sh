# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the tests of grafts share.  From lib.sh; some variables are for those tests, some
# texts are expanded elsewhere.
# shellcheck disable=SC2154,SC2034,SC2016

ASAN_OPTIONS=detect_leaks=0 # it would trace itself, without /proc
export ASAN_OPTIONS

busybox=$(command -v busybox)
ours=$work/ours

# The driver where an ordinary user reaches it.
driver=$work/driver
cp "$abs_top_builddir/tests/graft/driver" "$driver"

# Use: can_graft || return 0
can_graft() {
	need_root && need busybox
}

# picture DIR: all that can be told about what is in it.
picture() {
	(
		cd "$1" || exit
		find . -printf '%p %y %m %U %G %s %T@ %C@ %l\n' | sort
		find . -type f -exec cksum {} + | sort
	)
}

make_ours() {
	mkdir -p "$ours/sub"
	echo ours >"$ours/file"
	echo deep >"$ours/sub/deep"
	ours_picture=$(picture "$ours")
}

# make_theirs DIR: some names are those of ours.
make_theirs() {
	mkdir -p "$1/sub"
	echo theirs >"$1/file"
	echo theirs >"$1/other"
	echo theirs >"$1/sub/theirs"
}

look_merged='
	read -r a <lib/file; read -r b <lib/other
	echo $a $b lib/*
	read -r a <lib/sub/deep; echo $a
	[ ! -e lib/sub/theirs ] || echo both
	( echo x >lib/new ) 2>&- || echo read-only'
merged='ours theirs lib/file lib/other lib/sub
deep
both
read-only'

# grafted ARGUMENT...: of the driver
grafted() {
	"$driver" "$@"
}

# inside OPTIONS TEXT: a shell in $root that has no programs; sets $got and $status.
inside() {
	# shellcheck disable=SC2086 # a list of words
	got=$(grafted -r "$root" $1 "$busybox" sh -c "$2" 2>&1)
	status=$?
}

# on_two_overlays DIR HOW TO PROGRAM...: ours, in a root that cannot be stacked any higher.
on_two_overlays() {
	lower=$1 how=$2 to=$3
	shift 3
	unshare --mount sh -c '
		lower=$1 ours=$2 driver=$3 busybox=$4 how=$5 to=$6
		shift 6
		at=$(mktemp -d) && mount -t tmpfs none "$at" && cd "$at" &&
		mkdir upper1 work1 one upper2 work2 two && mkdir "$at/empty" &&
		mount -t overlay none -o "lowerdir=$lower,upperdir=upper1,workdir=work1" one &&
		mount -t overlay none -o "lowerdir=one:empty" two || exit
		"$driver" -r "$at/two" -g "$how" "$ours" "$to" "$busybox" "$@"
		status=$?
		cd / && umount -l "$at" && rmdir "$at"
		exit $status' sh "$lower" "$ours" "$driver" "$busybox" "$how" "$to" "$@"
}
