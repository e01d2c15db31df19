#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Who owns what decides what is joined before, with or after the user namespace;
# older kernels get there by other ways; and nobody gets into the namespaces of a
# process that only has the PID of the target.
#
# From lib.sh and probe.sh; some texts are expanded elsewhere, some are lists of words.
# shellcheck disable=SC2154,SC2016,SC2086

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/probe.sh"

drop="setpriv --reuid $ordinary --regid $ordinary --clear-groups"
root_of_a_user='unshare --user --map-root-user'

oneTimeSetUp() {
	build_probe
	mkdir -m 777 "$work/open"
	container_plain
	plain=$target
	container_userns
	remapped=$target
	container_rootless
	rootless=$target
	# The host owns its network namespace, its own user namespace the rest.
	start_in unshare --net $root_of_a_user --mount --uts
	split=$target
	# The same without privilege: what the host owned is owned by one between.
	start_in $drop $root_of_a_user --net $root_of_a_user --mount --uts
	nested=$target
}

# Use: in_targets "$plain" "$split" || return 0
in_targets() {
	for it in "$@"; do
		[ -n "$it" ] || { skip "${why:-no such process here}"; return 1; }
	done
}

# row ACT STEP KIND PID: as --plan shows it, with the facts asked of the kernel by others.
row() {
	printf '%s\n' "$1 $2 $3 $(ns_of "$4" "$3") $(
		"$probe" owner "/proc/$4/ns/$3" 2>/dev/null || echo '?')"
}

# Kinds that the test's own process shares with PID.
kept_rows() {
	for kind in $kinds; do
		[ "$(ns_of self "$kind")" != "$(ns_of "$1" "$kind")" ] || row - keep "$kind" "$1"
	done
}

# plan_of WORD...: rows of --plan; those of namespaces without where they come from.
# plan_with COMMAND WORD...: the same of an nsexec that COMMAND starts.
plan_of() {
	plan_with '' "$@"
}

plan_with() {
	with=$1
	shift
	$with "$NSEXEC" "$@" --plan -- a-program 2>&1 | awk '
		NR == 1 && $0 != "#    step    kind    inode       owner       from" { print }
		NR > 1 && /join|keep/ { print $1, $2, $3, $4, $5 }
		NR > 1 && !/join|keep/ { $1 = $1; print }'
}

# ---- by owner ----------------------------------------------------------------

# By pidfd one call does it: the kernel checks all with the rights of before it.
testWhatTheHostOwnsIsJoinedTogetherWithTheUserNamespace() {
	in_targets "$split" || return 0
	assertNotEquals 'two owners' "$("$probe" owner "/proc/$split/ns/net")" \
		"$("$probe" owner "/proc/$split/ns/uts")"
	assertEquals 'plan' "$(kept_rows "$split")
1 become no supplementary groups
$(row 2 join mnt "$split")
$(row 2 join net "$split")
$(row 2 join user "$split")
$(row 2 join uts "$split")
3 become uid 0, gid 0, no supplementary groups
4 exec a-program" "$(plan_of -t "$split" -a)"
	got=$(where "$NSEXEC" -t "$split" -a -- 2>&1)
	assertEquals 'status' 0 $?
	assertEquals "$(mix "$split" "$split")" "$got"
}

testWhatTheUserNamespaceOwnsIsJoinedWithIt() {
	in_targets "$remapped" "$rootless" || return 0
	for it in "$remapped" "$rootless"; do
		target=$it
		assertEquals 'plan' "$(kept_rows "$target"; echo 1 become no supplementary groups
			for kind in $kinds; do row 2 join "$kind" "$target"; done)
3 become uid 0, gid 0, no supplementary groups
4 fork a new process; the first one waits for it
5 exec a-program" "$(plan_of -t "$target" -a)"
	done
}

testWhatAUserNamespaceBetweenOwnsIsJoinedToo() {
	in_targets "$nested" || return 0
	between=$("$probe" owner "/proc/$nested/ns/net")
	assertNotEquals 'owned by neither' "$(ns_of self user)" "$between"
	assertNotEquals 'owned by neither' "$(ns_of "$nested" user)" "$between"
	assertEquals 'plan' "$(kept_rows "$nested")
1 become no supplementary groups
$(row 2 join mnt "$nested")
$(row 2 join net "$nested")
$(row 2 join user "$nested")
$(row 2 join uts "$nested")
3 become uid 0, gid 0, no supplementary groups
4 exec a-program" "$(plan_of -t "$nested" -a)"
	got=$(where "$NSEXEC" -t "$nested" -a -- 2>&1)
	assertEquals 'status' 0 $?
	assertEquals "$(mix "$nested" "$nested")" "$got"
}

