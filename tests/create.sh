#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# New namespaces: each kind and all together, by root and by an ordinary user, with
# maps, clocks, mounts and names, behind joins and in front of a host; and what goes
# wrong leaves nothing.
#
# From lib.sh; texts are expanded inside.
# shellcheck disable=SC2154,SC2016,SC2086

. "$(dirname "$0")/lib.sh"

as_user="setpriv --reuid $ordinary --regid $ordinary --clear-groups"

oneTimeSetUp() {
	mkdir "$work/empty"
	chmod 777 "$work"
}

# inside WORD...: what the shell command in $say prints there.
inside() {
	"$NSEXEC" "$@" -- sh -c "$say" 2>&1
}

# as user: the same
inside_as_user() {
	$as_user "$NSEXEC" "$@" -- sh -c "$say" 2>&1
}

need_root() {
	[ "$(id -u)" -eq 0 ] || { skip 'needs root'; return 1; }
}

testEachKindIsNewAndTheOthersStay() {
	need_root || return 0
	for kind in $kinds; do
		say='for it in cgroup ipc mnt net pid time user uts; do
			[ ! -e /proc/self/ns/$it ] || echo $it $(readlink /proc/self/ns/$it); done'
		inside --unshare=$kind >"$work/in"
		sh -c "$say" >"$work/out"
		assertEquals "$kind" "$kind" \
			"$(diff "$work/out" "$work/in" | sed -n 's/^> \([a-z]*\) .*/\1/p')"
	done
}

testAllKindsAreNewForAnOrdinaryUser() {
	say='for it in '$kinds'; do readlink /proc/self/ns/$it; done; id -u; id -g; echo $$'
	got=$(inside_as_user --unshare=all --map-root-user --mount-proc)
	for kind in $kinds; do
		own=$(readlink /proc/self/ns/$kind)
		assertNotContains "$kind" "$got" "$own"
	done
	assertEquals '0 0 1' "$(echo "$got" | tail -n 3 | paste -sd ' ' -)"
}

testKindsAreSaidInOneWordOrInMany() {
	need_root || return 0
	say='readlink /proc/self/ns/net /proc/self/ns/uts | grep -c .'
	assertEquals 2 "$(inside --unshare=net,uts)"
	assertEquals 2 "$(inside --unshare net --unshare=uts)"
	say='echo $$'
	assertEquals 1 "$(inside --unshare=pid)"
	assertEquals 1 "$(inside --unshare=mount,pid --mount-proc)"
}

testRootInsideIsTheUserOutside() {
	say='id -u; id -g; tr -s " " </proc/self/uid_map; cat /proc/self/setgroups'
	assertEquals "0 0  0 $ordinary 1 deny" "$(inside_as_user --map-root-user | paste -sd ' ' -)"
	assertEquals "$ordinary $ordinary  $ordinary $ordinary 1 deny" \
		"$(inside_as_user --map-current-user | paste -sd ' ' -)"
	assertEquals "7 65534  7 $ordinary 1 allow" "$(inside_as_user --map-user=7 | paste -sd ' ' -)"
	assertEquals "1 65534  1 $ordinary 1 allow" \
		"$(inside_as_user --map-user daemon | paste -sd ' ' -)"
	assertEquals "65534 9 deny" "$(inside_as_user --map-group=9 | paste -sd ' ' -)"
	assertEquals '65534 65534 allow' "$(inside_as_user --unshare=user | paste -sd ' ' -)"
}

