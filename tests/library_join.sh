#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# nsexec_join() moves the thread that calls it, and nobody else; what cannot be joined is
# refused before anything has changed.
#
# From lib.sh; by eval; expanded elsewhere; lists of words.
# shellcheck disable=SC2154,SC2034,SC2016,SC2086,SC2046

. "$(dirname "$0")/lib.sh"

out=$work/out

oneTimeSetUp() {
	build_program places || fail 'places.c does not compile'
	container_rootless
	at_rootless=$target why_rootless=$why
	container_plain
	at_plain=$target why_plain=$why
	container_userns
	at_userns=$target why_userns=$why
	commas=$(echo "$kinds" | tr ' ' ,)
	but_user=$(without user)
	for_threads=$(without user time mnt)
}

# without KIND...: the kinds of this kernel but those
without() {
	list=" $kinds "
	for it; do
		list=$(echo "$list" | sed "s/ $it / /")
	done
	echo "$list" | xargs | tr ' ' ,
}

# at CONTAINER: make it the target, or skip.  Use: at plain || return 0
at() {
	eval "target=\${at_$1-} why=\${why_$1-needs root}"
	[ -n "$target" ] || { skip "$why"; return 1; }
}

# join WORD...: all that it says goes to $out
join() {
	"$work/places" "$@" >"$out" 2>&1
	rc=$?
}

# joined WORD...
joined() {
	join "$@"
	assertEquals "$*: $(cat "$out")" '0 joined' "$rc $(head -n 1 "$out")"
}

# refused TEXT WORD...: with that error, and this thread is where it was
refused() {
	text=$1
	shift
	join "$@"
	assertEquals "$*: $(cat "$out")" "1 failed: $text" "$rc $(head -n 1 "$out" | cut -c 1-$((8 + ${#text})))"
	assert_nothing_happened
}

assert_nothing_happened() {
	assert_in self self $kinds
	assert_in child self $kinds
	assertContains "$(cat "$out")" "self hostname $(hostname)"
}

# assert_in WHO PID KIND...: where the thread that WHO stands for says that it is
assert_in() {
	who=$1 of=$2
	shift 2
	for it; do
		assertEquals "$who $it" "$it:[$(ns_of "$of" "$it")]" \
			"$(sed -n "s/^$who $it //p" "$out")"
	done
}

assert_hint() { assertContains "$(sed -n 's/^hint: //p' "$out")" "$1"; }

# Own mounts are older than the container's: a name that is there for both of them.
testEachKindIsJoinedByItselfFromWhereverItIsFound() {
	at plain || return 0
	for kind in $(without user | tr , ' '); do
		for place in "pid:$target" "pidfd:$target" "thread:$target" \
			"path:/proc/$target/ns/$kind" "fd:/proc/$target/ns/$kind"
		do
			joined join "$place" "$kind"
			assert_in child "$target" "$kind"
			# PID is for children alone.
			[ "$kind" = pid ] || assert_in self "$target" "$kind"
			[ "$kind" != pid ] || assert_in self self pid
			for other in $(without user "$kind" mnt | tr , ' '); do
				assert_in child self "$other"
			done
		done
	done
}

testFileOnWhichANamespaceIsMountedIsJoined() {
	at plain || return 0
	touch "$work/file"
	for kind in $(without user mnt | tr , ' '); do
		unshare --mount sh -c '
			mount --bind "/proc/$2/ns/$3" "$1" &&
			exec "$0" join "path:$1" "$3"' \
			"$work/places" "$work/file" "$target" "$kind" >"$out" 2>&1
		assertEquals "$kind" joined "$(head -n 1 "$out")"
		assert_in child "$target" "$kind"
	done
}

testWholeContainerIsJoinedAtOnce() {
	at plain || return 0
	for place in pid pidfd thread; do
		joined join "$place:$target" "$but_user"
		assert_in child "$target" $kinds
		assertContains "$(cat "$out")" "self hostname nsx-plain"
	done
}

testItsOwnUserNamespaceIsLeftOut() {
	at plain || return 0
	joined join "pid:$target" "$commas"
	assert_in child "$target" $kinds
	joined join pid:self "$commas"
	assert_nothing_happened
	for kind in $kinds; do
		joined join "path:/proc/self/ns/$kind" "$kind"
		assert_nothing_happened
	done
}

testUserNamespaceIsJoinedWithWhatItOwns() {
	for container in userns rootless; do
		at $container || return 0
		for place in pid pidfd thread; do
			join "join" "$place:$target" "$commas"
			assertEquals "$container $place: $(cat "$out")" joined "$(head -n 1 "$out")"
			assert_in child "$target" $kinds
		done
	done
}

