#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A message of runc's protocol that is not well formed, or that asks for what cannot be
# had, ends everything with one line that says why: no reply, no program, no process.
#
# From lib.sh and caller.sh; some texts are expanded elsewhere, some are lists of words.
# shellcheck disable=SC2154,SC2016,SC2086

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"
. "$(dirname "$0")/caller.sh"

net=/proc/self/ns/net

oneTimeSetUp() {
	build_hosts driver host-runc host-static
	mkfifo "$work/fifo"
	ln -s loop "$work/loop"
	echo text >"$work/text"
}

# ---- bytes --------------------------------------------------------------------------

testAttributesThatDoNotFit() {
	need_caller || return 0
	for it in 0 1 2 3; do
		refused "length $it" 'message.*byte 16' --attr-len 27286:$it:3000
		refused "length $it, later" 'message.*byte 24' --rootless 0 --attr-len 27281:$it:00000000
	done
	refused 'one byte behind the end' 'message.*byte 16' --attr-len 27281:9:00000000
	refused 'far behind the end' 'message.*byte 16' --attr-len 27286:4000:30303000
	refused 'as far as it goes' 'message.*byte 16' --attr-len 27282:65535:30303000
	refused 'one byte left' 'message.*byte 16' --body 08
	refused 'two bytes left' 'message.*byte 24' --rootless 0 --body 0800
	refused 'three bytes left' 'message.*byte 24' --rootless 0 --body 0800d7
}

testNumbersOfTheWrongSize() {
	need_caller || return 0
	for it in '' 00 0000 000000 0000000000 0000000000000000; do
		refused "flags '$it'" 'message.*27281' --attr "27281:$it"
	done
	for it in '' 0000 000000 0000000000; do
		refused "setgroup '$it'" 'message.*27285' --attr "27285:$it"
		refused "rootless '$it'" 'message.*27287' --attr "27287:$it"
	done
}

testStringsWithoutTheirEnd() {
	need_caller || return 0
	for it in 27282 27283 27284 27286 27288 27289 27290; do
		refused "$it: nothing" "message.*$it" --attr $it:
		refused "$it: no NUL byte" "message.*$it" --attr $it:61626364
		refused "$it: no NUL byte but the padding" "message.*$it" --attr $it:6162
		refused "$it: a NUL byte inside" "message.*$it" --attr $it:61006200
		refused "$it: two NUL bytes" "message.*$it" --attr $it:610000
	done
}

# 10881 is 27281 without a bit that the kernel gives a meaning of its own.
testAttributesThatNobodyKnows() {
	need_caller || return 0
	for it in 0 1 10881 27280 27291 65535; do
		refused "$it" "message" --attr $it:00000000
		refused "$it, empty" "message" --attr $it:
	done
}

testHeadersThatAreWrong() {
	need_caller || return 0
	refused 'an error' 'message' --type 2
	for it in 0 1 3 4 61999 62001 65535; do
		refused "type $it" "message.*type.*$it" --type $it
	done
	for it in 0 1 15; do
		refused "length $it" "message.*$it" --len $it
	done
	for it in 1048577 2147483647 4294967280 4294967295; do
		refused "length $it" "message.*$it" --len $it
	done
	refused 'longer than a mebibyte, and all of it is there' 'message.*1048592' --pad 1048592
}

# The caller hangs up somewhere.
testMessagesThatEndTooEarly() {
	need_caller || return 0
	refused 'nothing at all' 'INITPIPE' --raw ''
	for it in $(seq 1 39); do # of 40 bytes
		refused "$it bytes" 'INITPIPE' --chop "$it" --flags 0 --oom 0 --setgroup 1
	done
	refused 'much less than it says' 'INITPIPE' --len 1048576 --chop 40000 --pad 50000
	refused 'and slowly' 'INITPIPE' --slow --chop 30 --flags 0 --oom 0
	refused 'and not blocking' 'INITPIPE' --nonblock --chop 30 --flags 0 --oom 0
}

# ---- variables ----------------------------------------------------------------------

# variable NAME VALUE OPTION...: refused, with the value in the reason
variable() {
	name=_LIBCONTAINER_$1
	value=$2
	shift 2
	refused "$name=$value" "$name.*$value" "$@" --env "$name=$value"
}

no_numbers='-1 -3 3x x3 0x3 3.0 +3 4294967299 2147483648 99999999999999999999999'

