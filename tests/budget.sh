#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What it costs, in numbers that do not depend on how fast a machine is, is what
# tests/budget/recorded says: no more, and not much less either, since a budget that is too
# loose guards nothing.
#
#	tests/budget.sh			compare
#	tests/budget.sh --record	print what is to be recorded ("./dev budget" does it all)
#
# From lib.sh.
# shellcheck disable=SC2154

recording=${1-}
set --
. "$(dirname "$0")/lib.sh"
. "$abs_testsdir/budget/doors.sh"

budget=$abs_testsdir/budget/recorded
programs=$abs_top_builddir/tests/budget
READELF=${READELF:-readelf}

measured=$work/measured # lines "KIND SUBJECT NUMBER"; a SUBJECT "@..." is not recorded
absent=$work/absent	# lines "KIND SUBJECT why it cannot be measured here"
: >"$measured"
: >"$absent"

note() { echo "$1 $2 $3" >>"$measured"; }
# number_of KIND SUBJECT: nothing where something went wrong, which has been told
number_of() { sed -n "s/^$1 $2 //p" "$measured"; }

# cannot WHY KIND SUBJECT...
cannot() {
	reason=$1
	kind=$2
	shift 2
	for subject in "$@"; do
		echo "$kind $subject $reason" >>"$absent"
	done
}

# ---- files ---------------------------------------------------------------------------

# mapped FILE TEST: bytes of its sections that are in memory and of a type that passes
mapped() {
	sum=0
	for it in $("$READELF" -SW "$1" | sed -n 's/^ *\[ *[0-9]*\] //p' |
		awk -v want="$2" '$7 ~ /A/ && ($2 == "NOBITS") == want { print $5 }')
	do
		sum=$((sum + 0x$it))
	done
	echo $sum
}

measure_files() {
	for it in "command $NSEXEC" "preload $PRELOAD" "init-object $INIT_O" "library $LIBNSEXEC"; do
		subject=${it%% *}
		file=${it#* }
		note bytes "$subject" "$(mapped "$file" 0)"
		note zeroed "$subject" "$(mapped "$file" 1)"
		[ "$subject" != init-object ] || continue
		note segments "$subject" "$("$READELF" -lW "$file" | grep -c '^ *LOAD ')"
		note relocations "$subject" "$("$READELF" -rW "$file" | grep -cE '^[0-9a-f]{8,} ')"
	done
}

# ---- rooms ---------------------------------------------------------------------------

measure_rooms() {
	if ! command -v valgrind >/dev/null; then
		cannot 'no valgrind here' instructions '*'
		return
	fi
	valgrind -q --tool=callgrind --callgrind-out-file="$work/rooms.out" \
		--toggle-collect='room_*' "$programs/rooms" 2>&1 || return 0
	callgrind_annotate --inclusive=yes --threshold=100 --auto=no "$work/rooms.out" | awk '
		match($0, /:room_[a-z_]+/) {
			room = substr($0, RSTART + 6, RLENGTH - 6)
			gsub("_", "-", room)
			gsub(",", "", $1)
			print "instructions " room " " $1
		}' >>"$measured"
}

# ---- what sizes and instructions depend on -------------------------------------------

# That of the files under test, whatever CC is now.
compiler() {
	"$READELF" -p .comment "$NSEXEC" | sed -n '
		s/.*GCC: (.*) \([0-9]*\)\..*/GCC \1/p
		s/.*clang version \([0-9]*\)\..*/clang \1/p' | sort -u | paste -sd + -
}

# flags PREFIX: of those that the builder has given, with those that begin so
flags() { sed -n 's/^CFLAGS = //p' "$abs_top_builddir/Makefile" | tr ' ' '\n' | grep "^$1"; }

# The last word is the builder's.
optimisation() { { echo -O2; flags -O; } | tail -n 1; }

libc() {
	case $("$READELF" -lW "$programs/count") in
	*ld-musl*) echo musl ;;
	*) getconf GNU_LIBC_VERSION ;;
	esac
}

built() { echo "$(compiler), $(uname -m), $(libc), $(optimisation)"; }
recorded_of() { sed -n 's/^built //p' "$budget"; }

# ---- comparing -----------------------------------------------------------------------

# complaints KIND SAME RECORDED ABSENT MEASURED: see compare.awk
complaints() {
	awk -v kind="$1" -v same="$2" -f "$abs_testsdir/budget/compare.awk" "$3" "$4" "$5" | sort
}

# calls_by_name: of who is complained about
calls_by_name() {
	sed 's/^calls \([^:]*\):.*/\1/' | while read -r door; do
		[ ! -e "$work/$door.trace" ] ||
			echo "$door: $(calls_in "$work/$door.trace" | awk '{ print $2 }' | sort |
				uniq -c | awk '{ printf "%s%s %s", comma, $1, $2; comma = ", " }')"
	done
}