# The creator of a user namespace may do in it what is denied to him out here.
testOrdinaryUserJoinsWhatIsHis() {
	at rootless || return 0
	for place in pid pidfd thread; do
		as_user "$ordinary" "$work/places" join "$place:$target" "$commas" >"$out" 2>&1
		assertEquals "$place: $(cat "$out")" joined "$(head -n 1 "$out")"
		assert_in child "$target" $kinds
	done
}

testOrdinaryUserCannotJoinWithoutTheUserNamespaceAndIsTold() {
	at rootless || return 0
	for kind in net "$but_user"; do
		as_user "$ordinary" "$work/places" join "pid:$target" "$kind" >"$out" 2>&1
		assertEquals "$(cat "$out")" \
			"failed: join $kind (PID $target): EPERM Operation not permitted" \
			"$(head -n 1 "$out")"
		assert_nothing_happened
		assert_hint "user namespace $(ns_of "$target" user), which owns it"
	done
}

# A program with a second thread, and behind it the words that start it.  That thread as a
# process has no pidfd, so that it is entered as before Linux 5.8, one by one.
two_threads='import threading, time
threading.Thread(target=time.sleep, args=[300], daemon=True).start()
time.sleep(300)'

# second_thread COMMAND...: which starts what comes behind it; sets $tid
second_thread() {
	setpriv --pdeathsig KILL "$@" python3 -c "$two_threads" &
	remember $!
	tid=''
	wait_for 'tid=$(ls "/proc/$!/task" | grep -vx $!) && [ -n "$tid" ]' ||
		wait_for 'tid=$(ls "/proc/$(children_of $! | xargs)/task" | sed -n 2p) && [ -n "$tid" ]'
	assertNotNull "$*" "$tid"
}

testOneByOneTheSameIsJoined() {
	need python3 || return 0
	for container in plain userns rootless; do
		at $container || return 0
		second_thread nsenter --target "$target" --all
		joined join "pid:$tid" "$commas"
		assert_in child "$target" $kinds
	done
	as_user "$ordinary" "$work/places" join "pid:$tid" "$commas" >"$out" 2>&1
	assertEquals "$(cat "$out")" joined "$(head -n 1 "$out")"
	assert_in child "$target" $kinds
}

# Its network namespace is owned by the user namespace that we leave.
testWhatOnlyWeMayJoinComesBeforeTheUserNamespaceAndTheRestAfterIt() {
	need_root || return 0
	need python3 || return 0
	second_thread unshare --net unshare --user --uts
	for place in "pid:$tid" "thread:$tid" "pid:$!" "pidfd:$!" "thread:$!"; do
		joined join "$place" net,user,uts
		assert_in self "$tid" net user uts
	done
}

testTimeIsThatOfTheContainerForThisThreadToo() {
	case $kinds in *time*) ;; *) skip 'no time namespaces here'; return 0 ;; esac
	at plain || return 0
	join join pid:self net
	before=$(sed -n 's/^self boottime //p' "$out")
	joined join "pid:$target" time
	after=$(sed -n 's/^self boottime //p' "$out")
	assertTrue "$before, $after" "[ $((after - before)) -ge 900 ]"
}

# A thread that calls has been to other namespaces; joined is that of its process.
testComesBackFromWhereItHasBeen() {
	at plain || return 0
	exec 7</proc/self/ns/pid
	joined join "pid:$target" "$for_threads" "pid:$$" "$for_threads"
	assertEquals 2 "$(grep -c '^joined$' "$out")"
	assert_nothing_happened
	joined join "pid:$target" pid thread:0 pid
	assert_nothing_happened
	exec 7<&-
	for places in -w -z; do
		joined $places -u uts,net -t join "pid:$$" uts,net
		assert_in self self uts net
	done
}

testOwnTimeTakesBackOneThatWasMadeForChildren() {
	case $kinds in *time*) ;; *) skip 'no time namespaces here'; return 0 ;; esac
	need_root || return 0
	joined -u time,pid join thread:0 time,pid
	assert_in child self time
	assertEquals "$(sed -n 's/^self time //p' "$out")" \
		"$(sed -n 's/^self time_for_children //p' "$out")"
}

testWithASecondThreadEveryKindIsRefusedEvenOfItself() {
	for kind in $kinds "$commas"; do
		for place in pid:self thread:0 pidfd:self; do
			refused 'gate there are other threads: EBUSY' -2 join "$place" "$kind"
			assert_hint NSEXEC_JOIN_THREADED
		done
	done
	refused 'gate there are other threads: EBUSY' -w join pid:self net
}

testThreadThatHasEndedIsNoOther() {
	at plain || return 0
	joined join "pid:$target" uts
	join -z join "pid:$target" uts
	assertContains "the first thread is a zombie, and still one: $(cat "$out")" \
		"$(cat "$out")" 'there are other threads'
}