# Without a pidfd they are joined one by one.  What others own comes first; mnt comes
# last among equals, for it moves the root.
testWhatOthersOwnIsJoinedBeforeTheUserNamespaceAndItsOwnAfterIt() {
	in_targets "$split" "$nested" || return 0
	need strace || return 0
	for target in $split $nested; do
		assertEquals 'plan' "$(kept_rows "$target")
1 become no supplementary groups
$(row 2 join net "$target")
$(row 3 join user "$target")
4 become uid 0, gid 0, no supplementary groups
$(row 5 join uts "$target")
$(row 6 join mnt "$target")
7 exec a-program" "$(plan_with 'with_faults pidfd_open:error=ENOSYS' -t "$target" -a)"
		with_faults pidfd_open:error=ENOSYS "$NSEXEC" -t "$target" -a -- true
		assertEquals 'what was done' 'CLONE_NEWNET
CLONE_NEWUSER
CLONE_NEWUTS
CLONE_NEWNS' "$(sed -n 's/^[0-9 ]*setns([0-9]*, \([A-Z_]*\)) *= 0$/\1/p' "$work/trace")"
	done
}

# The kernel lets one pass that joins all of them at once, but not one by one.
testOrdinaryUserJoinsWhatAUserNamespaceBetweenOwns() {
	in_targets "$nested" || return 0
	need_root || return 0
	for words in '-U -n -m -u' -a '-a -r'; do
		got=$(where as_user "$ordinary" "$NSEXEC" -t "$nested" $words -- 2>&1)
		assertEquals "status with $words" 0 $?
		assertEquals "with $words" "$(mix "$nested" "$nested")" "$got"
	done
}

# As on kernels that know it only one by one: it takes two calls of nsexec.
testOrdinaryUserWalksThroughTheUserNamespaceBetween() {
	in_targets "$nested" || return 0
	got=$(as_user "$ordinary" "$NSEXEC" "-n/proc/$nested/ns/net" "-U/proc/$nested/ns/user" -- \
		true 2>&1)
	assertEquals 'at once' 125 $?
	assertContains "$got" 'join net'
	ioctl_get_parent=46850
	"${CC:-cc}" -x c -o "$work/parent" - <<-END
		#include <fcntl.h>
		#include <sys/ioctl.h>
		#include <unistd.h>
		int main(int argc, char **argv)
		{
			return argc < 2 || dup2(ioctl(open(argv[1], O_RDONLY), $ioctl_get_parent), 8) < 0 ||
			       execvp(argv[2], argv + 2);
		}
	END
	chmod 755 "$work/parent"
	got=$(where $drop "$work/parent" "/proc/$nested/ns/user" "$NSEXEC" -U/proc/self/fd/8 -- \
		"$NSEXEC" -t "$nested" -a -- 2>&1)
	assertEquals 'step by step' "$(mix "$nested" "$nested")" "$got"
}

# The words may come in any order; mnt is last among equals, for it moves the root.
testOrderIsTheSameForFilesWhicheverComesFirst() {
	in_targets "$split" || return 0
	files="-n/proc/$split/ns/net -U/proc/$split/ns/user -m/proc/$split/ns/mnt -u/proc/$split/ns/uts"
	back="-u/proc/$split/ns/uts -m/proc/$split/ns/mnt -U/proc/$split/ns/user -n/proc/$split/ns/net"
	for words in "$files" "$back"; do
		assertEquals "$words" "1 become no supplementary groups
$(row 2 join net "$split")
$(row 3 join user "$split")
4 become uid 0, gid 0, no supplementary groups
$(row 5 join uts "$split")
$(row 6 join mnt "$split")
7 exec a-program" "$(plan_of $words)"
		got=$(where "$NSEXEC" $words -- 2>&1)
		assertEquals 'status' 0 $?
		assertEquals "$(mix "$split" "$split")" "$got"
	done
}

