#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A host that the command starts with the preload runs inside, or not at all.
#
# From lib.sh; some texts are expanded elsewhere.
# shellcheck disable=SC2154,SC2016

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"
. "$(dirname "$0")/probe.sh"

mark=nsexec-preload-$$	# in the environment of every host

oneTimeSetUp() {
	build_hosts threads-glibc threads-musl java node python go rust script
	build_probe
	container_plain
	container=$target
	why_not=$why
	container_userns
	userns=$target
	why_no_userns=$why
	container_rootless
	rootless=$target
	why_no_rootless=$why
	touched=$work/touched
	mkdir "$work/loaders" "$work/objects"
	chmod 777 "$work/objects"
}

setUp() {
	rm -f "$touched"
}

# Use: in_container || return 0
in_container() {
	target=$container
	[ -n "$target" ] || { skip "$why_not"; return 1; }
}

# started WORDS... [-- HOST...]: $got, $err and $status of the command with --preload, which
# cannot hang.
started() {
	got=$(env MARK="$mark" TOUCH="$touched" timeout -k 1 60 "$NSEXEC" --preload "$@" 2>"$work/err")
	status=$?
	err=$(cat "$work/err")
}

# assert_refused WHY: the text of the error; no host has run, and none is left.
assert_refused() {
	assertEquals "status of: $1" 125 "$status"
	assertEquals "preload: $1" "$(sed -n 's/^nsexec: \(preload.*\)/\1/p' "$work/err")"
	assertEquals "output of: $1" '' "$got"
	assertFalse "a hint for: $1" "[ \"\$(grep -c '^nsexec: hint: ' '$work/err')\" != 1 ]"
	assertFalse "something was done: $1" "[ -e '$touched' ]"
	no_process_left "$mark"
}

# State of a process, as ps(1) has it; Z if it is not even a zombie any more.
state_of() {
	sed -n 's/^State:	\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null | grep . || echo Z
}

# end_of PID: the status of a child, which is killed if it does not come to its end
end_of() {
	ending=$1
	wait_for '[ "$(state_of "$ending")" = Z ]' 20 ||
		{ fail "process $ending does not end"; kill -KILL "$ending"; }
	wait "$ending" 2>/dev/null
}

# ---- it works ------------------------------------------------------------------

testHostIsInside() {
	in_container || return 0
	for host in threads-glibc threads-musl java node python go rust script; do
		need_host "$host" || continue
		# shellcheck disable=SC2046 # words
		started -t "$target" -n -u -i -- $(host_words "$host") exit 3
		assertEquals "$host: status" 3 "$status"
		assertEquals "$host: errors" '' "$err"
		printf '%s\n' "$got" >"$work/out"
		assert_same_namespaces "$work/out" "$target" net uts ipc
		assert_same_namespaces "$work/out" $$ mnt pid user
		assertEquals "$host: variables" '' "$(grep ^env "$work/out")"
	done
}

testHostOfAllNamespacesIsANewProcess() {
	in_container || return 0
	started -t "$target" -a -- sh -c 'echo $$; readlink /proc/self/ns/pid'
	assertEquals 'status' 0 "$status"
	assertNotEquals $$ "$(echo "$got" | head -n 1)"
	assertEquals "pid:[$(ns_of "$target" pid)]" "$(echo "$got" | tail -n 1)"
	no_process_left "$mark"
}

testOrdinaryUserEntersHisContainer() {
	[ -n "$rootless" ] || { skip "$why_no_rootless"; return 0; }
	target=$rootless
	got=$(as_user "$ordinary" timeout -k 1 60 "$NSEXEC" --preload -t "$target" -U -n -u \
		sh -c 'id -u; readlink /proc/self/ns/user' 2>&1)
	assertEquals "0
user:[$(ns_of "$target" user)]" "$got"
}

