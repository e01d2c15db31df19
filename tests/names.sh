#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A target can be said by a name: of a container, a unit, a cgroup, a process or a network.
# Who is meant is joined, and of several none; and --list says who is there.
#
# From lib.sh, probe.sh and lib/spawn.sh; some texts are expanded elsewhere, some are lists of words.
# shellcheck disable=SC2154,SC2016,SC2086,SC2034,SC2119

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/probe.sh"
. "$(dirname "$0")/lib/spawn.sh"

drop="setpriv --reuid $ordinary --regid $ordinary --clear-groups"
python=/usr/bin/python3

# Where a hierarchy is mounted, all of it: mount_of TYPE [OPTION]
mount_of() {
	awk -v type="$1" -v option="${2-}" '
		$4 == "/" {
			for (i = 7; $i != "-"; i++);
			if ($(i + 1) == type && (option == "" || index("," $(i + 3) ",", "," option ",")))
				print $5
		}' /proc/self/mountinfo | head -n 1
}

v2=$(mount_of cgroup2)
v1=$(mount_of cgroup name=systemd)
other=$(mount_of cgroup pids)

# Ids that nobody else has; the first two begin alike.
digits=$(printf '%s' "$$ $(date +%s%N)" | sha256sum | cut -c1-56)
alike=a$(echo "$digits" | cut -c1-6)
id1=${alike}1$digits
id2=${alike}2$digits
id3=b${alike#a}3$digits
made_cgroups=
default_oci=

# See container_crun in lib.sh.
as_runtime() {
	unshare --mount sh -c '
		[ "$0" != crun ] || umount -l /sys/fs/cgroup/unified 2>/dev/null
		exec "$0" "$@"' "$@"
}

# Where the kernel lets us: its processes are gone by then.
remove_cgroups() {
	for it in $made_cgroups; do
		[ ! -d "$it" ] || wait_for 'find "$it" -depth -type d -exec rmdir {} + 2>/dev/null; [ ! -d "$it" ]'
	done
	made_cgroups=
}

oneTimeTearDown() {
	for it in $default_oci; do
		as_runtime "${it%%:*}" delete --force "${it#*:}" >/dev/null 2>&1 </dev/null
	done
	default_oci=
	ip netns del "nsx-$$" 2>/dev/null
	for it in $started; do
		kill -KILL "$it" 2>/dev/null
	done
	remove_cgroups
	cleanup
}

oneTimeSetUp() {
	build_probe
	build_programs || fail 'the programs do not compile'
	why='no cgroups that we may make here'
	base=
	[ "$(id -u)" -eq 0 ] && [ -n "$v2$v1" ] || return 0
	for it in $v2 $v1 $other; do
		mkdir "$it/nsx-names-$$" 2>/dev/null || return 0
		made_cgroups="$made_cgroups $it/nsx-names-$$"
	done
	base=nsx-names-$$
	start_one
	one=$target
	start_one
	two=$target
}

# A process of ours that has a network of its own, and is PID 1 of nothing.
start_one() {
	unshare --net --uts sleep 300 &
	target=$!
	remember $target
	wait_for 'grep -qsx sleep "/proc/$target/comm"'
}

# Use: with_cgroups || return 0
with_cgroups() {
	[ -n "$base" ] || { skip "$why"; return 1; }
}

# put PID PATH [MOUNT]: below our own directory.
put() {
	mkdir -p "${3:-${v2:-$v1}}/$base$2"
	echo "$1" >"${3:-${v2:-$v1}}/$base$2/cgroup.procs"
}

# Nobody is in any of them.
take_back() {
	for it in $v2 $v1 $other; do
		for pid in "$@"; do
			echo "$pid" >"$it/cgroup.procs"
		done
		find "$it/$base" -mindepth 1 -depth -type d -exec rmdir {} +
	done
}

end() {
	kill "$1"
	wait "$1" 2>/dev/null
	return 0
}

net_of() {
	readlink "/proc/$1/ns/net"
}

# joins WHO PID
joins() {
	assertEquals "$1" "$(net_of "$2")" "$("$NSEXEC" -t "$1" -n -- readlink /proc/self/ns/net 2>&1)"
}

# refuses WHO ERROR
refuses() {
	got=$("$NSEXEC" -t "$1" -n -- echo 'it ran' 2>&1)
	assertEquals "status of $1" 125 $?
	assertEquals "$1" "nsexec: $2" "$(echo "$got" | head -n 1)"
}

# ---- containers -------------------------------------------------------------------

testContainersAreFoundByHowRuntimesCallTheirCgroups() {
	with_cgroups || return 0
	pod=kubepods-burstable-pod01234567_89ab_cdef_0123_456789abcdef.slice
	for path in "/system.slice/docker-$id1.scope" "/docker/$id1" "/docker/$id1/init.scope" \
		"/machine.slice/libpod-$id1.scope/container" "/libpod_parent/libpod-$id1" \
		"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-$id1.scope/container" \
		"/kubepods.slice/kubepods-burstable.slice/$pod/cri-containerd-$id1.scope" \
		"/kubepods/burstable/pod01234567-89ab-cdef-0123-456789abcdef/$id1" \
		"/kubepods.slice/kubepods-burstable.slice/$pod/crio-$id1.scope" \
		"/system.slice/containerd.service/$pod:cri-containerd:$id1" "/k8s.io/$id1"; do
		for mount in $v2 $v1 $other; do
			put "$one" "$path" "$mount"
			joins "container:$id1" "$one"
			joins "container:${id1%????????????????????????????????????????????????????}" "$one"
			take_back "$one"
		done
	done
	for path in "/lxc.payload.$id1-x" "/lxc/$id1-x/ns" "/system.slice/runc-$id1-x.scope" \
		"/system.slice/crun-$id1-x.scope" "/$id1-x"; do
		put "$one" "$path"
		joins "container:$id1-x" "$one"
		take_back "$one"
	done
}

testWhatIsBesideAContainerIsNotIt() {
	with_cgroups || return 0
	for path in "/machine.slice/libpod-conmon-$id1.scope" "/kubepods.slice/crio-conmon-$id1.scope" \
		"/lxc.monitor.$id1" "/system.slice/docker-$id1.mount"; do
		put "$one" "$path"
		refuses "container:$id1" "target container that runs (container:$id1): ESRCH No such process"
		take_back "$one"
	done
}

testBeginningOfAnIdThatSeveralHaveIsAmbiguous() {
	with_cgroups || return 0
	put "$one" "/docker/$id1"
	put "$two" "/docker/$id2"
	joins "container:${alike}1" "$one"
	joins "container:${alike}2" "$two"
	got=$("$NSEXEC" -t "container:$alike" -n -- echo 'it ran' 2>&1)
	assertEquals 'status' 125 $?
	first="$one $(echo "$id1" | cut -c1-12)"
	second="$two $(echo "$id2" | cut -c1-12)"
	case $got in
	*"(container:$alike): $first, $second"* | *"(container:$alike): $second, $first"*) ;;
	*) fail "$got" ;;
	esac
	assertContains "$got" 'nsexec: target: ambiguous'
	assertContains "$got" 'nsexec: hint: say more of the name, or one of these PIDs'
	# A whole id is no beginning of another.
	put "$one" /lxc.payload.nsx$digits
	put "$two" /lxc.payload.nsx$digits-2
	joins "container:nsx$digits" "$one"
	joins "container:nsx$digits-" "$two"
	take_back "$one" "$two"
}

