#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The same words come from argv, NSEXEC and NSEXEC_FD, whole or not at all; and
# the outcome goes to --report-fd as one line of JSON.
#
# From lib.sh and probe.sh; some texts are expanded elsewhere, some are lists of words.
# shellcheck disable=SC2154,SC2016,SC2086

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/probe.sh"

oneTimeSetUp() {
	build_probe
	mkdir -m 777 "$work/open"
	container_plain
	plain=$target
	container_userns
	remapped=$target
	why_not=$why
}

# Use: in_containers "$plain" || return 0
in_containers() {
	for it in "$@"; do
		[ -n "$it" ] || { skip "${why_not:-no such container here}"; return 1; }
	done
}

# A host program that tells on itself if its main is reached.
host='sh -c "echo the host ran; exit 3"'

# by_env TEXT [VARIABLE=VALUE...]: the host, with TEXT in NSEXEC
by_env() {
	text=$1
	shift
	eval "timeout 60 env \"NSEXEC=\$text\" \"LD_PRELOAD=\$PRELOAD\" \"\$@\" $host" 2>&1
}

# by_fd [COMMAND...]: the host, with its words from descriptor 3; COMMAND starts it.
by_fd() {
	eval "timeout 60 \"\$@\" env NSEXEC_FD=3 \"LD_PRELOAD=\$PRELOAD\" $host" 2>&1
}

# say WORD...: as NSEXEC_FD wants them
say() {
	printf '%s\0' "$@"
}

# refused TEXT [STATUS]: the last command was, with this text, and no host ran.
# Use: got=$(...); refused TEXT $? "$got"
refused() {
	assertEquals "status: $3" 125 "$2"
	assertEquals "nsexec: $1" "$3"
}

# ---- NSEXEC ------------------------------------------------------------------

# splits TEXT WORDS...: into these, no more and no fewer.
splits() {
	text=$1
	shift
	wanted=$(printf '[%s]\n' "$@")
	[ $# -gt 0 ] || wanted='[]' # what printf makes of no argument
	assertEquals "words of <$text>" "$wanted" "$(by_env "-- printf '[%s]\n' $text")"
}

testWordsAreSplitAsAShellSplitsThem() {
	tab=$(printf '\t')
	newline='
'
	splits 'a b' a b
	splits '   a    b  ' a b
	splits "a${tab}b${newline}c$newline" a b c
	splits ''
	splits "'a b' c" 'a b' c
	splits '"a b" c' 'a b' c
	splits 'a\ b c' 'a b' c
	splits '""' ''
	splits "''" ''
	splits "a '' b" a '' b
	splits "a''b" ab
	splits "a'b'\"c\"d" abcd
	splits "'a'\\''b'" "a'b"
	splits "\"a'b\"" "a'b"
	splits "'a\"b'" 'a"b'
	splits '"a\"b"' 'a"b'
	splits '"a\\b"' 'a\b'
	splits '"a\nb"' 'a\nb'
	splits "'a\\b'" 'a\b'
	splits 'a\\b' 'a\b'
	splits "'a$newline b'" "a$newline b"
	splits "a\\${newline}b" ab
	splits "a \\$newline b" a b
	splits "\"a\\${newline}b\"" ab
}

testShellWouldSplitThemTheSameWay() {
	while IFS= read -r text; do
		assertEquals "words of <$text>" "$(eval "printf '[%s]\n' $text")" \
			"$(by_env "-- printf '[%s]\n' $text")"
	done <<-'END'
		plain words
		'single  quoted' "double  quoted"
		mixed' and 'glued" together "'\'
		\a\b\c \' \" \\ \ x
		"\a \" \\ \$ \` \'"
		"" '' ""'' x"" ''x
		'"' "'" "\\" '\'
		--long=value -n/run/x =x a=b\ c
	END
}

testNothingIsExpanded() {
	splits '$HOME ${HOME} `id` $(id) ~ * ? [a-z]' '$HOME' '${HOME}' '`id`' '$(id)' '~' '*' '?' '[a-z]'
	splits '"$HOME" "`id`" "\$HOME" "\`"' '$HOME' '`id`' '$HOME' '`'
	splits 'a;b a|b a&b <a >a (a) {a} !a #a' 'a;b' 'a|b' 'a&b' '<a' '>a' '(a)' '{a}' '!a' '#a'
	splits 'größe 名前' 'größe' '名前'
}

testEmptyVariableAsksForNothing() {
	assertEquals 'the host ran' "$(by_env '')"
	assertEquals 'nor does it carry words' 'the host ran' "$(by_env '   ')"
}

# ---- NSEXEC_FD ---------------------------------------------------------------

asked='[a b]
[]
[c\d]'
testWordsComeThroughAPipe() {
	assertEquals "$asked" "$(say -- printf '[%s]\n' 'a b' '' 'c\d' | by_fd 3<&0)"
}

testWordsComeFromAFileWhereverItIsRead() {
	say -- printf '[%s]\n' 'a b' '' 'c\d' >"$work/words"
	assertEquals "$asked" "$(by_fd 3<"$work/words")"
	{ echo 'a line'; cat "$work/words"; } >"$work/more"
	assertEquals 'from the middle' "$asked" "$({ read -r _; by_fd 3<&0; } <"$work/more")"
	assertEquals 'descriptor 0' "$asked" \
		"$(env NSEXEC_FD=0 "LD_PRELOAD=$PRELOAD" echo 'the host ran' <"$work/words" 2>&1)"
}

testWordsComeThroughASocket() {
	for type in stream seqpacket; do
		assertEquals "$type" "$asked" "$(say -- printf '[%s]\n' 'a b' '' 'c\d' |
			by_fd "$probe" talk 3 $type)"
	done
}