testRangesAreMappedAroundOurOwnId() {
	need_root || return 0
	say='tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map; cat /proc/self/setgroups'
	both=' 0 100000 65536'
	assertEquals "$both $both allow" "$(inside --map-users=0:100000:65536 \
		--map-groups=100000,0,65536 | paste -sd ' ' -)"
	own=' 0 0 1
 1 100000 65535'
	assertEquals "$own
$own
allow" "$(inside --map-root-user --map-users=0:100000:65536 --map-groups=0:100000:65536)"
	assertEquals " 5 0 1
 0 100000 5
 6 100005 3
 500 200000 2
deny" "$(inside --map-user=5 --map-users=0:100000:9 --map-users=500:200000:2 --setgroups=deny |
		grep -v '^$')"
	say='cat /proc/self/uid_map'
	assertEquals "$(tr -s ' ' </proc/self/uid_map | cut -d ' ' -f 2,4)" \
		"$(inside --map-users=all --map-groups=all | tr -s ' ' | cut -d ' ' -f 2,4)"
}

# A plan that leaves something out, for want of room, says nothing true.
testPlanHasEveryRange() {
	need_root || return 0
	set --
	wanted=
	for it in $(seq 100 219); do	# of 128 values that there may be
		set -- "$@" "--map-users=${it}0:${it}00000:7"
		wanted="$wanted, ${it}0 ${it}00000 7"
	done
	assertContains "$("$NSEXEC" "$@" --map-groups=0:0:1 --plan -- true)" "uid ${wanted#, }; gid 0 0 1"
}

# What root may write has no need to deny setgroups, even if it is one id.
testRootMapsItsOwnIdAsARange() {
	need_root || return 0
	say='tr -s " " </proc/self/uid_map; cat /proc/self/setgroups'
	assertEquals ' 0 0 1 allow' "$(inside --map-users=0:0:1 --map-groups=0:0:1 | paste -sd ' ' -)"
	assertEquals ' 3 0 1 allow' "$(inside --map-users=3:0:1 --map-groups=0:0:1 | paste -sd ' ' -)"
	say='id -u; cat /proc/self/setgroups'
	assertEquals '3 deny' "$(inside_as_user --map-users=3:$ordinary:1 \
		--map-groups=5:$ordinary:1 | paste -sd ' ' -)"
}

# An account of its own, in files that only this test sees.
with_subids() {
	[ -e "$work/subids" ] ||
		printf '%s\n' '# comment' 'other:1:2' 'tester:300000:1000' '12345:400000:10' >"$work/subids"
	cat >"$work/as-account" <<-'END'
		printf '%s\n' "tester:x:12345:12345::/:/bin/sh" >>"$1/passwd"
		cp "$1/subids" "$1/subuid"
		cp "$1/subuid" "$1/subgid"
		for it in passwd subuid subgid; do mount --bind "$1/$it" "/etc/$it" || exit; done
		shift
		exec "$@"
	END
	cp /etc/passwd "$work/passwd"
	touch /etc/subuid /etc/subgid
	unshare --mount sh "$work/as-account" "$work" $as_user "$@"
}

testSubordinateIdsAreMappedByTheTools() {
	need_root || return 0
	say='tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map; id -u'
	own=" 0 $ordinary 1
 1 300000 999"
	assertEquals "$own
$own
0" "$(with_subids "$NSEXEC" --map-root-user --map-auto -- sh -c "$say" 2>&1)"
	both=' 300000 300000 1000
 400000 400000 10'
	assertEquals "$both
$both
65534" "$(with_subids "$NSEXEC" --map-users=subids --map-groups=subids -- sh -c "$say" 2>&1)"
	got=$(with_subids "$NSEXEC" --map-users=0:500000:10 -- true 2>&1)
	assertEquals 'status' 125 $?
	assertContains "$got" "$got" 'nsexec: map: /usr/bin/newuidmap (exit status 1)'
	# The tool is waited for, whatever we have inherited.
	got=$(with_subids env --ignore-signal=CHLD "$NSEXEC" --map-root-user --map-auto -- id -u 2>&1)
	assertEquals 0 "$got"
	i=0
	while [ $i -le 340 ]; do
		echo "tester:$((300000 + 2 * i)):1"
		i=$((i + 1))
	done >"$work/subids"
	got=$(with_subids "$NSEXEC" --map-users=subids -- true 2>&1)
	assertEquals 'nsexec: map more than 340 ranges (uid): E2BIG Argument list too long' "$got"
	rm "$work/subids"
	got=$($as_user "$NSEXEC" --map-auto -- true 2>&1)
	assertContains "$got" "$got" 'nsexec: map: no subordinate ids for the user (/etc/subuid)'
}