testStatusAndSignalsAreTheHosts() {
	in_container || return 0
	for words in -n '-n --fork' -a; do
		# shellcheck disable=SC2086 # words
		started -t "$target" $words -- sh -c 'exit 7'
		assertEquals "$words: status" 7 "$status"
		# shellcheck disable=SC2086
		started -t "$target" $words -- sh -c 'kill -KILL $$'
		assertEquals "$words: signal" 137 "$status"
		rm -f "$work/out" # it would be ready too early
		# shellcheck disable=SC2086
		env MARK="$mark" "$NSEXEC" --preload -t "$target" $words sh -c '
			trap "echo got TERM; exit 9" TERM
			echo ready
			while :; do sleep 0.02; done' >"$work/out" 2>&1 &
		front=$!
		remember "$front"
		wait_for 'grep -qs ready "$work/out"' || fail "$words: not ready"
		kill -TERM "$front"
		end_of "$front"
		assertEquals "$words: status after the signal" 9 $?
		assertEquals "$words: the signal" 'got TERM' "$(tail -n 1 "$work/out")"
	done
	no_process_left "$mark"
}

testStandardInputIsTheHosts() {
	in_container || return 0
	got=$(echo 'a line' | timeout -k 1 60 "$NSEXEC" --preload -t "$target" -n cat 2>&1)
	assertEquals 'a line' "$got"
	got=$(timeout -k 1 60 "$NSEXEC" --preload -t "$target" -n echo 'it ran' <&- 2>&1)
	assertEquals 'with standard input closed' 'it ran' "$got"
}

testNothingOfOursStaysInTheHost() {
	in_container || return 0
	alone=$(env -i PATH="$PATH" A=1 "$probe" self)
	assertEquals 'environment' "$(env -i PATH="$PATH" A=1 env)" \
		"$(env -i PATH="$PATH" A=1 "$NSEXEC" --preload -t "$target" -n env)"
	assertEquals 'bytes' '' "$("$NSEXEC" --preload -t "$target" -n \
		sh -c 'tr "\0" "\n" </proc/$$/environ | grep -a -e NSEXEC -e nsexec-preload')"
	assertEquals 'signals and so on' "$alone" \
		"$(env -i PATH="$PATH" A=1 "$NSEXEC" --preload -t "$target" -n "$probe" self)"
	assertEquals 'descriptors' "$("$probe" fds)" \
		"$("$NSEXEC" --preload -t "$target" -n "$probe" fds)"
	assertEquals 'tracer' 'TracerPid:	0' \
		"$("$NSEXEC" --preload -t "$target" -n grep TracerPid /proc/self/status)"
}

testOtherObjectsStayBehindOurs() {
	in_container || return 0
	forge "$work/objects/other.so" || return 0
	assertEquals 'in the list' "$work/objects/other.so:/absent.so" "$(
		LD_PRELOAD="$work/objects/other.so:/absent.so" "$NSEXEC" --preload -t "$target" \
			-n printenv LD_PRELOAD 2>/dev/null)"
	# Its constructor comes when we are inside already.
	env LD_PRELOAD="$work/objects/other.so" FORGED="touch=$touched" \
		"$NSEXEC" --preload -t "$target" -n true
	assertEquals 'status' 0 $?
	assertTrue 'its constructor has run' "[ -e '$touched' ]"
}

testWordsArriveAsTheyAre() {
	need_root || return 0
	started --unshare=uts --hostname --preload uname -n
	assertEquals 'a value that looks like the option' --preload "$got"
	got=$(timeout -k 1 60 "$NSEXEC" --unshare=uts --hostname --preload --preload -- uname -n 2>&1)
	assertEquals 'a value in front of the option' --preload "$got"
	started --unshare=uts --hostname 'a b\"c' -- uname -n
	assertEquals 'odd bytes' 'a b\"c' "$got"
	started --unshare=uts --hostname -- uname -n
	assertEquals 'a value that looks like the end' -- "$got"
	started true
	assertEquals 'no words at all' 0 "$status$err"
	started -- true
	assertEquals 'nothing but the end of them' 0 "$status$err"
	long=$(printf '%40000s' '' | tr ' ' x)
	started --unshare=uts --env "A=$long" sh -c 'printf %s "$A" | wc -c'
	assertEquals 'a long word' 40000 "$got"
	started --unshare=uts --env "A=$long" --env "B=$long" true
	assertEquals 'status of too much' 125 "$status"
	assertContains "$err" 'nsexec: words too long (more than 65536 bytes): E2BIG'
}

