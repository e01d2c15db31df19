#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# nsexec_spawn(): a program starts inside other namespaces, as a child like any other; or it
# does not, and nothing is left of the attempt.  By both routes: in the host's memory, and
# through the launcher.  What the host is before and after is compared at every call.
#
# From lib.sh and lib/spawn.sh; expanded elsewhere; lists of words.
# shellcheck disable=SC2154,SC2016,SC2086,SC2034

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib/watched.sh"
. "$(dirname "$0")/lib/spawn.sh"

oneTimeSetUp() {
	build_programs || fail 'the programs do not compile'
	make_containers
	printf 'echo from a script\n' >"$work/script"
	printf '#!/no/such/interpreter\n' >"$work/lost"
	chmod 755 "$work/script" "$work/lost"
	mkdir -m 777 "$work/open"
}

# ---- where it is -------------------------------------------------------------

testItIsInEveryNamespaceOfItsTarget() {
	where() {
		spawn $into -- "$inside" 5
		assert_inside "$target" cgroup ipc mnt net pid uts
		[ "$route" = shared ] || assert_inside "$target" $kinds
		assertEquals "nobody is in front of it, $route" "$(line pid)" "$(line 'in there it is')"
		says 'exited 5'
	}
	each_route where
}

testItIsInThoseOfContainersOfRuntimes() {
	for it in runc runc_userns crun; do
		"container_$it" || { echo "no $it: $why"; continue; }
		into="-t $target --all"
		spawn $into -- "$inside"
		assert_inside "$target" $kinds
		says 'exited 0'
	done
	[ -n "$target" ] || skip 'no runtime here'
}

testAnOrdinaryUserSpawnsIntoAContainerOfItsOwn() {
	at rootless || return 0
	into="-t $target --all"
	as="setpriv --reuid $ordinary --regid $ordinary --clear-groups"
	[ "$(id -u)" -eq 0 ] || as=
	spawn $into -- "$inside" 3
	assert_inside "$target" $kinds
	says 'exited 3'
	assertEquals 'root in there' 0 "$(line uid)"
	spawn @session @times=3 @quiet $into -- true
	says 'succeeded 3 failed 0'
	as=
}

testAnOrdinaryUserCreatesNamespaces() {
	as="setpriv --reuid $ordinary --regid $ordinary --clear-groups"
	[ "$(id -u)" -eq 0 ] || as=
	spawn --unshare=user,net,pid,mnt --map-root-user -- "$inside"
	as=
	says 'exited 0'
	assertEquals 'root in there' 0 "$(line uid)"
	assertEquals 'the first one' 1 "$(line pid)"
	assertNotEquals "user:[$(ns_of self user)]" "$(line 'ns user')"
}

testOneKindIsJoinedAndTheOthersStay() {
	at confined || return 0
	for one in $kinds; do
		option=$one
		# Of its mounts /proc is another's: see the next one.
		case $one in user | mnt) continue ;; esac
		spawn -t "$target" --$option -- "$inside"
		says 'exited 0' "$one"
		for it in $kinds; do
			process=self
			[ "$it" != "$one" ] || process=$target
			assertEquals "$it, where $one is joined" "$it:[$(ns_of $process $it)]" \
				"$(line "ns $it")"
		done
	done
}

testAFileServesAsWell() {
	at confined || return 0
	spawn --net=/proc/$target/ns/net --ipc=/proc/$target/ns/ipc -- "$inside"
	into=FILE
	assert_inside "$target" net ipc
	assert_inside self uts mnt
	# One that the host has open, also where the table of descriptors is not its own.
	spawn @keep-open=/proc/$target/ns/net --net=/proc/self/fd/40 -- "$inside"
	assert_inside "$target" net
}

testCreatedKindsAreNew() {
	need_root || return 0
	spawn --unshare=net,uts,ipc,pid,mnt,cgroup --hostname=newborn --mount-proc -- "$inside"
	says 'exited 0'
	for it in net uts ipc pid mnt cgroup; do
		assertNotEquals "$it" "$it:[$(ns_of self $it)]" "$(line "ns $it")"
	done
	assertEquals 'the first one' 1 "$(line pid)"
	spawn --unshare=user --map-root-user -- "$inside"
	says 'exited 0'
	assertNotEquals user "user:[$(ns_of self user)]" "$(line 'ns user')"
}