testOwnerIsWhoWasNamed() {
	need_root || return 0
	say='id -u; tr -s " " </proc/self/uid_map; grep -c "CapEff.*f" /proc/self/status; sleep 300'
	"$NSEXEC" --owner=$ordinary:$ordinary --map-root-user --unshare=net -- sh -c "$say" \
		>"$work/owner" 2>&1 &
	remember $!
	wait_for '[ "$(grep -c . "$work/owner")" -eq 3 ]'
	assertEquals "0  0 $ordinary 1 1" "$(paste -sd ' ' "$work/owner")"
	# Whose it is, its owner shows by joining it.
	say='id -u'
	assertEquals 0 "$(inside_as_user -t $! -U -n)"
	kill $!
}

testClocksAreMovedWithFractions() {
	say='tr -s " " </proc/self/timens_offsets'
	assertEquals 'monotonic -4 500000000
boottime 7 250000000' "$(inside_as_user --map-root-user --monotonic=-3.5 --boottime 7.25)"
	say='cut -d . -f 1 /proc/uptime'
	now=$(sh -c "$say")
	got=$(inside_as_user --map-root-user --boottime=1000000)
	assertTrue "$got is a million later than $now" \
		"[ $((got - now)) -ge 1000000 ] && [ $((got - now)) -le 1000060 ]"
}

testMountsAreSeenOnOneSideOnly() {
	need_root || return 0
	say="mount -t tmpfs x $work/empty && findmnt -no FSTYPE $work/empty"
	assertEquals tmpfs "$(inside --unshare=mnt)"
	assertNull "$(findmnt -no FSTYPE "$work/empty")"
	say="findmnt -no PROPAGATION /"
	for it in private shared slave; do
		want=$it
		[ $it != slave ] || [ "$(findmnt -no PROPAGATION /)" = shared ] || want=private
		[ $it != slave ] || [ $want = private ] || want=private,slave
		assertEquals "$it" "$want" "$(inside --propagation=$it)"
	done
	assertEquals unchanged "$(findmnt -no PROPAGATION /)" "$(inside --propagation=unchanged)"
}

# A root directory with nothing but busybox.
small_root() {
	[ ! -d "$work/root" ] || return 0
	mkdir -p "$work/root/bin" "$work/root/proc" "$work/root/srv" &&
		cp "$(command -v busybox)" "$work/root/bin/busybox" &&
		for it in sh mount; do
			ln -s busybox "$work/root/bin/$it"
		done
}

testRootAndDirectoryAreOfTheNewMountNamespace() {
	need busybox || return 0
	small_root
	# Only there can anything be mounted.
	say='busybox mount -t tmpfs none . && echo mounted'
	words="--map-root-user --unshare=pid --root=$work/root --mount-proc"
	assertEquals root mounted "$(inside_as_user $words)"
	assertEquals 'root and directory' mounted "$(inside_as_user $words --wd="$work/root/srv")"
	assertEquals directory mounted \
		"$(inside_as_user --map-root-user --unshare=mnt --wd="$work/empty")"
	say='pwd'
	assertEquals /srv "$(inside_as_user $words --wd="$work/root/srv")"
	container_plain || { skip "$why"; return 0; }
	say='busybox mount -t tmpfs none . && echo mounted'
	assertEquals 'of a target' mounted "$(inside -t "$target" -m -r -w --unshare=mnt)"
}

