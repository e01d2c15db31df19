#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What the program may do and with which limits it runs is exactly what was asked, as
# the program itself finds it: root's, an ordinary user's, in a container with a user
# namespace, executed or a host that goes on.  Whoever waits for it keeps its own.
#
# From lib.sh; by eval; programs are expanded elsewhere; lists of words; dash has ulimit -S.
# shellcheck disable=SC2154,SC2016,SC2034,SC2086,SC3045

. "$(dirname "$0")/lib.sh"

host_python=/usr/bin/python3
net_admin=0000000000001000
net_admin_kill=0000000000001020
none=0000000000000000

oneTimeSetUp() {
	container_plain && plain=$target
	container_userns && remapped=$target
	container_rootless && rootless=$target
	cat >"$work/Status.java" <<-'END'
		import java.nio.file.*;
		public class Status {
			public static void main(String[] args) throws Exception {
				Thread other = new Thread(() -> {
					try {
						Thread.sleep(100000);
					} catch (InterruptedException e) {
					}
				});
				other.start();
				try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
					for (Path task : tasks)
						for (String line : Files.readAllLines(task.resolve("status")))
							if (line.startsWith("CapEff") || line.startsWith("Uid"))
								System.out.println(line);
				}
				other.interrupt();
			}
		}
	END
}

# Use: in_container "$plain" || return 0
in_container() {
	[ -n "$1" ] || { skip "${why:-no such container here}"; return 1; }
}

# "CapPrm=... CapEff=...": the sets NAME... of what wrote its status on stdin.
sets() {
	awk -v names="$*" '
		BEGIN { n = split(names, name, " ") }
		{ value[$1] = $2 }
		END {
			for (i = 1; i <= n; i++)
				printf "%s%s=%s", (i > 1 ? " " : ""), name[i], value["Cap" name[i] ":"]
			print ""
		}'
}

# assert_sets WANTED WORD...: "Prm=... Eff=..." of a program started with these words
assert_sets() {
	wanted=$1
	shift
	status=$("$@" cat /proc/self/status 2>&1) || fail "$*: $status"
	names=''
	for it in $wanted; do
		names="$names ${it%%=*}"
	done
	assertEquals "$*" "$wanted" "$(printf '%s\n' "$status" | sets $names)"
}

# all_sets CAPS: each of the four is CAPS
all_sets() {
	echo "Inh=$1 Prm=$1 Eff=$1 Amb=$1"
}

# assert_refused TEXT WORD...: it does not run, and says why
assert_refused() {
	wanted=$1
	shift
	said=$("$@" echo it ran 2>&1)
	assertEquals "status of $*: $said" 125 $?
	assertContains "$*" "$said" "$wanted"
	assertNotContains "$*" "$said" 'it ran'
}

# own WHAT of a process: its bounding set, say
own() {
	sed -n "s/^Cap$1:\t//p" "/proc/${2:-self}/status"
}

# Is it among our own?  has BIT
has() {
	[ $((0x$(own Eff) >> $1 & 1)) -eq 1 ]
}

# ---- capabilities of a program that is executed --------------------------------

testRootHasExactlyTheseCapabilities() {
	need_root || return 0
	assert_sets "Inh=$none Prm=$net_admin_kill Eff=$net_admin_kill Bnd=$net_admin_kill Amb=$none" \
		"$NSEXEC" --caps NET_ADMIN,cap_kill --
	assert_sets "Inh=$none Prm=$none Eff=$none Bnd=$none Amb=$none" "$NSEXEC" --caps none --
	assert_sets "Prm=$net_admin_kill Bnd=$net_admin_kill" "$NSEXEC" --caps 12,5 --fork --
}

testWhatIsTakenAwayIsTakenFromWhatThereWouldBe() {
	need_root || return 0
	less=$(printf '%016x' $((0x$(own Bnd) & ~0x1000)))
	assert_sets "Prm=$less Eff=$less Bnd=$less" "$NSEXEC" --caps=-net_admin --
	assert_sets "Prm=$less Eff=$less Bnd=$less" "$NSEXEC" --caps all,-net_admin --
	assert_sets "Prm=$net_admin Bnd=$net_admin" "$NSEXEC" --caps=-all,+net_admin --
	assert_sets "Prm=$less Eff=$less Bnd=$less" "$NSEXEC" --bounding=-net_admin --
}

