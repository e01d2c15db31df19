#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Whose file is meant inside by a program of the caller, and what is left of the program in
# the target: nothing, at any time and whatever ends it.
#
# From lib.sh and lib/guest.sh; expanded later; words; $container by at().
# shellcheck disable=SC2154,SC2016,SC2086,SC2012

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/guest.sh"

ours=$work/ours
sh=$(command -v dash || command -v sh)

oneTimeSetUp() {
	guest_containers
	mkdir "$ours"
	echo ours >"$ours/file"
	chmod -R a+rwX "$ours"
}

tearDown() {
	exec 9>&-
	nothing_of_ours_is_left
}

each() {
	for which in plain userns rootless; do
		at $which || return 0
		"$@"
	done
}

says() {
	assertEquals "$container: $(cat "$err")" "$1" "$(cat "$out")"
	assertEquals "$container: status" 0 "$status"
}

# ---- whose files ---------------------------------------------------------------------

testAllButItsOwnIsTheTargets() {
	theirs() {
		in_root 'mkdir etc home; echo theirs >etc/hostname; echo theirs >etc/passwd
			echo theirs >home/file'
		state >"$work/before"
		host -- cat /etc/hostname /etc/passwd /home/file
		says 'theirs
theirs
theirs'
		unchanged_by 'cat'
		rm -r "${root:?}/etc" "${root:?}/home"
	}
	each theirs
}

testItsLibrariesGoFirst() {
	libc=$(ldd "$sh" | awk '/libc\./ { print $3 }')
	[ -n "$libc" ] || { skip 'no libc of that name'; return 0; }
	first() {
		in_root "mkdir -p .${libc%/*} && echo theirs >.$libc && echo theirs >.${libc%/*}/other"
		state >"$work/before"
		host -- cat "${libc%/*}/other"
		says theirs
		unchanged_by 'cat'
		rm -r "${root:?}/${libc#/}"
		find "$root" -depth -mindepth 1 ! -name busybox ! -name proc -exec rm -r {} \;
	}
	each first
}

# /etc is covered, since the program needs /etc/ld.so.cache; /data is not.
testWhatIsWrittenIsWrittenThrough() {
	through() {
		in_root 'mkdir -p etc/sub data; echo theirs >etc/file; chmod 666 etc/file'
		host -- "$sh" -c 'echo changed >/etc/file; echo new >/etc/sub/new
			echo new >/data/new; echo new >/etc/new; echo new >/tmp/new'
		says ''
		assertEquals "$container" 'changed new new' \
			"$(cat "$root/etc/file" "$root/etc/sub/new" "$root/data/new" | xargs)"
		assertEquals "$container: covered" 'file sub' "$(cd "$root/etc" && echo *)"
		assertFalse "$container: /tmp" "[ -e '$root/tmp' ]"
		rm -r "${root:?}/etc" "${root:?}/data"
	}
	each through
}

testSetUserIdMeansNothing() {
	at plain || return 0
	mkdir "$work/setid"
	echo 'int main(void) { return geteuid() == 0; }' |
		${CC:-cc} -w -static -x c -o "$work/setid/id" -
	chmod 4755 "$work/setid/id"
	as_user "$ordinary" "$work/setid/id"
	assertEquals 'it means something out here' 1 $?
	for it in '' :rw; do
		host --graft "$work/setid:/x$it" -S "$ordinary" -G "$ordinary" -- /bin/sh -c /x/id
		assertEquals "$it: $(cat "$err")" 0 "$status"
	done
}

# ---- a program that waits ------------------------------------------------------------

# begin TEXT [WORD]...: a shell of ours, dynamic, that says "ready", reads a word and goes on
# with TEXT.  It is $program, and nsexec in front of it $front.
begin() {
	text=$1
	shift
	rm -f "$work/go"
	mkfifo -m 666 "$work/go"
	: >"$out"
	# Not by a function: a shell in between would be the one to be killed.
	set -- $marked "$NSEXEC" -t "$target" -a --host --graft "$ours:/new/ours" \
		--report-fd 8 "$@" -- "$sh" -c "echo ready; read -r word; $text"
	[ "$container" != rootless ] || [ "$(id -u)" -ne 0 ] ||
		set -- setpriv --reuid "$ordinary" --regid "$ordinary" --clear-groups "$@"
	"$@" <"$work/go" >"$out" 2>"$err" 8>"$work/report" &
	front=$!
	remember "$front"
	exec 9>"$work/go"
	wait_for 'grep -q ready "$out" || gone "$front"'
	assertEquals "$container: $(cat "$err")" ready "$(cat "$out")"
	program=$(sed 's/^{"pid":\([0-9]*\),.*/\1/' "$work/report")
}

# finish: let it go on; $status
finish() {
	echo word >&9
	exec 9>&-
	ends "$front"
}

