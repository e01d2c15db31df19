# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the tests of the runc protocol share.  Sourced after lib.sh and hosts-build.sh.
#
#	need_caller		skip without root, whom stage-2 becomes, or without the
#				driver and host-runc: need_caller || return 0
#	bootstrap OPTION...	one bootstrap of $program (host-runc) by the driver, whose
#				options are in tests/bootstrap/driver.c and message.h;
#				$with is a command that starts the driver, $host_args
#				are for the host
#	seen NAME		what the driver saw of it
#	found NAME		what the host found when its main began
#	assert_success [WHAT] [STATUS]
#				it did work, and the program ended with STATUS (0)
#	assert_failure WHAT [PATTERN]
#				it did not: nobody ran, nobody is left, and one line
#				says why, which matches the (extended) PATTERN
#	refused WHAT PATTERN OPTION...
#				both in one: a row of a table
#	refused_inside WHAT PATTERN OPTION...
#				the same for what stage-2 does, after the reply
#	paths_of PID KIND...	"KIND:/proc/PID/ns/KIND,...", as the protocol has it
#
# From lib.sh; some variables are for the tests; some are lists of words.
# shellcheck disable=SC2034,SC2154,SC2086

our_mark=nsx-bootstrap-$$

# Each test begins with these.
setUp() {
	program=$hosts/host-runc
	with=
	host_args=
}

need_caller() {
	need_root && need_host driver host-runc
}

bootstrap() {
	rm -f "$work/seen" "$work/host" "$work/err"
	timeout 60 $with "$hosts/driver" "$@" -- "$program" out=8 $host_args "$our_mark" \
		>"$work/seen" 2>"$work/err" 8>"$work/host" 9</proc </dev/null
	driver_status=$?
	[ ! -s "$work/err" ] || [ -n "${errors_expected-}" ] || cat "$work/err"
}

seen() {
	sed -n "s/^$1 //p" "$work/seen"
}

found() {
	sed -n "s/^$1 //p" "$work/host"
}

# All that the driver saw, but numbers that are never the same, and the log.
outcome() {
	sed -e '/^log /d' -e '/^reply /d' -e '/_pid /d' -e '/^unannounced /d' \
		-e 's/^descriptors \([0-9]*\) \1$/descriptors: same/' "$work/seen"
}

assert_success() {
	assertEquals "${1-bootstrap}: status of the driver" 0 "$driver_status"
	assertEquals "${1-bootstrap}
$(seen log | grep fatal)$(cat "$work/err")" "descriptors: same
left 0
log_eof yes
said main
said heard go
said_eof yes
stage0 0
stage1 0
stage2 ${2-0}" "$(outcome)"
	assertEquals "${1-bootstrap}: children that are not in the reply" 0 "$(seen unannounced)"
	assertEquals "${1-bootstrap}: our PID of the program" \
		"$(seen stage2_pid)" "$(found outer_pid)"
}

assert_failure() {
	assertEquals "$1: status of the driver" 0 "$driver_status"
	assertEquals "$1" "descriptors: same
left 0
log_eof yes
said_eof yes
stage0 1
${3-stage1 never
stage2 never}" "$(outcome)"
	assertEquals "$1: the program ran" '' "$(head -n 1 "$work/host")"
	fatal=$(seen log | grep '"level":"fatal"')
	assertEquals "$1: lines that say why:
$fatal" 1 "$(printf '%s\n' "$fatal" | grep -c .)"
	assertTrue "$1: a reason like '${2-.}', not:
$fatal" "$(printf '%s\n' "$fatal" | grep -Eq -e "${2-.}"; echo $?)"
}

refused() {
	what=$1
	pattern=$2
	shift 2
	bootstrap "$@"
	assert_failure "$what" "$pattern"
}

refused_inside() {
	what=$1
	pattern=$2
	shift 2
	bootstrap "$@"
	assert_failure "$what" "$pattern" 'stage1 0
stage2 1'
}

paths_of() {
	of=$1
	shift
	list=
	for kind in "$@"; do
		list=$list,$kind:/proc/$of/ns/$kind
	done
	echo "${list#,}"
}
