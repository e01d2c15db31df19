#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# nsexec_enter() runs a function on the calling thread inside other namespaces, and brings
# the thread back, whatever happens.  Kata's NsEnter in its own terms, and what that never
# asserts: that the thread is afterwards where it was.
#
# From lib.sh; by eval; expanded elsewhere; lists of words.
# shellcheck disable=SC2154,SC2034,SC2016,SC2086

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/flavours.sh"

out=$work/out
served=''	# kinds that are served on any thread, of those that this kernel has
for it in $kinds; do
	case $it in mnt | user | time) ;; *) served="$served $it" ;; esac
done
served=${served# }
list=$(echo "$served" | tr ' ' ,)

oneTimeSetUp() {
	for it in plain thread address; do
		build_flavour "$it" enter
	done
	[ -x "$work/enter.plain" ] || fail "enter.c: $(cat "$work/enter.plain.why")"
	container_plain
	at_plain=$target why_plain=$why
	container_userns
	at_userns=$target why_userns=$why
	container_runc busybox
	at_runc=$target why_runc=$why
	container_crun busybox
	at_crun=$target why_crun=$why
}

# at CONTAINER: make it the target, or skip.  Use: at plain || return 0
at() {
	eval "target=\${at_$1-} why=\${why_$1-}"
	[ -n "$target" ] || { skip "$why"; return 1; }
}

# enter WORD...: what it prints is in $out
enter() {
	program=$work/enter.plain
	"$program" "$@" >"$out" 2>&1
}

# line NAME: what is behind it, in $out
line() { sed -n "s/^$1\( \|\$\)//p" "$out"; }

# The thread and the other one are where they were, and no descriptor is left.
all_as_before() {
	assertEquals "$1: moved" '' "$(line moved)"
	assertEquals "$1: other threads moved" '' "$(line bystander)"
	assertEquals "$1: descriptors" 0 "$(line descriptors)"
}

# has_run WORDS: it has, with the thread's errno left to the call
has_run() {
	assertEquals "$1" '0 42' "$(line returned)"
	assertEquals "$1: the call's errno" 4001 "$(line errno)"
	assertEquals "$1: other threads meanwhile" 1 "$(grep -cx 'others' "$out")"
	all_as_before "$1"
}

# has_not_run WORDS TEXT: because of that, and errno is what it was
has_not_run() {
	assertEquals "$1" '-1 -7' "$(line returned)"
	assertEquals "$1" "$2" "$(line error)"
	assertEquals "$1: errno" 4000 "$(line errno)"
	assertEquals "$1: calls" 0 "$(grep -c '^in ' "$out")"
	all_as_before "$1"
}

# inside PID KIND...: of these kinds the call was where PID is, of others where we are
inside() {
	process=$1
	shift
	for it in $kinds; do
		case " $* " in
		*" $it "*) of=$process ;;
		*) of=self ;;
		esac
		where=$it
		[ "$it" != pid ] || where=pid_for_children
		assertEquals "$it inside" "$(ns_of "$of" "$it")" "$(line "in $where")"
	done
}

# ---- in Kata's terms ----------------------------------------------------------------

testAnEmptyListJustRunsTheFunction() {
	enter look
	has_run 'no entry'
	inside self
}

testEachKindIsEnteredByPidAndLeftAgain() {
	at plain || return 0
	for kind in $served; do
		enter look "pid:$target=$kind"
		has_run "$kind"
		inside "$target" "$kind"
	done
}

testEachKindIsEnteredByPathAndByDescriptorToo() {
	at plain || return 0
	for kind in $served; do
		for by in path fd; do
			enter in-thread look "$by:/proc/$target/ns/$kind=$kind"
			has_run "$kind by $by"
			inside "$target" "$kind"
		done
	done
}

testAllKindsTogetherInOneEntryOrInSeveral() {
	for container in plain userns runc crun; do
		at "$container" || continue
		enter in-thread look "pid:$target=$list"
		has_run "$container, one entry"
		inside "$target" $served
		set --
		for kind in $served; do
			set -- "path:/proc/$target/ns/$kind=$kind" "$@"
		done
		enter in-thread look "$@"
		has_run "$container, several"
		inside "$target" $served
	done
}