testHostGetsVariables() {
	need_root || return 0
	got=$(env -i A=1 timeout -k 1 60 "$NSEXEC" --preload --unshare=uts --env B=2 --env C=3 --env D=4 \
		--env E=5 --env F=6 --unsetenv A /usr/bin/env | sort | tr '\n' ' ')
	assertEquals 'B=2 C=3 D=4 E=5 F=6 ' "$got"
	in_container || return 0
	want=$(env -i timeout -k 1 60 "$NSEXEC" -t "$target" -e -u /usr/bin/env)
	got=$(env -i timeout -k 1 60 "$NSEXEC" --preload -t "$target" -e -u /usr/bin/env 2>&1)
	assertEquals "the target's" "$want" "$got"
}

testVariablesOfTheCallerAskNothing() {
	in_container || return 0
	for it in NSEXEC=--unknown NSEXEC_FD=0 NSEXEC_ANSWER=1:2; do
		assertEquals "$it" "net:[$(ns_of "$target" net)]" "$(
			env "$it" "$NSEXEC" --preload -t "$target" -n readlink /proc/self/ns/net 2>&1)"
	done
}

testFailureOfTheConstructorIsTheCommands() {
	in_container || return 0
	started -t "$target" -n --setuid 4294967294 --wdns /absent-directory -- touch "$touched"
	assertEquals 'status' 125 "$status"
	assertContains "$err" '/absent-directory'
	assertFalse 'the host ran' "[ -e '$touched' ]"
}

testReportIsOfTheHost() {
	in_container || return 0
	started -t "$target" -n --report-fd 5 sh -c 'echo $$' 5>"$work/report"
	assertEquals "{\"pid\":$got," "$(sed 's/"pid_inside.*//' "$work/report")"
	started -t "$target" -n --report-fd 5 busybox true 5>"$work/report"
	assertContains "$(cat "$work/report")" '{"error":{"step":"preload","errno":0,'
	started -t "$target" -n --report-fd 5 /absent 5>"$work/report"
	assertContains "$(cat "$work/report")" '{"error":{"step":"exec","errno":2,'
	compiled no_loader "-Wl,--dynamic-linker=$work/absent/ld-linux-none.so" || fail 'compile'
	started -t "$target" -n --report-fd 5 "$work/no_loader" 5>"$work/report"
	assertEquals 'status without a loader' 126 "$status"
	assertContains "$(cat "$work/report")" '{"error":{"step":"exec","errno":2,'
	fake write || return 0
	started -t "$target" -n --report-fd 5 "$fake" 5>"$work/report"
	assertContains "$(cat "$work/report")" '{"error":{"step":"preload","errno":0,"subject":"the host'
}

testPlanSaysByWhom() {
	in_container || return 0
	started -t "$target" -n --plan -- touch "$touched"
	assertEquals 'status' 0 "$status"
	assertEquals 'preload touch' "$(echo "$got" | sed -n '$s/^[0-9]* *\([a-z]*\) *\(.*\)/\1 \2/p')"
	assertFalse 'the host ran' "[ -e '$touched' ]"
	started -t "$target" -n --plan -- busybox
	assertEquals 'status of what would be refused' 125 "$status"
}

# ---- words that are refused ------------------------------------------------------

