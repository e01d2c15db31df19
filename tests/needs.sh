#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a program of ours needs where its files are not is found by itself, and it is
# enough: with nothing but that, in a root that is empty otherwise, it runs.
#
# From lib.sh; some are lists of words.
# shellcheck disable=SC2154,SC2086,SC2016

. "$(dirname "$0")/lib.sh"

needs=$abs_top_builddir/tests/graft/needs
list=$work/list
said=$work/said

oneTimeSetUp() {
	mkdir "$work/a"
	compile "$work/plain"
	libc=$(LC_ALL=C ldd "$work/plain" | sed -n 's/.*=> \(.*libc\.so[^ ]*\) .*/\1/p')
	libdir=$(realpath "${libc%/*}")
	loader=$(LC_ALL=C ldd "$work/plain" | sed -n 's/^[[:blank:]]*\(\/[^ ]*\) (.*/\1/p')
}

# compile PROGRAM [FLAG...]: one that says "works"; or what is given instead of a source.
compile() {
	output=$1
	shift
	printf '#include <stdio.h>\nint main(void) { puts("works"); return 0; }\n' |
		${CC:-cc} -xc -o "$output" - "$@"
}

# with_library DIR [FLAG...]: DIR/bin/program wants DIR/lib/libinner.so.
with_library() {
	mkdir -p "$1/bin" "$1/lib"
	echo 'int inner(void) { return 0; }' | ${CC:-cc} -shared -fPIC -xc -o "$1/lib/libinner.so" -
	printf '%s\n' '#include <stdio.h>' 'int inner(void);' \
		'int main(void) { puts("works"); return inner(); }' |
		${CC:-cc} -xc -o "$1/bin/program" - -xnone "-L$1/lib" -linner "$2"
}

# script FILE FIRST_LINE [LINE...]
script() {
	output=$1
	shift
	printf '%s\n' "$@" >"$output"
	chmod 755 "$output"
}

# look PROGRAM: fill $list.
look() {
	"$needs" "$1" >"$list" 2>"$said"
	assertEquals "status for $1: $(cat "$said")" 0 $?
}

# listed LINE...
listed() {
	for line in "$@"; do
		assertTrue "not listed: $line; but $(cat "$list")" "grep -qxF '$line' '$list'"
	done
}

# not_listed PATTERN
not_listed() {
	assertFalse "listed: $(grep "$1" "$list")" "grep -q '$1' '$list'"
}

# refused STATUS WORDS PROGRAM
refused() {
	"$needs" "$3" >"$list" 2>"$said"
	assertEquals "status: $(cat "$said")" "$1" $?
	assertContains "$(cat "$said")" "$2"
}

# ---- a root of what is listed ------------------------------------------------

# For a shell in mount namespace of its own: mount what is in $1 below $2.  One that a
# program cannot do without must be there; a directory that is to be merged is alone.
furnish='
	mount -t tmpfs -o mode=755 none "$2" || exit 125
	while read -r how from to; do
		optional=
		if [ "$how" = optional ]; then
			optional=1
			how=$from
			from=${to% *}
			to=${to#* }
		fi
		case $how in
		program) continue ;;
		DIRECTORY)
			mkdir -p "$2$to" && chmod "$from" "$2$to" || exit 125
			continue
			;;
		IF_NONE) [ ! -e "$2$to" ] || continue ;;
		HIDE) [ -e "$2$to" ] || continue ;;
		esac
		if [ -d "$from" ]; then
			mkdir -p "$2$to"
		elif [ ! -e "$2$to" ]; then
			mkdir -p "$2${to%/*}" && : >"$2$to"
		fi
		mount --bind "$from" "$2$to" || [ "$optional" ] || exit 125
	done <"$1"
	mount -t proc none "$2/proc" || exit 125
	[ ! -d "$3" ] || { mkdir -p "$2/data" && mount --bind "$3" "$2/data"; } || exit 125
	root=$2
	shift 3
	exec chroot "$root" "$@"
'

# alone PROGRAM [ARG...]: run it where there is nothing else; $data is /data there.
alone() {
	look "$1"
	program=$(sed -n 's/^program //p' "$list")
	shift
	mkdir -p "$work/root"
	unshare --mount sh -c "$furnish" sh "$list" "$work/root" "${data:-none}" \
		"${as:-$program}" "$@" >"$said" 2>&1
	assertEquals "status of $program: $(cat "$said")" 0 $?
}