# Where all is shared, as on most machines: in a mount namespace for the purpose.
testMountsAreNotSeenOutsideWhereAllIsShared() {
	need_root || return 0
	while read -r words want; do
		got=$(unshare --mount --propagation shared sh -c '
			"$1" $2 -- mount -t tmpfs x "$3"
			findmnt -no FSTYPE "$3"' sh "$NSEXEC" "$words" "$work/empty")
		assertEquals "$words" "${want:-}" "$got"
	done <<-END
		--unshare=mnt
		--propagation=slave
		--propagation=shared tmpfs
		--propagation=unchanged tmpfs
	END
}

testProcShowsTheNewPidNamespaceOnly() {
	say='ls /proc | grep -c "^[0-9]"; cut -d " " -f 1 /proc/self/stat'
	assertEquals '2 2' "$(inside_as_user --unshare=pid --map-root-user --mount-proc |
		sed 's/^[3-9]$/2/' | paste -sd ' ' -)"
	need_root || return 0
	mkdir -p "$work/proc"
	say="ls $work/proc | grep -c '^[0-9]'; ls /proc | grep -c '^[0-9]' >/dev/null && echo both"
	got=$(inside --unshare=pid --mount-proc="$work/proc" | paste -sd ' ' -)
	assertContains "$got" "$got" 'both'
	assertTrue "$got" "[ ${got%% *} -le 3 ]"
	assertNull 'nothing is left' "$(ls "$work/proc")"
}

# Whatever the propagation of all others is.
testNewProcIsNotSeenOutHere() {
	need_root || return 0
	for it in private shared slave unchanged; do
		assertEquals "$it" 1 "$(unshare --mount sh -c '
			mount --make-rshared / && "$@" && grep -c " /proc proc " /proc/mounts' sh \
			"$NSEXEC" --unshare=pid --propagation=$it --mount-proc -- true 2>&1)"
	done
	say='grep " /proc proc " /proc/mounts | tail -n 1'
	got=$(inside --unshare=pid --mount-proc)
	assertContains "$got" "$got" 'nosuid,nodev,noexec'
}

testDirectoryThatIsHiddenIsRefused() {
	need_root || return 0
	for it in wd:cwd root:root; do
		assertEquals "nsexec: ${it#*:} $work/empty: ESTALE Stale file handle" \
			"$(unshare --mount sh -c 'cd "$0" && mount -t tmpfs none "$0" && exec "$@"' \
				"$work/empty" "$NSEXEC" --unshare=mnt --${it%:*}=. -- true 2>&1)"
	done
}

# They were the caller's before, and the kernel has them denied.
testGroupsStayWhereTheyCannotBeDropped() {
	need_root || return 0
	say='id -u; sed -n "s/^Groups:[^0-9]*//p" /proc/self/status | wc -w'
	assertEquals '0 1' "$(setpriv --reuid $ordinary --regid $ordinary --groups 7 \
		"$NSEXEC" --map-root-user --setuid=0 -- sh -c "$say" 2>&1 | paste -sd ' ' -)"
}

testNamesAndLoopback() {
	say='hostname; cat /sys/class/net/lo/flags; ip -o link show lo | grep -c "UP,LOWER_UP"'
	before=$(hostname)
	got=$(inside_as_user --map-root-user --hostname=box --loopback)
	assertContains "$got" "$got" 'box'
	assertEquals "$got" 1 "$(echo "$got" | tail -n 1)"
	assertEquals "$before" "$(hostname)"
	say='ip -o link show lo | grep -c "UP,LOWER_UP"'
	assertEquals 0 "$(inside_as_user --map-root-user --unshare=net)"
}

