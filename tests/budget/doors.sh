# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# The doors of tests/budget.sh, which sources this: system calls and page faults of each way
# into a container.
#
#	measure_doors	note them, or why they cannot be measured; what goes wrong is printed
#
# From lib.sh and budget.sh; some texts are lists of words.
# shellcheck disable=SC2154,SC2086

# Both are the fewest of some runs: an interrupted call may begin again, and who uses the
# page cache besides us may cost a fault.
CALL_RUNS=3
FAULT_RUNS=30

# The first of two lines of one that another process interrupted; $unseen are not counted.
unseen=none
calls_in() { sed -n 's/^\([0-9 ]*\)\([a-z0-9_]*\)(.*/\1 \2/p' "$1" | grep -vE " ($unseen)\$"; }

# count_calls SUBJECT COUNT-OPTION... COMMAND...: the best run is in $work/SUBJECT.trace.
count_calls() {
	subject=$1
	shift
	calls=
	for _ in $(seq $CALL_RUNS); do
		"$programs/count" -o trace "$@" >/dev/null || return
		n=$(calls_in trace | wc -l)
		if [ -z "$calls" ] || [ "$n" -lt "$calls" ]; then
			calls=$n
			mv trace "$subject.trace"
		fi
	done
}

# took SUBJECT COUNT-OPTION... COMMAND...: what that takes beyond what $base took
base=
took() (
	cd "$work" || exit
	about=$1
	base_calls=$(number_of calls "@$base")
	base_faults=$(number_of faults "@$base")
	if count_calls "$@" 2>err && shift &&
		faults=$("$programs/count" -n $FAULT_RUNS "$@" 2>err) && [ -n "$base_faults" ]
	then
		note calls "$about" $((calls - base_calls))
		note faults "$about" $((faults - base_faults))
	else
		echo "$about: $(cat err)"
	fi
)

# cannot_open WHY DOOR...
cannot_open() {
	why=$1
	shift
	cannot "$why" calls "$@"
	cannot "$why" faults "$@"
}

six='-m -u -i -n -p -C'
six_new=mnt,uts,ipc,net,pid,cgroup

doors_of_the_command() {
	took join-one ./nsexec -t "$in_plain" -n -- "$work/nothing"
	took join-six ./nsexec -t "$in_plain" $six -- "$work/nothing"
	took join-all ./nsexec -t "$in_plain" -a -- "$work/nothing"
	took join-seven ./nsexec -t "$in_userns" $six -U -- "$work/nothing"
	took join-detached ./nsexec -t "$in_plain" $six --detach -- "$work/nothing"
	took join-host ./nsexec -t "$in_plain" $six --host -- "$work/nothing"
	took join-graft ./nsexec -t "$in_plain" $six --graft=/etc/passwd:/etc/hostname -- "$work/nothing"
	took create-six ./nsexec --unshare=$six_new -- "$work/nothing"
	took create-seven ./nsexec --unshare=user,$six_new --map-root-user -- "$work/nothing"
}

# inert [SUFFIX]: preloaded, and nothing is asked.  How many pieces of an object a loader
# maps is not a call of ours: it is among the segments.
inert() {
	unseen='mmap|mprotect'
	took "@empty${1-}" -e LD_PRELOAD=./empty.so "./host${1-}"
	base=empty${1-}
	took "preload-inert${1-}" -e LD_PRELOAD=./preload.so "./host${1-}"
	unseen=none
	base=
	it=$work/preload-inert${1-}.trace
	[ ! -e "$it" ] || grep -q '"./preload.so"' "$it" || echo "$it: it was not loaded"
}

six_paths() {
	for it in ipc uts net pid mnt cgroup; do
		printf '%s:/proc/%s/ns/%s,' $it "$1" $it
	done | sed 's/,$//'
}