# alone_says WORDS PROGRAM [ARG...]
alone_says() {
	words=$1
	shift
	alone "$@"
	assertContains "$(cat "$said")" "$words"
}

# ---- what is listed ----------------------------------------------------------

test_a_static_program_needs_nothing() {
	compile "$work/static" -static
	look "$work/static"
	assertEquals "program $work/static" "$(cat "$list")"
}

test_a_dynamic_program_needs_itself_its_loader_and_its_libraries() {
	look "$work/plain"
	listed "program $work/plain" "OVER $work/plain $work/plain" \
		"OVER $(realpath "$loader") $loader" "MERGE $libdir $libdir"
	[ "${libc%/*}" = "$libdir" ] || listed "MERGE $libdir ${libc%/*}"
	for it in cache preload; do
		if [ -e /etc/ld.so.$it ]; then
			listed "optional OVER /etc/ld.so.$it /etc/ld.so.$it"
		else
			listed "HIDE /dev/null /etc/ld.so.$it"
		fi
	done
	not_listed "OVER $libc"
}

test_directories_and_devices_come_last_and_are_optional() {
	look "$work/plain"
	listed 'optional IF_NONE /dev/null /dev/null' 'optional DIRECTORY 1777 /tmp' \
		'optional DIRECTORY 555 /proc'
	assertEquals 'optional DIRECTORY 555 /proc' "$(tail -n 1 "$list")"
	assertContains 'what is merged comes first' "$(sed -n 2p "$list")" 'MERGE '
}

test_a_symbolic_link_is_followed_to_the_program() {
	ln -sf ../plain "$work/a/link"
	ln -sf a/link "$work/link"
	look "$work/link"
	listed "program $work/plain" "OVER $work/plain $work/plain"
}

# Behind a symbolic link ".." is where the link leads from, as the kernel has it.
test_a_path_back_out_of_a_link_is_as_the_kernel_follows_it() {
	mkdir -p "$work/out/far/in"
	ln -s far/in "$work/out/link"
	compile "$work/out/it"
	compile "$work/out/far/it"
	look "$work/out/link/../it"
	listed "program $(realpath "$work/out/far/it")"
	look "$work/out/far/./in/../it"
	listed "program $(realpath "$work/out/far/it")"
	look "$work/out/it"
	listed "program $(realpath "$work/out/it")"
}

test_a_program_is_found_by_PATH() {
	PATH=$work:$PATH look plain
	listed "program $work/plain"
	(cd "$work" && exec env PATH=":$PATH" "$needs" plain) >"$list"
	listed "program $work/plain"
	refused 127 nosuch nosuch
	refused 126 EACCES "$list"
	refused 126 EACCES /
	refused 127 'empty name' ''
}

test_a_library_beside_the_program_is_listed_by_its_file() {
	with_library "$work/origin" "-Wl,-rpath,\$ORIGIN/../lib"
	look "$work/origin/bin/program"
	listed "OVER $work/origin/lib/libinner.so $work/origin/lib/libinner.so"
}

test_a_library_is_found_as_the_environment_says() {
	with_library "$work/environment" -L/
	LD_LIBRARY_PATH=$work/environment/lib look "$work/environment/bin/program"
	listed "OVER $work/environment/lib/libinner.so $work/environment/lib/libinner.so"
	# The sanitizer that the test program may have would not have it otherwise.
	ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$work/environment/lib/libinner.so look "$work/plain"
	listed "OVER $work/environment/lib/libinner.so $work/environment/lib/libinner.so"
}

test_a_library_that_is_missing_is_named() {
	with_library "$work/missing" -L/
	refused 127 "library libinner.so ($work/missing/bin/program): ENOENT" \
		"$work/missing/bin/program"
}

