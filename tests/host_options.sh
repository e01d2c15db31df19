#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# --graft and --host on the command line: what is seen where, which program is meant, and
# what is said when there is none.
#
# From lib.sh and lib/guest.sh; not our expressions; words.
# shellcheck disable=SC2154,SC2016,SC2086

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/guest.sh"

busybox=$(command -v busybox)
ours=$work/ours
bin=$work/callers

# script FILE LINE...: a program for everybody
script() {
	file=$1
	shift
	printf '%s\n' "$@" >"$file" && chmod 755 "$file"
}

oneTimeSetUp() {
	guest_containers
	mkdir -p "$ours/sub" "$bin"
	echo ours >"$ours/file"
	echo deep >"$ours/sub/deep"
	chmod -R a+rwX "$ours"
	cp "$busybox" "$bin/busybox-static"
	cp "$(command -v cat)" "$bin/dynamic"
	script "$bin/no-shebang" 'echo said by $0 $#'
	script "$bin/with-env" '#!/usr/bin/env python3' 'print("said by python")'
	script "$bin/with-nothing" '#!/nonexistent/interpreter' 'echo no'
	script "$bin/with-env-nothing" '#!/usr/bin/env nonexistent-interpreter' 'echo no'
	echo 'echo no' >"$bin/not-executable"
	marked="$marked PATH=$bin:/usr/bin:/bin:/usr/sbin:/sbin"
}

tearDown() { nothing_of_ours_is_left; }

# in_each TEXT WORD...: a shell that finds busybox alone, in each container in turn, and
# then $check
in_each() {
	text=$1
	shift
	for which in plain userns rootless; do
		at $which || return 0
		state >"$work/before"
		host "$@" -- busybox-static sh -c "$text"
		$check
		unchanged_by "$container"
	done
}

# says WANT: that, status 0, and no complaint.
says() {
	assertEquals "$container${2:+, $2}: $(cat "$err")" "$1" "$(cat "$out")"
	assertEquals "$container${2:+, $2}: status" 0 "$status"
	assertEquals "$container${2:+, $2}: stderr" '' "$(cat "$err")"
}

# fails STATUS TEXT: nothing was run.
fails() {
	assertEquals "$container: $(cat "$err")" "$1" "$status"
	assertContains "$container" "$(cat "$err")" "$2"
	assertEquals "$container: stdout" '' "$(cat "$out")"
}

testFilesAndDirectoriesAreSeenWhereTheyAreWanted() {
	check='says ours/deep/ours/ours'
	in_each 'read -r a </etc/x; read -r b </opt/tool/sub/deep; read -r c <'"$ours"'/file
		read -r d <"/a:b"; echo $a/$b/$c/$d' \
		--graft "$ours/file:/etc/x" --graft "$ours:/opt/tool" --graft "$ours" \
		--graft "$ours/file:/a\\:b"
}

testWhatIsWritableIsWrittenOutHere() {
	for which in plain userns rootless; do
		at $which || return 0
		host --graft "$ours:/x:rw" --graft "$ours/sub/deep:/y/deep:rw" -- \
			busybox-static sh -c "echo $container >/x/new; echo changed >/y/deep"
		says ''
		assertEquals "$container" "$container changed" \
			"$(cat "$ours/new" "$ours/sub/deep" | xargs)"
		rm -f "$ours/new"
		echo deep >"$ours/sub/deep"
	done
}

testWhatIsReadOnlyIsNot() {
	refuses() {
		assertEquals "$container" 'ours' "$(cat "$out")"
		assertEquals "$container" 2 "$(grep -c 'Read-only file system' "$err")"
		assertEquals "$container" ours "$(cat "$ours/file")"
		assertFalse "$container" "[ -e '$ours/new' ]"
	}
	check=refuses
	in_each '(echo x >/x/new); (echo x >/y); read -r a </y; echo $a' \
		--graft "$ours:/x" --graft "$ours/file:/y"
	at rootless || return 0
	host --graft "$ours:/x" -- busybox-static sh -c \
		'/busybox mount -o remount,bind,rw /x || echo x >/x/new'
	assertNotEquals 'for good' 0 "$status"
	assertFalse 'for good' "[ -e '$ours/new' ]"
}

