#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The Go package: its own tests in every way in which programs are built, what its users
# do with it, and the agent of examples/go-agent.
#
# From lib.sh and caller.sh; some texts are expanded later or elsewhere, some are none,
# and some functions need no arguments.
# shellcheck disable=SC2154,SC2016,SC2086,SC2119

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts-build.sh"
. "$(dirname "$0")/caller.sh"

# ---- the go tool -------------------------------------------------------------

# The newest one that is here, and the oldest one that we support.
newest=
for it in /usr/local/go/bin/go "$(command -v go)" /usr/lib/go/bin/go; do
	[ -n "$newest" ] || [ ! -x "$it" ] || newest=$it
done
oldest=/usr/lib/go-1.19/bin/go

# Nothing comes from the network, and this is the compiler that the rest is built with.
CGO_ENABLED=1
GO111MODULE=on
GOFLAGS='-mod=readonly -buildvcs=false'
GOPROXY=off
GOTOOLCHAIN=local
NSEXEC_COMMAND=$NSEXEC
export CGO_ENABLED GO111MODULE GOFLAGS GOPROXY GOTOOLCHAIN NSEXEC_COMMAND
[ -z "${CC:-}" ] || export CC
[ -n "${HOME:-}" ] || export GOCACHE="${GOCACHE:-$abs_top_builddir/go-cache}"

# Skip without any Go.  Use: need_go || return 0
need_go() {
	[ -n "$newest" ] || { skip 'no go here'; return 1; }
}

need_oldest() {
	[ -x "$oldest" ] || { skip 'no Go 1.19 here'; return 1; }
}

in_source() (cd "$abs_top_srcdir" && "$@")

# go_test GO [ARG]...: the tests of the package; one that is skipped there is one here.
go_test() {
	go=$1
	shift
	out=$(in_source "$go" test -count=1 -timeout 400s -v "$@" ./nsexec 2>&1)
	status=$?
	assertEquals "$(printf '%s\n' "$out" | grep -v '^=== ' | tail -n 60)" 0 $status
	assertContains "$out" 'PASS: TestSelfGoesOnInAllKinds'
	skipped=$(printf '%s\n' "$out" | grep -B1 -e '--- SKIP' | tr '\n' ' ')
	[ -z "$skipped" ] || skip "of the Go tests: $skipped"
}

# quickly COMMAND...: in half of the time.  How C is compiled for those who say nothing, the
# others show.
quickly() {
	export CGO_CFLAGS=-O1
	"$@"
	set -- $?
	unset CGO_CFLAGS
	return "$1"
}

# ---- the package -------------------------------------------------------------

testGoFilesAreLaidOutByGofmt() {
	need_go || return 0
	assertNull "$(in_source "${newest}fmt" -l nsexec shim internal examples tests/hosts demo)"
}

testVetFindsNothing() {
	need_go || return 0
	out=$(in_source "$newest" vet ./... 2>&1)
	assertEquals "$out" 0 $?
}

testPackagePassesItsTests() {
	need_go || return 0
	go_test "$newest"
}

testPackagePassesItsTestsWithTheOldestGo() {
	need_oldest || return 0
	out=$(in_source "$oldest" vet ./... 2>&1)
	assertEquals "$out" 0 $?
	go_test "$oldest"
}

testPackagePassesItsTestsUnderTheRaceDetector() {
	need_go || return 0
	quickly go_test "$newest" -race
}

testPackagePassesItsTestsInAPositionIndependentProgram() {
	need_go || return 0
	quickly go_test "$newest" -buildmode=pie
}

static='-linkmode external -extldflags -static'

testPackagePassesItsTestsInAStaticProgram() {
	need_go || return 0
	go_test "$newest" -ldflags "$static"
}

testPackagePassesItsTestsInAStaticProgramWithMusl() {
	need_go || return 0
	need musl-gcc || return 0
	usual=${CC:-}
	CC=musl-gcc
	export CC
	# In musl's setuid() of all threads a Go program now and then jumps to address 0, one
	# in twelve of this one here, also where nsexec is no part of it.
	export SURVIVE_WITHOUT=setuid-every-thread
	quickly go_test "$newest" -ldflags "$static"
	unset SURVIVE_WITHOUT
	if [ -n "$usual" ]; then CC=$usual; else unset CC; fi
}