test_many_libraries_are_no_more_than_there_is_room_for() {
	mkdir -p "$work/many"
	echo 'int f;' | ${CC:-cc} -shared -nostdlib -fPIC -xc -o "$work/many/one" -
	wanted=''
	for it in $(seq 200); do
		cp "$work/many/one" "$work/many/liblong-name-of-number-$it.so"
		wanted="$wanted -llong-name-of-number-$it"
	done
	compile "$work/of_many" -L"$work/many" -Wl,-rpath,"$work/many" -Wl,--no-as-needed $wanted
	look "$work/of_many"
	listed "OVER $work/many/liblong-name-of-number-200.so $work/many/liblong-name-of-number-200.so"
	assertEquals 200 "$(grep -c "^OVER $work/many/" "$list")"
	alone_says works "$work/of_many"
}

# with_stores COMMAND...: in a root like ours in which /nix and /gnu are empty
with_stores() {
	unshare --mount sh -c '
		at=$1
		shift
		mount -t tmpfs none "$at" || exit
		for it in /*; do
			if [ -L "$it" ]; then
				cp -P "$it" "$at/"
			elif [ -d "$it" ]; then
				mkdir "$at$it" && mount --rbind "$it" "$at$it" || exit
			fi
		done
		mkdir -p "$at/nix" "$at/gnu" && mount -t tmpfs none "$at/nix" &&
		mount -t tmpfs none "$at/gnu" && exec chroot "$at" "$@"' \
		sh "$work/copy" "$@"
}

# Plugins lie in directories of other packages, and which these are only the program knows.
test_a_store_of_packages_is_listed_as_a_whole() {
	need_root || return 0
	mkdir -p "$work/copy"
	compile "$work/packaged"
	for it in /nix/store /gnu/store; do
		with_stores sh -c '
			mkdir -p "$1/abc-tool/bin" && cp "$2" "$1/abc-tool/bin/tool" &&
			exec "$3" "$1/abc-tool/bin/tool"' \
			sh "$it" "$work/packaged" "$needs" >"$list" 2>&1
		assertContains "$(cat "$list")" "MERGE $it $it"
		assertNotContains "$(cat "$list")" "OVER $it"
	done
}

test_a_program_of_musl_needs_the_loader_of_musl() {
	need musl-gcc || return 0
	CC=musl-gcc compile "$work/musl"
	musl=$(echo /lib/ld-musl-*.so.1)
	look "$work/musl"
	listed "OVER $(realpath "$musl") $musl" "OVER $work/musl $work/musl"
	not_listed ld.so.cache
	CC=musl-gcc with_library "$work/of_musl" -L/
	refused 127 "library libinner.so ($work/of_musl/bin/program): ENOENT" \
		"$work/of_musl/bin/program"
	need_root || return 0
	alone_says works "$work/musl"
}

# ---- scripts -----------------------------------------------------------------

test_a_script_needs_its_interpreter_with_all_that_this_needs() {
	script "$work/script" '#!/bin/sh' 'echo works'
	look "$work/script"
	listed "program $work/script" "OVER $work/script $work/script" \
		"OVER $(realpath /bin/sh) /bin/sh" "MERGE $libdir $libdir"
}

test_a_script_of_a_script_needs_both_interpreters() {
	script "$work/script" '#!/bin/sh' 'echo works'
	script "$work/outer" "#!$work/script"
	look "$work/outer"
	listed "program $work/outer" "OVER $work/outer $work/outer" \
		"OVER $work/script $work/script" "OVER $(realpath /bin/sh) /bin/sh"
}

test_a_script_without_an_interpreter_needs_the_shell() {
	script "$work/shell" 'echo works'
	look "$work/shell"
	listed "OVER $work/shell $work/shell" "OVER $(realpath /bin/sh) /bin/sh"
}

test_what_env_is_to_execute_is_listed_too() {
	for line in plain '-S plain -x' '-Splain' '-S A=1 plain' '-S -i plain' '	plain ' \
		'-S -u NONE plain' '--split-string=plain' '-S "plain"'; do
		script "$work/of_env" "#!/usr/bin/env $line"
		PATH=$work:$PATH look "$work/of_env"
		listed "OVER $(realpath /usr/bin/env) /usr/bin/env" "OVER $work/plain $work/plain"
	done
	script "$work/of_env" "#!/usr/bin/env"
	look "$work/of_env"
	script "$work/of_env" "#!/usr/bin/env nosuch"
	refused 127 "nosuch ($work/of_env): ENOENT" "$work/of_env"
}

test_scripts_of_scripts_end_somewhere() {
	script "$work/round" "#!$work/round"
	look "$work/round"
	last=/bin/sh
	for it in 1 2 3 4 5 6 7 8; do
		script "$work/script$it" "#!$last"
		last=$work/script$it
	done
	refused 126 'too many interpreters' "$last"
}

test_an_interpreter_that_is_not_there_is_named() {
	script "$work/broken" '#!/no/such/interpreter'
	refused 127 "/no/such/interpreter ($work/broken): ENOENT" "$work/broken"
	script "$work/broken" '#!relative'
	refused 126 'no absolute path' "$work/broken"
	compile "$work/loaderless" -Wl,--dynamic-linker=/no/such/loader
	refused 126 '/no/such/loader' "$work/loaderless"
}

# ---- what cannot be ----------------------------------------------------------

test_a_file_that_no_path_leads_to_must_be_static() {
	compile "$work/goes"
	cp "$work/static" "$work/goes_too"
	exec 7<"$work/goes" 8<"$work/goes_too"
	rm "$work/goes" "$work/goes_too"
	refused 127 'no path leads to it' /proc/self/fd/7
	look /proc/self/fd/8
	script "$work/goes" '#!/bin/sh'
	exec 7<"$work/goes"
	script "$work/other" '#!/bin/sh'
	mv "$work/other" "$work/goes"
	refused 127 'no path leads to it' /proc/self/fd/7
	exec 7<&- 8<&-
}

test_a_loader_that_others_may_write_is_not_started() {
	cp "$(realpath "$loader")" "$work/loader"
	chmod 777 "$work/loader"
	compile "$work/doubtful" -Wl,--dynamic-linker="$work/loader"
	refused 126 'loader that others may write' "$work/doubtful"
	chmod 755 "$work/loader"
	look "$work/doubtful"
	listed "OVER $work/loader $work/loader"
	need_root || return 0
	chown "$ordinary" "$work/loader"
	refused 126 'loader that others may write' "$work/doubtful"
}

test_a_loader_cannot_name_just_any_file() {
	script "$work/liar" '#!/bin/sh' 'echo "libx.so => /etc/passwd (0x1)"' \
		"echo 'liby.so => $work (0x1)'" "echo 'libz.so => /nosuch (0x1)'"
	compile "$work/lied_about" -Wl,--dynamic-linker="$work/liar"
	look "$work/lied_about"
	not_listed '/etc/passwd\|/nosuch'
	not_listed " $work\$"
}

test_a_loader_that_fails_is_quoted() {
	script "$work/failing" '#!/bin/sh' 'echo "it hurts" >&2; exit 3'
	compile "$work/failed" -Wl,--dynamic-linker="$work/failing"
	refused 126 "it hurts ($work/failing)" "$work/failed"
	script "$work/failing" '#!/bin/sh' 'kill -9 $$'
	refused 126 'killed by signal 9' "$work/failed"
}

test_a_loader_that_has_no_end_is_given_up() {
	script "$work/endless" '#!/bin/sh' \
		"while [ -e '$work/on' ]; do echo 'libx.so => /nosuch (0x1)'; done"
	touch "$work/on"
	compile "$work/unending" -Wl,--dynamic-linker="$work/endless"
	refused 126 E2BIG "$work/unending"
	# It does not notice either that nobody listens; nothing is waited for that may never come.
	trap '' PIPE
	timeout 20 "$needs" "$work/unending" >"$list" 2>"$said"
	assertEquals "status: $(cat "$said")" 126 $?
	assertContains "$(cat "$said")" E2BIG
	trap - PIPE
	rm "$work/on"
}

test_a_program_for_another_machine_is_refused() {
	cp "$work/plain" "$work/foreign"
	printf '\352\000' | dd of="$work/foreign" bs=1 seek=18 conv=notrunc 2>"$said"
	refused 126 'for another machine' "$work/foreign"
}

test_a_program_that_cannot_be_read_is_refused() {
	need_root || return 0
	cp "$work/plain" "$work/unreadable"
	chmod 711 "$work/unreadable"
	as_user "$ordinary" "$needs" "$work/unreadable" >"$list" 2>"$said"
	assertEquals 126 $?
	assertContains "$(cat "$said")" 'not readable'
}

test_whatever_is_done_with_SIGCHLD_the_loader_is_waited_for() {
	env --ignore-signal=CHLD "$needs" "$work/plain" >"$list" 2>"$said"
	assertEquals "$(cat "$said")" 0 $?
	listed "OVER $work/plain $work/plain"
}

test_closed_descriptors_change_nothing() {
	"$needs" "$work/plain" 3>&1 >"$work/closed" <&- 2>&-
	assertEquals 0 $?
	look "$work/plain"
	assertEquals "$(cat "$list")" "$(cat "$work/closed")"
}

# ---- runtimes ----------------------------------------------------------------

test_a_JVM_is_listed_as_a_whole_with_what_its_links_lead_to() {
	need java || return 0
	home=$(realpath "$(command -v java)")
	home=${home%/bin/java}
	for program in java jcmd; do
		command -v "$program" >"$said" || continue
		look "$program"
		listed "program $home/bin/$program" "OVER $home $home"
		assertContains 'what is merged comes first' "$(sed -n 2p "$list")" 'MERGE '
		not_listed "OVER $home/"
		for it in "$home/lib/jvm.cfg" "$home/lib/security/cacerts"; do
			case $(realpath "$it") in
			"$home"/*) ;;
			/etc/java-*/*)
				it=$(realpath "$it" | cut -d/ -f1-3)
				listed "optional OVER $it $it"
				;;
			*) assertTrue "where $it leads to" "grep -q '$(realpath "$it")' '$list'" ;;
			esac
		done
	done
}