testAnotherUserHasThemAsAmbientOnes() {
	need_root || return 0
	whole=$(own Bnd)
	for shape in '' --fork; do
		assert_sets "$(all_sets $net_admin) Bnd=$whole" \
			"$NSEXEC" -S "$ordinary" --caps net_admin --ambient net_admin $shape --
		assert_sets "$(all_sets $net_admin_kill) Bnd=$whole" \
			"$NSEXEC" -S "$ordinary" -G "$ordinary" --ambient net_admin,kill $shape --
	done
	# What is not asked for is not kept either.
	assert_sets "$(all_sets $none)" "$NSEXEC" -S "$ordinary" --caps=-sys_admin --
	assert_sets "$(all_sets $none)" "$NSEXEC" -S "$ordinary" --bounding=-sys_admin --
	assert_sets "Bnd=$net_admin Prm=$net_admin" \
		"$NSEXEC" -S "$ordinary" --bounding net_admin --ambient all --
}

testSetprivSeesTheSame() {
	need_root || return 0
	need setpriv || return 0
	got=$("$NSEXEC" -S "$ordinary" -G "$ordinary" --ambient net_admin --bounding net_admin,kill \
		--no-new-privs -- setpriv -d)
	assertEquals 'status' 0 $?
	assertContains "$got" "uid: $ordinary"
	assertContains "$got" 'no_new_privs: 1'
	assertContains "$got" 'Inheritable capabilities: net_admin'
	assertContains "$got" 'Ambient capabilities: net_admin'
	assertContains "$got" 'Capability bounding set: kill,net_admin'
	assertContains "$got" 'Securebits: [none]'
}

testTargetsOwnAreTakenBeforeItIsJoined() {
	need_root || return 0
	need setpriv || return 0
	setpriv --bounding-set=-all,+kill,+net_admin sleep 60 &
	remember $!
	wait_for '[ "$(own Bnd $!)" = "$net_admin_kill" ]'
	assert_sets "Prm=$net_admin_kill Eff=$net_admin_kill Bnd=$net_admin_kill" \
		"$NSEXEC" -t $! --caps target --
	assert_sets "Prm=$net_admin Bnd=$net_admin" "$NSEXEC" -t $! --bounding target,-kill --
	assert_sets "$(all_sets $none) Bnd=$net_admin_kill" \
		"$NSEXEC" -t $! -S "$ordinary" --bounding target --
	kill $!
}

testInAUserNamespaceAllCanBeGiven() {
	in_container "$remapped" || return 0
	assert_sets "Prm=$net_admin_kill Bnd=$net_admin_kill" \
		"$NSEXEC" -t "$remapped" -a --caps net_admin,kill --
	assert_sets "$(all_sets $net_admin)" \
		"$NSEXEC" -t "$remapped" -a -S 1000 --caps net_admin --ambient net_admin --
	# One that our own root here may lack.
	assert_sets "$(all_sets 0000000001000000)" \
		"$NSEXEC" -t "$remapped" -U -m -p -S 1000 --ambient sys_resource --
}

testKeptCapabilitiesAreThoseOfTheUserNamespace() {
	in_container "$remapped" || return 0
	all=$(printf '%016x' $(((1 << $(cat /proc/sys/kernel/cap_last_cap) + 1) - 1)))
	assert_sets "$(all_sets "$all") Bnd=$all" "$NSEXEC" -t "$remapped" -a -S 1000 --keep-caps --
	assert_sets "$(all_sets $none) Bnd=$all" "$NSEXEC" -t "$remapped" -a -S 1000 --
	assert_sets "$(all_sets $net_admin) Bnd=$net_admin" \
		"$NSEXEC" -t "$remapped" -a -S 1000 --keep-caps --bounding net_admin --
	in_container "$plain" || return 0
	assert_refused 'caps: --keep-caps, and no user namespace is entered' \
		"$NSEXEC" -t "$plain" -a -S 1000 --keep-caps --
}