# ---- its users ---------------------------------------------------------------

# consumer DIR: a module that uses the package from a copy of this one, in DIR.nsexec.
consumer() {
	mkdir -p "$1" "$1.nsexec"
	(cd "$abs_top_srcdir" && cp -R go.mod nsexec shim "$1.nsexec/")
	chmod -R u+w "$1.nsexec"
	cat >"$1/go.mod" <<-END
	module consumer

	go 1.19

	require nsexec.dev v0.0.0

	replace nsexec.dev => $1.nsexec
	END
	cat >"$1/main.go" <<-'END'
	package main

	import (
		"fmt"
		"os"
		"strconv"

		"nsexec.dev/nsexec"
	)

	func main() {
		if len(os.Args) == 1 {
			name, _ := os.Hostname()
			fmt.Println("in", name)
			return
		}
		pid, _ := strconv.Atoi(os.Args[1])
		cmd := nsexec.Self(nsexec.Target{PID: pid, Kinds: nsexec.All})
		cmd.Stdout = os.Stdout
		if err := cmd.Run(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	END
}

# A static program goes on where the container has nothing but busybox.
testConsumerBuildsFromItsVendorDirectoryAndRunsInABareContainer() {
	need_go || return 0
	container_runc busybox || { skip "$why"; return 0; }
	for go in "$newest" "$oldest"; do
		[ -x "$go" ] || continue
		rm -rf "$work/vendoring" "$work/vendoring.nsexec"
		consumer "$work/vendoring"
		out=$(cd "$work/vendoring" && "$go" mod vendor 2>&1 &&
			rm -rf "$work/vendoring.nsexec" &&
			quickly "$go" build -mod=vendor -o dynamic . 2>&1 &&
			quickly "$go" build -mod=vendor -ldflags "$static" -o static . 2>&1)
		assertEquals "$out" 0 $?
		for how in dynamic static; do
			assertEquals "$how" 'in nsx-runc' "$("$work/vendoring/$how" "$target" 2>&1)"
		done
	done
}

testChangeOfTheConstructorIsSeenByTheBuildCache() {
	need_go || return 0
	consumer "$work/cached"
	out=$(cd "$work/cached" && quickly "$newest" build -o it . 2>&1)
	assertEquals "$out" 0 $?
	echo '#error changed' >>"$work/cached.nsexec/shim/gate.h"
	out=$(cd "$work/cached" && quickly "$newest" build -o it . 2>&1)
	assertNotEquals 'built from what it was before' 0 $?
	assertContains "$out" 'changed'
}

testProgramWithoutCgoRefusesInsteadOfRunningInTheWrongPlace() {
	need_go || return 0
	consumer "$work/without"
	out=$(cd "$work/without" && CGO_ENABLED=0 "$newest" build -o it . 2>&1)
	assertEquals "$out" 0 $?
	assertContains "$("$work/without/it" $$)" 'built without cgo'
	assertContains "$("$work/without/it")" 'in '
	out=$(NSEXEC="-t $$ -n" "$work/without/it" 2>&1)
	assertEquals 125 $?
	assertContains "$out" 'nsexec: gate: a program that was built without cgo'
	assertNotContains "$out" 'in '
}

testReleaseHasAllThatThePackageNeeds() {
	need_go || return 0
	out=$(unset MAKEFLAGS MFLAGS MAKELEVEL &&
		make -C "$abs_top_builddir" distdir distdir="$work/dist" 2>&1)
	assertEquals "$out" 0 $?
	out=$(cd "$work/dist" && quickly "$newest" vet ./... 2>&1 &&
		quickly "$newest" test -count=1 -run 'Example|Option' ./... 2>&1)
	assertEquals "$out" 0 $?
}

# ---- programs that carry runc's function -----------------------------------------

# survives WHAT OPTION...: the Go program is whole after a bootstrap, and when it
# panics it does that as ever.
survives() {
	what=$1
	shift
	for word in '' panic; do
		timeout 60 "$hosts/driver" "$@" -- "$work/survive" $word \
			>"$work/seen" 2>"$work/err" </dev/null
		if [ "$word" = panic ]; then
			assertContains "$what" "$(cat "$work/seen")" 'stage2 2'
			assertContains "$what" "$(cat "$work/err")" 'survive.Panic'
		else
			assertContains "$what" "$(cat "$work/seen")" 'ok setuid-every-thread'
			assertContains "$what" "$(cat "$work/seen")" 'stage2 0'
			assertNotContains "$what" "$(cat "$work/seen" "$work/err")" 'not ok'
		fi
	done
}

testGoProgramWithRuncsFunctionIsWholeAfterABootstrap() {
	need_go && need_root || return 0
	build_hosts driver host-runc
	need_caller || return 0
	out=$(in_source env CGO_LDFLAGS="$abs_top_builddir/nsexec/libnsexec-runc.a" \
		"$newest" build -o "$work/survive" tests/hosts/survive.go 2>&1)
	assertEquals "$out" 0 $?
	assertContains "$("$work/survive" 2>&1)" 'ok setuid-every-thread'
	survives 'created' --flags pid,mnt,net,uts,ipc
	container_userns || { skip "$why"; return 0; }
	survives 'joined' --paths "$(paths_of "$target" user mnt pid net)"
}

# ---- the agent ---------------------------------------------------------------

build_agent() {
	[ ! -x "$work/go-agent" ] || return 0
	out=$(in_source "$newest" build -o "$work/go-agent" ./examples/go-agent 2>&1)
	assertEquals "$out" 0 $?
}

# furnish PID N: an address, mounts and processes by which the container is known.
furnish() {
	"$NSEXEC" -t "$1" -n -- ip address add "192.0.2.$2/32" dev lo || return
	for it in $(seq "$2"); do
		"$NSEXEC" -t "$1" -m -- mount -t tmpfs none /mnt || return
		"$NSEXEC" -t "$1" -a -- sh -c 'exec sleep 300 >/dev/null 2>&1 &' || return
	done
}

# facts PID: what the agent has to print, as found out without it; its other looks at
# the same time may be counted among the processes.
facts() {
	mounts=$("$NSEXEC" -t "$1" -m -p -- sh -c 'wc -l </proc/self/mountinfo')
	processes=$("$NSEXEC" -t "$1" -a -- sh -c 'set -- /proc/[0-9]*; echo $(($# - 1))')
	printf '{"pid":%s,"facts":{"addresses":["lo 192.0.2.%s/32"],"mounts":%s,"processes":%s}}\n' \
		"$1" "$2" "$mounts" "$processes"
}

make_three() {
	pids=
	for n in 1 2 3; do
		container_plain || return
		furnish "$target" $n || { why='cannot furnish it'; return 1; }
		pids="$pids $target"
	done
}

testAgentFindsInEachContainerWhatIsInThere() {
	need_go || return 0
	need ip || return 0
	build_agent
	make_three || { skip "$why"; return 0; }
	n=0
	for pid in $pids; do
		n=$((n + 1))
		facts "$pid" $n
	done | sort >"$work/wanted"
	# shellcheck disable=SC2086 # a list
	"$work/go-agent" -every 20ms -rounds 10 $pids >"$work/lines" 2>"$work/complaints"
	assertEquals 'status' 0 $?
	assertNull "$(cat "$work/complaints")"
	assertEquals 'lines' 30 "$(wc -l <"$work/lines")"
	assertEquals "$(cat "$work/wanted")" "$(sort -u "$work/lines")"
}

testAgentSaysWhyAContainerCannotBeLookedInto() {
	need_go || return 0
	build_agent
	assertEquals '{"pid":1073741824,"error":"nsexec: target process (PID 1073741824): no such process"}' \
		"$("$work/go-agent" -rounds 1 1073741824)"
}

testAgentLeavesNothingWhenItIsEnded() {
	need_go || return 0
	container_plain || { skip "$why"; return 0; }
	build_agent
	cp "$work/go-agent" "$work/go-agent-$$" # a name by which its processes are found
	: >"$work/ended"
	"$work/go-agent-$$" -every 1ms "$target" "$target" "$target" >"$work/ended" &
	agent=$!
	remember $agent
	wait_for '[ "$(wc -l <"$work/ended")" -gt 20 ]'
	kill -TERM $agent
	wait $agent
	assertEquals 'status' 0 $?
	assertNotContains "$(cat "$work/ended")" error
	no_process_left "go-agent-$$"
	assertEquals 'no line is cut short' '{"pid"' "$(cut -d: -f1 "$work/ended" | sort -u)"
}

. shunit2
