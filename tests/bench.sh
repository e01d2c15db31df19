#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The benchmark works: everybody who takes part is measured, who does not is named, and what
# it writes can be read.  How fast anything is, is not looked at.
#
# From lib.sh, and variables of jq:
# shellcheck disable=SC2154,SC2016

. "$(dirname "$0")/lib.sh"

programs=$abs_top_builddir/bench
bench=$abs_top_srcdir/bench

oneTimeSetUp() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$abs_top_builddir" bench-programs \
		>"$work/make" 2>&1 || { cat "$work/make"; fail 'bench-programs are not built'; }
}

# commands WORD...: a race of a few rounds
commands() {
	"$programs/commands" -n 4 -o "$work/race.json" race "$@" >"$work/out" 2>"$work/err"
}

# query EXPRESSION FILE
query() {
	jq -r "$1" "$2"
}

testEachContestantRunsInEachRound() {
	need jq || return 0
	commands first /bin/sh -c "echo first >>$work/turns" ';' \
		second A=b /bin/sh -c "echo second\$A >>$work/turns" ';' \
		rare@2 /bin/sh -c "echo rare >>$work/turns" ';'
	assertEquals 'status' 0 $?
	assertEquals 'first 4,second 4,rare 2' \
		"$(query '[.contestants[] | "\(.name) \(.runs)"] | join(",")' "$work/race.json")"
	# 4 to warm up, 4 to measure, 3 to count; of the rare one 1, 2 and 1
	assertEquals '11 11 4' "$(for it in first secondb rare; do
		grep -cx $it "$work/turns"; done | paste -sd ' ' -)"
	assertEquals 'not always in the same order' 2 \
		"$(grep -v rare "$work/turns" | head -n 16 | paste - - | sort -u | wc -l)"
}

testFiguresFitTogether() {
	need jq || return 0
	commands first "$programs/nothing" ';' second /bin/sh -c : ';'
	assertEquals true "$(query '[.contestants[] | .min_us > 0 and .min_us <= .median_us and
		.median_us <= .p95_us and .cpu_us > 0 and .minor_faults > 0] | all' \
		"$work/race.json")"
	assertEquals 'the first is what others are compared with' 1 \
		"$(query '.contestants[0].ratio' "$work/race.json")"
	assertEquals true "$(query '.contestants[1] as $s | .contestants[0] as $f |
		($s.ratio - $s.median_us / $f.median_us | fabs) < 0.01' "$work/race.json")"
}

testSystemCallsAreThoseOfTheProgramsAlone() {
	need jq || return 0
	need_root || return 0
	[ -r /sys/kernel/tracing/events/raw_syscalls/sys_enter/id ] ||
		{ skip 'no tracepoints here'; return 0; }
	commands nothing "$programs/nothing" ';'
	assertEquals 'exit_group' 1 "$(query '.contestants[0].syscalls' "$work/race.json")"
}

testWhoFailsEndsItWithHisName() {
	commands good "$programs/nothing" ';' bad /bin/sh -c 'exit 3' ';'
	assertEquals 'status' 1 $?
	assertContains "$(cat "$work/err")" 'bad: /bin/sh has failed'
}

testManyAtOnceAreCountedOneByOne() {
	need jq || return 0
	"$programs/commands" -n 1 -p 4 -o "$work/race.json" race \
		it /bin/sh -c "echo run >>$work/many" ';' >"$work/out"
	assertEquals 'warm up, and measure' 256 "$(grep -c run "$work/many")"
	assertEquals true "$(query '.contestants[0] |
		(.per_second * .median_us / 1e6 - 1 | fabs) < 0.01' "$work/race.json")"
}

# wrong WORD...: what is said of them before anything runs
wrong() {
	"$bench/run" "$@" >"$work/out" 2>"$work/err"
	assertEquals "status of $*" 2 $?
	assertEquals "$*" '' "$(cat "$work/out")"
	sed 's/^bench.run: //' "$work/err"
}

testWhatCannotBeDoneIsToldBeforeAnythingRuns() {
	: >"$work/file"
	assertEquals "nothing can be written to $work/file/out" \
		"$(wrong -n 1 -o "$work/file/out" inert)"
	assertEquals 'no such case: eleven (see --list)' "$(wrong -n 1 inert eleven)"
	for it in 0 x 99999999999999999999; do
		assertEquals "not a number for -n: $it" "$(wrong -n "$it" inert)"
	done
}

# What takes root is named, and all else is run.
testOrdinaryUserHasWhatNeedsNoRoot() {
	need jq || return 0
	"$NSEXEC" --unshare=user --map-user=1000 --map-group=1000 -- \
		"$bench/run" --quick -o "$work/user" join6 create6 inert >"$work/out" 2>&1
	assertEquals "$(cat "$work/out")" 0 $?
	assertContains "$(cat "$work/out")" 'create6: create6 does not take part: needs root'
	assertEquals 'join6 create6, inert' "$(query '([.missing[].name] | join(" ")) + ", " +
		([.cases[].case] | join(" "))' "$work/user/bench.json")"
}

