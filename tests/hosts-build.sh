# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# Compile the programs of tests/hosts.  Sourced after lib.sh.
#
#	build_hosts [NAME...]	make the named ones, or all, and set $hosts to the
#				directory that has them, which every user can reach
#	host_words NAME		the words that run it: $(host_words java) exit 3
#	need_host NAME...	skip the test without them: need_host go || return 0
#
# Results are kept in the build directory, and made again only when they are
# older than what they are made of.  What cannot be compiled here is left out,
# with the reason in $hosts/NAME.why.
#
# From lib.sh; -nt is in every sh that we meet; $ORIGIN is for the loader.
# shellcheck disable=SC2154,SC3013,SC2016

every_host='threads-glibc threads-musl threads-glibc-init threads-musl-init uses_libstarts
	libc_intact-glibc libc_intact-musl libc_intact-glibc-init libc_intact-musl-init
	java node python go go-static rust script
	secure late empty bare_clone ended
	driver host-none host-preload host-init host-runc host-static host-musl host-musl-static
	libc_intact-runc libc_intact-static libc_intact-musl-runc libc_intact-musl-static'

hosts_source=$abs_testsdir/hosts
bootstrap_source=$abs_testsdir/bootstrap
hosts_kept=${HOSTS_BUILD:-$abs_top_builddir/tests/hosts.build}
hosts=$hosts_kept

# find_tool NAME [PATH...]: at a PATH, or else wherever it is.
find_tool() {
	tool=$1
	shift
	for path in "$@" "$(command -v "$tool")"; do
		[ ! -x "$path" ] || { printf '%s\n' "$path"; return; }
	done
	echo "no $tool here" >&2
	return 1
}

find_go() { find_tool go /usr/local/go/bin/go /usr/lib/go/bin/go; }
find_rustc() { find_tool rustc "${HOME:-/root}/.cargo/bin/rustc"; }
# Not what comes first in PATH: that may be a script in somebody's home.
find_python() { find_tool python3 /usr/bin/python3; }

# ---- one function a compiler: make RESULT from the rest ------------------------

with_cc() {
	result=$1
	shift
	# shellcheck disable=SC2086 # may be several words
	${CC:-cc} -O1 -Wall -Wextra -o "$result" "$@" -pthread -ldl
}

with_musl() {
	result=$1
	shift
	compiler=$(find_tool musl-gcc) || return
	"$compiler" -O1 -Wall -Wextra -o "$result" "$@"
}

# The library lies beside the program, which finds it there.
with_libstarts() {
	with_cc "$hosts_kept/libstarts.so" -shared -fPIC -Wl,-soname,libstarts.so "$3" &&
		with_cc "$1" "$2" "$hosts_kept/libstarts.so" '-Wl,-rpath,$ORIGIN'
}

with_javac() {
	compiler=$(find_tool javac) || return
	find_tool java >/dev/null || return
	# This option: no warning about sun.misc.Signal.
	"$compiler" -XDignore.symbol.file -d "$1.dir" "$2" &&
		mv "$1.dir/Threads.class" "$1" && rmdir "$1.dir"
}

with_go() {
	result=$1
	source=$2
	shift 2
	compiler=$(find_go) || return
	[ -n "${HOME:-}" ] || export GOCACHE="${GOCACHE:-$hosts_kept/go-cache}"
	CGO_ENABLED=1 GO111MODULE=off GOFLAGS='' GOTOOLCHAIN=local \
		"$compiler" build "$@" -o "$result" "$source"
}

# RESULT SOURCE OBJECT
with_static_go() {
	with_go "$1" "$2" -ldflags "-linkmode external -extldflags '-static $3'"
}

with_rustc() {
	compiler=$(find_rustc) || return
	"$compiler" --edition 2021 -C opt-level=1 -o "$1" "$2"
}

# Without the headers, which are only looked at for their age.
with_driver() {
	with_cc "$1" -D_GNU_SOURCE "$2" "$3" "$4"
}

# ---- what is made of what ------------------------------------------------------

# keep FILE COMPILER ARG...: unless it is newer than all files among its arguments
keep() {
	file=$hosts_kept/$1
	compile=$2
	shift 2
	for source in "$hosts_source/report.h" "$@"; do
		if [ ! -e "$file" ] || [ "$source" -nt "$file" ]; then
			"$compile" "$hosts_kept/new.$host" "$@" && mv "$hosts_kept/new.$host" "$file"
			return
		fi
	done
}

