#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The program is who the target is: its user and groups, called as they are called
# inside, its label, and with --as-target all of these, its environment, root and
# directory; what is said by an option of its own goes before.
#
# From lib.sh; by eval; expanded elsewhere; not our arguments.
# shellcheck disable=SC2154,SC2034,SC2016,SC2119

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"

out=$work/out
err=$work/err
who='echo $(id -u) $(id -g) $(id -G)'	# user, group, all groups

oneTimeSetUp() {
	build_hosts threads-glibc python
	chmod 755 "$work"
	container_plain
	at_plain=$target why_plain=$why
	container_userns
	at_userns=$target why_userns=$why
	container_rootless
	at_rootless=$target why_rootless=$why
	[ "$(id -u)" -eq 0 ] || return 0
	in_plain=$(begin "$at_plain" setpriv --reuid 1000 --regid 1001 --groups 1001,2000,3000)
	in_userns=$(begin "$at_userns" setpriv --reuid 1000 --regid 1001 --groups 1001,2000,3000)
	remember "$in_plain" "$in_userns"
}

# begin TARGET COMMAND...: by nsenter(1) in all namespaces of TARGET, in directory
# /tmp, with a variable of its own; says its PID.
begin() {
	its=$1
	shift
	nsenter --target "$its" --all --wd=/tmp setpriv --pdeathsig KILL sh -c '
		export OF_TARGET="the target"; exec "$@" sleep 300' sh "$@" >/dev/null 2>&1 &
	wait_for "grep -qsx sleep /proc/\$(children_of $! | xargs)/comm"
	children_of "$!" | xargs
}

# at CONTAINER: make it the target, or skip.  Use: at plain || return 0
at() {
	eval "target=\${at_$1-} why=\${why_$1-needs root}"
	[ -n "$target" ] || { skip "$why"; return 1; }
}

# says TEXT WORD...: what the shell says about who it is
says() {
	want=$1
	shift
	assertEquals "$*" "$want" "$("$NSEXEC" "$@" -- sh -c "$who" 2>"$err"; cat "$err")"
}

# refused TEXT WORD...
refused() {
	text=$1
	shift
	"$NSEXEC" "$@" >"$out" 2>"$err"
	assertEquals "status of $*" 125 $?
	assertEquals "nsexec: $text" "$(head -n 1 "$err")"
}

# ---- user and group ------------------------------------------------------------

testUserAndGroupOfTheTargetAreFollowed() {
	at plain || return 0
	says '1000 1001 1001' -t "$in_plain" -a -S follow -G follow
	says '1000 0 0' -t "$in_plain" -a -S follow
	says '0 1001 1001' -t "$in_plain" -n -G follow
	says '1000 7 7' -t "$in_plain" -n -S follow -G 7
	says '0 0 0' -t "$target" -a -S follow -G follow
}

testIdsAreCalledAsTheyAreInside() {
	at userns || return 0
	says '1000 1001 1001' -t "$in_userns" -a -S follow -G follow
	says '0 0 0' -t "$target" -a -S follow -G follow
}

testIdsAreCalledAsOutHereIfTheUserNamespaceIsNotJoined() {
	at userns || return 0
	says '101000 101001 101001' -t "$in_userns" -n -S follow -G follow
}

testOneUserNamespaceByFileIsAsGood() {
	at userns || return 0
	says '1000 1001 1001' -t "$in_userns" "--user=/proc/$target/ns/user" -S follow -G follow
	refused 'check: ids of the target in a user namespace that is not the target'"'s" \
		-t "$in_userns" "--user=/proc/$at_rootless/ns/user" -S follow -- true
}

testOrdinaryUserFollowsIntoItsContainer() {
	at rootless || return 0
	assertEquals '0 0 0' "$(as_user "$ordinary" "$NSEXEC" -t "$target" -a -S follow -G follow -- \
		sh -c "$who")"
}

testOrdinaryUserCannotFollowAnotherUser() {
	at plain || return 0
	as_user "$ordinary" "$NSEXEC" -t "$in_plain" -S follow -- true 2>"$err"
	assertEquals 'status' 125 $?
	assertContains "$(cat "$err")" 'nsexec: become'
	assertContains "$(cat "$err")" 'EPERM'
}