testAProcessThatTheFunctionStartsIsWhereTheTargetIs() {
	at plain || return 0
	enter in-thread sleeper "pid:$target=$list"
	has_run sleeper
	sleeper=$(line sleeper)
	remember "$sleeper"
	for kind in $served; do
		assertEquals "$kind" "$(ns_of "$target" "$kind")" "$(ns_of "$sleeper" "$kind")"
	done
	assertEquals mnt "$(ns_of self mnt)" "$(ns_of "$sleeper" mnt)"
	kill "$sleeper"
}

testNeitherAPathNorAProcessIsAnErrorForEachKind() {
	for kind in $served; do
		enter look "nothing=$kind"
		has_not_run "$kind" 'target: not a PID (PID 0)'
	done
}

testWhatCannotBeOpenedIsAnErrorBeforeAnythingIsJoined() {
	at plain || return 0
	: >"$work/file"
	enter look "pid:$target=uts" path:=net
	has_not_run 'empty path' 'open: empty (path)'
	enter look "pid:$target=uts" "path:$work/nowhere=net"
	has_not_run 'no file' "open net ($work/nowhere): ENOENT No such file or directory"
	enter look "pid:$target=uts" "path:$work/file=net"
	has_not_run 'ordinary file' \
		"check net, from a file that is no namespace ($work/file): EINVAL Invalid argument"
	enter look "pid:$target=uts" "path:/proc/$target/ns/ipc=net"
	has_not_run 'other kind' "check net, from a namespace of kind ipc (/proc/$target/ns/ipc):\
 EINVAL Invalid argument"
	sleep 0 & gone=$!
	wait "$gone"
	enter look "pid:$target=uts" "pid:$gone=net"
	has_not_run 'no process' "target process (PID $gone): ESRCH No such process"
}

# ---- what is refused ----------------------------------------------------------------

testOneKindTwiceIsAnError() {
	enter look "pid:$$=net" "pid:$$=uts,net"
	has_not_run 'net twice' 'options: one kind twice (net)'
}

testSeveralKindsOfOneFileAreAnError() {
	for by in path fd; do
		enter look "$by:/proc/self/ns/net=net,uts"
		has_not_run "$by" 'options: a file is a namespace of one kind'
	done
}

testUserAndTimeAreRefusedAndTheErrorNamesWhatServes() {
	for kind in user time; do
		enter look "pid:$$=$kind,net"
		has_not_run "$kind" "options: there is no way back ($kind)"
		assertContains "$(line hint)" 'nsexec_clone()'
	done
}

testBitsThatAreNoKindAndNoBitsAtAllAreErrors() {
	enter look "pid:$$=0x40000011"
	assertEquals 'a bit' '-1 -7' "$(line returned)"
	assertContains "$(line error)" 'options: '
	assertContains "$(line error)" 0x11
	all_as_before 'a bit'
	enter look "pid:$$=0"
	has_not_run 'no kind' 'options: an entry of no kind'
}

# A join that the kernel refuses after others: CAP_SYS_ADMIN is there, the owner is above.
testAfterAJoinThatFailsTheThreadGoesBackAndTheErrorHasTheKind() {
	at runc || return 0
	enter look "pid:$target=$list,mnt"
	has_not_run 'mnt' "join mnt (PID $target): EINVAL Invalid argument"
	assertContains "$(line hint)" 'CLONE_FS'
	enter in-thread look "pid:$target=$list" "path:/proc/$target/ns/mnt=mnt"
	has_not_run 'mnt' "join mnt (/proc/$target/ns/mnt): EINVAL Invalid argument"
}

testWithoutPrivilegeTheErrorHasTheKindAndWhoOwnsIt() {
	at userns || return 0
	for kind in $served; do
		setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$work/enter.plain" look \
			"pid:$target=$kind" >"$out" 2>&1
		has_not_run "$kind" "join $kind (PID $target): EPERM Operation not permitted"
		assertContains "$kind: $(line hint)" "$(line hint)" "$(ns_of "$target" user)"
	done
}

testAPidNamespaceWithoutAFirstProcessIsNoPlaceToComeBackTo() {
	at plain || return 0
	enter childless "pid:$target=pid"
	assertEquals '-1 -7' "$(line returned)"
	assertContains "$(line error)" 'pid_for_children'
	assertContains "$(line hint)" 'no first process'
}

# ---- mounts --------------------------------------------------------------------------

