#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The environment of the program is the caller's or the target's, edited in the order
# in which it was said: of one that is executed, and of a host that goes on.
#
# From lib.sh; by eval; not our arguments.
# shellcheck disable=SC2154,SC2034,SC2016,SC2119

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"

out=$work/out
err=$work/err
mark=nsexec-env-$$

# What the containers are started with; of the variables that ask something, one
# asks for a descriptor that is not there.
oneTimeSetUp() {
	build_hosts
	mkdir "$work/bin.their"
	printf '#!/bin/sh\necho "theirs: $*"\n' >"$work/bin.their/nsx-their-program"
	chmod 755 "$work/bin.their/nsx-their-program"
	export OF_TARGET="$mark  a=b" NSEXEC_FD=99 NSEXEC_LOG=nonsense \
		_LIBCONTAINER_INITPIPE=99 "PATH=$work/bin.their:$PATH"
	container_plain
	at_plain=$target why_plain=$why
	container_userns
	at_userns=$target why_userns=$why
	container_rootless
	at_rootless=$target why_rootless=$why
	unset OF_TARGET NSEXEC_FD NSEXEC_LOG _LIBCONTAINER_INITPIPE
	PATH=${PATH#*:}
}

# at CONTAINER: make it the target, or skip.  Use: at plain || return 0
at() {
	container=$1
	eval "target=\$at_$1 why=\$why_$1"
	[ -n "$target" ] || { skip "$why"; return 1; }
}

# As the user who owns the container.
as_owner() {
	if [ "$container" = rootless ]; then
		as_user "$ordinary" "$@"
	else
		"$@"
	fi
}

# ---- a program that is executed ------------------------------------------------

testVariablesAreSetAndRemovedInTheOrderInWhichItIsSaid() {
	assertEquals 'C=4' "$("$NSEXEC" --env A=1 --clearenv --env B=2 --env C=3 \
		--unsetenv B --env C=4 -- /usr/bin/env)"
	assertEquals 'status' 0 $?
	assertEquals 'A=2' "$(A=1 "$NSEXEC" --env A=2 -- env | grep '^A=')"
	assertEquals '' "$(A=1 "$NSEXEC" --unsetenv A -- env | grep '^A=')"
	assertEquals '' "$("$NSEXEC" --clearenv -- /usr/bin/env)"
	assertEquals 'A=' "$("$NSEXEC" --env=A= -- env | grep '^A=')"
	assertEquals 'A=b=c d' "$("$NSEXEC" "--env=A=b=c d" -- env | grep '^A=')"
}

testOtherVariablesStay() {
	env | grep -v '^_=' | sort >"$work/before"
	A=1 "$NSEXEC" --unsetenv A --unsetenv ABSENT -- env | grep -v '^_=' | sort >"$work/behind"
	assertEquals "$(cat "$work/before")" "$(cat "$work/behind")"
}

testProgramIsLookedForInTheNewPath() {
	assertEquals 'theirs: x' \
		"$("$NSEXEC" --env "PATH=$work/bin.their:$PATH" -- nsx-their-program x)"
	"$NSEXEC" --env PATH=/absent -- env 2>"$err"
	assertEquals 'status' 127 $?
	assertEquals 'without PATH, as execvp(3)' '' "$("$NSEXEC" --clearenv -- env)"
}

testShellIsTheNewOne() {
	assertEquals 'theirs: ' "$("$NSEXEC" --env "SHELL=$work/bin.their/nsx-their-program")"
}

testNewEnvironmentIsThatOfAProgramFromNsexec() {
	assertEquals 'A=b' "$(env "NSEXEC=--clearenv --env A=b -- /usr/bin/env" \
		"LD_PRELOAD=$PRELOAD" /bin/true)"
}

testPlanTellsOfIt() {
	assertContains "$("$NSEXEC" --plan --clearenv --env A=b -- true)" \
		"1    environ 1 variable, made from the caller's"
}

# ---- the target's --------------------------------------------------------------

# What it was started with, but for what would ask something of us.
takes_all_of() {
	at "$1" || return 0
	tr '\0' '\n' <"/proc/$target/environ" | grep -v -e '^NSEXEC' -e '^_LIBCONTAINER' |
		sort >"$work/theirs"
	assertContains 'the target has what we gave it' "$(cat "$work/theirs")" "OF_TARGET=$mark  a=b"
	assertContains "$(tr '\0' '\n' <"/proc/$target/environ")" 'NSEXEC_FD=99'
	shift
	export OURS=1
	as_owner "$NSEXEC" -t "$target" -e "$@" -- env | sort >"$work/ours"
	assertEquals 'status' 0 $?
	unset OURS
	assertEquals "$(cat "$work/theirs")" "$(cat "$work/ours")"
}

testEnvironmentOfTheTargetReplacesTheCallers() { takes_all_of plain; }
testEnvironmentOfTheTargetIsThereInItsNamespaces() { takes_all_of plain -a; }
testEnvironmentOfATargetInAUserNamespaceIsTaken() { takes_all_of userns -a; }
testOrdinaryUserTakesTheEnvironmentOfItsContainer() { takes_all_of rootless -a; }

testEnvironmentOfTheTargetIsEdited() {
	at plain || return 0
	assertEquals "A=b
OF_TARGET=$mark  a=b" "$("$NSEXEC" -t "$target" -e --env A=b --unsetenv HOME -- env |
		grep -e ^HOME= -e ^A= -e ^OF_TARGET= | sort)"
}

testProgramIsLookedForInThePathOfTheTarget() {
	at plain || return 0
	assertEquals 'theirs: ' "$("$NSEXEC" -t "$target" -a -e -- nsx-their-program)"
}

# A megabyte, in variables of 100,000 bytes: the kernel takes no longer ones.
testLargeEnvironmentArrivesWhole() {
	long=$(head -c 100000 /dev/zero | tr '\0' x)
	set -- env -i
	for it in 1 2 3 4 5 6 7 8 9 10; do
		set -- "$@" "V$it=$long"
	done
	"$@" sleep 300 &
	remember $!
	wait_for "grep -qa 'sleep' /proc/$!/cmdline"
	assertEquals 'lines and bytes' '10 1000041' \
		"$("$NSEXEC" -t $! -e -- /usr/bin/env | wc -lc | xargs)"
	kill $!
}

testEnvironmentOfAnotherUserIsNotTaken() {
	at plain || return 0
	as_user "$ordinary" "$NSEXEC" -t "$target" -e -- env >"$out" 2>"$err"
	assertEquals 'status' 125 $?
	assertEquals 'output' '' "$(cat "$out")"
	assertContains "$(cat "$err")" \
		"nsexec: open environment of the target (PID $target): EACCES"
}

testEnvironmentOfAProcessThatHasEndedIsNotTaken() {
	sh -c 'sleep 0.1 & echo $!; exec sleep 300' >"$out" &
	remember $!
	wait_for '[ -s "$out" ] && grep -q "^State:.Z" "/proc/$(cat "$out")/status"'
	"$NSEXEC" -t "$(cat "$out")" -e -- env >/dev/null 2>"$err"
	assertEquals 'status' 125 $?
	assertContains "$(cat "$err")" 'ESRCH'
	kill $!
}

# ---- a host that goes on -------------------------------------------------------

# host_with WORDS HOST [NAME=VALUE...]: what HOST gives to its own child, a variable a
# line.  LD_PRELOAD is set in front of it, and goes.
host_with() {
	words=$1
	host=$2
	shift 2
	set -- "$@" "NSEXEC=$words"
	case $host in
	*-init | *-static) ;;
	*) set -- "LD_PRELOAD=$PRELOAD" "$@" ;;
	esac
	# shellcheck disable=SC2046 # words
	as_owner env "$@" $(host_words "$host") child >"$out" 2>"$err" </dev/null
	status=$?
	sed -n 's/^child //p' "$out" >"$work/child"
}

