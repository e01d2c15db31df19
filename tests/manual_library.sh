#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The manual of the library says what its header says: every function with its very
# prototype, every struct with every member, every constant, every step; and what it shows
# as a program is one.
#
# From lib.sh; CC is several words.
# shellcheck disable=SC2154,SC2086

. "$(dirname "$0")/lib.sh"

oneTimeSetUp() {
	header=$abs_top_srcdir/nsexec/nsexec.h
	doc=$abs_top_srcdir/doc
	root=$work/root
	CC=${CC:-cc}
	mkdir "$work/man3"
	cp "$doc/nsexec.3" "$doc"/nsexec_*.3 "$abs_top_builddir/doc/nsexec_options.3" "$work/man3" ||
		exit 1
	pages=$work/man3
	cat "$pages"/*.3 >"$work/source"
	declarations <"$header" >"$work/declarations"
	# nsexec() itself is runc's: nsexec-bootstrap(7).
	grep -E '(^| |\*)nsexec_[a-z_]+\(' "$work/declarations" >"$work/prototypes"
	grep -oE 'nsexec_[a-z_]+\(' "$work/prototypes" | tr -d '(' | sort >"$work/functions"
	set_text <"$work/source" >"$work/all"
	grep -E '^(struct|enum) nsexec_[a-z_]+ \{' "$work/declarations" >"$work/structs"
}

# The declarations of a C header, one a line, without comments and with single blanks.
declarations() {
	sed -e 's/\\$/\\/' | awk '
		{ text = text $0 "\n" }
		END {
			while (match(text, /\/\*/)) {
				rest = substr(text, RSTART + 2)
				text = substr(text, 1, RSTART - 1)
				text = text " " substr(rest, index(rest, "*/") + 2)
			}
			n = split(text, line, "\n")
			for (i = 1; i <= n; i++)
				if (line[i] !~ /^#/ && line[i] !~ /^extern "C"/)
					whole = whole line[i] " "
			gsub(/[ \t]+/, " ", whole)
			for (i = 1; i <= length(whole); i++) {
				c = substr(whole, i, 1)
				depth += (c == "{") - (c == "}")
				one = one c
				if (c != ";" || depth > 0)
					continue
				sub(/^[ }]+/, "", one)
				print one
				one = ""
				depth = 0
			}
		}'
}

# The source of a section of a page.
section() {
	awk -v wanted="$1" '
		/^\.SH / { inside = substr($0, 5) == wanted; next }
		inside' "$2"
}

