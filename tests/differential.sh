#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A program that nsexec starts finds around itself what it finds when nsenter(1)
# of util-linux starts it with the same words, but for what is in the list
# differential/nsenter.allowed, with its reasons.
#
# From lib.sh and compare.sh; some are lists of words.
# shellcheck disable=SC2154,SC2034,SC2016,SC2086

. "$(dirname "$0")/differential/alone.sh"
. "$(dirname "$0")/lib.sh"
peer=nsenter
. "$(dirname "$0")/differential/compare.sh"

oneTimeSetUp() {
	build_probe
	container_plain
	plain=$target
	container_userns
	remapped=$target
	container_rootless
	rootless=$target
	rooted_process
	child_of_remapped
	[ -z "$plain" ] || exec 8<"/proc/$plain/ns/net"

	new_caller groups setpriv --groups 4,27
	new_caller ordinary setpriv --reuid $ordinary --regid $ordinary --clear-groups
	new_caller ordinary_in_groups setpriv --reuid $ordinary --regid $ordinary --groups 4,27
	some=+sys_admin,+sys_chroot,+sys_ptrace,+setuid,+setgid
	new_caller ordinary_with_ambient setpriv --reuid $ordinary --regid $ordinary --clear-groups \
		--inh-caps $some --ambient-caps $some
	new_caller bounded setpriv --bounding-set -all,$some
	new_caller without_new_privileges setpriv --no-new-privs
	new_caller dressed probe dressed
	new_caller awaited probe awaited
	new_caller root_of_remapped nsenter -t $remapped -U
}

# In a root of its own.
rooted_process() {
	new_tree
	unshare --mount --root="$tree" --wd=/var/inside /bin/probe wait \
		>"$work/rooted" 2>&1 </dev/null &
	rooted=$!
	remember "$rooted"
	wait_for 'grep -qa "^/bin/probe" "/proc/$rooted/cmdline"' || rooted=
}

# In a user namespace below the one of a container.
child_of_remapped() {
	nsenter -t "$remapped" -U unshare -r --mount --net --uts "$bin/probe" wait \
		>"$work/below" 2>&1 </dev/null &
	below=$!
	remember "$below"
	wait_for 'grep -qa "probe.wait" "/proc/$below/cmdline"' || below=
}

letters='C i m n p T u'

# pairs LETTER...: a case for each two of them.
pairs() {
	for one in "$@"; do
		shift
		for two in "$@"; do echo "-t @T -$one -$two"; done
	done
}

# ---- kinds ---------------------------------------------------------------------------

testEachKindAlone() {
	for letter in $letters; do echo "-t @T -$letter"; done >"$work/alone"
	both_run root plain <"$work/alone"
	both_run root remapped <"$work/alone"
	both_run root rootless <"$work/alone"
	both_run dressed plain <"$work/alone"
	both_run bounded plain <"$work/alone"
}

testUserNamespaceAlone() {
	for who in root groups bounded without_new_privileges dressed; do
		both_run $who remapped <<-'END'
		-t @T -U
		END
		both_run $who rootless <<-'END'
		-t @T -U
		END
	done
	both_run ordinary rootless <<-'END'
	-t @T -U --preserve-credentials | -t @T -U
	END
}

testEveryPairOfKinds() {
	pairs $letters >"$work/pairs"
	both_run root plain <"$work/pairs"
	pairs U $letters >"$work/pairs"
	both_run root remapped <"$work/pairs"
	pairs $letters | sed 's/@T\(.*\)/@T -U\1 --preserve-credentials | -t @T -U\1/' \
		>"$work/pairs"
	both_run ordinary rootless <"$work/pairs"
}

testThreeKindsAndMore() {
	for container in plain remapped rootless; do
		both_run root $container <<-'END'
		-t @T -m -p -n
		-t @T -p -T -u
		-u -i -n -t @T
		-C -m -t @T -T
		-t @T -m -u -i -n -p -C -T
		-t @T -T -C -p -n -i -u -m
		END
	done
	both_run root remapped <<-'END'
	-t @T -U -m -p
	-t @T -n -U -T
	-t @T -C -T -U -i
	-t @T -m -u -i -n -p -U -C -T
	END
}

testLongNames() {
	both_run root remapped <<-'END'
	--target @T --mount
	--target=@T --uts --ipc
	--net --target @T
	--target @T --pid --user
	--cgroup --target=@T --time
	--all --target=@T
	--target=@T --all --no-fork
	END
}

testAllKinds() {
	for container in plain remapped rootless; do
		both_run root $container <<-'END'
		-t @T -a
		-a -t @T -F
		-t @T -a -n
		-a -t @T -m -p
		END
	done
	for who in groups bounded without_new_privileges dressed; do
		for container in plain remapped; do
			both_run $who $container <<-'END'
			-t @T -a
			END
		done
	done
}

