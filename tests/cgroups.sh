#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# With --join-cgroup the program runs in the cgroups of the target, in every hierarchy,
# and the waiter does not; or it does not run.
#
# From lib.sh and probe.sh; some texts are expanded elsewhere, some are lists of words.
# shellcheck disable=SC2154,SC2016,SC2086,SC2046,SC2034

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/probe.sh"

drop="setpriv --reuid $ordinary --regid $ordinary --clear-groups"
leaf=nsx-cgroup-$$

# mount_of TYPE [CONTROLLER]: where the whole of a hierarchy is mounted, or nothing.
mount_of() {
	awk -v type="$1" -v controller="${2-}" '
		$4 == "/" {
			for (i = 7; $i != "-"; i++);
			options = "," $(i + 3) ","
			if ($(i + 1) == type && (controller == "" || index(options, "," controller ",")))
				print $5
		}' /proc/self/mountinfo | head -n 1
}

v2=$(mount_of cgroup2)
v1=$(mount_of cgroup pids)
both="${v2:+$v2/$leaf} ${v1:+$v1/$leaf}"

# A process of ours that is there cannot be removed, but every one of them ends soon.
remove_cgroups() {
	for it in $both; do
		[ ! -d "$it" ] || wait_for 'rmdir "$it"/*/*/ "$it"/*/ "$it" 2>/dev/null; [ ! -d "$it" ]'
	done
}

oneTimeTearDown() {
	for it in $started; do
		kill -KILL "$it" 2>/dev/null
	done
	remove_cgroups
	cleanup
}

oneTimeSetUp() {
	build_probe
	mkdir -m 777 "$work/open"
	container_plain
	contained=$target
	target=
	why='no cgroups that we may make here'
	[ "$(id -u)" -eq 0 ] && [ -n "$both" ] && mkdir $both 2>/dev/null || return 0
	sleep 300 &
	target=$!
	remember $target
	for it in $both; do
		echo $target >"$it/cgroup.procs"
	done
	# Its cgroup namespace has its cgroups as root, and so has its mount.
	begin='for it in $0; do echo $$ >$it/cgroup.procs; done; exec "$@"'
	sh -c "$begin" "$both" unshare --cgroup --mount --uts sleep 300 &
	rooted=$!
	remember $rooted
	wait_for 'grep -qsx sleep "/proc/$rooted/comm"'
}

# Use: with_cgroups || return 0
with_cgroups() {
	[ -n "$target" ] || { skip "$why"; return 1; }
}

# Use: with_v2 || return 0
with_v2() {
	with_cgroups || return 1
	[ -n "$v2" ] || { skip 'no cgroup v2 here'; return 1; }
}

# cgroups_of PID
cgroups_of() {
	cat "/proc/$1/cgroup"
}

# assertRoot WHEN TEXT: in each hierarchy in which the target is elsewhere, TEXT has "/".
assertRoot() {
	[ -z "$v2" ] || assertEquals "$1: $2" 1 "$(echo "$2" | grep -cx '0::/')"
	[ -z "$v1" ] || assertEquals "$1: $2" 1 "$(echo "$2" | grep -cx '[0-9]*:[a-z,]*pids[a-z,]*:/')"
}

# assertSays WHEN TEXT WANTED: WANTED may have several lines, of which grep(1) would take any.
assertSays() {
	assertContains "$1" "$(echo "$2" | tr '\n' '|')" "$(echo "$3" | tr '\n' '|' | sed 's/|$//')"
}

assertInCgroupsOfTheTarget() {
	assertEquals "$1" "$(cgroups_of $target)" "$2"
}

# ---- where it runs -----------------------------------------------------------------

testTargetIsElsewhere() {
	with_cgroups || return 0
	assertNotEquals "$(cgroups_of $$)" "$(cgroups_of $target)"
}

testProgramRunsInTheCgroupsOfTheTarget() {
	with_cgroups || return 0
	for words in '' --fork '--fork -r/' '-w/ --fork'; do
		got=$("$NSEXEC" -t $target -c $words -- cat /proc/self/cgroup 2>&1)
		assertEquals "status with $words" 0 $?
		assertInCgroupsOfTheTarget "with $words" "$got"
		got=$(env "NSEXEC=-t $target -c $words" "LD_PRELOAD=$PRELOAD" cat /proc/self/cgroup 2>&1)
		assertEquals "status of a host with $words" 0 $?
		assertInCgroupsOfTheTarget "a host with $words" "$got"
	done
}

