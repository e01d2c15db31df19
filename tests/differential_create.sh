#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A program that nsexec starts in new namespaces finds around itself what it finds
# when unshare(1) of util-linux makes them, also under that name, but for what is in the list
# differential/unshare.allowed, with its reasons.
#
# From lib.sh and compare.sh; some are lists of words.
# shellcheck disable=SC2154,SC2034,SC2016,SC2086

. "$(dirname "$0")/differential/alone.sh"
. "$(dirname "$0")/lib.sh"
peer=unshare
. "$(dirname "$0")/differential/compare.sh"

oneTimeSetUp() {
	build_probe
	new_tree
	new_apart
	mkdir "$bin/ours"
	ln -s "$NSEXEC" "$bin/ours/unshare"
	namesake=$bin/ours/unshare
	container_userns
	remapped=$target
	container_rootless
	rootless=$target

	ordinary_words="setpriv --reuid $ordinary --regid $ordinary --clear-groups"
	new_caller groups setpriv --groups 4,27
	new_caller ordinary $ordinary_words
	new_caller ordinary_in_groups setpriv --reuid $ordinary --regid $ordinary --groups 4,27
	new_caller root_with_another_group setpriv --regid $ordinary --keep-groups
	new_caller bounded setpriv --bounding-set -all,+sys_admin,+setuid,+setgid,+setfcap
	new_caller without_new_privileges setpriv --no-new-privs
	new_caller ordinary_without_new_privileges $ordinary_words --no-new-privs
	new_caller dressed probe dressed
	new_caller dressed_ordinary $ordinary_words probe dressed
	new_caller root_of_remapped nsenter -t $remapped -U
	new_caller root_of_rootless nsenter -t $rootless -U
	holder shared 'exec sleep 300'
	new_caller shared nsenter -t $held -m -W$work/here
	one_cpu=$(sed -n 's/^Cpus_allowed_list:[^0-9]*\([0-9]*\).*/taskset -c \1/p' /proc/self/status)
	holder private "$bind_ids"
	new_caller apart $one_cpu nsenter -t $held -m -W$work/here "$bin/apart"
	new_caller apart_ordinary $one_cpu nsenter -t $held -m -W$work/here "$bin/apart" \
		$ordinary_words
}

# holder PROPAGATION SCRIPT: a process that SCRIPT becomes, in a mount namespace of
# its own, is $held.  A mount namespace can be kept only in one that is older, which
# the kernel knows by numbers that grow on each processor by itself.
one_cpu=''
holder() {
	$one_cpu unshare --mount --propagation "$1" sh -c "$2" >"$work/holder" 2>&1 </dev/null &
	held=$!
	remember "$held"
	wait_for 'grep -qsx sleep "/proc/$held/comm"' || exit 1
}