testTheCgroupsOfTheTargetAreJoined() {
	at confined || return 0
	spawn -t "$target" --join-cgroup -- cat /proc/self/cgroup
	assertEquals "$(cat "/proc/$target/cgroup")" "$(grep '^[0-9]*:' "$out")"
}

testWhatIsNotAskedForIsOfTheCallingThread() {
	at confined || return 0
	spawn @thread-net=/proc/$target/ns/net -t "$target" --uts -- "$inside"
	into='a thread in another net'
	assert_inside "$target" net uts
	assert_inside self ipc mnt
	spawn @thread-net=/proc/$target/ns/net -- "$inside"
	assert_inside "$target" net
}

testAThreadWhoseChildrenAreElsewhereGetsItsOwnChild() {
	apart() {
		spawn @pidfd-of=$target @thread-pid=/proc/$target/ns/pid --pid --uts -- "$inside" 4
		assert_inside "$target" pid uts
		says 'exited 4'
		spawn @pidfd-of=$target @thread-pid=/proc/$target/ns/pid --all -- "$inside" 4
		assert_inside "$target" $kinds
		says 'exited 4'
		spawn @pidfd-of=$target @thread-pid=/proc/$target/ns/pid --pid -- /nope
		says 'error exec ENOENT /nope'
		spawn @thread-pid=/proc/$target/ns/pid -t "$target" --uts -- true
		assertContains "a number that means another: $(cat "$out")" "$(cat "$out")" \
			'error target 0 a PID or name, where children are born in another PID namespace'
	}
	need_root || return 0
	each_route apart
}

# ---- whose memory it is ------------------------------------------------------

# Who may trace processes in there meets every one that is born there, as soon as it is.
testWhoMayTraceInsideNeverMeetsTheMemoryOfTheHost() {
	need_root || return 0
	container_plain || { skip "$why"; return 0; }
	compile "$work/attacker" "$abs_testsdir/lib/attacker.c" || fail 'attacker.c does not compile'
	for it in '' '@session' '@run'; do
		"$NSEXEC" -t "$target" -a -- "$work/attacker" "$work/spawn" 6 >"$work/met" &
		attacker=$!
		remember "$attacker"
		wait_for '[ -s "$work/met" ]'
		into="watched $it"
		spawn @times=300 @quiet $it -t "$target" --all -- true
		says 'succeeded 300 failed 0'
		spawn @times=300 @quiet $it -t "$target" --mount --uts --ipc --net --pid -- true
		says 'succeeded 300 failed 0'
		spawn @times=300 @quiet $it -t "$target" --all --caps=all -- true
		wait "$attacker"
		assertEquals "$it" 'ready met 0' "$(xargs <"$work/met")"
	done
}

# By its rights the host can enter, but what it starts there has none of them.
testAScriptInsideDoesNotRunTheFileOfTheHost() {
	at confined || return 0
	printf '#!/proc/self/exe\n' >"$work/selfish"
	chmod 755 "$work/selfish"
	as="setpriv --reuid 12345 --regid 12345 --clear-groups --inh-caps +sys_admin,+sys_chroot,+sys_ptrace \
		--ambient-caps +sys_admin,+sys_chroot,+sys_ptrace --"
	spawn -t "$target" --mount --pid -- "$work/selfish"
	as=''
	says 'exited 125'
}

# The variables of a program may come from anywhere; what writes id maps is not found by them.
testToolsAreNotFoundByTheVariablesOfTheProgram() {
	need newuidmap || return 0
	mkdir -p "$work/evil"
	printf '#!/bin/sh\n: >"%s"\n' "$work/evil-ran" >"$work/evil/newuidmap"
	cp "$work/evil/newuidmap" "$work/evil/newgidmap"
	chmod -R a+rx "$work/evil"
	chmod a+rwx "$work"
	as="as_user $ordinary"
	spawn "@env=PATH=$work/evil" --unshare=user --map-users=0:100000:9 \
		--map-groups=0:100000:9 -- true
	as=''
	assertContains "$(cat "$out")" "$(cat "$out")" 'error map 0 /usr/bin/newuidmap (exit status 1)'
	assertFalse 'the tool of the program has run' "[ -e '$work/evil-ran' ]"
	chmod 755 "$work"
}