testNamespacesOfFiles() {
	both_run root plain <<-'END'
	-n/proc/@T/ns/net
	--net=/proc/@T/ns/net
	-m/proc/@T/ns/mnt
	--mount=/proc/@T/ns/mnt --uts=/proc/@T/ns/uts
	-i/proc/@T/ns/ipc -C/proc/@T/ns/cgroup
	-p/proc/@T/ns/pid
	--pid=/proc/@T/ns/pid --time=/proc/@T/ns/time
	--pid=/proc/@T/ns/pid_for_children -T/proc/@T/ns/time_for_children
	--net=/proc/@C/fd/8
	-t @T -u -n/proc/@C/fd/8
	END
	both_run root remapped <<-'END'
	-U/proc/@T/ns/user
	--user=/proc/@T/ns/user -n/proc/@T/ns/net
	-t @T -U -n/proc/@C/fd/8
	-t @T -a -n/proc/@C/fd/8
	-t @T -a --mount=/proc/@C/ns/mnt
	END
	both_run ordinary rootless <<-'END'
	-U/proc/@T/ns/user --preserve-credentials | -U/proc/@T/ns/user
	-U/proc/@T/ns/user -p/proc/@T/ns/pid --preserve-credentials | -U/proc/@T/ns/user -p/proc/@T/ns/pid
	END
}

# ---- without a new process -----------------------------------------------------------

testNoFork() {
	for container in plain remapped; do
		both_run root $container <<-'END'
		-t @T -p -F
		-t @T -p --no-fork -n
		-t @T -n -F
		-t @T -T -F -p
		END
	done
	both_run dressed plain <<-'END'
	-t @T -F -p
	-t @T -F -u
	END
}

# ---- as whom -------------------------------------------------------------------------

testUserAndGroup() {
	for who in root groups dressed; do
		both_run $who plain <<-'END'
		-t @T -n -S 5 -G 6
		-t @T -n -S 5
		-t @T -n -G 6
		-t @T -n -S 0 -G 0
		-t @T -p -S 5 -G 6
		--target @T --uts --setuid 5 --setgid 6
		--target @T --uts --setuid=12345
		END
		both_run $who remapped <<-'END'
		-t @T -a -S 5 -G 6
		-t @T -U -S 5
		-t @T -U -G 6
		-t @T -U -S 0 -G 0
		-t @T -U -n -S 65535 -G 65535
		-t @T -n -S 5 -G 6
		END
	done
	both_run groups rootless <<-'END'
	-t @T -U -S 0
	-t @T -a -S 0
	END
	both_run bounded plain <<-'END'
	-t @T -n -S 5 -G 6
	END
	both_run without_new_privileges plain <<-'END'
	-t @T -n -S 5 -G 6
	END
	both_run bounded remapped <<-'END'
	-t @T -a -S 5 -G 6
	END
}

testContextOfTheTarget() {
	both_run root plain <<-'END'
	-t @T -n -Z
	END
}

testPreservedCredentials() {
	for who in root groups ordinary_with_ambient; do
		for container in remapped rootless; do
			both_run $who $container <<-'END'
			-t @T -U --preserve-credentials
			-t @T -U -n --preserve-credentials
			END
		done
	done
	both_run root remapped <<-'END'
	-t @T -U -S 5 --preserve-credentials
	-t @T -U -G 6 --preserve-credentials
	-t @T -n -S 5 -G 6 --preserve-credentials
	END
	both_run ordinary rootless <<-'END'
	-t @T -U --preserve-credentials
	-t @T -a --preserve-credentials
	END
}

# nsenter insists on dropping groups, which who made the container may not do in
# there, unless credentials are preserved; and they are those of root then, as one
# sees them inside.
testOrdinaryUser() {
	both_run ordinary rootless <<-'END'
	-t @T -U
	-t @T -a --preserve-credentials | -t @T -a
	-t @T -a -F --preserve-credentials | -t @T -a -F
	-t @T -U -m -n --preserve-credentials | -t @T -U -m -n
	-t @T -U -p -F --preserve-credentials | -t @T -U -p -F
	-t @T -U --preserve-credentials | -t @T -U -S 0
	-t @T -U --preserve-credentials | -t @T -U -S 0 -G 0
	-t @T -a -w --preserve-credentials | -t @T -a -w
	-t @T -a -r -w --preserve-credentials | -t @T -a -r -w
	-t @T -a -r --preserve-credentials | -t @T -a -r
	-t @T -U -m -W/ --preserve-credentials | -t @T -U -m -W/
	END
	both_run ordinary_in_groups rootless <<-'END'
	-t @T -U --preserve-credentials
	-t @T -U --preserve-credentials | -t @T -U
	-t @T -a --preserve-credentials | -t @T -a
	END
	both_run ordinary_with_ambient plain <<-'END'
	-t @T -n
	-t @T -a
	-t @T -n -S 5 -G 6
	-t @T -m -p
	END
	both_run ordinary_with_ambient remapped <<-'END'
	-t @T -a
	-t @T -U -S 5 -G 6
	-t @T -n
	END
}

