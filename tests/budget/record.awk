# SPDX-License-Identifier: Apache-2.0
#
# awk -v built=BUILT -f record.awk MEASURED RECORDED: the lines of RECORDED with the numbers
# that were measured.  What is no longer measured is left out; what is new stands behind the
# others of its kind, for somebody to say what it is.

function line(kind, subject, what)
{
	printf "%-13s %-20s %7d%s\n", kind, subject, measured[kind, subject], \
		what == "" ? "" : "  " what
	delete measured[kind, subject]
}

function add_new(kind,    i)
{
	for (i = 1; i <= n; i++)
		if (kinds[i] == kind && (kind, subjects[i]) in measured)
			line(kind, subjects[i])
}

FILENAME == ARGV[1] {
	if ($2 !~ /^@/) {
		n++
		kinds[n] = $1
		subjects[n] = $2
		measured[$1, $2] = $3
	}
	next
}

last != "" && $1 != last { add_new(last); last = "" }
/^#/ || /^$/ { print; next }
$1 == "built" { print "built " built; next }
($1, $2) in measured {
	what = $0
	sub(/^[^ ]+ +[^ ]+ +[^ ]+ */, "", what)
	line($1, $2, what)
}
{ last = $1 }
END { add_new(last) }