testThreadIsMovedAloneIfThatIsAsked() {
	at plain || return 0
	for place in pid pidfd thread; do
		joined -2 -t join "$place:$target" "$for_threads"
		assert_in child "$target" $(echo "$for_threads" | tr , ' ')
		assert_in second self $kinds
	done
}

# By pidfd and with others the kernel would move root and cwd of every thread.
testMountsAreRefusedToAThreadThatSharesItsDirectories() {
	at plain || return 0
	for kind in mnt "$but_user" "$(without user time)"; do
		for place in pid pidfd thread; do
			join -2 -t join "$place:$target" "$kind"
			assertEquals "$place $kind" 1 $rc
			assert_nothing_happened
			assert_in second self $kinds
		done
	done
	refused "join mnt (PID $target): EINVAL Invalid argument" -2 -t join "pid:$target" \
		"$(without user time)"
	assert_hint 'unshare(CLONE_FS)'
}

testMountsAreJoinedByAThreadWithDirectoriesOfItsOwn() {
	at plain || return 0
	joined -2 -F -t join "pid:$target" "$(without user time)"
	assert_in child "$target" $(without user time | tr , ' ')
	assert_in second self $kinds
}

testUserAndTimeAreRefusedToAThreadWhateverElseIsJoined() {
	at userns || return 0
	gate='gate there are other threads'
	for place in pid pidfd thread; do
		refused "$gate (user): EBUSY" -2 -t join "$place:$target" user
		refused "$gate (user): EBUSY" -2 -F -t join "$place:$target" "$(without time)"
		assert_hint 'nsexec_clone()'
		assert_in second self $kinds
	done
	case $kinds in
	*time*)
		refused "$gate (time): EBUSY" -2 -t join "pid:$target" time
		refused "$gate (time,user): EBUSY" -2 -t join "pid:$target" "$commas"
		;;
	esac
	refused "$gate (user): EBUSY" -2 -t join "path:/proc/$target/ns/user" user
}

testUserAndTimeThatAreSharedAlreadyAreNotInTheWayOfAThread() {
	joined -2 -t join pid:self "$commas"
	assert_nothing_happened
}

testOneOfSeveralThatCannotBeJoinedKeepsAllFromBeingJoined() {
	at plain || return 0
	# One may not return from a PID namespace to one that is above it.
	for place in pid pidfd thread; do
		nsenter --target "$target" --pid "$work/places" join "$place:$$" net,pid,uts \
			>"$out" 2>&1
		assertContains "$(cat "$out")" failed
		assertContains "$(cat "$out")" "self uts uts:[$(ns_of self uts)]"
	done
	setpriv --bounding-set -sys_chroot --inh-caps -sys_chroot \
		"$work/places" join "pid:$target" "$but_user" >"$out" 2>&1
	assertContains "$(cat "$out")" ': EPERM Operation not permitted'
	assert_nothing_happened
	assert_hint CAP_SYS_CHROOT
}

testPidOfAnotherProcessIsNeverJoined() {
	sleep 0 &
	pid=$!
	wait $pid
	refused "target process (PID $pid): ESRCH" join "pid:$pid" net
	refused "target thread (thread $pid): ESRCH" join "thread:$pid" net
	refused 'target process (PID ' join pidfd-of-zombie "$commas"
	refused 'target process (pidfd:' join pidfd-of-reaped "$commas"
}

testWhatIsAskedMustBePossible() {
	refused 'options: no kind of namespace to join' join pid:self 0
	refused 'options: not a set of kinds of namespaces (net,0x11)' join pid:self 0x40000011
	refused 'options: not a set of kinds of namespaces (0x11)' join pid:self 0x11
	refused 'options: flags that nsexec_join() does not know' -f 2 join pid:self net
	for place in path fd; do
		refused 'options: a file is a namespace of one kind' \
			join $place:/proc/self/ns/net net,uts
	done
	refused 'target: not one of enum nsexec_place (place 9)' join place:9 net
	refused 'open net (/no/such): ENOENT' join path:/no/such net
	refused 'check net, from a namespace of kind uts (' join path:/proc/self/ns/uts net
	refused 'check net, from a file that is no namespace (' join path:/etc/passwd net
	refused 'check net, from a file that is no namespace (' join fd:/etc/passwd net
	refused 'open net (descriptor -1): EBADF' join fd:/no/such net
}

testKindThatTheKernelHasNotIsRefusedByName() {
	need_root || return 0
	got=$(unshare --mount sh -c '
		mount -t tmpfs none "/proc/$$/task/$$/ns" && mount -t tmpfs none "/proc/$$/ns" &&
		touch "/proc/$$/task/$$/ns/net" &&
		exec "$0" join pid:self ipc' "$work/places" 2>&1 | head -n 2)
	assertEquals 'failed: check ipc: ENOENT No such file or directory
hint: this kernel was built without that kind of namespace, or is too old' "$got"
}

. shunit2