testDescriptorsThatAreNone() {
	need_caller || return 0
	for it in $no_numbers '3 ' ' 3'; do
		variable INITPIPE "$it" --no-init
		variable LOGLEVEL "$it"
	done
	variable INITPIPE 77 --no-init
	variable INITPIPE 3 --closed-init
	variable INITPIPE 2147483647 --no-init
	errors_expected=yes
	for it in $no_numbers 77; do
		bootstrap --no-log --env "_LIBCONTAINER_LOGPIPE=$it"
		assertEquals "log pipe $it: status" 1 "$(seen stage0)"
		assertEquals "log pipe $it: $(cat "$work/err")" 1 "$(
			grep -c "^FATAL: .*_LIBCONTAINER_LOGPIPE.*$it" "$work/err")"
		assertEquals "log pipe $it: the program ran" '' "$(head -n 1 "$work/host")"
	done
	errors_expected=
}

testDescriptorsThatAreNoPipe() {
	need_caller || return 0
	exec 5</dev/null
	refused 'an empty file' 'INITPIPE' --no-init --env _LIBCONTAINER_INITPIPE=5
	exec 5<"$work/text"
	refused 'a short file' 'INITPIPE|message' --no-init --env _LIBCONTAINER_INITPIPE=5
	exec 5<"$work"
	refused 'a directory' 'INITPIPE.*EISDIR' --no-init --env _LIBCONTAINER_INITPIPE=5
	exec 5>"$work/out"
	refused 'only for writing' 'INITPIPE.*EBADF' --no-init --env _LIBCONTAINER_INITPIPE=5
	exec 5<&-
}

# ---- namespaces ---------------------------------------------------------------------

testListsOfNamespacesThatAreWrong() {
	need_caller || return 0
	refused 'no colon' 'message.*net' --paths net
	refused 'no path' 'message.*net' --paths net:
	refused 'no kind' 'message' --paths :$net
	refused 'only a colon' 'message' --paths :
	refused 'only a comma' 'message' --paths ,
	refused 'a comma at the end' 'message' --paths net:$net,
	refused 'a comma at the beginning' 'message' --paths ,net:$net
	refused 'two commas' 'message' --paths net:$net,,uts:/proc/self/ns/uts
	refused 'unknown kind' 'message.*network' --paths network:$net
	refused 'kind in capitals' 'message.*NET' --paths NET:$net
	refused 'part of a kind' 'message.*ne' --paths ne:$net
	refused 'kind with a blank' 'message' --paths " net:$net"
	refused 'kind twice' 'message.*net' --paths net:$net,uts:/proc/self/ns/uts,net:$net
}

testPathsThatAreNoNamespace() {
	need_caller || return 0
	refused 'missing' 'open net .*/no/such/file.*ENOENT' --paths net:/no/such/file
	refused 'relative' 'open net .*no/such/file.*ENOENT' --paths net:no/such/file
	refused 'below a file' 'net .*ENOTDIR' --paths "net:$work/text/net"
	refused 'loop' 'net .*ELOOP' --paths "net:$work/loop"
	refused 'text' "net.*$work/text" --paths "net:$work/text"
	refused 'device' 'net.*/dev/null' --paths net:/dev/null
	refused 'directory' 'net.*/proc' --paths net:/proc
	refused 'FIFO' "net.*$work/fifo" --paths "net:$work/fifo"
	refused 'other kind' 'net.*/proc/self/ns/uts' --paths net:/proc/self/ns/uts
	for it in cgroup ipc mnt net pid time user; do
		refused "$it is no uts" "$it.*/proc/self/ns/uts" --paths $it:/proc/self/ns/uts
	done
	refused 'too long' 'ENAMETOOLONG' --paths "net:$(head -c 5000 /dev/zero | tr '\0' x)"
}

# Not even the first of two is joined when the second is not there.
testNothingIsJoinedIfOnePathIsWrong() {
	need_caller || return 0
	need strace || return 0
	with="strace -f -qq -o $work/trace -e trace=setns,unshare"
	refused 'second' '/no/such/file' --flags ipc --paths uts:/proc/self/ns/uts,net:/no/such/file
	assertEquals 'changes' '' "$(
		grep -e 'setns(' -e 'unshare(' "$work/trace" | grep -v 'unshare(CLONE_THREAD)')"
}

testFlagsThatAreNoKindOfNamespace() {
	need_caller || return 0
	for it in 1 17 0x100 0x200 0x10000 0x40 0x80000000 0x00800000 0x7c020100 0xffffffff; do
		refused "$it" 'message.*flags' --flags $it
	done
}

testWhatRootWithoutPrivilegesMayNot() {
	need_caller || return 0
	with='setpriv --bounding-set -sys_admin --inh-caps -sys_admin'
	for it in net uts ipc mnt pid cgroup; do
		refused "create $it" 'EPERM' --flags $it
		refused "join $it" 'EPERM' --paths $it:/proc/self/ns/$it
	done
}