testMountsRootAndCwdComeAndGoOnAThreadThatHasItsOwn() {
	for container in plain userns runc crun; do
		at "$container" || continue
		(cd /proc && enter own-root in-thread look "pid:$target=mnt")
		has_run "$container"
		inside "$target" mnt
		(cd /usr && enter own-root in-thread look "pid:$target=mnt,$list")
		has_run "$container, all"
		inside "$target" mnt $served
	done
}

testTheFirstThreadCanHaveItsOwnRootToo() {
	at runc || return 0
	enter own-root look "pid:$target=mnt,uts"
	has_run 'first thread'
	inside "$target" mnt uts
}

testARootThatIsNotTheRootOfTheMountsComesBack() {
	at runc || return 0
	mkdir -p "$work/jail/proc" "$work/jail/dir" "$work/jail/$work"
	unshare --mount sh -c 'for it in bin lib lib64 usr proc; do
			mkdir -p "$1/jail/$it"; mount --rbind "/$it" "$1/jail/$it" || exit
		done
		mount --bind "$1" "$1/jail/$1"
		exec chroot "$1/jail" sh -c "cd /dir && exec \"\$@\"" sh "$1/enter.plain" \
			own-root in-thread look "$2"' sh "$work" "pid:$target=mnt" >"$out" 2>&1
	assertEquals 'in a jail' '0 42' "$(line returned)"
	assertEquals "$(ns_of "$target" mnt)" "$(line 'in mnt')"
	all_as_before 'in a jail'
}

testACwdThatHasBeenRemovedComesBack() {
	at runc || return 0
	mkdir "$work/removed"
	(cd "$work/removed" && rmdir ../removed && enter own-root look "pid:$target=mnt")
	has_run 'removed cwd'
}

# He has what a join takes, but not what the way back to such a cwd would.
testACwdThatCannotBeSearchedIsNoPlaceToComeBackTo() {
	at runc || return 0
	mkdir -m 700 "$work/private"
	(cd "$work/private" && setpriv --reuid "$ordinary" --clear-groups \
		--inh-caps=-all,+sys_admin,+sys_chroot,+sys_ptrace \
		--ambient-caps=-all,+sys_admin,+sys_chroot,+sys_ptrace \
		"$work/enter.plain" own-root look "pid:$target=mnt,uts" >"$out" 2>&1)
	has_not_run 'private cwd' 'open .: EACCES Permission denied'
	(cd / && setpriv --reuid "$ordinary" --clear-groups \
		--inh-caps=-all,+sys_admin,+sys_chroot,+sys_ptrace \
		--ambient-caps=-all,+sys_admin,+sys_chroot,+sys_ptrace \
		"$work/enter.plain" own-root look "pid:$target=mnt,uts" >"$out" 2>&1)
	has_run 'with these capabilities'
}

testAThreadThatTheFunctionHasStartedDoesNotHoldTheMountsBack() {
	at runc || return 0
	enter own-root in-thread thread "pid:$target=mnt,uts"
	has_run 'a thread that stays'
}

# ---- what is left out, and what is nested -----------------------------------------------

testWhatIsSharedAlreadyIsLeftOutSoNoPrivilegeIsNeeded() {
	as_user "$ordinary" sh -c '"$1" in-thread look "pid:$$=$2,mnt"; exit' \
		sh "$work/enter.plain" "$list" >"$out" 2>&1
	has_run 'our own'
	inside self
}

testAFunctionMayEnterAgainAndComesBackToWhereItWas() {
	at plain || return 0
	first=$target
	container_plain || { skip "$why"; return 0; }
	enter in-thread again "pid:$first=uts,net" "pid:$target=uts"
	has_run 'outer'
	assertEquals 'inner' '0 2' "$(line again)"
	assertEquals 'inner uts' "$(ns_of "$target" uts)" "$(line 'inner uts')"
	assertEquals 'inner net' "$(ns_of "$first" net)" "$(line 'inner net')"
	assertEquals 'after the inner one' 1 "$(grep -cx moved-inside "$out")"
}

testEnteringAgainWhereProcIsAnotherOnesIsAnErrorThatHarmsNobody() {
	at plain || return 0
	at runc || return 0
	enter own-root in-thread again "pid:$target=mnt" "fd:/proc/$at_plain/ns/uts=uts"
	has_run 'outer'
	assertEquals 'inner' '-1 0' "$(line again)"
	assertEquals 'after the inner one' 1 "$(grep -cx moved-inside "$out")"
}