testWhatTheWordsCannotMeanIsRefused() {
	for row in '--unshare=uts:needs a PROGRAM (--preload)' \
		'--preload true:given twice (--preload)' \
		'--detach true:--detach' '-t 1 --follow-context true:--follow-context'
	do
		# shellcheck disable=SC2086 # words
		started ${row%%:*}
		assertEquals "$row" 125 "$status"
		assertContains "$err" "${row#*:}"
	done
	ln -s "$NSEXEC" "$work/unshare"
	assertContains "$("$work/unshare" --preload true 2>&1)" 'not by the name of unshare (--preload)'
	assertContains "$(env NSEXEC=--preload "LD_PRELOAD=$PRELOAD" echo 'the host ran' 2>&1)" \
		'nsexec: options: not in front of a host program (--preload)'
}

testProgramThatIsNotThereIsTold() {
	started /absent
	assertEquals 127 "$status"
	started "$work"
	assertEquals 126 "$status"
	printf '#!/absent/interpreter\n' >"$work/no_interpreter"
	chmod +x "$work/no_interpreter"
	started "$work/no_interpreter"
	assertEquals "$err" 126 "$status"
	printf '\177ELF and nothing else' >"$work/broken"
	chmod +x "$work/broken"
	started "$work/broken"
	assertEquals "$err" 126 "$status"
}

# ---- hosts that would not load it --------------------------------------------------

# compiled NAME FLAG... : $work/NAME, of a program that leaves a trace
compiled() {
	file=$work/$1
	shift
	printf '%s\n' '#include <fcntl.h>' '#include <stdlib.h>' '#include <unistd.h>' \
		'int main(void) { return open(getenv("TOUCH"), O_CREAT | O_WRONLY, 0600) < 0; }' |
		${CC:-cc} -xc -o "$file" "$@" -
}

testStaticHostIsRefused() {
	compiled static -static || fail 'compile'
	started "$work/static"
	assert_refused "a static program loads no object ($work/static)"
	compiled static_pie -static-pie || fail 'compile'
	started "$work/static_pie"
	assert_refused "a static program loads no object ($work/static_pie)"
	started -- env -i "$work/static"
	assertEquals 'executed by a host, it runs inside' 1 "$status"
}

testHostWithMorePrivilegesIsRefused() {
	compiled plain || fail 'compile'
	for mode in 4755 2755; do
		chmod $mode "$work/plain"
		started "$work/plain"
		assert_refused "a set-user-ID or set-group-ID program loads no object ($work/plain)"
	done
	chmod 755 "$work/plain"
	started "$work/plain"
	assertEquals 'without the bits' 0 "$status"
	rm -f "$touched"
	need_root || return 0
	need setcap || return 0
	setcap cap_net_bind_service+ep "$work/plain" || fail 'setcap'
	started "$work/plain"
	assert_refused "a program with file capabilities loads no object ($work/plain)"
}

testCallerWithTwoIdsIsRefused() {
	need_root || return 0
	chmod 777 "$work/objects"
	got=$(env MARK="$mark" setpriv --euid "$ordinary" "$NSEXEC" --preload true 2>"$work/err")
	status=$?
	assert_refused 'real and effective ids differ, so the host loads no object (true)'
	got=$(env MARK="$mark" setpriv --egid "$ordinary" --keep-groups "$NSEXEC" --preload true 2>"$work/err")
	status=$?
	assert_refused 'real and effective ids differ, so the host loads no object (true)'
}

testHostOfAnotherMachineIsRefused() {
	{
		printf '\177ELF\1\1\1\0\0\0\0\0\0\0\0\0\2\0\3\0\1\0\0\0'
		printf '\0\0\0\0\64\0\0\0\0\0\0\0\0\0\0\0\64\0\40\0\1\0\0\0\0\0\0\0'
		printf '\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0\0\20\0\0'
	} >"$work/small"
	chmod +x "$work/small"
	started "$work/small"
	assert_refused "a 32-bit program cannot load the object ($work/small)"
	compiled other || fail 'compile'
	printf '\25' | dd of="$work/other" bs=1 seek=18 conv=notrunc 2>/dev/null
	started "$work/other"
	assert_refused "a program of another machine cannot load the object ($work/other)"
}