# Lines of macros as the text that they set: .BI "int f(int " x ); is "int f(int x);".
set_text() {
	awk '
		function unquoted(line, between,	out, word)
		{
			while (line != "") {
				sub(/^ +/, "", line)
				if (line ~ /^"/)
					match(line, /^"[^"]*"/)
				else
					match(line, /^[^ ]+/)
				word = substr(line, 1, RLENGTH)
				line = substr(line, RLENGTH + 1)
				gsub(/"/, "", word)
				out = out (out == "" ? "" : between) word
			}
			return out
		}
		/^\.(BI|BR|IR|IB|RI|RB) / { print unquoted(substr($0, 5), ""); next }
		/^\.[BI] / { print unquoted(substr($0, 4), " "); next }
		/^\./ { next }
		{ print }' | sed -e 's/\\f[BIR]//g' -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" \
		-e 's/\\(ga/`/g' -e 's/\\(ha/^/g' -e 's/\\(ti/~/g' -e 's/\\&//g' -e 's/\\e/\\/g'
}

# What a page shows between .EX and .EE, in a section.
shown() {
	section "$1" "$2" | awk '/^\.EX/ { inside = 1; next } /^\.EE/ { inside = 0; print "" } inside' |
		set_text
}

testHeaderWasRead() {
	assertTrue 'functions' "[ $(grep -c . "$work/functions") -ge 25 ]"
	assertTrue 'structs' "[ $(grep -c . "$work/structs") -ge 10 ]"
}

testEveryFunctionThatIsExportedIsInTheHeader() {
	sed -n 's/^	\(nsexec_[a-z_]*\);$/\1/p' "$abs_top_srcdir/lib/nsexec.map" | sort >"$work/exported"
	assertTrue 'some are' "[ -s '$work/exported' ]"
	assertNull "$(comm -23 "$work/exported" "$work/functions")"
}

# has_page NAME: one of its own, or one that calls itself by that name too.
has_page() {
	[ -f "$pages/$1.3" ] || "$doc/links.sh" "$pages"/*.3 | grep -q "^$1.3 "
}

testEveryFunctionStructAndEnumHasAPage() {
	for it in $(cat "$work/functions") $(grep -oE '^(struct|enum) [a-z_]+' "$work/structs" | cut -d ' ' -f 2) \
		nsexec_runner nsexec_session; do
		assertTrue "$it" "has_page $it"
	done
}

testEveryPrototypeIsInTheSynopsisOfItsPage() {
	while read -r prototype; do
		name=$(printf '%s\n' "$prototype" | grep -oE 'nsexec_[a-z_]+\(' | tr -d '(')
		page=$("$doc/links.sh" "$pages"/*.3 | sed -n "s/^$name.3 //p")
		section SYNOPSIS "$pages/${page:-$name.3}" | set_text | declarations >"$work/synopsis"
		assertTrue "$prototype" "grep -qxF -e '$prototype' '$work/synopsis'"
	done <"$work/prototypes"
}

testNoPageHasAPrototypeThatIsNotInTheHeader() {
	for page in "$pages"/*.3; do
		section SYNOPSIS "$page" | set_text | declarations | grep -F '(' >"$work/synopsis"
		assertNull "${page##*/}" "$(grep -vxF -f "$work/prototypes" "$work/synopsis")"
	done
}

# But for nsexec_options, whose page has a table of its members.
testEveryStructIsShownAsItIs() {
	for page in "$pages"/*.3; do
		shown DESCRIPTION "$page" | declarations
	done >"$work/shown"
	while read -r struct; do
		case $struct in *' nsexec_options {'*) continue ;; esac
		assertTrue "$struct" "grep -qxF -e '$struct' '$work/shown'"
	done <"$work/structs"
}

# members STRUCT: also those of an enum.
members() {
	printf '%s\n' "$1" | sed 's/^[^{]*{//; s/};*$//' | sed 's|[;,]|\n|g' |
		sed -n 's/.*[ *]\([A-Za-z_]*\)\(\[[0-9]*\]\)\{0,1\} *$/\1/p'
}

# In an entry of its own, or a row of a table.
testEveryMemberIsDescribed() {
	while read -r struct; do
		name=$(printf '%s\n' "$struct" | cut -d ' ' -f 2)
		page=$("$doc/links.sh" "$pages"/*.3 | sed -n "s/^$name.3 //p")
		awk '
			entry { print; entry = 0 }
			/^\.TP/ { entry = 1 }
			/^\\fI[a-z_]*\\fR@/ { sub(/@.*/, ""); print }' "$pages/${page:-$name.3}" |
			set_text | tr ' ' '\n' | tr -d ',' >"$work/described"
		members "$struct" >"$work/members"
		assertTrue "$name has members" "[ -s '$work/members' ]"
		assertNull "$name: not described" "$(grep -vxF -f "$work/described" "$work/members")"
	done <"$work/structs"
}

testEveryConstantIsSomewhere() {
	sed -n '/^ \* libnsexec$/,$p' "$header" | sed -n 's/^#define \(NSEXEC_[A-Z_]*\).*/\1/p' >"$work/constants"
	assertTrue 'constants were found' "[ $(grep -c . "$work/constants") -ge 10 ]"
	while read -r it; do
		assertTrue "$it" "grep -qw $it '$work/all'"
	done <"$work/constants"
}

# "message" is runc's alone, and a plan is made without fail.
testEveryStepIsListed() {
	section STEPS "$pages/nsexec_error.3" | sed -n 's/^\\fB\([a-z]*\)\\fR@.*/\1/p' | sort >"$work/listed"
	sed -n 's/^	\[NSX_STEP_[A-Z]*\] = "\([a-z]*\)",$/\1/p' "$abs_top_srcdir/nsexec/error.c" |
		grep -vxE 'none|message|preload|plan' | sort >"$work/steps"
	assertTrue 'steps were found' "[ $(grep -c . "$work/steps") -ge 30 ]"
	assertEquals "$(cat "$work/steps")" "$(cat "$work/listed")"
}