# It has joined, and has kept an id that has no name there: what is shown is 65534.
testIdWithoutANameInsideIsRefused() {
	at userns || return 0
	nsenter --target "$target" --user --net --preserve-credentials \
		setpriv --pdeathsig KILL sleep 300 &
	stranger=$!
	remember "$stranger"
	wait_for 'grep -qsx sleep "/proc/$stranger/comm"'
	refused 'check user of the target (0 out here, without a name inside): EINVAL Invalid argument' \
		-t "$stranger" -U -n -S follow -- true
	refused 'check group of the target (0 out here, without a name inside): EINVAL Invalid argument' \
		-t "$stranger" -U -n -G follow -- true
	# From inside, where the kernel calls it 65534, which is mapped: nobody is told apart.
	assertContains "$(cat "$err")" 'hint: the id has no mapping in that user namespace'
	kill "$stranger"
}

# Root of a rootless container has no name for anybody but itself.
testIdWithoutANameOutHereIsRefused() {
	at rootless || return 0
	command -v nsenter >/dev/null || { skip 'no nsenter here'; return 0; }
	as_user "$ordinary" unshare --user --map-root-user "$NSEXEC" -t $$ -S follow -- true \
		2>"$err"
	assertEquals 'status' 125 $?
	assertContains "$(cat "$err")" 'which stands for any that has no name here): EINVAL'
}

testProcessThatHasEndedIsNotFollowed() {
	sh -c 'sleep 0.1 & echo $!; exec sleep 300' >"$out" &
	remember $!
	wait_for '[ -s "$out" ] && grep -q "^State:.Z" "/proc/$(cat "$out")/status"'
	"$NSEXEC" -t "$(cat "$out")" -S follow -- id >/dev/null 2>"$err"
	assertEquals 'status' 125 $?
	assertContains "$(cat "$err")" 'ESRCH'
	kill $!
}

testPlanTellsTheIds() {
	at userns || return 0
	assertContains "$("$NSEXEC" --plan -t "$in_userns" -a -S follow -G follow -- true)" \
		'become  uid 1000, gid 1001, no supplementary groups'
	assertContains "$("$NSEXEC" --plan -t "$in_plain" -a --as-target -- true)" \
		'become  uid 1000, gid 1001, supplementary groups 1001,2000,3000'
}

testHostFollowsTheTarget() {
	at userns || return 0
	need_host threads-glibc python || return 0
	for host in threads-glibc python; do
		# shellcheck disable=SC2046 # words
		env "NSEXEC=-t $in_userns -a -S follow -G follow" "LD_PRELOAD=$PRELOAD" \
			$(host_words "$host") >"$out" 2>"$err"
		assertEquals "status of $host; it said: $(cat "$err")" 0 $?
		assertContains "$(cat "$out")" 'uid 1000'
	done
}

testTerminalBelongsToTheUserOfTheTarget() {
	at userns || return 0
	assertEquals 1000 "$("$NSEXEC" -t "$in_userns" -a -S follow -G follow --pty -- \
		stat -L -c %u /proc/self/fd/1 </dev/null | tr -d '\r')"
}

testFollowNeedsATarget() {
	refused 'options: follow needs a target, -t (--setuid)' -S follow -- true
	refused 'options: follow needs a target, -t (--setgid)' -G follow -- true
	refused 'options: needs a target, -t (--as-target)' --as-target -- true
	refused 'options: needs a target, -t (--follow-context)' -Z -- true
	refused 'options: --setuid takes a number from 0 to 4294967294 (followed)' \
		-t 1 -S followed -- true
}

# ---- all at once ---------------------------------------------------------------

all_of_it='echo $(id -u) $(id -g) $(id -G | tr " " "\n" | sort -n); pwd; echo "$OF_TARGET $OURS"'

# is_as TARGET TEXT WORD...
is_as() {
	target=$1
	want=$2
	shift 2
	assertEquals "$*" "$want" "$(OURS=ours "$NSEXEC" -t "$target" "$@" -- \
		sh -c "$all_of_it" 2>"$err"; cat "$err")"
}

testProgramIsAsTheTarget() {
	at plain || return 0
	is_as "$in_plain" '1000 1001 1001 2000 3000
/tmp
the target ' -a --as-target
	is_as "$in_plain" '1000 1001 1001 2000 3000
/tmp
the target ' --as-target
}

testProgramIsAsTheTargetInItsUserNamespace() {
	at userns || return 0
	is_as "$in_userns" '1000 1001 1001 2000 3000
/tmp
the target ' -a --as-target
}