# In there ids are subordinate to the ordinary user and to root, and namespaces can
# be kept in files; a script in front of a command tells afterwards which ones were.
new_apart() {
	mkdir "$work/etc" "$work/kept"
	# Not file by file: a file that is replaced outside would be uncovered in here.
	for it in passwd group nsswitch.conf login.defs ld.so.cache; do
		[ ! -e "/etc/$it" ] || cp "/etc/$it" "$work/etc"
	done
	echo "nsx-test:x:$ordinary:$ordinary::/:/bin/sh" >>"$work/etc/passwd"
	echo "nsx-test:x:$ordinary:" >>"$work/etc/group"
	printf '%s\n' root:200000:65536 nsx-test:300000:1000 nsx-test:400000:65536 |
		tee "$work/etc/subuid" >"$work/etc/subgid"
	for it in $kinds; do : >"$work/kept/$it"; done
	bind_ids="mount --bind '$work/etc' /etc && exec sleep 300"
	cat >"$bin/apart" <<-END
		#!/bin/sh
		"\$@"
		status=\$?
		for it in $kinds; do
			mount=\$(grep " $work/kept/\$it " /proc/self/mountinfo) || continue
			umount "$work/kept/\$it"
			mount=\${mount#*:\[}
			echo "kept:\$it \${mount%%]*}"
		done
		exit \$status
	END
	chmod 755 "$bin/apart"
}

# As unshare calls them by letters, and nsexec by names.
letters='C:cgroup i:ipc m:mnt n:net u:uts'

# ---- kinds ---------------------------------------------------------------------------

# What differs then is nothing to compare.
testTheSameTwiceIsTheSame() {
	ours=$NSEXEC
	NSEXEC=$peer
	for who in root dressed shared apart; do
		both_run $who - <<-'END'
		-m -u -i -n -C -p -f --mount-proc
		-r -T --boottime 1000
		END
	done
	NSEXEC=$ours
}

testEachKindAlone() {
	for it in $letters; do echo "-${it%:*} | --unshare=${it#*:}"; done >"$work/alone"
	for who in root groups bounded without_new_privileges dressed root_of_remapped shared; do
		both_run $who - <"$work/alone"
	done
	both_run root - <<-'END'
	-p -f | --unshare=pid
	-p | --unshare=pid -F
	-T -f | --unshare=time
	-T | --unshare=time -F
	-U | --unshare=user
	-U -f | --unshare=user --fork
	--mount | --unshare mount
	END
	both_run ordinary - <<-'END'
	-U | --unshare=user
	END
}

testEveryPairOfKinds() {
	for one in $letters; do
		for two in $letters 'p -f:pid' 'U:user'; do
			[ "$one" = "$two" ] ||
				echo "-${one%:*} -${two%:*} | --unshare=${one#*:},${two#*:}"
		done
	done >"$work/pairs"
	both_run root - <"$work/pairs"
	sed 's/ | / -r | --map-root-user /' "$work/pairs" >"$work/with_user"
	both_run ordinary - <"$work/with_user"
}

testAllKinds() {
	echo '-m -u -i -n -p -U -C -T -f | --unshare=all
	-m -u -i -n -p -C -T -f | --unshare=mnt,uts,ipc,net,pid,cgroup,time
	-m -u -i -n -p -C -T -f -r | --unshare=all --map-root-user
	-m -u -i -n -p -C -T -f -c | --unshare=all --map-current-user
	-m -u -i -n -p -C -T -f -r --mount-proc | --unshare=all --map-root-user --mount-proc' \
		>"$work/all"
	for who in root groups without_new_privileges dressed root_of_remapped; do
		both_run $who - <"$work/all"
	done
	grep -e U -e '-[rc]' "$work/all" >"$work/all_with_user"
	for who in ordinary ordinary_in_groups ordinary_without_new_privileges dressed_ordinary \
		root_of_rootless; do
		both_run $who - <"$work/all_with_user"
	done
}

# ---- as whom -------------------------------------------------------------------------

testIdsAreMapped() {
	echo '-r | --map-root-user
	-c | --map-current-user
	--map-user=5 | --map-user=5
	--map-group=6 | --map-group=6
	--map-user=5 --map-group=6 | --map-user=5 --map-group=6
	--map-user=root --map-group=root | --map-user=root --map-group=root
	-r -n | --map-root-user --unshare=net
	-r -U -m | --unshare=user,mnt --map-root-user
	-U -r --setgroups deny | --unshare=user --map-root-user --setgroups=deny
	-U --setgroups deny | --unshare=user --setgroups=deny
	-r --map-user=5 | --map-root-user --map-user=5
	--map-user=5 -r | --map-user=5 --map-root-user' >"$work/maps"
	for who in root groups ordinary ordinary_in_groups root_with_another_group bounded \
		root_of_remapped root_of_rootless ordinary_without_new_privileges; do
		both_run $who - <"$work/maps"
	done
}

testSetgroupsMayBeAllowed() {
	for who in root ordinary root_of_remapped; do
		both_run $who - <<-'END'
		-U --setgroups allow | --unshare=user --setgroups=allow
		END
	done
	both_refuse root_of_rootless - <<-'END'
	-U --setgroups allow | --unshare=user --setgroups=allow
	END
}

testRangesOfIdsAreMapped() {
	both_run apart - <<-'END'
	--map-users=200000,0,1000 --map-groups=200000,0,1000
	--map-users=200000,0,1000 --map-groups=200000,0,1000 | --map-users=0:200000:1000 --map-groups=0:200000:1000
	--map-users=200000,0,1000 --map-groups=200000,0,500 -S 0 -G 0
	--map-users=200000,1,1000 --map-groups=200000,1,1000 -r | --map-users=200000,1,1000 --map-groups=200000,1,1000 --map-root-user
	--map-users=200000,0,1000 --map-groups=200000,0,1000 -r | --map-users=200000,0,1000 --map-groups=200000,0,1000 --map-root-user
	--map-users=200000,0,1000 --map-groups=200000,0,1000 --map-user=7 --map-group=8
	--map-auto
	--map-auto -r | --map-auto --map-root-user
	--map-users=auto --map-groups=auto
	--map-users=auto --map-group=0
	--map-groups=auto --map-user=0
	--map-auto -c -m -p -f | --map-auto --map-current-user --unshare=mnt,pid
	END
	both_run apart_ordinary - <<-'END'
	--map-auto
	--map-auto -r | --map-auto --map-root-user
	--map-auto -c | --map-auto --map-current-user
	--map-auto -S 0 -G 0
	--map-users=300000,0,1000 --map-groups=400000,0,65536
	--map-users=300000,1,100 --map-groups=300000,1,100 -r | --map-users=1:300000:100 --map-groups=1:300000:100 --map-root-user
	--map-users=400000,0,1000 --map-groups=400000,0,1000 --map-user=7 --map-group=8
	--map-auto -r -m -p -f --mount-proc | --map-auto --map-root-user --unshare=mnt,pid --mount-proc
	END
}

testUserAndGroup() {
	for who in root groups dressed; do
		both_run $who - <<-'END'
		-n -S 5 -G 6 | --unshare=net -S 5 -G 6
		-n -S 5 | --unshare=net -S 5
		-n -G 6 | --unshare=net --setgid=6
		-p -f -S 5 -G 6 | --unshare=pid -S 5 -G 6
		-r -S 0 | --map-root-user -S 0
		END
	done
	both_run ordinary - <<-'END'
	-r -S 0 | --map-root-user -S 0
	-c -S 12345 | --map-current-user -S 12345
	END
}

testCapabilitiesAreKept() {
	"$NSEXEC" --help | grep -q -e --keep-caps || { skip 'no --keep-caps yet'; return 0; }
	for who in root ordinary dressed_ordinary root_of_remapped; do
		both_run $who - <<-'END'
		-c --keep-caps | --map-current-user --keep-caps
		-r --keep-caps | --map-root-user --keep-caps
		-U --keep-caps | --unshare=user --keep-caps
		-c -p -f --keep-caps | --map-current-user --unshare=pid --keep-caps
		-c -n --keep-caps | --map-current-user --unshare=net --keep-caps
		END
	done
}

# ---- where ---------------------------------------------------------------------------

testMountsArePropagated() {
	for who in root shared; do
		both_run $who - <<-'END'
		-m --propagation private | --unshare=mnt --propagation=private
		-m --propagation slave | --unshare=mnt --propagation=slave
		-m --propagation shared | --unshare=mnt --propagation=shared
		-m --propagation unchanged | --unshare=mnt --propagation=unchanged
		-r -m --propagation slave | --map-root-user --unshare=mnt --propagation slave
		-r -m --propagation unchanged | --map-root-user --unshare=mnt --propagation unchanged
		END
	done
}

testProcIsMounted() {
	for who in root shared dressed; do
		both_run $who - <<-'END'
		-p -f --mount-proc | --unshare=pid --mount-proc
		-m -p -f --mount-proc | --unshare=pid,mnt --mount-proc
		-p -f --mount-proc=@W/tree/proc | --unshare=pid --mount-proc=@W/tree/proc
		--mount-proc
		END
	done
	both_run root - <<-'END'
	-p -f --mount-proc -R @W/tree | --unshare=pid --mount-proc --root=@W/tree
	END
	both_run ordinary - <<-'END'
	-r -p -f --mount-proc | --map-root-user --unshare=pid --mount-proc
	-r -p -f --mount-proc=@W/tree/proc | --map-root-user --unshare=pid --mount-proc=@W/tree/proc
	END
}

testRootAndWorkingDirectory() {
	for who in root dressed; do
		both_run $who - <<-'END'
		-n -R @W/tree | --unshare=net --root=@W/tree
		-m -R @W/tree | --unshare=mnt -r@W/tree
		-n -w @W/tree | --unshare=net --wdns=@W/tree
		-n -w .. | --unshare=net --wdns=..
		-m -w @W | --unshare=mnt --wdns=@W
		-m -R @W/tree -w /var/inside | --unshare=mnt --root=@W/tree --wdns=/var/inside
		-n -w @W/tree | --unshare=net --wd=@W/tree
		END
	done
	both_run ordinary - <<-'END'
	-r | --map-root-user -G 0
	-r -R @W/tree | --map-root-user --root=@W/tree
	-r -R @W/tree -w /var | --map-root-user --root=@W/tree --wdns=/var
	-r -m -w @W/tree | --map-root-user --unshare=mnt --wd=@W/tree
	END
}

testClocksAreMoved() {
	both_run root - <<-'END'
	-T --boottime 1000 | --unshare=time --boottime=1000
	-T --monotonic 77 | --unshare=time --monotonic=77
	-T -f --monotonic 77 --boottime 1000 | --unshare=time --monotonic=77 --boottime 1000
	-T --boottime 1000 | --boottime=1000
	END
	both_run ordinary - <<-'END'
	-r -T --boottime 1000 | --map-root-user --unshare=time --boottime=1000
	-U -T -f --monotonic 77 | --unshare=user,time --monotonic=77
	END
}

# ---- files and processes -------------------------------------------------------------

testNamespacesAreKeptInFiles() {
	for it in cgroup ipc net uts; do
		echo "--$it=@W/kept/$it | --unshare=$it=@W/kept/$it"
	done >"$work/keeping"
	both_run apart - <"$work/keeping"
	both_run apart - <<-'END'
	--mount=@W/kept/mnt | --unshare=mnt=@W/kept/mnt
	--user=@W/kept/user | --unshare=user=@W/kept/user
	--user=@W/kept/user -r | --unshare=user=@W/kept/user --map-root-user
	--pid=@W/kept/pid -f | --unshare=pid=@W/kept/pid
	--time=@W/kept/time -f | --unshare=time=@W/kept/time
	--net=@W/kept/net --uts=@W/kept/uts | --unshare=net=@W/kept/net --unshare=uts=@W/kept/uts
	--net=@W/kept/net -p -f | --unshare=net=@W/kept/net --unshare=pid
	--net=@W/kept/net -r | --unshare=net=@W/kept/net --map-root-user
	END
}

testFork() {
	for who in root dressed; do
		both_run $who - <<-'END'
		-f | --fork
		-f -n | --fork --unshare=net
		-n --kill-child | --unshare=net --fork --kill-child
		-p --kill-child=TERM | --unshare=pid --kill-child=TERM
		-p --kill-child=SIGUSR1 | --unshare=pid --kill-child=SIGUSR1
		-p --kill-child | --unshare=pid --kill-child
		END
	done
}

testStatus() {
	for program in 'probe ends 7' 'probe ends 125' 'probe dies 15' 'probe dies 9'; do
		both_run root - <<-'END'
		-n | --unshare=net
		-p -f | --unshare=pid
		-r -p -f | --map-root-user --unshare=pid
		END
	done
	program=probe
}

testShellWithoutAProgram() {
	program=''
	both_run root - <<-'END'
	-n | --unshare=net
	-p -f | --unshare=pid
	END
	program=probe
}

# ---- what both refuse ----------------------------------------------------------------

testBothRefuse() {
	both_refuse root - <<-'END'
	--absent
	-n --propagation absent | --unshare=net --propagation=absent
	-m -R /absent | --unshare=mnt --root=/absent
	-m -w /absent | --unshare=mnt --wd=/absent
	-n -S absent | --unshare=net -S absent
	-n --map-user absent-user | --unshare=net --map-user=absent-user
	--map-users=0,0 | --map-users=0,0
	--map-users=0,0,0 --map-groups=0,0,0 | --map-users=0:0:0 --map-groups=0:0:0
	-r --setgroups allow | --map-root-user --setgroups=allow
	-U --setgroups absent | --unshare=user --setgroups=absent
	-p -f --kill-child=absent | --unshare=pid --kill-child=absent
	-T --boottime absent | --unshare=time --boottime=absent
	-T --boottime -99999999999 | --unshare=time --boottime=-99999999999
	-r -S 5 | --map-root-user -S 5
	-r -G 6 | --map-root-user -G 6
	--net=/absent | --unshare=net=/absent
	--mount-proc=/absent
	END
	for who in ordinary ordinary_in_groups; do
		both_refuse $who - <<-'END'
		-n | --unshare=net
		-m | --unshare=mnt
		-p -f | --unshare=pid
		-T -f | --unshare=time
		-m -u -i | --unshare=mnt,uts,ipc
		--mount-proc
		-S 5 -U | --unshare=user -S 5
		-r -S 5 | --map-root-user -S 5
		-R @W/tree | --root=@W/tree
		--map-users=0,0,1000 --map-groups=0,0,1000
		--net=@W/kept/net -r | --unshare=net=@W/kept/net --map-root-user
		END
	done
	both_refuse apart_ordinary - <<-'END'
	--map-users=200000,0,1000 --map-groups=200000,0,1000
	END
	for program in absent "$work"; do
		both_refuse root - <<-'END'
		-n | --unshare=net
		-p -f | --unshare=pid
		END
	done
	program=probe
}

# ---- the list of what is allowed -----------------------------------------------------

testEveryAllowanceIsNeeded() {
	every_allowance_is_needed
}

. shunit2