testOrdinaryUserHasThemInHisOwnContainer() {
	in_container "$rootless" || return 0
	assert_sets "Prm=$net_admin_kill Eff=$net_admin_kill Bnd=$net_admin_kill" \
		as_user "$ordinary" "$NSEXEC" -t "$rootless" -a --caps net_admin,kill --
	all=$(printf '%016x' $(((1 << $(cat /proc/sys/kernel/cap_last_cap) + 1) - 1)))
	assert_sets "$(all_sets "$all")" as_user "$ordinary" \
		"$NSEXEC" --unshare user --map-current-user --keep-caps --
	assert_sets "$(all_sets $net_admin)" as_user "$ordinary" \
		"$NSEXEC" --unshare user --map-current-user --ambient net_admin --
	assert_sets "Prm=$net_admin_kill Bnd=$net_admin_kill" as_user "$ordinary" \
		"$NSEXEC" --unshare user --map-root-user --caps net_admin,kill --
}

testOrdinaryUserHasNoneToGive() {
	assert_sets "$(all_sets $none)" as_user "$ordinary" "$NSEXEC" --caps none --
	assert_sets "$(all_sets $none)" as_user "$ordinary" "$NSEXEC" --caps all --
	assert_refused 'caps --caps cap_net_admin (it is not ours to give): EPERM' \
		as_user "$ordinary" "$NSEXEC" --caps net_admin --
	assert_refused 'caps --ambient cap_kill (it is not ours to give): EPERM' \
		as_user "$ordinary" "$NSEXEC" --ambient kill --
	assert_refused 'nsexec: hint: dropping from the bounding set needs CAP_SETPCAP' \
		as_user "$ordinary" "$NSEXEC" --bounding kill --
}

testWhatCannotBeHadIsNamedBeforeAnythingChanges() {
	need_root || return 0
	in_container "$remapped" || return 0
	in="-t $remapped -a"
	assert_refused 'caps: --caps cap_net_admin (it would be lost)' \
		"$NSEXEC" $in -S 1000 --caps net_admin --
	assert_refused 'hint: a user other than root keeps only ambient capabilities' \
		"$NSEXEC" $in -S 1000 --caps net_admin --
	assert_refused 'caps: --ambient cap_kill (it is not among --caps)' \
		"$NSEXEC" $in --caps net_admin --ambient kill --
	assert_refused 'bounding: --bounding cap_chown (it is not among --caps)' \
		"$NSEXEC" $in --caps net_admin --bounding all --
	assert_refused 'caps --ambient cap_kill (it is not in the bounding set): EPERM' \
		"$NSEXEC" $in --bounding net_admin --ambient kill --
	assert_refused 'caps: --caps cap 63 (this kernel does not have it)' \
		"$NSEXEC" $in --caps 63 --
	assert_refused 'options: --caps takes names of capabilities (net_admins)' \
		"$NSEXEC" $in --caps kill,net_admins --
	assert_refused 'options: conflicts with --caps (--keep-caps)' \
		"$NSEXEC" $in --keep-caps --caps kill --
	assert_refused 'options: needs a target, -t (--bounding)' "$NSEXEC" --bounding target --
	need strace || return 0
	strace -qq -f -e trace=setns,unshare,capset,setresuid,prctl -o "$work/trace" \
		"$NSEXEC" $in -S 1000 --caps net_admin -- true 2>/dev/null
	assertEquals 'what was changed' '' "$(grep -v -e PR_CAPBSET_READ -e IS_SET -e PR_GET_ -e '+++' \
		"$work/trace")"
}

testWhatIsGoneFromTheBoundingSetIsNamed() {
	need_root || return 0
	need setpriv || return 0
	assert_refused 'bounding --bounding cap_kill (it is gone from the set for ever): EPERM' \
		setpriv --bounding-set=-kill "$NSEXEC" --bounding kill --
	assert_refused 'caps --caps cap_kill (it is not ours to give): EPERM' \
		setpriv --bounding-set=-kill "$NSEXEC" --caps kill --
}

# ---- of a host that goes on ----------------------------------------------------

# host WORDS PROGRAM...
host() {
	words=$1
	shift
	env NSEXEC="$words" LD_PRELOAD="$PRELOAD" "$@"
}