testEveryPageHasItsSections() {
	for page in "$pages"/nsexec_*.3; do
		got=$(sed -n 's/^\.SH //p' "$page" | grep -vxE 'STEPS|SECURITY' | tr '\n' ,)
		assertEquals "${page##*/}" \
			"NAME,SYNOPSIS,DESCRIPTION,RETURN VALUE,ERRORS,PERMISSIONS,NOTES,EXAMPLES,SEE ALSO," "$got"
	done
}

testPagesThatAreNamedAreThere() {
	grep -oE 'nsexec[a-z_]*\(3\)' "$work/all" | sort -u | sed 's/(3)//' >"$work/named"
	assertTrue 'names were found' "[ $(grep -c . "$work/named") -ge 10 ]"
	while read -r it; do
		assertTrue "$it(3)" "has_page $it"
	done <"$work/named"
}

# The first program of a page or of the README is what it says it is: one that compiles.
compiles() {
	$CC -std=gnu11 -O2 -Wall -Wextra -Werror -pthread -I"$abs_top_srcdir/nsexec" -c \
		-o "$1.o" "$1" 2>"$work/err"
	assertEquals "${1##*/}: $(cat "$work/err")" 0 $?
}

testEveryExampleCompiles() {
	for page in "$pages"/*.3; do
		program=$work/${page##*/}.c
		shown EXAMPLES "$page" | sed '/^cc -o /,$d' >"$program"
		assertTrue "${page##*/} has a program" "grep -q '^int main(' '$program'"
		compiles "$program"
	done
}

testFirstProgramIsTheOneOfTheReadme() {
	awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$abs_top_srcdir/README.md" |
		sed 's/	/    /g' >"$work/readme.c"
	assertEquals "$(shown EXAMPLES "$pages/nsexec.3" | sed '/^cc -o /,$d' | grep .)" \
		"$(grep . "$work/readme.c")"
}

testReadmeListsEveryFunction() {
	while read -r it; do
		assertTrue "$it" "grep -qE '\`$it(\(\))?\`' '$abs_top_srcdir/README.md'"
	done <"$work/functions"
}

testFirstProgramShowsTheNetworkOfAContainer() {
	need ip nsenter || return 0
	need_root || return 0
	container_plain || {
		skip "$why"
		return 0
	}
	shown EXAMPLES "$pages/nsexec.3" | sed '/^cc -o /,$d' >"$work/first.c"
	$CC -I"$abs_top_srcdir/nsexec" -o "$work/first" "$work/first.c" \
		"$abs_top_builddir/lib/libnsexec.so" -Wl,-rpath,"$abs_top_builddir/lib"
	assertEquals 'linked' 0 $?
	assertEquals "$(nsenter -t "$target" -a ip address)" "$("$work/first" "$target")"
	"$work/first" 0 2>"$work/err"
	assertEquals 'no such target' 125 $?
}

testPagesAndTheirOtherNamesAreInstalled() {
	out=$(unset MAKEFLAGS MFLAGS MAKELEVEL && make -C "$abs_top_builddir" install DESTDIR="$root" 2>&1)
	assertEquals "$out" 0 $?
	man3=$(find "$root" -type d -path '*/man/man3')
	for it in $(cat "$work/functions") libnsexec nsexec nsexec_options; do
		assertTrue "$it.3" "[ -s '$man3/$it.3' ]"
	done
	n=0
	for page in "$man3"/*; do
		to=$(sed -n 's/^\.so //p' "$page")
		[ -n "$to" ] || continue
		n=$((n + 1))
		assertTrue "${page##*/}: $to" "[ -f '${man3%/man3}/$to' ]"
		assertFalse "${page##*/}: $to is one too" "grep -q '^\.so ' '${man3%/man3}/$to'"
	done
	assertTrue 'there are such pages' "[ $n -ge 20 ]"
	assertEquals 'each name is of one page' '' \
		"$("$doc/links.sh" "$pages"/*.3 | cut -d ' ' -f 1 | sort | uniq -d)"
}

testMembersThatCannotBeReadAreNoticed() {
	sed 's/^	int all;/	int all, more;/' "$header" >"$work/odd.h"
	got=$("$doc/members.sh" "$work/odd.h" <"$doc/nsexec_options.3.in" 2>&1 >/dev/null)
	assertEquals 'status' 1 $?
	assertEquals 'members.sh: cannot read this member: int all, more;' "$got"
}

testPagesAreWellFormed() {
	need mandoc || return 0
	assertNull "$(cd "$pages" && mandoc -T lint -W warning ./*.3)"
}

. shunit2