testOptionsOfTheirOwnGoBefore() {
	at userns || return 0
	is_as "$in_userns" '7 1001 1001 2000 3000
/tmp
the target ' -a --as-target -S 7
	is_as "$in_userns" '1000 8 8
/tmp
the target ' -a --as-target -G 8
	is_as "$in_userns" '1000 1001 1001 2000 3000
/usr
the target ' -a --as-target --wd=/usr
	is_as "$in_userns" '1000 1001 1001 2000 3000
/usr
the target ' -a --as-target -W /usr
	is_as "$in_userns" '1000 1001 1001 2000 3000
/tmp
changed ' -a --as-target --env OF_TARGET=changed
	is_as "$in_userns" '1000 1001 1001 2000 3000
/tmp
 ours' -a --as-target --clearenv --env "PATH=$PATH" --env OURS=ours
	is_as "$in_userns" '1000 1001 1001 2000 3000
/
the target ' -a --as-target --root=/
}

testCredentialsCanBeKept() {
	at userns || return 0
	"$NSEXEC" -t "$in_userns" -a --as-target --preserve-credentials -- \
		sh -c 'grep -e ^Uid -e ^Gid /proc/self/status | xargs' >"$out" 2>"$err"
	assertEquals 'Uid: 65534 65534 65534 65534 Gid: 65534 65534 65534 65534' "$(cat "$out")"
}

# A directory of busybox alone, with a second root in it.
testRootOfTheTargetIsTaken() {
	need_root || return 0
	need busybox || return 0
	mkdir -p "$work/root/bin" "$work/root/sub"
	cp "$(command -v busybox)" "$work/root/bin/busybox"
	echo here >"$work/root/sub/file"
	chroot "$work/root" /bin/busybox sh -c 'cd sub && exec /bin/busybox sleep 300' &
	remember $!
	wait_for '[ "$(readlink "/proc/$!/cwd")" = "$work/root/sub" ]'
	assertEquals '/sub here' "$("$NSEXEC" -t $! --as-target -- /bin/busybox sh -c '
		cd -P . && echo "$(/bin/busybox pwd) $(/bin/busybox cat file)"' 2>&1)"
	kill $!
}

testCapabilitiesOfTheTargetAreTaken() {
	need_root || return 0
	for words in '--bounding-set -sys_admin,-net_admin' \
		"--reuid $ordinary --regid $ordinary --clear-groups --bounding-set -sys_admin" \
		"--reuid $ordinary --clear-groups --inh-caps +kill --ambient-caps +kill"; do
		# shellcheck disable=SC2086 # words
		setpriv $words sleep 300 &
		its=$!
		remember "$its"
		wait_for '[ "$(cat "/proc/$its/comm" 2>/dev/null)" = sleep ]'
		assertEquals "$words" "$(grep ^Cap "/proc/$its/status")" \
			"$("$NSEXEC" -t "$its" --as-target -- grep ^Cap /proc/self/status 2>&1)"
		got=$("$NSEXEC" -t "$its" --as-target --bounding all --caps none --ambient none -S 1 \
			-- grep ^Cap /proc/self/status 2>&1)
		assertContains "$got" 'CapPrm:	0000000000000000'
		assertContains "$got" "$(grep ^CapBnd /proc/self/status)"
		kill "$its"
	done
}

# As its owner with the same groups, with others, and as root.
testGroupsWithoutANameInsideAreKeptByWhoHasThem() {
	need_root || return 0
	setpriv --reuid "$ordinary" --regid "$ordinary" --groups 27,33 \
		unshare --map-root-user --uts setpriv --pdeathsig KILL sleep 300 &
	its=$!
	remember "$its"
	wait_for '[ "$(cat "/proc/$its/comm" 2>/dev/null)" = sleep ]'
	assertEquals '65534 65534' "$(setpriv --reuid "$ordinary" --regid "$ordinary" --groups 27,33 \
		"$NSEXEC" -t "$its" -a --as-target -- sh -c 'sed -n "s/^Groups:.//p" /proc/self/status |
		xargs' 2>&1)"
	"$NSEXEC" -t "$its" -a --as-target -- sleep 300 &
	ours=$!
	remember "$ours"
	wait_for 'grep -qsx sleep "/proc/$ours/comm"'
	assertEquals 'groups, as they are out here' "27 33 $ordinary $ordinary" \
		"$(awk '/^Groups/ { print $2, $3 } /^[UG]id/ { print $3 }' "/proc/$ours/status" |
			sort -n | xargs)"
	kill "$ours"
	setpriv --reuid "$ordinary" --regid "$ordinary" --clear-groups \
		"$NSEXEC" -t "$its" -a --as-target -- true 2>"$err"
	assertEquals 'status' 125 $?
	assertContains "$(cat "$err")" 'nsexec: check supplementary group of the target (27 out here'
	kill "$its"
}