# Somebody may call a cgroup of his own so.
testOneIdInTwoPlacesIsAmbiguous() {
	with_cgroups || return 0
	put "$one" "/docker/$id1"
	put "$two" "/user.slice/docker-$id1.scope"
	got=$("$NSEXEC" -t "container:$id1" -n -- echo 'it ran' 2>&1)
	assertEquals 'status' 125 $?
	assertContains "$got" 'target: ambiguous'
	assertContains "$got" "$one /$base/docker/${alike}1"
	take_back "$one" "$two"
}

testFirstProcessOfAContainerIsMeant() {
	with_cgroups || return 0
	put "$one" "/docker/$id1"
	container_plain || { skip "$why"; take_back "$one"; return 0; }
	assertNotEquals "$(net_of "$one")" "$(net_of "$target")"
	# As docker exec does it: later, and with a parent outside.
	put "$two" "/docker/$id1/sub"
	joins "container:$id1" "$one"
	# Who is the first of a PID namespace goes before, though it be younger.
	put "$target" "/docker/$id1"
	joins "container:$id1" "$target"
	take_back "$one" "$two" "$target"
}

# Somebody in there may be the first of a PID namespace further down.
testFirstProcessFurtherDownIsNotTheContainers() {
	with_cgroups || return 0
	unshare --net sh -c 'unshare --net --pid --fork --kill-child sh -c "echo >\"\$0\"; exec sleep 300" "$0" &
		wait' "$work/deep" &
	outer=$!
	remember $outer
	wait_for '[ -s "$work/deep" ]'
	middle=$(children_of "$outer")
	middle=${middle%% *}
	inner=$(children_of "$middle")
	inner=${inner%% *}
	remember "$middle" "$inner"
	assertEquals 'who is the first down there' 1 "$(sed -n 's/^NSpid:.*\t//p' "/proc/$inner/status")"
	for it in $outer $middle $inner; do
		put "$it" "/docker/$id1"
	done
	joins "container:$id1" "$outer"
	assertEquals 'its row' "$outer" "$(list_json "
for row in rows:
    if row['container'] == '$id1' and row['namespaces']['net'] == $(ns_of "$outer" net): print(row['pid'])")"
	take_back "$outer" "$middle" "$inner"
	kill -KILL "$inner"
	wait "$outer" 2>/dev/null
	return 0
}