testMountsOfTheTargetAreSeenWhereTheyAreShared() {
	seen() {
		in_root 'mkdir -p shared/later'
		"$NSEXEC" -t "$target" -a -- /busybox sh -c '
			/busybox mount -t tmpfs none /shared && /busybox mount --make-shared /shared &&
			/busybox mkdir /shared/later && >/shared/target' || fail "$container: no mounts"
		begin 'read -r a </shared/later/file; read -r b </shared/target; echo $a $b' \
			--graft "$ours/file:/shared/target"
		assertEquals "$container: a graft" '' \
			"$(grep /shared/target "/proc/$target/mountinfo")"
		"$NSEXEC" -t "$target" -a -- /busybox sh -c \
			'/busybox mount -t tmpfs none /shared/later && echo seen >/shared/later/file'
		finish
		says 'ready
seen ours'
		"$NSEXEC" -t "$target" -a -- /busybox umount -l /shared
		rmdir "$root/shared/later" "$root/shared"
	}
	need_root && each seen
}

testItsOwnMountsAreNot() {
	not_seen() {
		in_root 'mkdir dir'
		state >"$work/before"
		begin "$(command -v mount)"' -t tmpfs none /dir && echo x >/dir/file && echo mounted
			read -r word' --graft "$(command -v mount)" --graft "$(dirname "$(ldd "$(command -v mount)" |
			awk '/libmount/ { print $3 }')")"
		echo word >&9
		wait_for 'grep -q mounted "$out"'
		assertEquals "$container" '' "$(grep -e /dir "/proc/$target/mountinfo")"
		assertEquals "$container" '' "$(ls "$root/dir")"
		finish
		says 'ready
mounted'
		unchanged_by 'its mount'
		rmdir "$root/dir"
	}
	each not_seen
}

# ---- nothing remains -----------------------------------------------------------------

# Whoever looks meanwhile sees what was there before.
testNothingIsSeenAtAnyTime() {
	at_any_time() {
		in_root 'mkdir etc; echo theirs >etc/file'
		state >"$work/before"
		cat "/proc/$target/mountinfo" >"$work/mounts"
		ls -lR --time-style=full-iso "$root" >"$work/tree"
		: >"$work/looks"
		(
			while [ -e "$work/looks" ]; do
				cmp "/proc/$target/mountinfo" "$work/mounts"
				ls -lR --time-style=full-iso "$root" | cmp - "$work/tree"
				echo look
			done >"$work/looked" 2>&1
		) &
		looking=$!
		rounds=0
		until [ $rounds -ge 15 ] && [ "$(grep -c look "$work/looked")" -gt 15 ]; do
			rounds=$((rounds + 1))
			[ $rounds -lt 1000 ] || break # nobody looks
			host --graft "$ours:/new/ours" --graft "$ours/file:/etc/ours" -- \
				"$sh" -c 'echo x >/etc/new; read -r a </etc/ours; echo $a'
			says ours
		done
		rm "$work/looks"
		wait "$looking"
		assertTrue "$container: looked" "[ $(grep -c look "$work/looked") -gt 15 ]"
		assertEquals "$container" '' "$(grep -v look "$work/looked")"
		unchanged_by 'a run'
		rm -r "${root:?}/etc"
	}
	each at_any_time
}

testNoDescriptorIsLeftToIt() {
	descriptors() {
		mine=$(owner $marked ls /proc/self/fd </dev/null 2>"$err")
		host --graft "$ours:/new/ours" -- "$(command -v ls)" /proc/self/fd
		says "$mine"
		[ "$container" != plain ] || return 0 # no /proc
		host -- busybox ls /proc/self/fd
		says "$mine"
	}
	each descriptors
}

testKilledItLeavesNothing() {
	killed() {
		state >"$work/before"
		begin :
		assertTrue "$container: it" "grep -aqs 'HOST_MARK=$mark' /proc/$program/environ"
		kill -KILL "$program"
		ends "$front"
		assertEquals "$container: as a shell has it" 137 "$status"
		unchanged_by 'kill -9'
	}
	each killed
}

testItEndsWithWhoStandsInFrontOfIt() {
	in_front() {
		state >"$work/before"
		begin :
		kill -KILL "$front"
		ends "$front"
		wait_for 'gone "$program"'
		assertTrue "$container: alive" "gone $program"
		unchanged_by 'kill -9 of nsexec'
	}
	each in_front
}

testItEndsWithTheTarget() {
	for which in plain userns rootless; do
		container_bare $which proc || { skip "$why"; return 0; }
		container=$which root=$bare_root
		begin :
		kill -KILL "$target"
		ends "$front"
		assertEquals "$which" 137 "$status"
		assertTrue "$which: alive" "gone $program"
		assertEquals "$which: files" 'busybox
proc' "$(ls "$root")"
	done
}

. shunit2