testNewNamespacesOfAJoinedContainer() {
	container_userns || { skip "$why"; return 0; }
	say='id -u; readlink /proc/self/ns/user /proc/self/ns/net; tr -s " " </proc/self/uid_map'
	got=$(inside -t "$target" -a --unshare=net)
	assertEquals "$(ns_of "$target" user)" "$(echo "$got" | sed -n 2p | tr -dc 0-9)"
	assertNotEquals "$(ns_of "$target" net)" "$(echo "$got" | sed -n 3p | tr -dc 0-9)"
	for words in '-a --unshare=pid' '-p --unshare=all'; do
		assertContains "$words" "$(inside -t "$target" $words)" \
			'nsexec: check: cannot be created by the process that joins another (pid)'
	done
	# Below the joined one: its maps are written from there.
	got=$(inside -t "$target" -a --unshare=user --map-root-user --map-users=0:1000:10)
	assertEquals "$got" 0 "$(echo "$got" | head -n 1)"
	assertNotEquals "$(ns_of "$target" user)" "$(echo "$got" | sed -n 2p | tr -dc 0-9)"
	assertEquals " 0 0 1
 1 1000 9" "$(echo "$got" | tail -n 2)"
	assertContains "$("$NSEXEC" -U/proc/$target/ns/user --unshare=user --map-users=all -- true 2>&1)" \
		'nsexec: map: all is not known for a user namespace from a FILE (uid)'
	assertContains "$(inside -t "$target" -U --preserve-credentials --map-root-user)" \
		'nsexec: map: not known what we are called where --preserve-credentials leads (uid)'
	got=$(inside -t "$target" -a --unshare=user --map-users=all --map-groups=all)
	assertEquals ' 0 0 65536' "$(echo "$got" | tail -n 1)"
}

testNewNamespacesOfAnOrdinaryUsersOwnContainer() {
	container_rootless || { skip "$why"; return 0; }
	say='id -u; tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map
		readlink /proc/self/ns/user'
	got=$(inside_as_user -t "$target" -a --unshare=user,net --map-user=4 --map-group=5)
	assertEquals "$got" '4  4 0 1  5 0 1' "$(echo "$got" | head -n 3 | paste -sd ' ' -)"
	assertNotEquals "$(ns_of "$target" user)" "$(echo "$got" | tail -n 1 | tr -dc 0-9)"
	got=$(inside_as_user -t "$target" -a --map-users=all --map-groups=all)
	assertEquals "$got" '0  0 0 1  0 0 1' "$(echo "$got" | head -n 3 | paste -sd ' ' -)"
	# To write our own map does not let those in there look into us.
	need python3 || return 0
	got=$($as_user env NSEXEC="-t $target -U --map-root-user" LD_PRELOAD="$PRELOAD" \
		python3 -c 'import ctypes; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))' 2>&1)
	assertEquals 'not dumpable' 0 "$got"
}

# The program is alone: no child that it does not know, no descriptor.
testNothingOfOursIsLeftToTheProgram() {
	need_root || return 0
	: >"$work/ns-left"
	say='read -r children </proc/$$/task/$$/children; echo "($children)"; exec ls /proc/self/fd'
	want=$(sh -c "$say" 2>&1)
	for words in '--map-users=0:0:9 --map-groups=0:0:9' "--unshare=uts=$work/ns-left" \
		"--unshare=pid=$work/ns-left --mount-proc" \
		"--map-users=0:0:9 --unshare=all --mount-proc --root=/ --wd=/" \
		"--detach --map-users=0:0:9 --unshare=user=$work/ns-left"; do
		case $words in
		--detach*) got=$(inside $words | cat) ;;
		*) got=$(inside $words) ;;
		esac
		assertEquals "$words" "$want" "$got"
		umount "$work/ns-left" 2>/dev/null
	done
}

testNothingOfOursIsLeftToTheWaiter() {
	need_root || return 0
	: >"$work/ns-left"
	"$NSEXEC" --unshare=pid=$work/ns-left -- sleep 300 &
	front=$!
	remember $front
	wait_for 'umount "$work/ns-left" 2>/dev/null'
	wait_for '[ -z "$(ls "/proc/$front/fd")" ]'
	left=$(children_of $front)
	kill -KILL $front
	wait $front 2>/dev/null
	assertEquals "the program alone: $left" 1 "$(echo "$left" | wc -w)"
}