make_host() {
	host=$1
	set -- -shared -fPIC -nostdlib
	from=$hosts_source
	ours=$bootstrap_source
	case $host in
	threads-glibc) keep "$host" with_cc "$from/threads.c" ;;
	threads-musl) keep "$host" with_musl "$from/threads.c" ;;
	threads-glibc-init) keep "$host" with_cc -static "$from/threads.c" "$INIT_O" ;;
	threads-musl-init) keep "$host" with_musl -static "$from/threads.c" "$INIT_O" ;;
	uses_libstarts) keep "$host" with_libstarts "$from/uses_libstarts.c" "$from/libstarts.c" ;;
	libc_intact-glibc) keep "$host" with_cc "$from/libc_intact.c" ;;
	libc_intact-musl) keep "$host" with_musl "$from/libc_intact.c" ;;
	libc_intact-glibc-init) keep "$host" with_cc -static "$from/libc_intact.c" "$INIT_O" ;;
	libc_intact-musl-init) keep "$host" with_musl -static "$from/libc_intact.c" "$INIT_O" ;;
	java) keep Threads.class with_javac "$from/Threads.java" ;;
	node) find_tool node >/dev/null && keep threads.js copy "$from/threads.js" ;;
	python) find_python >/dev/null && keep threads.py copy "$from/threads.py" ;;
	go) keep "$host" with_go "$from/threads.go" ;;
	go-static) keep "$host" with_static_go "$from/threads.go" "$INIT_O" ;;
	rust) keep "$host" with_rustc "$from/threads.rs" ;;
	script) keep script.sh copy "$from/script.sh" ;;
	secure) keep "$host" with_cc "$from/secure.c" "$INIT_O" ;;
	late) keep "$host" with_cc "$from/late.c" ;;
	ended) keep "$host" with_cc "$from/ended.c" ;;
	driver) keep "$host" with_driver "$ours/driver.c" "$ours/call.c" "$ours/message.c" \
		"$ours/call.h" "$ours/message.h" ;;
	host-none | host-preload) keep "$host" with_cc "$ours/host.c" ;;
	host-init) keep "$host" with_cc "$ours/host.c" "$INIT_O" ;;
	host-runc) keep "$host" with_cc "$ours/host.c" "$ours/calls_nsexec.c" "$RUNC_A" ;;
	host-static) keep "$host" with_cc -static "$ours/host.c" "$ours/calls_nsexec.c" "$RUNC_A" ;;
	host-musl) keep "$host" with_musl "$ours/host.c" "$ours/calls_nsexec.c" "$RUNC_A" ;;
	host-musl-static)
		keep "$host" with_musl -static "$ours/host.c" "$ours/calls_nsexec.c" "$RUNC_A" ;;
	libc_intact-runc)
		keep "$host" with_cc "$from/libc_intact.c" "$ours/calls_nsexec.c" "$RUNC_A" ;;
	libc_intact-static)
		keep "$host" with_cc -static "$from/libc_intact.c" "$ours/calls_nsexec.c" "$RUNC_A" ;;
	libc_intact-musl-runc)
		keep "$host" with_musl "$from/libc_intact.c" "$ours/calls_nsexec.c" "$RUNC_A" ;;
	libc_intact-musl-static)
		keep "$host" with_musl -static "$from/libc_intact.c" "$ours/calls_nsexec.c" \
			"$RUNC_A" ;;
	empty) keep empty.so with_cc "$@" "$from/empty.c" ;;
	bare_clone) keep bare_clone.so with_cc "$@" "$from/bare_clone.c" ;;
	*) echo "what is $host?" >&2; return 1 ;;
	esac
}

copy() {
	cp "$2" "$1"
}

build_hosts() {
	mkdir -p "$hosts_kept" || return
	# shellcheck disable=SC2086 # a list of words
	[ $# -gt 0 ] || set -- $every_host
	(
		flock 9 # another test file may be at it
		for host in "$@"; do
			{
				if make_host "$host" >"$hosts_kept/$host.log" 2>&1; then
					rm -f "$hosts_kept/$host.log" "$hosts_kept/$host.why"
				else
					mv "$hosts_kept/$host.log" "$hosts_kept/$host.why"
				fi
			} 9>&- &
		done
		wait
		chmod -R a+rX "$hosts_kept"
	) 9>"$hosts_kept/lock"
	reachable "$hosts_kept/lock" || {
		hosts=$work/hosts
		rm -rf "$hosts"
		cp -Rp "$hosts_kept" "$hosts"
	}
}

host_words() {
	case $1 in
	java) echo "$(find_tool java) -cp $hosts Threads" ;;
	node) echo "$(find_tool node) $hosts/threads.js" ;;
	python) echo "$(find_python) $hosts/threads.py" ;;
	script) echo "$hosts/script.sh" ;;
	*) echo "$hosts/$1" ;;
	esac
}

# A missing tool is a reason to skip; a program that does not compile is not.
need_host() {
	for host in "$@"; do
		[ -e "$hosts/$host.why" ] || continue
		case $(cat "$hosts/$host.why") in
		'no '*' here') skip "$host: $(cat "$hosts/$host.why")" ;;
		*) fail "$host: $(cat "$hosts/$host.why")" ;;
		esac
		return 1
	done
}