testContainersInContainersHaveTheirOwn() {
	with_cgroups || return 0
	put "$one" "/docker/$id1/init"
	put "$two" "/docker/$id1/docker/$id3"
	joins "container:$id3" "$two"
	joins "container:$id1" "$one"
	take_back "$one" "$two"
}

# Others are seen from inside of a cgroup namespace too.
testContainerIsFoundFromInsideOfACgroupNamespace() {
	with_cgroups || return 0
	put "$one" "/docker/$id1"
	mkdir -p "${v2:-$v1}/$base/docker/$id2"
	got=$(sh -c 'echo $$ >"$0/cgroup.procs"; exec unshare --cgroup "$@"' \
		"${v2:-$v1}/$base/docker/$id2" sh -c '
			grep -c "/\.\./" /proc/$1/cgroup
			exec "$0" -t container:$2 -n -- readlink /proc/self/ns/net' \
		"$NSEXEC" "$one" "$id1" 2>&1)
	assertEquals "1 $(net_of "$one")" "$(echo "$got" | tr '\n' ' ' | sed 's/ $//')"
	take_back "$one"
}

# start_oci RUNTIME [WORD...]: with the directory of states that it has by default.
start_oci() {
	runtime=$1
	new_name "$runtime"
	command -v "$runtime" >/dev/null || { why="no $runtime here"; return 1; }
	cgroupns=',{"type":"cgroup"}'
	make_bundle "$work/$id" host
	default_oci="$default_oci $runtime:$id"
	as_runtime "$@" run --detach --pid-file "$work/$id/pid" --bundle "$work/$id" "$id" \
		>"$words" 2>&1 </dev/null
	target=$(cat "$work/$id/pid" 2>/dev/null)
	[ -n "$target" ] && wait_for 'grep -qa "sleep 300" "/proc/$target/cmdline"' && return 0
	why="no $runtime container here: $(tail -n 1 "$words")"
	return 1
}

testContainerOfRuncIsFoundByItsCgroup() {
	need_root || return 0
	container_runc || { skip "$why"; return 0; }
	joins "container:$id" "$target"
	assertEquals "$(ns_of "$target" pid)" \
		"$("$NSEXEC" -t "container:$id" -a -- readlink /proc/self/ns/pid | tr -dc 0-9)"
}

testContainersAreFoundByTheirStates() {
	need_root || return 0
	start_oci runc || { skip "$why"; return 0; }
	runc_id=$id
	runc=$target
	# With no cgroup of its own there is nothing else to know it by.
	start_oci crun --cgroup-manager=disabled || { skip "$why"; return 0; }
	assertNotContains "$(cat "/proc/$target/cgroup")" "$id"
	joins "container:$id" "$target"
	joins "container:$runc_id" "$runc"
	got=$("$NSEXEC" -t "container:nsx-test-$$-" -n -- echo 'it ran' 2>&1)
	assertContains "$got" 'ambiguous'
	assertContains "$got" "$target nsx-test-"
	# What it says of a process that has ended, or is another, is not believed.
	state=$(find /run/crun -path "*$id*" -name status)
	cp "$state" "$work/state"
	sed 's/\("process-start-time" *: *\)[0-9]*/\112345/' "$work/state" >"$state"
	refuses "container:$id" "target container that runs (container:$id): ESRCH No such process"
	head -c 40 "$work/state" >"$state"
	refuses "container:$id" "target container that runs (container:$id): ESRCH No such process"
	cat "$work/state" >"$state"
	joins "container:$id" "$target"
}

# Only a name can be in there, so it may not be said that there is none.
testStatesThatMayNotBeReadAreNamed() {
	need_root || return 0
	start_oci runc || { skip "$why"; return 0; }
	[ -d /run/runc ] || { skip 'runc has its states elsewhere'; return 0; }
	old=$(stat -c %a /run/runc)
	chmod 700 /run/runc
	got=$($drop "$NSEXEC" -t container:nsx-none -n -- echo 'it ran' 2>&1)
	assertEquals 'status' 125 $?
	chmod "$old" /run/runc
	assertContains "$got" 'nsexec: target file of containers (/'
	assertContains "$got" ', for container:nsx-none): EACCES Permission denied'
	assertContains "$got" 'nsexec: hint: the cgroups of '
}

testNobodyOfThatIdIsAnError() {
	need_root || return 0
	refuses container:nsx-nobody \
		'target container that runs (container:nsx-nobody): ESRCH No such process'
	assertContains "$got" 'nsexec: hint: looked at the cgroups of '
	for it in container: container:.. container:a/b unit: netns: netns:a/b netns:. cgroup: comm:; do
		refuses "$it" "target: not a name of one: empty, or of several parts ($it)"
	done
	refuses container 'target: not a PID, PID:INODE, pidfd:N or a name such as container:ID (container)'
}

# ---- units and cgroups --------------------------------------------------------------

testUnitIsItsMainProcess() {
	with_cgroups || return 0
	for mount in $v2 $v1; do
		for unit in "nsx-$$" "nsx-$$@a\\x2db" ; do
			put "$one" "/system.slice/$unit.service" "$mount"
			joins "unit:$unit.service" "$one"
			joins "unit:$unit" "$one"
			take_back "$one"
		done
		put "$one" "/user.slice/user-1000.slice/user@1000.service/app.slice/nsx-$$.service" "$mount"
		joins "unit:nsx-$$" "$one"
		take_back "$one"
		put "$one" "/system.slice/a.slice/nsx-$$.scope/payload" "$mount"
		joins "unit:nsx-$$.scope" "$one"
		refuses "unit:nsx-$$" "target process of unit (unit:nsx-$$): ESRCH No such process"
		take_back "$one"
	done
	assertContains "$got" 'nsexec: hint: looked at the cgroups of '
}

testOldestAncestorOfAUnitIsMeant() {
	with_cgroups || return 0
	unshare --net sh -c 'unshare --net sleep 300 & echo $! >"$0"; exec sleep 300' "$work/child" &
	parent=$!
	remember $parent
	wait_for '[ -s "$work/child" ] && grep -qsx sleep "/proc/$(cat "$work/child")/comm"'
	child=$(cat "$work/child")
	remember "$child"
	put "$child" "/system.slice/nsx-$$.service"
	joins "unit:nsx-$$" "$child"
	put "$parent" "/system.slice/nsx-$$.service/sub"
	joins "unit:nsx-$$" "$parent"
	# Another one whose parent is outside, and who is older.
	put "$one" "/system.slice/nsx-$$.service"
	joins "unit:nsx-$$" "$one"
	take_back "$one" "$parent" "$child"
}

# Users make cgroups below their manager's, and call them as they like.
testUnitOfTheSystemGoesBeforeAUsersAndThatBeforeOthers() {
	with_cgroups || return 0
	[ -n "$v2" ] || { skip 'no cgroup v2 here'; return 0; }
	# Not below a directory of ours: that is no slice.
	top=$v2/nsx$$.slice
	user=$top/user@1000.service
	mkdir "$top" "$top/nsx-$$.service" || return 0
	made_cgroups="$made_cgroups $top"
	mkdir -p "$user/app.slice/nsx-$$.service" "$user/x.service/nsx-$$.service"
	echo "$one" >"$user/x.service/nsx-$$.service/cgroup.procs"
	joins "unit:nsx-$$" "$one"
	echo "$two" >"$user/app.slice/nsx-$$.service/cgroup.procs"
	joins "unit:nsx-$$" "$two"
	echo "$one" >"$top/nsx-$$.service/cgroup.procs"
	joins "unit:nsx-$$" "$one"
	mkdir "$top/b.slice" "$top/b.slice/nsx-$$.service"
	echo "$two" >"$top/b.slice/nsx-$$.service/cgroup.procs"
	got=$("$NSEXEC" -t "unit:nsx-$$" -n -- echo 'it ran' 2>&1)
	assertContains "$got" "ambiguous (unit:nsx-$$): "
	assertContains "$got" "$one /nsx$$.slice/nsx-$$.service"
	assertContains "$got" "$two /nsx$$.slice/b.slice/nsx-$$.service"
	for it in $one $two; do
		echo "$it" >"$v2/cgroup.procs"
	done
}

testCgroupIsItsFirstProcess() {
	with_cgroups || return 0
	for mount in $v2 $v1 $other; do
		put "$one" /a/b "$mount"
		for path in "/$base/a/b" "/$base/a/b/" "$mount/$base/a/b" "$mount/$base/a/b//" \
			"/$base/a" "$mount/$base/a" "/$base"; do
			joins "cgroup:$path" "$one"
		done
		refuses "cgroup:/$base/a/bb" "target process in cgroup (cgroup:/$base/a/bb): ESRCH No such process"
		refuses "cgroup:$mount/$base/x" "target process in cgroup (cgroup:$mount/$base/x): ESRCH No such process"
		# Its own come before those below.
		put "$two" /a "$mount"
		joins "cgroup:/$base/a" "$two"
		joins "cgroup:$mount/$base/a/b" "$one"
		take_back "$one" "$two"
	done
	refuses cgroup:a 'target: not a path of a cgroup, which begins with / (a)'
}

testCgroupByItsDirectoryIsOfOneHierarchy() {
	with_cgroups || return 0
	case $v2,$v1 in
	,* | *,) skip 'only one hierarchy here'; return 0 ;;
	esac
	put "$one" /a "$v2"
	put "$two" /a "$v1"
	joins "cgroup:$v2/$base/a" "$one"
	joins "cgroup:$v1/$base/a" "$two"
	joins "cgroup:/$base/a" "$one"
	take_back "$one" "$two"
}