# There the launcher stays in front, for it was not born in the PID namespace.
testWhereSomebodyMayTraceTheProgramHasAWaiter() {
	need_root || return 0
	container_plain || { skip "$why"; return 0; }
	for it in --all '--mount --uts --ipc --net --pid --cgroup'; do
		into=$it
		spawn -t "$target" $into -- "$inside" 4
		assert_inside "$target" cgroup ipc mnt net pid uts
		says 'exited 4'
		ended 1
		assertNotEquals "it is in front, $into" "$(line pid)" "$(line 'in there it is')"
	done
}

# ---- whose child it is -------------------------------------------------------

# It may trace all that is there, and none of what is of our user namespace.
testWhoeverIsBelowOurUserNamespaceWatchesNobody() {
	need_root || return 0
	at userns || return 0
	spawn -t "$target" --mount --uts --ipc --net --pid --cgroup -- "$inside" 4
	assert_inside "$target" cgroup ipc mnt net pid uts
	says 'exited 4'
	assertEquals 'nobody is in front of it' "$(line pid)" "$(line 'in there it is')"
}

testItsStatusIsToBeWaitedFor() {
	statuses() {
		spawn $into -- sh -c 'exit 7'
		says 'exited 7'
		ended 1
		spawn $into -- sh -c 'kill -KILL $$'
		says 'signaled 9'
		ended 1
	}
	each_route statuses
}

testEachProgramEndsWithOneSigchld() {
	many() {
		spawn @times=200 @quiet $into -- true
		says 'succeeded 200 failed 0' "$route"
		ended 200
	}
	each_route many
}

# The launcher is a program, whose end is seen; in the host's memory nothing ends but quietly.
testWhatFailsEndsUnseenInTheMemoryOfTheHost() {
	failures() {
		spawn @times=200 @quiet $into -- /nope
		says 'succeeded 0 failed 200' "$route"
		[ "$route" = launcher ] || ended 0
		[ "$route" = shared ] || ended 200
	}
	each_route failures
}

testAHostThatWaitsForAllSeesTheProgramAlone() {
	reaped() {
		spawn @reap @times=50 @quiet $into -- true
		says 'succeeded 50 failed 0' "$route"
		assertEquals 50 "$(line reaped)"
	}
	each_route reaped
}

testNoneOfItDependsOnClone3() {
	older() {
		for it in 38 1; do
			spawn @no-clone3=$it @catch-all $into -- "$inside" 3
			says 'exited 3' "errno $it, $route"
			assertEquals "caught in there, $route" '' "$(line caught)"
			spawn @no-clone3=$it $into -- /nope
			assertContains "$(cat "$out")" 'error exec'
		done
	}
	each_route older
}

# ---- failures ----------------------------------------------------------------

testErrorsNameStepErrnoAndSubject() {
	errors() {
		spawn $into -- /nope
		says 'error exec ENOENT /nope' "$route"
		spawn $into -- /dev
		says 'error exec EACCES /dev' "$route"
		spawn $into -- "$work/lost"
		says "error exec ENOENT $work/lost" "$route"
		spawn @env=PATH=/nope $into -- nope
		says 'error exec ENOENT nope' "$route"
		spawn $into --wdns=/nope -- true
		says 'error cwd ENOENT /nope' "$route"
		spawn $into --wd=/nope -- true
		says 'error cwd ENOENT /nope' "$route"
		spawn $into --unshare=pid -- true
		assertContains "$route" "$(cat "$out")" 'error check 0'
	}
	each_route errors
	spawn -t 4194304 --net -- true
	says 'error target ESRCH process (PID 4194304)'
	spawn --net -- true
	assertContains "$(cat "$out")" 'error options 0'
}

testAScriptWithoutAFirstLineIsRunByAShell() {
	script() {
		spawn $into -- "$work/script" a b
		assertContains "$route" "$(cat "$out")" 'from a script'
		says 'exited 0' "$route"
	}
	each_route script
}

testWordsThatAreTheCommandsAreRefused() {
	for it in --plan --report-fd=3 --preload-path --help --version; do
		spawn $it -- true
		assertContains "$it" "$(cat "$out")" 'error options 0 only for the command'
	done
	spawn --kill-child -- true
	assertContains "$(cat "$out")" 'error options 0'
	spawn --nonsense -- true
	assertContains "$(cat "$out")" 'error options'
}