# Set, changed, set and removed, removed: all of which the host itself must see.
host_sees_edits() {
	need_host "$1" || return 0
	container=none
	host_with '--env NEW="n 1" --env CHANGED=long-long-long --unsetenv GONE --env X=1 --unsetenv X' \
		"$1" GONE=secret CHANGED=old STAYS=yes
	assertEquals "status; it said: $(cat "$err")" 0 $status
	assertEquals 'CHANGED=long-long-long
NEW=n 1
STAYS=yes' "$(grep -e '^NEW=' -e '^CHANGED=' -e '^GONE=' -e '^STAYS=' -e '^X=' -e NSEXEC \
		-e LD_PRELOAD "$work/child" | sort)"
}

testGlibcSeesItsNewEnvironment() { host_sees_edits threads-glibc; }
testMuslSeesItsNewEnvironment() { host_sees_edits threads-musl; }
testStaticGlibcSeesItsNewEnvironment() { host_sees_edits threads-glibc-init; }
testStaticMuslSeesItsNewEnvironment() { host_sees_edits threads-musl-init; }
testLibraryThatStartsThreadsSeesItsNewEnvironment() { host_sees_edits uses_libstarts; }
testJavaSeesItsNewEnvironment() { host_sees_edits java; }
testNodeSeesItsNewEnvironment() { host_sees_edits node; }
testPythonSeesItsNewEnvironment() { host_sees_edits python; }
testGoSeesItsNewEnvironment() { host_sees_edits go; }
testStaticGoSeesItsNewEnvironment() { host_sees_edits go-static; }
testRustSeesItsNewEnvironment() { host_sees_edits rust; }
testShellScriptSeesItsNewEnvironment() { host_sees_edits script; }