# ---- comm -----------------------------------------------------------------------------

# start_called NAME
start_called() {
	[ -e "$work/$1" ] || cp "$(command -v sleep)" "$work/$1"
	unshare --net "$work/$1" 300 &
	target=$!
	remember $target
	called=$(echo "$1" | cut -c1-15)
	wait_for 'grep -qsxF "$called" "/proc/$target/comm"'
}

testOnlyProcessOfAName() {
	need_root || return 0
	start_called "nsx-$$-and-more"
	first=$target
	joins "comm:nsx-$$-and-more" "$first"
	joins "comm:$(echo "nsx-$$-and-more" | cut -c1-15)" "$first"
	refuses "comm:nsx-$$" "target process of that name (comm:nsx-$$): ESRCH No such process"
	start_called "nsx-$$-and-more"
	got=$("$NSEXEC" -t "comm:nsx-$$-and-more" -n -- echo 'it ran' 2>&1)
	assertEquals 'status' 125 $?
	assertContains "$got" "nsexec: target: ambiguous (comm:nsx-$$-and-more): "
	assertContains "$got" "$first $work"
	assertContains "$got" "$target $work"
	end "$first"
	joins "comm:nsx-$$-and-more" "$target"
	end "$target"
}

# A thread is no process, nor are we ourselves.
testThreadsAndOurselvesDoNotCount() {
	need_root || return 0
	cp "$NSEXEC" "$work/nsx-self-$$"
	got=$("$work/nsx-self-$$" -t "comm:nsx-self-$$" -n -- echo 'it ran' 2>&1)
	assertEquals 'status' 125 $?
	assertContains "$got" "process of that name (comm:nsx-self-$$): ESRCH"
}