testThreadThatIsAlreadyThereIsRefused() {
	need_caller || return 0
	build_hosts late
	need_host late || return 0
	cat >"$work/late" <<-END
		#!/bin/sh
		exec '$hosts/late' '$PRELOAD'
	END
	chmod 755 "$work/late"
	program=$work/late
	refused 'late' 'threads already'
}

# ---- calls that fail ----------------------------------------------------------------

# Whatever the kernel refuses in whichever stage.  The driver is traced as well, so
# these are calls that it does not make.
# fault_of refused|refused_inside FAULT OPTION...
fault_of() {
	how=$1
	with="setpriv --groups 5 strace -f -qq -o $work/trace -e trace=${2%%:*} -e inject=$2"
	fault=$2
	shift 2
	$how "$fault" . "$@"
}

id_maps='--uid-map 0\x20100000\x2010\n --gid-map 0\x20100000\x2010\n'

testEveryCallThatTheKernelRefuses() {
	need_caller || return 0
	need strace || return 0
	fault_of refused setns:error=EINVAL --paths uts:/proc/1/ns/uts
	# The first one only asks whether there are threads.
	fault_of refused unshare:error=ENOSPC:when=2 --flags net
	for it in setresuid:error=EAGAIN unshare:error=EUSERS:when=1+; do
		fault_of refused $it --flags user,net --setgroup 1 $id_maps
	done
	for it in setsid:error=EPERM setresgid:error=EPERM setgroups:error=EPERM; do
		fault_of refused_inside $it --flags user,net --setgroup 1 $id_maps
	done
}

# The driver makes these calls too, so only stage-0 is traced, by a tracer that is
# nobody's parent.
testEveryCallOfTheFirstStageThatTheKernelRefuses() {
	need_caller && need_host host-static || return 0
	need strace || return 0
	for it in socketpair:error=EMFILE:when=1 socketpair:error=EMFILE:when=2 \
		clone:error=EAGAIN read:error=EIO:when=1+ read:error=EIO:when=2+ \
		sendto:error=ENOMEM:when=1; do
		printf '#!/bin/sh\nexec strace -D -qq -o %s -e inject=%s %s "$@"\n' \
			"$work/trace" "$it" "$hosts/host-static" >"$work/traced"
		chmod 755 "$work/traced"
		program=$work/traced
		refused "$it" . --seconds 3 --flags user,net $id_maps
	done
}

# killed CALL STAGE WHAT OPTION...: that stage dies at that call
killed() {
	with="strace -f -qq -o $work/trace -e trace=$1 -e inject=$1:signal=KILL"
	call=$1
	shift
	bootstrap "$@"
	assertEquals "killed at $call" 'descriptors: same
left 0
log_eof yes
said_eof yes' "$(outcome | grep -v ^stage)"
	assertNotEquals "killed at $call: status" 0 "$(seen stage0)"
	assertEquals "killed at $call: the program ran" '' "$(head -n 1 "$work/host")"
}

testStageThatIsKilledTakesTheOthersAlong() {
	need_caller || return 0
	need strace || return 0
	killed setsid --flags net
	killed setns --paths uts:/proc/1/ns/uts
	for it in setsid setresuid setgroups; do
		killed $it --flags user,net --setgroup 1 $id_maps
	done
}

# ---- a target that ends -------------------------------------------------------------

# In a PID namespace of its own, where a PID can be had again: $0 is $work, then the
# driver and the host.  Stage-0 stands still when it has pinned the target.
recycle='
	begin() {
		unshare --net sleep 300 & it=$!
		for try in $(seq 250); do
			! grep -qsx sleep "/proc/$it/comm" || return 0
			sleep 0.02
		done
	}
	begin
	old=$it
	strace -f -qq -o "$0/recycle" -e inject=pidfd_open:signal=STOP:when=1 \
		"$1" --seconds 20 --paths net:/proc/$old/ns/net -- "$2" out=8 8>"$0/host" 9</proc &
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
	kill -KILL $it'

testRecycledPidIsNotJoined() {
	need_caller || return 0
	need strace || return 0
	[ -e /proc/sys/kernel/ns_last_pid ] || { skip 'this kernel does not let one choose a PID'; return 0; }
	rm -f "$work/host" "$work/recycle"
	unshare --pid --fork --mount-proc --kill-child \
		sh -c "$recycle" "$work" "$hosts/driver" "$hosts/host-runc" >"$work/seen" 2>&1
	assertNotContains 'the PID was had again' "$(cat "$work/seen")" 'not '
	assertContains "$(cat "$work/seen")" 'stage0 1'
	assertContains "$(seen log)" 'target process (PID'
	assertEquals 'the program ran' '' "$(head -n 1 "$work/host")"
}

testNoProcessIsLeft() {
	need_caller || return 0
	no_process_left "$our_mark"
}

. shunit2