# host_of WHO WORDS PROGRAM...: the same as "as_user UID", or nobody else
host_of() {
	who=$1
	words=$2
	shift 2
	$who env NSEXEC="$words" LD_PRELOAD="$PRELOAD" "$@"
}

testHostThatGoesOnHasThemWhoeverItIs() {
	need_root || return 0
	whole=$(own Bnd)
	assert_sets "Inh=$none Prm=$net_admin Eff=$net_admin Bnd=$whole Amb=$none" \
		host "-S $ordinary -G $ordinary --caps net_admin"
	assert_sets "Inh=$none Prm=$net_admin Eff=$net_admin Bnd=$whole Amb=$none" \
		host "--caps net_admin --fork"
	assert_sets "$(all_sets $net_admin)" host "-S $ordinary --ambient net_admin"
	assert_sets "$(all_sets $none)" host "-S $ordinary --bounding=-kill"
	in_container "$remapped" || return 0
	assert_sets "Prm=$net_admin_kill Eff=$net_admin_kill Amb=$none" \
		host "-t $remapped -n -u -U -p -S 1000 --caps net_admin,kill"
}

testHostFindsNoSecurebitsOfOurs() {
	need_root || return 0
	[ -x "$host_python" ] || { skip 'no python here'; return 0; }
	got=$(host "-S $ordinary --caps net_admin --ambient net_admin" "$host_python" -S -c '
import ctypes
prctl = ctypes.CDLL(None).prctl
print("keepcaps", prctl(7, 0, 0, 0, 0), "securebits", prctl(27, 0, 0, 0, 0))')
	assertEquals 'flags' 'keepcaps 0 securebits 0' "$got"
}

testEveryThreadOfAJvmHasThem() {
	need_root || return 0
	need java || return 0
	host "-S $ordinary -G $ordinary --caps net_admin --rlimit nofile=777" \
		java -XX:+UseSerialGC "$work/Status.java" >"$work/jvm"
	assertEquals 'status' 0 $?
	assertTrue 'threads' "[ $(grep -c CapEff "$work/jvm") -gt 4 ]"
	assertEquals 'other sets' '' "$(grep CapEff "$work/jvm" | grep -v "$net_admin")"
	assertEquals 'other users' '' "$(grep Uid "$work/jvm" | grep -v "$ordinary.$ordinary.$ordinary")"
}

testProgramOfTheConstructorIsAsThatOfTheCommand() {
	need_root || return 0
	assert_sets "$(all_sets $net_admin)" \
		host "-S $ordinary --ambient net_admin -- cat /proc/self/status" true
	assert_sets "Prm=$net_admin Bnd=$net_admin" host "--caps net_admin -- cat /proc/self/status" true
	assert_refused 'it would be lost' host "-S $ordinary --caps net_admin -- echo it ran" true
}

# ---- privileges that are gone for ever -----------------------------------------

testNoNewPrivilegesAreGiven() {
	for who in '' "as_user $ordinary"; do
		got=$($who "$NSEXEC" --no-new-privs -- sh -c 'sh -c "grep NoNewPrivs /proc/self/status"')
		assertEquals "$who" 'NoNewPrivs:	1' "$got"
		got=$(host_of "$who" '--no-new-privs' grep NoNewPrivs /proc/self/status)
		assertEquals "$who" 'NoNewPrivs:	1' "$got"
	done
	need_root || return 0
	cp "$(command -v id)" "$work/id" && chmod 4755 "$work/id"
	assertEquals 'set-user-ID counts' 0 \
		"$("$NSEXEC" -S "$ordinary" -- "$work/id" -u)"
	assertEquals 'set-user-ID does not count' "$ordinary" \
		"$("$NSEXEC" -S "$ordinary" --no-new-privs -- "$work/id" -u)"
}

# ---- limits --------------------------------------------------------------------

# limit_of NAME [PID]: "SOFT HARD", as /proc has it: "Max open files", say
limit_of() {
	sed -n "s/^$1 *\([0-9a-z]*\) *\([0-9a-z]*\) .*/\1 \2/p" "/proc/${2:-self}/limits"
}

testLimitsAreThoseOfTheProgramAlone() {
	for who in '' "as_user $ordinary"; do
		for shape in '' --fork; do
			got=$($who "$NSEXEC" $shape --rlimit nofile=100:200 --rlimit RLIMIT_CORE=0 \
				--rlimit Stack=1048576: -- cat /proc/self/limits)
			assertEquals "$who $shape" 0 $?
			assertContains "$got" 'Max open files            100                  200 '
			assertContains "$got" 'Max core file size        0                    0 '
			assertContains "$got" 'Max stack size            1048576              '
		done
	done
	got=$("$NSEXEC" --fork --rlimit nofile=100:200 -- sh -c 'cat /proc/$PPID/limits')
	assertContains 'the waiter keeps its own' "$got" "Max open files            $(ulimit -Sn) "
}

testHostRunsWithThem() {
	assertEquals 'in place' '100 200' "$(host '--rlimit nofile=100:200' cat /proc/self/limits |
		sed -n 's/^Max open files *\([0-9]*\) *\([0-9]*\) .*/\1 \2/p')"
	assertEquals 'new' '100 200' "$(host '--rlimit nofile=100:200 --fork' cat /proc/self/limits |
		sed -n 's/^Max open files *\([0-9]*\) *\([0-9]*\) .*/\1 \2/p')"
}