testDetachedProgramRunsThereToo() {
	with_cgroups || return 0
	for host in '' "LD_PRELOAD=$PRELOAD"; do
		words="-t $target --join-cgroup --detach --report-fd 3"
		if [ -n "$host" ]; then
			env "NSEXEC=$words" $host cat /proc/self/cgroup
		else
			"$NSEXEC" $words -- cat /proc/self/cgroup
		fi >"$work/out" 2>&1 3>"$work/report"
		assertEquals 'status' 0 $?
		# shellcheck disable=SC2034 # expanded by wait_for
		pid=$(sed 's/{"pid":\([0-9]*\),.*/\1/' "$work/report")
		wait_for '[ ! -e "/proc/$pid" ] || grep -q "^State:.Z" "/proc/$pid/status"'
		assertInCgroupsOfTheTarget "$host" "$(cat "$work/out")"
	done
}

testWaiterStaysWhereItWas() {
	with_cgroups || return 0
	got=$("$NSEXEC" -t $target -c --fork -- sh -c 'cat /proc/$PPID/cgroup; cat /proc/self/cgroup')
	assertEquals "$(cgroups_of $$; cgroups_of $target)" "$got"
	got=$(env "NSEXEC=-t $target -c --fork" "LD_PRELOAD=$PRELOAD" \
		sh -c 'cat /proc/$PPID/cgroup; cat /proc/self/cgroup')
	assertEquals 'of a host' "$(cgroups_of $$; cgroups_of $target)" "$got"
}

testNamespacesAreJoinedToo() {
	with_cgroups || return 0
	[ -n "$contained" ] || { skip 'no container'; return 0; }
	for it in $both; do
		echo "$contained" >"$it/cgroup.procs"
	done
	got=$("$NSEXEC" -t "$contained" -a -c -- cat /proc/self/cgroup 2>&1)
	assertEquals 'status' 0 $?
	assertEquals 'as the target is shown to it' \
		"$("$NSEXEC" -t "$contained" -a -- cat /proc/1/cgroup)" "$got"
	assertContains "$got" "/$leaf"
}

testCgroupNamespaceOfTheTargetShowsItsRoot() {
	with_cgroups || return 0
	for words in '-C' '-a' '-a --fork'; do
		got=$("$NSEXEC" -t $rooted -c $words -- cat /proc/self/cgroup 2>&1)
		assertEquals "status with $words: $got" 0 $?
		assertNotContains "with $words" "$got" "$leaf"
		assertRoot "with $words" "$got"
	done
}

# Whatever is in the root of a new cgroup namespace is in "/".
testCgroupIsJoinedBeforeACgroupNamespaceIsCreated() {
	with_cgroups || return 0
	for words in --unshare=cgroup '--unshare=cgroup --fork' '--unshare=cgroup,pid --mount-proc' \
		'--unshare=cgroup --map-root-user --fork'; do
		got=$("$NSEXEC" -t $target -c $words -- cat /proc/self/cgroup 2>&1)
		assertEquals "status with $words: $got" 0 $?
		assertRoot "with $words" "$got"
	done
}

testNewPidNamespaceKeepsItsFirstProcess() {
	with_cgroups || return 0
	need strace || return 0
	for words in --unshare=pid --unshare=pid,cgroup,net '--unshare=pid --map-root-user'; do
		got=$(with_faults clone3:error=EACCES "$NSEXEC" -t $target -c $words -- sh -c 'echo $$' 2>&1)
		assertEquals "status with $words: $got" 0 $?
		assertEquals "with $words" 1 "$got"
		assertNotContains "with $words, it is not risked" "$(cat "$work/trace")" CLONE_INTO_CGROUP
	done
}

# ---- how it gets there -------------------------------------------------------------

