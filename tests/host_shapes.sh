#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# --host together with what says how a program runs, and by other doors: in front of a host
# program, and by libnsexec.
#
# From lib.sh and lib/guest.sh; expanded later; words.
# shellcheck disable=SC2154,SC2016,SC2086,SC2046

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"
. "$(dirname "$0")/lib/guest.sh"

sh=$(command -v dash || command -v sh)
grafts='--graft /etc/passwd:/new/passwd'
spawn=$work/spawn
old=$work/old

oneTimeSetUp() {
	build_hosts threads-glibc threads-musl java python
	guest_containers
	for it in spawn clone; do
		build_program $it || fail "$it.c does not compile"
	done
	${CC:-cc} -std=gnu11 -Wall -Wextra -O1 -D_GNU_SOURCE -o "$old" \
		"$abs_testsdir/lib/old.c" || fail 'old.c does not compile'
}

tearDown() {
	nothing_of_ours_is_left
}

each() {
	for which in plain userns rootless; do
		at $which || return 0
		state >"$work/before"
		"$@"
		unchanged_by "$1"
	done
}

says() {
	assertEquals "$container${2:+, $2}: $(cat "$err")" "$1" "$(cat "$out")"
	assertEquals "$container${2:+, $2}: status" 0 "$status"
}

user_of() {
	[ "$container" = plain ] || echo -U
}

# direct WORD...: without -t and -a
direct() {
	owner $marked "$NSEXEC" "$@" >"$out" 2>"$err" </dev/null
	status=$?
}

testStatusAndSignalsComeBack() {
	come_back() {
		for way in '' "$grafts" '--pty' '--fork'; do
			host $way -- "$sh" -c 'exit 42'
			assertEquals "$container, $way: $(cat "$err")" 42 "$status"
			host $way -- busybox sh -c 'exit 43'
			assertEquals "$container, $way: $(cat "$err")" 43 "$status"
			host $way -- "$sh" -c 'kill -TERM $$'
			assertEquals "$container, $way: $(cat "$err")" 143 "$status"
		done
	}
	each come_back
}

testTheReportTellsOfItsOwnMounts() {
	reports() {
		host --report-fd 3 -- "$sh" -c 'readlink /proc/self/ns/mnt; exit' 3>"$work/report"
		host --report-fd 3 -- "$(command -v readlink)" /proc/self/ns/mnt 3>"$work/report"
		inode=$(sed 's/.*"mnt":\([0-9]*\).*/\1/' "$work/report")
		says "mnt:[$inode]"
		assertNotEquals "$container" "$(ns_of "$target" mnt)" "$inode"
		pid=$(ns_of "$target" pid)
		assertContains "$container" "$(cat "$work/report")" "\"pid\":$pid"
	}
	each reports
}

testDetached() {
	detached() {
		rm -f "$work/fifo"
		mkfifo -m 666 "$work/fifo"
		owner $marked "$NSEXEC" -t "$target" -a --host $grafts --detach --report-fd 3 -- \
			"$sh" -c 'read -r a </new/passwd; echo $a' \
			>"$work/fifo" 2>"$err" 3>"$work/report" </dev/null &
		detaching=$!
		cat "$work/fifo" >"$out"
		ends "$detaching"
		says "$(head -n 1 /etc/passwd)"
		assertContains "$container" "$(cat "$work/report")" '{"pid":'
	}
	each detached
}

testWithATerminal() {
	terminal() {
		host $grafts --pty -- "$sh" -c '[ -t 0 ] && [ -t 1 ] && exit 42'
		assertEquals "$container: $(cat "$err")" 42 "$status"
	}
	each terminal
}

testTheWorkingDirectory() {
	mkdir "$work/wd"
	echo out here >"$work/wd/file"
	directories() {
		host $grafts -W /new -- cat passwd
		says "$(cat /etc/passwd)" -W
		host $grafts -- cat new/passwd
		says "$(cat /etc/passwd)" 'without'
		host $grafts -W / -- "$(command -v pwd)"
		says / '-W /'
		host $grafts -w"$work/wd" -- cat file
		says 'out here' -w
		host $grafts -W /missing -- cat passwd
		assertEquals "$container" 125 "$status"
	}
	each directories
}