testNewNamespacesPersistInFiles() {
	need_root || return 0
	words=''
	for kind in $kinds; do
		: >"$work/ns-$kind"
		words="$words --unshare=$kind=$work/ns-$kind"
	done
	say='for it in '$kinds'; do readlink /proc/self/ns/$it; done; hostname'
	got=$(inside $words --map-root-user --hostname=persists)
	assertEquals "$got" persists "$(echo "$got" | tail -n 1)"
	for kind in $kinds; do
		assertEquals "$kind" "$(echo "$got" | sed -n "s/^$kind:\[\(.*\)\]/\1/p")" \
			"$(stat -Lc %i "$work/ns-$kind")"
	done
	say=hostname
	assertEquals persists "$(inside -U"$work/ns-user" -u"$work/ns-uts")"
	for kind in $kinds; do
		umount "$work/ns-$kind"
	done
	assertContains "$("$NSEXEC" --unshare=net=$work/missing -- true 2>&1)" \
		"nsexec: open $work/missing: ENOENT"
	assertContains "$("$NSEXEC" -F --unshare=pid=$work/ns-pid -- true 2>&1)" '(--no-fork)'
}

# In a PID namespace whose /proc is still the one around it our number is another's.
testProcOfAnotherPidNamespaceIsRightOrRefused() {
	need_root || return 0
	: >"$work/ns-there"
	say='echo $(readlink /proc/self/ns/net) "net:[$(stat -Lc %i '$work/ns-there')]"
		tr -s " " </proc/self/uid_map'
	got=$(unshare --pid --fork "$NSEXEC" --unshare=net=$work/ns-there \
		--map-users=0:100000:10 -- sh -c "$say" 2>&1)
	umount "$work/ns-there"
	both=$(echo "$got" | head -n 1)
	assertEquals "$got" "${both% *}" "${both#* }"
	assertEquals "$got" ' 0 100000 10' "$(echo "$got" | tail -n 1)"
	got=$(unshare --pid --fork --mount-proc sh -c 'mount -t tmpfs none /proc; "$@"; echo $?' sh \
		"$NSEXEC" --unshare=net=$work/ns-there -- true 2>&1)
	assertContains "$got" "$got" 'nsexec: open /proc/self: ENOENT'
	assertFalse 'nothing was bound' "umount $work/ns-there 2>/dev/null"
	# What has nothing to do with /proc goes without.
	assertEquals hi "$(unshare --mount sh -c 'mount -t tmpfs none /proc; exec "$@"' sh \
		"$NSEXEC" --unshare=net,uts --hostname=box -- echo hi 2>&1)"
}

testReportTellsOfNewNamespaces() {
	say='exec 3>&-; for it in '$kinds'; do
		echo "\"$it\":$(readlink /proc/self/ns/$it | tr -dc 0-9)"; done'
	$as_user "$NSEXEC" --unshare=all --map-root-user --mount-proc --report-fd 3 -- sh -c "$say" \
		3>"$work/report" >"$work/got" 2>&1
	while read -r it; do
		assertContains "$it" "$(cat "$work/report")" "$it"
	done <"$work/got"
	assertContains "$(cat "$work/report")" '"pid_inside":1,'
}

testHostGoesOnInNewNamespaces() {
	cat >"$work/Host.java" <<-'END'
		import java.nio.file.*;

		public class Host {
			public static void main(String[] words) throws Exception {
				System.out.println(new ProcessBuilder("id", "-u").redirectOutput(
					ProcessBuilder.Redirect.INHERIT).start().waitFor() + " "
					+ Files.readSymbolicLink(Path.of("/proc/self/ns/net")) + " "
					+ ProcessHandle.current().pid());
			}
		}
	END
	for host in python3 node java; do
		need $host || continue
		case $host in
		python3) program='import os; print(os.getuid(), os.readlink("/proc/self/ns/net"), os.getpid())' ;;
		node) program='console.log(process.getuid(), require("fs").readlinkSync("/proc/self/ns/net"), process.pid)' ;;
		esac
		case $host in
		python3) flag=-c ;;
		node) flag=-e ;;
		java)
			flag="-cp $work"
			program=Host
			javac -d "$work" "$work/Host.java" || fail 'javac'
			;;
		esac
		got=$($as_user env NSEXEC='--unshare=user,net,pid --map-root-user' LD_PRELOAD="$PRELOAD" \
			$host $flag "$program" 2>&1 | paste -sd ' ' - | sed 's/^0 0 /0 /')
		assertTrue "$host: $got" "echo '$got' | grep -qx '0 net:\[[0-9]*\] 1'"
		assertNotContains "$got" "$(readlink /proc/self/ns/net)"
	done
}