testTheSizeOfTheStructIsChecked() {
	spawn @size=15 -- true
	says 'error options 0 struct nsexec_program: its size is not said (15 bytes)'
	spawn @size=16 -- true
	says 'exited 0'
	spawn @bigger=0 -- true
	says 'exited 0'
	spawn @bigger=1 -- true
	assertContains "$(cat "$out")" 'error options E2BIG struct nsexec_program of a later version'
	spawn @size=5000 -- true
	says 'error options E2BIG struct nsexec_program of a later version (5000 bytes)'
	spawn @flags=10 -- true
	says 'error options E2BIG flags of a program (16)'
	spawn --
	says 'error options 0 no program'
}

testAHostThatIsNotDumpableStaysSo() {
	guarded() {
		for it in 0 1; do
			spawn @dumpable=$it $into -- true
			says 'exited 0' "dumpable $it, $route"
		done
	}
	need_root || return 0
	each_route guarded
}

# EACCES is what vm.memfd_noexec=2 answers.
testALauncherThatCannotBeHadIsAnError() {
	at userns || return 0
	spawn @no-memfd=13 -t "$target" --all -- true
	says 'error launch EACCES file of the launcher in memory'
}

# Each PID namespace has a setting of its own, which root may make in there.
testATargetCannotForbidTheLauncher() {
	need_root || return 0
	[ -e /proc/sys/vm/memfd_noexec ] || { skip 'needs Linux 6.3'; return 0; }
	at confined || return 0
	forbid() { nsenter -t "$target" --all sh -c "echo $1 >/proc/sys/vm/memfd_noexec"; }
	was=$(nsenter -t "$target" --all cat /proc/sys/vm/memfd_noexec)
	forbid 2 || fail 'the setting cannot be made'
	spawn -t "$target" --all --setuid=0 -- true
	says 'exited 0'
	spawn @run -t "$target" --all --setuid=0 -- true
	says 'exited 0
out 0
err 0'
	forbid "$was" 2>/dev/null || { container_confined && at_confined=$target; }
}

# ---- attributes --------------------------------------------------------------

testSessionAndGroup() {
	leads() {
		spawn @setsid $into -- "$inside"
		assertEquals "$route" "$(line pid)" "$(line session)"
		assertEquals "$route" "$(line pid)" "$(line group)"
		spawn @pgroup=0 $into -- "$inside"
		assertEquals "$route" "$(line pid)" "$(line group)"
		assertNotEquals "$route" "$(line pid)" "$(line session)"
		spawn @pgroup=ours $into -- true
		says 'exited 0' "the driver's group, $route"
		spawn @pgroup=4194304 $into -- true
		says 'error session EPERM process group (4194304)' "$route"
		spawn @setsid @pgroup=0 $into -- true
		says 'error session EPERM process group (0)' "$route"
	}
	each_route leads
	spawn @pgroup=-2 -- true
	says 'error options 0 a negative process group'
}

testSignalsAreAsTheCallerWantsThem() {
	signals() {
		spawn @catch-all @block=10 $into -- "$inside"
		assertEquals "as in the thread, $route" 10 "$(line blocked)"
		assertEquals "caught, $route" '' "$(line caught)"
		spawn @block=10 @mask=208 $into -- "$inside"
		assertEquals "asked for, $route" '4 10' "$(line blocked | xargs)"
		spawn @block=10 @mask=0 $into -- "$inside"
		assertEquals "none, $route" '' "$(line blocked)"
		spawn @ignore=10 @ignore=12 $into -- "$inside"
		assertEquals "ignored ones stay, $route" '10 12' "$(line ignored | xargs)"
		spawn @ignore=10 @ignore=12 @default=800 $into -- "$inside"
		assertEquals "but those, $route" 10 "$(line ignored)"
		spawn @ignore=10 @ignore=12 @default=800 @no-clone3=38 $into -- "$inside"
		assertEquals "likewise by clone, $route" 10 "$(line ignored)"
	}
	each_route signals
}

testNoHandlerOfTheHostRunsInAChild() {
	bombarded() {
		for it in "$inside" /nope; do
			spawn @bombard @catch-all @times=100 @quiet $into -- "$it" >/dev/null
			spawn @no-clone3=38 @bombard @catch-all @times=100 @quiet $into -- "$it"
		done
	}
	each_route bombarded
}

