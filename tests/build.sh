#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The three libc-free files are what the manual says they are, and an installation
# has everything in its place, where a program finds it through pkg-config.
#
# From lib.sh; CC and what pkg-config says are several words.
# shellcheck disable=SC2154,SC2086,SC2046

. "$(dirname "$0")/lib.sh"

oneTimeSetUp() {
	root=$work/root
	facts=$("$abs_top_srcdir/tests/check-objects" "$abs_top_builddir/nsexec" "$READELF" "$NM")
}

# Every fact about a file was checked and holds.
assert_facts() {
	about=$(printf '%s\n' "$facts" | grep -e "^ok - $1 " -e "^not ok - $1 ")
	assertNotNull "something was checked about the $1: $facts" "$about"
	assertNull "$(printf '%s\n' "$about" | grep '^not ok')"
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

testInstallPutsEveryFileInItsPlaceAndUninstallRemovesThem() {
	to_root install
	for file in bin/nsexec lib/nsexec/libnsexec-preload.so lib/nsexec/nsexec-init.o \
		include/nsexec.h lib/pkgconfig/nsexec.pc lib/pkgconfig/nsexec-init.pc
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

testProgramFindsTheConstructorThroughPkgConfig() {
	need pkg-config || return 0
	to_root install
	package=$(find "$root" -name nsexec-init.pc)
	prefix=$(sed -n 's/^prefix=//p' "$package")
	printf '#include <nsexec.h>\nint main(void) { return 0; }\n' >"$work/host.c"
	$CC -o "$work/host" "$work/host.c" \
		$(pkg-config --define-variable=prefix="$root$prefix" --cflags --libs "$package")
	assertEquals 'linked' 0 $?
	"$work/host"
	assertEquals 'a host that is asked nothing' 0 $?
	NSEXEC='--nonsense' "$work/host" 2>"$work/err"
	assertEquals 'a host that is asked nonsense' 125 $?
	assertContains "$(cat "$work/err")" nonsense
}

. shunit2