testWordsMayComeSlowlyByteByByte() {
	assertEquals "$asked" "$(say -- printf '[%s]\n' 'a b' '' 'c\d' |
		"$probe" drip 5000 | by_fd 3<&0)"
	assertEquals 'and after a pause' "$asked" "$({
		sleep 0.2
		say -- printf
		sleep 0.2
		say '[%s]\n' 'a b' '' 'c\d'
	} | by_fd 3<&0)"
}

# Nothing is there yet: not an end, and no reason to spin.
testPipeMayBeNonBlocking() {
	assertEquals "$asked" "$({
		sleep 0.1
		say -- printf '[%s]\n' 'a b' '' 'c\d' | "$probe" drip 1000
	} | by_fd "$probe" nonblock 3 3<&0)"
	need strace || return 0
	{ sleep 0.3; say -- true; } | by_fd "$probe" nonblock 3 strace -o "$work/trace" -e trace=read 3<&0
	# One before the words, and one more where the writer has not yet closed his end behind them.
	case "$(grep -c EAGAIN "$work/trace")" in
	1 | 2) ;;
	*) fail "reads that were too early: $(grep EAGAIN "$work/trace")" ;;
	esac
}

testWriterThatEndsHalfWayIsAnError() {
	got=$(printf -- '--\0echo\0half' | by_fd 3<&0)
	refused 'words: byte 12: the last word has no NUL: the writer ended half-way' $? "$got"
	got=$({ say -- echo; printf half; kill -KILL "$(exec sh -c 'echo $PPID')"; } 2>/dev/null | by_fd 3<&0)
	refused 'words: byte 12: the last word has no NUL: the writer ended half-way' $? "$got"
	got=$(by_fd 3</dev/null)
	refused 'words: nothing arrived before end of file' $? "$got"
}

testWordsFromADescriptorAreNotSplitAgain() {
	assertEquals '["a  b" '\''$c]' "$(say -- printf '[%s]\n' "\"a  b\" '\$c" | by_fd 3<&0)"
}

# ---- bounds --------------------------------------------------------------------

# of_length N: so many bytes
of_length() {
	head -c "$1" /dev/zero | tr '\0' x
}

