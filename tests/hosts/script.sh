#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A shell script.  See report.h for what it prints.  It has one thread, and what
# it says about namespaces is what its commands see, who inherit them.
if [ -e /proc/self/ns ]; then
	for kind in cgroup ipc mnt net pid time user uts; do
		link=$(readlink "/proc/self/ns/$kind") || continue
		link=${link##*\[}
		echo "ns $$ $kind ${link%\]}"
	done
	echo 'threads 1'
else
	echo noproc
fi
echo "pid $$"
echo "uid $(id -u)"
env | sed -n -e 's/^NSEXEC/env &/p' -e 's/^LD_PRELOAD=/env &/p'
echo "hostname $(uname -n)"
if [ -e /proc/self/ns ]; then
	# The list holds the descriptor that served for listing; it is closed now.
	printf fds
	for fd in "/proc/$$/fd/"*; do
		[ ! -e "$fd" ] || printf ' %s' "${fd##*/}"
	done
	echo
fi
echo 'done'
case ${1:-} in
exit) exit "$2" ;;
child)
	sh -c 'env; readlink /proc/self/ns/net' | sed 's/^/child /'
	;;
sleep)
	sleep 60 &
	trap 'echo got USR1' USR1
	trap 'echo got TERM; kill -KILL $!; exit 43' TERM
	echo ready
	while kill -0 $!; do
		wait
	done
	;;
esac
