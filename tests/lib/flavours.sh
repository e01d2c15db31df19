# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# The programs of tests/lib for threads, built in flavours.  Sourced after lib.sh.
#
#	build_flavour plain|thread|address NAME		as $work/NAME.FLAVOUR
#
# plain is linked with the libnsexec.so that was built.  In the others libnsexec's own files
# are watched by ThreadSanitizer, or by ASan and UBSan; the engine is as it was built.  What
# cannot be had is left out, with the reason in $work/NAME.FLAVOUR.why.
#
#	has_flavour NAME.FLAVOUR || return 0		skip without it
#
# From lib.sh.
# shellcheck disable=SC2154


# compile RESULT WORD...
compile() {
	result=$1
	shift
	# shellcheck disable=SC2086 # may be several words
	${CC:-cc} -std=gnu11 -O1 -g -Wall -Wextra -D_GNU_SOURCE -I"$abs_top_srcdir/nsexec" \
		-pthread -o "$result" "$@" >"$result.why" 2>&1
}

build_flavour() {
	source=$abs_testsdir/lib/$2.c
	result=$work/$2.$1
	case $1 in
	plain)
		# Beside the program, where every user can reach it.
		cp "$LIBNSEXEC" "$work/libnsexec.so.0" && chmod a+rX "$work/libnsexec.so.0" &&
			compile "$result" "$source" "$work/libnsexec.so.0" -Wl,-rpath,"$work"
		return
		;;
	thread) flags='-fsanitize=thread' ;;
	address) flags='-fsanitize=address,undefined -fno-sanitize-recover=all' ;;
	esac
	set -- "$source"
	for it in error kinds kindset where visit enter worker runner; do
		set -- "$@" "$abs_top_srcdir/lib/$it.c"
	done
	# shellcheck disable=SC2086 # several words
	if compile "$result" $flags "$@" -iquote "$abs_top_srcdir/lib" \
		-DNSEXEC_VERSION='"test"' "$abs_top_builddir"/nsexec/*libengine_a-*.o &&
		"$result" nothing >>"$result.why" 2>&1; then
		return
	fi
	rm -f "$result"
	return 1
}

has_flavour() {
	[ -x "$work/$1" ] || { skip "no such program here: $(tail -n 1 "$work/$1.why")"; return 1; }
}
