# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the comparisons with util-linux share.  Sourced after alone.sh and lib.sh.
#
#	peer=COMMAND		the command of util-linux, and the name of the list of
#				differences that are allowed: COMMAND.allowed
#	build_probe		compile the probe into $bin, which every user can reach
#	new_tree		make $tree, a root that holds nothing but the probe
#	new_caller NAME WORD...	a way to call both: behind these words
#	both_run CALLER TARGET	each line of standard input is a case, see below: both
#				must run the probe, and it must find the same
#	both_refuse CALLER TARGET
#				the same, but neither runs it
#	every_allowance_is_needed
#				fail for what is allowed, but no case needed
#
# TARGET is the name of a variable that holds a PID, or - for none.  A case is
#
#	WORDS OF PEER | WORDS OF NSEXEC
#
# or the words of both, if they are the same.  In them @T is the target's PID, @C
# that of the test, @W the scratch directory; a word holds no blanks.
#
# From lib.sh; some texts are expanded elsewhere, some are lists of words.
# shellcheck disable=SC2034,SC2154,SC2016,SC2086

bin=$work/probes
program=probe		# and its words
namesake=''		# ours under the name of the peer, which takes the peer's words
left_out=''		# some case could not be run
shared=$abs_testsdir/differential

build_probe() {
	mkdir -p "$bin" "$work/here"
	${CC:-cc} -std=gnu11 -O1 -static -o "$bin/probe" "$shared"/*.c || exit 1
	chmod -R a+rX "$bin" "$work/here"
	: >"$work/used"
	: >"$work/allowed"
	: >"$work/said"
	cp "$shared/$peer.allowed" "$work/allowed" || exit 1
}

new_tree() {
	tree=$work/tree
	mkdir -p "$tree/bin" "$tree/var/inside" "$tree/proc"
	cp "$bin/probe" "$tree/bin/"
	chmod -R a+rX "$tree"
}

# The same for all.
environment="PATH=$bin:/usr/sbin:/usr/bin:/sbin:/bin SHELL=$bin/probe PROBE_CALLER=$$
	EMPTY= LC_ALL=C HOME=/absent"

# probe_by CALLER COMMAND...: what the probe says when it is started so, in
# $work/said, with its status.  All have the same names for the same files.
probe_by() {
	eval "as=\$as_$1"
	shift
	# The shell has nothing to say about how it ended.
	{
		(cd "$work/here" && exec env -i $environment $as "$@" $program) \
			9</proc </dev/null >"$work/said" 2>"$work/complaint"
		status=$?
	} 2>/dev/null
	# How each tells that it has failed is its own affair.
	if [ ! -s "$work/said" ]; then
		case $status in
		0 | 126 | 127) ;;
		*) status=refused ;;
		esac
	fi
	echo "status $status" >>"$work/said"
}

as_root=''
new_caller() {
	it=$1
	shift
	eval "as_$it=\$*"
}

# ---- one case ----------------------------------------------------------------------

# Who and where the caller is, from its own mouth; asked once.
know_caller() {
	[ ! -e "$work/caller.$1" ] || return 0
	probe_by "$1"
	grep -q '^program:file ' "$work/said" ||
		fail "as $1: no program at all runs: $(cat "$work/complaint")"
	mv "$work/said" "$work/caller.$1"
}

know_target() {
	for kind in $kinds; do
		[ "$target" = none ] || echo "ns:$kind $(ns_of "$target" "$kind")"
	done >"$work/target"
}

ask_peer() {
	probe_by "$@"
	cp "$work/said" "$work/peer"
	mv "$work/complaint" "$work/peer.complaint"
}

ask_us() {
	probe_by "$@"
	mv "$work/said" "$work/ours"
}

complaints() {
	cat "$work/peer.complaint" "$work/complaint"
}

compare_run() {
	if ! awk -v "name=$name" -v "used=$work/used" -f "$shared/compare.awk" \
		part=caller "$work/caller.$1" part=target "$work/target" \
		part=allowed "$work/allowed" part=peer "$work/peer" part=ours "$work/ours"
	then
		fail "$name
$(diff -U 0 --label "$peer" --label nsexec "$work/peer.said" "$work/ours.said")
$(complaints)"
	fi
	grep -q '^program:file ' "$work/peer" "$work/ours" ||
		fail "$name: neither ran: $(complaints)"
}

compare_refuse() {
	assertEquals "$name: $(complaints)" \
		"$(grep '^status' "$work/peer")" "$(grep '^status' "$work/ours")"
	assertEquals "$name: the program ran" '' "$(cat "$work/peer" "$work/ours" | grep -v '^status')"
}

# ---- tables of cases ---------------------------------------------------------------

# filled TEXT: with what stands for the names that begin with @.
filled() {
	printf '%s\n' "$1" | sed "s,@T,$target,g; s,@C,$$,g; s,@W,$work,g"
}

# Is the peer the one whose differences we know, and is the target there?
comparable() {
	need_root || return
	case $("$peer" --version) in
	*' 2.38'*) ;;
	*) skip "not the $peer of util-linux 2.38"; return 1 ;;
	esac
	[ -n "$target" ] || { skip "no container $1 here"; return 1; }
}

# case_name CALLER TARGET WORDS
case_name() {
	if [ "$2" = - ]; then echo "as $1: $3"; else echo "as $1 in $2: $3"; fi
}

# each_case COMPARE CALLER TARGET
each_case() {
	if [ "$3" = - ]; then target=none; else eval "target=\$$3"; fi
	comparable "$3" || { left_out=yes; return 0; }
	know_caller "$2"
	know_target
	while read -r line; do
		case $line in
		*' -T'* | *--time*) [ -e /proc/self/ns/time ] || continue ;;
		esac
		name=$(case_name "$2" "$3" "${line#*| }")
		line=$(filled "$line")
		ask_peer "$2" "$peer" ${line%% | *}
		ask_us "$2" "$NSEXEC" ${line##* | }
		"$1" "$2"
		[ -n "$namesake" ] || continue
		name="under its name, $name"
		ask_us "$2" "$namesake" ${line%% | *}
		"$1" "$2"
	done
	return 0
}

both_run() {
	each_case compare_run "$@"
}

both_refuse() {
	each_case compare_refuse "$@"
}

every_allowance_is_needed() {
	[ -z "$left_out" ] || { skip 'not every case could be run'; return 0; }
	assertEquals 'allowed, but no case needs it' '' \
		"$(grep -v '^#' "$work/allowed" | grep . | grep -vxFf "$work/used")"
}
