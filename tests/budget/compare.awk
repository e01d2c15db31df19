# SPDX-License-Identifier: Apache-2.0
#
# awk -v kind=KIND -v same=0|1 -f compare.awk RECORDED ABSENT MEASURED: what of one kind
# differs by more than it may; same is 1 where it was recorded of such a build.
#
# Calls, segments and relocations are exact.  Faults of one run differ by one or two; the
# fewest of many hardly ever, and then by one, where two processes with the same pages end in
# either order.  One is also what a border costs that has moved from one page to another.
# Bytes and instructions are exact for one compiler: what they may differ by is what a change
# may cost without being talked about.  Of another compiler, or with another libc around it,
# no more is expected than the right order; but nothing stays nothing.

BEGIN {
	more["faults"] = 1
	less["faults"] = 2
	percent_more["bytes"] = percent_more["zeroed"] = percent_more["instructions"] = 5
	percent_less["bytes"] = percent_less["zeroed"] = percent_less["instructions"] = 10
	if (!same) {
		more["faults"] = 6
		percent_more["calls"] = percent_more["relocations"] = 25
		percent_more["bytes"] = percent_more["zeroed"] = 50
		percent_more["instructions"] = 100
	}
}

$1 != kind || $2 ~ /^@/ { next }
FILENAME == ARGV[1] { recorded[$2] = $3; next }
FILENAME == ARGV[2] { excused[$2] = 1; next }
{ measured[$2] = $3 }

function complain(subject, what)
{
	print kind " " subject ": " what
}

function differ(subject, n, by,    part)
{
	part = by < 0 ? -by : by
	complain(subject, n ", " part (by > 0 ? " more" : " less") " than the " (n - by) " recorded" \
		(n - by ? sprintf(" (%+.1f %%)", 100 * by / (n - by)) : "") \
		(by < 0 ? "; a budget that is too loose guards nothing" : ""))
}

END {
	for (subject in recorded) {
		if (!(subject in measured)) {
			if (!(subject in excused) && !("*" in excused))
				complain(subject, "was not measured")
			continue
		}
		by = measured[subject] - recorded[subject]
		may = more[kind] + recorded[subject] * percent_more[kind] / 100
		may_not = less[kind] + recorded[subject] * percent_less[kind] / 100
		if (by > may || (same && -by > may_not))
			differ(subject, measured[subject], by)
	}
	for (subject in measured)
		if (!(subject in recorded))
			complain(subject, measured[subject] ", and nothing is recorded")
}