# Without bwrap, of which one case would have liked to say something.
testQuickRunWritesEverythingAndNamesWhoIsMissing() {
	need jq python3 || return 0
	need_root || return 0
	mkdir "$work/tools"
	find /usr/sbin /usr/bin -mindepth 1 ! -name bwrap ! -name node -exec ln -sf -t "$work/tools" {} +
	PATH=$work/tools "$bench/run" --quick -o "$work/quick" \
		one create7 preload_node inert waiter >"$work/out" 2>&1
	assertEquals "status: $(tail -n 3 "$work/out")" 0 $?
	assertContains "$(cat "$work/out")" 'create7: bwrap does not take part: no bwrap here'
	assertContains "$(cat "$work/out")" \
		'preload_node: preload_node does not take part: no node here'
	json=$work/quick/bench.json
	assertEquals 'create7 bwrap no bwrap here' \
		"$(query '.missing[] | select(.case == "create7") | "\(.case) \(.name) \(.why)"' \
			"$json")"
	assertEquals 'one create7 inert waiter' \
		"$(query '[.cases[].case] | join(" ")' "$json")"
	assertEquals 'each has samples' true "$(query '[.cases[].contestants[] |
		.runs > 0 or .private_kib > 0] | all' "$json")"
	assertEquals "$(uname -sr)" "$(query .machine.kernel "$json")"
	for it in one create7 inert waiter; do
		python3 -c 'import sys, xml.dom.minidom as xml; xml.parse(sys.argv[1])' \
			"$work/quick/$it.svg"
		assertEquals "$it.svg" 0 $?
	done
}

testRunFailsWithTheNameOfWhoFails() {
	need_root || return 0
	NSEXEC=/bin/false "$bench/run" --quick -o "$work/failed" one >"$work/out" 2>&1
	assertNotEquals 'status' 0 $?
	assertContains "$(cat "$work/out")" 'nsexec: /bin/false has failed'
	assertFalse 'nothing is written' "[ -e '$work/failed/bench.json' ]"
}

# A container is more than its processes: one of LXC's has cgroups.
testNothingIsLeftOfContainers() {
	need_root || return 0
	"$bench/run" --quick -o "$work/left" join6 >"$work/out" 2>&1 &
	pid=$!
	wait $pid
	assertEquals "$(tail -n 3 "$work/out")" 0 $?
	assertEquals 'cgroups' '' "$(find /sys/fs/cgroup -name "*nsx-test-$pid-*" 2>/dev/null)"
}

# ---- what is made of it --------------------------------------------------------

# made NSEXEC FLOOR: a bench.json with these medians
made() {
	cat <<-END
	{"missing": [
	],
	"cases": [
	{"case": "join6", "title": "a < b & c", "core": null, "rounds": 1, "contestants": [
	{"name": "floor", "runs": 1, "median_us": $2, "ratio": 1.000},
	{"name": "nsexec", "runs": 1, "median_us": $1, "ratio": 1.250}
	]}
	,
	{"case": "many-1", "title": "many", "core": null, "rounds": 1, "contestants": [
	{"name": "floor", "runs": 1, "median_us": 100, "ratio": 1.000, "per_second": 10000}
	]}
	,
	{"case": "many-2", "title": "many", "core": null, "rounds": 1, "contestants": [
	{"name": "floor", "runs": 1, "median_us": 50, "ratio": 1.000, "per_second": 20000}
	]}
	,
	{"case": "graft", "title": "grafts", "core": null, "rounds": 1, "contestants": [
	{"name": "of the target", "runs": 1, "median_us": 500, "ratio": 1.000},
	{"name": "three grafts", "runs": 1, "median_us": 1250, "ratio": 2.500}
	]}
	]}
	END
}

testFiguresSayWhatIsReached() {
	made 125 100 >"$work/made.json"
	assertContains "$("$bench/figures" "$work/made.json" | tr -s ' ')" \
		'join six: of the floor 1.250 1.250 ok'
	assertContains "$("$bench/figures" "$work/made.json" | tr -s ' ')" \
		'three grafts: more than none 1.00 ms 0.75 ms ok'
	made 126 100 >"$work/made.json"
	assertContains "$("$bench/figures" "$work/made.json" | tr -s ' ')" \
		'join six: of the floor 1.250 1.260 OVER'
	assertContains "$("$bench/figures" "$work/made.json" | tr -s ' ')" \
		'join six: of runc exec 0.017 - not measured'
}

testPicturesKeepTextAsText() {
	need python3 || return 0
	made 125 100 >"$work/made.json"
	mkdir "$work/drawn"
	"$bench/draw" "$work/made.json" "$work/drawn"
	assertEquals 'graft.svg join6.svg many.svg' "$(cd "$work/drawn" && echo *)"
	for it in join6 many; do
		python3 -c '
import sys, xml.dom.minidom as xml
print("|".join(t.firstChild.data for t in xml.parse(sys.argv[1]).getElementsByTagName("text")))
' "$work/drawn/$it.svg" >"$work/$it.text"
	done
	assertEquals 'a < b & c|floor|100 µs|nsexec|125 µs, 1.25 ×' "$(cat "$work/join6.text")"
	assertContains "$(cat "$work/many.text")" 'programs a second'
}

. shunit2