# The numbers of processes are in the order in which these were made; the first has loaded
# the host, which the last goes on with.
stages_of_runc() {
	[ -e "$work/runc-six.trace" ] || return
	calls_in "$work/runc-six.trace" | awk '{ print $1 }' | sort -n | uniq -c | awk \
		-v host="$(number_of calls @plain)" '
		{ print "calls runc-stage-" NR - 1, NR == 1 ? $1 - host : $1 }' >>"$measured"
}

doors_of_hosts() {
	inert
	if command -v musl-gcc >/dev/null; then
		inert -musl
	else
		cannot_open 'no musl-gcc here' preload-inert-musl
	fi
	took @plain ./host
	took @loaded -e LD_PRELOAD=./preload.so ./host
	base=plain
	took init-inert ./host-init
	took runc-six -e _LIBCONTAINER_INITPIPE=3 -p "$(six_paths "$in_plain")" ./host-runc
	stages_of_runc
	# By how many steps a waiter lets go of memory depends on where the kernel has mapped it.
	unseen=madvise
	took init-six -e "NSEXEC=-t $in_plain $six" ./host-init
	base=loaded
	took preload-one -e LD_PRELOAD=./preload.so -e "NSEXEC=-t $in_plain -n" ./host
	took preload-six -e LD_PRELOAD=./preload.so -e "NSEXEC=-t $in_plain $six" ./host
	unseen=none
	base=
}

# note_between KIND LESS MORE PARTS SUBJECT: one of so many parts between these two
note_between() {
	less=$(number_of "$1" "$2")
	more=$(number_of "$1" "$3")
	[ -z "$less" ] || [ -z "$more" ] || note "$1" "$5" $(((more - less + $4 / 2) / $4))
}

# one_more SUBJECT once|session TARGET: what one program more takes, of ten
one_more() {
	took "@$1-2" "$programs/spawn" 2 "$2" "$3" "$work/nothing"
	took "@$1-12" "$programs/spawn" 12 "$2" "$3" "$work/nothing"
	note_between calls "@$1-2" "@$1-12" 10 "$1"
	note_between faults "@$1-2" "@$1-12" 10 "$1"
}

doors_of_the_library() {
	one_more spawn once "$in_confined"
	one_more spawn-watched once "$in_plain"
	one_more session-spawn session "$in_confined"
}

# Bases of nothing are zero.
prepare_doors() {
	note calls @ 0
	note faults @ 0
	cp "$NSEXEC" "$work/nsexec"
	cp "$PRELOAD" "$work/preload.so"
	cp "$programs/nothing" "$programs/probe" "$work/"
	echo 'int main(void) { return 0; }' >"$work/host.c"
	echo 'int nothing;' >"$work/empty.c"
	(
		cd "$work" || exit
		compiler=${CC:-cc}
		$compiler -O1 -o host host.c
		$compiler -O1 -o host-init host.c "$INIT_O"
		$compiler -O1 -o host-runc host.c "$abs_testsdir/bootstrap/calls_nsexec.c" "$RUNC_A"
		$compiler -shared -fPIC -nostdlib -o empty.so empty.c
		! command -v musl-gcc >/dev/null || musl-gcc -O1 -o host-musl host.c
		chmod -R a+rX .
	)
}

# Else other calls take the place of those, and memory is copied where it is not here.
kernel_is() { [ "$(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -n 1)" = "$1" ]; }

measure_doors() {
	why=
	kernel_is 6.11 || why='this kernel does not tell namespaces by pidfd'
	command -v strace >/dev/null || why='no strace here'
	if [ -z "$why" ] && container_userns && in_userns=$target &&
		container_confined && in_confined=$target && container_plain
	then
		in_plain=$target
	else
		cannot_open "$why" '*'
		return
	fi
	prepare_doors
	took @probe ./probe "$work/nothing"
	took @touching ./probe "$work/nothing" touch
	note_between faults @probe @touching 1 pages
	doors_of_the_command
	doors_of_hosts
	doors_of_the_library
}