testHostOfAnUnknownLoaderIsRefused() {
	compiled strange -Wl,--dynamic-linker=/lib/strange-loader.so || fail 'compile'
	started "$work/strange"
	assert_refused "a loader that is not known ($work/strange)"
	compiled near -Wl,--dynamic-linker=/ld-linux/loader.so || fail 'compile'
	started "$work/near"
	assert_refused "a loader that is not known ($work/near)"
}

testHostThatCannotBeReadIsRefused() {
	need_root || return 0
	compiled unreadable || fail 'compile'
	chmod 711 "$work/unreadable"
	got=$(as_user "$ordinary" "$NSEXEC" --preload "$work/unreadable" 2>&1)
	assertEquals 125 $?
	assertContains "$got" "what the host is cannot be seen ($work/unreadable): EACCES"
}

testInterpreterOfAScriptIsTheHost() {
	in_container || return 0
	compiled static -static || fail 'compile'
	printf '#!%s\n' "$work/static" >"$work/of_static"
	printf '#! %s x\n' "$work/of_static" >"$work/of_script"
	printf 'echo "the host ran"; readlink /proc/self/ns/net\n' >"$work/of_nothing"
	chmod +x "$work/of_static" "$work/of_script" "$work/of_nothing"
	started -t "$target" -n "$work/of_static"
	assert_refused "a static program loads no object ($work/static)"
	started -t "$target" -n "$work/of_script"
	assert_refused "a static program loads no object ($work/static)"
	started -t "$target" -n "$work/of_nothing"
	assertEquals "the host ran
net:[$(ns_of "$target" net)]" "$got"
	# Rights of a script's file are no rights of anybody.
	chmod 6755 "$work/of_nothing"
	started -t "$target" -n "$work/of_nothing"
	assertEquals 'set-user-ID script' 0 "$status"
}

testInterpreterThatEnvFindsIsInside() {
	in_container || return 0
	printf '#!/usr/bin/env sh\nreadlink /proc/self/ns/net\n' >"$work/by_env"
	chmod +x "$work/by_env"
	started -t "$target" -n "$work/by_env"
	assertEquals "net:[$(ns_of "$target" net)]" "$got"
}

# The host is the shell, and what it executes is inside as any other program.
testWrapperThatClearsTheEnvironmentIsInside() {
	in_container || return 0
	printf '#!/bin/sh\nexec env -i "%s" where 9</proc\n' "$probe" >"$work/wrapper"
	chmod +x "$work/wrapper"
	started -t "$target" -n "$work/wrapper" 9</proc
	assertContains "$err$got" "net:[$(ns_of "$target" net)]"
	assertNotContains "$got" "net:[$(ns_of $$ net)]"
}

testStaticWrapperThatClearsItIsRefused() {
	printf '%s\n' '#include <unistd.h>' 'int main(int n, char **v) { char *e[] = { 0 };' \
		'return n > 1 ? execve(v[1], v + 1, e) : 1; }' |
		${CC:-cc} -xc -static -o "$work/static_wrapper" - || fail 'compile'
	started "$work/static_wrapper" /bin/echo 'the host ran'
	assert_refused "a static program loads no object ($work/static_wrapper)"
}

# ---- the object ------------------------------------------------------------------------

# In a tree of its own, where it can be replaced.  The command takes what is beside it.
own_tree() {
	tree=$work/tree
	rm -rf "$tree"
	mkdir "$tree"
	cp "$NSEXEC" "$tree/nsexec" && cp "$PRELOAD" "$tree/libnsexec-preload.so"
	object=$tree/libnsexec-preload.so
}

# in_tree WORDS...: as started, with the command of that tree
in_tree() {
	ours=$NSEXEC
	NSEXEC=$tree/nsexec
	started "$@"
	NSEXEC=$ours
}

testObjectMustBeThere() {
	own_tree
	in_tree true
	assertEquals 'as it is' 0 "$status$err"
	rm "$object"
	# Then there is the installed one, but not here.
	in_tree true
	assertEquals 'status' 125 "$status"
	assertContains "$err" 'libnsexec-preload.so: ENOENT'
	assertContains "$err" 'nsexec: hint: '
	mkdir "$object"
	in_tree true
	assert_refused "the object is no regular file ($object)"
	rmdir "$object"
	mkfifo "$object"
	in_tree true
	assert_refused "the object is no regular file ($object)"
}

