# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# libnsexec for a sanitizer: what runs in the caller's own process is compiled with it, what
# runs in its memory without being it stays as it was built.  Sourced after lib.sh.
#
#	make_stages CC		the latter, as one object: $work/stages.o
#	watched_files		the former: options and C files for a compiler
#
# From lib.sh.
# shellcheck disable=SC2154

# With a memset of its own: a sanitizer's would call handlers in a process that is not the
# host.  Without the rooms, by which threads hand memory to one another: that is to be seen.
make_stages() {
	set -- "$1" -nostdlib -r -o "$work/stages.o"
	for it in "$abs_top_builddir"/lib/libstages_a-*.o "$abs_top_builddir/lib/image.o" \
		"$abs_top_builddir"/nsexec/libengine_a-*.o "$abs_top_builddir"/nsexec/libmem_a-*.o
	do
		case $it in
		*-room.o) ;;
		*) set -- "$@" "$it" ;;
		esac
	done
	"$@" >"$work/stages.why" 2>&1 &&
		objcopy -L memset -L memcpy -L memmove -L memcmp "$work/stages.o" \
			>>"$work/stages.why" 2>&1
}

watched_files() {
	printf '%s\n' -iquote "$abs_top_srcdir/nsexec" -iquote "$abs_top_srcdir/lib" \
		'-DNSEXEC_VERSION="test"' -include "$abs_testsdir/lib/visible.h" \
		"$abs_top_srcdir/lib/room.c"
	for it in "$abs_top_builddir"/lib/liblibrary_a-*.o; do
		it=${it##*/liblibrary_a-}
		[ ! -f "$abs_top_srcdir/lib/${it%.o}.c" ] || printf '%s\n' "$abs_top_srcdir/lib/${it%.o}.c"
	done | grep -v '/room\.c$'
}