# ---- descriptors -------------------------------------------------------------

# fds: its descriptors, "0 1 2 5"
fds() { line fd | sort -n | cut -d' ' -f1 | xargs; }

testNothingLeaksIntoTheProgram() {
	clean() {
		spawn $into -- "$inside"
		assertEquals "$route" '0 1 2' "$(fds)"
		spawn @session $into -- "$inside"
		assertEquals "session, $route" '0 1 2' "$(fds)"
		spawn @no-clone3=38 $into -- "$inside"
		assertEquals "by clone, $route" '0 1 2' "$(fds)"
	}
	each_route clean
}

testDescriptorsAreCopiedAndClosedInOrder() {
	copies() {
		spawn @dup=1:7 @dup=7:9 @close=7 $into -- "$inside"
		assertEquals "$route" '0 1 2 9' "$(fds)"
		assertEquals "the same file, $route" "$(line 'fd 1')" "$(line 'fd 9')"
		spawn @keep-open=/etc/hostname @dup=40:40 $into -- "$inside"
		assertEquals "itself, $route" '0 1 2 40' "$(fds)"
		spawn @close=33 @close=0 $into -- "$inside"
		assertEquals "closed, open or not, $route" '1 2' "$(fds)"
		spawn @dup=1:200 @close-from=100 @dup=1:150 $into -- "$inside"
		assertEquals "behind all that were closed, $route" '0 1 2 150' "$(fds)"
		spawn @keep-open=/etc/hostname @dup=40:50 @close-from=45 $into -- "$inside"
		assertEquals "closed from there, $route" '0 1 2' "$(fds)"
	}
	each_route copies
}

testWhatIsNotOpenIsNoDescriptorOfOurs() {
	foreign() {
		for it in 3 4 5 6 7 8 9 10 11 12 50; do
			spawn @dup=$it:$it $into -- "$inside"
			says "error files EBADF descriptor ($it)" "$route"
		done
		spawn @close=1 @dup=1:6 $into -- true
		says 'error files EBADF descriptor (1)' "closed before, $route"
		spawn @close-from=1 @dup=2:6 $into -- true
		says 'error files EBADF descriptor (2)' "closed before, $route"
		spawn @session @dup=30:6 $into -- true
		says 'error files EBADF descriptor (30)' "session, $route"
	}
	each_route foreign
}

testAnyNumbersMayBeNamed() {
	numbers() {
		spawn @dup-null-to-each=3-60 $into -- "$inside" 2
		assertEquals "$route" "$(seq 0 60 | xargs)" "$(fds)"
		assertEquals "others, $route" '' "$(line fd | grep -E '^([3-9]|..+) ' | grep -v /dev/null)"
		says 'exited 2' "$route"
		# The first number that is not named is taken.
		spawn @keep-open=/etc/hostname @dup-null-to-each=4-30 $into -- "$inside" 3
		assertEquals "but 3, $route" "0 1 2 $(seq 4 30 | xargs)" "$(fds)"
		says 'exited 3' "$route"
		spawn @dup-null-to-each=3-60 @close-each=0-60 $into -- "$inside" 3
		says 'exited 3' "$route"
		host="$work/limited"
		spawn @dup=1:63 $into -- "$inside"
		assertEquals "the highest, $route" '0 1 2 63' "$(fds)"
		spawn @dup=1:64 $into -- "$inside"
		says 'error files EBADF descriptor (1)' "beyond the limit, $route"
		host=
	}
	printf '#!/bin/sh\nulimit -n 64\nexec %s "$@"\n' "$work/spawn" >"$work/limited"
	chmod 755 "$work/limited"
	each_route numbers
}