testOrdinaryUserIsAsItsContainer() {
	at rootless || return 0
	assertEquals '0 0 0' "$(as_user "$ordinary" "$NSEXEC" -t "$target" -a --as-target -- \
		sh -c "$who" 2>&1)"
}

testHostIsAsTheTarget() {
	at userns || return 0
	need_host threads-glibc || return 0
	set --
	for it in $(tr '\0' '\n' <"/proc/$in_userns/environ" | sed -n 's/^\([A-Za-z_]*\)=.*/\1/p'); do
		set -- "$@" "ROOM_FOR_$it=1"
	done
	env "$@" "NSEXEC=-t $in_userns -a --as-target" "LD_PRELOAD=$PRELOAD" \
		"$hosts/threads-glibc" child >"$out" 2>"$err"
	assertEquals "status; it said: $(cat "$err")" 0 $?
	assertContains "$(cat "$out")" 'uid 1000'
	assertContains "$(cat "$out")" 'child OF_TARGET=the target'
	assertNotContains "$(cat "$out")" 'ROOM_FOR'
}

# ---- the label -----------------------------------------------------------------

labels_here() {
	[ -n "$(tr -d '\0' </proc/self/attr/current 2>/dev/null)" ]
}

testWithoutAModuleThatLabelsNothingCanBeFollowed() {
	labels_here && { skip 'a module labels processes here'; return 0; }
	refused 'check: no LSM here that labels processes (--follow-context)' -t $$ -Z -- true
}

# with_label FILE LABEL COMMAND...: the target, $target, is shown with that label.
with_label() {
	printf %s "$2" >"$work/label"
	file=/proc/$target/attr/$1
	shift 2
	unshare --mount sh -c 'mount --bind "$0" "$1" && shift && exec "$@"' \
		"$work/label" "$file" "$@"
}

# This kernel refuses it; but it is asked, at the last moment, from inside.
testLabelIsAskedForAtTheLastMoment() {
	at plain || return 0
	need strace || return 0
	labels_here && { skip 'a module labels processes here'; return 0; }
	with_label current 'system_u:system_r:container_t:s0:c1,c2' \
		strace -f -o "$work/trace" "$NSEXEC" -t "$target" -a -Z -S 7 -- true 2>"$err"
	assertEquals 'status' 125 $?
	assertEquals 'nsexec: label system_u:system_r:container_t:s0:c1,c2: EINVAL Invalid argument' \
		"$(head -n 1 "$err")"
	assertEquals 'setns setresuid thread-self/attr/exec write' "$(sed -n \
		-e 's/.*\(setns\)(.*/\1/p' -e 's/.*\(setresuid\)(.*/\1/p' -e 's/.*execve("[^"]*true.*/exec/p' \
		-e 's/.*\(thread-self[^"]*\)".*/\1/p' -e 's/.*\(write\)([0-9]*, "system_u.*/\1/p' "$work/trace" |
		grep -v -x /proc | xargs | sed 's/thread-self //; s,thread-self/fdinfo/[0-9]* ,,')"
}

testOwnLabelOfAHostIsNotChanged() {
	at plain || return 0
	need_host threads-glibc || return 0
	labels_here && { skip 'a module labels processes here'; return 0; }
	with_label current 'u:r:container_t:s0' env "NSEXEC=-t $target -n -Z" \
		"LD_PRELOAD=$PRELOAD" "$hosts/threads-glibc" >"$out" 2>"$err"
	assertEquals 'status' 125 $?
	assertEquals '' "$(cat "$out")"
	assertContains "$(cat "$err")" 'there is a host that goes on (u:r:container_t:s0)'
}

testLabelIsPartOfBeingAsTheTarget() {
	at plain || return 0
	labels_here && { skip 'a module labels processes here'; return 0; }
	assertContains "$(with_label current 'u:r:container_t:s0' \
		"$NSEXEC" --plan -t "$target" -a --as-target -- true)" 'label   u:r:container_t:s0'
	assertNotContains "$("$NSEXEC" --plan -t "$target" -a --as-target -- true)" 'label'
}

. shunit2