# A container in the container has made it: the right to it comes from above.
testWhatIsOwnedBelowTheUserNamespaceIsJoinedAfterIt() {
	need_root || return 0
	start_in $drop $root_of_a_user sh -c '
		unshare --user --map-root-user --uts sleep 300 & echo $! >"$0"; exec "$@"' "$work/open/below"
	above=$target
	in_targets "$above" || return 0
	below=$(cat "$work/open/below")
	remember "$below"
	wait_for 'grep -qsx sleep "/proc/$below/comm"'
	words="-u/proc/$below/ns/uts -U/proc/$above/ns/user"
	assertEquals "1 become no supplementary groups
$(row 2 join user "$above")
3 become uid 0, gid 0, no supplementary groups
$(row 4 join uts "$below")
5 exec a-program" "$(plan_of $words)"
	got=$(where $drop "$NSEXEC" $words -- 2>&1)
	assertEquals 'status' 0 $?
	assertEquals "$(mix self "$above" user | sed "s/^uts:.*/uts:[$(ns_of "$below" uts)]/")" "$got"
}

# ---- --plan ------------------------------------------------------------------

# Calls that may change nothing but descriptors and memory of the process itself.
harmless='execve
pidfd_open
openat
read
newfstatat
fstat
fstatfs
fcntl
ioctl
readlinkat
ppoll
close
write
mmap
munmap
exit_group'

testPlanChangesNothing() {
	in_targets "$plain" "$split" || return 0
	need strace || return 0
	for words in "$plain -a" "$split -a" "$plain -a -r -w -S 5 -G 6 --fork" "$plain -p -F"; do
		with_faults '' "$NSEXEC" -t $words --plan -- touch "$work/touched" >"$work/out"
		assertEquals "status with -t $words" 0 $?
		assertContains "plan with -t $words" "$(cat "$work/out")" 'exec    touch'
		assertEquals "calls with -t $words" '' "$(
			sed -n 's/^[0-9 ]*\([a-z0-9_]*\)(.*/\1/p' "$work/trace" | grep -vx "$harmless")"
	done
	assertFalse 'the program ran' '[ -e "$work/touched" ]'
}

testPlanIsShownInsteadOfTheHostProgramToo() {
	in_targets "$split" || return 0
	got=$(env "NSEXEC=-t $split -a --plan" "LD_PRELOAD=$PRELOAD" echo 'the host ran')
	assertEquals 'status' 0 $?
	assertEquals "$("$NSEXEC" -t "$split" -a --plan | sed '$d')
4    return  to the host program" "$got"
	assertContains "$(env "NSEXEC=-t $split -a --plan a-program" "LD_PRELOAD=$PRELOAD" true)" \
		'4    exec    a-program'
}

# ---- older ways ----------------------------------------------------------------

# same_in_older_ways TARGET [COMMAND...]: all of its namespaces, whatever is missing.
same_in_older_ways() {
	of=$1
	shift
	while read -r words; do
		got=$(where with_faults "$words" "$@" "$NSEXEC" -t "$of" -a -r -w -- 2>&1)
		assertEquals "status with $words" 0 $?
		assertEquals "namespaces with $words" "$(mix "$of" "$of")" "$got"
		assertContains "$words was tried: $(cat "$work/trace")" "$(cat "$work/trace")" INJECTED
	done <<-END
		pidfd_open:error=ENOSYS
		pidfd_open:error=EPERM
		setns:error=EINVAL:when=1
		ioctl:error=ENOTTY
		pidfd_open:error=ENOSYS ioctl:error=ENOTTY
	END
	# Without -r and -w there is a quicker way, that must end in the same place.
	for words in pidfd_open:error=ENOSYS setns:error=EINVAL:when=1 setns:error=EINVAL:when=1..2; do
		got=$(where with_faults "$words" "$@" "$NSEXEC" -t "$of" -a -- 2>&1)
		assertEquals "status with $words, quick" 0 $?
		assertEquals "namespaces with $words, quick" "$(mix "$of" "$of")" "$got"
		assertContains "$words was tried" "$(cat "$work/trace")" INJECTED
	done
}

testOlderKernelsJoinThePlainContainer() {
	in_targets "$plain" || return 0
	need strace || return 0
	same_in_older_ways "$plain"
}

testOlderKernelsJoinTheContainerWithAUserNamespace() {
	in_targets "$remapped" || return 0
	need strace || return 0
	same_in_older_ways "$remapped"
}

testOlderKernelsJoinNamespacesOfTwoOwners() {
	in_targets "$split" "$nested" || return 0
	need strace || return 0
	same_in_older_ways "$split"
	same_in_older_ways "$nested"
}

testOlderKernelsLetAnOrdinaryUserJoinOnesOwnContainer() {
	in_targets "$rootless" || return 0
	need strace || return 0
	touch "$work/trace" && chmod 666 "$work/trace"
	same_in_older_ways "$rootless" $drop
}