testProcessIsBornInTheCgroupOrMovesThereByItself() {
	with_v2 || return 0
	need strace || return 0
	for words in --fork '--detach'; do
		for fault in clone3:delay_exit=1 clone3:error=ENOSYS clone3:error=EACCES clone3:error=EBUSY; do
			with_faults "$fault" sh -c '"$@"; sleep 0.2' sh \
				"$NSEXEC" -t $target -c $words -- cat /proc/self/cgroup >"$work/out" 2>&1
			assertInCgroupsOfTheTarget "$words, $fault" "$(cat "$work/out")"
			assertContains "$words, $fault" "$(cat "$work/trace")" 'CLONE_INTO_CGROUP'
			moved=$(grep -c 'write([0-9]*, "0", 1' "$work/trace")
			case $fault in
			*delay*) assertEquals "$words, $fault, born there" "$(($(echo $both | wc -w) - 1))" "$moved" ;;
			*) assertEquals "$words, $fault, moved" "$(echo $both | wc -w)" "$moved" ;;
			esac
		done
	done
}

testStandardInputAndDescriptorsStayAsTheyWere() {
	with_cgroups || return 0
	for words in '' --fork -n; do
		[ "$words" != -n ] || words="-n/proc/$contained/ns/net"
		assertEquals "with $words" text "$(echo text | "$NSEXEC" -t $target -c $words -- cat)"
		want=$("$probe" fds "$work/open/fds" && cat "$work/open/fds")
		assertEquals "a program, with $words" "$want" \
			"$("$NSEXEC" -t $target -c $words -- "$probe" fds "$work/open/fds" && cat "$work/open/fds")"
		assertEquals "a host program, with $words" "$want" "$(
			env "NSEXEC=-t $target -c $words" "LD_PRELOAD=$PRELOAD" "$probe" fds "$work/open/fds" &&
			cat "$work/open/fds")"
		"$probe" fds "$work/open/fds" <&- >&- 2>&-
		want=$(cat "$work/open/fds")
		"$NSEXEC" -t $target -c $words -- "$probe" fds "$work/open/fds" <&- >&- 2>&-
		assertEquals "without standard streams, with $words" "$want" "$(cat "$work/open/fds")"
	done
}

testEverythingIsOpenedBeforeTheFirstChange() {
	with_cgroups || return 0
	need strace || return 0
	with_faults setns:delay_exit=1 "$NSEXEC" -t "$rooted" -c -a -- true
	assertEquals 'opened after the join' '' "$(
		sed -n '/setns(/,/execve(/p' "$work/trace" | grep -e cgroup -e mountinfo)"
}

testPlanShowsTheCgroups() {
	with_cgroups || return 0
	got=$("$NSEXEC" -t $target -c --plan -- a-program)
	[ -z "$v2" ] || assertContains "$got" "1    cgroup  cgroup2 ${v2:+/$leaf}"
	[ -z "$v1" ] || assertContains "$got" "1    cgroup  pids ${v1:+/$leaf}"
	assertContains "$got" '2    exec    a-program'
	got=$("$NSEXEC" -t $target -c --fork --plan -- a-program)
	assertContains "$got" '1    fork '
	assertContains "$got" '2    cgroup  '
	assertEquals 'nothing to do' '1 exec a-program' \
		"$("$NSEXEC" -t $$ -c --plan -- a-program | sed -n '$s/  */ /gp')"
}

# ---- what is mounted where -----------------------------------------------------------

# view COMMANDS WORD...: run nsexec where the mounts are as the COMMANDS make them; $0 is the
# directory $work/m, $1 where v2 is mounted, $2 where v1 is.
view() {
	commands=$1
	shift
	mkdir -p "$work/m"
	unshare --mount sh -c '
		set -e
		views=$1
		shift
		eval "$views"
		shift 2
		exec "$@"' "$work/m" "$commands" "$v2" "$v1" "$NSEXEC" "$@" 2>&1
}

# Only in one hierarchy does it differ, so the others need not be seen.
in_v2_alone() {
	sh -c 'echo $$ >"$0/cgroup.procs"; exec sleep 300' "$v2/$leaf" &
	alone=$!
	remember $alone
	wait_for 'grep -qsx sleep "/proc/$alone/comm"'
}

# As cgroup2 is mounted on a machine without v1.
testPureV2IsUnderstood() {
	with_v2 || return 0
	in_v2_alone
	got=$(view 'mount --bind "$1" "$0"; umount -l /sys/fs/cgroup; mount --move "$0" /sys/fs/cgroup' \
		-t $alone -c -- cat /proc/self/cgroup)
	assertEquals "status: $got" 0 $?
	assertEquals "$(cgroups_of $alone)" "$got"
}