testSmallLimitsDoNotHitUs() {
	in_container "$plain" || return 0
	got=$("$NSEXEC" -t "$plain" -a --rlimit nofile=4 --rlimit nproc=0 --rlimit cpu=100 \
		--report-fd 7 -- /bin/sh -c 'ulimit -n' 7>"$work/report")
	assertEquals 'status' 0 $?
	assertEquals 'limit' 4 "$got"
	assertContains "$(cat "$work/report")" '"pid_inside":'
	got=$("$NSEXEC" -t "$plain" -a --rlimit fsize=0 --report-fd 7 -- /bin/sh -c 'ulimit -f' \
		7>"$work/report")
	assertEquals 'a report is written by the waiter' 0 "$got"
	assertContains "$(cat "$work/report")" '"pid_inside":'
}

testOneSideOfALimitStays() {
	hard=$(ulimit -Hn)
	show='echo $(ulimit -Sn) $(ulimit -Hn)'
	# A soft limit of 50, to begin with.
	assertEquals 'soft' "100 $hard" \
		"$("$NSEXEC" --rlimit nofile=50: -- "$NSEXEC" --rlimit nofile=100: -- sh -c "$show")"
	assertEquals 'hard' '50 70' \
		"$("$NSEXEC" --rlimit nofile=50: -- "$NSEXEC" --rlimit nofile=:70 -- sh -c "$show")"
	assert_refused 'limit nofile (the soft limit stays above it): EINVAL' \
		"$NSEXEC" --rlimit nofile=50: -- "$NSEXEC" --rlimit nofile=:49 --
	assert_refused 'limit nofile (the hard limit stays below it): EINVAL' \
		"$NSEXEC" --rlimit "nofile=$((hard + 1)):" --
}

# The right is asked of the first user namespace, so it must be used before the joins.
testHardLimitsRiseBeforeTheJoins() {
	more=$(($(ulimit -Hn) + 1))
	assert_refused 'limit nofile (raise the hard limit): EPERM' \
		as_user "$ordinary" "$NSEXEC" --rlimit "nofile=10:$more" --
	assert_refused 'hint: that needs CAP_SYS_RESOURCE in the first user namespace' \
		as_user "$ordinary" "$NSEXEC" --unshare user --map-root-user --rlimit "nofile=10:$more" --
	in_container "$remapped" || return 0
	has 24 || {
		assert_refused 'limit nofile (raise the hard limit): EPERM' \
			"$NSEXEC" -t "$remapped" -a --rlimit "nofile=10:$more" --
		return 0
	}
	got=$("$NSEXEC" -t "$remapped" -a --rlimit "nofile=10:$more" -- \
		sh -c 'echo $(ulimit -Sn) $(ulimit -Hn)')
	assertEquals 'raised' "10 $more" "$got"
}