testALaterOneLiesOverAnEarlierOne() {
	mkdir -p "$work/other/sub"
	echo other >"$work/other/file"
	check='says other'
	in_each 'read -r a </x/file; echo $a' --graft "$ours:/x" --graft "$work/other:/x"
	check='says other/deep'
	in_each 'read -r a </x/file; read -r b </x/sub/deep; echo $a/$b' \
		--graft "$work/other:/x" --graft "$ours/sub:/x/sub"
	check='says no'
	in_each '[ -e /x/sub/deep ] || echo no' \
		--graft "$ours:/x" --graft "$ours/sub:/x/sub" --graft "$work/other:/x"
}

testPathsAreTheCallersToLookUp() {
	cd "$work" || return
	check='says ours/deep'
	in_each 'read -r a </x; read -r b </y/deep; echo $a/$b' \
		--graft ours/file:/x --graft ./ours/sub/../sub:/y
	at plain || return 0
	host --graft ours/file -- busybox-static true
	fails 125 'takes an absolute DEST'
	ln -s ours/file "$work/link"
	host --graft "$work/link" -- busybox-static sh -c "read -r a <$work/link; echo \$a"
	says ours
}

testWhatIsNotThereIsToldAndNothingBegins() {
	for which in plain userns rootless; do
		at $which || return 0
		state >"$work/before"
		host --graft "$ours:/x:rw" --graft "$work/missing:/y" -- busybox-static sh -c 'echo x >/x/new'
		fails 125 "graft $work/missing (out here): ENOENT"
		host --graft "$ours:/x:rw" --graft "$ours/file:/busybox/y" -- \
			busybox-static sh -c 'echo x >/x/new'
		fails 125 'graft /busybox/y (in there): ENOTDIR'
		host --graft "$ours:/busybox" -- busybox-static true
		fails 125 'graft /busybox (a file in there, a directory out here): ENOTDIR'
		assertFalse "$container" "[ -e '$ours/new' ]"
		unchanged_by "$container"
	done
}

testWithoutOtherMountsThereIsNothingToGraftTo() {
	at plain || return 0
	for it in '' "-t $target -n" '--unshare=uts'; do
		"$NSEXEC" $it --graft "$ours:/x" -- true >"$out" 2>"$err"
		status=$?
		fails 125 'needs other mounts or another root: -m, --unshare=mnt or -r'
	done
	for it in shared unchanged; do
		"$NSEXEC" --unshare=mnt --propagation=$it --graft "$ours:/x" -- true >"$out" 2>"$err"
		status=$?
		fails 125 'its mounts would not stay in there'
	done
	assertEquals 'files as they are' ours "$($marked "$NSEXEC" -t "$target" -n --host -- \
		dynamic "$ours/file")"
}

testContainersOfOurOwn() {
	need_root || return 0
	container=own
	for it in '--unshare=mnt,pid' '--unshare=mnt,pid,user --map-root-user' ''; do
		own=$work/own
		mkdir "$own" "$own/proc"
		cp "$busybox" "$own/busybox"
		"$NSEXEC" $it --root="$own" --graft "$ours/file:/etc/x" --graft /usr/bin/env:/e -- \
			/busybox sh -c 'read -r a </etc/x; echo $a $(/busybox ls -d /?)' >"$out" 2>"$err"
		status=$?
		says 'ours /e' "$it"
		$marked "$NSEXEC" $it --host --root="$own" --graft "$ours/file:/etc/x" -- \
			dynamic /etc/x >"$out" 2>"$err"
		status=$?
		says ours "$it, dynamic"
		assertEquals "$it" './busybox
./proc' "$(cd "$own" && find . -mindepth 1 | sort)"
		rm -r "$own"
	done
}

testWhatIsAskedForGoesBeforeWhatComesByItself() {
	for which in plain userns rootless; do
		at $which || return 0
		host --graft "$ours:/usr/share/terminfo" --graft "$ours/file:$bin/dynamic" \
			--graft "$bin:/opt" -- sh -c "while read -r a; do echo \$a; done \
			</usr/share/terminfo/file"
		says ours
	done
}

testPlansShowThem() {
	at plain || return 0
	state >"$work/before"
	host --graft "$ours:/x:rw" --graft "$ours/file" --plan -- dynamic
	unchanged_by 'a plan'
	for it in "/x from $ours, writable" "$ours/file" "$bin/dynamic" 'unshare mnt'; do
		assertTrue "$it: $(cat "$out")" "grep -q '$it' '$out'"
	done
}