testFilesAreOpenedAsTheCallerSeesThem() {
	opened() {
		spawn @open=5:0:0:/etc/passwd @open=6:0101:0640:$work/open/$route $into -- "$inside"
		assertEquals "$route" '0 1 2 5 6' "$(fds)"
		assertEquals "its mode, $route" 640 "$(stat -c %a "$work/open/$route")"
		rm "$work/open/$route"
		spawn @close-from=3 @open=5:0:0:/etc/passwd $into -- "$inside"
		assertEquals "behind a close, $route" '0 1 2 5' "$(fds)"
		spawn @open=5:0:0:/etc/passwd @close-from=3 $into -- "$inside"
		assertEquals "in front of it, $route" '0 1 2' "$(fds)"
		spawn @open=5:0:0:/nope $into -- true
		says 'error files ENOENT /nope' "$route"
		spawn @open=5:0:0:/etc/passwd @open=6:0:0:/nope $into -- true
		says 'error files ENOENT /nope' "$route"
		mkfifo "$work/fifo"
		echo through it >"$work/fifo" &
		remember $!
		spawn @open=0:0:0:$work/fifo $into -- cat
		assertContains "$route" "$(cat "$out")" 'through it'
		rm "$work/fifo"
	}
	each_route opened
}

testAHostWithoutStandardStreams() {
	closed() {
		for it in 0 1 2 012 12; do
			spawn @closed=$it @open=7:01:0:$work/seen $into -- sh -c "$inside >&7"
			says 'exited 0' "closed $it, $route"
			open=$(sed -n 's/^fd //p' "$work/seen" | sort -n | cut -d' ' -f1 | xargs)
			want=
			for fd in 0 1 2; do
				case $it in *$fd*) ;; *) want="$want $fd" ;; esac
			done
			case $it in *1*) want="$want 1" ;; esac
			assertEquals "closed $it, $route" \
				"$(printf '%s\n' $want 7 | sort -n | xargs)" "$open"
			: >"$work/seen"
		done
	}
	: >"$work/seen"
	chmod 666 "$work/seen"
	each_route closed
}

testActionsThatMakeNoSenseAreRefused() {
	spawn @action=9 -- true
	says 'error options 0 no such action (file 0)'
	spawn @action=-1 -- true
	says 'error options 0 no such action (file 0)'
	spawn @close=-1 -- true
	says 'error options 0 a negative descriptor (file 0)'
	spawn @dup=-1:3 -- true
	says 'error options 0 a negative descriptor (file 0)'
	spawn @open=5:0:0 -- true
	says 'error options 0 no path (file 0)'
}

# ---- environment -------------------------------------------------------------

