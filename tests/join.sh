#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The program runs in exactly the namespaces that were asked for, as whom, where
# and with what was asked for, and in the caller's in every other respect.
#
# From lib.sh and probe.sh; some texts are expanded elsewhere, some are lists of words.
# shellcheck disable=SC2154,SC2016,SC2086

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/probe.sh"

oneTimeSetUp() {
	build_probe
	tree=$work/tree
	mkdir -p "$tree/bin" "$tree/var/inside" "$work/here"
	echo tree >"$tree/marker"
	echo inside >"$tree/var/inside/marker"
	echo here >"$work/here/marker"
	mkdir -m 777 "$work/open"
	cp "$(command -v busybox)" "$tree/bin/" 2>/dev/null
	for it in sh cat; do ln -s busybox "$tree/bin/$it"; done
	chmod -R a+rX "$tree" "$work/here"

	container_plain
	plain=$target
	container_userns
	remapped=$target
	container_rootless
	rootless=$target
	[ -n "$plain$remapped$rootless" ] || why_not=$why

	# Its own root and cwd, in a mount namespace whose root is another.
	rooted=
	[ ! -x "$tree/bin/busybox" ] || {
		unshare --mount --root="$tree" --wd=/var/inside /bin/busybox sleep 300 \
			>"$work/rooted" 2>&1 </dev/null &
		rooted=$!
		remember "$rooted"
		wait_for 'grep -qa "^/bin/busybox" "/proc/$rooted/cmdline"' || rooted=
	}
}

# Use: in_containers "$plain" "$rootless" || return 0
in_containers() {
	for it in "$@"; do
		[ -n "$it" ] || { skip "${why_not:-no such container here}"; return 1; }
	done
}

# each_kind FUNCTION: call it with KIND LETTER LONG TARGET for all that there are.
each_kind() {
	while read -r kind letter long; do
		[ -e "/proc/self/ns/$kind" ] || continue
		of=$plain
		[ "$kind" != user ] || of=$remapped
		"$1" "$kind" "$letter" "$long" "$of" </dev/null
	done <<-END
		cgroup C cgroup
		ipc i ipc
		mnt m mount
		net n net
		pid p pid
		time T time
		user U user
		uts u uts
	END
}

# joins_alone KIND TARGET WORD...: into that one, and nowhere else.
joins_alone() {
	alone_kind=$1
	alone_target=$2
	shift 2
	got=$(where "$NSEXEC" "$@" -- 2>&1)
	assertEquals "status of $*" 0 $?
	assertEquals "namespaces with $*" "$(mix self "$alone_target" "$alone_kind")" "$got"
}

# ---- one kind ----------------------------------------------------------------

testEachKindOfTheTargetIsJoinedAloneByLetterAndLongName() {
	in_containers "$plain" "$remapped" || return 0
	by_name() {
		joins_alone "$1" "$4" -t "$4" "-$2"
		joins_alone "$1" "$4" "-t$4" "--$3"
		joins_alone "$1" "$4" --target "$4" "-$2"
		joins_alone "$1" "$4" "--$3" "--target=$4"
	}
	each_kind by_name
}

testEachKindIsJoinedAloneFromAFileOfProc() {
	in_containers "$plain" "$remapped" || return 0
	by_file() {
		joins_alone "$1" "$4" "-$2/proc/$4/ns/$1"
		joins_alone "$1" "$4" "-$2=/proc/$4/ns/$1"
		joins_alone "$1" "$4" "--$3=/proc/$4/ns/$1"
	}
	each_kind by_file
}

# Another target is named too: FILE goes before it.
testFileWinsOverTheTargetForItsKind() {
	in_containers "$plain" "$remapped" || return 0
	got=$(where "$NSEXEC" -t "$plain" -u "-n/proc/$remapped/ns/net" -- 2>&1)
	assertEquals 'status' 0 $?
	assertEquals "$(mix self "$plain" uts | sed "s/^net:.*/net:[$(ns_of "$remapped" net)]/")" "$got"
}

