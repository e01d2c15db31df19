# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# Containers of the benchmark, beside those of tests/lib.sh, which comes first.
# Variables of lib.sh, and a text that is expanded there:
# shellcheck disable=SC2034,SC2154,SC2016

# Six kinds, or seven with user: no time namespace, since that is not among them.
all_but_user='--mount --uts --ipc --net --pid --cgroup --fork --mount-proc --kill-child'

# Their cgroups stay unless it is their own tool that ends them.
lxc=''
end_lxc() {
	for it in $lxc; do
		lxc-stop --kill -n "$it" -P "$work/lxc" >/dev/null 2>&1 </dev/null
	done
	lxc=''
}
trap 'end_lxc; cleanup' EXIT

# container_lxc: the host's tree, as in those of OCI runtimes; its name is $id.
container_lxc() {
	new_name lxc
	command -v lxc-start >/dev/null || { why='no lxc here'; return 1; }
	mkdir -p "$work/lxc" "$work/$id.root"
	{
		echo "lxc.uts.name = $name
lxc.net.0.type = empty
lxc.console.path = none
lxc.autodev = 0
lxc.mount.auto = proc:rw
lxc.rootfs.path = dir:$work/$id.root"
		for it in /*; do
			case $it in /proc | /sys) continue ;; esac
			if [ -L "$it" ]; then
				cp -P "$it" "$work/$id.root/"
			elif [ -d "$it" ]; then
				echo "lxc.mount.entry = $it ${it#/} none rbind,create=dir 0 0"
			fi
		done
	} >"$work/$id.conf"
	lxc="$lxc $id"
	lxc-start --foreground -n "$id" -P "$work/lxc" -f "$work/$id.conf" -- sleep 300 \
		>"$words" 2>&1 </dev/null &
	remember $!
	if wait_for 'target=$(lxc-info -n "$id" -P "$work/lxc" -pH 2>/dev/null) &&
		[ -n "$target" ] && grep -qa "sleep" "/proc/$target/cmdline"'
	then
		remember "$target"
		return 0
	fi
	why="no lxc container here: $(tail -n 1 "$words")"
	target=''
	return 1
}