# ---- netns ------------------------------------------------------------------------------

# Use: with_netns || return 0
with_netns() {
	need_root && need ip || return 1
	[ -e "/run/netns/nsx-$$" ] || ip netns add "nsx-$$" 2>/dev/null ||
		{ skip 'no network namespaces of ip here'; return 1; }
	its_net=net:[$(stat -Lc %i "/run/netns/nsx-$$")]
}

testNetworkIsJoinedByItsName() {
	with_netns || return 0
	for words in -n -a '-n -m/proc/self/ns/mnt' '-n --fork'; do
		assertEquals "$words" "$its_net" \
			"$("$NSEXEC" -t "netns:nsx-$$" $words -- readlink /proc/self/ns/net 2>&1)"
		assertEquals "a host, $words" "$its_net" \
			"$(env "NSEXEC=-t netns:nsx-$$ $words" "LD_PRELOAD=$PRELOAD" readlink /proc/self/ns/net 2>&1)"
	done
	assertContains "$("$NSEXEC" -t "netns:nsx-$$" -a --plan)" "netns:nsx-$$"
	assertEquals 'nothing else' "$(where env | sed "s/^net:.*/$its_net/")" \
		"$(where "$NSEXEC" -t "netns:nsx-$$" -a --)"
}

testNetworkIsNoProcess() {
	refuses netns:nsx-none 'target network namespace (netns:nsx-none): ENOENT No such file or directory'
	assertContains "$got" 'hint: looked in /run/netns and /var/run/netns'
	got=$("$NSEXEC" -t netns:x -a -r -- echo 'it ran' 2>&1)
	assertEquals 'status' 125 $?
	assertEquals 'nsexec: options: a netns: target is a network namespace and no process to take it from (--root)' "$got"
}