# assert_within KIND
assert_within() {
	same=0
	[ "$(built)" != "$(recorded_of)" ] || same=1
	found=$(complaints "$1" $same "$budget" "$absent" "$measured")
	[ -z "$found" ] || fail "$(printf '\n%s\n' "$found"
		[ "$1" != calls ] || printf '%s\n' "$found" | calls_by_name
		cat "$work/problems"
		echo "If that is meant, \"./dev budget\" records what it is now; the commit says why.")"
	while read -r kind subject reason; do
		[ "$kind" != "$1" ] || { skip "$reason"; return; }
	done <"$absent"
}

# Skip what is of one level of optimisation alone.  Use: need_optimisation || return 0
need_optimisation() {
	wanted=$(recorded_of)
	[ "$(optimisation)" = "${wanted##*, }" ] ||
		{ skip "built with $(optimisation), not ${wanted##*, }"; return 1; }
}

# What could not be measured says so, and then it is missing.
measure() {
	sanitizers=$(flags -fsanitize=)
	if [ -n "$sanitizers" ]; then
		for kind in calls faults bytes zeroed segments relocations instructions; do
			cannot "built with $sanitizers" $kind '*'
		done
	else
		measure_doors
		measure_files
		measure_rooms
	fi
}

oneTimeSetUp() {
	measure >"$work/problems"
}

testDoorsMakeAsManySystemCallsAsRecorded() {
	assert_within calls
}

# What a kernel maps at once, and what it counts, may be other than where it was recorded.
testDoorsTakeNoMorePageFaultsThanRecorded() {
	pages=$(number_of faults pages)
	wanted=$(sed -n 's/^faults *pages *\([0-9]*\).*/\1/p' "$budget")
	if [ -n "$pages" ] && [ $(((pages - wanted) * (pages - wanted))) -gt 1 ]; then
		skip "page faults are counted otherwise here: $pages, not $wanted"
		return
	fi
	assert_within faults
}

testFilesAreNoLargerThanRecorded() {
	need_optimisation || return 0
	assert_within bytes
	assert_within zeroed
}

testFilesHaveNoMoreSegmentsAndRelocationsThanRecorded() {
	assert_within segments
	assert_within relocations
}

testRoomsTakeNoMoreInstructionsThanRecorded() {
	need_optimisation || return 0
	assert_within instructions
}

# said SAME KIND RECORDED MEASURED [ABSENT]
said() {
	echo "$2 $3" >"$work/said.recorded"
	echo "$2 $4" >"$work/said.measured"
	echo "$2 ${5-}" >"$work/said.absent"
	complaints "$2" "$1" "$work/said.recorded" "$work/said.absent" "$work/said.measured"
}

testWhatDiffersIsToldEitherWay() {
	assertEquals '' "$(said 1 calls 'a 24' 'a 24')"
	assertEquals 'calls a: 25, 1 more than the 24 recorded (+4.2 %)' \
		"$(said 1 calls 'a 24' 'a 25')"
	assertContains "$(said 1 calls 'a 24' 'a 23')" 'a: 23, 1 less than the 24 recorded'
	assertEquals '' "$(said 1 faults 'a 10' 'a 11')"
	assertContains "$(said 1 faults 'a 10' 'a 12')" '2 more'
	assertContains "$(said 1 faults 'a 10' 'a 7')" '3 less'
	assertEquals '' "$(said 1 bytes 'a 1000' 'a 1050')"
	assertContains "$(said 1 bytes 'a 1000' 'a 1051')" '51 more'
	assertContains "$(said 1 bytes 'a 1000' 'a 899')" '101 less'
	assertContains "$(said 1 relocations 'a 0' 'a 100')" '100 more than the 0 recorded'
}

testOtherBuildsMayDifferButNothingStaysNothing() {
	assertEquals '' "$(said 0 calls 'a 24' 'a 30')"
	assertEquals '' "$(said 0 bytes 'a 1000' 'a 500')"
	assertContains "$(said 0 calls 'a 24' 'a 31')" '7 more'
	assertContains "$(said 0 calls 'a 0' 'a 1')" '1 more than the 0 recorded'
	assertContains "$(said 0 relocations 'a 0' 'a 1')" '1 more'
}

testNothingIsLeftOut() {
	assertContains "$(said 1 calls 'a 24' '@base 3')" 'a: was not measured'
	assertContains "$(said 1 calls '@base 3' 'a 24')" 'a: 24, and nothing is recorded'
	assertEquals '' "$(said 1 calls 'a 24' '@base 3' 'a no strace here')"
	assertEquals '' "$(said 1 calls 'a 24' '@base 3' '* no strace here')"
}

if [ "$recording" = --record ]; then
	oneTimeSetUp
	if [ -s "$work/problems" ] || [ -s "$absent" ]; then
		cat "$work/problems" "$absent" >&2
		exit 1
	fi
	awk -v built="$(built)" -f "$abs_testsdir/budget/record.awk" "$measured" "$budget"
	exit
fi

. shunit2