testWrongLimitsAreRefused() {
	assert_refused 'options: --rlimit takes the name of a limit, as prlimit(1) has it (files=5)' \
		"$NSEXEC" --rlimit files=5 --
	assert_refused 'options: --rlimit takes no soft limit above the hard one (core=5:4)' \
		"$NSEXEC" --rlimit core=5:4 --
	assert_refused 'options: --rlimit takes each limit once only (RLIMIT_CORE=6)' \
		"$NSEXEC" --rlimit core=5 --rlimit RLIMIT_CORE=6 --
	assert_refused 'options: --rlimit takes numbers, or "unlimited" (core=1k)' \
		"$NSEXEC" --rlimit core=1k --
}

# ---- how soon it is killed for memory ------------------------------------------

scores='cat /proc/self/oom_score_adj /proc/$PPID/oom_score_adj'
until_it_has='for i in $(seq 500); do
	[ "$(cat /proc/$PPID/oom_score_adj)" != "$1" ] || break
	sleep 0.02
done;'

testOomScoreIsThatOfTheProgramAlone() {
	ours=$(cat /proc/self/oom_score_adj)
	for who in '' "as_user $ordinary"; do
		assertEquals "$who" 700 "$($who "$NSEXEC" --oom-score-adj 700 -- cat /proc/self/oom_score_adj)"
		assertEquals "$who: the waiter has its own again" "700 $ours" \
			"$($who "$NSEXEC" --oom-score-adj 700 --fork -- sh -c "$until_it_has $scores" \
				sh "$ours" | xargs)"
		assertEquals "$who" 700 "$(host_of "$who" '--oom-score-adj 700' cat /proc/self/oom_score_adj)"
	done
	assertEquals 'ours' "$ours" "$(cat /proc/self/oom_score_adj)"
}

testOomScoreIsWrittenBeforeTheJoins() {
	in_container "$rootless" || return 0
	got=$(as_user "$ordinary" "$NSEXEC" -t "$rootless" -a --oom-score-adj 700 -- \
		cat /proc/self/oom_score_adj)
	assertEquals 'program' 700 "$got"
	drop=''
	[ "$(id -u)" -ne 0 ] || drop="setpriv --reuid $ordinary --regid $ordinary --clear-groups"
	$drop "$NSEXEC" -t "$rootless" -a --oom-score-adj 700 -- sleep 60 &
	waiter=$!
	remember "$waiter"
	wait_for '[ -n "$(children_of "$waiter")" ]'
	program=$(children_of "$waiter")
	wait_for '[ "$(cat "/proc/$waiter/oom_score_adj")" -ne 700 ]'
	assertEquals 'the waiter has its own again' "$(cat /proc/self/oom_score_adj)" \
		"$(cat "/proc/$waiter/oom_score_adj")"
	assertEquals 'the program has it' 700 "$(cat "/proc/${program%% *}/oom_score_adj")"
	kill "$waiter"
}

testOomScoreThatWeMayNotLowerIsRefused() {
	lower=$(($(cat /proc/self/oom_score_adj) - 1))
	[ "$lower" -ge -1000 ] || { skip 'it cannot be lower than here'; return 0; }
	assert_refused "oom /proc/self/oom_score_adj ($lower): EACCES" \
		as_user "$ordinary" "$NSEXEC" --oom-score-adj "$lower" --
	assert_refused 'options: --oom-score-adj takes a number from -1000 to 1000 (1001)' \
		"$NSEXEC" --oom-score-adj 1001 --
	assert_refused 'options: --oom-score-adj takes a number from -1000 to 1000 (--5)' \
		"$NSEXEC" --oom-score-adj=--5 --
}

# ---- the rest ------------------------------------------------------------------