# In namespaces, where the host is a new process.
host_is_edited_in() {
	at "$1" || return 0
	need_host "$2" || return 0
	host_with "-t $target -a --env NEW=1 --unsetenv GONE" "$2" GONE=1
	assertEquals "status; it said: $(cat "$err")" 0 $status
	assertEquals 'NEW=1' "$(grep -e '^NEW=' -e '^GONE=' "$work/child")"
	assertEquals "pid:[$(ns_of "$target" pid)]" \
		"$(sed -n 's/^ns [0-9]* pid \([0-9]*\)$/pid:[\1]/p' "$out" | sort -u)"
}

testPythonIsEditedInAContainer() { host_is_edited_in plain python; }
testGlibcIsEditedInAUserNamespace() { host_is_edited_in userns threads-glibc; }
testMuslIsEditedInTheContainerOfAnOrdinaryUser() { host_is_edited_in rootless threads-musl; }
testGoIsEditedInAContainer() { host_is_edited_in plain go; }

# Its own variables and those of the target: enough room, as the caller gave it more.
host_takes_all_of() {
	at plain || return 0
	need_host "$1" || return 0
	set -- "$1" "-t $target -n -e"
	for it in $(tr '\0' '\n' <"/proc/$target/environ" | sed -n 's/^\([A-Za-z_]*\)=.*/\1/p'); do
		set -- "$@" "ROOM_FOR_$it=1"
	done
	host=$1
	words=$2
	shift 2
	host_with "$words" "$host" "$@"
	assertEquals "status of $host; it said: $(cat "$err")" 0 $status
	assertEquals "OF_TARGET=$mark  a=b" "$(grep -e OF_TARGET= -e ROOM_FOR -e NSEXEC "$work/child")"
}

testHostsTakeTheEnvironmentOfTheTarget() {
	for host in threads-glibc threads-musl java node python go; do
		host_takes_all_of "$host"
	done
}