test_a_venv_is_listed_with_the_Python_that_it_is_of() {
	need /usr/bin/python3 || return 0
	/usr/bin/python3 -m venv --without-pip "$work/venv" >"$said" 2>&1 ||
		{ skip 'no module venv here'; return 0; }
	look "$work/venv/bin/python"
	python=$(realpath /usr/bin/python3)
	listed "program $python" "OVER $work/venv $work/venv" \
		"OVER /usr/lib/${python##*/} /usr/lib/${python##*/}"
	need_root || return 0
	as=$work/venv/bin/python
	alone_says "$work/venv" "$as" -c 'import sys; print(sys.prefix)'
	as=
}

# ---- proof -------------------------------------------------------------------

test_alone_a_program_runs() {
	need_root || return 0
	alone_says works "$work/plain"
	with_library "$work/origin" "-Wl,-rpath,\$ORIGIN/../lib"
	alone_says works "$work/origin/bin/program"
}

test_alone_scripts_run() {
	need_root || return 0
	script "$work/script" '#!/bin/sh' 'echo works'
	alone_says works "$work/script"
	script "$work/outer" "#!$work/script"
	alone_says works "$work/outer"
	script "$work/of_env" '#!/usr/bin/env plain'
	PATH=$work:$PATH alone_says works "$work/of_env"
}

