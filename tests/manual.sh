#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The manual says what the command says: every option, under the same letter, name
# and value, and no other; the same numbers as the code.
#
# shellcheck disable=SC2154 # abs_top_*: exported by "make check"

oneTimeSetUp() {
	work=$(mktemp -d) || exit 1
	page=$abs_top_builddir/doc/nsexec.1
	[ -f "$page" ] || page=$abs_top_srcdir/doc/nsexec.1
	bootstrap=$abs_top_srcdir/doc/nsexec-bootstrap.7
	"$NSEXEC" --help >"$work/help" || exit 1
	rows >"$work/rows"
	entries >"$work/entries"
	text <"$page" >"$work/text"
	text <"$bootstrap" >"$work/bootstrap"
}

oneTimeTearDown() {
	[ -z "${work-}" ] || rm -rf "$work"
	work=
}

# The option rows of --help: "-n, --net[=FILE]", one a line, and nothing else.
rows() {
	sed -n -e 's/^ *\(-.*\)/\1/' -e 's/^\(-., \)\{0,1\}\(--[^ ]*\( [^ ][^ ]*\)\{0,1\}\)  .*/\1\2/p' \
		"$work/help"
}

# The source of the page as plain text: no macros, fonts and escapes.
text() {
	sed -e '/^\.\\"/d' -e 's/\\f[BIR]//g' -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" -e 's/\\e/\\/g' \
		-e 's/^\.[A-Z]* //' -e 's/\\&//g'
}

# A section of the page, as it is in the source.
section() {
	awk -v wanted="$1" '
		/^\.SH / { inside = substr($0, 5) == wanted; next }
		inside' "$page"
}

# The entries of OPTIONS in the form of rows.
entries() {
	section OPTIONS | awk 'entry { print } { entry = $0 == ".TP" }' | text
}

# The long names that are options of nsexec.
names() {
	sed 's/.*--\([a-z-]*\).*/--\1/' "$work/rows"
}

testEveryOptionHasItsEntryAndEveryEntryItsOption() {
	assertTrue 'rows were found' "[ $(grep -c . "$work/rows") -ge 20 ]"
	assertEquals "$(cat "$work/rows")" "$(cat "$work/entries")"
}

testEveryEntryBeginsWithTheLineOfHelp() {
	while read -r row; do
		help=$(grep -F -e "$row " "$work/help" | sed "s/^.*[^ ]   *//")
		help=$(printf '%s\n' "$help" | sed 's/[.?!]*$//')
		found=$(section OPTIONS | text | awk -v row="$row" '
			hit { print; exit }
			$0 == row && before == ".TP" { hit = 1 }
			{ before = $0 }')
		assertEquals "$row" "$(printf '%s' "$help" | tr '[:upper:]' '[:lower:]')" \
			"$(printf '%s' "$found" | sed 's/[.?!]*$//' | tr '[:upper:]' '[:lower:]')"
	done <"$work/rows"
}

# Behind "see", by a macro of its own: "see", ".B PROCESS SHAPES".
testSectionsThatAreReferredToAreThere() {
	awk 'behind && /^\.BR? [A-Z][A-Z ]+[A-Z]( [.,;]?)*$/ {
			sub(/^\.BR? /, ""); sub(/ *[.,;]*$/, ""); print }
		{ behind = /(^|[ (])([Ss]ee|is in|under)$/ }' "$page" |
		grep -vxE 'NSEXEC|PATH|PROGRAM|SHELL' | sort -u >"$work/sections"
	assertTrue 'some were found' "[ $(grep -c . "$work/sections") -ge 6 ]"
	while read -r section; do
		grep -qxF ".SH $section" "$page"
		assertEquals "$section" 0 $?
	done <"$work/sections"
}

# By its letter or by its name, before the words of a program.
testEveryOptionHasAnExample() {
	section EXAMPLES | text | sed -e 's/^    \(--[a-z]\)/nsexec \1/' -e 's/ -- .*//' |
		grep -E '^nsexec |NSEXEC=' >"$work/examples"
	while read -r row; do
		name=$(printf '%s\n' "$row" | sed 's/.*\(--[a-z-]*\).*/\1/')
		letter=$(printf '%s\n' "$row" | sed -n 's/^\(-.\), .*/\1/p')
		case $name in --help | --version) continue ;; esac
		grep -qE -e "[ '(]($name${letter:+|$letter/|$letter})([] =/')]|\$)" "$work/examples"
		assertEquals "an example of $row" 0 $?
	done <"$work/rows"
}

# But for nsenter's own, which the manual says are missing.
testManualNamesNoOptionThatIsNotThere() {
	sed '/^There is no$/,$d' "$work/text" >"$work/ours"
	sed '1,/^There is no$/d; 1,/^EXAMPLES$/d' "$work/text" >>"$work/ours"
	unknown=$(grep -oE -e "(^|[ ('])--[a-z][a-z-]*" "$work/ours" | sed 's/^[^-]*//' | sort -u |
		grep -vxF -e "$(names)" | grep -vxE -e '--(nett|libs)')
	assertNull "unknown options: $unknown" "$unknown"
}

testEveryLetterThatIsUsedIsThere() {
	letters=$(sed -n 's/^-\(.\),.*/\1/p' "$work/rows" | tr -d '\n')
	used=$(grep -hE '^nsexec -|NSEXEC=' "$work/text" |
		sed 's/ -- .*//' | grep -oE " '?-[A-Za-z]|'-[A-Za-z]" | sed 's/.*-//' | sort -u | tr -d '\n')
	assertNotNull 'letters were found' "$used"
	assertNull 'letters that are not there' "$(printf %s "$used" | tr -d "$letters")"
}