# As many as our own that went, which are two; and not one more.
testHostHasRoomForAsManyVariablesAsItHad() {
	need_host threads-glibc || return 0
	container=none
	host_with '--env N1=1 --env N2=2' threads-glibc
	assertEquals 'status' 0 $status
	assertEquals '2' "$(grep -c '^N[0-9]=' "$work/child")"
	host_with '--env N1=1 --env N2=2 --env N3=3' threads-glibc
	assertEquals 'status' 125 $status
	assertEquals 'the host has run' '' "$(cat "$out")"
	assertContains "$(cat "$err")" "variables, and the host's environment has room for"
	assertContains "$(cat "$err")" "put them in front of its command"
	host_with '--env N1=1 --env N2=2 --env N3=3 --unsetenv HOME' threads-glibc
	assertEquals 'status' 0 $status
}

testHostWithoutRoomIsRefusedBeforeAnythingChanges() {
	at plain || return 0
	need_host threads-glibc || return 0
	need strace || return 0
	env -i "NSEXEC=-t $target -n --env A=1 --env B=2 --env C=3" "LD_PRELOAD=$PRELOAD" \
		"$(command -v strace)" -f -o "$work/trace" -E "LD_PRELOAD=$PRELOAD" \
		"$hosts/threads-glibc" >"$out" 2>"$err"
	assertEquals 'status' 125 $?
	assertNotContains "$(cat "$work/trace")" 'setns('
}

testWhatWasRemovedIsNotToBeReadInProc() {
	need_host threads-glibc || return 0
	env GONE=nsx-secret CHANGED=nsx-secret "NSEXEC=--unsetenv GONE --env CHANGED=x" \
		"LD_PRELOAD=$PRELOAD" "$hosts/threads-glibc" sleep >"$out" &
	remember $!
	wait_for 'grep -qsx ready "$out"'
	assertEquals 0 "$(grep -ac nsx-secret "/proc/$!/environ")"
	kill $!
	wait $! 2>/dev/null
	return 0
}

testHostIsNotAskedASecondTime() {
	need_host threads-glibc-init || return 0
	container=none
	for it in NSEXEC=-n NSEXEC_FD=9 NSEXEC_LOG=info NSEXEC_TRACE=t _LIBCONTAINER_INITPIPE=9; do
		host_with "--env $it" threads-glibc-init
		assertEquals "status with $it" 125 $status
		assertContains "$(cat "$err")" \
			"nsexec: options: --env of a host program cannot ask something of nsexec ($it)"
	done
	assertEquals 'a program may be' 'NSEXEC=-n' \
		"$("$NSEXEC" --clearenv --env NSEXEC=-n -- /usr/bin/env)"
}

# ---- errors --------------------------------------------------------------------

# refused TEXT WORD...
refused() {
	text=$1
	shift
	"$NSEXEC" "$@" >"$out" 2>"$err"
	assertEquals "status of $*" 125 $?
	assertEquals "nsexec: options: $text" "$(head -n 1 "$err")"
}

testWhatIsNoVariableIsRefused() {
	refused "--env takes NAME=VALUE; the target's environment is -e (A)" --env A -- true
	refused "--env takes NAME=VALUE; the target's environment is -e (--)" -t 1 --env -- true
	refused '--env takes a NAME before the "=" (=b)' --env =b -- true
	refused '--unsetenv takes a NAME without "=" (A=b)' --unsetenv A=b -- true
	refused 'empty value (--unsetenv)' --unsetenv= -- true
	refused 'value missing (--env)' --env
	refused 'needs a target, -t (--target-env)' -e -- true
	refused 'conflicts with --clearenv (--target-env)' -t 1 -e --clearenv -- true
}

testThereIsABoundForWhatIsSaid() {
	set --
	for it in $(seq 128); do
		set -- "$@" "--env=V$it=1"
	done
	assertEquals 128 "$("$NSEXEC" "$@" -- env | grep -c "^V[0-9]*=")"
	"$NSEXEC" "$@" --env=A=1 -- true 2>"$err"
	assertEquals 'status' 125 $?
	assertContains "$(cat "$err")" 'given too often'
}

. shunit2