# The same words to both.
testLinkOfThatNameIsSpokenToAsUnshareIs() {
	need unshare || return 0
	ln -s "$NSEXEC" "$work/unshare"
	say='for it in '$kinds'; do
			case " '$(for it in $kinds; do readlink /proc/self/ns/$it; done | paste -sd ' ' -)' " in
			*" $(readlink /proc/self/ns/$it) "*) ;;
			*) echo $it ;;
			esac
		done; id; pwd; [ $$ = 1 ] && echo first; tr -s " " </proc/self/uid_map'
	mkdir -p "$work/dir"
	for words in '-r' '-c' '-Ur' '-Urn' '-Urmpf' '-rm -w /tmp' '-r -n -u -i -C' '-rT' '-rfp' \
		"--user --map-root-user --mount --wd=$work/dir" '-U' '-rm -R / -w /usr' \
		'-r --uts --ipc --net' '-rf --kill-child' '--map-user=5 -m'; do
		assertEquals "unshare $words" "$($as_user unshare $words sh -c "$say" 2>&1)" \
			"$($as_user "$work/unshare" $words sh -c "$say" 2>&1)"
	done
	got=$("$work/unshare" -x 2>&1)
	assertContains "$got" "$got" 'nsexec: options: unknown option (-x)'
}

testSignalOfKillChild() {
	"$NSEXEC" --kill-child=TERM -- sh -c 'trap "echo told >$0; exit" TERM; echo >$0.ready; while :; do sleep 0.05; done' \
		"$work/told" &
	first=$!
	remember $first
	wait_for '[ -e "$work/told.ready" ]'
	kill -KILL $first
	wait $first 2>/dev/null
	wait_for '[ -s "$work/told" ]'
	assertEquals told "$(cat "$work/told")"
	assertContains "$("$NSEXEC" --kill-child=NONE -- true 2>&1)" '--kill-child takes a signal (NONE)'
}

# The kernel forgets who is to die with whom when ids change.
testProgramThatBecomesAnotherUserDiesWithItsWaiter() {
	need_root || return 0
	for words in "-S $ordinary" "-S $ordinary -G $ordinary --unshare=pid"; do
		rm -f "$work/another"
		"$NSEXEC" --fork $words -- sh -c 'echo up >"$0"; exec sleep 300' "$work/another" &
		front=$!
		remember $front
		wait_for '[ -s "$work/another" ]'
		left=$(children_of $front)
		remember $left
		kill -KILL $front
		wait $front 2>/dev/null
		wait_for '! kill -0 $left 2>/dev/null'
		assertFalse "$words" "kill -0 $left 2>/dev/null"
	done
}