testObjectMustBeReadable() {
	need_root || return 0
	own_tree
	chmod 0 "$object"
	got=$(as_user "$ordinary" env MARK="$mark" "$tree/nsexec" --preload echo 'the host ran' 2>"$work/err")
	status=$?
	assert_refused_errno "$object: EACCES Permission denied"
}

# The same for errors of the system.
assert_refused_errno() {
	assertEquals 'status' 125 "$status"
	assertEquals "preload $1" "$(sed -n 's/^nsexec: \(preload.*\)/\1/p' "$work/err")"
	assertEquals 'output' '' "$got"
}

testObjectMustBeOurs() {
	own_tree
	for it in empty text script program library; do
		case $it in
		empty) : >"$object" ;;
		text) echo 'nsexec' >"$object" ;;
		script) printf '#!/bin/sh\n' >"$object" ;;
		program) cp "$(readlink -f /bin/true)" "$object" ;;
		library) echo | ${CC:-cc} -xc -shared -fPIC -o "$object" - ;;
		esac
		in_tree touch "$touched"
		assert_refused "the object is not the one of this nsexec ($object)"
	done
}

# Its note is at the beginning, and the loader meets the end that is not there.
testObjectMustBeWhole() {
	own_tree
	head -c 5000 "$PRELOAD" >"$object"
	in_tree touch "$touched"
	assert_refused "$no_answer (touch)"
}

# note FILE: offset, in bytes, of our note in it
note() {
	readelf -SW "$1" | sed -n 's/.* \.note\.nsexec *NOTE *[0-9a-f]* \([0-9a-f]*\) .*/\1/p'
}

testObjectMustBeOfThisVersion() {
	own_tree
	at=$(note "$object")
	assertNotEquals 'the note' '' "$at"
	# Three numbers, the owner, and the version begins.
	printf 9 | dd of="$object" bs=1 seek=$((0x$at + 12 + 8)) conv=notrunc 2>/dev/null
	in_tree touch "$touched"
	assert_refused "the object is not the one of this nsexec ($object)"
	own_tree
	printf x | dd of="$object" bs=1 seek=$((0x$at + 12)) conv=notrunc 2>/dev/null
	in_tree touch "$touched"
	assert_refused "the object is not the one of this nsexec ($object)"
}

testPathMustFitIntoTheVariable() {
	for it in 'a b' 'a:b' 'a$b'; do
		own_tree
		mv "$tree" "$work/$it"
		tree=$work/$it
		in_tree true
		assertEquals "$it" 125 "$status"
		assertContains "$it" "$err" "preload: LD_PRELOAD cannot hold that path ($tree/"
		rm -rf "$tree"
	done
}