# In a mount namespace of the test's own, so that nothing stays mounted; a mount
# namespace can be mounted only in one that is older, by numbers that each
# processor hands out for itself: hence a few tries.
testEachKindIsJoinedAloneFromAFileOnWhichItIsMounted() {
	in_containers "$plain" "$remapped" || return 0
	: >"$work/mounted"
	by_mount() {
		[ "$1" != mnt ] || return 0
		got=$(where unshare --mount sh -c '
			mount --bind "$1" "$2" && shift 2 && exec "$@"
		' sh "/proc/$4/ns/$1" "$work/mounted" "$NSEXEC" "-$2$work/mounted" -- 2>&1)
		assertEquals "status with $1" 0 $?
		assertEquals "namespaces with $1" "$(mix self "$4" "$1")" \
			"$(echo "$got" | sed "s/^mnt:.*/$(readlink /proc/self/ns/mnt)/")"
	}
	each_kind by_mount
	got=$(where unshare --mount sh -c "$await"'
		for try in 1 2 3 4 5 6 7 8 9; do
			unshare --mount sleep 300 & newer=$!
			await $newer
			mount --bind /proc/$newer/ns/mnt "$1" 2>/dev/null && break
			kill $newer
		done
		readlink /proc/$newer/ns/mnt && shift && "$@"
		kill $newer' sh "$work/mounted" "$NSEXEC" "-m$work/mounted" -- 2>&1)
	mounted=$(echo "$got" | sed 1q)
	assertNotEquals 'a newer mount namespace' "$(readlink /proc/self/ns/mnt)" "$mounted"
	assertEquals 'namespaces with mnt' "$mounted
$(mix self self | sed "s/^mnt:.*/$mounted/")" "$got"
}

testNetworkNamespaceThatHasANameIsJoined() {
	need_root || return 0
	need ip || return 0
	got=$(unshare --mount sh -c '
		mount -t tmpfs none /run && ip netns add blue && stat -Lc "net:[%i]" /run/netns/blue &&
			"$0" --net=/run/netns/blue -- readlink /proc/self/ns/net
	' "$NSEXEC" 2>&1)
	assertEquals 'status' 0 $?
	assertEquals 'two lines' 2 "$(echo "$got" | wc -l)"
	assertEquals 'the same line' 1 "$(echo "$got" | sort -u | wc -l)"
	assertNotContains "$got" "$(readlink /proc/self/ns/net)"
}

testThreadIsATargetWithNamespacesOfItsOwn() {
	need_root || return 0
	"$probe" thread >"$work/tid" &
	leader=$!
	remember "$leader"
	wait_for '[ -s "$work/tid" ]'
	tid=$(cat "$work/tid")
	assertNotEquals 'a thread that is not the process' "$leader" "$tid"
	got=$(where "$NSEXEC" -t "$tid" -n -u --)
	assertEquals 'status' 0 $?
	assertEquals "$(mix self "$leader/task/$tid" net uts)" "$got"
	assertEquals 'the process' "$(mix self "$leader" net uts)" \
		"$(where "$NSEXEC" -t "$leader" -n -u --)"
}

# ---- all of them ---------------------------------------------------------------

# joins_all TARGET [COMMAND...]: that COMMAND starts ends where the target is.
joins_all() {
	all_of=$1
	shift
	got=$(where "$@" "$NSEXEC" -t "$all_of" -a -- 2>&1)
	assertEquals 'status' 0 $?
	assertEquals "$(mix "$all_of" "$all_of")" "$got"
}

testAllJoinsEveryNamespaceThatDiffers() {
	in_containers "$plain" || return 0
	joins_all "$plain"
}

testAllJoinsTheUserNamespaceToo() {
	in_containers "$remapped" || return 0
	joins_all "$remapped"
}

testAllJoinsAnOrdinaryUsersContainerAsRoot() {
	in_containers "$rootless" || return 0
	joins_all "$rootless"
}

# Before Linux 6.11 a pidfd does not tell, and who executes in memory that is not its own
# may stay in the time namespace that it came from.
testAllJoinsWhereAPidfdDoesNotTellOurOwn() {
	in_containers "$plain" "$remapped" || return 0
	need strace || return 0
	for it in "$plain" "$remapped"; do
		joins_all "$it" strace -f -qq -o "$work/trace" -e inject=ioctl:error=ENOTTY
		assertContains 'asked' "$(cat "$work/trace")" 'INJECTED'
		assertContains 'asked instead' "$(cat "$work/trace")" '"/proc/self/ns/mnt"'
		assertNotContains 'memory of its own' "$(cat "$work/trace")" CLONE_VM
	done
}

# Somebody in the container has the target's PID there, and lives among our mounts: by that
# /proc, we would share them with the target.
testAProcOfAnotherPidNamespaceIsNotBelieved() {
	in_containers "$plain" "$remapped" || return 0
	need nsenter || return 0
	nsenter -t "$plain" -p -m -- sh -c 'echo $(($0 - 1)) >/proc/sys/kernel/ns_last_pid
		sleep 60 & wait' "$remapped" 2>/dev/null &
	remember $!
	there() { nsenter -t "$plain" -p -m -- cat "/proc/$remapped/comm" 2>&1; }
	wait_for '[ "$(there)" = sleep ]'
	assertEquals 'the PID is there too' sleep "$(there)"
	for words in '-m -p' '-m -u' -a; do
		got=$(nsenter -t "$plain" -m -- "$NSEXEC" -t "$remapped" $words -- echo ran 2>&1)
		assertEquals "status with $words" 125 $?
		assertContains "$words: $got" "$got" \
			'hint: is /proc mounted here, and is it of this PID namespace?'
	done
}

# Else nobody would see that the waiter has ended before the program's process looks.
testAllJoinsWithMemoryOfItsOwnWhereTheKernelDoesNotTellOurEnd() {
	in_containers "$plain" || return 0
	need strace || return 0
	joins_all "$plain" strace -f -qq -o "$work/trace" -e inject=set_tid_address:error=ENOSYS:when=1
	assertContains 'refused' "$(cat "$work/trace")" 'set_tid_address'
	assertNotContains 'memory of its own' "$(cat "$work/trace")" CLONE_VM
}

testAllOfAProcessThatSharesEverythingIsSeenWhereAPidfdDoesNotTell() {
	need strace || return 0
	got=$(sh -c 'echo $$; exec strace -D -qq -o "$0" -e inject=ioctl:error=ENOTTY "$@" \
		sh -c "echo \$\$"' "$work/trace" "$NSEXEC" -t $$ -a --)
	assertEquals "one PID: $got" 1 "$(echo "$got" | sort -u | wc -l)"
}

testAllOfAProcessThatSharesEverythingChangesNothing() {
	assertEquals "$(mix self self)" "$(where "$NSEXEC" -t $$ -a --)"
	for words in -a '-m -p'; do
		assertEquals "directory with $words" "$work/here" \
			"$(cd "$work/here" && "$NSEXEC" -t $$ $words -- pwd)"
		got=$(sh -c 'echo $$; exec "$@" sh -c "echo \$\$"' sh "$NSEXEC" -t $$ $words --)
		assertEquals "one PID with $words" 1 "$(echo "$got" | sort -u | wc -l)"
	done
	assertEquals 'as an ordinary user' 0 "$(
		as_user "$ordinary" sh -c 'sleep 9 & "$0" -t $! -a -- true; echo $?; kill $!' "$NSEXEC")"
}

# Joining the host's network namespace is not for an ordinary user: it is left out.
testAllLeavesWhatTheContainerSharesWithTheHost() {
	all_kinds=$all_but_user
	all_but_user=$(echo "$all_kinds" | sed 's/ --net / /')
	container_rootless
	all_but_user=$all_kinds
	[ -n "$target" ] || { skip "$why"; return 0; }
	assertEquals 'shared' "$(ns_of self net)" "$(ns_of "$target" net)"
	joins_all "$target" as_user "$ordinary"
	joins_all "$target"
	assertContains "$("$NSEXEC" -t "$target" -a --plan)" 'keep    net'
}

# By the container's own programs and /proc: there is nothing else in it.
testAllEntersAContainerOfAnOciRuntime() {
	need_root || return 0
	for make in 'container_runc_userns busybox' 'container_crun busybox'; do
		$make || { skip "$why"; continue; }
		got=$("$NSEXEC" -t "$target" -a -- sh -c '
			for kind; do readlink "/proc/self/ns/$kind"; done
			cd / && ls -d bin' sh $kinds 2>&1)
		assertEquals "status, $make" 0 $?
		assertEquals "$make" "$(mix "$target" "$target")
bin" "$got"
	done
}

testOwnUserNamespaceIsLeftOut() {
	in_containers "$plain" || return 0
	got=$(where "$NSEXEC" -t "$plain" -U -n -- 2>&1)
	assertEquals 'status' 0 $?
	assertEquals "$(mix self "$plain" net)" "$got"
	assertEquals 'and nobody becomes root in it' "$ordinary" "$(
		as_user "$ordinary" "$NSEXEC" -U/proc/self/ns/user -- id -u 2>&1)"
}

# ---- from other places -----------------------------------------------------------

testOrdinaryUserJoinsOnesOwnContainer() {
	in_containers "$rootless" || return 0
	joins_all "$rootless" as_user "$ordinary"
	own() {
		[ "$1" != user ] || return 0
		got=$(where as_user "$ordinary" "$NSEXEC" -t "$rootless" -U "-$2" -- 2>&1)
		assertEquals "status with -U and -$2" 0 $?
		assertEquals "with -U and -$2" "$(mix self "$rootless" user "$1")" "$got"
		got=$(where as_user "$ordinary" "$NSEXEC" "-$2/proc/$rootless/ns/$1" \
			"-U/proc/$rootless/ns/user" -- 2>&1)
		assertEquals "from files of user and $1" "$(mix self "$rootless" user "$1")" "$got"
	}
	each_kind own
}

testOrdinaryUserIsRefusedOnRootsContainer() {
	in_containers "$plain" "$remapped" || return 0
	for container in "$plain" "$remapped"; do
		got=$(where as_user "$ordinary" "$NSEXEC" -t "$container" -a -- 2>"$work/err")
		assertEquals 'status' 125 $?
		assertEquals 'the program ran' '' "$got"
		assertContains "$(cat "$work/err")" 'nsexec: '
	done
}

# The caller is root of a user namespace, and the target is in it or below it.
inside=$await'
	unshare --net --uts sleep 300 & same=$!
	unshare --user --map-root-user --net --uts sleep 300 & below=$!
	for it in $same $below; do
		await $it
		for kind in net user uts; do readlink /proc/$it/ns/$kind; done
		"$0" -t $it -a -- sh -c "for kind; do readlink /proc/self/ns/\$kind; done" sh net user uts
		echo status $?
	done
	kill $same $below'

testCallerInsideAUserNamespaceJoinsWhatIsThere() {
	in_containers "$rootless" || return 0
	mine="unshare --user --map-root-user --mount --pid --fork --mount-proc --kill-child"
	for how in "$mine" "as_user $ordinary $mine" "$NSEXEC -t $rootless -a --"; do
		got=$($how sh -c "$inside" "$NSEXEC" 2>&1)
		assertEquals "lines, $how: $got" 14 "$(echo "$got" | wc -l)"
		for from in 1 8; do
			assertEquals "$how" "$(echo "$got" | sed -n "$from,$((from + 2))p")
status 0" "$(echo "$got" | sed -n "$((from + 3)),$((from + 6))p")"
		done
	done
}

# ---- root and working directory ----------------------------------------------------

# from_here WORD...: what busybox finds where it starts, when called in $work/here.
from_here() {
	(cd "$work/here" && "$NSEXEC" -t "$rooted" "$@" -- "$shell" sh -c '
		pwd; [ ! -e marker ] || cat marker') 2>&1
}

testDirectoryIsInsideTheNewRootUnlessAskedOtherwise() {
	in_containers "$rooted" || return 0
	shell=busybox
	assertEquals 'nothing that moves it' "$work/here
here" "$(from_here -u)"
	assertEquals 'mount namespace' '/' "$(from_here -m)"
	shell=/bin/busybox
	assertEquals "target's root" '/
tree' "$(from_here -r)"
	assertEquals 'mount namespace and root' '/
tree' "$(from_here -m -r)"
}

testRootIsTheTargetsOrTheOneThatIsGiven() {
	in_containers "$rooted" || return 0
	shell=/bin/busybox
	for words in -r --root "-r$tree" "-r=$tree" "--root=$tree"; do
		assertEquals "$words" '/
tree' "$(from_here "$words")"
		assertEquals "$words, a way out" marker "$(
			"$NSEXEC" -t "$rooted" -u "$words" -- /bin/busybox sh -c 'cd ../..; echo m*')"
	done
}

# directory COMMAND WORD...: where COMMAND lets a program start; it lies in both roots.
directory() (
	cd "$work/here" || exit
	command=$1
	shift
	"$command" -t "$rooted" "$@" "$tree/bin/busybox" pwd 2>/dev/null && exit
	"$command" -t "$rooted" "$@" /bin/busybox pwd
)

# As nsenter(1) does it, word for word.
testDirectoryIsTheTargetsOrTheOneThatIsGiven() {
	in_containers "$rooted" || return 0
	shell=/bin/busybox
	assertEquals "target's" '/var/inside
inside' "$(from_here -r -w)"
	assertEquals 'by its long name' '/var/inside
inside' "$(from_here -r --wd)"
	assertEquals 'opened before, from the old root' '/var/inside
inside' "$(from_here -r "-w$tree/var/inside")"
	assertEquals 'the same' '/var/inside
inside' "$(from_here -r "--wd=$tree/var/inside")"
	assertEquals 'as it is called inside' '/var/inside
inside' "$(from_here -r -W/var/inside)"
	assertEquals 'the same' '/var/inside
inside' "$(from_here -r --wdns=/var/inside)"
	assertEquals 'with the mounts' '/var/inside
inside' "$(from_here -m -r -W/var/inside)"
	shell=busybox
	assertEquals 'without a new root' "$tree/var/inside
inside" "$(from_here -w)"
	assertEquals 'relative' "$work/here
here" "$(from_here -w. -u)"
	for words in -r\ -w "-r -w$tree/var/inside" '-r -W/var/inside' '-m -r -w' -w "-u -w$work"; do
		set -- $words
		assertEquals "as nsenter, $words" \
			"$(directory nsenter "$@")" "$(directory "$NSEXEC" "$@")"
	done
}

# ---- one process or two --------------------------------------------------------------

testWithoutANewProcessOnlyChildrenAreInThePidNamespace() {
	in_containers "$plain" || return 0
	for words in -F --no-fork; do
		assertEquals "the program itself, $words" "$(mix self self)" \
			"$(where "$NSEXEC" -t "$plain" -p $words --)"
		assertEquals "its child, $words" "$(mix self "$plain" pid)" \
			"$(where "$NSEXEC" -t "$plain" -p $words -- sh -c '"$@"; exit' sh)"
		got=$(sh -c 'echo $$; exec "$@" sh -c "echo \$\$"' sh "$NSEXEC" -t "$plain" -p $words --)
		assertEquals "one PID, $words" 1 "$(echo "$got" | sort -u | wc -l)"
	done
}

testForkMakesANewProcessThatIsAChild() {
	in_containers "$plain" || return 0
	got=$(sh -c 'echo $$; exec "$@" sh -c "echo \$PPID; echo \$\$"' sh "$NSEXEC" -t "$plain" -n --fork --)
	first=$(echo "$got" | sed -n 1p)
	assertEquals 'its parent' "$first" "$(echo "$got" | sed -n 2p)"
	assertNotEquals 'itself' "$first" "$(echo "$got" | sed -n 3p)"
	assertEquals 'its namespaces' "$(mix self "$plain" net)" \
		"$(where "$NSEXEC" -t "$plain" -n --fork --)"
}

# ---- as whom -----------------------------------------------------------------------------

# ids COMMAND...: uid, gid and groups, each as real, effective, saved and for files.
ids() {
	"$@" awk '/^(Uid|Gid|Groups):/ { $1 = $1; print }' /proc/self/status
}

testUserAndGroupAreThoseThatAreGiven() {
	in_containers "$plain" "$remapped" || return 0
	with_groups="setpriv --groups 4,27"
	assertEquals 'both' 'Uid: 5 5 5 5
Gid: 6 6 6 6
Groups:' "$(ids $with_groups "$NSEXEC" -t "$plain" -n -S 5 -G 6 --)"
	assertEquals 'by long names' 'Uid: 5 5 5 5
Gid: 6 6 6 6
Groups:' "$(ids $with_groups "$NSEXEC" -t "$plain" -n --setuid=5 --setgid 6 --)"
	assertEquals 'user' 'Uid: 5 5 5 5
Gid: 0 0 0 0
Groups:' "$(ids $with_groups "$NSEXEC" -t "$plain" -n -S5 --)"
	assertEquals 'group' 'Uid: 0 0 0 0
Gid: 6 6 6 6
Groups:' "$(ids $with_groups "$NSEXEC" -t "$plain" -n -G6 --)"
	assertEquals 'in a user namespace' 'Uid: 7 7 7 7
Gid: 8 8 8 8
Groups:' "$(ids $with_groups "$NSEXEC" -t "$remapped" -a -S 7 -G 8 --)"
	assertEquals 'neither' 'Uid: 0 0 0 0
Gid: 0 0 0 0
Groups: 4 27' "$(ids $with_groups "$NSEXEC" -t "$plain" -n --)"
}

testUserNamespaceIsJoinedAsItsRoot() {
	in_containers "$remapped" "$rootless" || return 0
	with_groups="setpriv --groups 4,27"
	assertEquals 'as root' 'Uid: 0 0 0 0
Gid: 0 0 0 0
Groups:' "$(ids $with_groups "$NSEXEC" -t "$remapped" -U --)"
	"$NSEXEC" -t "$remapped" -U -- touch "$work/open/ours"
	assertEquals 'from outside' 100000:100000 "$(stat -c %u:%g "$work/open/ours")"
	assertEquals 'as an ordinary user' 'Uid: 0 0 0 0
Gid: 0 0 0 0' "$(ids as_user "$ordinary" "$NSEXEC" -t "$rootless" -a -- | sed 2q)"
}

testCredentialsArePreservedOnRequest() {
	in_containers "$remapped" "$rootless" || return 0
	assertEquals 'as root, who has no name inside' 'Uid: 65534 65534 65534 65534
Gid: 65534 65534 65534 65534' "$(ids "$NSEXEC" -t "$remapped" -U --preserve-credentials -- | sed 2q)"
	assertEquals 'groups' 2 "$(ids setpriv --groups 4,27 "$NSEXEC" -t "$remapped" -U \
		--preserve-credentials -- | sed -n 's/Groups: //p' | wc -w)"
	assertEquals 'namespaces' "$(mix self "$remapped" user)" \
		"$(where "$NSEXEC" -t "$remapped" -U --preserve-credentials --)"
}

# A group of the caller's is a right over files outside; the container may deny
# setgroups(2) inside, but who may do it outside is to do it there, as nsenter(1) does.
testGroupsAreDroppedThoughTheTargetDeniesIt() {
	in_containers "$rootless" || return 0
	need_root || return 0
	assertEquals 'denied' deny "$(cat "/proc/$rootless/setgroups")"
	assertEquals 'Groups:' "$(ids setpriv --groups 4,27 "$NSEXEC" -t "$rootless" -U -- |
		grep Groups)"
}

# Who may not drop them anywhere keeps them, as in any other program of one's own.
testOrdinaryUserWithGroupsJoinsThoughTheTargetDeniesToDropThem() {
	in_containers "$rootless" || return 0
	need_root || return 0
	got=$(where setpriv --reuid "$ordinary" --regid "$ordinary" --groups 4,27 \
		"$NSEXEC" -t "$rootless" -a -- 2>&1)
	assertEquals 'status' 0 $?
	assertEquals "$(mix "$rootless" "$rootless")" "$got"
}

# ---- the program ----------------------------------------------------------------------------

testShellIsTheDefaultProgram() {
	in_containers "$plain" || return 0
	ask='echo $0; readlink /proc/self/ns/net'
	for shape in -n '-n --fork'; do
		for shell in /bin/sh /absent/shell; do
			assertEquals "SHELL=$shell with $shape" "-sh
$(readlink "/proc/$plain/ns/net")" "$(echo "$ask" |
				env "SHELL=$shell" "$NSEXEC" -t "$plain" $shape 2>&1)"
		done
		assertEquals "no SHELL with $shape" "-sh
$(readlink "/proc/$plain/ns/net")" "$(echo "$ask" | env -u SHELL "$NSEXEC" -t "$plain" $shape 2>&1)"
	done
	assertEquals 'as nsenter' "$(echo "$ask" | SHELL=/bin/sh nsenter -t "$plain" -n)" \
		"$(echo "$ask" | SHELL=/bin/sh "$NSEXEC" -t "$plain" -n)"
}

testScriptWithoutAnInterpreterIsTheShells() {
	in_containers "$plain" || return 0
	mkdir "$work/path"
	cat >"$work/path/a-script" <<-'END'
		printf '%s\n' "$0" "$#" "$@"
	END
	chmod 755 "$work/path/a-script"
	for shape in -n -a; do
		assertEquals "by its path with $shape" "$work/path/a-script
2
one two
three" "$("$NSEXEC" -t "$plain" $shape -- "$work/path/a-script" 'one two' three 2>&1)"
		assertEquals "by its name with $shape" "$work/path/a-script
0" "$(PATH=$work/path:$PATH "$NSEXEC" -t "$plain" $shape a-script 2>&1)"
	done
}

testProgramIsLookedForInPath() {
	in_containers "$plain" || return 0
	mkdir "$work/first" "$work/second"
	for it in first second; do
		printf '#!/bin/sh\necho %s\n' $it >"$work/$it/nsx-which"
		chmod 755 "$work/$it/nsx-which"
	done
	for shape in -n '-n --fork'; do
		assertEquals "the first, $shape" first \
			"$(PATH=/absent:$work/first:$work/second "$NSEXEC" -t "$plain" $shape nsx-which 2>&1)"
		assertEquals "an empty one is here, $shape" second \
			"$(cd "$work/second" && PATH=/absent: "$NSEXEC" -t "$plain" $shape nsx-which 2>&1)"
		chmod 644 "$work/first/nsx-which"
		assertEquals "not what cannot be executed, $shape" second \
			"$(PATH=$work/first:$work/second "$NSEXEC" -t "$plain" $shape nsx-which 2>&1)"
		chmod 755 "$work/first/nsx-which"
		assertEquals "no PATH, $shape" "$(uname -n)" \
			"$(env -u PATH "$NSEXEC" -t "$plain" $shape uname -n 2>&1)"
	done
}

testStatusIsTheProgramsOwn() {
	in_containers "$plain" || return 0
	echo 'no program' >"$work/data"
	printf '#!/absent/interpreter\n' >"$work/orphan"
	chmod 755 "$work/orphan"
	mkdir "$work/directory"
	for shape in -n '-n --fork' -a; do
		for status in 0 7 125 255; do
			"$NSEXEC" -t "$plain" $shape -- sh -c "exit $status"
			assertEquals "exit $status with $shape" $status $?
		done
		"$NSEXEC" -t "$plain" $shape -- sh -c 'kill -TERM $$' 2>/dev/null
		assertEquals "SIGTERM with $shape" 143 $?
		for program in 126:data 126:directory 126:orphan 127:absent 127:data/absent; do
			"$NSEXEC" -t "$plain" $shape -- "$work/${program#*:}" 2>/dev/null
			assertEquals "$program with $shape" "${program%%:*}" $?
		done
		(PATH=$work "$NSEXEC" -t "$plain" $shape data 2>/dev/null)
		assertEquals "in PATH, but no program, with $shape" 126 $?
		(PATH=$work:/bin "$NSEXEC" -t "$plain" $shape absent 2>/dev/null)
		assertEquals "not in PATH with $shape" 127 $?
	done
}

# ---- what it inherits ---------------------------------------------------------------------------

testEnvironmentIsTheSame() {
	in_containers "$plain" "$remapped" || return 0
	wanted='PATH=/usr/bin:/bin
B=x  y=z
EMPTY=
A=1
NSEXEC_LOG=error'
	for words in "$plain -n" "$plain -a" "$remapped -a"; do
		assertEquals "with -t $words" "$wanted" "$(env -i PATH=/usr/bin:/bin B='x  y=z' EMPTY= A=1 \
			NSEXEC_LOG=error "$NSEXEC" -t $words -- env 2>&1)"
	done
}

# open_with CLOSED COMMAND...: numbers of the program's descriptors, when the
# caller has closed some of the first three.
open_with() {
	eval "shift; \"\$@\" \"\$probe\" fds \"\$work/open/fds\" $1" 2>/dev/null
	cat "$work/open/fds" && rm "$work/open/fds"
}

testNoDescriptorOfOursIsInherited() {
	in_containers "$plain" "$remapped" || return 0
	for closed in '' '<&-' '>&-' '2>&-' '<&- >&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-' '7</dev/null'; do
		alone=$(open_with "$closed" env)
		for words in "$plain -n" "$plain -n --fork" "$plain -a -r -w" "$remapped -a"; do
			assertEquals "-t $words with '$closed'" "$alone" \
				"$(open_with "$closed" "$NSEXEC" -t $words --)"
		done
	done
	assertContains 'the last one has what was not closed' " $alone" ' 7 '
}

# In the same process, and in the one that waits: neither keeps what it needs no more.
testWaiterKeepsNoDescriptor() {
	in_containers "$plain" || return 0
	"$NSEXEC" -t "$plain" -a -- sleep 30 </dev/null >/dev/null 2>&1 7>"$work/held" &
	waiter=$!
	remember "$waiter"
	wait_for '[ -n "$(children_of "$waiter")" ] && grep -qa ^sleep "/proc/$(children_of "$waiter" |
		tr -d " ")/cmdline"'
	assertTrue 'the program is there' $?
	assertEquals '' "$(ls "/proc/$waiter/fd")"
	kill "$waiter"
}

. shunit2