testPureV1IsUnderstood() {
	with_cgroups || return 0
	[ -n "$v1" ] || { skip 'no cgroup v1 here'; return 0; }
	sh -c 'echo $$ >"$0/cgroup.procs"; exec sleep 300' "$v1/$leaf" &
	alone=$!
	remember $alone
	wait_for 'grep -qsx sleep "/proc/$alone/comm"'
	# One of the same name in another hierarchy is another one.
	other=$(mount_of cgroup cpu)
	[ "${other:-$v1}" = "$v1" ] || mkdir "$other/$leaf"
	got=$(view 'umount -l "$1"' -t $alone -c -- cat /proc/self/cgroup)
	assertEquals "status: $got" 0 $?
	assertEquals "$(cgroups_of $alone)" "$got"
	[ "${other:-$v1}" = "$v1" ] || rmdir "$other/$leaf"
}

testHierarchyThatIsNotMountedIsAnError() {
	with_v2 || return 0
	for view in 'umount -l "$1"' \
		"mount -t tmpfs none \"\$1\"; mkdir \"\$1/$leaf\"; : >\"\$1/$leaf/cgroup.procs\""; do
		for words in '' --fork; do
			got=$(view "$view" -t $target -c $words -- echo 'it ran')
			assertEquals "status after $view" 125 $?
			assertEquals "nsexec: open cgroup.procs of cgroup2 (/$leaf): ENOENT No such file or directory
nsexec: hint: no mount of that hierarchy, of those that we see, shows the target's cgroup" "$got"
		done
	done
}

# A part of the tree, at a place whose name mountinfo escapes.
testPartOfTheTreeThatIsMountedWillDo() {
	with_v2 || return 0
	mkdir -p "$v2/$leaf/part/deep"
	sh -c 'echo $$ >"$0/cgroup.procs"; exec sleep 300' "$v2/$leaf/part/deep" &
	alone=$!
	remember $alone
	wait_for 'grep -qsx sleep "/proc/$alone/comm"'
	view="mkdir -p \"\$0/a b\\\\c\"; mount --bind \"\$1/$leaf/part\" \"\$0/a b\\\\c\"; umount -l \"\$1\""
	got=$(view "$view" -t $alone -c -- cat /proc/self/cgroup)
	assertEquals "status: $got" 0 $?
	assertEquals "$(cgroups_of $alone)" "$got"
	in_v2_alone
	got=$(view "$view" -t $alone -c -- echo 'it ran')
	assertEquals 'status' 125 $?
	assertContains 'above what is mounted' "$got" "open cgroup.procs of cgroup2 (/$leaf): ENOENT"
}