# In a mount namespace of its own another file lies over the object, as it does for the
# loader, while the command sees what it wants to see: the file by itself has not changed.
testObjectThatIsCoveredIsSeen() {
	need_root || return 0
	own_tree
	echo | ${CC:-cc} -xc -shared -fPIC -o "$work/innocent.so" -
	got=$(env MARK="$mark" unshare -m sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' sh \
		"$work/innocent.so" "$object" "$tree/nsexec" --preload touch "$touched" 2>"$work/err")
	status=$?
	assert_refused "the object is not the one of this nsexec ($object)"
}

# ---- what looks well and does not answer --------------------------------------------------

# fake ACT: $fake is a program whose loader does that, see hosts/loader.c
fake() {
	it=$(echo "$1" | tr '[:lower:]' '[:upper:]')
	fake=$work/loaders/$1
	# shellcheck disable=SC2086 # may be several words
	[ -e "$fake" ] ||
		{ ${CC:-cc} -DACT="$it" -O1 -fPIE -static-pie -nostdlib -ffreestanding \
			-fno-stack-protector -I "$abs_top_srcdir/nsexec" -Wl,-e,_start \
			-o "$work/loaders/ld-linux-$1.so" "$hosts_source/loader.c" &&
			compiled "loaders/$1" "-Wl,--dynamic-linker=$work/loaders/ld-linux-$1.so"; } ||
		{ fail "compile a loader that does $1"; return 1; }
}

no_answer="the host has not answered"

testHostThatDoesSomethingElseFirstIsEndedBeforeThat() {
	for act in touch write read fork exec share words close; do
		fake $act || continue
		echo 'a line' >"$work/in"
		exec 8<"$work/in"
		started "$fake" <&8
		assertEquals "$act: what it has read" 'a line' "$(cat <&8)"
		exec 8<&-
		assertContains "$act" "$err" "nsexec: preload: $no_answer (before its system call "
		assert_refused "$(sed -n 's/^nsexec: preload: //p' "$work/err")"
	done
}

testHostThatEndsIsNoSuccess() {
	fake end || return 0
	started "$fake"
	assert_refused "$no_answer ($fake)"
}

testLibraryThatIsMissingIsNoSuccess() {
	echo 'int f(void) { return 0; }' | ${CC:-cc} -xc -shared -fPIC -o "$work/libgone.so" -
	echo 'int f(void); int main(void) { return f(); }' |
		${CC:-cc} -xc -o "$work/lacks" - -xnone "$work/libgone.so" -Wl,-rpath,"$work"
	rm "$work/libgone.so"
	started "$work/lacks"
	assertContains "$err" 'libgone.so'
	assert_refused "$no_answer ($work/lacks)"
}

testFalseAnswerIsNone() {
	fake answer || return 0
	started "$fake"
	assert_refused "another constructor than this nsexec's answered ($fake)"
}

# forge FILE: an object with our note
forge() {
	[ -e "$work/note" ] || objcopy -O binary --only-section=.note.nsexec "$PRELOAD" "$work/note"
	${CC:-cc} -O1 -shared -fPIC -DNOTE="\"$work/note\"" -o "$1" "$hosts_source/forged.c" || { fail 'compile'; return 1; }
}

testObjectThatOnlyLooksLikeOursDoesNothing() {
	own_tree
	forge "$object" || return 0
	FORGED=''
	export FORGED
	in_tree touch "$touched"
	assertContains "$err" "$no_answer (before its system call "
	assert_refused "$(sed -n 's/^nsexec: preload: //p' "$work/err")"
	FORGED="touch=$touched"
	in_tree true
	assert_refused "$(sed -n 's/^nsexec: preload: //p' "$work/err")"
	FORGED=answer
	in_tree touch "$touched"
	assert_refused "another constructor than this nsexec's answered (touch)"
	unset FORGED
}

# The loader of glibc ends in a list on standard output: the host would not run.
testLoaderThatOnlyListsIsNoSuccess() {
	got=$(env MARK="$mark" LD_TRACE_LOADED_OBJECTS=1 "$NSEXEC" --preload true 2>"$work/err")
	status=$?
	assert_refused "$(sed -n 's/^nsexec: preload: //p' "$work/err")"
}

# ---- while it is held -----------------------------------------------------------------------

# held PROGRAM: $front is the command, $host what it holds, in its loader.  They are a group
# below the test's, without which the kernel may find nobody to continue what SIGTSTP stops.
held() {
	perl -e 'setpgrp(0, 0) && exec @ARGV or die' env MARK="$mark" TOUCH="$touched" WAIT="$work/go" "$NSEXEC" --preload "$1" \
		>"$work/out" 2>"$work/err" &
	front=$!
	remember "$front"
	host=''
	program=$1
	wait_for 'host=$(children_of $front); host=${host%% *};
		[ -n "$host" ] && [ "$(readlink "/proc/$host/exe")" = "$program" ]' ||
		fail "not held: $(cat "$work/err")"
	remember "$host"
}

testSignalsReachAHostThatIsHeld() {
	fake wait || return 0
	rm -f "$work/go"
	for how in front host; do
		held "$fake"
		eval "kill -TERM \"\$$how\""
		end_of "$front"
		assertEquals "to the $how" 143 $?
	done
	assertFalse 'the host ran' "[ -e '$touched' ]"
	no_process_left "$mark"
}

testHostThatIsHeldEndsWithTheCommand() {
	fake wait || return 0
	rm -f "$work/go"
	held "$fake"
	kill -KILL "$front"
	end_of "$front"
	no_process_left "$mark"
}

testStopIsPutOffUntilTheAnswer() {
	${CC:-cc} -O1 -DWAIT="\"$work/go\"" -I "$abs_top_srcdir/nsexec" -o "$work/slow" \
		"$hosts_source/slow.c" || { fail 'compile'; return 0; }
	for sig in STOP TSTP; do
		rm -f "$work/go"
		held "$work/slow"
		kill -$sig "$host"
		: >"$work/go"
		wait_for '[ "$(state_of "$host")" = T ]' || fail "$sig: not stopped"
		assertEquals "$sig: the host ran" '' "$(cat "$work/out")"
		wait_for '[ "$(state_of "$front")" = T ]' || fail "$sig: not mirrored"
		kill -CONT "$front"
		end_of "$front"
		assertEquals "$sig: status" 0 $?
		assertEquals "$sig: then it ran" 'the host ran' "$(cat "$work/out")"
	done
}

testStopThatIsContinuedIsNone() {
	[ -e "$work/slow" ] || return 0
	rm -f "$work/go"
	held "$work/slow"
	kill -STOP "$host"
	kill -CONT "$host"
	: >"$work/go"
	end_of "$front"
	assertEquals 'status' 0 $?
	assertEquals 'the host ran' "$(cat "$work/out")"
}

testStopDoesNotHangAHostThatNeverAnswers() {
	fake wait || return 0
	rm -f "$work/go"
	held "$fake"
	kill -STOP "$host"
	: >"$work/go" && chmod +x "$work/go"
	end_of "$front"
	assertEquals 'status' 125 $?
	no_process_left "$mark"
}

# As another user the kernel would forget that it is to end with its parent.
testHostEndsWithTheCommandWhoeverItIsInside() {
	in_container || return 0
	[ -n "$userns" ] || { skip "$why_no_userns"; return 0; }
	for words in "-t $target -n -S $ordinary" "-t $target -p -S $ordinary" \
		"-t $userns -U -n" "-t $userns -U -p"
	do
		rm -f "$work/out" # as above
		# shellcheck disable=SC2086 # words
		env MARK="$mark" "$NSEXEC" --preload $words \
			sh -c 'echo ready; exec sleep 300' >"$work/out" 2>&1 &
		front=$!
		remember "$front"
		wait_for 'grep -qs ready "$work/out"' || fail "$words: $(cat "$work/out")"
		kill -KILL "$front"
		end_of "$front"
		no_process_left "$mark"
	done
}

# ---- where nobody may trace -------------------------------------------------------------------

testWithoutPtraceThereIsNoHost() {
	need strace || return 0
	# To hold it, to let it run, to look at a call, to let it go.
	for row in EPERM:when=1 EIO:when=2 EIO:when=3 EIO:when=4+; do
		error=${row%%:*}
		env MARK="$mark" strace -qq -o /dev/null -e trace=ptrace \
			-e "inject=ptrace:error=$error:${row#*:}" \
			"$NSEXEC" --preload touch "$touched" >"$work/out" 2>"$work/err" &
		remember $!
		end_of $!
		status=$?
		assertEquals "$row: status" 125 "$status"
		assertContains "$row" "$(cat "$work/err")" \
			"nsexec: preload the host cannot be traced (touch): $error"
		assertContains "$row" "$(cat "$work/err")" 'nsexec: hint: '
		assertFalse "$error: the host ran" "[ -e '$touched' ]"
		no_process_left "$mark"
	done
}

. shunit2
