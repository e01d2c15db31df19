#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Makes the manual: the template, with the options of the command in place of the
# line "@OPTIONS@", and the version in place of @VERSION@.
#
#	nsexec --help | doc/options.sh TEMPLATE OPTIONS VERSION >nsexec.1
#
# Letter, name, value and first sentence of an option come from --help; what
# follows them from its block in OPTIONS.  An option without a block, or a block
# without an option, is an error.
set -eu

if [ $# -ne 3 ]; then
	echo 'usage: nsexec --help | options.sh TEMPLATE OPTIONS VERSION' >&2
	exit 2
fi

LC_ALL=C exec awk -v template="$1" -v options="$2" -v version="$3" '
function fail(text)
{
	print "options.sh: " text > "/dev/stderr"
	failed = 1
	exit 1
}

# As man(7) wants it: a dash that can be typed, a backslash that is one.
function quoted(text)
{
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	return text
}

# The help as a sentence of its own.
function sentence(text)
{
	text = toupper(substr(text, 1, 1)) substr(text, 2)
	return text (text ~ /[.?!]$/ ? "" : ".")
}

# "\fB\-n\fR, \fB\-\-net\fR[=\fIFILE\fR]"
function header(letter, name, value,	text)
{
	if (letter != "")
		text = "\\fB" quoted(letter) "\\fR, "
	text = text "\\fB" quoted(name) "\\fR"
	if (value ~ /^\[=/)
		return text "[=\\fI" substr(value, 3, length(value) - 3) "\\fR]"
	return text (value == "" ? "" : " \\fI" quoted(value) "\\fR")
}

function read_blocks(	line, name)
{
	while ((getline line < options) > 0)
		if (line ~ /^\.\\" --/) {
			name = substr(line, 5)
			block[name] = ""
		} else if (name != "") {
			block[name] = block[name] line "\n"
		}
}

# "  -n, --net[=FILE]      join the network namespace"
function take(line,	letter, name, value, rest)
{
	rest = line
	sub(/^ */, "", rest)
	if (rest ~ /^-[^-], /) {
		letter = substr(rest, 1, 2)
		rest = substr(rest, 5)
	}
	match(rest, /^--[a-z-]+/)
	name = substr(rest, 1, RLENGTH)
	rest = substr(rest, RLENGTH + 1)
	if (match(rest, /^(\[=[^]]+\]| [^ ]+)/)) {
		value = substr(rest, 1, RLENGTH)
		sub(/^ /, "", value)
		rest = substr(rest, RLENGTH + 1)
	}
	if (name == "" || !sub(/^  +/, "", rest) || rest == "")
		fail("cannot read this line of --help: " line)
	if (!(name in block))
		fail("no block for " name)
	entries = entries ".TP\n" header(letter, name, value) "\n" sentence(rest) "\n" block[name]
	taken[name] = 1
}

BEGIN { read_blocks() }

/^ +(-[^-], )?--/ { take($0) }

END {
	if (failed)
		exit 1
	for (name in block)
		if (!(name in taken))
			fail("no option for the block " name)
	while ((getline line < template) > 0) {
		if (line == "@OPTIONS@") {
			printf "%s", entries
			continue
		}
		gsub(/@VERSION@/, version, line)
		print line
	}
}'