# From a cgroup namespace whose root is beside the target's cgroup, where the cgroup that has
# both is mounted: "/.." is its root, and "/../sibling" the target.
testCgroupOutsideOfOurCgroupNamespaceIsFound() {
	with_v2 || return 0
	mkdir -p "$v2/$leaf/ours" "$v2/$leaf/sibling"
	sh -c 'echo $$ >"$0/cgroup.procs"; exec sleep 300' "$v2/$leaf/sibling" &
	alone=$!
	remember $alone
	wait_for 'grep -qsx sleep "/proc/$alone/comm"'
	got=$(sh -c 'echo $$ >"$0/ours/cgroup.procs"
		exec unshare --cgroup --mount sh -c "
			mount --bind \"\$0\" \"\$1\" && umount -l \"\$2\" &&
			exec \"\$3\" -t \"\$4\" -c -- cat /proc/self/cgroup" "$0" "$@"' \
		"$v2/$leaf" "$(mkdir -p "$work/m"; echo "$work/m")" "$v2" "$NSEXEC" $alone 2>&1)
	assertEquals "status: $got" 0 $?
	assertContains "$got" '0::/../sibling'
	# It is not known by which names the way leads there from the root of them all.
	got=$(sh -c 'echo $$ >"$0/ours/cgroup.procs"
		exec unshare --cgroup "$1" -t "$2" -c -- echo "it ran"' "$v2/$leaf" "$NSEXEC" $alone 2>&1)
	assertEquals 'status' 125 $?
	assertContains "$got" 'open cgroup.procs of cgroup2 (/../sibling): ENOENT'
}

# ---- who may -------------------------------------------------------------------------

testSameCgroupNeedsNoRight() {
	with_cgroups || return 0
	got=$($drop "$NSEXEC" -t $$ -c -- cat /proc/self/cgroup 2>&1)
	assertEquals "status: $got" 0 $?
	assertEquals "$(cgroups_of $$)" "$got"
}

testOrdinaryUserIsRefused() {
	with_cgroups || return 0
	for words in '' --fork --detach; do
		got=$($drop "$NSEXEC" -t $target -c $words -- echo 'it ran' 2>&1)
		assertEquals "status with $words" 125 $?
		assertSays "with $words" "$got" "(/$leaf): EACCES Permission denied
nsexec: hint: it takes the right to write cgroup.procs there"
	done
}

# delegated COMMAND...: by the ordinary user, in a cgroup beside $alone, both in a part of the
# tree that is the user's.
delegated() {
	sh -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' "$v2/$leaf/delegated/ours" $drop "$@"
}

testOrdinaryUserMovesInADelegatedPart() {
	with_v2 || return 0
	mkdir -p "$v2/$leaf/delegated/ours" "$v2/$leaf/delegated/theirs"
	chown -R $ordinary "$v2/$leaf/delegated"
	sh -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' "$v2/$leaf/delegated/theirs" \
		$drop unshare --user --map-root-user --net --cgroup sleep 300 &
	alone=$!
	remember $alone
	wait_for 'grep -qsx sleep "/proc/$alone/comm"'
	for words in '' --fork '-a' '-a --fork' '-U -C'; do
		got=$(delegated "$NSEXEC" -t $alone -c $words -- cat /proc/self/cgroup 2>&1)
		assertEquals "status with $words: $got" 0 $?
		case $words in
		*-a* | *-C*) assertEquals "with $words: $got" 1 "$(echo "$got" | grep -cx '0::/')" ;;
		*) assertContains "with $words" "$got" "0::/$leaf/delegated/theirs" ;;
		esac
	done
	# Out of it, the nearest cgroup above both is not the user's.
	got=$($drop "$NSEXEC" -t $alone -c -- echo 'it ran' 2>&1)
	assertEquals 'status from elsewhere' 125 $?
	assertSays "from elsewhere" "$got" "nsexec: cgroup cgroup2 (/$leaf/delegated/theirs): EACCES Permission denied
nsexec: hint: it takes the right to write cgroup.procs there and, in cgroup2, in the nearest"
}

# ---- what may go wrong -----------------------------------------------------------------

testRefusedMoveRunsNoProgram() {
	with_cgroups || return 0
	need strace || return 0
	busy='EBUSY Device or resource busy
nsexec: hint: in cgroup2, one that has controllers in cgroup.subtree_control takes no processes itself'
	gone='ENODEV No such device
nsexec: hint: the cgroup has been removed'
	cpuset='ENOSPC No space left on device
nsexec: hint: a cpuset must have cpuset.cpus and cpuset.mems to take processes'
	for error in "$busy" "$gone" "$cpuset"; do
		for words in '' --fork '--unshare=cgroup,net'; do
			got=$(with_faults "clone3:error=ENOSYS write:error=${error%% *}:when=1" \
				"$NSEXEC" -t $target -c $words -- echo 'it ran' 2>&1)
			assertEquals "status with $words" 125 $?
			assertSays "with $words" "$got" "(/$leaf): $error"
			assertNotContains "with $words" "$got" 'it ran'
		done
	done
}

testCgroupThatIsRemovedMeanwhileIsAnError() {
	with_v2 || return 0
	need strace || return 0
	mkdir "$v2/$leaf/short"
	sh -c 'echo $$ >"$0/cgroup.procs"; exec sleep 300' "$v2/$leaf/short" &
	alone=$!
	wait_for 'grep -qsx sleep "/proc/$alone/comm"'
	hold getpid '' "$NSEXEC" -t $alone -c --fork -- echo 'it ran' >"$work/out" 2>&1
	kill -KILL $alone
	wait $alone 2>/dev/null
	wait_for 'rmdir "$v2/$leaf/short" 2>/dev/null'
	release
	assertEquals 'status' 125 $status
	assertContains "$(cat "$work/out")" "nsexec: cgroup cgroup2 (/$leaf/short): ENODEV"
}

testCgroupOfNobodyIsRefused() {
	got=$("$NSEXEC" -c -- echo 'it ran' 2>&1)
	assertEquals 'status' 125 $?
	assertEquals 'nsexec: options: needs a target, -t (--join-cgroup)' "$got"
}

. shunit2