test_alone_tools_of_the_system_run() {
	need_root || return 0
	for it in ss ip; do
		need "$it" || continue
		alone_says iproute2 "$it" -V
	done
	need bash && alone_says works bash -c 'words=(it works); echo ${words[1]}'
	need perl && alone_says 3 perl -MPOSIX -e 'print floor(3.7)'
	need node && alone_says works node -e 'console.log(require("util").format("%s", "works"))'
	need gdb && alone_says 'the answer is 42' gdb -batch -ex 'python print("the answer is", 42)'
}

test_alone_Python_runs_with_its_modules() {
	need_root || return 0
	need python3 || return 0
	for python in /usr/bin/python3 $(python3 -c 'import sys; print(sys.executable)'); do
		[ -x "$python" ] || continue
		alone_says works "$python" -c 'import ssl, json, ctypes, sqlite3, socket; print("works")'
	done
}

test_alone_Java_runs() {
	need_root || return 0
	need java javac jcmd || return 0
	mkdir -p "$work/java"
	data=$work/java
	cat >"$data/Works.java" <<-'END'
	public class Works {
		public static void main(String[] words) throws Exception {
			javax.net.ssl.SSLContext.getDefault();
			System.out.println("works " + java.util.Locale.getDefault());
		}
	}
	END
	javac -d "$data" "$data/Works.java" >"$said" 2>&1
	assertEquals "$(cat "$said")" 0 $?
	alone_says works java -cp /data Works
	data=
	alone_says 'openjdk version' java -version
	alone jcmd -l
}

. shunit2