testAsManyBytesAsAreAllowedAndNoMore() {
	# 3 + 3 + 3 + 11 + 3 bytes before the long one, and a NUL behind it.
	for n in 65536 65537; do
		say -- sh -c 'echo ${#1}' sh "$(of_length $((n - 24)))" >"$work/words$n"
		assertEquals 'bytes to send' $n "$(wc -c <"$work/words$n")"
	done
	assertEquals 'by descriptor' 65512 "$(by_fd 3<"$work/words65536")"
	got=$(by_fd 3<"$work/words65537")
	refused 'words too long (more than 65536 bytes): E2BIG Argument list too long' $? "$got"
	got=$(by_fd 3</dev/zero)
	refused 'words too long (more than 65536 bytes): E2BIG Argument list too long' $? "$got"
	text="-- sh -c 'echo \${#1}' sh "
	assertEquals 'by variable' $((65536 - ${#text})) \
		"$(by_env "$text$(of_length $((65536 - ${#text})))")"
	got=$(by_env "$text$(of_length $((65537 - ${#text})))")
	refused 'words too long (more than 65536 bytes): E2BIG Argument list too long' $? "$got"
}

# as_words N: so many words, of which the last are 1 2 3 ...
as_words() {
	printf '%s\n' -- sh -c 'echo $#-${4092:-none}' sh
	seq $(($1 - 5))
}

testAsManyWordsAsAreAllowedAndNoMore() {
	too_many='words too many words (more than 4096): E2BIG Argument list too long'
	assertEquals 'by descriptor' 4091-none "$(as_words 4096 | tr '\n' '\0' | by_fd 3<&0)"
	got=$(as_words 4097 | tr '\n' '\0' | by_fd 3<&0)
	refused "$too_many" $? "$got"
	assertEquals 'by variable' 4091-none "$(by_env "-- sh -c 'echo \$#-\${4092:-none}' sh $(seq 4091)")"
	got=$(by_env "-- sh -c 'echo \$#-\${4092:-none}' sh $(seq 4092)")
	refused "$too_many" $? "$got"
	assertEquals 'argv has no such bound' 5000-4092 \
		"$("$NSEXEC" -- sh -c 'echo $#-${4092:-none}' sh $(seq 5000))"
}

testTwoCarriersAtOnceAreAnError() {
	got=$(say -- echo fd | by_env '-- echo env' NSEXEC_FD=3 3<&0)
	refused 'read: both NSEXEC and NSEXEC_FD are set' $? "$got"
}

# ---- the program instead of the host ---------------------------------------------

testProgramInTheWordsReplacesTheHost() {
	in_containers "$plain" || return 0
	for shape in -u '-u --fork' -a; do
		for separator in '' --; do
			assertEquals "$shape $separator" nsx-plain \
				"$(by_env "-t $plain $shape $separator uname -n")"
		done
		assertEquals "$shape, by descriptor" nsx-plain \
			"$(say -t "$plain" $shape -- uname -n | by_fd 3<&0)"
		by_env "-t $plain $shape -- sh -c 'exit 7'" >/dev/null
		assertEquals "status with $shape" 7 $?
	done
	assertEquals 'and none does not' 'the host ran' "$(by_env "-t $plain -u")"
	assertEquals 'nor does an empty rest' 'the host ran' "$(by_env "-t $plain -u --")"
}

testProgramInTheWordsGetsACleanEnvironment() {
	in_containers "$plain" || return 0
	wanted='KEPT=a  b
PATH=/usr/bin:/bin'
	for shape in -u '-u --fork' -a; do
		assertEquals "$shape" "$wanted" "$(timeout 60 env -i KEPT='a  b' NSEXEC="-t $plain $shape -- env" \
			NSEXEC_LOG=error PATH=/usr/bin:/bin "LD_PRELOAD=$PRELOAD" /bin/true)"
		assertEquals "$shape, by descriptor" "$wanted" "$(say -t "$plain" $shape -- env |
			timeout 60 env -i NSEXEC_FD=3 KEPT='a  b' "LD_PRELOAD=$PRELOAD" PATH=/usr/bin:/bin /bin/true 3<&0)"
	done
}

testProgramInTheWordsDoesNotInheritTheDescriptor() {
	in_containers "$plain" || return 0
	say -t "$plain" -u -- "$probe" fds "$work/open/with" >"$work/words"
	by_fd 3<"$work/words" >/dev/null
	"$probe" fds "$work/open/without"
	assertEquals "$(cat "$work/open/without")" "$(cat "$work/open/with")"
}

# ---- --report-fd -------------------------------------------------------------------

# report_of COMMAND...: its line on descriptor 5, sorted, in $got; its status in
# $status, and its own output in $work/out and $work/err.
report_of() {
	"$@" 5>"$work/report" >"$work/out" 2>"$work/err" 9</proc
	status=$?
	assertEquals "lines for $*: $(cat "$work/report")" 1 "$(wc -l <"$work/report")"
	got=$(jq -cS . "$work/report")
}

# of_report FILTER: of the last line
of_report() {
	jq -cr "$1" "$work/report"
}

# namespaces_json PID KIND...
namespaces_json() {
	of=$1
	shift
	for kind; do
		printf '"%s":%s\n' "$kind" "$(ns_of "$of" "$kind")"
	done | jq -R . | jq -sr '"{" + join(",") + "}"'
}

# Kinds in which the two differ.
differing() {
	for kind in $kinds; do
		[ "$(ns_of "$1" "$kind")" = "$(ns_of self "$kind")" ] || echo "$kind"
	done
}

testReportNamesPidsAndNamespaces() {
	in_containers "$plain" "$remapped" || return 0
	need jq || return 0
	for container in "$plain" "$remapped"; do
		target=$container
		for shape in '-n -u' '-n -u --fork' '-p -i' -a; do
			case $shape in
			-a) joined=$(differing "$target") ;;
			-p*) joined='ipc pid' ;;
			*) joined='net uts' ;;
			esac
			for host in command preload; do
				if [ $host = command ]; then
					set -- "$NSEXEC" -t "$target" $shape --report-fd 5 --
				else
					set -- env "NSEXEC=-t $target $shape --report-fd=5" "LD_PRELOAD=$PRELOAD"
				fi
				report_of "$@" sh -c 'echo $$'
				assertEquals "status, $host $shape" 0 $status
				assertEquals "namespaces, $host $shape" \
					"$(namespaces_json "$target" $joined | jq -cS .)" \
					"$(of_report '.namespaces | to_entries | sort_by(.key) | from_entries')"
				assertEquals "members, $host $shape" '["namespaces","pid","pid_inside"]' \
					"$(of_report keys)"
				assertEquals "PID inside, $host $shape" "$(cat "$work/out")" \
					"$(of_report .pid_inside)"
				report_of "$@" "$probe" self
				assertEquals "PID, $host $shape" "$(cat "$work/out")" "$(of_report .pid)"
			done
		done
	done
}

testReportLeavesOutWhatIsSharedAlready() {
	in_containers "$plain" || return 0
	need jq || return 0
	report_of "$NSEXEC" -t $$ -a --report-fd 5 -- true
	assertEquals 'everything is' '{}' "$(of_report .namespaces)"
	report_of "$NSEXEC" --report-fd 5 -- true
	assertEquals 'nothing is asked' '{}' "$(of_report .namespaces)"
	report_of "$NSEXEC" -t "$plain" -n -U --report-fd 5 -- true
	assertEquals 'user is' '["net"]' "$(of_report '.namespaces | keys')"
}

testReportSaysWhatFailed() {
	in_containers "$plain" || return 0
	need jq || return 0
	while IFS='|' read -r status line words; do
		eval "set -- $words"
		wanted=$status
		report_of "$NSEXEC" --report-fd 5 "$@"
		assertEquals "with $words" "$line" "$got"
		assertEquals "status with $words" "$wanted" "$status"
		assertEquals "output with $words" '' "$(cat "$work/out")"
	done <<-END
		125|{"error":{"errno":3,"step":"target","subject":"process (PID 2147483647)"}}|-t 2147483647 -n -- echo ran
		125|{"error":{"errno":2,"step":"open","subject":"net (/absent)"}}|-n/absent -- echo ran
		125|{"error":{"errno":22,"step":"check","subject":"net, from a file that is no namespace (/dev/null)"}}|-n/dev/null -- echo ran
		125|{"error":{"errno":2,"step":"cwd","subject":"/absent"}}|-t $plain -n -W /absent -- echo ran
		125|{"error":{"errno":2,"step":"cwd","subject":"/absent"}}|-t $plain -a -W /absent -- echo ran
		127|{"error":{"errno":2,"step":"exec","subject":"/absent"}}|-t $plain -a -- /absent
		127|{"error":{"errno":2,"step":"exec","subject":"/absent"}}|-t $plain -n --fork -- /absent
		126|{"error":{"errno":13,"step":"exec","subject":"/etc/passwd"}}|-t $plain -a -- /etc/passwd
	END
}

# Whoever reads one line and goes must not have read of a success.
testReportOfAProgramThatCannotBeExecutedIsOneLineInPlaceToo() {
	in_containers "$plain" || return 0
	need jq || return 0
	report_of "$NSEXEC" --report-fd 5 -t "$plain" -n -- /absent
	assertEquals '{"error":{"errno":2,"step":"exec","subject":"/absent"}}' "$got"
	assertEquals 'status' 127 $status
}

testReportSaysWhichWordWasWrong() {
	need jq || return 0
	report_of "$NSEXEC" --report-fd 5 --unknown -- echo ran
	assertEquals '{"error":{"errno":0,"step":"options","subject":"unknown option (--unknown)"}}' \
		"$got"
	report_of "$NSEXEC" --report-fd 5 -a -- echo ran
	assertEquals '{"error":{"errno":0,"step":"options","subject":"needs a target, -t (--all)"}}' \
		"$got"
}

testReportIsJsonWhateverTheSubjectHolds() {
	need jq || return 0
	odd=$(printf '/absent/"quoted" back\\slash \001\t\n\033[1m gr\303\266\303\237e \377\300\200')
	report_of "$NSEXEC" --report-fd 5 "-n$odd" -- echo ran
	assertEquals 'status' 125 $status
	assertEquals "$(printf 'net (/absent/"quoted" back\\slash \001\t\n\033[1m gr\303\266\303\237e \357\277\275\357\277\275\357\277\275)')" \
		"$(of_report .error.subject)"
	assertEquals 'no terminal is steered' 0 "$(tr -d '\n' <"$work/err" | tr -dc '\001-\037' | wc -c)"
}

testReportDescriptorIsNotInherited() {
	in_containers "$plain" || return 0
	"$probe" fds "$work/open/without"
	for shape in -n '-n --fork' -a; do
		"$NSEXEC" -t "$plain" $shape --report-fd 5 -- "$probe" fds "$work/open/with" 5>/dev/null
		assertEquals "command, $shape" "$(cat "$work/open/without")" "$(cat "$work/open/with")"
		env "NSEXEC=-t $plain $shape --report-fd 5" "LD_PRELOAD=$PRELOAD" \
			"$probe" fds "$work/open/with" 5>/dev/null
		assertEquals "preload, $shape" "$(cat "$work/open/without")" "$(cat "$work/open/with")"
	done
}

# The standard streams are the program's too; any other descriptor was ours alone.
testLogDescriptorIsNotInherited() {
	in_containers "$plain" || return 0
	"$probe" fds "$work/open/without"
	for shape in -n '-n --fork' -a; do
		NSEXEC_LOG=info:5 "$NSEXEC" -t "$plain" $shape -- "$probe" fds "$work/open/with" \
			5>"$work/log"
		assertEquals "command, $shape" "$(cat "$work/open/without")" "$(cat "$work/open/with")"
		assertContains "$(cat "$work/log")" 'nsexec: info: join'
		env "NSEXEC=-t $plain $shape" "LD_PRELOAD=$PRELOAD" NSEXEC_LOG=info:5 \
			"$probe" fds "$work/open/with" 5>"$work/log"
		assertEquals "preload, $shape" "$(cat "$work/open/without")" "$(cat "$work/open/with")"
		assertContains "$(cat "$work/log")" 'nsexec: info: join'
	done
}

# The reader sees the end while the program still runs: nobody holds it open.
testReportEndsWithItsLine() {
	in_containers "$plain" || return 0
	mkfifo "$work/fifo"
	for shape in -n -a; do
		for host in command preload; do
			if [ $host = command ]; then
				"$NSEXEC" -t "$plain" $shape --report-fd 5 -- sleep 300 5>"$work/fifo" &
			else
				env "NSEXEC=-t $plain $shape --report-fd 5" "LD_PRELOAD=$PRELOAD" \
					sleep 300 5>"$work/fifo" &
			fi
			front=$!
			remember "$front"
			got=$(timeout 60 cat "$work/fifo")
			assertEquals "end of the report, $host $shape: $got" 0 $?
			assertTrue "the program runs, $host $shape" "kill -0 $front"
			kill "$front"
			wait "$front" 2>/dev/null
		done
	done
	rm "$work/fifo"
}

# without_reader WORD...: with a pipe as descriptor 5 that nobody reads any more.
without_reader() {
	mkfifo "$work/gone"
	: <"$work/gone" &
	exec 5>"$work/gone"
	wait $!
	rm "$work/gone"
	env "MARK=$mark" "$NSEXEC" "$@" 2>"$work/err" >"$work/out"
	status=$?
	exec 5>&-
}

# The caller waits for the line; without it, it cannot know of the program.
testReportThatNobodyReadsIsAFailure() {
	in_containers "$plain" || return 0
	mark=nsx-no-reader-$$
	for shape in -n -a; do
		without_reader -t "$plain" $shape --report-fd 5 -- sleep 30
		assertEquals "status with $shape" 125 $status
		assertEquals "with $shape" 'nsexec: report write it (descriptor 5): EPIPE Broken pipe' \
			"$(cat "$work/err")"
	done
	no_process_left "$mark"
}

. shunit2