# Half of it is done then, and cannot be undone.
testFailureHalfWayRunsNoProgram() {
	in_targets "$split" || return 0
	need strace || return 0
	for words in 'pidfd_open:error=ENOSYS setns:error=EPERM:when=2' \
		'pidfd_open:error=ENOSYS setns:error=EPERM:when=4' 'setresuid:error=EPERM'; do
		got=$(with_faults "$words" "$NSEXEC" -t "$split" -a -- echo 'it ran' 2>"$work/err")
		assertEquals "status with $words" 125 $?
		assertEquals "output with $words" '' "$got"
		assertContains "$(cat "$work/err")" 'EPERM Operation not permitted'
		assertContains "done before it, with $words" "$(cat "$work/trace")" 'CLONE_NEWNET'
		assertContains "$words was tried" "$(cat "$work/trace")" INJECTED
	done
}

testWaiterClosesItsDescriptorsWithoutCloseRange() {
	in_targets "$plain" || return 0
	need strace || return 0
	: >"$work/trace"
	: >"$work/trace" # what follows waits for what will be in it
	with_faults close_range:error=ENOSYS "$NSEXEC" -t "$plain" -a -- sleep 30 \
		</dev/null >/dev/null 2>&1 &
	front=$!
	remember "$front"
	wait_for 'grep -q "rt_sigtimedwait(" "$work/trace"'
	waiter=$(sed -n '1s/ .*//p' "$work/trace")
	assertContains 'it was tried' "$(cat "$work/trace")" INJECTED
	assertEquals '' "$(ls "/proc/$waiter/fd")"
	kill "$waiter"
	wait "$front"
	assertEquals 'status' 143 $?
}

# ---- who is the target? ----------------------------------------------------------

# In a PID namespace of its own the next PID can be chosen.  The program is held
# when it has made its first CALL; then the target ends, and another gets its PID.
recycle=$await'
	begin() {
		unshare --net --uts "$@" sleep 300 & it=$!
		await $it
	}
	call=$1
	faults=$2
	shift 2
	begin --mount
	old=$it
	echo old $(readlink /proc/$old/ns/net)
	strace -f -qq -o "$0/recycle" -e "inject=$call:signal=STOP:when=1" $faults \
		"$NSEXEC_FILE" -t $old "$@" -- readlink /proc/self/ns/net &
	front=$!
	for try in $(seq 250); do
		! grep -qs "stopped by SIGSTOP" "$0/recycle" || break
		sleep 0.02
	done
	kill -KILL $old
	wait $old 2>/dev/null
	echo $((old - 1)) >/proc/sys/kernel/ns_last_pid
	begin
	[ $it = $old ] || echo "not $old: $it"
	kill -CONT $(sed -n "s/ .*stopped by SIGSTOP.*//p" "$0/recycle")
	wait $front
	echo status $?
	kill -KILL $it'

# recycled CALL FAULTS WORD...
recycled() {
	rm -f "$work/recycle"
	NSEXEC_FILE=$NSEXEC unshare --pid --fork --mount-proc --kill-child \
		sh -c "$recycle" "$work" "$@" 2>&1
}

# Use: can_recycle || return 0
can_recycle() {
	need_root && need strace || return 1
	[ -e /proc/sys/kernel/ns_last_pid ] || { skip 'this kernel does not let one choose a PID'; return 1; }
}

# noticed WORDS OUTPUT: that the target has gone; the program, which names its own
# network namespace, did not run.
noticed() {
	assertContains "with $1" "$2" '): ESRCH No such process'
	assertContains "with $1" "$2" 'status 125'
	assertEquals "with $1, the only namespace named is the old one: $2" 1 \
		"$(echo "$2" | grep -c 'net:\[')"
}

testRecycledPidIsNotJoined() {
	can_recycle || return 0
	for words in -n '-n -u' -a '-n -r'; do
		got=$(recycled pidfd_open '' $words)
		noticed "$words" "$got"
	done
}

# Who has the PID now is in our mount namespace, and so there would be nothing to join.
testRecycledPidIsNotComparedWithUs() {
	can_recycle || return 0
	for words in -m '-m -p' '-m -r'; do
		got=$(recycled pidfd_open '' $words)
		noticed "$words" "$got"
	done
}

testRecycledPidIsNotJoinedWithoutPidfds() {
	can_recycle || return 0
	for words in -n '-n -u' -a '-n -r'; do
		got=$(recycled openat '-e inject=pidfd_open:error=ENOSYS' $words)
		noticed "$words" "$got"
	done
}