testTheEnvironment() {
	variables() {
		MARK=ours spawn $into -- "$inside"
		assertEquals "the host's, $route" MARK=ours "$(line env | grep ^MARK)"
		spawn @env=A=1 @env=B=2 $into -- "$inside"
		assertEquals "its own, $route" 'A=1 B=2' "$(line env | xargs)"
		spawn @env=A=1 $into --env=C=3 -- "$inside"
		assertEquals "and more, $route" 'A=1 C=3' "$(line env | xargs)"
		spawn @env=A=1 @env=B=2 $into --unsetenv=A -- "$inside"
		assertEquals "and less, $route" B=2 "$(line env)"
		spawn @clearenv $into -- "$inside"
		says 'exited 0' "none, $route"
		assertEquals "none, $route" '' "$(line env)"
		spawn @clearenv $into -- true
		says 'exited 0' "found all the same, $route"
		spawn @env=PATH=/nope:${inside%/*} $into -- inside 9
		says 'exited 9' "by the PATH that it gets, $route"
		tr '\0' '\n' <"/proc/$target/environ" | grep ^PATH= >"$work/theirs"
		spawn @env=A=1 $into --target-env -- "$inside"
		assertEquals "the target's, $route" "$(cat "$work/theirs")" "$(line env | grep ^PATH=)"
		assertEquals "the target's, $route" '' "$(line env | grep ^A=)"
	}
	each_route variables
}

# ---- shapes ------------------------------------------------------------------

testAnInitInFront() {
	need_root || return 0
	spawn --unshare=pid,mnt --mount-proc --init -- "$inside" 4
	says 'exited 4'
	assertEquals 'behind it' 2 "$(line pid)"
	ended 1
	spawn --unshare=pid,mnt --mount-proc --init -- /nope
	says 'error exec ENOENT /nope'
}

testATerminalOfItsOwn() {
	terminal() {
		spawn $into --pty -- tty
		assertContains "$route" "$(cat "$out")" /dev/pts/
		says 'exited 0' "$route"
		spawn $into --pty -- /nope
		says 'error exec ENOENT /nope' "$route"
	}
	each_route terminal
}

testWithoutAForkOnlyLaterChildrenAreInside() {
	later() {
		into="-t $target --pid"
		[ "$route" = shared ] || into="$into --user"
		[ "$target" != "$at_confined" ] || [ "$route" = shared ] || into="-t $target --pid --time"
		spawn $into --no-fork -- "$inside"
		says 'exited 0' "$route"
		assertEquals "$route" "pid:[$(ns_of "$target" pid)]" "$(line 'ns pid_for_children')"
	}
	each_route later
}

# ---- other threads and processes ---------------------------------------------

# Its children have a copy of every descriptor, and live longer than the program that would
# have to end first.
testWhatWasSaidIsNotLeftInTheMemoryOfTheHost() {
	compile "$work/secret" "$abs_testsdir/lib/secret.c" "$work/libnsexec.so.0" \
		-Wl,-rpath,"$work" || { fail "$(cat "$work/secret.why")"; return; }
	for it in confined userns; do
		at $it || return 0
		assertEquals "$it" 'exited 0' "$("$work/secret" "$target" true 2>&1)"
	done
}

testAnotherThreadThatForksMakesNobodyWait() {
	forks() {
		spawn @fork-beside @times=20 @kill $into -- sleep 30
		assertEquals "killed before its end, $route" 20 "$(line signaled | grep -c 9)"
		spawn @fork-beside @times=20 @quiet $into -- /nope
		says 'succeeded 0 failed 20' "$route"
	}
	each_route forks
}

testManyThreadsAtOnce() {
	threads() {
		spawn @threads=8 @times=25 @quiet $into -- true
		says 'succeeded 200 failed 0' "$route"
	}
	each_route threads
}

# killed WORD...: some of its children end before they are what they were made for.  A process
# that is killed with a descriptor in hand leaves that, since the table is the host's.
killed() {
	timeout -k 5 60 "$work/spawn" @quiet @times=400 "$@" >"$out" 2>&1 &
	front=$!
	remember $front
	wait_for '[ -n "$(children_of $front)" ]'
	front_child=$(children_of $front)
	"$work/killer" "${front_child%% *}" 1 >"$work/kills"
	wait $front
	assertEquals "$route: $(cat "$out")" 0 $?
	assertEquals "$route" '' "$(grep -E '^(wrong|changed)' "$out" | grep -v '^changed descriptor')"
	assertNotEquals "$route" 'killed 0' "$(cat "$work/kills")"
	assertContains "$route" "$(cat "$out")" succeeded
}

testKilledAtAnyMomentItIsAnErrorOrAProgram() {
	moments() {
		killed $into -- true
		killed $into -- /nope
		killed @session $into -- true
		killed @run $into -- true
	}
	each_route moments
}

# In one table of descriptors the number of a pidfd that never came to be is another's soon:
# it must not be that of who is killed in its place, such as the target.
testKilledAmongManyNobodyElseIs() {
	storms() {
		before=$(cut -d' ' -f22 "/proc/$target/stat")
		killed @threads=3 @times=500 $into -- true
		assertEquals "the target, $route" "$before" \
			"$(cut -d' ' -f22 "/proc/$target/stat" 2>/dev/null)"
	}
	each_route storms
}

# ---- by sanitizers -----------------------------------------------------------

watched() {
	host=$work/spawn.$1
	# Memory that one thread has unmapped by itself, and another has got: it cannot know that.
	printf 'race:^nsx_spawn$\nrace:^spawn$\n' >"$work/not-races"
	TSAN_OPTIONS="suppressions=$work/not-races"
	export TSAN_OPTIONS
	build_watched "$1" || { skip "no such program here: $(tail -n 1 "$host.why")"; host=; return; }
	hurry() {
		spawn @times=5 @quiet @env=A=1 @dup=1:7 @open=8:0:0:/etc/passwd $into -- true
		says 'succeeded 5 failed 0' "$route"
		spawn @times=5 @quiet $into -- /nope
		says 'succeeded 0 failed 5' "$route"
		spawn @session @threads=4 @times=5 @quiet $into -- true
		says 'succeeded 20 failed 0' "$route"
		spawn @run @session @threads=4 @times=5 @quiet @in=100000 $into -- cat
		says 'succeeded 20 failed 0' "$route"
	}
	each_route hurry
	host=
}

testAddressSanitizerFindsNothing() { watched address; }
testThreadSanitizerFindsNothing() { watched thread; }

. shunit2