testFileThatIsNoNetworkIsRefused() {
	with_netns || return 0
	: >"/run/netns/nsx-$$-file"
	got=$("$NSEXEC" -t "netns:nsx-$$-file" -n -- echo 'it ran' 2>&1)
	assertEquals 'status' 125 $?
	rm "/run/netns/nsx-$$-file"
	assertContains "$got" "nsexec: check net, from a file that is no namespace (netns:nsx-$$-file): EINVAL Invalid argument"
}

# ---- where /proc is another's ------------------------------------------------------------

# The /proc of a PID namespace around ours has other numbers than we have.
testProcOfAnotherPidNamespaceIsUnderstood() {
	need_root || return 0
	cp "$(command -v sleep)" "$work/nsx-in-$$"
	got=$(unshare --pid --fork --kill-child sh -c '
		unshare --net "$1" 300 & its=$!
		tries=100
		until grep -qsx "nsx-in-$2" /proc/[0-9]*/comm || [ $((tries -= 1)) -eq 0 ]; do sleep 0.05; done
		"$0" -t comm:nsx-in-$2 -n -- readlink /proc/self/ns/net
		"$0" -t $its -n -- readlink /proc/self/ns/net
		kill $its' "$NSEXEC" "$work/nsx-in-$$" "$$" 2>&1)
	set -- $got
	assertEquals "two lines: $got" 2 $#
	assertEquals "$got" "$1" "$2"
	assertNotEquals "$(net_of self)" "$1"
	with_cgroups || return 0
	# Who is outside has no number in there, and cannot be pinned.
	put "$one" "/docker/$id1"
	got=$(unshare --pid --fork --kill-child "$NSEXEC" -t "container:$id1" -n -- echo 'it ran' 2>&1)
	assertEquals 'status' 125 $?
	assertContains "$got" "nsexec: target process, in our own PID namespace (PID $one, container:$id1"
	take_back "$one"
	# And nobody does where even we are not shown.
	got=$(nsenter_proc "$NSEXEC" -t comm:sh -n -- echo 'it ran')
	assertContains "$got" 'nsexec: open /proc/self: ENOENT'
}

# nsenter_proc COMMAND...: with the /proc of a PID namespace that we are not in.
nsenter_proc() {
	unshare --mount sh -c '
		unshare --pid --fork --kill-child mount -t proc proc /proc
		exec "$@"' sh "$@" 2>&1
}

testHiddenProcessesAreSpokenOf() {
	need_root || return 0
	got=$(unshare --mount sh -c '
		mount -t proc -o hidepid=2 proc /proc
		exec "$@"' sh $drop "$NSEXEC" -t comm:nsx-hidden -n -- echo 'it ran' 2>&1)
	assertContains "$got" 'process of that name (comm:nsx-hidden): ESRCH'
	assertContains "$got" 'hint: /proc is mounted with hidepid'
	got=$(unshare --mount sh -c '
		mount -t proc -o hidepid=2 proc /proc
		exec "$@"' sh $drop "$NSEXEC" --list 2>&1)
	assertEquals 'status of the list' 0 $?
	assertContains "$got" 'hidepid'
}

# ---- others who ask ----------------------------------------------------------------------

testHostProgramIsMovedByName() {
	with_cgroups || return 0
	put "$one" "/docker/$id1"
	assertEquals "$(net_of "$one")" \
		"$(env "NSEXEC=-t container:$id1 -n" "LD_PRELOAD=$PRELOAD" readlink /proc/self/ns/net)"
	assertContains "$("$NSEXEC" -t "container:$id1" -n --plan)" "$(ns_of "$one" net)"
	take_back "$one"
}

testOrdinaryUserNamesOnesOwn() {
	with_cgroups || return 0
	container_rootless || { skip "$why"; return 0; }
	put "$target" "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-$id3.scope/container"
	assertEquals "$(net_of "$target")" \
		"$($drop "$NSEXEC" -t "container:b${alike#a}3" -U -n -- readlink /proc/self/ns/net 2>&1)"
	take_back "$target"
}

testSearchLeavesNothingOpen() {
	with_cgroups || return 0
	put "$one" "/docker/$id1"
	mkdir -m 777 "$work/open"
	want=$("$probe" fds "$work/open/fds" && cat "$work/open/fds")
	assertEquals 'a program' "$want" \
		"$("$NSEXEC" -t "container:$id1" -n -- "$probe" fds "$work/open/fds" && cat "$work/open/fds")"
	assertEquals 'a host' "$want" \
		"$(env "NSEXEC=-t container:$id1 -n" "LD_PRELOAD=$PRELOAD" "$probe" fds "$work/open/fds" &&
			cat "$work/open/fds")"
	take_back "$one"
}

testLibrarySpawnsByName() {
	with_cgroups || return 0
	put "$one" "/docker/$id1"
	for it in '' @session; do
		spawn $it -t "container:$id1" --net -- "$inside" 4
		assertEquals "net, $it" "$(net_of "$one")" "$(line 'ns net')"
	done
	spawn -t "container:$id3" --net -- "$inside" 4
	says "error target ESRCH container that runs (container:$id3)"
	spawn @session -t "container:$id3" --net -- "$inside" 4
	says "error target ESRCH container that runs (container:$id3)"
	take_back "$one"
	with_netns || return 0
	spawn -t "netns:nsx-$$" --all -- "$inside" 4
	assertEquals "$its_net" "$(line 'ns net')"
	spawn @session -t "netns:nsx-$$" --net -- "$inside" 4
	says "error options 0 a session needs a target that is a process (netns:nsx-$$)"
}

# ---- --list -------------------------------------------------------------------------------

# list_json PYTHON: of rows, what the expression gives, one a line.
list_json() {
	"$NSEXEC" --list --json 2>/dev/null | $python -c '
import json, sys
rows = json.load(sys.stdin)
'"$1"
}

testListHasARowForEachSetOfNamespaces() {
	with_cgroups || return 0
	put "$one" "/docker/$id1"
	put "$two" "/system.slice/nsx-$$.service"
	container_plain
	got=$("$NSEXEC" --list 2>&1)
	assertEquals 'status' 0 $?
	assertEquals 'PID      KINDS     OWNER       NAME                        COMMAND' \
		"$(echo "$got" | head -n 1)"
	assertContains "$got" "$(printf '%-8s -u-n----  root        container:%.12s      sleep 300' "$one" "$id1")"
	assertContains "$got" "$(printf '%-8s -u-n----  root        unit:%s' "$two" "nsx-$$.service")"
	[ -z "$target" ] || assertContains "$got" "$(printf '%-8s muinpC-' "$target")"
	# The container has several processes, and one row.
	[ -z "$target" ] || assertEquals 'rows of it' 1 "$(list_json "
for row in rows:
    if row['namespaces'].get('pid') == $(ns_of "$target" pid): print(row['pid'])" | grep -c .)"
	# By PID; '-' is last.
	assertEquals "$(echo "$got" | sed 1d | sed '/^nsexec: /d; /^- /d' | cut -d' ' -f1 | sort -n)" \
		"$(echo "$got" | sed 1d | sed '/^nsexec: /d; /^- /d' | cut -d' ' -f1)"
	take_back "$one" "$two"
}

testListAsJsonHasItAllInFull() {
	with_cgroups || return 0
	[ -x $python ] || { skip 'no python3 here'; return 0; }
	put "$one" "/docker/$id1"
	assertEquals "container:$id1 $id1 docker ['net', 'uts'] 0 root sleep sleep 300 1 $(ns_of "$one" net) None None" \
		"$(list_json "
for row in rows:
    if row['pid'] == $one:
        print(row['name'], row['container'], row['runtime'], row['differs'], row['uid'], row['user'],
              row['comm'], row['command'], row['processes'], row['namespaces']['net'], row['unit'], row['netns'])")"
	# Each name is one that -t understands.
	list_json '
for row in rows: print(row["name"])' | while read -r it; do
		case $("$NSEXEC" -t "$it" -n --plan 2>&1) in
		*'not a PID'* | *'not a name'*) echo "$it" ;;
		esac
	done >"$work/names"
	assertEquals 'names that are none' '' "$(cat "$work/names")"
	take_back "$one"
}

# Bytes that no JSON may have, and those that steer a terminal.
testListIsNotSteeredByNames() {
	need_root || return 0
	[ -x $python ] || { skip 'no python3 here'; return 0; }
	name=$(printf 'a\033]0;x\a\200"\\b')
	cp "$(command -v sleep)" "$work/$name"
	unshare --net "$work/$name" 300 &
	target=$!
	remember $target
	wait_for '[ "$(readlink "/proc/$target/exe")" = "$work/$name" ]'
	assertEquals 'bytes that steer' '' "$("$NSEXEC" --list 2>/dev/null | tr -d '\n\40-\176')"
	assertEquals 'rows' 1 "$(list_json "
for row in rows:
    if row['pid'] == $target: print(ascii(row['comm']))" | grep -c 'a\\x1b\]0;x\\x07\\ufffd"\\\\b')"
	end "$target"
}

testListHasNetworksWithoutAProcess() {
	with_netns || return 0
	assertContains "$("$NSEXEC" --list 2>/dev/null)" \
		"-        ---n----  -           netns:nsx-$$"
	assertEquals "None netns:nsx-$$ ['net'] ${its_net#net:} 0" "$(list_json "
for row in rows:
    if row['netns'] == 'nsx-$$': print(row['pid'], row['name'], row['differs'], [row['namespaces']['net']], row['processes'])")"
	ip netns exec "nsx-$$" sleep 300 &
	target=$!
	remember $target
	wait_for 'grep -qsx sleep "/proc/$target/comm"'
	assertEquals "$target netns:nsx-$$" "$(list_json "
for row in rows:
    if row['netns'] == 'nsx-$$': print(row['pid'], row['name'])")"
	end "$target"
}

testListSaysHowManyItCouldNotLookAt() {
	need_root || return 0
	container_rootless || { skip "$why"; return 0; }
	got=$($drop "$NSEXEC" --list 2>"$work/err")
	assertEquals 'status' 0 $?
	assertContains "$(cat "$work/err")" ' could not be looked at: that takes their own user, or CAP_SYS_PTRACE'
	assertEquals 'one line' 1 "$(grep -c . "$work/err")"
	assertContains 'ones own is there' "$got" "$(printf '%-8s muinpCU' "$target")"
	assertContains "and whose it is: $got" "$got" " $ordinary "
}

testListIsForTheCommandAlone() {
	got=$(env NSEXEC=--list "LD_PRELOAD=$PRELOAD" true 2>&1)
	assertEquals 'status of a host' 125 $?
	assertEquals 'nsexec: options: not in front of a host program (--list)' "$got"
	for words in '--list -t1' '--list -a' '--list --plan' '--help --list'; do
		got=$("$NSEXEC" $words 2>&1)
		assertEquals "status of $words" 125 $?
		assertContains "$words" "$got" 'options: not together with --list'
	done
	got=$("$NSEXEC" --list true 2>&1)
	assertEquals 'nsexec: options: no PROGRAM together with --list (true)' "$got"
	got=$("$NSEXEC" --json 2>&1)
	assertEquals 'nsexec: options: only with --list (--json)' "$got"
	got=$("$NSEXEC" --list 2>&1 >/dev/full)
	assertEquals 'status where it cannot be written' 125 $?
	assertContains "$got" 'nsexec: report standard output: ENOSPC'
}

. shunit2
