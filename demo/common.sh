# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What both acts of the demonstration share: a place for files, the end of everything,
# and how results are shown.
#
# $here is from run; some variables are for the files that source this one, and some texts
# are expanded inside.
# shellcheck disable=SC2154,SC2034,SC2016

scratch=$(mktemp -d)
chmod 755 "$scratch"
started=	# PIDs to end; with the first process of a container all others in it

cleanup() {
	for it in $started; do
		kill -KILL "$it" 2>/dev/null || :
	done
	wait
	rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# fail TEXT [FILE]: with what the file says
fail() {
	[ -z "${2-}" ] || cat "$2" >&2
	echo "demo: $1" >&2
	exit 1
}

have() {
	command -v "$1" >/dev/null 2>&1
}

milliseconds() {
	echo $(($(date +%s%N) / 1000000))
}

# Run in a new network namespace: an interface, so that there is something to see.
interface_inside='
	ip link set lo up || :
	for type in dummy ifb vcan bridge; do
		ip link add demo0 type $type && break
	done
	ip address add 192.0.2.2/24 dev demo0 || :
	ip link set demo0 up || :'

# Columns as wide as their widest cell.
table() {
	awk -F '|' '
		{ for (i = 1; i <= NF; i++) {
			cell[NR, i] = $i
			if (length($i) > width[i]) width[i] = length($i)
		} }
		END { for (r = 1; r <= NR; r++) {
			line = ""
			for (i = 1; i <= NF; i++) line = line sprintf("%-" width[i] "s  ", cell[r, i])
			sub(/ +$/, "", line)
			print line
		} }'
}

build_where() {
	[ -e "$scratch/Where.class" ] || javac -d "$scratch" "$here/Where.java"
}

java_version() {
	java -version 2>&1 | sed -n '1s/.*"\(.*\)".*/\1/p'
}

go_version() {
	go version | sed 's/go version go\([^ ]*\).*/Go \1/'
}

# build_go CGO_ENABLED NAME
build_go() {
	cache=$(go env GOCACHE 2>/dev/null) || cache=
	{ [ -n "$cache" ] && mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ]; } ||
		cache=$scratch/go
	(cd "$scratch" && CGO_ENABLED=$1 GO111MODULE=off GOCACHE=$cache \
		go build -o "$2-go" "$here/$2.go")
}

# What --report-fd has written: {"pid":N,"pid_inside":N,"namespaces":{"net":INODE,...}}
reported_pid() {
	sed 's/{"pid":\([0-9]*\).*/\1/' "$1"
}
reported_pid_inside() {
	sed 's/.*"pid_inside":\([0-9]*\).*/\1/' "$1"
}
reported_namespaces() { # KIND:INODE,...
	sed 's/.*"namespaces":{\(.*\)}}/\1/; s/"//g' "$1"
}