# ---- which program -------------------------------------------------------------------

testTheCallersPathCounts() {
	for which in plain userns rootless; do
		at $which || return 0
		mkdir "$root/bin"
		script "$root/bin/busybox-static" '#!/busybox sh' 'echo theirs'
		script "$root/bin/dynamic" '#!/busybox sh' 'echo theirs'
		host -- env PATH=/bin dynamic /dev/null
		says theirs 'what it starts'
		host --env PATH=/bin -- busybox-static echo ours
		says ours
		host --env PATH=/bin --graft "$ours/file" -- dynamic "$ours/file"
		says ours
		rm -r "${root:?}/bin"
	done
	cd "$bin" || return
	host -- ./busybox-static echo relative
	says relative
	cd "$work" || return
	host -- callers/busybox-static echo relative
	says relative
	host --graft "$ours" -- callers/dynamic "$ours/file"
	says ours
}

testWhatCannotBeRunIsTold() {
	for which in plain rootless; do
		at $which || return 0
		state >"$work/before"
		for how in '' '--graft /etc/passwd:/x'; do
			host $how -- nonexistent-program
			fails 127 'nonexistent-program'
			host $how -- ./nonexistent
			fails 127 'ENOENT'
			host $how -- /busybox true
			fails 127 'ENOENT'
			host $how -- "$bin/not-executable"
			fails 126 'EACCES'
			host $how -- "$bin"
			fails 126 "$bin"
			host $how -- ''
			fails 127 'an empty name'
			host $how -- with-nothing
			fails 127 '/nonexistent/interpreter'
			assertContains "$(cat "$err")" "$bin/with-nothing"
			host $how -- with-env-nothing
			fails 127 'nonexistent-interpreter'
		done
		unchanged_by "$container"
	done
}

testWhoMayNotExecuteItInThereIsToldWhy() {
	at userns || return 0
	for it in busybox-static dynamic; do
		cp "$bin/$it" "$bin/own"
		chmod 700 "$bin/own"
		host -- own true
		fails 126 'EACCES'
		assertContains "$(cat "$err")" 'hint: its owner may have no number in there'
	done
	rm -f "$bin/own"
}

testScripts() {
	for which in plain userns rootless; do
		at $which || return 0
		host -- no-shebang a b
		says "said by $bin/no-shebang 2"
		[ -x /usr/bin/python3 ] || { skip 'no python3 here'; return 0; }
		host -- with-env
		says 'said by python'
	done
}

testTheNameIsTheOneThatWasTyped() {
	for which in plain rootless; do
		at $which || return 0
		host --graft /etc/passwd:/x -- busybox-static cat /x
		host -- busybox-static sh -c 'echo $0' named
		says named
		host -- dynamic /proc/self/cmdline
		tr '\0' ' ' <"$out" >"$work/words" && mv "$work/words" "$out"
		says 'dynamic /proc/self/cmdline '
	done
}

# For who finds his files by his own name: the directory that it began in is not there.
testANameThatIsRelativeBecomesAbsolute() {
	for which in plain rootless; do
		at $which || return 0
		cd "$bin" || return
		host -- ./dynamic /proc/self/cmdline
		cd "$OLDPWD" || return
		tr '\0' ' ' <"$out" >"$work/words" && mv "$work/words" "$out"
		says "$bin/dynamic /proc/self/cmdline "
		cd "$bin/.." || return
		host --graft /etc/passwd:/x -- callers/busybox-static cat /proc/self/cmdline
		cd "$OLDPWD" || return
		assertEquals "$bin/busybox-static cat /proc/self/cmdline " "$(tr '\0' ' ' <"$out")"
	done
}

testWithoutAProgramItIsTheCallersShell() {
	for which in plain userns rootless; do
		at $which || return 0
		cp "$bin/busybox-static" "$bin/sh"
		for shell in "$bin/sh" /bin/sh; do
			owner $marked SHELL="$shell" "$NSEXEC" -t "$target" -a --host \
				>"$out" 2>"$err" <<-'END'
				echo $0; exit 3
			END
			status=$?
			assertEquals "$container, $shell: $(cat "$err")" '-sh 3' "$(cat "$out") $status"
		done
		rm "$bin/sh"
	done
}

. shunit2
