#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Makes nsexec_options(3): the template, with the members of struct nsexec_options and what
# the header says of each in place of the line "@MEMBERS@".
#
#	doc/members.sh NSEXEC.H <nsexec_options.3.in >nsexec_options.3
set -eu

if [ $# -ne 1 ]; then
	echo 'usage: members.sh NSEXEC.H <TEMPLATE' >&2
	exit 2
fi

LC_ALL=C exec awk -v header="$1" '
function fail(text)
{
	print "members.sh: " text > "/dev/stderr"
	failed = 1
	exit 1
}

# As man(7) wants it: a dash that can be typed; "@all" of a comment is a member.
function quoted(text,	out)
{
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	gsub(/\047/, "\\(aq", text)
	while (match(text, /@[a-z_]+/)) {
		out = out substr(text, 1, RSTART - 1) "\\fI" substr(text, RSTART + 1, RLENGTH - 1) "\\fR"
		text = substr(text, RSTART + RLENGTH)
	}
	return out text
}

function type_of(type, name)
{
	if (type ~ /\*const \*$/)
		return "texts"
	if (type ~ /\*$/)
		return "text"
	if (name ~ /^target_pid/)
		return "number"
	return name == "kinds" || name == "create" ? "set" : "flag"
}

# A comment on a line of its own begins a table of its own.
function begin_table(title)
{
	end_table()
	if (title != "")
		rows = rows ".PP\n" quoted(title) "\n.PP\n"
	rows = rows ".TS\ntab(@);\nl l lw(44n).\n"
	open = 1
}

function end_table()
{
	if (open)
		rows = rows ".TE\n"
	open = 0
}

# "const char *net; /* [FILE] */", whole.
function take(line,	comment, type, name)
{
	if (match(line, /\/\*.*\*\//)) {
		comment = substr(line, RSTART + 2, RLENGTH - 4)
		line = substr(line, 1, RSTART - 1)
	}
	gsub(/[ \t]+/, " ", comment)
	gsub(/^ | $/, "", comment)
	gsub(/^[ \t]+|[ \t]+$/, "", line)
	if (line == "") {
		if (comment != "")
			title = comment
		return
	}
	if (line !~ /^[a-z_ *]+;$/)
		fail("cannot read this member: " line)
	match(line, /[a-z_]+;$/)
	name = substr(line, RSTART, RLENGTH - 1)
	type = substr(line, 1, RSTART - 1)
	if (!open || title != "")
		begin_table(title)
	title = ""
	n++
	type = name == "size" ? "size_t" : name == "reserved" ? "void *" : type_of(type, name)
	if (comment == "")
		comment = "as the option"
	rows = rows "\\fI" name "\\fR@" type "@T{\n" quoted(comment) "\nT}\n"
}

BEGIN {
	while ((getline line < header) > 0) {
		if (line == "struct nsexec_options {") {
			inside = 1
			continue
		}
		if (inside && line == "};")
			inside = 0
		if (!inside)
			continue
		sub(/^[ \t]+\* /, " ", line) # a comment that goes on
		whole = whole line
		if (whole ~ /\/\*/ && whole !~ /\*\//)
			continue
		take(whole)
		whole = ""
	}
	end_table()
	if (!n)
		fail("no struct nsexec_options in " header)
}

$0 == "@MEMBERS@" {
	printf "%s", rows
	next
}

{ print }

END { exit failed }'