testWhoItIs() {
	at plain || return 0
	host $grafts -S 17 -G 18 -- id -u
	says 17
	host -S 17 -G 18 -- id -g
	says 18
	host --as-target $grafts -- id -u
	says 0
	at userns || return 0
	host --as-target $grafts -- id -u
	says 0
	host -S 17 -G 18 $grafts -- id -u
	says 17
	host --caps none --no-new-privs $grafts -- grep -e CapEff -e NoNewPrivs /proc/self/status
	says 'CapEff:	0000000000000000
NoNewPrivs:	1'
}

testTheEnvironmentIsTheTargets() {
	environment() {
		host -e --env A=1 $grafts -- env
		assertEquals "$container: $(cat "$err")" 0 "$status"
		assertContains "$container" "$(cat "$out")" 'A=1'
		assertNotContains "$container" "$(cat "$out")" 'HOST_MARK='
	}
	each environment
}

testAnInitInFrontOfIt() {
	init() {
		direct -t "$target" -m -u -i -n $(user_of) --unshare=pid --init --host $grafts -- \
			"$sh" -c 'echo $$; exit 42'
		assertEquals "$container: $(cat "$err")" '2 42' "$(cat "$out") $status"
		direct -t "$target" -m -u -i -n $(user_of) --unshare=pid --fork --host $grafts -- \
			"$sh" -c 'echo $$; exit 42'
		assertEquals "$container: $(cat "$err")" '1 42' "$(cat "$out") $status"
	}
	each init
}

testOnlyTheChildrenAreInside() {
	children() {
		host -F -- "$sh" -c '/busybox sh -c "echo \$\$"'
		assertEquals "$container: $(cat "$err")" 0 "$status"
	}
	each children
}

testTheKernelIsTooOld() {
	for call in open_tree mount_setattr; do
		for which in plain rootless; do
			at $which || return 0
			state >"$work/before"
			owner $marked "$old" "$call" "$NSEXEC" -t "$target" -a --host -- "$sh" -c : \
				>"$out" 2>"$err"
			assertEquals "$which" 125 $?
			assertContains "$which" "$(cat "$err")" 'ENOSYS'
			assertContains "$which" "$(cat "$err")" 'since Linux 5.12'
			owner $marked "$old" "$call" "$NSEXEC" -t "$target" -a --host -- \
				busybox echo static >"$out" 2>"$err"
			assertEquals "$which: $(cat "$err")" static "$(cat "$out")"
			unchanged_by "$call"
		done
	done
}

# ---- other doors ---------------------------------------------------------------------

# A host that goes on where none of its files are.
testHostsThatGoOn() {
	for which in plain userns; do
		at "$which" || return 0
		state >"$work/before"
		for it in threads-glibc threads-musl java python; do
			need_host "$it" || continue
			$marked NSEXEC="-t $target -a --host --graft $hosts" LD_PRELOAD="$PRELOAD" \
				$(host_words "$it") one two >"$out" 2>"$err" </dev/null
			assertEquals "$it, $which: $(cat "$err")" 0 $?
			assert_same_namespaces "$out" "$target" $(echo "$kinds" | sed 's/mnt//')
			assertContains "$it, $which" "$(cat "$out")" 'hostname nsx-bare'
		done
		unchanged_by 'a host'
	done
}

testAHostThatGivesWayToAProgram() {
	gives_way() {
		owner $marked NSEXEC="-t $target -a --host $grafts -- $sh -c 'read -r a </new/passwd; echo \$a'" \
			LD_PRELOAD="$PRELOAD" /bin/true >"$out" 2>"$err" </dev/null
		status=$?
		says "$(head -n 1 /etc/passwd)"
	}
	each gives_way
}

testByTheLibrary() {
	library() {
		for in in '' '@session'; do
			for run in '' '@run'; do
				owner $marked "$spawn" $in $run -t "$target" -a --host $grafts -- \
					"$sh" -c 'read -r a </new/passwd; [ "$a" ] && exit 42' \
					>"$out" 2>"$err" </dev/null
				assertEquals "$container $in $run" 'exited 42' \
					"$(grep -e '^exited' -e '^error' -e '^wrong' -e '^changed' "$out")"
			done
		done
		owner $marked "$spawn" -t "$target" -a --host $grafts -- ./nonexistent >"$out" 2>"$err"
		assertContains "$(cat "$out")" 'error exec ENOENT ./nonexistent'
		owner $marked "$spawn" -t "$target" -a --host --graft /missing -- true >"$out" 2>"$err"
		assertContains "$(cat "$out")" 'error graft ENOENT /missing (out here)'
	}
	each library
}

. shunit2