testWhatElseTheFunctionChangesIsNotUndone() {
	at plain || return 0
	enter in-thread unshare-uts "pid:$target=net"
	assertEquals '0 42' "$(line returned)"
	assertEquals 'uts' "$(line moved)"
	enter in-thread unshare-uts "pid:$target=uts"
	has_run 'a kind that was joined'
}

# ---- no way back --------------------------------------------------------------------------

testWhoCannotComeBackIsToldSo() {
	at runc || return 0
	enter in-thread drop "pid:$target=net,uts"
	assertEquals 'stranded, and has run' '2 42' "$(line returned)"
	assertEquals 'join uts (the way back): EPERM Operation not permitted' "$(line error)"
	assertEquals 'net uts' "$(line moved)"
	assertEquals '' "$(line bystander)"
	assertEquals 0 "$(line descriptors)"
}

testAFunctionThatClosesOurDescriptorsStrandsUs() {
	at runc || return 0
	enter in-thread close "pid:$target=net"
	assertEquals 'stranded, and has run' '2 42' "$(line returned)"
	assertEquals 'join net (the way back): EBADF Bad file descriptor' "$(line error)"
}

# ---- as an ordinary user --------------------------------------------------------------------

# of_ordinary FLAGS KIND...: the user's own user namespace, with FLAGS too, and in it
# another one of each kind; then from the first into the second
of_ordinary() {
	flags=$1
	shift
	as_user "$ordinary" unshare -Ur $flags sh -c '
		program=$1
		shift
		flags=
		for kind; do flags="$flags --$kind"; done
		unshare $flags sleep 60 &
		until [ "$(readlink "/proc/$!/ns/$1")" != "$(readlink "/proc/self/ns/$1")" ]; do
			sleep 0.02
		done
		echo "theirs $(readlink "/proc/$!/ns/$1" | tr -dc 0-9)"
		"$program" in-thread look "pid:$!=$(echo "$*" | tr " " ,)"
		kill "$!"' sh "$work/enter.plain" "$@" >"$out" 2>&1
}

testAnOrdinaryUserEntersAndLeavesWhatHisUserNamespaceOwns() {
	of_ordinary '--net --uts --ipc' net uts ipc
	[ -n "$(line theirs)" ] || { skip "$(cat "$out")"; return 0; }
	has_run 'ordinary user'
	assertEquals "$(line theirs)" "$(line 'in net')"
}

# There he would be stranded: only an administrator of the outer one may go to the host's.
testToANamespaceOfAnOuterUserNamespaceThereIsNoWayBackAndThatIsAskedFirst() {
	for kind in net uts ipc; do
		of_ordinary '' "$kind"
		[ -n "$(line theirs)" ] || { skip "$(cat "$out")"; return 0; }
		has_not_run "$kind" "check $kind (the way back): EPERM Operation not permitted"
		assertContains "$(line hint)" 'nsexec_clone()'
	done
}

testAnOrdinaryUserIsRefusedBeforeAnythingIsJoined() {
	as_user "$ordinary" "$work/enter.plain" look pid:1=net,uts >"$out" 2>&1
	assertEquals '-1 -7' "$(line returned)"
	assertContains "$(line error)" 'open '
	all_as_before 'not allowed'
}

# ---- watched by sanitizers ---------------------------------------------------------------

testNothingIsFoundBySanitizers() {
	at plain || return 0
	at runc || return 0
	for flavour in thread address; do
		has_flavour "enter.$flavour" || continue
		"$work/enter.$flavour" own-root in-thread look "pid:$target=mnt,$list" >"$out" 2>&1
		has_run "$flavour"
		"$work/enter.$flavour" in-thread again "pid:$target=net" "pid:$at_plain=uts" \
			>"$out" 2>&1
		has_run "$flavour, again"
		"$work/enter.$flavour" in-thread drop "pid:$target=$list" >"$out" 2>&1
		assertEquals "$flavour, stranded" '2 42' "$(line returned)"
		assertEquals "$flavour" '' "$(grep -E 'Sanitizer|runtime error' "$out")"
	done
}

. shunit2