testRootOfAUserNamespace() {
	both_run root_of_remapped below <<-'END'
	-t @T -U
	-t @T -a
	-t @T -U -n -u
	-t @T -m -n
	-t @T -U -m -r -w
	-t @T -a -S 0 -G 0
	END
	both_run root_of_remapped remapped <<-'END'
	-t @T -n
	-t @T -m -u -i -C
	-t @T -p -T
	-t @T -n -S 5 -G 6
	END
}

# ---- where ---------------------------------------------------------------------------

testRoot() {
	both_run root rooted <<-'END'
	-t @T -r
	-t @T --root
	-t @T -m -r
	-t @T -a -r
	-t @T -n -r@W/tree
	-t @T -n --root=@W/tree
	-t @T -m --root=@W/tree
	-t @T -r -S 5 -G 6
	END
	both_run root plain <<-'END'
	-t @T -r
	-t @T -m
	-t @T -m -r@W/tree
	-t @T -a -r
	-t @T -p -r@W/tree
	END
	both_run dressed rooted <<-'END'
	-t @T -m -r
	END
}

testWorkingDirectory() {
	both_run root rooted <<-'END'
	-t @T -w
	-t @T --wd
	-t @T -r -w
	-t @T -m -r -w
	-t @T -a -r -w
	-t @T -n -w@W/tree/var
	-t @T -n --wd=@W/tree/var
	-t @T -n -w.
	-t @T -n --wd=..
	-t @T -r -w@W/tree/var/inside
	-t @T -r -w@W
	-t @T -r -W/var/inside
	-t @T -r --wdns=/var
	-t @T -m -r -W/var/inside
	-t @T -n -W@W/tree
	-t @T -r@W/tree -W/var
	-t @T -n -r@W/tree -w
	END
	both_run root plain <<-'END'
	-t @T -m -w
	-t @T -a -w@W/here
	-t @T -a -W@W/tree
	-t @T -m -w.
	END
	both_run groups remapped <<-'END'
	-t @T -a -r -w -S 5 -G 6
	-t @T -U -W/
	END
}

testContainersOfOciRuntimes() {
	for make in container_crun container_runc container_runc_userns; do
		$make busybox || { skip "$why"; continue; }
		cp "$bin/probe" "$work/$id/rootfs/bin/"
		oci_container=$target
		both_run root oci_container <<-'END'
		-t @T -a
		-t @T -a -r -w
		-t @T -m -u -i -n -p
		-t @T -m -r
		-t @T -a -S 5 -G 6
		END
		both_run dressed oci_container <<-'END'
		-t @T -a
		END
	done
}

# ---- the program ---------------------------------------------------------------------

testShellWithoutAProgram() {
	program=''
	both_run root plain <<-'END'
	-t @T -n
	-t @T -a
	-t @T -n --
	END
	program=probe
}

testProgramIsGivenInOtherWays() {
	for program in '-- probe' "$bin/probe" './../probes/probe -t -n' 'probe -- -x'; do
		both_run root plain <<-'END'
		-t @T -n
		-t @T -p
		END
	done
	program=probe
}

testStatus() {
	for program in 'probe ends 7' 'probe ends 125' 'probe dies 15' 'probe dies 9'; do
		both_run root plain <<-'END'
		-t @T -n
		-t @T -p
		-t @T -a
		END
	done
	program=probe
}

testWhatIsPendingStaysSo() {
	both_run awaited plain <<-'END'
	-t @T -n
	-t @T -p -F
	END
}

# ---- what both refuse ----------------------------------------------------------------

testBothRefuse() {
	both_refuse root plain <<-'END'
	-t @T --absent
	-t absent -n
	-t @T -n/absent
	-t @T -n/proc/@T/ns/uts
	-t @T -n/dev/null
	-t @T -n -S absent
	-t @T -n -G -1
	-t @T -r/absent
	-t @T -n -w/absent
	-t @T -n -W/absent
	-t @T -r@W/tree/bin/probe
	-n
	-a
	END
	for program in absent /absent "$work" "$work/allowed"; do
		both_refuse root plain <<-'END'
		-t @T -n
		-t @T -p
		END
	done
	program=probe
	both_refuse root rootless <<-'END'
	-t @T -U -S 5
	-t @T -a -G 6
	END
	both_refuse root remapped <<-'END'
	-t @T -a -S 65536
	END
	both_refuse ordinary plain <<-'END'
	-t @T -a
	-t @T -n
	-t @T -m
	END
	both_refuse ordinary remapped <<-'END'
	-t @T -a
	-t @T -U
	END
	both_refuse ordinary rootless <<-'END'
	-t @T -n
	-t @T -m -p
	-t @T -U -S 5
	-t @T -U -G 6
	END
	both_refuse ordinary_with_ambient rootless <<-'END'
	-t @T -U -S 5 -G 6
	END
	both_refuse root_of_remapped plain <<-'END'
	-t @T -n
	-t @T -a
	END
	both_refuse bounded plain <<-'END'
	-t @T -n -S absent
	END
}

# ---- the list of what is allowed -----------------------------------------------------

testEveryAllowanceIsNeeded() {
	every_allowance_is_needed
}

. shunit2