# number NAME FILE: a number that the code gives a name.
number() {
	sed -n "s/^#define $1 \([0-9]*\).*/\1/p" "$abs_top_srcdir/nsexec/$2"
}

testManualHasTheNumbersOfTheHeader() {
	for it in NSEXEC_WORDS_MAX NSEXEC_WORDS_COUNT_MAX NSEXEC_EXIT_FAILED \
		NSEXEC_EXIT_CANNOT_RUN NSEXEC_EXIT_NOT_FOUND; do
		value=$(number $it nsexec.h)
		assertNotNull "$it" "$value"
		assertTrue "$it ($value) is in the manual" "grep -qw $value '$work/text'"
	done
	for it in WORDS FD LOG TRACE; do
		value=$(sed -n "s/^#define NSEXEC_ENV_$it \"\(.*\)\"/\1/p" "$abs_top_srcdir/nsexec/nsexec.h")
		assertTrue "$value is in the manual" "grep -qw '$value' '$work/text'"
	done
}

testBootstrapPageHasTheNamesAndNumbersOfTheCode() {
	for it in INITPIPE LOGPIPE LOGLEVEL; do
		value=$(sed -n "s/^#define NSEXEC_ENV_$it \"\(.*\)\"/\1/p" "$abs_top_srcdir/nsexec/nsexec.h")
		assertTrue "$it ($value) is in the page" "grep -qw '${value:-none}' '$work/bootstrap'"
	done
	first=$(sed -n 's/.*ATTR_FIRST = \([0-9]*\).*/\1/p' "$abs_top_srcdir/nsexec/bootstrap.c")
	count=$(sed -n '/^enum attr {/,/ATTR_COUNT/s/^\tATTR_[A-Z_]*,//p' "$abs_top_srcdir/nsexec/bootstrap.c" |
		grep -c '^')
	type=$(sed -n 's/.*TYPE_INIT = \([0-9]*\).*/\1/p' "$abs_top_srcdir/nsexec/bootstrap.c")
	assertEquals "$(seq "$first" $((first + count - 1)))" \
		"$(sed -n 's/^\([0-9]*\), .* (\(u32\|bool\|string\))$/\1/p' "$work/bootstrap")"
	assertTrue "type $type" "grep -q 'type: ${type:-none}$' '$work/bootstrap'"
	bytes=$(($(sed -n 's/.*NSX_BOOTSTRAP_MAX = \([0-9* ]*[0-9]\).*/\1/p' \
		"$abs_top_srcdir/nsexec/bootstrap.h")))
	assertTrue "$bytes bytes" "grep -qw $bytes '$work/bootstrap'"
	ranges=$(sed -n 's/.*RANGES_MAX = \([0-9]*\).*/\1/p' "$abs_top_srcdir/nsexec/outside.c")
	assertTrue "$ranges ranges" "grep -q 'up to ${ranges:-none} ranges' '$work/bootstrap'"
}

# By its name, or by its letter alone; in the column that is ours.
testComparisonHasEveryOption() {
	cut -d '|' -f 3 "$abs_top_srcdir/doc/comparison.md" | grep -oE -e '-[-A-Za-z]+' | sort -u >"$work/compared"
	while read -r row; do
		name=$(printf '%s\n' "$row" | sed 's/.*--\([a-z-]*\).*/--\1/')
		letter=$(printf '%s\n' "$row" | sed -n 's/^\(-.\),.*/\1/p')
		case $name in --help | --version | --preload-path) continue ;; esac
		assertTrue "$row" "grep -qxF -e '$name' -e '${letter:-$name}' '$work/compared'"
	done <"$work/rows"
}

testManualHasTheVersionOfTheCommand() {
	assertEquals "$("$NSEXEC" --version)" \
		"$(sed -n 's/^\.TH NSEXEC 1 [^ ]* "\([^"]*\)".*/\1/p' "$page")"
}

testErrorsReadAsInTheManual() {
	got=$("$NSEXEC" --nett 2>&1)
	while read -r line; do
		assertTrue "in the manual: $line" "grep -qxF -e \"$line\" '$work/text'"
	done <<-END
		$got
	END
}

testOptionWithoutTextAndTextWithoutOptionAreNoticed() {
	make_page() {
		{ "$abs_top_srcdir/doc/options.sh" "$abs_top_srcdir/doc/nsexec.1.in" "$1" 0 \
			>/dev/null; } 2>&1
	}
	sed 's/^\.\\" --net$/.\\" --nett/' "$abs_top_srcdir/doc/options.man" >"$work/renamed"
	assertEquals 'options.sh: no block for --net' "$(make_page "$work/renamed" <"$work/help")"
	grep -v -e '--net' "$work/help" >"$work/shorter"
	assertEquals 'options.sh: no option for the block --net' \
		"$(make_page "$abs_top_srcdir/doc/options.man" <"$work/shorter")"
}

testManualIsWellFormed() {
	if ! command -v mandoc >/dev/null; then
		echo 'SKIP: no mandoc here'
		startSkipping
		return
	fi
	assertNull "$(mandoc -T lint -W warning "$page" "$bootstrap")"
}

. shunit2
