#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The four libc-free files and the C library are what the manual says they are, and an
# installation has everything in its place, where a program finds it through pkg-config.
#
# From lib.sh; CC and what pkg-config says are several words.
# shellcheck disable=SC2154,SC2086,SC2046

. "$(dirname "$0")/lib.sh"

oneTimeSetUp() {
	root=$work/root
	facts=$("$abs_top_srcdir/tests/check-objects" "$abs_top_builddir/nsexec" "$READELF" "$NM") ||
		: # the tests say which
}

# Every fact about a file was checked and holds.
assert_facts() {
	about=$(printf '%s\n' "$facts" | grep -e "^ok - $1 " -e "^not ok - $1 ")
	assertNotNull "something was checked about the $1: $facts" "$about"
	assertEquals '' "$(printf '%s\n' "$about" | grep '^not ok')"
}

# to_root TARGET: as a packager does.  The make that runs the tests is not to lend
# this one its jobs and flags.
to_root() {
	out=$(unset MAKEFLAGS MFLAGS MAKELEVEL &&
		make -C "$abs_top_builddir" "$1" DESTDIR="$root" 2>&1)
	assertEquals "make $1: $out" 0 $?
}

files_in_root() { (cd "$root" && find . ! -type d | sort); }

testCommandIsOneStaticFileWithoutLibc() { assert_facts command; }
testPreloadNeedsNothingAndExportsNothing() { assert_facts preload; }
testInitObjectHasNoNameOfItsOwn() { assert_facts 'init object'; }
testRuncArchiveHasOneNameAndUsesTheEnvironmentAlone() { assert_facts 'runc archive'; }
testSharedLibraryExportsItsHeaderAndHasNoVariables() { assert_facts 'shared library'; }
testStaticLibraryHasThoseNamesAloneAndNoVariables() { assert_facts 'static library'; }
testLibraryUsesNoLibcInTheMemoryOfAHost() { assert_facts 'library in the memory'; }

# A test that is in no list never runs.
testEveryTestIsInAList() {
	unlisted=''
	for it in $(grep -l '^\. shunit2' "$abs_top_srcdir"/tests/*.sh) \
		"$abs_top_srcdir"/tests/unit/test_*.c; do
		it=${it#"$abs_top_srcdir"/}
		grep -q "^	${it%.c} *\\\\\{0,1\}$" "$abs_top_srcdir/Makefile.am" || unlisted="$unlisted $it"
	done
	assertEquals 'tests without a place in Makefile.am' '' "$unlisted"
}

# What is in no list is not in the release.
testEverySourceIsInAList() {
	unlisted=''
	for it in "$abs_top_srcdir"/nsexec/*.[ch] "$abs_top_srcdir"/shim/*.[ch] \
		"$abs_top_srcdir"/lib/*.[ch]; do
		it=${it#"$abs_top_srcdir"/}
		grep -qF "$it" "$abs_top_srcdir/Makefile.am" || unlisted="$unlisted $it"
	done
	assertEquals 'sources without a place in Makefile.am' '' "$unlisted"
}

# It brings all that it uses, in whatever order headers are included.  Those of one
# architecture are for arch.h.
testEveryHeaderStandsAlone() {
	for it in "$abs_top_srcdir"/nsexec/*.h "$abs_top_srcdir"/shim/*.h \
		"$abs_top_srcdir"/lib/*.h; do
		case $it in */arch_*) continue ;; esac
		out=$($CC -std=gnu11 -D_GNU_SOURCE -Werror -fsyntax-only -I"$abs_top_srcdir/nsexec" \
			-I"$abs_top_srcdir/shim" -I"$abs_top_srcdir/lib" -x c "$it" 2>&1)
		assertEquals "${it#"$abs_top_srcdir"/}: $out" 0 $?
	done
}

testInstallPutsEveryFileInItsPlaceAndUninstallRemovesThem() {
	to_root install
	for file in bin/nsexec lib/nsexec/libnsexec-preload.so lib/nsexec/nsexec-init.o \
		lib/libnsexec-runc.a lib/libnsexec.a lib/libnsexec.so lib/libnsexec.so.0 \
		lib/libnsexec.so.0. include/nsexec.h lib/pkgconfig/nsexec.pc \
		lib/pkgconfig/nsexec-init.pc lib/pkgconfig/nsexec-runc.pc
	do
		assertContains "$(files_in_root)" "/$file"
	done
	to_root uninstall
	assertNull 'nothing is left' "$(files_in_root)"
}

testInstalledCommandKnowsWhereThePreloadWillBe() {
	to_root install
	command=$(find "$root" -path '*/bin/nsexec')
	preload=$(find "$root" -name libnsexec-preload.so)
	assertEquals "${preload#"$root"}" "$("$command" --preload-path)"
}

# flags PACKAGE [OPTION...]: what pkg-config says of what was installed in the root
flags() {
	package=$(find "$root" -name "$1.pc")
	prefix=$(sed -n 's/^prefix=//p' "$package")
	shift
	pkg-config --define-variable=prefix="$root$prefix" "$@" --cflags --libs "$package"
}