# Everything is open then, and stays what it was: the old one's, never the new one's.
testRecycledPidIsNotJoinedThoughAllHasBeenOpenedWithoutPidfds() {
	can_recycle || return 0
	for words in -n '-n -u'; do
		got=$(recycled prctl '-e inject=pidfd_open:error=ENOSYS' $words)
		old=$(echo "$got" | sed -n 's/^old //p')
		assertEquals "old $old
$old
status 0" "$got"
	done
}

# A /proc that was mounted for another PID namespace has somebody else under that
# PID: it is the target that is joined, or nobody.
testProcOfAnotherPidNamespaceDoesNotChooseTheTarget() {
	need_root || return 0
	for words in '-u -n' '-m -u -n' '-m' -a '-u -r'; do
		got=$(unshare --pid --fork --kill-child sh -c '
			unshare --mount --uts --net sh -c "
				mount -t tmpfs none /mnt && : >/mnt/inner && hostname nsx-inner &&
					exec sleep 300" & it=$!
			for try in $(seq 250); do
				"$0" -t $it -u -- uname -n 2>/dev/null | grep -qx nsx-inner && break
				sleep 0.02
			done
			"$0" -t $it "$@" -- sh -c "uname -n; ls /mnt"' "$NSEXEC" $words 2>&1)
		case "$?, $words" in
		125,*) assertContains "with $words" "$got" 'nsexec: ' ;;
		*-a* | *-m*-u*) assertEquals "with $words" 'nsx-inner
inner' "$got" ;;
		*-m*) assertContains "with $words" "$got" inner ;;
		*) assertContains "with $words" "$got" nsx-inner ;;
		esac
	done
}

# Refused by pidfd, the namespaces are all open: but nobody is in there any more.
# The same, when the caller's PID happens to be the same number in both.
coincide='
	unshare --mount --uts sh -c "hostname nsx-inner && mount -t tmpfs none /mnt &&
		: >/mnt/inner && exec sleep 300" & it=$!
	for try in $(seq 250); do
		"$0" -t $it -u -- uname -n 2>/dev/null | grep -qx nsx-inner && break
		sleep 0.02
	done
	for try in $(seq 300); do
		outer=$("$1" self)
		echo $((outer + try % 4)) >/proc/sys/kernel/ns_last_pid
		got=$("$0" -t $it -m -u -- sh -c "uname -n; ls /mnt; echo \$\$; exec \"\$0\" self" "$1" 2>&1)
		[ "$(echo "$got" | tail -n 2 | sort -u | wc -l)" -ne 1 ] || break
	done
	echo "$got"'

testProcOfAnotherPidNamespaceDoesNotChooseTheTargetByAccident() {
	can_recycle || return 0
	got=$(unshare --pid --fork --kill-child sh -c "$coincide" "$NSEXEC" "$probe" 9</proc 2>&1)
	if [ "$(echo "$got" | tail -n 2 | sort -u | wc -l)" -ne 1 ]; then
		skip 'no two equal PIDs in 300 tries'
		return 0
	fi
	assertEquals "nsx-inner
inner" "$(echo "$got" | sed '$d' | sed '$d')"
}

testTargetThatEndsBetweenTwoWaysIsNoticed() {
	need_root || return 0
	need strace || return 0
	start_in unshare --net $root_of_a_user --uts
	in_targets "$target" || return 0
	hold setns:error=EINVAL '' "$NSEXEC" -t "$target" -a -r -- echo 'it ran' \
		>"$work/out" 2>&1
	kill -KILL "$target"
	wait "$target" 2>/dev/null
	release
	assertEquals 'status' 125 $status
	assertContains "$(cat "$work/out")" "nsexec: target process (PID $target): ESRCH No such process"
	assertNotContains "$(cat "$work/out")" 'it ran'
}

# The first process of a PID namespace has ended: nobody can be born there any more.
testPidNamespaceWithoutItsFirstProcessIsAnError() {
	need_root || return 0
	need strace || return 0
	container_plain || { skip "$why"; return 0; }
	hold prctl pidfd_open:error=ENOSYS "$NSEXEC" -t "$target" -p -- echo 'it ran' \
		>"$work/out" 2>&1
	kill -KILL "$target"
	wait_for '[ ! -e "/proc/$target/ns/pid" ]'
	release
	assertEquals 'status' 125 $status
	assertEquals 'nsexec: fork returning process: ENOMEM Cannot allocate memory' \
		"$(cat "$work/out")"
}

. shunit2