testProcessorsAreThose() {
	last=$(sed -n 's/^Cpus_allowed_list:.*[-,\t]//p' /proc/self/status)
	for who in '' "as_user $ordinary"; do
		got=$($who "$NSEXEC" --cpu-affinity "$last" -- grep Cpus_allowed_list /proc/self/status)
		assertEquals "$who" "Cpus_allowed_list:	$last" "$got"
		got=$(host_of "$who" "--cpu-affinity $last" grep Cpus_allowed_list /proc/self/status)
		assertEquals "$who" "Cpus_allowed_list:	$last" "$got"
	done
	# What is not there is left out, as by taskset(1).
	got=$("$NSEXEC" --cpu-affinity "$last,8000-8191" -- grep Cpus_allowed_list /proc/self/status)
	assertEquals 'with others' "Cpus_allowed_list:	$last" "$got"
	need taskset || return 0
	assertContains "$("$NSEXEC" --cpu-affinity "$last" -- sh -c 'taskset -cp $$')" ": $last"
	assert_refused 'cpus run on (8191): EINVAL' "$NSEXEC" --cpu-affinity 8191 --
	assert_refused 'options: --cpu-affinity takes numbers of processors, as in 0-3,7 (1-0)' \
		"$NSEXEC" --cpu-affinity 1-0 --
}

testUmaskIsThat() {
	assertEquals 'program' 0027 "$("$NSEXEC" --umask 27 -- sh -c umask)"
	assertEquals 'host' 0077 "$(host '--umask 0077' sh -c umask)"
	assert_refused 'options: --umask takes an octal number from 0 to 777 (8)' "$NSEXEC" --umask 8 --
	assert_refused 'options: --umask takes an octal number from 0 to 777 (1000)' \
		"$NSEXEC" --umask 1000 --
}

testPersonalityCountsFromExec() {
	for who in '' "as_user $ordinary"; do
		got=$($who "$NSEXEC" --personality addr-no-randomize -- sed -n /stack/p /proc/self/maps)
		again=$($who "$NSEXEC" --personality ADDR_NO_RANDOMIZE -- sed -n /stack/p /proc/self/maps)
		assertEquals "$who: the stack is always in one place" "$got" "$again"
		assertContains "$got" '[stack]'
	done
	assertEquals 'flags' 00040000 "$("$NSEXEC" --personality 0x40000 -- cat /proc/self/personality)"
	assertEquals 'added' 00060000 "$("$NSEXEC" --personality addr-no-randomize -- \
		"$NSEXEC" --personality uname26 -- cat /proc/self/personality)"
	assertEquals 'host' 00040000 "$(host '--personality addr-no-randomize' cat /proc/self/personality)"
	[ "$(uname -m)" != x86_64 ] ||
		assertEquals 'machine' i686 "$("$NSEXEC" --personality linux32 -- uname -m)"
	assert_refused 'options: --personality takes names of personality(2), or a number (nosuch)' \
		"$NSEXEC" --personality nosuch --
}

testPlanHasARowForEach() {
	need_root || return 0
	got=$("$NSEXEC" -S "$ordinary" --caps net_admin --ambient net_admin --bounding net_admin,kill \
		--no-new-privs --rlimit nofile=10:20 --rlimit core=0 --umask 27 --cpu-affinity 0 \
		--personality linux32 --oom-score-adj 5 --fork --plan -- true)
	assertEquals 'status' 0 $?
	assertEquals "$(cat <<-'END'
		#    step    kind    inode       owner       from
		1    oom     5
		2    fork    a new process; the first one waits for it
		3    bounding cap_kill,cap_net_admin
		4    become  uid 12345, no supplementary groups
		5    caps    cap_net_admin; ambient cap_net_admin
		6    cpus    0
		7    limit   core 0:0, nofile 10:20
		8    privs   no new ones
		9    umask   0027
		10   persona linux32
		11   exec    true
	END
	)" "$got"
}

testEverythingTogetherAlsoDetached() {
	in_container "$remapped" || return 0
	got=$("$NSEXEC" -t "$remapped" -a -S 1000 -G 1000 --caps net_admin --ambient net_admin \
		--no-new-privs --rlimit nofile=10:20 --umask 27 --oom-score-adj 5 --detach --report-fd 7 -- \
		sh -c 'cat /proc/self/status /proc/self/oom_score_adj; ulimit -Hn; umask' 7>"$work/report" |
		tee "$work/out")
	assertContains "$(cat "$work/report")" '"pid_inside":'
	assertContains "$got" "CapAmb:	$net_admin"
	assertContains "$got" 'NoNewPrivs:	1'
	assertEquals 'the last three' '5 20 0027' "$(printf '%s\n' "$got" | tail -n 3 | xargs)"
}

. shunit2