testProgramFindsTheConstructorThroughPkgConfig() {
	need pkg-config || return 0
	to_root install
	printf '#include <nsexec.h>\nint main(void) { return 0; }\n' >"$work/host.c"
	$CC -o "$work/host" "$work/host.c" $(flags nsexec-init)
	assertEquals 'linked' 0 $?
	"$work/host"
	assertEquals 'a host that is asked nothing' 0 $?
	NSEXEC='--nonsense' "$work/host" 2>"$work/err"
	assertEquals 'a host that is asked nonsense' 125 $?
	assertContains "$(cat "$work/err")" nonsense
}

# uses_library COMPILER...: a program that calls the library, linked with it so or so.
uses_library() {
	need pkg-config "$1" || return 0
	to_root install
	version=$(pkg-config --modversion "$(find "$root" -name nsexec.pc)")
	libdir=$(dirname "$(find "$root" -name libnsexec.so)")
	for how in '' -static; do
		rm -f "$work/user"
		"$@" -Wall -Wextra -pedantic -Werror $how -o "$work/user" "$work/user.c" \
			$(flags nsexec ${how:+-}$how) 2>"$work/err"
		assertEquals "linked, $* $how" '0 ' "$? $(cat "$work/err")"
		assertEquals "$* $how" "$version $(ns_of self net)" \
			"$(LD_LIBRARY_PATH=$libdir "$work/user")"
		needs=$(LC_ALL=C "$READELF" -dW "$work/user" | grep -c 'NEEDED.*\[libnsexec\.so\.0\]')
		assertEquals "$* $how" "$([ "$how" ] && echo 0 || echo 1)" "$needs"
	done
}

# No constant of <sched.h>, and nothing that C and C++ do not have in common.
write_user() {
	cat >"$work/user.c" <<-'END'
	#include <nsexec.h>
	#include <stdio.h>
	int main(void)
	{
		struct nsexec_where where = { NSEXEC_OF_THREAD, 0, NULL };
		struct nsexec_error error;
		struct nsexec_id id;
		if (nsexec_identify(&where, nsexec_kind_by_name("net"), &id, &error) != 0)
			return 1;
		printf("%s %llu\n", nsexec_version(), (unsigned long long)id.ino);
		return 0;
	}
	END
}

testProgramFindsTheLibraryThroughPkgConfig() { write_user; uses_library $CC; }
testProgramCompiledByClangUsesTheLibrary() { write_user; uses_library clang -std=c11; }
testProgramOfOldCUsesTheLibrary() { write_user; uses_library $CC -std=c99; }
testProgramInCppUsesTheLibrary() {
	write_user
	for compiler in g++ clang++; do
		command -v $compiler >/dev/null || continue
		uses_library $compiler -x c++ -std=c++11
		return
	done
	skip 'no compiler of C++ here'
}

# has_function COMPILER...: a program with a constructor of its own gets nsexec() from
# the archive, whether it is linked so or so; where nothing is asked it returns at once,
# what is wrong ends the program, and a whole bootstrap gets to main in stage-2.
has_function() {
	need pkg-config "$1" || return 0
	to_root install
	build_siblings
	for how in '' -static; do
		"$@" -Wall -Wextra $how -o "$work/host" "$abs_testsdir/hosts/as_runc.c" \
			$(flags nsexec-runc) 2>"$work/err"
		assertEquals "linked, $* $how" '0 ' "$? $(cat "$work/err")"
		got=$("$work/host")
		assertEquals "nothing is asked, $* $how" 7 $?
		assertContains "$got" main
		got=$(_LIBCONTAINER_INITPIPE=x "$work/host" 2>&1)
		assertEquals "nonsense is asked, $* $how" 1 $?
		assertEquals 'FATAL: read: _LIBCONTAINER_INITPIPE is not a descriptor (x)' "$got"
		bootstraps "$* $how"
	done
}

build_siblings() {
	$CC -O1 -D_GNU_SOURCE -o "$work/siblings" "$abs_testsdir/siblings.c" ||
		fail 'siblings.c does not compile'
}

# A message without attributes: its length, 16, and its type, 62000.  A FIFO is open to
# both sides, so that the reply comes back through it.
bootstraps() {
	rm -f "$work/fifo"
	mkfifo "$work/fifo"
	exec 5<>"$work/fifo"
	printf '\020\0\0\0\060\362\0\0\0\0\0\0\0\0\0\0' >&5
	got=$(_LIBCONTAINER_INITPIPE=5 timeout 20 "$work/siblings" "$work/host" 2>&1)
	reply=$(timeout 60 head -n 1 <&5)
	exec 5>&-
	stage1=$(expr "$reply" : '{"stage1_pid":\([0-9]*\),"stage2_pid":[0-9]*}$')
	stage2=$(expr "$reply" : '{"stage1_pid":[0-9]*,"stage2_pid":\([0-9]*\)}$')
	assertEquals "$1: $reply" "first 0
main $stage2 $stage2
sibling $stage1 0
sibling $stage2 7" "$(printf '%s\n' "$got" | sort)"
}

testConstructorOfItsOwnCallsTheFunctionOfTheArchive() { has_function $CC; }
testConstructorCompiledByClangCallsIt() { has_function clang; }
testConstructorOfAMuslProgramCallsIt() { has_function musl-gcc; }
testConstructorInCppCallsIt() {
	compiler=g++
	command -v g++ >/dev/null || compiler=clang++
	has_function $compiler -x c++
}

. shunit2