testWhatGoesWrongSaysWhyAndLeavesNothing() {
	while IFS='|' read -r words want; do
		got=$($as_user "$NSEXEC" $words -- true 2>&1)
		assertEquals "$words: status" 125 $?
		assertContains "$words" "$got" "nsexec: $want"
	done <<-END
		--unshare=nothing|options: --unshare takes KIND[=FILE],... (nothing)
		--unshare=net,|options: --unshare takes KIND[=FILE],... (net,)
		--unshare=net=|options: --unshare takes no empty FILE (net=)
		--map-users=1:2|options: --map-users takes INSIDE:OUTSIDE:COUNT, auto, subids or all (1:2)
		--map-users=0:4294967290:9|options: --map-users takes INSIDE:OUTSIDE:COUNT
		--map-groups=0:0:0|options: --map-groups takes INSIDE:OUTSIDE:COUNT
		--owner=1|options: --owner takes UID:GID (1)
		--propagation=some|options: --propagation takes private, slave, shared or unchanged (some)
		--setgroups=maybe|options: --setgroups takes allow or deny (maybe)
		--setgroups=allow --map-root-user|map: --setgroups=allow needs more
		--monotonic=1.1234567890|options: --monotonic takes seconds
		--monotonic=x|options: --monotonic takes seconds
		--map-user=nobody-at-all|map: no such name in the file (nobody-at-all)
		--unshare=net|unshare net: EPERM
		--map-root-user --mount-proc|mount proc (/proc): EPERM
		--owner=0:0|become gid 0: EPERM
		--map-root-user --monotonic=99999999999|offsets /proc/self/timens_offsets: ERANGE
		-m|options: neither FILE nor target
	END
	assertNull 'nobody is left' "$(children_left)"
}

# broken INJECT WORD...: what is said when a system call is refused, or kills.
broken() {
	inject=$1
	shift
	timeout 20 strace -f -qq -o "$work/trace" -e "trace=${inject%%:*}" -e "inject=$inject" \
		"$NSEXEC" "$@" -- true 2>&1
	echo "status $?"
}

# rt_sigaction is the first call that only that process makes.
testProcessOutsideThatIsKilledOrMuteIsNoticed() {
	need_root || return 0
	need strace || return 0
	: >"$work/ns-pid"
	: >"$work/ns-net"
	maps='--map-users=0:100000:10 --map-groups=0:100000:10'
	got=$(broken rt_sigaction:signal=KILL:when=1 $maps)
	assertEquals "map killed" 'nsexec: map: the process outside was killed status 125' \
		"$(echo "$got" | paste -sd ' ' -)"
	got=$(broken rt_sigaction:signal=KILL:when=1 --unshare=net=$work/ns-net)
	assertEquals "persist killed" 'nsexec: persist: the process outside was killed status 125' \
		"$(echo "$got" | paste -sd ' ' -)"
	got=$(broken rt_sigaction:signal=KILL:when=1 --detach --unshare=pid=$work/ns-pid)
	assertEquals "persist killed behind the fork" \
		'nsexec: persist: the process outside was killed status 125' \
		"$(echo "$got" | paste -sd ' ' -)"
	# Its third answer is the only third sendto() that there is.
	got=$(broken sendto:error=ENOBUFS:when=3 $maps --unshare=net=$work/ns-net \
		--unshare=pid=$work/ns-pid)
	assertContains "$got" "$got" 'nsexec: persist: the process outside was killed'
	assertContains "$got" "$got" 'status 125'
	assertTrue 'net was bound before' "umount '$work/ns-net'"
	assertTrue 'pid was bound before' "umount '$work/ns-pid'"
	assertNull 'nobody is left' "$(children_left)"
}

# Processes of ours that are children of this shell or of nobody.
children_left() {
	for it in /proc/[0-9]*/comm; do
		[ "$(cat "$it" 2>/dev/null)" = nsexec ] || continue
		pid=${it#/proc/}
		pid=${pid%/comm}
		[ "$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$pid/status" 2>/dev/null)" != $$ ] || echo $pid
	done
}

testExitStatusAndSignalsAreThePrograms() {
	$as_user "$NSEXEC" --unshare=all --map-root-user -- sh -c 'exit 7'
	assertEquals 7 $?
	$as_user "$NSEXEC" --unshare=user,net --map-root-user -- sh -c 'kill -TERM $$' 2>/dev/null
	assertEquals 143 $?
	$as_user "$NSEXEC" --unshare=all --map-root-user -- /no-such-program 2>/dev/null
	assertEquals 127 $?
}

oneTimeTearDown() {
	cleanup
}

. shunit2
